"""Experiments' TOML files: every mistake in plain words, options, the key reference and the JSON Schema."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import darktarget as dt
from darktarget import cache
from darktarget.core import Beam, Layer, Target
from darktarget.detector import preshower
from darktarget.errors import DarktargetError, DeclarationError, InputError, MissingKey, UnknownKey, UnknownName
from darktarget.experiments import EXPERIMENTS
from darktarget.experiments.schema import ExperimentTable, experiment_json_schema, experiment_reference
from darktarget.interface.cli import app
from darktarget.io.toml import document
from darktarget.matter.declared import KEYS
from darktarget.production.options import OPTIONS
from darktarget.schemas.keys import attribute_meanings, keys_of, model_of_class
from darktarget.schemas.messages import inner_table, validate
from darktarget.schemas.units import SIZES, in_another_unit, split
from darktarget.shower import track_lengths
from darktarget.signatures import SIGNATURES
from darktarget.units import GeV

PBWO4 = {"formula": "PbWO4", "density_g_cm3": 8.28}


def whole() -> dict[str, Any]:
    """A file with every table."""
    return {
        "title": "mine",
        "published": "2026-01-01",
        "references": [],
        "projection": True,
        "beam": {"particle": "positron", "energy_GeV": 70.0},
        "materials": {"crystal": dict(PBWO4)},
        "target": {
            "repeat": 10,
            "preshower_repeats": 2,
            "layers": {"a": {"material": "crystal", "thickness_X0": 2, "visible": True}},
        },
        "detector": {
            "ecal": {"role": "target", "length_cm": 20.0},
            "hcal": {
                "role": "calorimeter", "gap_cm": 5.0, "length_cm": 50.0, "repeat": 10,
                "layers": {"a": {"material": "crystal", "thickness_X0": 2, "visible": True}},
            },
        },
        "runs": {"one": {"exposure": 1e11, "efficiency": 0.5}},
        "bins": {
            "one": {
                "expected_from_background": "median",
                "background": 0.1,
                "signature": {
                    "name": "missing-energy",
                    "calorimeter_energy_below_GeV": 35.0,
                    "production_energy_above_GeV": 30.0,
                    "preshower_energy_above_GeV": 0.5,
                },
            }
        },
        "background_scaling": {"background": 0.1, "exposure": 1e10},
        "normalisation": {
            "mass_GeV": [0.1, 0.2], "coupling": [1e-4, 2e-4], "effective_exposure": 1e11, "text": "mine",
            "processes": ["bremsstrahlung"],
        },
        "purity": {"impurity": 0.01, "suppressed_to": 1e-6, "momentum_window_GeV": 1.0},
        "options": {"annihilation": {"width": "fixed"}},
    }  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """The file with one key set (``None``: removed)."""
    table = whole()
    *parents, last = path.split("/")
    inner: Any = table
    for parent in parents:
        inner = inner[parent]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return table


def load(folder: Path, table: dict[str, Any], name: str = "mine") -> Any:
    path = folder / f"{name}.toml"
    text = document(table)
    path.write_text(text)
    return dt.experiment(path)


def test_the_example_is_valid(tmp_path: Path) -> None:
    found = load(tmp_path, whole())
    assert found.target.layers[0].thickness == pytest.approx(2 * 7.389 / 8.28, rel=1e-3)
    assert found.options == {"annihilation": {"width": "fixed"}}


#: key (path with slashes), value -> the kind of error and what its message has to say.
MISTAKES: dict[str, tuple[str, Any, type[InputError], tuple[str, ...]]] = {
    "missing text": ("published", None, MissingKey, ("published is missing: text is required", "extends")),
    "missing table": ("beam", None, MissingKey, ("beam is missing: a table is required",)),
    "missing number": ("beam/energy_GeV", None, MissingKey, ("beam.energy_GeV is missing: a number above 0",)),
    "missing in a run": ("runs/one/exposure", None, MissingKey, ("runs.one.exposure is missing", "on target")),
    "missing in a layer": ("target/layers/a/material", None, MissingKey, ("target.layers.a.material is missing",)),
    "missing thickness": ("target/layers/a/thickness_X0", None, MissingKey, ("exactly one of thickness_cm",)),
    "two thicknesses": ("target/layers/a/thickness_cm", 1.0, DeclarationError, ("exactly one of", "drop")),
    "missing count": ("bins/one/expected_from_background", None, MissingKey, ("observed is missing", "median")),
    "two counts": ("bins/one/observed", 3, DeclarationError, ("left out, as observed = 3", "drop")),
    "missing signature": ("bins/one/signature", None, MissingKey, ("bins.one.signature is missing",)),
    "missing name": ("bins/one/signature/name", None, MissingKey, ("signature.name is missing", "visible-decay")),
    "missing cut": ("bins/one/signature/production_energy_above_GeV", None, MissingKey,
                    ("bins.one.signature.production_energy_above_GeV is missing", "not generated")),
    "missing density": ("materials/crystal/density_g_cm3", None, MissingKey, ("crystal.density_g_cm3 is missing",)),
    "missing formula": ("materials/crystal/formula", None, MissingKey, ("a formula or a table of elements",)),
    "text for a number": ("beam/energy_GeV", "a lot", DeclarationError, ("energy_GeV = 'a lot'", "a number above 0")),
    "number for text": ("title", 3, DeclarationError, ("title = 3: allowed is text",)),
    "number for a table": ("beam", 3, DeclarationError, ("beam = 3: allowed is a table",)),
    "number for a run": ("runs", {"one": 3}, DeclarationError, ("runs.one = 3: allowed is a table",)),
    "list for a fact": ("apparatus", {"x": [1, 2]}, DeclarationError, ("apparatus.x = [1, 2]", "a number or text")),
    "infinite": ("beam/energy_GeV", float("inf"), DeclarationError, ("a finite number above 0",)),
    "not a number": ("runs/one/exposure", float("nan"), DeclarationError, ("a finite number above 0",)),
    "negative": ("runs/one/exposure", -1.0, DeclarationError, ("exposure = -1.0: allowed is a number above 0",)),
    "too large": ("runs/one/efficiency", 1.5, DeclarationError, ("a number from 0 to 1",)),
    "too small": ("target/repeat", 0, DeclarationError, ("a whole number of at least 1",)),
    "broken number": ("target/repeat", 1.5, DeclarationError, ("a whole number of at least 1",)),
    "yes": ("projection", "yes", DeclarationError, ("true or false",)),
    "choice": ("beam/particle", "electon", DeclarationError, ('one of "electron", "positron", "muon"',)),
    "empty": ("runs", {}, DeclarationError, ("a table with at least one entry",)),
    "short list": ("normalisation/mass_GeV", [1.0], DeclarationError, ("a list of at least 2 numbers above 0",)),
    "inside a list": ("references", [1], DeclarationError, ("references[0] = 1: allowed is text",)),
    "advice": ("detector/hcal/stochastic", 60.0, DeclarationError, ("from 0 to 5", "In sqrt(GeV)")),
    "misspelt at the top": ("bakground_scaling", {"exposure": 1}, UnknownKey, ("Did you mean background_scaling?",)),
    "misspelt": ("beam/enrgy_GeV", 8.0, UnknownKey, ("beam.enrgy_GeV is not a key", "Did you mean energy_GeV?")),
    "other unit": ("beam/energy_MeV", 4000, UnknownKey, ("The unit is GeV: energy_GeV = 4.",)),
    "no unit": ("beam/energy", 4.0, UnknownKey, ("The key carries its unit: energy_GeV.",)),
    "unit of a cut": ("bins/one/signature/calorimeter_energy_below_MeV", 35e3, UnknownKey,
                      ("calorimeter_energy_below_GeV = 35.",)),
    "unit of a density": ("materials/crystal/density_kg_m3", 8280, UnknownKey, ("density_g_cm3 = 8.28.",)),
    "other table": ("energy_GeV", 8.0, UnknownKey, ("It belongs to [beam].",)),
    "misspelt material key": ("materials/crystal/formla", "PbWO4", UnknownKey, ("Did you mean formula?",)),
    "misspelt material": ("target/layers/a/material", "cristal", UnknownName, ("Did you mean crystal?",)),
    "misspelt signature": ("bins/one/signature/name", "missing-enrgy", UnknownName, ("Did you mean missing-energy?",)),
    "no table of options": ("options/annihilation", 3, DeclarationError, ("options.annihilation = 3",)),
    "misspelt process": ("options/annihilatoin", {"width": "s003"}, UnknownName, ("Did you mean annihilation?",)),
    "misspelt option": ("options/annihilation/wdth", "fixed", UnknownKey, ("Did you mean width?",)),
    "option of another": ("options/annihilation/cross_section", "ww", UnknownKey, ("Valid: width, electrons",)),
    "value of an option": ("options/annihilation/width", "fixd", UnknownName, ("Did you mean fixed?",)),
    "type of an option": ("options/annihilation/radiation", "no", DeclarationError, ("True or False",)),
    "process of an uncertainty": ("signal_uncertainty", {"annihilaton": 0.1}, UnknownName, ("annihilation",)),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_every_mistake_is_explained(case: str, tmp_path: Path) -> None:
    path, value, kind, words = MISTAKES[case]
    with pytest.raises(kind) as caught:
        load(tmp_path, changed(path, value))
    message = str(caught.value)
    assert message.startswith("mine.toml: ")
    assert all(word in message for word in words), message
    assert "Input should" not in message
    assert "None" not in message
    assert "valid " not in message.replace("valid number", "")


def all_tables(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A schema and those of the tables in it."""
    yield schema
    for key in keys_of(schema).values():
        inner, _ = inner_table(key)
        if inner is not None:
            yield from all_tables(inner)


