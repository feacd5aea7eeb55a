"""``darktarget show`` and the optional facts of a declaration."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import darktarget as dt
from darktarget.constraints import CONSTRAINTS
from darktarget.errors import DeclarationError, UnknownName
from darktarget.interface.cli import app
from darktarget.io import toml
from darktarget.keywords import group_of
from darktarget.matter.materials import material
from darktarget.models import MODELS
from darktarget.options import options_of
from darktarget.production import PROCESSES

RUN = CliRunner()
MINE = """extends = "na64e-2018"
title = "mine"
{extra}
"""


def derived_from(text: str) -> dict[str, Any]:
    """What follows from a declaration, which is in comments."""
    lines = text.split("# [derived]")[1].splitlines()
    follows = "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines)
    return dict(tomllib.loads(f"[derived]{follows}")["derived"])


@pytest.mark.parametrize("name", dt.names("experiments"))
def test_every_experiment_is_input_again(name: str, tmp_path: Path) -> None:
    """The text is TOML, the same as the merged files and as the JSON document, and loads as the same experiment."""
    text, document = RUN.invoke(app, ["show", name]), RUN.invoke(app, ["show", name, "--json"])
    assert text.exit_code == document.exit_code == 0, text.output
    loaded = json.loads(document.stdout)
    assert loaded.keys() == {"experiment", "declared", "derived"}
    assert tomllib.loads(text.stdout) == loaded["declared"] == dt.declaration(name)
    derived = derived_from(text.stdout)
    assert derived == loaded["derived"]
    assert derived["exposure"] == sum(run["exposure"] for run in loaded["declared"]["runs"].values())
    path = tmp_path / "mine.toml"
    path.write_text(text.stdout)
    mine, shipped = dt.experiment(path), dt.experiment(name)
    assert replace(mine, name=name) == shipped


@pytest.mark.parametrize("name", ["na64e-2018", "ldmx-8gev-2e16", "na64mu-2022"])
def test_the_limit_of_what_is_shown_is_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(RUN.invoke(app, ["show", name]).stdout)
    bounds = [dt.limit("dark-photon", given, mass=[0.01, 0.1]) for given in (name, path)]
    assert bounds[0].coupling_upper.tolist() == bounds[1].coupling_upper.tolist()


def test_a_shown_file_may_be_moved(tmp_path: Path) -> None:
    """Materials in files of the old folder, materials of its own, dropped keys and quoted text."""
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    (tmp_path / "first" / "crystal.toml").write_text('formula = "PbWO4"\ndensity_g_cm3 = 8.3\n')
    own = tmp_path / "first" / "own.toml"
    own.write_text(
        'extends = "na64e-2018"\ntitle = """a "quoted" \\\\ title\nof two lines, \u00e9 \U0001f600 \\u007f"""\n'
        'drop = ["target.layers", "runs.2016-I"]\nassumptions = []\n'
        "[materials.mine]\nelements = { Pb = 0.5, W = 0.5 }\ndensity_g_cm3 = 12.0\n"
        '[target.layers.front]\nmaterial = "mine"\nthickness_X0 = 1\n'
        '[target.layers.crystal]\nmaterial = "crystal.toml"\nthickness_cm = 0.1\nvisible = true\n'
        "[apparatus]\n'field [T m]' = -7.0\n'a \"b\".c' = 'text'\n"
    )
    moved = tmp_path / "second" / "own.toml"
    moved.write_text(RUN.invoke(app, ["show", str(own)]).stdout, encoding="utf-8")
    assert dt.experiment(moved) == dt.experiment(own)
    assert str(dt.experiment(moved).target.layers[1].material) == "crystal"


TABLES = st.recursive(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False), st.dates(), st.times(),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), TABLES, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_table_is_read_back(table: dict[str, object]) -> None:
    try:
        text = toml.document(table)
        text.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates
        return
    assert tomllib.loads(text) == table


def test_what_toml_cannot_hold() -> None:
    assert tomllib.loads(toml.document({"a": None, "b": {"c": None}})) == {"b": {}}
    with pytest.raises(TypeError, match="TOML has no object"):
        toml.document({"a": object()})


@pytest.mark.parametrize("name", [*dt.names("materials")[::7], "Pb", "PbWO4", "lead-glass"])
def test_materials(name: str, tmp_path: Path) -> None:
    shown = RUN.invoke(app, ["show", name]).stdout
    path = tmp_path / f"{name}.toml"
    path.write_text(shown)
    assert material(path) == material(name)
    derived = derived_from(shown)["density_effect"]
    assert derived == asdict(material(name).density_effect)
    assert RUN.invoke(app, ["show", str(path)]).stdout.startswith(shown.split("\n\n")[0])


@pytest.mark.parametrize("name", dt.names("models"))
def test_models(name: str) -> None:
    """A model in Python is shown as a file that extends it, with the defaults of all parameters."""
    shown = RUN.invoke(app, ["show", name]).stdout
    table, document = tomllib.loads(shown), json.loads(RUN.invoke(app, ["show", name, "--json"]).stdout)
    assert document["model"] == name
    if "extends" in table:
        assert table["extends"] == name
        parameters = {p.name: p for p in MODELS[name].parameters}  # type: ignore[attr-defined]
        assert table["defaults"] == {k: p.default for k, p in parameters.items() if p.default is not None}
        assert all(p.allowed in shown for p in parameters.values())
        assert dt.model(name, mass=0.1, **table["defaults"]) == dt.model(name, mass=0.1)
        assert derived_from(shown)["references"] == list(dt.model(name, mass=0.1).references)


def test_a_model_with_a_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = {"title": "mine", "mediator": {"symbol": "Z'", "spin": 1}}
    monkeypatch.setattr(MODELS["b-l"], "declaration", declared, raising=False)
    assert tomllib.loads(RUN.invoke(app, ["show", "b-l"]).stdout) == declared


@pytest.mark.parametrize("name", dt.names("constraints"))
def test_constraints(name: str) -> None:
    found = tomllib.loads(RUN.invoke(app, ["show", name, "--kind", "constraint"]).stdout)
    search = CONSTRAINTS[name]
    assert (found["title"], found["references"]) == (search.title, list(search.references))
    assert [row["value"] for row in found.get("published", [])] == [n.value for n in search.published]
    for key, option in found.get("options", {}).items():
        assert option["default"] == getattr(search().chosen, key)


@pytest.mark.parametrize("name", dt.names("processes"))
def test_processes(name: str) -> None:
    found = tomllib.loads(RUN.invoke(app, ["show", name]).stdout)
    assert found["beams"] == list(PROCESSES[name].beams)
    assert found.get("options", {}).keys() == {o.name for o in options_of(group_of(name))}


def test_a_name_of_two_kinds() -> None:
    first = RUN.invoke(app, ["show", "e137"])
    assert "beam" in tomllib.loads(first.stdout)
    assert "--kind constraint" in first.stderr
    second = RUN.invoke(app, ["show", "e137", "--kind", "constraint"])
    assert "title" in tomllib.loads(second.stdout)
    assert second.stderr == ""
    wrong = RUN.invoke(app, ["show", "e137", "--kind", "figure"])
    assert isinstance(wrong.exception, UnknownName)


def test_what_follows_from_intensity_and_purity() -> None:
    derived = json.loads(RUN.invoke(app, ["show", "na64e-2018", "--json"]).stdout)["derived"]
    assert derived["spills"]["2018"] == pytest.approx(26714, rel=1e-4)
    assert derived["impurities_at_most"] == pytest.approx(2.84e5)
    assert json.loads(RUN.invoke(app, ["show", "na64e-2022", "--json"]).stdout)["derived"].keys() == {
        "exposure",
        "effective_exposure",
    }
    assert "spills" not in json.loads(RUN.invoke(app, ["show", "m3", "--json"]).stdout)["derived"]


def test_a_file_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(extra="[apparatus]\nmagnet = 'MBP'\n'field [T m]' = -7.0\n"))
    shown = tomllib.loads(RUN.invoke(app, ["show", str(path)]).stdout)
    assert shown["title"] == "mine"
    assert shown["apparatus"]["field [T m]"] == -7.0
    assert shown["apparatus"]["micromegas"] == 6  # what is extended stays


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ("[purity]\nimpurity = 1.5", "purity.impurity"),
        ("[purity]\nsuppressed_to = 0.5", "purity.suppressed_to"),
        ("[purity]\nmomentum_window_GeV = -1.0", "purity.momentum_window_GeV"),
        ("[purity]\nmomentum_window_GeV = 300.0", "purity.momentum_window_GeV"),
        ("[purity]\nhadrons = 0.1", "purity.hadrons"),
        ("[runs.2018]\nparticles_per_spill = 0", "runs.2018.particles_per_spill"),
        ("[apparatus]\ntracker = [1, 2]", "apparatus.tracker"),
        ("[apparatus.tracker]\nmicromegas = 6", "apparatus.tracker"),
        ("[apparatus]\nfield = inf", "apparatus.field"),
    ],
)
def test_bad_facts_are_refused(tmp_path: Path, extra: str, field: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(extra=extra))
    with pytest.raises(DeclarationError, match=field.replace(".", r"\.")):
        dt.experiment(path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    shown = RUN.invoke(app, ["show", "na64e-2081"], catch_exceptions=True)
    assert shown.exit_code != 0
    assert "na64e-2018" in str(shown.exception) + shown.output
