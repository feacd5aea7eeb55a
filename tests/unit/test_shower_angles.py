"""Angles of the shower: scattering against its exact distribution, mean squares against an independent shower."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy.special import j0, j1, k1

import darktarget as dt
from darktarget.core import LOGITS, Array, Beam, angle_at
from darktarget.matter.form_factors import nuclear_scale
from darktarget.matter.materials import material
from darktarget.shower import elastic, tables
from darktarget.shower.angles import ALONG, picks, shower_angles
from darktarget.shower.interactions import scatter
from darktarget.shower.state import CHANCE, LEAST_TURNS, ShowerState
from darktarget.shower.tables import atoms
from darktarget.units import ALPHA, CLASSICAL_ELECTRON_RADIUS, ELECTRON_MASS, GeV

E137 = dt.experiment("e137")
ALUMINIUM = material("Al")
ANGLES = shower_angles(E137.beam, E137.target, 2.0 * GeV)


def _scattered(thickness: float, energy: float, number: int) -> Array:
    """theta^2 of electrons behind a slab, by the function of the shower kernel."""
    transport, single = elastic.divided(np.array([energy]), atoms(ALUMINIUM), LEAST_TURNS)
    tables = SimpleNamespace(mass=ELECTRON_MASS, single=single[None])
    geometry = SimpleNamespace(material=np.zeros(1, dtype=np.int64))
    state = SimpleNamespace(rng=np.array([1, 2], dtype=np.uint64), q=np.zeros(2, dtype=np.int64), p=np.zeros(7))
    found = np.zeros(number)
    turns = np.random.default_rng(1).poisson(LEAST_TURNS * thickness, number)
    with np.errstate(over="ignore"):
        for i, n in enumerate(turns):
            state.p[:] = energy, 0, 0, 0, 0, 0, 1
            for _ in range(n):
                scatter(cast(Any, tables), cast(Any, geometry), cast(ShowerState, state), transport[0] / LEAST_TURNS)
            found[i] = state.p[4] ** 2 + state.p[5] ** 2
    return found


def _exact(thickness: float, energy: float, square: Array) -> Array:
    r"""Fraction of electrons within theta behind a slab without losses, from the Hankel transform of the scattering.

    The screened cross section chi_c^2/(theta^2 + chi_a^2)^2 dtheta^2 has the transform chi_c^2 k K_1(k chi_a)/chi_a;
    what the nucleus' form factor takes away is integrated numerically.
    """
    nucleus, number = ALUMINIUM.elements[0], ALUMINIUM.nuclei_per_cm2_per_X0[0]
    strength = 4 * np.pi * number * nucleus.Z * (nucleus.Z + 1) * CLASSICAL_ELECTRON_RADIUS**2
    chi_c = thickness * strength * (ELECTRON_MASS / energy) ** 2
    alpha = ALPHA * nucleus.Z
    chi_a = (ALPHA * nucleus.Z ** (1 / 3) / 0.885 * ELECTRON_MASS / energy) ** 2 * (1.13 + 3.76 * alpha**2)
    k = np.geomspace(1e-3, 60, 6000) / np.sqrt(chi_c * 10)
    wide = np.geomspace(1e-9, 1.0, 6000)  # theta^2
    lost = 1 - (1 + energy**2 * wide / nuclear_scale(nucleus)) ** -2
    missing = np.trapezoid(chi_c / wide * lost * (1 - j0(k[:, None] * np.sqrt(wide))), np.log(wide), axis=1)
    exponent = -chi_c / chi_a * (1 - k * np.sqrt(chi_a) * k1(k * np.sqrt(chi_a))) + missing
    theta = np.sqrt(square)[:, None]
    return np.asarray(np.trapezoid(theta * j1(k * theta) * np.exp(exponent) * k, np.log(k), axis=1))


@pytest.mark.validate
@pytest.mark.parametrize(("thickness", "energy", "tolerance"), [(2.0, 3.0, 0.02), (0.7, 12.0, 0.04)])
def test_scattering_against_the_exact_distribution(thickness: float, energy: float, tolerance: float) -> None:
    """Small deflections together and single large ones: fractions within angles from the core to the tail.

    With ten deflections per X0, a slab of 0.7 X0 has too few of them for the core: 0.03 in the fraction.
    """
    found = _scattered(thickness, energy * GeV, 4000)
    place = np.quantile(found, [0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99])
    exact = _exact(thickness, energy * GeV, place)
    np.testing.assert_allclose(exact, [0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99], atol=tolerance)


def test_no_single_scattering_unless_it_is_asked_for() -> None:
    usual, single = (tables.build((ALUMINIUM,), 1.0, 0.1, 20.0, True, s) for s in (False, True))
    assert not usual.single.any()
    assert single.single[0, CHANCE] == elastic.SINGLE
    columns = [c for c in range(usual.rates.shape[-1]) if c != 5]
    np.testing.assert_array_equal(usual.rates[..., columns], single.rates[..., columns])


def _accepted(density: Callable[[Array], Array], draw: Callable[[int], Array], size: int) -> Array:
    """Numbers of a distribution by rejection; density: at most 1, relative to ``draw``."""
    found = np.zeros(0)
    chance = np.random.default_rng(size)
    while found.size < size:
        v = draw(2 * size + 10)
        found = np.concatenate([found, v[chance.uniform(size=v.size) < density(v)]])
    return found[:size]


def _mean_squares(edges: Array, number: int) -> Array:
    r"""Mean (theta E)^2 of positrons in energy bins (GeV^2), from a shower at complete screening in an endless target.

    Photons take v with (4/3 - 4/3 v + v^2)/v per X0, positrons of pairs with 1 - 4/3 v (1 - v); 39 MeV per X0 of
    ionisation; the mean squared angle per X0 is the integral over the screened cross section with the form factor.
    """
    nucleus, nuclei = ALUMINIUM.elements[0], ALUMINIUM.nuclei_per_cm2_per_X0[0]
    square = np.geomspace(1e-14, 4.0, 4000)  # q^2, GeV^2
    screen = (ALPHA * nucleus.Z ** (1 / 3) / 0.885 * ELECTRON_MASS / GeV) ** 2 * (
        1.13 + 3.76 * (ALPHA * nucleus.Z) ** 2
    )
    form = (1 + square * GeV**2 / nuclear_scale(nucleus)) ** -2
    strength = 4 * np.pi * nuclei * nucleus.Z * (nucleus.Z + 1) * (CLASSICAL_ELECTRON_RADIUS * ELECTRON_MASS / GeV) ** 2
    per_X0 = strength * np.trapezoid((square / (square + screen)) ** 2 * form, np.log(square))
    random, least, softest = np.random.default_rng(5), edges[0], 0.01
    hits = 4 / 3 * np.log(1 / softest) - 4 / 3 * (1 - softest) + (1 - softest**2) / 2
    charged, photons = (np.full(number, 20.0), np.zeros(number), np.zeros(number)), (np.zeros(0), np.zeros(0))
    sums = np.zeros((2, edges.size - 1))
    while charged[0].size or photons[0].size:
        energy, angle, plus = charged
        length = random.exponential(1 / hits, energy.size)
        after = energy * np.exp(-4 / 3 * softest * length) - 0.039 * length
        mean = (energy + np.maximum(after, least)) / 2
        grown = per_X0 * length / np.maximum(energy * after, least**2)
        of = (np.searchsorted(edges, mean) - 1)[plus > 0]
        weight, value = length[plus > 0], ((angle + grown / 2) * mean**2)[plus > 0]
        inside = (of >= 0) & (of < edges.size - 1)
        sums += [np.bincount(of[inside], w[inside], edges.size - 1) for w in (weight, weight * value)]
        v = _accepted(lambda v: 1 - v + 0.75 * v**2, lambda n: softest ** random.uniform(size=n), energy.size)
        k, split = (
            photons[0],
            _accepted(lambda v: 1 - 4 / 3 * v * (1 - v), lambda n: random.uniform(size=n), photons[0].size),
        )
        rows = np.concatenate([[(1 - v) * after, angle + grown, plus], [k * split, photons[1], np.ones(k.size)],
                               [k * (1 - split), photons[1], np.zeros(k.size)]], axis=1)  # fmt: skip
        charged = tuple(rows[:, rows[0] > least])
        radiated = np.array([v * after, angle + grown])
        photons = tuple(radiated[:, radiated[0] > least])
    return np.asarray(sums[1] / sums[0])


def test_mean_squared_angles_against_an_independent_shower() -> None:
    """Positrons of 20 GeV electrons in aluminium, 2 to 8 GeV: another program, other cross sections."""
    edges = np.array([2.0, 2.6, 3.5, 5.0, 8.0])
    simple = _mean_squares(edges, 20_000)
    energy, square, length = picks(E137.beam, E137.target, "e+", 1.0 * GeV, 200_000, 11).T
    of = np.searchsorted(edges, energy / GeV) - 1
    inside = (of >= 0) & (of < 4)
    weight = np.bincount(of[inside], length[inside])
    found = np.bincount(of[inside], (length * square * (energy / GeV) ** 2)[inside]) / weight
    np.testing.assert_allclose(found, simple, rtol=0.12)


def test_angles_of_rossi() -> None:
    """The mean square is Rossi's in the middle of the shower; half of the positrons are well within his Gaussian."""
    energy, square, length = picks(E137.beam, E137.target, "e+", 1.0 * GeV, 200_000, 12).T
    near = (energy > 2.3 * GeV) & (energy < 2.7 * GeV)
    mean = np.average(square[near], weights=length[near])
    rossi = (21.2e-3) ** 2 / 2 * (1 / 2.49**2 - 1 / 400)
    assert mean == pytest.approx(rossi, rel=0.15)
    median = float(np.exp(ANGLES.at(np.array(["positron"]), np.array([[2.49 * GeV]]))[0, 0, LOGITS.index(0.0)]))
    assert 0.6 < np.sqrt(median / (rossi * np.log(2))) < 0.8


