"""Materials as data: shipped ones, a user's own, formulas, radiation lengths, and that no two share a table."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import darktarget as dt
from darktarget import cache
from darktarget.core import Beam, Layer, Target
from darktarget.detector import lateral_profile, preshower, shower_library
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.interface.cli import app
from darktarget.matter import formula, radiation_length
from darktarget.matter.declared import declared
from darktarget.matter.elements import atomic_data
from darktarget.matter.ionisation import density_effect, mean_excitation, plasma_energy, sternheimer
from darktarget.matter.layers import Stack, StackLayer, homogeneous
from darktarget.matter.materials import MATERIALS, DensityEffect, Material, material, recorded
from darktarget.shower import muon, track_lengths
from darktarget.units import GeV, eV

PBWO4 = {"formula": "PbWO4", "density_g_cm3": 8.3}

#: Radiation lengths of the PDG's tables of atomic and nuclear properties (2024), g/cm^2.
PDG = {
    "H": 63.04, "He": 94.32, "Be": 65.19, "C": 42.70, "N": 37.99, "O": 34.24, "Al": 24.01, "Si": 21.82, "Ar": 19.55,
    "Fe": 13.84, "Cu": 12.86, "Ge": 12.25, "Sn": 8.82, "W": 6.76, "Pt": 6.54, "Au": 6.46, "Pb": 6.37, "U": 6.00,
    "water": 36.08, "air": 36.62, "SiO2": 27.05, "CsI": 8.39, "NaI": 9.49, "BGO": 7.97, "PbWO4": 7.39, "BaF2": 9.91,
    "polystyrene": 43.79, "concrete": 26.57, "polyethylene": 44.77,
}  # fmt: skip

#: Mean excitation energies of compounds in NIST's STAR tables, eV.
STAR = {
    "SiO2": 139.2, "CsI": 553.1, "NaI": 452.0, "BGO": 534.1, "PbWO4": 600.7, "BaF2": 375.9, "concrete": 135.2,
    "water": 75.0, "lead-glass": 526.4, "kapton": 79.6, "mylar": 78.7, "polyvinyltoluene": 64.7,
}  # fmt: skip

#: The materials of before there were files: golden outputs and shipped tables depend on every digit.
BEFORE = {
    "H": (0.0708, 63.04, 21.8, DensityEffect(0.13483, 5.6249, 0.4400, 1.8856, 3.0977, 0.00)),
    "C": (2.210, 42.70, 78.0, DensityEffect(0.20762, 2.9532, -0.0090, 2.4817, 2.8926, 0.14)),
    "Al": (2.699, 24.01, 166.0, DensityEffect(0.08024, 3.6345, 0.1708, 3.0127, 4.2395, 0.12)),
    "Si": (2.329, 21.82, 173.0, DensityEffect(0.14921, 3.2546, 0.2015, 2.8716, 4.4355, 0.14)),
    "Fe": (7.874, 13.84, 286.0, DensityEffect(0.14680, 2.9632, -0.0012, 3.1531, 4.2911, 0.12)),
    "Cu": (8.960, 12.86, 322.0, DensityEffect(0.14339, 2.9044, -0.0254, 3.2792, 4.4190, 0.08)),
    "W": (19.30, 6.76, 727.0, DensityEffect(0.15509, 2.8447, 0.2167, 3.4960, 5.4059, 0.14)),
    "Pb": (11.35, 6.37, 823.0, DensityEffect(0.09359, 3.1608, 0.3776, 3.8073, 6.2018, 0.14)),
    "polystyrene": (1.060, 43.79, 68.7, DensityEffect(0.16454, 3.2224, 0.1647, 2.5031, 3.2999, 0.00)),
}
WEIGHTS = {"H": 1.008, "C": 12.0107, "Al": 26.9815385, "Si": 28.0855, "Fe": 55.845, "Cu": 63.546, "W": 183.84,
           "Pb": 207.2}  # fmt: skip


@pytest.mark.parametrize("name", BEFORE)
def test_the_first_materials_keep_every_number(name: str) -> None:
    stuff = material(name)
    assert (stuff.density, stuff.radiation_length, stuff.mean_excitation, stuff.density_effect) == BEFORE[name]
    assert {e.symbol: e.A for e in stuff.elements}.items() <= WEIGHTS.items()
    assert stuff.mass_fractions == ((0.077418, 0.922582) if name == "polystyrene" else (1.0,))


@pytest.mark.parametrize("name", MATERIALS.names())
def test_shipped_materials_are_complete(name: str) -> None:
    stuff = material(name)
    assert stuff.name == name == str(stuff)
    assert math.fsum(stuff.mass_fractions) == pytest.approx(1, abs=1e-12)
    assert 0.3 < stuff.Z_over_A <= 1
    delta = density_effect(np.geomspace(1e-3, 1e4, 200) * GeV, stuff.density_effect)
    assert np.all(np.diff(delta) >= 0)
    assert np.all(delta >= 0)


def test_what_calorimeters_and_dumps_consist_of_is_shipped() -> None:
    wanted = {"PbWO4", "LYSO", "CsI", "NaI", "BGO", "water", "concrete", "air", "stainless-steel", "SiO2", "diamond"}
    assert wanted | set(BEFORE) <= set(dt.names("materials"))
    assert len([name for name in dt.names("materials") if name in atomic_data()]) > 60


@pytest.mark.parametrize("name", PDG)
def test_radiation_lengths_from_composition_within_1_percent_of_the_pdg(name: str) -> None:
    stuff = material(name)
    assert radiation_length.of_mixture(stuff.elements, stuff.mass_fractions) == pytest.approx(PDG[name], rel=0.01)
    assert stuff.radiation_length == pytest.approx(PDG[name], rel=0.01)


@pytest.mark.parametrize("name", STAR)
def test_mean_excitation_energies_by_additivity(name: str) -> None:
    """ICRU's constituent energies give the tabulated compounds within 2 %."""
    stuff = material(name)
    assert mean_excitation(stuff.elements, stuff.mass_fractions, gas=False) == pytest.approx(STAR[name], rel=0.02)


