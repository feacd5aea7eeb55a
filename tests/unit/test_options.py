"""Options of processes and steps: one declaration, the same name on the command line and in Python, everywhere."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Literal, get_type_hints

import numpy as np
import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget import flow, statistics
from darktarget.core.propagator import WIDTHS
from darktarget.errors import InputError, PluginWarning, UnknownName
from darktarget.interface import generated
from darktarget.interface.cli import app
from darktarget.keywords import STEPS, choose, declared, group_of, process_groups
from darktarget.limits.options import RecastOptions, ReportOptions, StatisticOptions
from darktarget.limits.recast import NORMALISATIONS
from darktarget.matter.atomic_electrons import ELECTRONS
from darktarget.matter.form_factors import FORM_FACTORS
from darktarget.options import Option, OptionGroup, from_words, given_by, names_of, option, options_of, spelled
from darktarget.production import PROCESSES
from darktarget.production.mesons.glauber import GLAUBER
from darktarget.production.options import OPTIONS
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.production.options.vector_meson import VectorMesonOptions
from darktarget.production.spectra.calculation import CALCULATIONS
from darktarget.registry import warn_once
from darktarget.shower.options import TracksOptions
from darktarget.shower.track_lengths import METHODS
from darktarget.thermal.options import RelicOptions

RUN = CliRunner()
SEEN = dt.experiment("na64e-2018")
WIDE = {"COLUMNS": "300"}
PRODUCTION = list(declared({**process_groups(), **STEPS}))
ONE_OF_EACH = {item.name: item for item, _ in PRODUCTION}


def other(item: Option) -> Any:
    """A value that is allowed and not the default."""
    if names := item.choices():
        return next(n for n in reversed(names) if n != item.default)
    return not item.default if item.kind is bool else item.default * 2


def words(item: Option, name: str = "") -> list[str]:
    """As the command line takes that value."""
    off = "no-" if item.kind is bool and item.default else ""
    flag = f"--{off}{(name or item.name).replace('_', '-')}"
    return [flag] if item.kind is bool else [flag, str(other(item))]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_option_has_one_name_everywhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line passes on is what Python takes, in ``limit``, ``xsec`` and ``events``."""
    item, passed = ONE_OF_EACH[name], {}

    def stop(*_: Any, **given: Any) -> None:
        passed.update(given)
        raise InputError("stop", 0, "nothing")

    for function in ("limit", "sampler", "produce"):
        monkeypatch.setattr(flow, function, stop)
    monkeypatch.setattr("darktarget.api.cross_section", stop)
    where = {
        "limit": ["na64e-2018", "dark-photon", "--mass", "0.1"],
        "xsec": ["dark-photon", "--mass", "0.1", "--target", "Pb", "--energy", "100"],
        "events": ["na64e-2018", "dark-photon", "--mass", "0.1", "-p", "coupling=1", "--out", "never.lhe"],
    }
    groups = {
        "limit": generated.production(),
        "xsec": generated.processes(),
        "events": generated.events_production(),
    }
    for command, start in where.items():
        if name not in names_of(*groups[command].values()):
            continue
        passed.clear()
        RUN.invoke(app, [command, *start])
        assert name not in passed  # the default is that of the field
        RUN.invoke(app, [command, *start, *words(item)])
        assert passed[name] == other(item)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_option_is_a_keyword_of_every_function(name: str) -> None:
    item = ONE_OF_EACH[name]
    model, bad = dt.model("dark-photon", mass=0.1), object()
    calls: list[Any] = [
        lambda **given: dt.limit(model, SEEN, **given),
        lambda **given: dt.produce(model, SEEN, **given),
        lambda **given: dt.measurement(model, SEEN, **given),
        lambda **given: dt.sampler(model, SEEN, **given),
        lambda **given: dt.cross_section(model, energy=100, target="Pb", **given),
    ]
    for call in calls:
        with pytest.raises(InputError, match=f"^{name} = <object .*allowed is {re.escape(item.allowed)}"):
            call(**{name: bad})
    assert choose({name: other(item)}).given == {name: other(item)}


