"""Constants of the papers as the declarations carry them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget import flow
from darktarget.core import Array, Beam, Target, Tracks
from darktarget.matter.materials import material
from darktarget.models import MODELS
from darktarget.signatures.missing_energy import MissingEnergy
from darktarget.units import ELECTRON_MASS, GeV

NA64 = dt.experiment("na64e-2018")
PROJECTIONS = {"na64e-1e12": 1e12, "na64e-5e12": 5e12, "na64e-1e13": 1e13}


def cuts(name: str) -> MissingEnergy:
    found = dt.experiment(name).bins[0].signature
    assert isinstance(found, MissingEnergy)
    return found


@pytest.mark.acceptance("0.1", "1.10")
@pytest.mark.parametrize("name", ["na64e-2018", *PROJECTIONS])
def test_beam(name: str) -> None:
    beam = dt.experiment(name).beam
    assert beam.particle == "electron"
    assert beam.energy / GeV == 100


@pytest.mark.acceptance("0.2")
@pytest.mark.parametrize(("name", "electrons"), PROJECTIONS.items())
def test_projected_exposures(name: str, electrons: float) -> None:
    assert dt.experiment(name).exposure == electrons


@pytest.mark.acceptance("0.3")
def test_the_final_exposure_is_250_days_of_beam() -> None:
    """1e7 electrons per spill, 4000 spills a day."""
    (run,) = dt.experiment("na64e-1e13").runs
    assert run.particles_per_spill == 1e7
    assert run.spills == 250 * 4000


@pytest.mark.acceptance("0.16")
@pytest.mark.parametrize("name", PROJECTIONS)
def test_missing_energy_is_half_of_the_beam(name: str) -> None:
    assert cuts(name).calorimeter_energy_below_GeV == 50 == 0.5 * dt.experiment(name).beam.energy / GeV


@pytest.mark.acceptance("0.29")
def test_no_background_means_less_than_1e_13_per_electron() -> None:
    seen, one = dt.experiment("na64e-1e13"), dt.experiment("na64e-1e13-b1")
    assert seen.bins[0].background == 0
    assert one.bins[0].background / one.exposure == pytest.approx(1e-13)


@pytest.mark.acceptance(
    "3.21",
    beside="Table I alone has 34 % less (0.75 to 0.5): its efficiencies of 2016 multiply other cuts",
)
def test_intensities_and_what_they_cost() -> None:
    """Electrons per spill of S003; its text: high intensities cost about 10 % (pile-up), all effects considered.

    Table I does not show that by itself: S003 says that its efficiencies of 2016 and later cannot be compared directly.
    """
    runs = {run.name: run for run in NA64.runs}
    spilled = {name: run.particles_per_spill for name, run in runs.items()}
    assert spilled == {"2016-I": 3.7e6, "2016-II": 3.7e6, "2016-III": 3.7e6, "2017": 5.5e6, "2018": 7e6}
    assert runs["2018"].spills == pytest.approx(18.7e10 / 7e6)
    early = [r for r in NA64.runs if r.name.startswith("2016")]
    mean = sum(r.exposure * r.efficiency for r in early) / sum(r.exposure for r in early)
    assert mean == pytest.approx(0.753, abs=1e-3)
    assert runs["2017"].efficiency == runs["2018"].efficiency < 0.9 * mean


@pytest.mark.validate
@pytest.mark.acceptance("4.11")
def test_purity_of_the_beam() -> None:
    """1 % of pions, suppressed to 1e-6; tracks within 3 GeV, which moves bremsstrahlung by less than 0.2 %."""
    seen = dt.experiment("na64e-2018-displaced")
    assert seen.purity is not None
    assert (seen.purity.impurity, seen.purity.suppressed_to) == (0.01, 1e-6)
    assert seen.impurities == pytest.approx(2.84e5)
    assert seen.purity.momentum_window / GeV == 3
    model, plain = dt.model("dark-photon", mass=[0.01, 0.1, 0.5]), dt.experiment("na64e-1e12")
    bins = tuple(replace(b, signature=replace(cuts("na64e-1e12"), preshower_energy_above_GeV=0.0)) for b in plain.bins)
    one, two, three = (
        dt.limit(
            model, replace(plain, bins=bins, beam=replace(plain.beam, energy=(100 + d) * GeV)),
            tracks="first-radiation-length", processes=["bremsstrahlung"], nuisances="none",
            form_factor="elastic",
        ).coupling_upper
        for d in (-3, 0, 3)
    )  # fmt: skip
    np.testing.assert_allclose(one / two, 1.0, atol=0.05)
    spread = np.sqrt(2 / (one**-2 + three**-2)) / two  # yields add
    np.testing.assert_allclose(spread, 1.0, atol=2e-3)


@pytest.mark.acceptance("4.11")
def test_annihilation_knows_the_spread_of_the_beam(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shower of 100 GeV stretched to 97 and 103 GeV, half at each: about 1 % but where positrons are scarce."""
    model, original = dt.model("dark-photon", mass=[0.1, 0.2, 0.3]), flow.tracks
    bins = tuple(replace(b, signature=replace(cuts("na64e-2018"), preshower_energy_above_GeV=0.0)) for b in NA64.bins)

    def limit(scale: float) -> Array:
        def stretched(beam: Beam, target: Target, **choices: Any) -> Tracks:
            made = original(NA64.beam, target, **choices)
            return replace(made, beam=beam, energy=made.energy * scale)

        monkeypatch.setattr(flow, "tracks", stretched)
        seen = replace(NA64, bins=bins, beam=replace(NA64.beam, energy=100 * scale * GeV))
        rest: Any = {"electrons": "rest", "radiation": False}
        return dt.limit(model, seen, processes=["annihilation"], nuisances="none", **rest).coupling_upper

    low, middle, high = (limit(scale) for scale in (0.97, 1.0, 1.03))
    spread = np.sqrt(2 / (low**-2 + high**-2)) / middle
    np.testing.assert_allclose(spread[[0, 2]], 1.0, atol=0.015)
    assert spread[1] == pytest.approx(0.916, abs=0.005)  # with bremsstrahlung beside it 0.964