def signature_tables() -> list[type[BaseModel]]:
    return [model_of_class(SIGNATURES[name], name) for name in SIGNATURES.names()]


def test_misspelt_keys_and_other_units_are_recognised_in_every_table() -> None:
    """A key without its fourth letter, and with each other unit of what it measures."""
    seen = 0
    for table in (*all_tables(ExperimentTable), *signature_tables()):
        for name in keys_of(table):
            wrong = name[:3] + name[4:] if len(name) > 3 else name + "s"
            if wrong in keys_of(table):
                continue
            with pytest.raises(
                UnknownKey, match=rf"(Did you mean|The unit is|carries its unit).*{re.escape(name[:2])}"
            ):
                validate(table, {wrong: 1}, "mine.toml: ")
            quantity, unit = split(name)
            for other in next((units for units in SIZES.values() if unit in units), {}):
                if other != unit:
                    assert f"{name} = " in in_another_unit(f"{quantity}_{other}", 1.0, keys_of(table))
                    seen += 1
    assert seen > 80


def test_units_are_converted() -> None:
    assert in_another_unit("thickness_um", 350, ["thickness_cm"]) == "The unit is cm: thickness_cm = 0.035."
    assert in_another_unit("thickness_mm", "thin", ["thickness_cm"]) == "The unit is cm: use thickness_cm."
    assert in_another_unit("thickness_cm", 1.0, ["length_cm"]) == ""


