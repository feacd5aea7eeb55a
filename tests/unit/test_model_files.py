"""Models in TOML files: the schema and its errors, files as names everywhere, pickling, other defaults."""

from __future__ import annotations

import copy
import json
import multiprocessing
import pickle
import subprocess
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import darktarget as dt
from darktarget.core import Array, Model
from darktarget.errors import DeclarationError, InputError, MissingKey, UnknownKey, UnknownName
from darktarget.interface.cli import app
from darktarget.models import LOADERS, MODELS, from_toml
from darktarget.models.base.declaration import declared
from darktarget.models.base.file_schema import model_json_schema, model_reference
from darktarget.models.base.tables import ExtensionTable, FormsTable, ModelTable
from darktarget.registry import Registry
from darktarget.schemas.keys import keys_of
from darktarget.schemas.messages import header, inner_table

MINIMAL = """
title = "A boson"
[mediator]
symbol = "X"
spin = 1
[leptons]
electron = 1.0
"""
DARK = """
[dark.states.chi]
kind = "majorana"
"""


def write(folder: Path, text: str, name: str = "my-boson.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def table(**changes: Any) -> dict[str, Any]:
    return {**tomllib.loads(MINIMAL), **changes}


BAD: dict[str, tuple[dict[str, Any], type[InputError], str]] = {
    "unknown particle": (
        table(leptons={"electrn": 1.0}), UnknownKey, r"m.toml: leptons.electrn is not .*Did you mean electron\?"),
    "no spin": (table(mediator={"symbol": "X"}), MissingKey, r"m.toml: mediator.spin is missing: one of 0, 1, 2 is"),
    "no symbol": (table(mediator={"spin": 1}), MissingKey, r"mediator.symbol is missing: text is required"),
    "no mediator": ({"title": "t"}, MissingKey, r"m.toml: mediator is missing: a table is required"),
    "empty": ({}, MissingKey, r"m.toml: title is missing: text is required.*extends"),
    "spin 3": (table(mediator={"symbol": "X", "spin": 3}), DeclarationError, r"spin = 3: allowed is one of 0, 1, 2"),
    "spin true": (table(mediator={"symbol": "X", "spin": True}), DeclarationError, r"spin = True"),
    "spin 1.0": (table(mediator={"symbol": "X", "spin": 1.0}), DeclarationError, r"spin = 1.0"),
    "misspelt table": (table(lepton={}), UnknownKey, r"m.toml: lepton is not a key.*Did you mean leptons\?"),
    "misspelt key": (
        table(mediator={"symbol": "X", "spin": 1, "mas_label": "m"}), DeclarationError, r"Did you mean mass_label\?"),
    "table expected": (table(mediator=1), DeclarationError, r"mediator = 1: allowed is a table"),
    "bool": (table(leptons={"electron": True}), DeclarationError, r"electron = True: allowed is a number from .* or "),
    "text": (table(leptons={"electron": "1"}), DeclarationError, r"leptons.electron = '1': .*number without quotes"),
    "nan": (table(leptons={"electron": float("nan")}), DeclarationError, r"leptons.electron = nan"),
    "inf": (table(leptons={"electron": {"axial": float("inf")}}), DeclarationError, r"electron.axial = inf"),
    "form of another spin": (
        table(leptons={"electron": {"scalar": 1.0}}), DeclarationError, r"electron.scalar = 1.0: .*are vector, axial"),
    "misspelt form": (table(leptons={"electron": {"axal": 1.0}}), DeclarationError, r"Did you mean axial\?"),
    "forms and chiralities": (
        table(leptons={"electron": {"left": 1.0, "axial": 1.0}}), DeclarationError, r"either left and right, or vec"),
    "neutrino table": (table(leptons={"nu_e": {"left": 1.0}}), DeclarationError, r"nu_e.*left-handed neutrino"),
    "nothing couples": (table(leptons={}), DeclarationError, r"leptons = None: allowed is at least one coupling"),
    "zero": (table(leptons={"electron": 0.0}), DeclarationError, r"at least one coupling that is not 0"),
    "photons of a vector": (table(photons={"coupling": 1.0}), DeclarationError, r"left out for spin 1"),
    "unit": (table(coupling={"unit": "1/GeV"}), DeclarationError, r"coupling.unit = '1/GeV': allowed is one of e, 1"),
    "infinite loop": (table(loop_mixing={"leptons": True}), DeclarationError, r"sum to 1, not 0.*scale_GeV"),
    "loop false": (table(loop_mixing={"leptons": False}), DeclarationError, r"loop_mixing.leptons = False: .* true"),
    "a list": (table(leptons={"electron": [1.0]}), DeclarationError, r"electron = \[1.0\]: .* a number .* or a table"),
    "blank": (table(mediator={"symbol": " ", "spin": 1}), DeclarationError, r"symbol = ' ': allowed is text"),
    "loop 1": (table(loop_mixing={"leptons": 1}), DeclarationError, r"loop_mixing.leptons = 1: allowed is true"),
    "references": (table(references="2104.03297"), DeclarationError, r"references = '2104.03297': allowed is a list"),
}  # fmt: skip
SCALAR: dict[str, tuple[dict[str, Any], str]] = {
    "neutrino": ({"leptons": {"nu_e": 1.0}}, r"nu_e = 1.0: allowed is left out for spin 0"),
    "chirality": ({"leptons": {"electron": {"left": 1.0}}}, r"electron.left = 1.0: .* spin 0 are scalar, pseudoscalar"),
    "mixing": ({"coupling": {"kinetic_mixing": 1.0}}, r"left out for spin 0"),
    "loop": ({"loop_mixing": {"leptons": True}}, r"no charged lepton has a vector coupling"),
}


def dark(**changes: Any) -> dict[str, Any]:
    states = {"chi": {"kind": "majorana"}}
    return table(dark={"states": states, "currents": [{"states": ["chi", "chi"], "axial": 1.0}], **changes})


def two(kind: Any, **current: Any) -> dict[str, Any]:
    states = {"chi1": {"kind": kind}, "chi2": {"kind": kind, "splitting": 0.4}}
    return table(dark={"states": states, "currents": [{"states": ["chi1", "chi2"], **current}]})


BAD_DARK: dict[str, tuple[dict[str, Any], type[InputError], str]] = {
    "vector of a Majorana": (
        dark(currents=[{"states": ["chi", "chi"], "vector": 1.0}]), DeclarationError,
        r"currents\[0\].vector = 1.0: allowed is one of axial for one particle of kind majorana.*vector current of a"),
    "vector of a real scalar": (
        dark(states={"chi": {"kind": "real-scalar"}}, currents=[{"states": ["chi", "chi"], "vector": 1.0}]),
        DeclarationError, r"no current at all for one particle of kind real-scalar and spin 1. A real scalar has no v"),
    "axial of scalars": (two("scalar", axial=1.0), DeclarationError, r"There is no axial current of it"),
    "unknown state": (
        dark(currents=[{"states": ["chi", "ch"], "axial": 1.0}]), UnknownName, r"currents\[0\].states = 'ch'"),
    "one state": (dark(currents=[{"states": ["chi"], "axial": 1.0}]), DeclarationError, r"allowed is a list of 2 t"),
    "no form": (dark(currents=[{"states": ["chi", "chi"]}]), DeclarationError, r"at least one of vector, axial"),
    "kind": (dark(states={"chi": {"kind": "weyl"}}), DeclarationError, r"kind = 'weyl': allowed is one of .dirac"),
    "no kind": (dark(states={"chi": {}}), MissingKey, r"chi.kind is missing: .* is required"),
    "kind of a current": (two("dirac", vector=1.0, kinds=["scalar"]), UnknownName, r"kinds = 'scalar'"),
    "no states": (dark(states={}), DeclarationError, r"a table with at least one entry"),
    "antiparticle": (dark(states={"chibar": {"kind": "dirac"}}), DeclarationError, r"not ending in .bar"),
    "a lepton": (dark(states={"mu": {"kind": "dirac"}}), DeclarationError, r"a name that no other particle has"),
    "the mediator": (dark(states={"X": {"kind": "dirac"}}), DeclarationError, r"a name that no other particle has"),
    "two masses": (
        dark(states={"chi": {"kind": "dirac", "mass_ratio": 3.0, "mass_GeV": 1.0}}), DeclarationError,
        r"exactly one of mass_ratio, mass_GeV"),
    "splitting of the first": (dark(states={"chi": {"kind": "dirac", "splitting": 1.0}}), DeclarationError, r"exactly"),
    "no second mass": (
        dark(states={"chi": {"kind": "dirac"}, "chi2": {"kind": "dirac"}}), DeclarationError, r"chi2 = .*splitting"),
    "another unit": (
        dark(states={"chi": {"kind": "dirac", "mass_MeV": 30}}), UnknownKey, r"The unit is GeV: mass_GeV = 0.03\."),
    "kind twice": (dark(states={"chi": {"kind": ["dirac", "dirac"]}}), DeclarationError, r"every kind once"),
    "misspelt current": (
        dark(currents=[{"states": ["chi", "chi"], "axail": 1.0}]), UnknownKey, r"currents\[0\].axail is not .*axial\?"),
    "mass 0": (dark(states={"chi": {"kind": "dirac", "mass_GeV": 0}}), DeclarationError, r"is a number above 0"),
    "twice": (
        dark(currents=[{"states": ["chi", "chi"], "axial": 1.0}] * 2), DeclarationError, r"one current per pair"),
    "two kinds": (
        table(dark={"states": {"a": {"kind": "dirac"}, "b": {"kind": "scalar", "splitting": 1.0}},
                    "currents": [{"states": ["a", "b"], "vector": 1.0}]}),
        DeclarationError, r"two particles of the same kind"),
}  # fmt: skip


@pytest.mark.parametrize("case", [*BAD, *BAD_DARK])
def test_bad_declarations_name_file_key_value_and_what_is_allowed(case: str) -> None:
    given_table, error, text = {**BAD, **BAD_DARK}[case]
    with pytest.raises(error, match=text) as caught:
        declared("m", given_table, "m.toml")
    assert str(caught.value).startswith("m.toml")


@pytest.mark.parametrize("case", SCALAR)
def test_couplings_that_a_scalar_does_not_have(case: str) -> None:
    changes, text = SCALAR[case]
    with pytest.raises(DeclarationError, match=text):
        declared("m", {**table(mediator={"symbol": "phi", "spin": 0}), **changes}, "m.toml")


def test_a_tensor_couples_to_conserved_energy_and_momentum_or_to_leptons() -> None:
    tensor = table(mediator={"symbol": "G", "spin": 2}, leptons={"electron": 1.0, "muon": 1.0})
    declared("m", {**tensor, "photons": {"coupling": 1.0}}, "m.toml")
    with pytest.raises(DeclarationError, match=r"photons.coupling = 0.5: allowed is 0, or the coupling of all charged"):
        declared("m", {**tensor, "photons": {"coupling": 0.5}}, "m.toml")
    with pytest.raises(DeclarationError, match="quarks are not supported"):
        declared("m", {**tensor, "quarks": {"up": 1.0}}, "m.toml")


@settings(max_examples=30)
@given(
    st.one_of(st.booleans(), st.text(), st.none(), st.lists(st.floats()), st.sampled_from([np.nan, np.inf, -np.inf]))
)
def test_charges_are_finite_numbers(value: Any) -> None:
    with pytest.raises(DeclarationError, match=r"leptons.muon"):
        declared("m", table(leptons={"muon": value}), "m.toml")


@settings(max_examples=30)
@given(st.dictionaries(st.text(max_size=8), st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=3))))
def test_any_table_gives_a_declaration_or_a_named_error(top: dict[str, Any]) -> None:
    for keys in (top, {**table(), **top}, table(mediator=top), table(leptons=top), table(dark=top)):
        try:
            declared("m", keys, "m.toml")
            refusal = "m.toml"
        except InputError as error:
            refusal = str(error)
        assert "m.toml" in refusal


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", r"title is missing"),
        (b"\xef\xbb\xbftitle = 'x'", "byte order mark"),
        (b"title = \xff", "a text file in UTF-8"),
        (b"title = 'x'\nspin = = 1", "line 2"),
        (b"import os", "valid TOML"),
    ],
    ids=["empty", "byte order mark", "latin", "broken", "code"],
)
def test_files_that_are_no_models(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(DeclarationError, match=text) as caught:
        dt.model(path, mass=0.1)
    assert "bad.toml" in str(caught.value)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="No such file"):
        dt.model(str(tmp_path / "absent.toml"), mass=0.1)
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(DeclarationError, match="a readable TOML file"):
        dt.model(tmp_path / "folder.toml", mass=0.1)
    with pytest.raises(DeclarationError, match="name of the file"):
        dt.model(write(tmp_path, MINIMAL, "my boson.toml"), mass=0.1)


