"""Both edges of NuCal and CHARM for visible dark photons, by a quadrature of its own and against publications.

arXiv:1908.07525 assumes other numbers of pions, efficiencies and cuts than the package; the public programs of its
authors (BdNMC and its parameter and analysis files) state them. With these the quadrature reproduces its edges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array
from darktarget.dump import protons
from darktarget.dump.samples import absolute
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV

PROTON, CHARGED_PION, PION, ETA = 0.938272, 0.139570, 0.134977, 0.547862
MUON, EPS = 0.105658, np.geomspace(1e-8, 1e-3, 1500)


@dataclass(frozen=True)
class Recast:
    """What a calculation of one experiment assumes.

    Attributes:
        beam: GeV. pions: per proton, or None for those of the fit on beryllium. eta: per pi0.
        nucleus: mass number whose pions are softer by the A-dependence of hep-ph/0101163, or 0.
        harder: angles drawn uniformly in the allowed range of each momentum, which favours fast pions (BdNMC).
        each: least energy of each lepton, total: of both. start, end: of the decay volume in cm.
        protons, efficiency, excluded: of the exposure. proton_bremsstrahlung: included or not.
    """

    beam: float
    pions: float | None
    eta: float
    nucleus: int
    harder: bool
    each: float
    total: float
    start: float
    end: float
    protons: float
    efficiency: float
    excluded: float
    proton_bremsstrahlung: bool = False


OURS = {
    "nucal": Recast(70, None, 0.078, 0, False, 0, 3, 64e2, 87e2, 1.71e18, 0.7, 6.06, True),
    "charm": Recast(400, None, 0.11, 0, False, 0, 3, 480e2, 515e2, 2.4e18, 0.51, 2.3, True),
}
#: NuCal: 74 mb over 38 mb, efficiency 0.7, 7.28 events (95 % CLs of 5 with 3.5 expected). CHARM: a volume centred at
#: 480 m, efficiency 0.6, without bremsstrahlung. Both: 3 GeV for each lepton.
THEIRS = {
    "nucal": Recast(70, 74 / 38, 0.078, 56, True, 3, 6, 64e2, 87e2, 1.7e18, 0.7, 7.28, True),
    "charm": Recast(400, 2.4, 0.105, 63, True, 3, 6, 462.5e2, 497.5e2, 2.4e18, 0.6, 2.3),
}
#: mass in GeV, lower and upper edge of eps, arXiv:1908.07525 Fig. 3a as distributed with DarkCast
PUBLISHED = {
    "nucal": (
        (0.005, 5.852e-7, 2.073e-4), (0.01, 4.168e-7, 9.826e-5), (0.02, 2.974e-7, 4.607e-5), (0.04, 2.181e-7, 2.162e-5),
        (0.08, 1.837e-7, 9.876e-6), (0.1, 2.047e-7, 7.531e-6), (0.15, 2.695e-7, 4.537e-6), (0.2, 2.386e-7, 3.225e-6),
    ),
    "charm": (
        (0.005, 5.355e-7, 1.215e-4), (0.01, 3.816e-7, 5.642e-5), (0.02, 2.723e-7, 2.566e-5), (0.04, 2.004e-7, 1.176e-5),
        (0.08, 1.791e-7, 5.024e-6), (0.1, 2.054e-7, 3.623e-6), (0.15, 2.611e-7, 1.738e-6), (0.2, 2.487e-7, 1.137e-6),
    ),
}  # fmt: skip
#: the same of arXiv:1104.2747, pi0 alone
PION_EDGES = ((0.005, 3.009e-7, 2.168e-4), (0.03, 1.257e-7, 3.146e-5), (0.1, 1.136e-7, 7.58e-6))


def gauss(low: float | Array, high: float | Array, number: int) -> tuple[Array, Array]:
    """Nodes and weights, [..., number]."""
    x, w = np.polynomial.legendre.leggauss(number)
    half = np.asarray(high - low)[..., None] / 2
    return np.asarray(low)[..., None] + half * (x + 1), half * w


@lru_cache(maxsize=16)
def pions(case: Recast) -> tuple[Array, Array, Array]:
    """Momenta, angles and numbers per proton of pi0, each flat: hep-ph/0101163 on a grid."""
    s = 2 * PROTON * (PROTON + case.beam)
    gamma = (case.beam + PROTON) / np.sqrt(s)
    beta, top = np.sqrt(1 - gamma**-2), (s - 4 * PROTON**2 + CHARGED_PION**2) / (2 * np.sqrt(s))
    ln_p, w = gauss(np.log(0.02), np.log(case.beam - 2 * PROTON - CHARGED_PION), 72)
    p = np.exp(ln_p)
    energy = np.hypot(p, CHARGED_PION)
    largest = np.arccos(np.clip((gamma * energy - top) / (gamma * beta * p), 0, 1))
    u, v = gauss(0.0, 1.0, 64)
    theta, dtheta = largest[:, None] * u**2, largest[:, None] * 2 * u * v
    x = gamma * (energy[:, None] - beta * p[:, None] * np.cos(theta)) / top
    q, x = p[:, None] * np.sin(theta), np.minimum(x, 1)
    A, B, alpha, power, a, g, d, r0, r1 = (62.3, 1.57, 3.45, 0.517, 6.10, 0.153, 0.478, 1.05, 2.65)
    fall = a / x**g
    sigma = A * (1 - x) ** alpha * (1 + B * x) / x**power * (1 + fall * q + a**2 / (2 * x**d) * q**2)
    sigma *= np.exp(-fall * q) * (1 + 1 / (r0 * (1 + x) ** r1)) / 2
    if case.nucleus:
        along = gamma * (p[:, None] * np.cos(theta) - beta * energy[:, None]) / np.sqrt(s)
        sigma *= (case.nucleus / 8) ** ((0.74 - 0.55 * along + 0.26 * along**2) * (0.98 + 0.21 * q))
    number = sigma * 2 * np.pi * p[:, None] ** 3 * np.sin(theta) / energy[:, None] * w[:, None] * dtheta / 199.0
    if case.harder:
        number /= largest[:, None]
    if case.pions:
        number *= case.pions / number.sum()
    return np.broadcast_to(p[:, None], number.shape).ravel(), theta.ravel(), number.ravel()


def charm_window() -> tuple[Array, Array]:
    """Distances from the axis in cm, and the share of azimuths inside 3 m x 3 m, 5 m off the axis."""
    radius = np.linspace(1, 700, 1400)
    phi = 2 * np.pi * (np.arange(4000) + 0.5) / 4000
    inside = (abs(radius[:, None] * np.cos(phi) - 500) < 150) & (abs(radius[:, None] * np.sin(phi)) < 150)
    return radius, inside.mean(axis=1)


WINDOW = charm_window()


def accepted(case: Recast, tangent: Array) -> Array:
    """Share of azimuths that meet the detector in the middle of the volume."""
    radius = tangent * (case.start + case.end) / 2
    return np.where(radius < 130, 1.0, 0.0) if case.beam < 100 else np.interp(radius, *WINDOW, right=0.0)


def from_mesons(case: Recast, mass: float, parent: float, share: float) -> tuple[Array, Array]:
    """Momenta of accepted mediators of one meson and their number per proton at eps = 1."""
    if mass >= parent:
        return np.zeros(0), np.zeros(0)
    p, theta, number = (v[:, None, None] for v in pions(case))
    cosine, w = gauss(-1.0, 1.0, 10)
    psi = np.pi * (np.arange(8) + 0.5) / 8
    k, energy = (parent**2 - mass**2) / (2 * parent), np.hypot(p, parent)
    along = (energy * k * cosine[:, None] + p * np.hypot(k, mass)) / parent
    across = k * np.sqrt(1 - cosine[:, None] ** 2)
    z = along * np.cos(theta) - across * np.sin(theta) * np.cos(psi)
    size = np.hypot(along, across)
    tangent = np.where(z > 0, np.sqrt(np.maximum(size**2 - z**2, 0)) / np.maximum(z, 1e-9), np.inf)
    weight = number * w[:, None] / 2 / psi.size * 2 * share * (1 - (mass / parent) ** 2) ** 3
    size, weight = (v.ravel() for v in np.broadcast_arrays(size, weight * accepted(case, tangent)))
    return size[weight > 0], weight[weight > 0]


def edges(case: Recast, mass: float) -> tuple[float, float]:
    """Lower and upper edge of eps."""
    parts = [from_mesons(case, mass, PION, 0.98823), from_mesons(case, mass, ETA, 0.3936 * case.eta)]
    if case.proton_bremsstrahlung:
        made = protons.proton_bremsstrahlung(case.beam * GeV, mass * GeV, 60_000, np.random.default_rng(1))
        tangent = np.hypot(made.momentum[:, 0], made.momentum[:, 1]) / made.momentum[:, 2]
        parts.append((absolute(made.momentum), made.weight * accepted(case, tangent)))
    p, weight = (np.concatenate(v) for v in zip(*parts, strict=True))
    energy = np.hypot(p, mass)
    weight = weight * np.clip(1 - 2 * case.each / energy, 0, 1) * (energy > case.total)
    bins = np.linspace(np.log(0.1), np.log(500), 1500)
    content = np.histogram(np.log(p), bins, weights=weight)[0]
    per_cm = mass / np.exp((bins[1:] + bins[:-1]) / 2) / HBARC_CM * width(mass) * EPS[:, None] ** 2
    decays = (np.exp(-per_cm * case.start) - np.exp(-per_cm * case.end)) @ content
    ratio = EPS**2 * decays * case.protons * case.efficiency / case.excluded
    beyond = np.flatnonzero(ratio > 1)
    low, high = beyond[0], beyond[-1]
    at = [np.interp(0.0, np.log(ratio[[i, j]]), np.log(EPS[[i, j]])) for i, j in ((low - 1, low), (high + 1, high))]
    return float(np.exp(at[0])), float(np.exp(at[1]))


def width(mass: float) -> float:
    """Into leptons at eps = 1."""
    open_to = (m for m in (ELECTRON_MASS, MUON) if mass > 2 * m)
    return float(sum(ALPHA * mass / 3 * np.sqrt(1 - 4 * m**2 / mass**2) * (1 + 2 * m**2 / mass**2) for m in open_to))


@pytest.mark.parametrize(("name", "lower", "upper"), [("nucal", 0.04, 0.05), ("charm", 0.02, 0.04)])
def test_published_edges_under_their_assumptions(name: str, lower: float, upper: float) -> None:
    """Both edges of arXiv:1908.07525 from 5 to 200 MeV."""
    mass, low, high = np.array(PUBLISHED[name]).T
    found = np.array([edges(THEIRS[name], float(m)) for m in mass])
    np.testing.assert_allclose(found[:, 0], low, rtol=lower)
    np.testing.assert_allclose(found[:, 1], high, rtol=upper)


@pytest.mark.parametrize("name", ["nucal", "charm"])
def test_both_edges_against_the_quadrature(name: str) -> None:
    """The package's samples of 6000 pions (3 % in the lower edges) against the same assumptions on a grid."""
    mass = [0.01, 0.04, 0.08]
    intervals = dt.constraint(name, dt.model("dark-photon", mass=mass, dm="none")).intervals
    expected = np.array([edges(OURS[name], m) for m in mass])
    np.testing.assert_allclose([p[0][0] for p in intervals], expected[:, 0], rtol=0.04)
    np.testing.assert_allclose([p[-1][1] for p in intervals], expected[:, 1], rtol=0.04)


