"""Decays that hit a detector: against brute force with vectors, boosts and the exact angular distributions."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import LOGITS, Array, angle_at
from darktarget.dump.disc import Disc, VisiblePair, hitting, points, visible_pairs
from darktarget.signatures.visible_decay import VisibleDecay, gaussian_logs
from tests.angles import EXACTLY, across, around
from tests.covering import slow_if

E137 = dt.experiment("e137")
SEEN = cast(VisibleDecay, E137.bins[0].signature)
RADIUS, FRONT, VOLUME, THRESHOLD = 169.3, 17_900.0, 20_400.0, 2.0  # cm, GeV
NODES, DECAYS = 150, 1_000


def _by_force(
    theta: Array, tilt: Array, energy: float, mass: float, daughter: float, before: tuple[float, float], seed: int
) -> float:
    """Share of decays in a slice that are seen, by vectors; tilt: angles of what produced the mediators."""
    random = np.random.default_rng(seed)
    size = theta.size
    axis = around(np.tile([0.0, 0.0, 1.0], (size, 1)), tilt, random)
    n = np.cos(theta)[:, None] * axis + np.sin(theta)[:, None] * across(axis, random)[0]
    left = random.uniform(*before, size)
    vertex = n * ((FRONT + VOLUME - left) / n[:, 2])[:, None]
    gamma = energy / mass
    p = np.sqrt(mass**2 / 4 - daughter**2)
    cosine = random.uniform(-1, 1, size)
    aside = across(n, random)[0] * (p * np.sqrt(1 - cosine**2))[:, None]
    total = np.zeros(size)
    for sign in (1, -1):
        along = gamma * (np.sqrt(1 - gamma**-2) * mass / 2 + sign * p * cosine)
        momentum = along[:, None] * n + sign * aside
        place = vertex + momentum * (left / momentum[:, 2])[:, None]
        hits = (momentum[:, 2] > 0) & (np.hypot(place[:, 0], place[:, 1]) < RADIUS)
        total += hits * np.sqrt((momentum**2).sum(axis=1) + daughter**2)
    return float((total >= THRESHOLD).mean())


@pytest.mark.parametrize(("name", "mass", "process"), [
    slow_if(True, "spin-2", 0.1, "bremsstrahlung"), ("spin-2", 0.5, "bremsstrahlung"),
    ("dark-photon", 0.05, "bremsstrahlung"), slow_if(True, "dark-photon", 0.1, "bremsstrahlung"),
    ("spin-2", 0.1, "primakoff"), ("spin-2", 0.5, "primakoff"),
])  # fmt: skip
def test_what_hits_by_brute_force(name: str, mass: float, process: str) -> None:
    """Nodes of E137's yields: exact angle, shower, isotropic decay into light particles, disc and threshold."""
    model = dt.model(name, mass=mass, mass_ratio=1.5)
    (made,) = dt.produce(model, E137, processes=[process])
    random = np.random.default_rng(3)
    chance = made.weight[0] * made.energy[0] ** 2
    node = random.choice(made.weight.shape[1], NODES, p=chance / chance.sum())
    law = SEEN.directions(made, E137.beam, E137.target)[0, node]
    edges = np.array([0.0, 1_000.0, 6_000.0, VOLUME])
    disc = Disc(RADIUS, FRONT + VOLUME, THRESHOLD)
    assert made.angle is not None
    logs = made.angle()[0, node]
    found = hitting(disc, edges, mass, made.energy[0, node], logs, law, [VisiblePair(1.0, 0.0, 0.0)])
    forced = np.zeros((3, NODES))
    for i, n in enumerate(node):
        theta = EXACTLY[process](made, model, int(n), random.uniform(size=DECAYS))
        for s in range(3):
            slice_ = float(edges[s]), float(edges[s + 1])
            tilt = np.sqrt(angle_at(law[[i]], random.uniform(size=(1, DECAYS))))[0]
            forced[s, i] = _by_force(theta, tilt, float(made.energy[0, n]), mass, 0.0, slice_, i)
    np.testing.assert_allclose(found.mean(axis=1), forced.mean(axis=1), rtol=0.04)


def test_heavy_daughters_stay_closer_to_the_mediator() -> None:
    """Muons of a mediator near their threshold, by brute force as well."""
    mass, muon, energy = 0.23, 0.1056583755, 8.0
    logs, law = np.full((200, len(LOGITS)), 2 * np.log(2e-3)), np.tile(gaussian_logs(1e-6), (200, 1))
    disc = Disc(RADIUS, FRONT + VOLUME, THRESHOLD)
    found = [
        hitting(disc, np.array([0.0, VOLUME]), mass, np.full(200, energy), logs, law, [VisiblePair(1.0, m, m)]).mean()
        for m in (0.0, muon)
    ]
    tilt = np.random.default_rng(2).rayleigh(1e-3, 100_000)
    forced = [_by_force(np.full(100_000, 2e-3), tilt, energy, mass, m, (0.0, VOLUME), 1) for m in (0.0, muon)]
    np.testing.assert_allclose(found, forced, rtol=0.02)
    assert found[1] > found[0]


def test_all_of_a_narrow_beam_and_none_of_a_wide_one() -> None:
    disc, energy = Disc(RADIUS, FRONT + VOLUME, THRESHOLD), np.array([10.0])
    edges, light = np.array([0.0, 1.0, VOLUME]), [VisiblePair(1.0, 0.0, 0.0)]
    narrow, wide = (np.full((1, len(LOGITS)), 2 * np.log(a)) for a in (1e-9, 0.1))
    assert hitting(disc, edges, 1e-3, energy, narrow, None, light).ravel().tolist() == [1.0, 1.0]
    assert hitting(disc, edges, 1e-3, energy, wide, None, light).max() < 1e-4
    assert hitting(disc, edges, 1e-3, np.array([1.0]), narrow, None, light).max() == 0.0  # below the threshold
    everywhere = Disc(0.0, FRONT + VOLUME, THRESHOLD)
    assert hitting(everywhere, edges, 1e-3, energy, wide, None, light).min() == 1.0


def test_shares_of_visible_decays() -> None:
    model = dt.model("spin-2", mass=[0.1, 0.3], mass_ratio=1.5)
    (only,) = visible_pairs(model, 0)
    assert only == VisiblePair(1.0, 0.0, 0.0)
    light, muons = visible_pairs(model, 1)
    assert light.share + muons.share == pytest.approx(1)
    assert muons.first == muons.second == pytest.approx(0.10566, rel=1e-4)


def test_quasi_random_points_cover_the_cube() -> None:
    sample = points(40_000, 5)
    assert np.abs(sample.mean(axis=1) - 0.5).max() < 1e-3
    assert np.abs(np.corrcoef(sample) - np.eye(5)).max() < 5e-3


def test_angles_between_the_tabulated_fractions() -> None:
    """Exact where the law q/(q + q_half) holds, also beyond the last fractions."""
    fraction = np.array([[1e-4, 0.01, 0.3, 0.5, 0.8, 0.999]])
    found = angle_at(np.log(3.0) + np.array([LOGITS]), fraction)
    np.testing.assert_allclose(found, 3 * fraction / (1 - fraction), rtol=1e-12)
