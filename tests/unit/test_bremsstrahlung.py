"""Cross sections of bremsstrahlung: published numbers, approximations against the exact result, tables."""

from __future__ import annotations

import json
import zlib

import numpy as np
import pytest

import darktarget as dt
from darktarget import cache
from darktarget.core import VECTOR, Beam
from darktarget.keywords import choose
from darktarget.matter.elements import atomic_data
from darktarget.matter.form_factors import form_factor
from darktarget.matter.materials import material
from darktarget.numerics.chebyshev import basis, nodes
from darktarget.production.amplitudes.exact import EXACT, Collision
from darktarget.production.amplitudes.weizsaecker_williams import flux
from darktarget.production.bremsstrahlung import Bremsstrahlung
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.production.spectra import table as st
from darktarget.production.spectra.calculation import CALCULATIONS, calculation, sigma
from darktarget.structures import STRUCTURES
from darktarget.units import ELECTRON_MASS, MUON_MASS, PB

LEAD = material("Pb").elements[0]


def pb(mass: float | list[float], beam: str, energy: float, target: str, **how: str) -> np.ndarray:
    """Elastic by default, which the published numbers are."""
    model, chosen = dt.model("dark-photon", mass=mass), {"form_factor": "elastic", **how}
    return np.asarray(dt.cross_section(model, beam=beam, energy=energy, target=target, **chosen).sigma / PB)


@pytest.mark.parametrize(
    ("mass", "beam", "energy", "target", "expected"),
    [
        (0.01, "electron", 100, "Pb", 8.374e11),
        (0.1, "electron", 100, "Pb", 1.0379e10),
        (1.0, "electron", 100, "Pb", 1.874e7),
        (0.1, "electron", 16, "Al", 1.539e8),
        (0.1, "muon", 160, "Pb", 9.482e8),
        (0.1, "positron", 100, "Pb", 1.0379e10),
    ],
)
def test_cross_sections(mass: float, beam: str, energy: float, target: str, expected: float) -> None:
    assert pb(mass, beam, energy, target)[0] == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(("method", "ratios"), [("ww", (0.80, 1.11, 1.35, 1.76)), ("iww", (0.80, 1.13, 1.71, 3.65))])
def test_photon_flux_approximations_are_wrong_for_electrons(method: str, ratios: tuple[float, ...]) -> None:
    masses = [1e-3, 1e-2, 0.1, 1.0]
    found = pb(masses, "electron", 100, "Pb", method=method) / pb(masses, "electron", 100, "Pb")
    np.testing.assert_allclose(found, ratios, rtol=0.03)


@pytest.mark.parametrize(
    ("name", "beam", "mass", "expected"),
    [
        ("scalar", "electron", 0.1, 4.254e9),
        ("scalar", "electron", 0.001, 5.905e12),
        ("axial", "electron", 0.001, 2.999e13),
        ("pseudoscalar", "electron", 0.001, 5.071e12),
        ("scalar", "muon", 0.1, 2.635e8),
        ("pseudoscalar", "muon", 0.1, 1.734e8),
        ("axial", "muon", 0.1, 2.083e9),
        ("axial", "muon", 0.001, 1.836e13),
    ],
)
def test_other_mediators(name: str, beam: str, mass: float, expected: float) -> None:
    energy = 100 if beam == "electron" else 160
    model = dt.model(name, mass=mass)
    result = dt.cross_section(model, beam=beam, energy=energy, target="Pb", form_factor="elastic")
    assert result.sigma[0] / PB == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("name", ["dark-photon", "axial", "scalar", "pseudoscalar"])
def test_weizsaecker_williams_is_good_for_muons(name: str) -> None:
    model = dt.model(name, mass=[1e-3, 0.01, 0.1, 1.0, 3.0])
    sigma = [
        dt.cross_section(model, beam="muon", energy=160, target="Pb", cross_section=m, form_factor="elastic").sigma
        for m in ("ww", "exact")
    ]
    ratio = sigma[0] / sigma[1]
    assert np.all((ratio > 0.997) & (ratio < 1.03))


def test_inelastic_scattering_adds_what_it_should() -> None:
    masses = [0.01, 0.1, 1.0]
    extra = pb(masses, "electron", 100, "Pb", form_factor="full") / pb(masses, "electron", 100, "Pb") - 1
    np.testing.assert_allclose(extra, [0.014, 0.014, 0.031], atol=0.003)


