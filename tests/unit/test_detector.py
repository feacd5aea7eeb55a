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
VETO = 'role = "veto"\ngap_cm = 10.0\nlength_cm = 5.0\nthreshold_GeV = 0.005'
UNREAD = VETO.replace("veto", "dead").removesuffix("\nthreshold_GeV = 0.005")
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
        ("length_cm = 5.0", "length_cm = -5.0", "detector.veto.length_cm", "a number above 0"),
        (
            "gap_cm = 10.0\nlength_cm = 5.0",
            "gap_cm = -1.0\nlength_cm = 5.0",
            "detector.veto.gap_cm",
            "a number of at least 0",
        ),
        ('role = "veto"', 'role = "shield"', "detector.veto.role", 'one of "target", "veto", "calorimeter", "dead"'),
        ('role = "veto"', 'role = "target"', "detector.veto.layers", "those of [target]"),
        ("length_cm = 150.0", "length_cm = 100.0", "detector.hcal.length_cm", "139.2 cm"),
        ("length_cm = 45.0", "length_cm = nan", "detector.ecal.length_cm", "finite"),
        ('role = "veto"', "", "detector.veto.role", "is missing"),
        ("repeat = 48", "repeats = 48", "detector.hcal.repeats", "Did you mean repeat?"),
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
        (VETO, UNREAD, "a detector with a slab of role veto"),
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
        dt.experiment(_written(tmp_path, SLABS.replace(VETO, UNREAD)))
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


@pytest.mark.parametrize(
    ("old", "new", "field", "advice"),
    [
        ("length_cm = 45.0", "length_cm = 45.0\nstochastic = 0.1", "detector.ecal.stochastic = 0.1", "the signature"),
        ("length_cm = 45.0", "length_cm = 45.0\nrepeat = 150", "detector.ecal.repeat = 150", "of [target]"),
        ("length_cm = 45.0", "length_cm = 45.0\ncell_cm = 3.82", "detector.ecal.cell_cm", "of [target]"),
        ("length_cm = 5.0", "length_cm = 5.0\nconstant = 0.05", "detector.veto.constant = 0.05", "Calorimeters"),
        (VETO, VETO.replace("veto", "dead"), "detector.veto.threshold_GeV = 0.005", "Vetos have it"),
        (VETO, UNREAD + "\nstochastic = 0.6", "detector.veto.stochastic = 0.6", "role dead"),
        ("repeat = 48", "repeat = 48\nthreshold_GeV = 1.0", "detector.hcal.threshold_GeV = 1.0", "the signature"),
        ("repeat = 48", "repeat = 48\nstochastic = -0.1", "detector.hcal.stochastic", "a number from 0 to 5"),
        ("repeat = 48", "repeat = 48\nconstant = nan", "detector.hcal.constant", "finite"),
        ("repeat = 48", "repeat = 48\nstochastic = 60", "detector.hcal.stochastic = 60", "0.6 means 60 %/sqrt(E/GeV)"),
        ("repeat = 48", "repeat = 48\nconstant = 5", "detector.hcal.constant = 5", "0.05 means 5 %"),
        ("repeat = 48", "repeat = 48\noffset_cm = 1.0", "detector.hcal.offset_cm = 1.0", "cell_cm above 0"),
        ("repeat = 48", "repeat = 48\ntilt_mrad = 21.0", "detector.hcal.tilt_mrad = 21.0", "cell_cm above 0"),
        ("repeat = 48", "repeat = 48\ncells = 3", "detector.hcal.cells = 3", "cell_cm above 0"),
        ("thickness_cm = 0.4\nvisible = true", "thickness_cm = 0.4", "", ""),
        (
            'repeat = 48\n[detector.hcal.layers.a]\nmaterial = "Fe"\nthickness_cm = 2.5\n[detector.hcal.layers.b]\n'
            'material = "polystyrene"\nthickness_cm = 0.4\nvisible = true',
            'repeat = 48\ncell_cm = 19.4\n[detector.hcal.layers.a]\nmaterial = "Fe"\nthickness_cm = 2.5',
            "detector.hcal.cell_cm = 19.4",
            "visible = true in a layer",
        ),
    ],
)
def test_keys_without_effect_in_a_slab_are_refused(tmp_path: Path, old: str, new: str, field: str, advice: str) -> None:
    assert old in SLABS
    mine = _written(tmp_path, SLABS.replace(old, new, 1))
    if not field:
        assert dt.experiment(mine)  # a calorimeter without cells may measure the deposited energy
        return
    with pytest.raises(DeclarationError) as caught:
        dt.experiment(mine)
    assert field in str(caught.value)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ("threshold_uncertainty_GeV = 1.5", "signature.threshold_uncertainty_GeV = 1.5"),
        ('counted = ["target", "veto"]\ncalorimeters_below_GeV = 2.0', "signature.calorimeters_below_GeV = 2.0"),
        ('centre = "veto"', "signature: slab = 'veto'"),
        ('centre = "hcal"', "a slab with cells"),
        ('name = "displaced-hcal"\ndecay = "beyond"\nperiphery_below = 0.1', "signature.periphery_below = 0.1"),
        ('name = "displaced-hcal"\ndecay = "beyond"\nquiet = ["hcal"]', "signature.quiet"),
        ('name = "displaced-hcal"\ninside = []', "signature.inside = []"),
        ('name = "displaced-hcal"\ninside = ["hcal"]\nquiet = []', "a slab with cells"),
    ],
)
def test_keys_without_effect_in_a_signature_are_refused(tmp_path: Path, keys: str, field: str) -> None:
    seen = BIN.replace('name = "semi-visible"\n', "") if keys.startswith("name") else BIN
    with pytest.raises(DeclarationError) as caught:
        dt.experiment(_written(tmp_path, seen=seen + keys))
    assert field in str(caught.value)


