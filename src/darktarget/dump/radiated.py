r"""Mediators radiated in a shower: how many of them, or of their daughters, fly into a cone around the beam.

The direction of a daughter is that of the beam, turned by three angles in random azimuths: that of the radiating
particle in the shower (simulated), that of the mediator to it (tabulated from the exact cross section), and that of the
decay. Turns about random azimuths commute, so that the mediator's angle may come last: with the angle b of all others,
the daughter is in the cone of half angle R where the mediator's angle is between b - R and b + R and its azimuth is
within

.. math:: \sin^2\frac\phi2 < \frac{\sin^2(R/2)-\sin^2[(\theta-b)/2]}{\sin\theta\,\sin b}

of the axis. Only angles theta from that window are drawn, and each represents its known share of all mediators. Decay
angles are stratified, more of them where more daughters are expected to arrive. Heavy mediators, of whose daughters one
in a thousand arrives, are so as exact as light ones: counts to 0.3 %. The points are quasi-random, the same for every
call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import LOGITS, Array
from darktarget.decays.kinematics import momentum
from darktarget.dump.disc import points
from darktarget.dump.samples import Area

Index = NDArray[np.intp]
DECAYS: Final = 32_000  # in all; 200,000 change counts by less than 0.3 %
VIRTUAL: Final = 16_000  # of virtual ones, whose masses spread them further
LEAST: Final = 8  # decays of each node
RAPIDITY: Final = 6.0  # largest rapidity of a massless daughter in the frame of the mediator: 1 - |cos| > 1e-5


@dataclass(frozen=True, eq=False)
class Radiated:
    """Mediators of one mass from a beam, at unit coupling.

    Attributes:
        momentum: absolute, [n]. weight: number per primary, [n].
        logs: ln(theta^2) of the angle to what radiated them at the fractions ``LOGITS``, [n, fraction].
        parent: ln(theta^2) of the angle to the beam of what radiated them, as ``logs``; None for the beam itself.
        mass: of virtual ones, [n]; None where all have the same, real mass.
    """

    momentum: Array
    weight: Array
    logs: Array
    parent: Array | None = None
    mass: Array | None = None

    def where(self, some: NDArray[np.bool_], share: Array) -> Radiated:
        """Part of the mediators, with a share of their number each."""
        parent, mass = (None if v is None else v[some] for v in (self.parent, self.mass))
        return Radiated(self.momentum[some], self.weight[some] * share, self.logs[some], parent, mass)

    def energy(self, mass: float) -> Array:
        """Energies, [n]."""
        return np.hypot(self.momentum, mass)

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """As in ``Parents``, of the daughters above the threshold."""
        if not self.weight.size:
            return self.momentum, self.weight
        heavy = np.broadcast_to(parent if self.mass is None else self.mass, self.momentum.shape)
        k, p = momentum(heavy, mass, other), self.momentum
        enough = (area.threshold * heavy - np.hypot(p, heavy) * np.hypot(k, mass)) / np.maximum(k * p, 1e-300)
        node, cosine, probability = self._decays(enough)
        k, p, heavy = k[node], p[node], heavy[node]
        along = (np.hypot(p, heavy) * k * cosine + p * np.hypot(k, mass)) / heavy
        across = k * np.sqrt(1 - cosine**2)
        share = self._share(area.cone, np.arctan2(across, along), node)
        return np.hypot(along, across), self.weight[node] * probability * share

    def _decays(self, lowest: Array) -> tuple[Index, Array, Array]:
        """Nodes, cosines above the lowest of each node, and probabilities of isotropic decays, each [any].

        The cosines are uniform in tanh^-1, and so dense at both ends of the spectrum. The fraction of the daughters
        that fly into a small cone grows with the squared momentum, and so does the number of decays of a node.
        """
        expected = self.weight * self.momentum**2
        decays = DECAYS if self.mass is None else VIRTUAL
        number = np.maximum(np.rint(decays * expected / expected.sum()).astype(int), LEAST)
        node = np.repeat(np.arange(number.size), number)
        place = np.arange(node.size) - np.repeat(np.cumsum(number) - number, number) + quasi_random(node.size, 1)[0]
        start = np.arctanh(np.clip(lowest, -np.tanh(RAPIDITY), np.tanh(RAPIDITY)))
        step = (RAPIDITY - start) / number
        cosine = np.tanh(start[node] + step[node] * place)
        return node, cosine, (1 - cosine**2) / 2 * step[node]

    def _share(self, cone: float, turn: Array, node: Index) -> Array:
        """Share of the particles of some nodes in a cone, if each is turned by some angle from its mediator, [any]."""
        radial, azimuth, place = quasi_random(turn.size, 3)
        b = turn
        if self.parent is not None:
            b = turned(turn, angle_of(self.parent.T, node, radial), 2 * np.pi * azimuth)
        logs = self.logs.T
        low, high = (share_below(logs, node, np.clip(b + side * cone, 0.0, np.pi)) for side in (-1, 1))
        theta = angle_of(logs, node, np.clip(low + (high - low) * place, 1e-12, 1 - 1e-12))
        return (high - low) * azimuths(theta, b, cone)


def quasi_random(number: int, dimensions: int) -> Array:
    """The first of ``disc.points``, of which a power of 2 is kept, [dimension, number]."""
    return points(1 << max(number - 1, 1).bit_length(), dimensions)[:, :number]


def turned(first: Array, second: Array, azimuth: Array) -> Array:
    """Angle after two turns, the planes of which are at some azimuth.

    >>> round(float(turned(np.array(0.3), np.array(0.4), np.array(np.pi))), 6)
    0.7
    """
    square = np.sin((first - second) / 2) ** 2 + np.sin(first) * np.sin(second) * np.sin(azimuth / 2) ** 2
    return np.asarray(2 * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))


def azimuths(theta: Array, axis: Array, cone: float) -> Array:
    """Share of the azimuths at which a direction at an angle theta is within a cone around an axis.

    >>> azimuths(np.array([0.1, 0.3, 0.5]), np.array([0.0, 0.3, 0.3]), 0.15).round(4).tolist()
    [1.0, 0.1632, 0.0]
    """
    inside = np.sin(cone / 2) ** 2 - np.sin((theta - axis) / 2) ** 2
    square = inside / np.maximum(np.sin(theta) * np.sin(axis), 1e-300)
    return np.asarray(2 / np.pi * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))


def share_below(logs: Array, node: Index, theta: Array) -> Array:
    """Fraction of the mediators below an angle, the inverse of ``angle_of``, [any].

    Args:
        logs: as in ``Radiated``, [fraction, n]. node: of each angle, [any]. theta: [any].

    >>> law = np.array(LOGITS)[:, None]  # 4 sin^2(theta/2) = u/(1-u)
    >>> share_below(law, np.array([0, 0]), np.array([0.0, np.pi / 3])).round(3).tolist()
    [0.0, 0.5]
    """
    logit = _broken(2 * np.log(np.maximum(2 * np.sin(theta / 2), 1e-150)), logs, np.array(LOGITS)[:, None], node)
    return np.where(theta < np.pi, 1 / (1 + np.exp(-np.clip(logit, -700, 700))), 1.0)


def angle_of(logs: Array, node: Index, fraction: Array) -> Array:
    """Angle that a fraction of the mediators stays below, at most pi; as ``core.angle_at``, [any].

    >>> law = np.array(LOGITS)[:, None]
    >>> float(angle_of(law, np.array([0]), np.array([0.5]))[0].round(4))
    1.0472
    """
    step = LOGITS[1] - LOGITS[0]
    place = (np.log(fraction / (1 - fraction)) - LOGITS[0]) / step
    index = np.clip(place.astype(np.intp), 0, len(LOGITS) - 2)
    left, right, over = logs[index, node], logs[index + 1, node], place - index
    inside = left + (right - left) * np.clip(over, 0.0, 1.0)
    square = inside + step * (np.minimum(over, 0.0) + np.maximum(over - 1.0, 0.0))
    return np.asarray(2 * np.arcsin(np.minimum(np.exp(square / 2) / 2, 1.0)))


def _broken(at: Array, x: Array, y: Array, node: Index) -> Array:
    """A line through points (x, y) [point, 1 or n], with slope 1 beyond the ends, at some values of some nodes."""
    slopes = np.diff(y, axis=0) / np.maximum(np.diff(x, axis=0), 1e-12)
    ends = np.ones((1, slopes.shape[1]))
    bends = np.diff(np.concatenate([ends, slopes, ends]), axis=0)
    found = at + (y[0] - x[0])[node]
    for bend, start in zip(bends, np.broadcast_to(x, bends.shape), strict=True):
        found = found + bend[node] * np.maximum(at - start[node], 0)
    return np.asarray(found)
