r"""Whether the products of a decay in flight hit a detector: a disc around the beam axis.

The mediator starts on the axis at an angle and decays into two particles, isotropically in its rest frame, at a
distance d before the disc. A product of energy E_i, momentum p_z along and p_T across the mediator's direction passes
the plane of the disc at :math:`\rho` (of the mediator) plus :math:`d\,p_T/p_z` in a random azimuth, the other one
opposite to it. Both azimuths are integrated analytically; the rest is a quasi-random sum, the same for every call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from darktarget.core import Array, Model, angle_at

SAMPLES: Final = 4  # of each node and slice, and more of few nodes:
POINTS: Final = 80_000  # that make a per cent of the sum over the nodes
PRIMES: Final = (2, 3, 5, 7, 11)
LIGHT: Final = 1e-2  # of the mediator's mass: daughters below it count as massless


@dataclass(frozen=True)
class Disc:
    """The detector.

    Attributes:
        radius: 0 for one that covers everything. distance: from where the mediator is made. threshold: energy that has
            to hit it.
    """

    radius: float
    distance: float
    threshold: float


@dataclass(frozen=True)
class VisiblePair:
    """Visible decays into two particles: the share of all visible ones, and the masses."""

    share: float
    first: float
    second: float


def visible_pairs(model: Model, point: int) -> list[VisiblePair]:
    """Visible decays of the mediator by the masses of their daughters; unresolved ones (hadrons) as two light ones."""
    shares: dict[tuple[float, float], float] = {}
    mass = float(model.mass[point])
    for channel in model.channels():
        if channel.parent != model.mediator or channel.dark:
            continue
        width = float(channel.at(model.mass[:, None])[point, 0])
        pair = [float(m[point]) for m in channel.masses] if len(channel.masses) == 2 else [0.0, 0.0]
        first, second = (m if m > LIGHT * mass else 0.0 for m in pair)
        shares[first, second] = shares.get((first, second), 0.0) + width
    total = sum(shares.values())
    return [VisiblePair(w / total, *masses) for masses, w in shares.items() if w > 0]


def hitting(
    disc: Disc,
    before: Array,
    mass: float,
    energy: Array,
    logs: Array,
    parent: Array | None,
    pairs: Sequence[VisiblePair],
) -> Array:
    r"""Probability that at least the threshold energy hits, [slice, node].

    Args:
        before: edges of slices of the distance between decay and disc, [slice + 1].
        energy: of the mediators, [node].
        logs: of their angle as in ``Yield.angle``, [node, fraction].
        parent: ln(theta^2) of an additional angle in a random azimuth, as ``logs``; None for no such angle.
    """
    if disc.radius == 0 or not energy.size:
        return np.ones((before.size - 1, energy.size)) * (energy >= disc.threshold)
    near, far = before[:-1, None], before[1:, None]
    shape = energy.size, near.size, max(SAMPLES, POINTS // max(energy.size * near.size, 1))
    polar, radial, turn, cosine, place = points(int(np.prod(shape)), 5).reshape(5, *shape)
    square = angle_at(logs, polar.reshape(energy.size, -1)).reshape(shape)
    if parent is not None:
        more = angle_at(parent, radial.reshape(energy.size, -1)).reshape(shape)
        square = square + more + 2 * np.sqrt(square * more) * np.cos(2 * np.pi * turn)
    rho2 = square * disc.distance**2
    found = np.zeros(shape[:2])
    for pair in pairs:
        tracks = _tracks(pair, mass, energy[:, None, None], 2 * cosine - 1)
        found += pair.share * _struck(disc, rho2, near + (far - near) * place, tracks).mean(axis=2)
    return found.T


Track = tuple[Array, Array]  # energy, and tangent of the angle to the mediator (inf if backward)


def _tracks(pair: VisiblePair, mass: float, energy: Array, cosine: Array) -> tuple[Track, Track]:
    """The two daughters of each decay in the laboratory."""
    gamma = energy / mass
    speed = np.sqrt(np.maximum(1 - gamma**-2.0, 0))
    own = (mass**2 + pair.first**2 - pair.second**2) / (2 * mass)
    momentum = np.sqrt(max(own**2 - pair.first**2, 0.0))
    across = momentum * np.sqrt(np.maximum(1 - cosine**2, 0))

    def track(rest: float, along: Array) -> Track:
        forward = gamma * (speed * rest + along)
        tangent = np.divide(across, forward, out=np.full_like(across, np.inf), where=forward > 0)
        return gamma * (rest + speed * along), tangent

    return track(own, momentum * cosine), track(mass - own, -momentum * cosine)


def _struck(disc: Disc, rho2: Array, before: Array, tracks: tuple[Track, Track]) -> Array:
    """Share of the azimuths at which the energy that hits is above the threshold."""
    (first, one), (second, two) = ((e, _inside(disc, rho2, before * tangent)) for e, tangent in tracks)
    enough, too = first >= disc.threshold, second >= disc.threshold
    either = np.minimum(enough * one + too * two, 1.0)
    both = np.maximum(one + two - 1, 0.0) * (first + second >= disc.threshold)
    return np.asarray(np.where(enough | too, either, both))


def _inside(disc: Disc, rho2: Array, offset: Array) -> Array:
    """Share of the azimuths at which a track with an offset to the mediator is within the disc."""
    offset = np.minimum(offset, 1e6 * disc.radius)
    product = np.maximum(2 * np.sqrt(rho2) * offset, 1e-12 * disc.radius**2)
    return np.asarray(1 - np.arccos(np.clip((disc.radius**2 - rho2 - offset**2) / product, -1, 1)) / np.pi)


@lru_cache(maxsize=4)
def points(number: int, dimensions: int) -> Array:
    """Quasi-random points in (0, 1), [dimension, number]: multiples of square roots of primes (Richtmyer).

    >>> points(3, 2).round(3).tolist()
    [[0.914, 0.328, 0.743], [0.232, 0.964, 0.696]]
    """
    step = np.sqrt(PRIMES[:dimensions])
    return np.asarray((0.5 + np.multiply.outer(step, np.arange(1.0, number + 1))) % 1).clip(1e-12, 1 - 1e-12)