# --- files as names


def test_a_file_is_a_model_like_any_other(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    one, two = dt.model(path, mass=[0.01, 0.1]), dt.model(str(path), mass=[0.01, 0.1])
    assert one == two
    assert type(one) is type(two)
    assert one.name == "my-boson"
    with pytest.raises(UnknownName, match="parameter = 'mas'"):
        dt.model(path, mas=1.0)
    write(tmp_path, MINIMAL.replace("1.0", "2.0"))
    assert dt.model(path, mass=[0.01, 0.1]) != one  # the file is read again


def test_equal_models_have_equal_hashes_and_other_parameters_differ(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    assert hash(dt.model(path, mass=0.1)) == hash(dt.model(path, mass=0.1))
    assert dt.model(path, mass=0.1) != dt.model(path, mass=0.2)
    assert dt.model(path, mass=0.1) != dt.model(write(tmp_path, MINIMAL, "other.toml"), mass=0.1)


def _widths(model: Model) -> tuple[Model, Array]:
    return model, model.width(coupling=1e-3)


def test_models_of_files_go_through_a_process_pool_and_copies(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL + DARK + '[[dark.currents]]\nstates = ["chi", "chi"]\naxial = 1.0\n', "base-boson.toml")
    path = write(tmp_path, 'extends = "base-boson.toml"\n[defaults]\nalpha_D = 0.02\n')
    models = [dt.model(path, mass=[0.1, 0.3]), dt.model("l-e-l-mu", mass=[0.1, 0.3], dm="dirac")]
    path.unlink()  # nothing is read again
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        for model, (back, width) in zip(models, pool.map(_widths, models), strict=True):
            assert back == model
            assert type(back) is type(model)
            assert (width == model.width(coupling=1e-3)).all()
            assert not back.mass.flags.writeable
    for model in models:
        for same in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
            assert same == model
            channels = pickle.loads(pickle.dumps(model.channels()))  # noqa: S301
            assert channels == model.channels()


def test_the_command_line_takes_files_everywhere(tmp_path: Path) -> None:
    text = MINIMAL + DARK + '[[dark.currents]]\nstates = ["chi", "chi"]\naxial = 1.0\n'
    path = str(write(tmp_path, text))
    runner, mass = CliRunner(), ("--mass", "0.03,0.1")
    commands: dict[str, tuple[str, ...]] = {
        "limit": ("na64e-2018", path, *mass, "--out", str(tmp_path / "out")),
        "width": (path, *mass, "-p", "coupling=1e-4"),
        "xsec": (path, *mass, "--target", "Pb", "--energy", "100"),
        "relic": (path, *mass),
        "gminus2": (path, *mass),
        "constraint": ("babar-2017", path, *mass),
        "events": (
            "ldmx-4gev",
            path,
            "--mass",
            "0.1",
            "-p",
            "coupling=1e-4",
            "--number",
            "50",
            "--out",
            str(tmp_path / "events.lhe"),
        ),
    }
    for command, words in commands.items():
        as_json = () if command == "events" else ("--json",)
        done = runner.invoke(app, [command, *words, *as_json])
        assert done.exit_code == 0, (command, done.exception)
        if not as_json:
            continue
        assert json.loads(done.stdout).get("model", "my-boson") == "my-boson", command
    assert {p.name for p in (tmp_path / "out").glob("*.csv")} == {"na64e-2018_my-boson.csv"}


def test_a_cold_limit_imports_nothing_heavy(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL)
    code = (
        f"import sys, darktarget as dt; dt.limit(dt.model({str(path)!r}, mass=0.1), dt.experiment('na64e-2018'));"
        "print([m for m in ('scipy', 'numba', 'matplotlib', 'pandas', 'xarray') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


# --- the registry


def test_shipped_files_are_members_next_to_the_models_in_python() -> None:
    shipped = {p.stem for p in MODELS.folder.glob("*.toml")}
    assert {"l-e-l-mu", "l-e-l-tau", "b-3l-e", "protophobic", "electrophilic-scalar", "chiral-z"} <= shipped
    assert shipped < set(dt.names("models"))
    assert not {p.stem.replace("_", "-") for p in MODELS.folder.glob("*.py")} & shipped
    for name in shipped:
        assert MODELS.path(name).suffix in LOADERS
        assert MODELS[name] is from_toml(MODELS.path(name))


def test_a_package_of_ones_own_may_hold_model_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "my_models"
    package.mkdir()
    (package / "__init__.py").touch()
    write(package, MINIMAL)
    write(package, "title = 1", "broken.toml")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("mine", "my_models", "darktarget.models")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: (entry,) if group == entry.group else ())
    registry: Registry[type[Model]] = Registry("model", "darktarget.models", others=LOADERS)
    assert registry["my-boson"].name == "my-boson"
    assert {"my-boson", "dark-photon", "l-e-l-mu"} <= set(registry.names())
    with pytest.raises(DeclarationError, match=r"broken.toml: title = 1"):
        registry["broken"]


# --- other defaults


def test_a_registered_model_with_other_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, 'extends = "idm"\nreferences = ["2107.02021", "2201.08409"]\n[defaults]\nsplitting = 0.1\n')
    own, given_by_hand = dt.model(path, mass=0.3), dt.model("idm", mass=0.3, splitting=0.1)
    assert own.values == given_by_hand.values
    assert own.name == "my-boson"
    assert own.references == (*given_by_hand.references, "2201.08409")
    assert [c.label for c in own.channels()] == [c.label for c in given_by_hand.channels()]
    assert dt.model(path, mass=0.3, splitting=0.2).values["splitting"] == 0.2
    choice = write(tmp_path, 'extends = "l-e-l-mu"\n[defaults]\ndm = "dirac"\n', "with-dark.toml")
    assert dt.model(choice, mass=0.1).states() == dt.model("l-e-l-mu", mass=0.1, dm="dirac").states()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ('extends = "idn"', UnknownName, r"extends = 'idn'.*Did you mean idm\?"),
        ('extends = "absent.toml"', DeclarationError, "No such file"),
        ('extends = "my-boson.toml"', DeclarationError, "a model that does not extend this one"),
        ('extends = "idm"\n[defaults]\nsplit = 1', UnknownName, r"defaults = 'split'"),
        (
            'extends = "idm"\n[defaults]\nsplitting = -1',
            DeclarationError,
            r"defaults.splitting = -1.0: allowed is a fin",
        ),
        ('extends = "idm"\n[defaults]\nsplitting = [1, 2]', DeclarationError, r"defaults.splitting = \[1, 2\]"),
        (
            'extends = "idm"\n[defaults]\ndm = "dirac"',
            DeclarationError,
            r"defaults.dm = 'dirac': allowed is one of maj",
        ),
        ('extends = "idm"\n[leptons]\nmuon = 1', UnknownKey, r"leptons is not a key of this table"),
        ("extends = 1", DeclarationError, r"extends = 1"),
    ],
)
def test_bad_extensions(tmp_path: Path, text: str, error: type[InputError], message: str) -> None:
    with pytest.raises(error, match=message):
        dt.model(write(tmp_path, text), mass=0.1)