def test_gases_have_constituents_of_their_own() -> None:
    """Carbon dioxide: 85.0 eV in the STAR tables; the rules for gases are good to 6 % there."""
    shares = formula.mass_fractions(formula.parse("CO2"))
    elements = [atomic_data()[symbol].element for symbol in shares]
    as_gas, as_ice = (mean_excitation(elements, list(shares.values()), gas=gas) for gas in (True, False))
    assert as_gas == pytest.approx(85.0, rel=0.06)
    assert as_gas < as_ice


@pytest.mark.parametrize("name", [n for n in BEFORE if n != "H"])
def test_the_general_density_effect_against_the_tabulated(name: str) -> None:
    """Sternheimer's general rule and his parameters of each material: 0.5 in delta from 10 MeV up, 0.05 from 1 GeV."""
    stuff = material(name)
    plasma = plasma_energy(stuff.density, stuff.elements, stuff.mass_fractions)
    general = sternheimer(stuff.mean_excitation, plasma, gas=False)
    assert general.cbar == pytest.approx(stuff.density_effect.cbar, rel=2e-3)
    energy = np.array([0.01, 0.1, 1, 10]) * GeV
    distance = density_effect(energy, general) - density_effect(energy, stuff.density_effect)
    assert np.abs(distance).max() < 0.5
    assert np.abs(distance[2:]).max() < 0.05


def test_the_general_density_effect_of_gases() -> None:
    """Argon at 20 C in Sternheimer's table: C = 11.9480, x0 = 1.7635, x1 = 4.4855."""
    effect = material("Ar").density_effect
    assert effect.cbar == pytest.approx(11.948, abs=2e-3)
    assert (effect.x0, effect.x1) == (2.0, 4.0)


def test_muons_ionise_in_lead_tungstate_as_the_pdg_tabulates() -> None:
    """Minimum ionisation 1.229 MeV cm^2/g (PDG), close to the minimum at beta gamma = 3.5."""
    loss = muon.ionisation(np.array([0.38]) * GeV, declared("mine", PBWO4))[0] / GeV * 1e3
    assert loss == pytest.approx(1.229, rel=0.02)


SYMBOLS = st.sampled_from(sorted(atomic_data()))
COUNTS = st.one_of(st.integers(1, 999), st.decimals("0.001", 99, places=3)).map(float)
ATOMS = st.dictionaries(SYMBOLS, COUNTS, min_size=1, max_size=8)