def test_options_of_an_experiment_are_defaults_that_a_keyword_overrides(tmp_path: Path) -> None:
    model = dt.model("dark-photon", mass=[0.2])
    base = dt.experiment("na64e-2018")
    text = 'extends = "na64e-2018"\n[options.annihilation]\nwidth = "fixed"\nelectrons = "rest"\nradiation = false\n'
    (tmp_path / "one.toml").write_text(text)
    (tmp_path / "two.toml").write_text('extends = "one.toml"\n[options.annihilation]\nradiation = true\n')
    mine, variant = dt.experiment(tmp_path / "one.toml"), dt.experiment(tmp_path / "two.toml")
    ours: dict[str, Any] = {"width": "fixed", "electrons": "rest", "radiation": False}
    assert mine.options["annihilation"] == ours
    assert variant.options["annihilation"] == {**ours, "radiation": True}
    own, plain = dt.limit(model, mine), dt.limit(model, base)
    by_keyword = dt.limit(model, base, **ours)
    back = dt.limit(model, mine, width="energy-dependent", electrons="bound", radiation=True)
    np.testing.assert_array_equal(own.coupling_upper, by_keyword.coupling_upper)
    np.testing.assert_array_equal(back.coupling_upper, plain.coupling_upper)
    assert own.coupling_upper[0] != plain.coupling_upper[0]
    said = [line for line in own.method if "from the experiment" in line]
    assert said == [f"option of annihilation from the experiment: {k} = {v}" for k, v in ours.items()]
    partly = dt.limit(model, mine, width="s003").method
    assert not [line for line in (*plain.method, *back.method) if "from the experiment" in line]
    assert [line.split(": ")[1] for line in partly if "from the experiment" in line] == [
        "electrons = rest", "radiation = False",
    ]  # fmt: skip


