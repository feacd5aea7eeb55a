"""Finite coherence length of photoproduction on nuclei: limits, direct integration and sampled nucleons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.interpolate import CubicSpline

import darktarget as dt
from darktarget.core import Array
from darktarget.matter.form_factors import FERMI
from darktarget.matter.materials import Element, material
from darktarget.production import vector_meson as vm
from darktarget.production.mesons import glauber as gl
from darktarget.production.mesons.photoproduction import MESONS, Meson
from darktarget.units import ALPHA, PROTON_MASS, GeV

TUNGSTEN, LEAD, CARBON = (material(name).elements[0] for name in ("W", "Pb", "C"))
LIGHT = ("rho", "omega", "phi")


def now(meson: Meson, nucleus: Element, energy: Array) -> Array:
    """The nucleons struck at photon energies."""
    phase = np.sqrt(gl.minimal_transfer(meson, nucleus, energy))
    return gl.struck_nucleons(meson.total_on_proton(energy), phase, nucleus)


@pytest.mark.parametrize("nucleus", [TUNGSTEN, CARBON])
def test_both_limits_of_the_coherence_length(nucleus: Element) -> None:
    """Absorption behind the struck nucleon alone, and on both sides of it; all A nucleons without absorption."""
    grid = gl.woods_saxon(nucleus)
    sigma = np.array([1e-9, 10.0, 70.0, 120.0]) / GeV**2
    eaten = sigma[:, None] * grid.thickness
    short = (-np.expm1(-eaten) * grid.area).sum(axis=1) / sigma
    long = (grid.thickness * np.exp(-eaten) * grid.area).sum(axis=1)
    np.testing.assert_allclose(gl.struck_nucleons(sigma, np.full(4, 1e4 * GeV), nucleus), short, rtol=2e-3)
    np.testing.assert_allclose(gl.struck_nucleons(sigma, np.zeros(4), nucleus), long, rtol=2e-3)
    assert short[0] == pytest.approx(nucleus.A, rel=1e-6)


def density(nucleus: Element, b: float) -> tuple[CubicSpline, float]:
    """Nucleons per volume along the beam at an impact parameter in fm, by an own normalisation, and their end in fm."""
    edge = 1.23 * nucleus.A ** (1 / 3) - 0.60
    z = np.linspace(-edge - 8, edge + 8, 4001)
    whole = quad(lambda r: 4 * np.pi * r**2 / (1 + np.exp((r - edge) / 0.52)), 0, edge + 15)[0]
    return CubicSpline(z, nucleus.A / whole / (1 + np.exp((np.hypot(b, z) - edge) / 0.52))), edge + 8


def along(nucleus: Element, b: float, sigma: float, q: float) -> float:
    """Integral along the beam of the incoherent formula by nested quadrature; sigma in fm^2, q in 1/fm."""
    rho, end = density(nucleus, b)
    inside = rho.antiderivative()
    full = float(inside(end))
    near = np.polynomial.legendre.leggauss(80)

    def weight(z: float) -> float:
        x = (near[0] + 1) / 2 * (z + end) - end
        w = near[1] / 2 * (z + end)
        thick = inside(z) - inside(x)
        amplitude = 1 - (w * sigma / 2 * rho(x) * np.exp(1j * q * (x - z) - sigma / 2 * thick)).sum()
        return float(rho(z) * np.exp(-sigma * (full - inside(z))) * abs(amplitude) ** 2)

    x, w = (near[0] * end, near[1] * end)
    return float(sum(v * weight(float(u)) for u, v in zip(x, w, strict=True)))


@pytest.mark.parametrize(
    ("name", "energy", "nucleus"), [("rho", 4.0, TUNGSTEN), ("phi", 8.0, LEAD), ("J/psi", 30.0, LEAD)]
)
def test_direct_integration(name: str, energy: float, nucleus: Element) -> None:
    """Three nested integrals with their own density, against the recursion on the grid."""
    meson, at = MESONS[name], np.array([energy])
    sigma = float(meson.total_on_proton(at)[0]) / FERMI**2
    q = float(np.sqrt(gl.minimal_transfer(meson, nucleus, at)[0])) * FERMI
    x, w = np.polynomial.legendre.leggauss(24)
    end = density(nucleus, 0.0)[1]
    b, w = (x + 1) / 2 * end, w / 2 * end
    expected = sum(2 * np.pi * u * v * along(nucleus, float(u), sigma, q) for u, v in zip(b, w, strict=True))
    assert now(meson, nucleus, at)[0] == pytest.approx(expected, rel=3e-3)


def coherent(meson: Meson, energy: float, q: float) -> float:
    """Coherent cross section on lead by quadrature, with phase and absorption in one amplitude; q in 1/fm."""
    sigma = float(meson.total_on_proton(np.array([energy]))[0]) / FERMI**2
    x, w = np.polynomial.legendre.leggauss(32)
    z, v = np.polynomial.legendre.leggauss(200)
    total, end = 0.0, density(LEAD, 0.0)[1]
    for b, area in zip((x + 1) / 2 * end, w / 2 * end, strict=True):
        rho, _ = density(LEAD, float(b))
        inside = rho.antiderivative()
        amplitude = sigma / 2 * rho(z * end) * np.exp(1j * q * z * end - sigma / 2 * (inside(end) - inside(z * end)))
        total += 2 * np.pi * b * area * abs((v * end * amplitude).sum()) ** 2
    return float(ALPHA / meson.coupling * total * FERMI**2)


def test_coherent_part_has_the_same_coherence_length() -> None:
    """Where it is shorter than the nucleus: 3 fm, a third of what an infinite one gives."""
    meson, energy = MESONS["phi"], 8.0
    q = float(np.sqrt(gl.minimal_transfer(meson, LEAD, np.array([energy]))[0])) * FERMI
    assert 1 / q == pytest.approx(2 * energy / meson.mass**2 / FERMI, rel=0.02)
    expected = coherent(meson, energy, q)
    assert gl.coherent(meson, LEAD, np.array([energy]))[0] == pytest.approx(expected, rel=3e-3)
    assert expected < 0.35 * coherent(meson, energy, 0.0)


@pytest.mark.parametrize(("b", "z"), [(0.0, 3.0), (4.0, 0.0)])
def test_sampled_nucleons(b: float, z: float) -> None:
    """Nucleons drawn along the beam, each of which halves the amplitude of a meson that passes it.

    The mean amplitude of the struck nucleon at z, with production on it or on any nucleon in front of it.
    """
    random, number = np.random.default_rng(5), 60_000
    rho, end = density(TUNGSTEN, b)
    sigma, q = 2.4, 0.55  # fm^2 and 1/fm: a rho of 6 GeV
    inside = rho.antiderivative()
    front = float(inside(z))
    place = np.linspace(-end, z, 3000)
    count = random.poisson(front * sigma, number)  # in a tube of the area sigma: 1 - sigma/(2 area) = 1/2
    drawn = np.interp(random.uniform(size=(number, count.max())) * front, inside(place), place)
    drawn = -np.sort(-np.where(np.arange(count.max()) < count[:, None], drawn, -np.inf), axis=1)  # the last one first
    passed = 0.5 ** np.arange(count.max())
    terms = np.where(np.isfinite(drawn), np.exp(1j * q * (np.maximum(drawn, -end) - z)) / 2 * passed, 0)
    sampled = 1 - terms.sum(axis=1).mean()
    x, w = np.polynomial.legendre.leggauss(200)
    at, width = (x + 1) / 2 * (z + end) - end, w / 2 * (z + end)
    kernel = np.exp(1j * q * (at - z) - sigma / 2 * (front - inside(at)))
    assert sampled == pytest.approx(1 - (width * sigma / 2 * rho(at) * kernel).sum(), abs=5e-3)


def test_long_coherence_length_above_50_GeV() -> None:
    """Photoproduction of rho, omega and phi as with an infinite coherence length within 1 %, of J/psi 2 to 8 % more."""
    energy = np.array([50.0, 70.0, 100.0])
    for nucleus in (TUNGSTEN, LEAD):
        for name, meson in MESONS.items():
            sigma, one = meson.total_on_proton(energy), meson.on_proton(energy)
            whole = gl.coherent(meson, nucleus, energy)
            before = whole + one * gl.struck_nucleons(sigma, np.zeros(3), nucleus)
            change = (whole + one * now(meson, nucleus, energy)) / before - 1
            low, high = (0.0, 0.01) if name in LIGHT else (0.015, 0.08)
            assert np.all((low < change) & (change < high))


def test_short_coherence_length_at_4_and_8_GeV_on_tungsten() -> None:
    """Absorption in front of the struck nucleon left 0.31 of the incoherent rho at 4 GeV and 0.55 at 8 GeV."""
    energy, meson = np.array([4.0, 8.0]), MESONS["rho"]
    infinite = gl.struck_nucleons(meson.total_on_proton(energy), np.zeros(2), TUNGSTEN)
    np.testing.assert_allclose(infinite / now(meson, TUNGSTEN, energy), [0.306, 0.551], rtol=0.01)
    _, struck = vm.VectorMeson().photoproduction("rho", "W", energy)
    kept = -np.expm1(-meson.slope * 2 * PROTON_MASS * vm.RECOIL)
    np.testing.assert_allclose(struck, kept * meson.on_proton(energy) * now(meson, TUNGSTEN, energy), rtol=1e-12)


def test_mesons_of_ldmx() -> None:
    """Per 8 GeV electron in the calorimeter, above 2.4 GeV: yields with the finite coherence length."""
    ldmx = dt.experiment("ldmx-8gev-2e16-ecal")
    found = vm.VectorMeson().mesons(dt.tracks(ldmx.beam, ldmx.target, cut=2.4), 2.4)
    for name, expected in {"rho": 4.23e-5, "omega": 6.05e-6, "phi": 1.34e-6}.items():
        assert found[name] == pytest.approx(expected, rel=0.02)