def test_each_process_takes_its_own() -> None:
    given = choose({item.name: other(item) for item, _ in PRODUCTION})
    for name in PROCESSES.names():
        mine = given.process(name)
        assert type(mine) is group_of(name)
        assert all(getattr(mine, item.name) == other(item) for item in options_of(type(mine)))
        hints = get_type_hints(PROCESSES[name].produce)
        assert issubclass(type(mine), hints["options"])  # what the process reads
    assert given.of(TracksOptions) == TracksOptions("with-photons")


def test_choices_are_those_of_the_tables() -> None:
    """The fields are declared without importing the tables: the two must agree."""
    table: list[tuple[type[OptionGroup], str, Any]] = [
        (BremsstrahlungOptions, "cross_section", CALCULATIONS),
        (BremsstrahlungOptions, "form_factor", FORM_FACTORS),
        (group_of("annihilation"), "width", WIDTHS),
        (group_of("annihilation"), "electrons", ELECTRONS),
        (VectorMesonOptions, "glauber", GLAUBER),
        (TracksOptions, "tracks", METHODS),
        (RecastOptions, "normalisation", NORMALISATIONS),
        (StatisticOptions, "method", statistics.methods()),
        (StatisticOptions, "nuisances", statistics.limits.NUISANCES),
        (RelicOptions, "width", WIDTHS),
    ]
    for group, name, known in table:
        (item,) = (o for o in options_of(group) if o.name == name)
        assert sorted(item.choices()) == sorted(known), name


@pytest.mark.parametrize(
    ("function", "groups"),
    [
        (dt.limit, (StatisticOptions, ReportOptions)),
        (statistics.interval, (StatisticOptions,)),
        (dt.relic_target, (RelicOptions,)),
        (dt.omega, (RelicOptions,)),
    ],
)
def test_defaults_of_python_are_those_of_the_fields(function: Any, groups: tuple[type[OptionGroup], ...]) -> None:
    known = inspect.signature(function).parameters
    for item in (o for group in groups for o in options_of(group)):
        assert known[item.name].default == item.default


def test_the_help_is_grouped_and_complete() -> None:
    text = RUN.invoke(app, ["limit", "--help"], env=WIDE).output
    panels = re.split(r"╭─ ", text)
    for item, owners in declared({**generated.production(), **generated.statistic(), **generated.report()}):
        (panel,) = (p for p in panels if re.search(rf"│ --{item.name.replace('_', '-')} ", p))
        assert panel.startswith(f"Options of {', '.join(owners)} ─")
        assert all(choice in panel for choice in item.choices())
        if item.kind is not bool:
            assert "default" in panel
    assert "exact (default), ww or iww" in text
    assert "1e-3:1:60" in text  # masses by default
    events = RUN.invoke(app, ["events", "--help"], env=WIDE).output
    assert "by default bremsstrahlung, or the model's first with events" in events
    assert "meson-scale" not in text.replace("vector-meson", "")  # older spellings are not shown
    assert "etl" not in text
    bremsstrahlung = next(p for p in panels if "--cross-section" in p)
    assert "off-shell, virtual-photon" in bremsstrahlung


def test_the_usage_page_has_every_option() -> None:
    text = (Path(__file__).parents[2] / "docs" / "usage.md").read_text()
    for item, _ in declared({**generated.production(), **generated.statistic(), **generated.report()}):
        assert f"--{item.name.replace('_', '-')}" in text
    assert text.count(f"[--method {'|'.join(statistics.methods())}]") == 2  # limit and counts
    rows = {row.split("`")[1]: row for row in text.splitlines() if row.startswith("| `")}
    for item, owners in PRODUCTION:
        assert all(choice in rows[item.name] for choice in item.choices())
        assert all(owner in rows[item.name] or owner in STEPS for owner in owners)


