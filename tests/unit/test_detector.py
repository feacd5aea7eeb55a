"""The [detector] tables: what cannot stand is refused, and says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.interface.cli import app

SLABS = """
[detector.ecal]
role = "target"
start_cm = 0.0
length_cm = 45.0
[detector.veto]
role = "veto"
gap_cm = 10.0
length_cm = 5.0
threshold_GeV = 0.005
[detector.veto.layers.a]
material = "polystyrene"
thickness_cm = 5.0
visible = true
[detector.hcal]
role = "calorimeter"
gap_cm = 10.0
length_cm = 150.0
repeat = 48
[detector.hcal.layers.a]
material = "Fe"
thickness_cm = 2.5
[detector.hcal.layers.b]
material = "polystyrene"
thickness_cm = 0.4
visible = true
"""
BIN = """
[bins.one]
observed = 0
background = 0.5
[bins.one.signature]
name = "semi-visible"
calorimeter_energy_below_GeV = 50.0
production_energy_above_GeV = 42.5
"""
HEAD = 'extends = "na64e-2018"\ndrop = ["bins.missing-energy"]\n'


def _published(folder: Path, processes: str) -> Path:
    path = folder / "published.toml"
    path.write_text(f'extends = "na64e-2018-semi-visible"\n[normalisation]\n{processes}\n')
    return path


def _written(folder: Path, slabs: str = SLABS, seen: str = BIN) -> Path:
    path = folder / "mine.toml"
    path.write_text(HEAD + slabs + seen)
    return path


def test_slabs_stand_one_behind_the_other(tmp_path: Path) -> None:
    slabs = dt.experiment(_written(tmp_path)).target.slabs
    assert [(s.name, s.start, s.end) for s in slabs] == [("ecal", 0, 45), ("veto", 55, 60), ("hcal", 70, 220)]
    assert slabs[0].repeat == 150
    assert slabs[0].cell == 3.82


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ('role = "veto"\ngap_cm = 10.0', 'role = "veto"\nstart_cm = 40.0', "detector.veto.start_cm", "behind 45 cm"),
        ("length_cm = 5.0", "length_cm = -5.0", "detector.veto.length_cm", "greater than 0"),
        ("gap_cm = 10.0\nlength_cm = 5.0", "gap_cm = -1.0\nlength_cm = 5.0", "detector.veto.gap_cm", "or equal to 0"),
        ('role = "veto"', 'role = "shield"', "detector.veto.role", "'target', 'veto', 'calorimeter' or 'dead'"),
        ('role = "veto"', 'role = "target"', "detector.veto.layers", "those of [target]"),
        ("length_cm = 150.0", "length_cm = 100.0", "detector.hcal.length_cm", "139.2 cm"),
        ("length_cm = 45.0", "length_cm = nan", "detector.ecal.length_cm", "finite"),
        ('role = "veto"', "", "detector.veto.role", "a value"),
        ("repeat = 48", "repeats = 48", "detector.hcal.repeats", "no such key"),
        ('role = "veto"\n', 'role = "veto"\nstart_cm = 60.0\n', "detector.veto.gap_cm", "not both"),
    ],
)
def test_slabs_that_cannot_stand_are_refused(tmp_path: Path, old: str, new: str, field: str, allowed: str) -> None:
    assert old in SLABS
    with pytest.raises(DeclarationError) as caught:
        dt.experiment(_written(tmp_path, SLABS.replace(old, new, 1)))
    assert field in str(caught.value)
    assert allowed in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('role = "veto"\ngap_cm = 10.0', 'role = "veto"\nstart_cm = 40.0', "at or behind 45 cm, the end of ecal"),
        ("length_cm = 5.0", "length_cm = -5.0", "detector.veto.length_cm = -5.0"),
        ('role = "veto"', 'role = "dead"', "a detector with a slab of role veto"),
        ('role = "calorimeter"', 'role = "calorimeter"\ntilt_mrad = 300.0', "detector.hcal.tilt_mrad = 300.0"),
    ],
)
def test_the_command_line_says_what_is_wrong_with_slabs(tmp_path: Path, old: str, new: str, message: str) -> None:
    mine = _written(tmp_path, SLABS.replace(old, new, 1))
    done = CliRunner().invoke(app, ["limit", str(mine), "idm", "--mass", "0.3"])
    assert done.exit_code != 0
    assert message in str(done.exception)


def test_missing_roles_and_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="a slab of role veto"):
        dt.experiment(_written(tmp_path, SLABS.replace('role = "veto"', 'role = "dead"')))
    with pytest.raises(DeclarationError, match="a slab of role target"):
        dt.experiment(_written(tmp_path, ""))
    with pytest.raises(DeclarationError, match="exactly one slab of role target"):
        dt.experiment(_written(tmp_path, SLABS[SLABS.index("[detector.veto]") :]))
    with pytest.raises(UnknownName, match=r"normalisation\.processes"):
        dt.experiment(_published(tmp_path, 'processes = ["wishing"]'))
    with pytest.raises(UnknownName, match="hcal7"):
        dt.experiment(_written(tmp_path, seen=BIN + 'centre = "hcal7"\n'))
    with pytest.raises(UnknownName, match="kryptonite"):
        dt.experiment(_written(tmp_path, SLABS.replace('"Fe"', '"kryptonite"')))


def test_a_normalisation_needs_a_published_limit() -> None:
    model = dt.model("idm", mass=0.3)
    with pytest.raises(InputError, match="declares no published limit"):
        dt.limit(model, dt.experiment("na64e-2018"), normalisation="published")
    with pytest.raises(UnknownName, match="first-principles, published"):
        dt.limit(model, dt.experiment("na64e-2018-semi-visible"), normalisation="wished")


def test_published_limits_are_interpolated_in_logarithms() -> None:
    curve = dt.experiment("na64e-2018-semi-visible").normalisation
    assert curve is not None
    import numpy as np

    at = curve.at(np.array([0.001, 0.1, 1.0, 2.0]))
    np.testing.assert_allclose(at[:3], [7.54e-6, 3.46e-4, 1.09e-2])
    assert at[3] == pytest.approx(1.09e-2 * 2 ** (np.log(1.09e-2 / 3.36e-3) / np.log(2)))