def test_options_of_steps_and_older_spellings(tmp_path: Path) -> None:
    text = 'extends = "na64e-2018"\n[options.tracks]\ntracks = "first-radiation-length"\n'
    (tmp_path / "mine.toml").write_text(text + '[options.bremsstrahlung]\ncross_section = "etl"\n')
    mine, model = dt.experiment(tmp_path / "mine.toml"), dt.model("dark-photon", mass=[0.05])
    assert mine.options["bremsstrahlung"] == {"cross_section": "exact"}
    found = dt.limit(model, mine)
    wanted = dt.limit(model, dt.experiment("na64e-2018"), tracks="first-radiation-length")
    np.testing.assert_array_equal(found.coupling_upper, wanted.coupling_upper)
    assert "option of tracks from the experiment: tracks = first-radiation-length" in found.method


def test_materials_are_inherited_and_can_be_replaced(tmp_path: Path) -> None:
    base = load(tmp_path, whole(), "base")
    (tmp_path / "thin.toml").write_text('extends = "base.toml"\n[target.layers.a]\nthickness_X0 = 1\n')
    (tmp_path / "dense.toml").write_text('extends = "base.toml"\n[materials.crystal]\ndensity_g_cm3 = 9.0\n')
    thin, dense = dt.experiment(tmp_path / "thin.toml"), dt.experiment(tmp_path / "dense.toml")
    assert thin.target.layers[0].material == base.target.layers[0].material
    assert thin.target.layers[0].thickness == pytest.approx(base.target.layers[0].thickness / 2)
    assert dense.target.layers[0].material.density == 9.0  # type: ignore[union-attr]
    slab = base.target.slabs[1]
    assert slab.layers[0] == base.target.layers[0]
    changes = 'extends = "base.toml"\ndrop = ["target.layers.a.thickness_X0"]\n[target.layers.a]\nthickness_cm = 1.5\n'
    (tmp_path / "cm.toml").write_text(changes)
    assert dt.experiment(tmp_path / "cm.toml").target.layers[0].thickness == 1.5


def test_shown_files_are_accepted_again(tmp_path: Path) -> None:
    first = load(tmp_path, whole())
    shown = tomllib.loads(CliRunner().invoke(app, ["show", str(tmp_path / "mine.toml")]).stdout)
    shown.pop("derived", None)
    again = load(tmp_path, shown)
    assert again == first


SCHEMA = experiment_json_schema()
CHECK = jsonschema.Draft7Validator(SCHEMA)


@pytest.mark.parametrize("name", EXPERIMENTS.names())
def test_shipped_files_fit_the_json_schema(name: str) -> None:
    """As they are, and with all that they extend."""
    CHECK.validate(tomllib.loads(EXPERIMENTS.path(name).read_text(encoding="utf-8")))
    CHECK.validate(dt.declaration(name))


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    CHECK.validate(whole())
    assert "null" not in json.dumps(SCHEMA)
    assert "$defs" not in json.dumps(SCHEMA)


#: What a schema cannot say, or says more loosely: materials by name, exactly one of two keys.
BEYOND = {
    "missing thickness", "two thicknesses", "missing count", "two counts", "missing name", "missing formula",
    "misspelt material", "infinite", "not a number", "process of an uncertainty", "missing cut",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in MISTAKES if case not in BEYOND])
def test_the_json_schema_refuses_the_same_mistakes(case: str) -> None:
    path, value, *_ = MISTAKES[case]
    assert not CHECK.is_valid(changed(path, value))


def test_the_command_prints_the_json_schema() -> None:
    done = CliRunner().invoke(app, ["schema", "experiment"])
    assert json.loads(done.stdout) == SCHEMA
    unknown = CliRunner().invoke(app, ["schema", "experimnt"])
    assert isinstance(unknown.exception, UnknownName)