def test_method_is_the_statistic_everywhere() -> None:
    for command in ("limit", "counts"):
        assert "feldman-cousins-published" in RUN.invoke(app, [command, "--help"], env=WIDE).output
    assert "--method" not in RUN.invoke(app, ["xsec", "--help"], env=WIDE).output
    refused = RUN.invoke(app, ["xsec", "dark-photon", "--target", "Pb", "--energy", "100", "--method", "ww"])
    assert "allowed is an option of limit and counts" in str(refused.exception)
    assert "--cross-section" in str(refused.exception)


def test_older_spellings() -> None:
    model = dt.model("dark-photon", mass=0.1)

    def sigma(**given: Any) -> float:
        return float(dt.cross_section(model, energy=100, target="Pb", **given).sigma[0])

    exact, ww = sigma(), sigma(cross_section="ww")
    assert exact == sigma(cross_section="exact") == sigma(cross_section="etl") == sigma(method="etl")
    assert ww == sigma(method="ww") != exact
    with pytest.raises(InputError, match="method"):
        sigma(method="ww", cross_section="iww")
    assert BremsstrahlungOptions(cross_section="etl") == BremsstrahlungOptions()  # type: ignore[arg-type]
    new, old = choose({"vector_meson_yield_scale": 2}), choose({"meson_scale": 2})
    assert new == old
    assert new.of(VectorMesonOptions).vector_meson_yield_scale == 2.0
    with pytest.raises(InputError, match="meson_scale = -1"):
        choose({"meson_scale": -1})
    with pytest.raises(InputError, match="given once"):
        choose({"meson_scale": 1, "vector_meson_yield_scale": 1})
    start = ["limit", "na64e-2018", "millicharge", "--mass", "0.1", "--process", "vector-meson", "--json"]
    found = {w: RUN.invoke(app, [*start, w, "4"]).stdout for w in ("--meson-scale", "--vector-meson-yield-scale")}
    assert len(set(found.values())) == 1
    assert "yields times 4" in found["--meson-scale"]


def test_stored_tables_keep_their_names() -> None:
    """Recipes of tables, and with them their digests, are those of before the renaming."""
    assert [how.recipe for how in CALCULATIONS.values()] == ["etl", "ww", "iww"]


def test_unknown_options_list_those_of_the_processes() -> None:
    model = dt.model("dark-photon", mass=0.1)
    with pytest.raises(UnknownName) as caught:
        dt.limit(model, SEEN, processes=["annihilation"], form_facter="helm")
    text = str(caught.value)
    assert "electrons (annihilation)" in text
    assert "tracks (tracks)" in text
    assert "glauber" not in text
    with pytest.raises(UnknownName, match=r"form_factor \(bremsstrahlung, off-shell, primakoff, virtual-photon\)"):
        choose({"form_facter": "helm"})
    own = ["method", "nuisances", "cl", "bands", "ranking", "signal_uncertainty", "processes"]
    with pytest.raises(UnknownName, match=r"Did you mean nuisances\?") as caught:
        dt.limit(model, SEEN, nuisance="none")
    assert set(own) < set(caught.value.valid)
    assert "glauber" in caught.value.valid
    functions: list[Any] = [dt.measurement, dt.produce]
    for function in functions:
        with pytest.raises(UnknownName, match=r"Did you mean processes\?") as caught:
            function(model, SEEN, proceses=["annihilation"])
        assert "bands" not in caught.value.valid
    with pytest.raises(UnknownName, match=r"Did you mean process\?"):
        dt.sampler(model, SEEN, proces="bremsstrahlung")
    with pytest.raises(UnknownName, match=r"Did you mean target\?"):
        dt.cross_section(model, energy=100, target="Pb", tarket="W")
    with pytest.raises(UnknownName, match="option = 'method'"):
        dt.produce(model, SEEN, method="ww")