# --- the schema in other forms

SCHEMA = model_json_schema()
CHECK = jsonschema.Draft7Validator(SCHEMA)
SHIPPED = sorted([*MODELS.folder.glob("*.toml"), *(MODELS.folder / "examples").glob("*.toml")])


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    CHECK.validate(table())
    CHECK.validate({"extends": "idm", "defaults": {"splitting": 0.1, "dm": "majorana"}})
    assert not {"null", "$defs", "$ref"} & set(json.dumps(SCHEMA).split('"'))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.stem))
def test_shipped_files_fit_the_json_schema(path: Path) -> None:
    CHECK.validate(tomllib.loads(path.read_text(encoding="utf-8")))


#: What a schema cannot say: TOML numbers that are not finite, 1.0 for 1, sums, names of other tables, first and second.
BEYOND = {
    "spin 1.0", "nan", "inf", "nothing couples", "zero", "infinite loop", "loop", "vector of a Majorana",
    "vector of a real scalar", "axial of scalars", "unknown state", "no form", "kind of a current",
    "a lepton", "the mediator", "splitting of the first", "no second mass", "two kinds",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in (*BAD, *BAD_DARK) if case not in BEYOND])
def test_the_json_schema_refuses_the_same_mistakes(case: str) -> None:
    assert not CHECK.is_valid({**BAD, **BAD_DARK}[case][0])


