"""Numbers of particles that reach the detector of a dump, against plain samples of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import pytest

import darktarget as dt
from darktarget.constraints.nucal import Nucal
from darktarget.core import LOGITS, Array, Model, angle_at
from darktarget.dump.counting import BOOST, DumpEvents, histogram
from darktarget.dump.flight import between
from darktarget.dump.protons import proton_sample
from darktarget.dump.radiated import Radiated, angle_of, share_below
from darktarget.dump.samples import Area, MomentumSample, absolute, two_body
from darktarget.dump.volume import Volume
from darktarget.limits.exclusion import COUPLINGS
from darktarget.signatures.visible_decay import VisibleDecay, gaussian_logs
from darktarget.units import ALPHA, HBARC_CM
from tests.angles import EXACTLY, across, around

BATCHES = 20
E137 = dt.experiment("e137")
SEEN = cast(VisibleDecay, E137.bins[0].signature)


@dataclass(frozen=True)
class Drawn(MomentumSample):
    """A sample with decay angles of its own."""

    random: np.random.Generator

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        flown = two_body(self, parent, mass, other, self.random)
        return absolute(flown), self.weight * area.accepts(flown)


def drawn(rays: Radiated, number: int, random: np.random.Generator) -> Drawn:
    """As many mediators of each node, with directions by vectors: the angle of the shower, then of the production."""
    p, weight = (np.repeat(v, number) for v in (rays.momentum, rays.weight / number))
    assert rays.parent is not None
    parent, theta = (
        2 * np.arcsin(np.minimum(np.sqrt(angle_at(law, random.uniform(size=(len(law), number)))) / 2, 1)).ravel()
        for law in (rays.parent, rays.logs)
    )
    beam = np.tile([0.0, 0.0, 1.0], (p.size, 1))
    return Drawn(p[:, None] * around(around(beam, parent, random), theta, random), weight, random)


def radiated(model: Model) -> tuple[DumpEvents, Radiated]:
    """What counts a model of one point in E137, and its mediators of bremsstrahlung."""
    (made,) = dt.produce(model, E137, processes=["bremsstrahlung"])
    (rays,) = SEEN.rays(model, made, E137.beam, E137.target)
    return SEEN.events(model), rays


def compare(chi: float, splitting: float, number: int) -> tuple[Array, Array, Array]:
    """Events of E137 by the engine and by samples, and the relative error of these, at and inside both edges."""
    model = dt.model("idm", mass=[3 * chi], splitting=splitting)
    events, rays = radiated(model)
    ((low, high),) = dt.limit(model, E137, processes=["bremsstrahlung"]).intervals[0][:1]
    top = high if np.isfinite(high) else 1e-2
    at = [int(np.argmin(np.abs(np.log(events.coupling / c)))) for c in (low, np.sqrt(low * top), top)]
    ours = events.dark(0, rays)[at]
    samples = (drawn(rays, number, random) for random in np.random.default_rng(7).spawn(BATCHES))
    batches = [events.dark(0, sample)[at] for sample in samples]
    mean, spread = np.mean(batches, axis=0), np.std(batches, axis=0, ddof=1)
    return ours, mean, spread / np.sqrt(BATCHES) / mean


@pytest.mark.parametrize(("chi", "splitting"), [(0.005, 0.1), (0.02, 0.1), (0.02, 0.4), (0.1, 0.4)])
def test_e137_against_a_sample(chi: float, splitting: float) -> None:
    """Two routes: cones and decay angles by quadrature; both drawn, for 1.2 million mediators of a mass."""
    ours, mean, error = compare(chi, splitting, 60)
    assert np.all(error < 0.05)
    np.testing.assert_array_less(np.abs(ours / mean - 1), 4 * error + 0.01)


@pytest.mark.validate
@pytest.mark.parametrize(("chi", "splitting"), [(0.1, 0.1), (0.3, 0.1), (0.6, 0.1), (0.3, 0.4), (0.45, 0.4)])
def test_e137_against_a_large_sample(chi: float, splitting: float) -> None:
    """The same for heavy mediators, of whose daughters one in a thousand arrives: 16 million mediators of a mass."""
    ours, mean, error = compare(chi, splitting, 800)
    assert np.all(error < 0.08)
    np.testing.assert_array_less(np.abs(ours / mean - 1), 4 * error + 0.01)


@pytest.mark.parametrize("splitting", [0.1, 0.4])
def test_e137_is_smooth_in_the_mass(splitting: float) -> None:
    """Each edge is within 1 % of the geometric mean of its neighbours, and no island opens once the region closed."""
    chi = np.geomspace(0.05, 1.0, 80)
    found = dt.constraint("e137", dt.model("idm", mass=3 * chi, splitting=splitting)).intervals
    numbers = [len(pairs) for pairs in found]
    assert [a for a, b in pairwise([*numbers, -1]) if a != b] == [1, 2, 1, 0]
    for edge in (0, 1):
        logs = np.log([pairs[0][edge] for pairs in found if pairs and np.isfinite(pairs[0][1])])[1:-4]  # not the tips
        assert logs.size > 20
        assert np.abs(np.diff(logs, 2)).max() < 0.02


@pytest.mark.parametrize(("mass", "ratio"), [(0.03, 3.0), (0.3, 3.0), (0.1, 2.01)])
def test_arrivals_with_exact_angles(mass: float, ratio: float) -> None:
    """Nodes of E137's yields: exact angle of production, shower and decay by vectors, against tables and windows.

    The law of the propagator without the shower's angle, which the constraint had, is 10 % above at 30 MeV, 6 % below
    at 0.3 GeV.
    """
    model = dt.model("dark-photon", mass=mass, mass_ratio=ratio)
    (made,) = dt.produce(model, E137, processes=["bremsstrahlung"])
    events, rays = radiated(model)
    assert rays.weight.size == made.weight.shape[1]  # every node is above the threshold
    assert rays.parent is not None
    random, chi, decays = np.random.default_rng(1), float(model.dark_mass[0]), 10_000
    chance = rays.weight * rays.momentum**2
    nodes = random.choice(chance.size, 150, p=chance / chance.sum())
    weight, forced = 1 / rays.momentum[nodes] ** 2, np.zeros(nodes.size)
    for i, n in enumerate(nodes):
        theta = EXACTLY["bremsstrahlung"](made, model, int(n), random.uniform(size=decays))
        parent = np.sqrt(angle_at(rays.parent[[n]], random.uniform(size=(1, decays))))[0]
        axis = around(around(np.tile([0.0, 0.0, 1.0], (decays, 1)), parent, random), theta, random)
        p, k, cosine = rays.momentum[n], np.sqrt(mass**2 / 4 - chi**2), random.uniform(-1, 1, decays)
        along = (np.hypot(p, mass) * k * cosine + p * mass / 2) / mass
        flown = along[:, None] * axis + across(axis, random)[0] * (k * np.sqrt(1 - cosine**2))[:, None]
        enough = np.hypot(absolute(flown), chi) > events.volume.threshold
        forced[i] = (enough * events.volume.accepts(flown)).mean()
    chosen = Radiated(rays.momentum[nodes], weight, rays.logs[nodes], rays.parent[nodes])
    _, arrived = chosen.daughters(events.volume, mass, chi, chi)
    assert arrived.sum() == pytest.approx(weight @ forced, rel=0.02)


def test_angles_and_fractions_are_inverse() -> None:
    """Also beyond the tabulated fractions, and the whole sphere is 1."""
    logs = (2 * np.log([3e-3, 0.2]) + np.array(LOGITS)[:, None] * [0.7, 1.3])[:, [0, 1, 1]]
    node = np.repeat([0, 1, 2], 50)
    fraction = np.tile(np.linspace(1e-4, 0.9, 50), 3)
    theta = angle_of(logs, node, fraction)
    square = angle_at(logs.T, fraction.reshape(3, 50)).ravel()
    np.testing.assert_allclose(4 * np.sin(theta / 2) ** 2, np.minimum(square, 4), rtol=1e-12)
    inside = square < 4
    np.testing.assert_allclose(share_below(logs, node, theta)[inside], fraction[inside], rtol=1e-9)
    assert share_below(logs, node[:1], np.array([np.pi])) == 1.0


def test_a_detector_that_covers_everything_takes_all_that_fly_forward() -> None:
    rays = Radiated(
        np.array([5.0]), np.array([2.0]), np.full((1, len(LOGITS)), 2 * np.log(1e-3)), gaussian_logs(1e-6)[None]
    )
    wide = VisibleDecay(17_900.0, 20_400.0, 0.0).volume
    assert wide.cone == pytest.approx(np.pi / 2)
    _, arrived = rays.daughters(wide, 0.1, 0.03, 0.03)
    assert arrived.sum() == pytest.approx(2.0, rel=2e-3)


@pytest.mark.parametrize(("x", "y", "offset"), [(285.0, 285.0, 640.0), (20.0, 50.0, 0.0), (20.0, 5.0, 15.0)])
def test_azimuths_that_hit_a_rectangle(x: float, y: float, offset: float) -> None:
    volume = Volume(2e2, 1e2, x, y, offset, 0.0)
    momentum = np.random.default_rng(4).normal(size=(500, 3)) * [1, 1, 2]
    radius = np.hypot(momentum[:, 0], momentum[:, 1]) / momentum[:, 2] * 250.0
    phi = 2 * np.pi * (np.arange(20_000) + 0.5) / 20_000
    inside = np.abs(radius[:, None] * np.cos(phi) - offset) < x
    inside &= np.abs(radius[:, None] * np.sin(phi)) < y
    np.testing.assert_allclose(volume.accepts(momentum), inside.mean(axis=1) * (momentum[:, 2] > 0), atol=5e-4)


def test_decays_in_bins_are_those_of_every_particle() -> None:
    """Up to the upper edge, where energies count exponentially (lifetime of decays to electrons)."""
    search, mass = Nucal(), 0.1
    size, weight = proton_sample(search.beam, mass, search.eta_to_pion).reaching(search.volume)
    width = ALPHA * mass / 3 * COUPLINGS**2
    at = COUPLINGS < 7.3e-6
    length = size[:, None] / mass * HBARC_CM / width[at]
    exact = weight @ between(length, search.volume.shield, search.volume.shield + search.volume.length)
    events = DumpEvents(dt.model("dark-photon", mass=mass), search.volume, 0.0, COUPLINGS[at])
    binned = events.decaying(histogram(size, weight, mass)[None], BOOST, width[at], search.volume.ends)
    assert exact[-1] < 1e-3 * exact.max()
    np.testing.assert_allclose(binned, exact, rtol=0.03)