@pytest.mark.parametrize("function", [dt.relic_target, dt.omega])
def test_unknown_options_of_the_relic_density(function: Any) -> None:
    with pytest.raises(UnknownName, match=r"one of .*width, equilibrium, kinetic\. Did you mean width\?"):
        function(dt.model("dark-photon", mass=0.1), widht="running")


def test_a_method_of_the_cross_section_is_named() -> None:
    for value in ("ww", "iww", "etl"):
        with pytest.raises(UnknownName, match=f"'{value}' is a value of cross_section .--cross-section"):
            dt.limit(dt.model("dark-photon", mass=0.1), SEEN, method=value)
    with pytest.raises(UnknownName) as caught:
        dt.limit(dt.model("dark-photon", mass=0.1), SEEN, method="guess")
    assert "cross_section" not in str(caught.value)


def test_an_option_of_another_process_has_no_effect() -> None:
    model = dt.model("dark-photon", mass=0.1)
    plain = dt.limit(model, SEEN, processes=["bremsstrahlung"]).coupling_upper
    given = dt.limit(model, SEEN, processes=["bremsstrahlung"], glauber="classical").coupling_upper
    np.testing.assert_array_equal(plain, given)


@pytest.mark.parametrize(
    ("item", "bad"),
    [
        (Option("n", int, 1, above=0), [0, 1.5, True, "1", np.inf, None]),
        (Option("x", float, 1.0, below=2, unit="GeV"), [2, np.nan, -np.inf, "1", [1]]),
        (Option("flag", bool, False), [0, 1, "yes", None]),
        (Option("text", str, "a"), [1, None]),
        (Option("name", str, "a", choices=lambda: ("a", "b")), ["c", 1, ["a"], None, "A"]),
    ],
)
def test_values_are_checked(item: Option, bad: list[Any]) -> None:
    assert item.check(item.default) == item.default
    for value in bad:
        with pytest.raises(InputError, match=f"^{item.name} = .*allowed is {item.allowed}"):
            item.check(value)
    assert Option("x", float, 1.0).check(np.float32(0.5)) == 0.5


def test_fields_are_checked() -> None:
    @dataclass(frozen=True)
    class NoDefault(OptionGroup):
        scale: float

    @dataclass(frozen=True)
    class NoScalar(OptionGroup):
        scale: complex = option(1j, "Not of a kind that an option can be")

    for group in (NoDefault, NoScalar):
        with pytest.raises(InputError, match=f"option of {group.__name__} = 'scale'"):
            options_of(group)


# a process of another package


@dataclass(frozen=True)
class ToyOptions(OptionGroup):
    """Options that only the toy process reads."""

    toy_scale: float = option(1.0, "Factor on the toy's yield", above=0, older=("scale_of_toy",))
    toy_form: Literal["plain", "fancy"] = option("plain", "Form of the toy")
    toy_energy: float = option(2.0, "Energy of the toy", above=0, unit="GeV")
    toy_quiet: bool = option(False, "Let the toy be quiet")