@pytest.mark.validate
def test_the_table_is_that_of_its_picks() -> None:
    """Fractions within E137's detector from fresh showers against the shipped table."""
    for species, name in (("e+", "positron"), ("e-", "electron"), ("gamma", "photon")):
        energy, square, length = picks(E137.beam, E137.target, species, 1.0 * GeV, 150_000, 13).T
        near = (energy > 2.2 * GeV) & (energy < 2.8 * GeV)
        inside = np.average(square[near] < (169.3 / 38_300) ** 2, weights=length[near])
        fraction = np.linspace(0.001, 0.999, 999)
        law = ANGLES.at(np.array([name]), np.array([[np.average(energy[near], weights=length[near])]]))[0]
        table = (angle_at(law, fraction[None])[0] < (169.3 / 38_300) ** 2).mean()
        assert table == pytest.approx(inside, abs=0.015)


def test_what_does_not_shower_flies_along_the_beam() -> None:
    found = ANGLES.at(np.array(["muon", "electron"]), np.array([[5.0, 5.0]]) * GeV)
    assert np.all(found[0, 0] == ALONG)
    assert np.all(np.diff(found[0, 1]) > 0)
    muons = shower_angles(Beam("muon", 160 * GeV), E137.target, 10 * GeV)
    assert np.all(muons.at(np.array(["photon"]), np.array([[20.0 * GeV]])) == ALONG)