@pytest.mark.acceptance("1.45", "4.25")
def test_stated_facts_of_the_apparatus() -> None:
    """Six micromegas, three straw chambers, two GEMs; S001 simulated with Geant4 and DMG4 from version 2.2."""
    for name in ("na64e-2018", "na64e-2018-semi-visible", "na64e-2018-displaced"):
        stated = dt.experiment(name).apparatus
        assert [stated[k] for k in ("micromegas", "straw_chambers", "GEM_chambers")] == [6, 3, 2]
        words = stated.get("simulation_of_the_analysis")
        assert words == ("Geant4; DMG4, inelastic decays from version 2.2" if "semi" in name else None)
    assert dt.experiment("na64e-2022").apparatus == {}
    assert dt.experiment("na64e-positron").purity is None


@pytest.mark.acceptance("1.12", "3.17")
def test_data_of_2016_to_2018() -> None:
    seen = NA64.bins[0]
    assert NA64.exposure == pytest.approx(2.84e11, rel=1e-9)
    assert (seen.observed, seen.background, seen.background_error) == (0, 0.53, 0.17)


@pytest.mark.acceptance("2.6")
def test_combined_data() -> None:
    assert dt.experiment("na64e-2022").exposure == pytest.approx(9.37e11, rel=1e-9)


@pytest.mark.acceptance("2.10")
def test_muon_runs() -> None:
    """Pilot run of 2021 with 6e9 muons < 2022, and together with it "a few 1e10", 2 to 5; 160 GeV of 100-160."""
    run = dt.experiment("na64mu-2022")
    assert run.exposure > 6e9
    assert 2e10 < run.exposure + 6e9 < 5e10
    assert 100 <= run.beam.energy / GeV <= 160