def test_the_json_schema_knows_the_spin() -> None:
    for changes, _ in SCALAR.values():
        assert not CHECK.is_valid({**table(mediator={"symbol": "phi", "spin": 0}), **changes})
    CHECK.validate(table(mediator={"symbol": "phi", "spin": 0}, photons={"coupling": 1.0}))
    tensor = table(mediator={"symbol": "G", "spin": 2})
    CHECK.validate({**tensor, "photons": {"coupling": 1.0}, "coupling": {"unit": "1/GeV"}})
    assert not CHECK.is_valid({**tensor, "quarks": {"up": 1.0}})


@pytest.mark.parametrize(
    "changes", [{"leptons": {"muon": 1}}, {"defaults": {"splitting": True}}, {"extends": 1}, {"default": {}}]
)
def test_the_json_schema_refuses_bad_extensions(changes: dict[str, Any]) -> None:
    assert not CHECK.is_valid({"extends": "idm", **changes})


def test_the_command_prints_the_json_schema() -> None:
    assert json.loads(CliRunner().invoke(app, ["schema", "model"]).stdout) == SCHEMA


def tables(schema: Any, path: str = "") -> dict[str, Any]:
    """All tables of a schema by their headers."""
    found = {header(path) if path else "": schema}
    for key in keys_of(schema).values():
        inner, part = inner_table(key)
        found |= tables(inner, f"{path}.{part}" if path else part) if inner else {}
    return found


def test_the_key_reference_has_every_key_with_its_meaning() -> None:
    page, listed = model_reference(), tables(ModelTable)
    assert {"[dark.states.NAME]", "[[dark.currents]]", "[leptons]"} <= set(listed)
    for name, schema in {**listed, "forms": FormsTable, "extension": ExtensionTable}.items():
        assert not name.startswith("[") or f"## `{name}`" in page
        for key in keys_of(schema).values():
            assert len(key.meaning) > 4, key.name
            assert f"| `{key.name}` | {key.allowed} | {key.unit} |" in page
    assert "#:schema ./model.schema.json" in page
