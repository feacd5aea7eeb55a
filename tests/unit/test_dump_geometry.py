"""Numbers of particles that reach the detector of a dump, against plain samples of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

import darktarget as dt
from darktarget.constraints.base.dump import Volume, histogram
from darktarget.constraints.e137 import E137
from darktarget.constraints.nucal import Nucal
from darktarget.core import Array
from darktarget.dump.flight import between
from darktarget.dump.rays import Rays, share
from darktarget.dump.samples import Area, MomentumSample, absolute, proton_sample, two_body
from darktarget.limits.exclusion import COUPLINGS
from darktarget.units import ALPHA, HBARC_CM

BATCHES = 20


@dataclass(frozen=True)
class Drawn(MomentumSample):
    """A sample with decay angles of its own."""

    random: np.random.Generator

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        flown = two_body(self, parent, mass, other, self.random)
        return absolute(flown), self.weight * area.accepts(flown)


def drawn(rays: Rays, number: int, random: np.random.Generator) -> Drawn:
    """As many mediators of each energy, with directions from the inverse of the law's integral over 2 - 2 cos."""
    p, weight, width = (np.repeat(v, number) for v in (rays.momentum, rays.weight / number, rays.width))
    u, phi = random.uniform(size=p.size), random.uniform(0, 2 * np.pi, p.size)
    cosine = 1 - 2 * width * u / (4 + width - 4 * u)
    sine = np.sqrt(1 - cosine**2)
    return Drawn(p[:, None] * np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=1), weight, random)


def compare(chi: float, splitting: float, number: int) -> tuple[Array, Array, Array]:
    """Events of E137 by quadrature and by samples, and the relative error of these, at and inside both edges."""
    search, model = E137(), dt.model("idm", mass=[3 * chi], splitting=splitting)
    (rays,) = search.samples(model)
    ((low, high),) = search.apply(model).intervals[0][:1]
    top = high if np.isfinite(high) else 1e-2
    at = [int(np.argmin(np.abs(np.log(COUPLINGS / c)))) for c in (low, np.sqrt(low * top), top)]
    hits = search.hits(model)
    ours = search._counts(model, 0, rays, hits)[at]
    samples = (drawn(rays, number, random) for random in np.random.default_rng(7).spawn(BATCHES))
    batches = [search._counts(model, 0, sample, hits)[at] for sample in samples]
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
        logs = np.log([pairs[0][edge] for pairs in found if pairs and np.isfinite(pairs[0][1])])[:-4]  # not the tip
        assert logs.size > 20
        assert np.abs(np.diff(logs, 2)).max() < 0.02


def test_share_of_a_cone_against_directions() -> None:
    random = np.random.default_rng(3)
    cone, off = 0.05, np.array([0.0, 0.04, 0.2, 3.0])
    for width in (1e-3, 0.02, 5.0):
        one = drawn(Rays(np.ones(1), np.ones(1), np.array([width])), 2_000_000, random).momentum
        axes = np.stack([np.sin(off), np.zeros(4), np.cos(off)])
        expected = share(np.full(4, width), cone, 1 - np.cos(off))
        hits = (one @ axes > np.cos(cone)).sum(axis=0)
        assert np.all(np.abs(hits - expected * one.shape[0]) < 4 * np.sqrt(expected * one.shape[0]) + 1)


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
    binned = search._inside(histogram(size, weight, mass), width[at])
    assert exact[-1] < 1e-3 * exact.max()
    np.testing.assert_allclose(binned, exact, rtol=0.03)