@pytest.mark.parametrize("method", list(CALCULATIONS))
def test_energy_and_angle_integrate_to_the_spectrum_and_the_total(method: str) -> None:
    """d sigma/dx dtheta -> d sigma/dx -> sigma, by a quadrature that the package does not use."""
    process, model = Bremsstrahlung(), dt.model("dark-photon", mass=0.3)
    beam, how = Beam("muon", 160.0), choose({"cross_section": method}).of(BremsstrahlungOptions)
    log_theta = np.linspace(np.log(1e-7), np.log(0.5), 1200)
    theta = np.exp(log_theta)
    for x in (0.3, 0.8):
        row = process.energy_angle(
            model,
            beam,
            "Pb",
            np.full(theta.size, x),
            theta,
            choose({"cross_section": method}).of(BremsstrahlungOptions),
        ).value[0]
        total = np.trapezoid(row * theta, log_theta)
        single = process.spectrum(model, beam, "Pb", np.array([x]), how).value[0, 0]
        assert total == pytest.approx(single, rel=2e-3)
    grid = np.linspace(0.3 / 160 * 1.0001, 0.99999, 4001)
    spectrum = process.spectrum(model, beam, "Pb", grid, how).value[0]
    expected = dt.cross_section(model, beam="muon", energy=160, target="Pb", method=method).sigma[0]
    assert np.trapezoid(spectrum, grid) == pytest.approx(expected, rel=3e-3)


def test_angles_of_an_electron_beam_integrate_to_its_spectrum() -> None:
    model, beam = dt.model("dark-photon", mass=0.05), Beam("electron", 100.0)
    log_theta = np.linspace(np.log(1e-9), np.log(1.0), 2500)
    theta = np.exp(log_theta)
    process = Bremsstrahlung()
    for x in (0.5, 0.99, 0.9999):
        row = process.energy_angle(model, beam, "Pb", np.full(theta.size, x), theta).value[0]
        single = process.spectrum(model, beam, "Pb", np.array([x])).value[0, 0]
        assert np.trapezoid(row * theta, log_theta) == pytest.approx(single, rel=3e-3)


@pytest.mark.parametrize("mass", [1e-4, 1e-3, 0.03, 0.5, 3.0])
@pytest.mark.parametrize(
    ("beam", "energy", "target"), [("electron", 100, "Pb"), ("muon", 15, "W"), ("electron", 4, "W")]
)
def test_the_quoted_error_covers_a_denser_quadrature(mass: float, beam: str, energy: float, target: str) -> None:
    result = dt.cross_section(dt.model("dark-photon", mass=mass), beam=beam, energy=energy, target=target)
    lepton = ELECTRON_MASS if beam == "electron" else MUON_MASS
    hit = Collision(lepton, mass, energy, material(target).elements[0])
    dense = sigma(VECTOR, hit, form_factor("full"), calculation("exact"), 128, 5)
    assert abs(result.sigma[0] / dense - 1) < max(2 * result.relative_error[0], 3e-4)
    assert result.relative_error[0] < 3e-3


@pytest.mark.validate
def test_random_collisions_against_a_dense_quadrature() -> None:
    """0.1 MeV to 3 GeV, 2 to 160 GeV, any nucleus, lepton and mediator: within 0.3 % of six times the nodes."""
    generator = np.random.default_rng(5)
    done = 0
    while done < 80:
        nucleus = material(str(generator.choice(["H", "C", "Al", "Si", "Fe", "Cu", "W", "Pb"]))).elements[0]
        lepton = ELECTRON_MASS if generator.random() < 0.7 else MUON_MASS
        mass, energy = 10 ** generator.uniform(-4, 0.48), 10 ** generator.uniform(0.3, 2.2)
        known = list(EXACT)
        structure = known[int(generator.integers(len(known)))]
        hit = Collision(lepton, mass, energy, nucleus)
        if not hit.is_open:
            continue
        found = sigma(structure, hit, form_factor("elastic"), calculation("exact"))
        dense = sigma(structure, hit, form_factor("elastic"), calculation("exact"), 96, 4)
        assert found == pytest.approx(dense, rel=3e-3)
        done += 1


def test_many_masses_are_interpolated_to_the_quoted_error() -> None:
    masses = np.geomspace(1e-3, 1, 201)
    many = dt.cross_section(dt.model("dark-photon", mass=masses), energy=100, target="Pb")
    few = dt.cross_section(dt.model("dark-photon", mass=masses[7::37]), energy=100, target="Pb")
    np.testing.assert_allclose(many.sigma[7::37], few.sigma, rtol=1e-3)
    assert many.relative_error.max() < 1e-3


def test_flux_of_a_bare_point_charge() -> None:
    """Beyond screening and below the nuclear size, chi = Z^2 (ln(t_max/t_min) - 1 + t_min/t_max)."""
    t_min, t_max = 1e-6, 1e-5
    chi = flux(np.array([t_min]), t_max, LEAD, form_factor("elastic"), 64)[0]
    closed = LEAD.Z**2 * (np.log(t_max / t_min) - 1 + t_min / t_max)
    assert chi == pytest.approx(closed, rel=0.01)