class Toy:
    """Bremsstrahlung times a factor."""

    name = "toy"
    beams = ("electron",)

    def cross_section(self, model: Any, beam: Any, target: str, options: ToyOptions) -> Any:
        """That of bremsstrahlung, with the options in the method."""
        made: Any = PROCESSES["bremsstrahlung"]()
        found = made.cross_section(model, beam, target)
        return type(found)(**{**vars(found), "method": (str(options),)})

    def produce(self, model: Any, tracks: Any, minimum: float, options: ToyOptions) -> Any:
        """That of bremsstrahlung, scaled."""
        made: Any = PROCESSES["bremsstrahlung"]()
        found = made.produce(model, tracks, minimum)
        return type(found)(**{**vars(found), "process": "toy", "weight": found.weight * options.toy_scale})


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The entry points of an installed package with the toy process."""
    points = {
        "darktarget.processes": [EntryPoint("toy", f"{__name__}:Toy", "darktarget.processes")],
        "darktarget.options": [EntryPoint("toy", f"{__name__}:ToyOptions", "darktarget.options")],
    }
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points.get(group, []))
    for registry in (PROCESSES, OPTIONS):
        monkeypatch.delitem(registry.__dict__, "_plugins", raising=False)
        monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.setattr("darktarget.models.dark_photon.DarkPhoton.on_request", ("toy",))
    yield
    for registry in (PROCESSES, OPTIONS):
        registry.__dict__.pop("_plugins", None)


@pytest.mark.usefixtures("toy")
def test_options_of_another_package_in_python() -> None:
    model = dt.model("dark-photon", mass=0.1)
    one = dt.produce(model, SEEN, processes=["toy"])[0].total
    np.testing.assert_allclose(dt.produce(model, SEEN, processes=["toy"], toy_scale=3)[0].total, 3 * one)
    half = dt.limit(model, SEEN, processes=["toy"]).coupling_upper / 2
    np.testing.assert_allclose(dt.limit(model, SEEN, processes=["toy"], toy_scale=4).coupling_upper, half)
    np.testing.assert_allclose(dt.limit(model, SEEN, processes=["toy"], scale_of_toy=4).coupling_upper, half)
    found = dt.cross_section(model, energy=100, target="Pb", process="toy", toy_form="fancy", toy_quiet=True)
    assert found.method == (str(ToyOptions(toy_form="fancy", toy_quiet=True)),)
    with pytest.raises(UnknownName, match="toy_form = 'odd': allowed is one of plain, fancy"):
        dt.limit(model, SEEN, processes=["toy"], toy_form="odd")
    with pytest.raises(UnknownName, match=r"toy_scale \(toy\), toy_form \(toy\)"):
        dt.limit(model, SEEN, processes=["toy"], toy_skale=2)


@pytest.mark.usefixtures("toy")
def test_options_of_another_package_on_the_command_line() -> None:
    text = RUN.invoke(app, ["limit", "--help"], env=WIDE).output
    panel = next(p for p in text.split("╭─ ") if p.startswith("Options of toy"))
    assert "--toy-form" in panel
    assert "plain (default) or fancy" in panel
    assert "(default 2 GeV)" in panel
    assert "scale-of-toy" not in panel
    start = ["limit", "na64e-2018", "dark-photon", "--mass", "0.1", "--process", "toy", "--json"]
    plain, scaled, older = (
        RUN.invoke(app, [*start, *more]) for more in ([], ["--toy-scale", "4"], ["--scale-of-toy", "4"])
    )
    assert plain.exit_code == scaled.exit_code == 0, scaled.output
    assert scaled.stdout == older.stdout != plain.stdout
    xsec = ["xsec", "dark-photon", "--mass", "0.1", "--target", "Pb", "--energy", "100", "--process", "toy", "--json"]
    assert "toy_quiet=True" in RUN.invoke(app, [*xsec, "--toy-quiet"]).stdout


@pytest.mark.usefixtures("toy")
def test_names_of_options_do_not_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(frozen=True)
    class Clash(OptionGroup):
        form_factor: Literal["round", "square"] = option("round", "Another thing")
        toy_scale: float = option(1.0, "Factor on the yield", above=0)

    @dataclass(frozen=True)
    class Taken(OptionGroup):
        out: str = option("", "A name that limit itself has")
        json: str = option("", "A name that limit itself has")
        older_out: str = option("", "A name that limit itself has", older=("force",))
        cl: float = option(1.0, "A name that limit itself has")
        toy_scale: float = option(1.0, "Factor on the yield", above=0)

    warn_once.cache_clear()
    monkeypatch.setitem(OPTIONS._loaded, "toy", Clash)
    with pytest.warns(PluginWarning, match=r"left out: option form_factor of toy \(.*Clash\), since bremsstrahlung"):
        assert {o.name for o, owners in declared(process_groups()) if "toy" in owners} == {"toy_scale"}
    with pytest.raises(UnknownName, match="form_factor = 'square': allowed is one of full, elastic, helm"):
        dt.produce(dt.model("dark-photon", mass=0.1), SEEN, form_factor="square")
    monkeypatch.setitem(OPTIONS._loaded, "toy", Taken)
    with pytest.warns(PluginWarning) as caught:
        text = RUN.invoke(app, ["limit", "--help"], env=WIDE).output
    assert sorted(str(w.message).split()[3] for w in caught) == ["cl", "json", "older_out", "out"]
    assert "A name that limit itself has" not in text
    assert {"--toy-scale", "--form-factor", "--out", "--cl", "--json"} <= set(text.split())


def test_names_of_shipped_options_do_not_collide() -> None:
    @dataclass(frozen=True)
    class Shipped(OptionGroup):
        form_factor: Literal["round", "square"] = option("round", "Another thing")

    options_of(Shipped)  # its annotations are read where it is defined
    Shipped.__module__ = "darktarget.somewhere"
    with pytest.raises(InputError, match="option of mine = 'form_factor': allowed is as bremsstrahlung"):
        declared({**process_groups(), "mine": Shipped})


# the command line stays quick


@pytest.mark.parametrize("line", ["--help", "limit --help", "xsec --help", "events --help", "counts --help"])
def test_the_help_imports_no_kernels(line: str) -> None:
    code = (
        "import sys\nfrom darktarget.interface.cli import main\n"
        f"sys.argv = ['darktarget', *{line.split()}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'scipy', 'darktarget.core', 'darktarget.flow', 'darktarget.statistics',"
        " 'darktarget.production.bremsstrahlung') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_public_function_takes_anything() -> None:
    """A type checker finds wrong types: no ``Any`` in the signature of a public function."""
    for name in (n for n in dir(dt) if inspect.isfunction(getattr(dt, n)) and not n.startswith("_")):
        function = getattr(dt, name)
        hints = {k: str(v) for k, v in function.__annotations__.items()}
        assert not {k for k, v in hints.items() if re.search(r"\bAny\b", v)}, name
        assert "return" in hints


@dataclass(frozen=True)
class _Worded(OptionGroup):
    """Options of every kind, as words after a name."""

    form: str = option("exact", "Formula", choices=lambda: ("exact", "ww"))
    share: float = option(0.0, "Share", least=0, most=1)
    steps: int = option(3, "Steps", above=0, older=("points",))
    fast: bool = option(False, "Whether it is fast")


def test_words_after_a_name_are_options() -> None:
    """``NAME:VALUE`` is the first option, ``NAME:OPTION=VALUE`` any; what they spell is read back."""
    read = from_words(_Worded, ["ww", "share=0.25", "points=4", "fast=true"], "mine")
    values = given_by(_Worded, read, "mine")
    assert values == _Worded("ww", 0.25, 4, True)
    assert spelled(values) == ("ww", "share=0.25", "steps=4", "fast=true")
    assert given_by(_Worded, from_words(_Worded, spelled(values), "mine"), "mine") == values
    assert spelled(_Worded()) == ()


def test_bad_words_after_a_name() -> None:
    with pytest.raises(InputError, match=r"share = 1\.5: allowed is a finite number >= 0 and <= 1"):
        given_by(_Worded, {"share": 1.5}, "mine")
    with pytest.raises(InputError, match="share = 'half'"):
        given_by(_Worded, from_words(_Worded, ["share=half"], "mine"), "mine")
    with pytest.raises(UnknownName, match="form = 'fast': allowed is one of exact, ww"):
        given_by(_Worded, from_words(_Worded, ["fast"], "mine"), "mine")
    with pytest.raises(UnknownName, match=r"option of mine = 'shares'.*Did you mean share"):
        from_words(_Worded, ["shares=1"], "mine")
    with pytest.raises(InputError, match="points = 2: allowed is given once, as steps"):
        given_by(_Worded, {"steps": 1, "points": 2}, "mine")
    with pytest.raises(InputError, match="plain has no options"):
        from_words(OptionGroup, ["ww"], "plain")