@pytest.mark.parametrize("name", ["na64e-2018", "na64e-2018-semi-visible", "na64mu-2022"])
@pytest.mark.parametrize(
    ("key", "largest", "advice"),
    [("stochastic", 5.0, "0.6 means 60 %/sqrt(E/GeV)"), ("constant", 1.0, "0.05 means 5 %")],
)
def test_percentages_as_resolutions_of_a_signature_are_refused(
    tmp_path: Path, name: str, key: str, largest: float, advice: str
) -> None:
    one = dt.experiment(name).bins[0].name
    mine = tmp_path / "mine.toml"
    table = f'extends = "{name}"\n[bins.{one}.signature]\n{key} = '
    mine.write_text(f"{table}{largest}")
    assert getattr(dt.experiment(mine).bins[0].signature, key) == largest
    mine.write_text(f"{table}{2 * largest}")
    with pytest.raises(DeclarationError) as caught:
        dt.experiment(mine)
    assert f"signature.{key} = {2 * largest}: allowed is a number from 0 to {largest:g}." in str(caught.value)
    assert advice in str(caught.value)


def test_a_file_extends_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is relative to the file that has it; a circle and a missing file are refused."""
    (tmp_path / "deeper").mkdir()
    first, second = tmp_path / "first.toml", tmp_path / "deeper" / "second.toml"
    first.write_text('extends = "na64e-2018"\ntitle = "First"\n[runs.2018]\nefficiency = 0.25\n')
    second.write_text('extends = "../first.toml"\n[runs.2017]\nefficiency = 0.125\n')
    monkeypatch.chdir("/")
    found = dt.experiment(second)
    assert found.title == "First"
    assert [r.efficiency for r in found.runs if r.name in {"2017", "2018"}] == [0.125, 0.25]
    first.write_text('extends = "deeper/second.toml"\n')
    with pytest.raises(DeclarationError, match="does not extend this one"):
        dt.experiment(first)
    first.write_text('extends = "nowhere.toml"\n')
    with pytest.raises(DeclarationError, match=r"nowhere\.toml"):
        dt.experiment(second)


def test_a_preshower_cut_needs_a_preshower(tmp_path: Path) -> None:
    mine = tmp_path / "bare.toml"
    mine.write_text('extends = "na64e-2018"\ndrop = ["target.preshower_repeats"]\n')
    with pytest.raises(DeclarationError, match=r"preshower_energy_above_GeV = 0\.5: .*set target\.preshower_repeats"):
        dt.experiment(mine)
    mine.write_text('extends = "na64e-2018"\n[target]\npreshower_repeats = 151\n')
    with pytest.raises(DeclarationError, match="at most the 150 repetitions"):
        dt.experiment(mine)


def test_a_divergence_needs_a_disc(tmp_path: Path) -> None:
    mine = tmp_path / "dump.toml"
    mine.write_text(
        'extends = "e137"\n[bins.visible-decay.signature]\ndetector_radius_cm = 0.0\nbeam_divergence_mrad = 1.0'
    )
    with pytest.raises(DeclarationError, match=r"beam_divergence_mrad = 1\.0: .*set detector_radius_cm"):
        dt.experiment(mine)


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