def test_lower_edges_between_those_of_two_recasts() -> None:
    """NuCal: above 1104.2747 and below 1908.07525, which are 1.9 apart; CHARM: 0.77 to 1.05 of 1908.07525."""
    mass, low, high = np.array(PION_EDGES).T
    found = dt.constraint("nucal", dt.model("dark-photon", mass=mass, dm="none")).intervals
    ratio = np.array([p[0][0] for p in found]) / low
    assert np.all((ratio > 1.3) & (ratio < 1.6))
    np.testing.assert_allclose([p[-1][1] for p in found], high, rtol=0.07)
    for name, least, most in (("nucal", 0.73, 0.86), ("charm", 0.77, 1.05)):
        mass, low, high = np.array(PUBLISHED[name]).T
        found = dt.constraint(name, dt.model("dark-photon", mass=mass, dm="none")).intervals
        ratio = np.array([p[0][0] for p in found]) / low
        assert np.all((ratio > least) & (ratio < most))
        np.testing.assert_allclose([p[-1][1] for p in found], high, rtol=0.12)


#: events at 20 MeV and long lifetimes, each after those before it: what changes, and the factor
FACTORS = {
    "nucal": (("pions", 0.98), ("nucleus", 0.87), ("harder", 2.36), ("each", 0.221), ("excluded", 0.832)),
    "charm": (
        ("pions", 0.61), ("nucleus", 0.92), ("harder", 1.82), ("start", 1.03), ("each", 0.340), ("efficiency", 1.18),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ["nucal", "charm"])
def test_what_each_assumption_explains(name: str) -> None:
    """From the package's assumptions to those of arXiv:1908.07525, one after the other, at its lower edge."""
    case, theirs, mass = OURS[name], THEIRS[name], 0.02
    before = edges(case, mass)[0]
    for what, expected in FACTORS[name]:
        together = {"start": ("end",), "each": ("total",)}.get(what, ())
        case = replace(case, **{key: getattr(theirs, key) for key in (what, *together)})
        after = edges(case, mass)[0]
        assert (before / after) ** 4 == pytest.approx(expected, rel=0.05)
        before = after
    published = next(low for m, low, _ in PUBLISHED[name] if m == mass)
    assert (before / published) == pytest.approx(1, abs=0.05)