@given(ATOMS)
def test_formulas_survive_writing_and_reading(atoms: dict[str, float]) -> None:
    text = formula.written(atoms)
    assert formula.parse(text) == pytest.approx(atoms, rel=1e-12)
    assert list(formula.parse(text)) == list(atoms)
    assert formula.written(formula.parse(text)) == text


@given(ATOMS)
def test_mass_fractions_sum_to_one(atoms: dict[str, float]) -> None:
    shares = formula.mass_fractions(atoms)
    assert math.fsum(shares.values()) == pytest.approx(1, abs=1e-12)
    assert all(0 < w <= 1 for w in shares.values())


@given(ATOMS, st.floats(0.01, 20))
def test_a_formula_and_its_mass_fractions_are_one_material(atoms: dict[str, float], density: float) -> None:
    one = declared("mine", {"formula": formula.written(atoms), "density_g_cm3": density})
    shares = {e.symbol: w for e, w in zip(one.elements, one.mass_fractions, strict=True)}
    other = declared("mine", {"elements": shares, "density_g_cm3": density})
    assert other.radiation_length == pytest.approx(one.radiation_length, rel=1e-12)
    assert other.mean_excitation == pytest.approx(one.mean_excitation, rel=1e-12)
    assert min(map(radiation_length.of_element, one.elements)) <= one.radiation_length * (1 + 1e-12)