def test_every_key_has_a_meaning_in_the_reference() -> None:
    text = experiment_reference()
    for table in (*all_tables(ExperimentTable), *signature_tables()):
        for key in keys_of(table).values():
            assert len(key.meaning) > 4, f"{table.__name__}.{key.name}"
            assert f"| `{key.name}` | {key.allowed} | {key.unit} |" in text
    assert all(f"| `{name}` |" in text for name in KEYS)
    for name, group in OPTIONS.loaded(plugins=False).items():
        if group.__dataclass_fields__:
            assert f"`[options.{name}]`" in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert all(row.count(" | ") == 4 and not row.endswith("|  |") for row in rows)
    assert "S00" not in text


def test_signatures_describe_inherited_keys() -> None:
    found = attribute_meanings(SIGNATURES["displaced-hcal"])
    assert found["calorimeter_energy_below_GeV"] == "the cut on the measured energy"
    assert {"inside", "quiet_below_GeV", "constant"} <= set(found)


def test_a_second_run_needs_no_simulation_wherever_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored tables depend on numbers, not on the names of files, and not on how the thickness is given."""
    monkeypatch.setattr(track_lengths, "SHOWERS", 200)
    monkeypatch.setattr(preshower, "OWN_SHOWERS", 40)
    monkeypatch.setattr(preshower, "CUT", 0.5 * GeV)
    monkeypatch.setenv("DARKTARGET_CACHE", str(tmp_path / "cache"))
    model = dt.model("dark-photon", mass=[0.1])
    table = changed("detector", None)
    first = dt.limit(model, load(tmp_path, table), processes=["annihilation"])
    (error,) = first.systematics["statistics of the pre-shower simulation"]
    assert 0 < error < 0.1
    stored = sorted(p.name for p in (tmp_path / "cache").iterdir())
    (tmp_path / "elsewhere").mkdir()
    thickness = load(tmp_path, table).target.layers[0].thickness
    table["target"]["layers"] = {"b": {"material": "crystal", "thickness_cm": thickness, "visible": True}}
    table["title"] = "another title"
    monkeypatch.setattr(track_lengths, "build", None)
    monkeypatch.setattr(preshower, "build", None)
    again = dt.limit(model, load(tmp_path / "elsewhere", table, "other"), processes=["annihilation"])
    np.testing.assert_array_equal(again.coupling_upper, first.coupling_upper)
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == stored


def test_shipped_pre_showers_stay_as_they_are() -> None:
    """The table of NA64 is the shipped one, of all showers; nothing is added to its results."""
    experiment = dt.experiment("na64e-2018")
    full = preshower.recipe(experiment.beam, experiment.target, 0.5 * GeV)
    assert full["showers"] == preshower.SHOWERS
    assert cache.held(full)
    assert not cache.held({**full, "threshold_GeV": 0.123})
    bound = dt.limit(dt.model("dark-photon", mass=[0.1]), experiment)
    assert "statistics of the pre-shower simulation" not in bound.systematics


def test_the_statistical_error_of_a_pre_shower_by_hand() -> None:
    """Equal lengths: sqrt(p (1 - p)/n) in each bin of energy."""
    picks = np.zeros((40, 12))
    picks[:, 4] = 1.0
    picks[:30, 3], picks[30:, 3] = 80.0, 99.0
    passed = np.arange(40) % 3 == 0
    probability, error = preshower._fractions(picks, passed, np.array([0.0, 90.0, 100.0]))
    np.testing.assert_allclose(probability, [1 / 3, 0.4])
    np.testing.assert_allclose(error, [np.sqrt(2 / 9 / 30), np.sqrt(0.24 / 10)])


def test_a_fully_active_target_has_sampling_fraction_one() -> None:
    target = Target((Layer("PbWO4", 1.0, True),), 4, 1)
    assert preshower.sampling_fraction(Beam("positron", 70 * GeV), target) == 1.0


def test_no_mistake_ends_in_another_error(tmp_path: Path) -> None:
    """Any value for any key is accepted or refused with a named error."""
    junk: tuple[Any, ...] = (None, -1, 0, 0.5, "x", True, [], {}, [1], {"x": 1}, [[1]], 1e300)
    paths = [path for path in _paths(whole()) if "." not in path]
    for number, path in enumerate(paths):
        for value in junk[number % 6 :: 6]:
            try:
                load(tmp_path, changed(path, value))
            except DarktargetError:
                continue


def _paths(table: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in table.items():
        yield before + key
        if isinstance(value, dict):
            yield from _paths(value, f"{before}{key}/")