@pytest.mark.acceptance("3.2")
def test_the_limits_lie_among_natural_mixings() -> None:
    """1e-4..1e-2 from one loop, 1e-6..1e-3 from two."""
    model = dt.model("dark-photon", mass=np.geomspace(1e-3, 1, 31))
    found = dt.limit(model, NA64, form_factor="elastic").coupling_upper
    assert np.all((found > 1e-6) & (found < 1e-2))
    assert np.any(found > 1e-4)


@pytest.mark.acceptance("3.5")
def test_calorimeter() -> None:
    """40 X0 of lead and scintillator, sigma/E = 10 %/sqrt(E) + 4 %."""
    depth = NA64.target.repeat * sum(
        layer.thickness / material(layer.material).radiation_length_cm for layer in NA64.target.layers
    )
    assert depth == pytest.approx(40, rel=0.03)
    assert (cuts("na64e-2018").stochastic, cuts("na64e-2018").constant) == (0.10, 0.04)


@pytest.mark.acceptance("3.15")
@pytest.mark.parametrize("alpha", [0.1, 0.5])
def test_benchmarks(alpha: float) -> None:
    assert {p.name: p.default for p in MODELS["dark-photon"].parameters}["alpha_D"] == 0.1  # type: ignore[attr-defined]
    model = dt.model("dark-photon", mass=0.3, alpha_D=alpha)
    assert float(model.mass[0] / model.dark_mass[0]) == pytest.approx(3)


@pytest.mark.acceptance("3.19")
def test_production_cut() -> None:
    assert cuts("na64e-2018").production_energy_above_GeV == 42.5


@pytest.mark.acceptance("1.3", "4.7")
def test_parameters_and_benchmark_of_idm() -> None:
    """Five parameters besides the kind of dark matter; alpha_D = 0.1, m_A' = 3 m_chi1, Delta = 0.4 m_chi1."""
    found = {p.name: p.default for p in MODELS["idm"].parameters}  # type: ignore[attr-defined]
    benchmark = {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.4}
    assert found.keys() >= {"mass", "coupling", *benchmark}
    assert {name: found[name] for name in benchmark} == benchmark


@pytest.mark.acceptance("1.5")
def test_i2dm_has_six_parameters() -> None:
    found = [p.name for p in MODELS["i2dm"].parameters]  # type: ignore[attr-defined]
    assert sorted(found) == ["alpha_D", "coupling", "mass", "mass_ratio", "splitting", "theta"]


@pytest.mark.acceptance("1.4")
@pytest.mark.parametrize("splitting", [0.01, 0.1, 0.4])
def test_range_of_splittings(splitting: float) -> None:
    """m_A' > m1 + m2 is where the pair is made on shell."""
    edge = 2 + splitting
    model = dt.model("idm", mass=0.3, mass_ratio=[edge / 1.001, edge * 1.001, 3.0], splitting=splitting)
    assert (model.width(dark=True) > 0).tolist() == [False, True, True]


@pytest.mark.acceptance("4.8")
def test_kinematics_of_idm() -> None:
    """2 m_e < Delta < m_A' - 2 m_chi1: up to Delta = m_chi1 at m_A' = 3 m_chi1."""
    least = 2 * ELECTRON_MASS / (0.1 * GeV)
    model = dt.model("idm", mass=0.3, splitting=[0.999 * least, 1.01 * least, 0.999, 1.001])
    assert (model.partial_widths("chi2")["chi1 e+ e-"] > 0).tolist() == [False, True, True, True]
    assert (model.width(dark=True) > 0).tolist() == [True, True, True, False]


SEMI, DISPLACED = dt.experiment("na64e-2018-semi-visible"), dt.experiment("na64e-2018-displaced")


@pytest.mark.acceptance("1.11", "4.24")
def test_calorimeters() -> None:
    """ECAL of 6 x 6 modules, 150 layers, 16 of them pre-shower; three HCAL of 3 x 3 cells, 48 plates, 150-160 cm."""
    ecal, _, *modules = SEMI.target.slabs
    assert (ecal.cells, SEMI.target.repeat, SEMI.target.preshower_repeats) == (6, 150, 16)
    assert [(m.cells, m.repeat) for m in modules] == [(3, 48)] * 3
    assert all(150 <= m.length <= 160 for m in modules)
    assert all("Fe" in {layer.material for layer in m.layers} for m in modules)