def test_groups_in_formulas() -> None:
    assert formula.parse("Ca(OH)2") == {"Ca": 1, "O": 2, "H": 2}
    assert formula.parse("((CH2)2O)3") == {"C": 6, "H": 12, "O": 3}
    assert formula.parse("CH3CH3") == {"C": 2, "H": 6}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pb",
        "Pb-1",
        "Pb 1",
        "PbWO4)",
        "(PbWO4",
        "()",
        "2",
        "Pb0",
        "Xx2",
        "PbQ",
        "Pb1.2.3",
        "Pb1e3",
        "Ⅳ",
        "Pb²",
        "C" * 999,
    ],
)
def test_malformed_formulas_are_refused(text: str) -> None:
    with pytest.raises(DeclarationError, match="formula"):
        formula.parse(text)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "sum": ({"elements": {"Pb": 0.5, "O": 0.4}, "density_g_cm3": 1.0}, "elements"),
    "none": ({"elements": {}, "density_g_cm3": 1.0}, "elements"),
    "negative fraction": ({"elements": {"Pb": 1.2, "O": -0.2}, "density_g_cm3": 1.0}, "elements.Pb"),
    "zero fraction": ({"elements": {"Pb": 1.0, "O": 0.0}, "density_g_cm3": 1.0}, "elements.O"),
    "text": ({"elements": {"Pb": "all"}, "density_g_cm3": 1.0}, "elements.Pb"),
    "element": ({"elements": {"Xx": 1.0}, "density_g_cm3": 1.0}, "elements"),
    "formula": ({"formula": "pb", "density_g_cm3": 1.0}, "formula"),
    "number": ({"formula": 3, "density_g_cm3": 1.0}, "formula"),
    "both": ({"formula": "Pb", "elements": {"Pb": 1.0}, "density_g_cm3": 1.0}, "elements"),
    "neither": ({"density_g_cm3": 1.0}, "formula"),
    "no density": ({"formula": "Pb"}, "density_g_cm3"),
    "negative": ({"formula": "Pb", "density_g_cm3": -1.0}, "density_g_cm3"),
    "zero": ({"formula": "Pb", "density_g_cm3": 0}, "density_g_cm3"),
    "dense": ({"formula": "Pb", "density_g_cm3": 11350.0}, "density_g_cm3"),
    "nan": ({"formula": "Pb", "density_g_cm3": math.nan}, "density_g_cm3"),
    "true": ({"formula": "Pb", "density_g_cm3": True}, "density_g_cm3"),
    "state": ({"formula": "Pb", "density_g_cm3": 1.0, "state": "plasma"}, "state"),
    "state list": ({"formula": "Pb", "density_g_cm3": 1.0, "state": ["gas"]}, "state"),
    "key": ({"formula": "Pb", "density_g_cm3": 1.0, "colour": "grey"}, "colour"),
    "X0": ({"formula": "Pb", "density_g_cm3": 1.0, "radiation_length_g_cm2": 0.0}, "radiation_length_g_cm2"),
    "I": ({"formula": "Pb", "density_g_cm3": 1.0, "mean_excitation_energy_eV": -3}, "mean_excitation_energy_eV"),
    "effect": ({"formula": "Pb", "density_g_cm3": 1.0, "density_effect": {"a": 0.1}}, "density_effect"),
    "title": ({"formula": "Pb", "density_g_cm3": 1.0, "title": 7}, "title"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_refused_with_their_field(case: str) -> None:
    table, field = BAD[case]
    with pytest.raises(InputError) as caught:
        declared("mine", table, "mine.toml: materials.mine.")
    assert caught.value.field == f"mine.toml: materials.mine.{field}"
    assert caught.value.allowed


@pytest.mark.parametrize("name", ["../up", "a/b", "", "-", "x" * 65, "a\nb"])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    """Names of materials become part of the names of stored tables."""
    with pytest.raises(DeclarationError, match="name"):
        declared(name, PBWO4)


def test_fractions_are_normalised_within_the_tolerance() -> None:
    stuff = declared("mine", {"elements": {"Pb": 0.4553, "W": 0.4040, "O": 0.1406}, "density_g_cm3": 8.3})
    assert math.fsum(stuff.mass_fractions) == pytest.approx(1, abs=1e-15)


def test_what_a_file_gives_is_not_calculated() -> None:
    numbers = {"a": 0.1, "k": 3.0, "x0": 0.2, "x1": 3.0, "cbar": 5.0, "delta0": 0.0}
    table = {**PBWO4, "radiation_length_g_cm2": 7.0, "mean_excitation_energy_eV": 500, "density_effect": numbers}
    stuff = declared("mine", table)
    assert (stuff.radiation_length, stuff.mean_excitation) == (7.0, 500.0)
    assert stuff.density_effect == DensityEffect(**numbers)
    assert stuff.note.count("given") == 3
    assert declared("mine", PBWO4).note.count("calculated") == 2


@pytest.mark.parametrize(("length", "remark"), [(3.6, True), (3.8, False), (14.7, False), (14.9, True)])
def test_a_radiation_length_far_from_the_calculated_one_is_remarked_on(length: float, remark: bool) -> None:
    stuff = declared("mine", {**PBWO4, "radiation_length_g_cm2": length})
    assert stuff.radiation_length == length
    assert ("times the calculated 7.389 g/cm2" in stuff.note) == remark


def test_shipped_radiation_lengths_are_near_the_calculated_ones() -> None:
    assert not [name for name in MATERIALS.names() if "times the calculated" in MATERIALS[name].note]


def test_unknown_materials_list_what_there_is() -> None:
    with pytest.raises(UnknownName, match="PbWO4"):
        material("unobtainium")
    with pytest.raises(DeclarationError, match="readable"):
        material("nowhere.toml")


def own_file(folder: Path, text: str = 'formula = "PbWO4"\ndensity_g_cm3 = 8.3\n', name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def test_a_file_wherever_a_name_is_accepted(tmp_path: Path) -> None:
    path = own_file(tmp_path)
    model = dt.model("dark-photon", mass=0.1)
    shipped = dt.cross_section(model, energy=10, target="PbWO4")
    for target in (path, str(path), material(path)):
        found = dt.cross_section(model, energy=10, target=target)
        np.testing.assert_allclose(found.sigma, shipped.sigma, rtol=1e-12)
        assert "calculated" in found.method[-1]
    for process, beam in (("annihilation", "positron"), ("vector-meson", "photon")):
        dt.cross_section(model, beam=beam, energy=10, target=path, process=process)
    done = CliRunner().invoke(
        app, ["xsec", "dark-photon", "--mass", "0.1", "--energy", "10", "--target", str(path), "--json"]
    )
    assert json.loads(done.stdout)["sigma_pb"] == pytest.approx(shipped.sigma / dt.units.PB, rel=1e-12)


def test_listing_shows_density_and_radiation_length() -> None:
    done = CliRunner().invoke(app, ["list", "materials"])
    line = next(line for line in done.stdout.splitlines() if line.startswith("PbWO4 "))
    assert line.split("; ")[1] == "X0 7.389 g/cm2, 0.8903 cm"
    done = CliRunner().invoke(app, ["list", "materials", "--json"])
    assert json.loads(done.stdout)["materials"] == list(MATERIALS.names())


def test_materials_of_another_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "other_package"
    package.mkdir()
    (package / "__init__.py").touch()
    own_file(package, name="other-stuff")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = EntryPoint("other", "other_package", "darktarget.materials")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: (entry,) if group == entry.group else ())
    registry = type(MATERIALS)("material", "darktarget.matter.materials", ".toml", MATERIALS._load)
    assert registry["other-stuff"].mass_fractions == material("PbWO4").mass_fractions
    assert {"other-stuff", "PbWO4"} <= set(registry.names())


EXPERIMENT = """
title = "An active target of crystal"
published = "2025-01-01"
references = []
projection = true

{materials}

[beam]
particle = "electron"
energy_GeV = 10.0

[target.layers.crystal]
material = "{name}"
{thickness}

[runs.only]
exposure = 1e10
efficiency = 0.5

[bins.missing-energy]
expected_from_background = "median"
background = 0.0

[bins.missing-energy.signature]
name = "missing-energy"
calorimeter_energy_below_GeV = 5.0
production_energy_above_GeV = 4.0
"""
FORMULA = '[materials.mine]\nformula = "PbWO4"\ndensity_g_cm3 = 8.3'
_SHARES = formula.mass_fractions(formula.parse("PbWO4"))
_TABLE = ", ".join(f"{symbol} = {share!r}" for symbol, share in _SHARES.items())
ELEMENTS = f"[materials.mine]\nelements = {{ {_TABLE} }}\ndensity_g_cm3 = 8.3"


def written(folder: Path, materials: str = FORMULA, name: str = "mine", thickness: str = "thickness_X0 = 20") -> Path:
    path = folder / "crystal.toml"
    path.write_text(EXPERIMENT.format(materials=materials, name=name, thickness=thickness))
    return path


def test_the_same_limit_from_a_formula_and_from_elements(tmp_path: Path) -> None:
    model = dt.model("dark-photon", mass=[0.01, 0.1])

    def bound(*what: str) -> Any:
        return dt.limit(
            model, dt.experiment(written(tmp_path, *what)), tracks="first-radiation-length", cross_section="ww"
        )

    by_formula, by_elements, shipped = bound(FORMULA), bound(ELEMENTS), bound("", "PbWO4")
    assert np.isfinite(by_formula.coupling_upper).all()
    np.testing.assert_allclose(by_formula.coupling_upper, by_elements.coupling_upper, rtol=1e-12)
    np.testing.assert_allclose(by_formula.coupling_upper, shipped.coupling_upper, rtol=1e-12)
    assert [m for m in by_formula.method if m.startswith("material mine: PbWO4")]
    assert not [m for m in shipped.method if m.startswith("material")]


def test_a_shower_in_a_material_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit from simulated tracks: with the shipped material's I the showers are the same."""
    monkeypatch.setattr(track_lengths, "SHOWERS", 400)
    model = dt.model("dark-photon", mass=0.08)
    text = FORMULA + "\nmean_excitation_energy_eV = 600.7"
    own, shipped = (
        dt.limit(model, dt.experiment(written(tmp_path, *what)), processes=["annihilation"])
        for what in ((text, "mine"), ("", "PbWO4"))
    )
    assert np.isfinite(own.coupling_upper).all()
    np.testing.assert_allclose(own.coupling_upper, shipped.coupling_upper, rtol=1e-9)


def test_a_users_name_shadows_a_shipped_one_with_a_note(tmp_path: Path) -> None:
    text = FORMULA.replace("mine", "Pb")
    found = dt.experiment(written(tmp_path, text, "Pb"))
    assert found.target.radiator == declared("Pb", PBWO4)
    assert any("replaces the shipped material" in note for note in found.assumptions)
    assert material("Pb").elements[0].symbol == "Pb"  # nothing global has changed
    assert len(material("Pb").elements) == 1


def test_layers_by_the_path_of_a_file_beside_the_declaration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_file(tmp_path)
    path = written(tmp_path, "", "mine.toml")
    monkeypatch.chdir("/")
    assert dt.experiment(path).target.radiator == declared("mine", PBWO4)
    variant = tmp_path / "deeper" / "variant.toml"
    variant.parent.mkdir()
    variant.write_text('extends = "na64e-2018"\n[target.layers.absorber]\nmaterial = "../mine.toml"\n')
    assert dt.experiment(variant).target.radiator == declared("mine", PBWO4)
    with pytest.raises(UnknownName, match=r"target\.layers\.crystal\.material = 'nothing'.*PbWO4"):
        dt.experiment(written(tmp_path, "", "nothing"))


def test_two_materials_of_one_name_in_an_experiment_are_refused(tmp_path: Path) -> None:
    own_file(tmp_path)
    second = '\n[target.layers.second]\nmaterial = "mine.toml"\nthickness_cm = 1.0\n'
    other = FORMULA.replace("8.3", "8.28")
    with pytest.raises(DeclarationError, match="one material of this name"):
        dt.experiment(written(tmp_path, other, thickness="thickness_cm = 1.0" + second))


def test_thickness_in_radiation_lengths(tmp_path: Path) -> None:
    (layer,) = dt.experiment(written(tmp_path)).target.layers
    assert layer.thickness == pytest.approx(20 * material("PbWO4").radiation_length_cm, rel=1e-3)
    for wrong in ("", "thickness_X0 = 20\nthickness_cm = 3.0"):
        with pytest.raises(DeclarationError, match="exactly one of thickness_cm, thickness_X0"):
            dt.experiment(written(tmp_path, thickness=wrong))
    with pytest.raises(DeclarationError, match="a number above 0"):
        dt.experiment(written(tmp_path, thickness="thickness_X0 = -1.0"))


def test_bad_materials_of_an_experiment_name_the_key(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"crystal\.toml: materials\.mine\.elements"):
        dt.experiment(written(tmp_path, "[materials.mine]\nelements = { Pb = 0.5 }\ndensity_g_cm3 = 1.0"))
    with pytest.raises(DeclarationError, match=r"materials\.mine = 3"):
        dt.experiment(written(tmp_path, "[materials]\nmine = 3"))
    own_file(tmp_path, "elements = { Xx = 1.0 }\ndensity_g_cm3 = 1.0")
    with pytest.raises(UnknownName, match=r"mine\.toml: elements = 'Xx'"):
        dt.experiment(written(tmp_path, "", "mine.toml"))


def recipes(medium: Any) -> list[Any]:
    """Recipes of every kind of stored table that depends on the material of a target."""
    layers, beam = (Layer(medium, 1.0, True),), Beam("electron", 10 * GeV)
    target, part = Target(layers, 20, 4), shower_library.Slice(layers, 20, behind=layers)
    return [
        track_lengths.recipe_of(beam, target, GeV),
        preshower.recipe(beam, target, GeV),
        shower_library.recipe(part),
        lateral_profile.recipe(part),
    ]


def test_two_materials_of_one_name_do_not_share_a_table() -> None:
    one, other = declared("Pb", PBWO4), declared("Pb", {**PBWO4, "density_g_cm3": 8.28})
    by_elements = declared("Pb", {"elements": _SHARES, "density_g_cm3": 8.3})
    for kind in zip(*map(recipes, (one, other, "Pb", "Fe")), strict=True):
        assert len({cache.digest(recipe) for recipe in kind}) == 4
    assert [cache.filename(r) for r in recipes(one)] == [cache.filename(r) for r in recipes(by_elements)]


def test_a_recipe_names_a_shipped_material_as_before() -> None:
    assert track_lengths.recipe_of(Beam("electron", GeV), Target((Layer("Pb", 1.0),)), GeV)["layers"] == [["Pb", 1.0]]
    assert recorded("polystyrene") == "polystyrene"
    json.dumps(recorded(material("polystyrene")), allow_nan=False)


def test_a_stack_tells_materials_of_one_name_apart() -> None:
    lead = material("Pb")
    light = replace(lead, density=1.0)
    stack = Stack((StackLayer(lead, 1.0), StackLayer(light, 1.0), StackLayer(lead, 1.0)), (0, 1, 2))
    assert stack.materials == (lead, light)
    assert homogeneous(light, 4).layers[0].material is light


def test_materials_compare_by_value() -> None:
    one, other = declared("mine", PBWO4), declared("mine", dict(PBWO4))
    assert one == other
    assert hash(one) == hash(other)
    assert one != declared("yours", PBWO4)
    assert isinstance(one, Material)
    assert sternheimer(20.0 * 1.0, 26.0 * eV, gas=False).x0 == 0.2