def test_closed_and_threshold() -> None:
    """Above the kinematic end exactly 0 with a reason, just below it small and positive."""
    end = np.sqrt((LEAD.A * 0.93149410242 + ELECTRON_MASS) ** 2 + 2 * LEAD.A * 0.93149410242 * (4 - ELECTRON_MASS))
    heaviest = end - LEAD.A * 0.93149410242 - ELECTRON_MASS
    result = dt.cross_section(
        dt.model("dark-photon", mass=[0.1, 0.999 * heaviest, 1.001 * heaviest]), energy=4, target="Pb"
    )
    assert result.sigma[2] == 0.0
    assert 0 < result.sigma[1] < 1e-6 * result.sigma[0]
    assert result.reason[:2] == (None, None)
    assert "closed" in str(result.reason[2])


def test_compounds_average_over_nuclei() -> None:
    carbon, hydrogen = pb(0.1, "electron", 10, "C")[0], pb(0.1, "electron", 10, "H")[0]
    assert pb(0.1, "electron", 10, "polystyrene")[0] == pytest.approx((carbon + hydrogen) / 2, rel=2e-3)  # C8H8


def shipped() -> list[tuple[dict[str, object], cache.Arrays]]:
    return [cache.read(path) for path in sorted(cache.SHIPPED.glob(f"bremsstrahlung-*{cache.SUFFIX}"))]


def request_of(recipe: dict[str, object]) -> st.Request:
    nucleus = next(d.element for d in atomic_data().values() if recipe["Z"] == d.element.Z)
    structure = STRUCTURES[str(recipe["structure"])]
    how = next(h for h in CALCULATIONS.values() if h.recipe == recipe["method"])
    return st.Request(dict(recipe), structure, nucleus, how)


def test_shipped_tables_can_be_rebuilt_from_their_recipe() -> None:
    """Three random nodes of every shipped table, calculated anew from the recipe in its header.

    The recipe is the seed: other nodes for each table, and the same ones on each day.
    """
    tables = shipped()
    assert tables
    for recipe, arrays in tables:
        request = request_of(recipe)
        generator = np.random.default_rng(zlib.crc32(json.dumps(recipe, sort_keys=True).encode()))
        for _ in range(3):
            shape = request.shape
            i, j = (int(generator.integers(n)) for n in shape[:2])
            a, b = (basis(shape[k], nodes(shape[k])[n]) for k, n in ((0, i), (1, j)))
            stored = basis(shape[2], nodes(shape[2])) @ np.einsum("abc,a,b->c", arrays["log_density"], a, b)
            np.testing.assert_allclose(stored, st.node(request, i, j), atol=1e-8)


SHIPPED = sorted({path.name.split("-")[1] for path in cache.SHIPPED.glob(f"bremsstrahlung-*{cache.SUFFIX}")})


@pytest.mark.parametrize(
    ("structure", "masses"),
    [("vector", 3), *(pytest.param(s, 8, marks=pytest.mark.validate) for s in SHIPPED)],
)
def test_shipped_tables_agree_with_the_direct_calculation(structure: str, masses: int) -> None:
    generator = np.random.default_rng(3)
    for recipe, arrays in shipped():
        assert arrays["error"][0] < 1e-3
        request = request_of(recipe)
        if request.structure.name != structure:
            continue
        table = st.SpectrumTable.recall(request)
        grid = table.grid
        heavy = [
            grid.mass(float(place), 0.8 * grid.energy_max)
            for place in generator.uniform(0.7, 0.95, max(1, masses // 4))
        ]
        for mass in (*10 ** generator.uniform(-4, 0.3, masses - len(heavy)), *heavy):
            lowest = max(0.6, grid.energy_min / grid.energy_max)  # where the table begins
            energy = grid.energy_max * generator.uniform(lowest, 1)
            cut = 0.55 * grid.energy_max
            _, weight = table.evaluate(np.array([mass]), np.array([energy]), cut)
            chart = request.how.chart(grid.collision(mass, energy))
            z, w = np.polynomial.legendre.leggauss(100)
            start = float(chart.zeta(cut / energy))
            zeta = start + (chart.last - start) * (z + 1) / 2
            direct = request.how.spectrum(request.structure, grid.collision(mass, energy), grid.form, chart.y(zeta), 4)
            expected = (direct * chart.jacobian(zeta) * w).sum() * (chart.last - start) / 2
            assert weight.sum() == pytest.approx(expected, rel=1e-3)