@pytest.mark.acceptance("1.13", "2.3", "3.6", "1.14")
def test_signal_box() -> None:
    """E_ECAL < 50 GeV (below the trigger's 80), E_HCAL < 1 GeV, pre-shower > 0.5 GeV, no veto, quiet periphery."""
    seen: Any = SEMI.bins[0].signature
    assert (seen.calorimeter_energy_below_GeV, seen.calorimeters_below_GeV) == (50, 1)
    assert seen.preshower_energy_above_GeV == 0.5
    assert "veto" in seen.counted
    assert seen.centre == "hcal1"


@pytest.mark.acceptance("4.10", "4.12", "4.14")
def test_displaced_signatures() -> None:
    """S1 inside HCAL2-HCAL3 with R < 0.06, S2 beyond 5-6 m; backgrounds 0.19 +- 0.07 and 0.53 +- 0.17."""
    one, two = DISPLACED.bins
    cuts: list[Any] = [one.signature, two.signature]
    assert [c.decay for c in cuts] == ["inside", "beyond"]
    assert [c.inside for c in cuts] == [("hcal2", "hcal3")] * 2
    assert cuts[0].periphery_below == 0.06
    assert [(b.observed, b.background, b.background_error) for b in (one, two)] == [(0, 0.19, 0.07), (0, 0.53, 0.17)]


@pytest.mark.acceptance("0.12", "0.13")
def test_where_photons_are_seen() -> None:
    """Above 1 GeV in about 6 m of calorimeters."""
    seen = dt.experiment("na64e-1e13-photon")
    cuts: Any = seen.bins[0].signature
    assert cuts.calorimeters_below_GeV == 1
    assert cuts.counted == ("calorimeter",)
    assert 5 < seen.target.slabs[-1].end / 100 < 6


@pytest.mark.acceptance("0.5", "0.9")
@pytest.mark.parametrize("splitting", [1e-3, 5e-2])
def test_splitting_of_dipoles(splitting: float) -> None:
    light, heavy = dt.model("dipole-idm", mass=0.1, splitting=splitting).states()
    assert float(heavy.mass[0] / light.mass[0] - 1) == pytest.approx(splitting, rel=1e-9)


@pytest.mark.acceptance("2.13")
@pytest.mark.parametrize(
    ("name", "particle", "energy", "material_name", "exposure"),
    [
        ("na64e-2022", "electron", 100, "Pb", 9.37e11),
        ("na64e-5e12", "electron", 100, "Pb", 5e12),
        ("ldmx-16gev-al", "electron", 16, "Al", 1e15),
        ("na64mu-2022", "muon", 160, "Pb", 1.98e10),
        ("na64mu-5e13", "muon", 160, "Pb", 5e13),
        ("m3", "muon", 15, "W", 1e13),
        ("e137", "electron", 20, "Al", 1.87e20),
    ],
)
def test_benchmarks_of_spin_2(name: str, particle: str, energy: float, material_name: str, exposure: float) -> None:
    seen = dt.experiment(name)
    assert seen.beam.particle == particle
    assert seen.beam.energy / GeV == energy
    assert seen.target.radiator == material_name
    assert seen.exposure == pytest.approx(exposure, rel=1e-9)


@pytest.mark.acceptance("1.43", "4.2")
def test_significance_of_the_muon_anomaly() -> None:
    value, error = (p.value for p in dt.gminus2(dt.model("dark-photon", mass=0.1), anomaly="wp2020").published)
    assert value / error == pytest.approx(4.2, abs=0.1)


@pytest.mark.acceptance("1.42")
def test_lep_and_the_others_are_there() -> None:
    assert dt.constraint("lep", dt.model("dark-photon", mass=0.1)).coupling[0] == pytest.approx(0.03)
    wanted = {"electroweak", "hera-dis", "na62", "e949", "electron-g-2", "cmb"}
    assert wanted <= set(dt.names("constraints"))
