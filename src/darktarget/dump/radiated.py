r"""Mediators radiated in a shower: how many of them, or of their daughters, fly into a cone around the beam.

The direction of a daughter is that of the beam, turned by three angles in random azimuths: that of the radiating
particle in the shower (Gaussian), that of the mediator to it (tabulated from the exact cross section), and that of the
decay. Turns about random azimuths commute, so that the mediator's angle may come last: with the angle b of all others,
the daughter is in the cone of half angle R where the mediator's angle is between b - R and b + R and its azimuth is
within

.. math:: \sin^2\frac\phi2 < \frac{\sin^2(R/2)-\sin^2[(\theta-b)/2]}{\sin\theta\,\sin b}

of the axis. Drawn are only angles theta from that window, which has a known share of all mediators: heavy ones, of whose
daughters one in a thousand arrives, are as exact as light ones. The points are quasi-random, the same for every call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import LOGITS, Array, angle_at
from darktarget.dump.disc import points
from darktarget.dump.samples import Area, decay_momentum

DECAYS: Final = 64  # decay angles of each mediator; edges move by less than 0.3 % with more
RAPIDITY: Final = 6.0  # largest rapidity of a massless daughter in the frame of the mediator: 1 - |cos| > 1e-5


@dataclass(frozen=True, eq=False)
class Radiated:
    """Mediators of one mass from a beam, at unit coupling.

    Attributes:
        momentum: absolute, [n]. weight: number per primary, [n].
        logs: ln(theta^2) of the angle to what radiated them at the fractions ``LOGITS``, [n, fraction].
        variance: of the angle per plane of what radiated them, [n].
    """

    momentum: Array
    weight: Array
    logs: Array
    variance: Array

    def energy(self, mass: float) -> Array:
        """Energies, [n]."""
        return np.hypot(self.momentum, mass)

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """As in ``Source``."""
        return self.momentum, self.weight * self._share(area.cone, np.zeros((self.weight.size, DECAYS))).mean(axis=1)

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """As in ``Source``, [n * DECAYS]."""
        cosine, probability = decay_angles()
        k, p = decay_momentum(parent, mass, other), self.momentum[:, None]
        along = (np.hypot(p, parent) * k * cosine + p * np.hypot(k, mass)) / parent
        across = k * np.sqrt(1 - cosine**2)
        turn = np.arctan2(np.broadcast_to(across, along.shape), along)
        met = self.weight[:, None] * probability * self._share(area.cone, turn)
        return np.hypot(along, across).ravel(), met.ravel()

    def _share(self, cone: float, turn: Array) -> Array:
        """Share of the particles in a cone, if each is turned by some angle from its mediator, [n, any]."""
        radial, azimuth, place = points(turn.size, 3).reshape(3, *turn.shape)
        parent = np.sqrt(-2 * self.variance[:, None] * np.log(radial))
        b = turned(turn, parent, 2 * np.pi * azimuth)
        low, high = (share_below(self.logs, np.clip(b + side * cone, 0.0, np.pi)) for side in (-1, 1))
        fraction = np.clip(low + (high - low) * place, 1e-12, 1 - 1e-12)
        theta = 2 * np.arcsin(np.sqrt(np.minimum(angle_at(self.logs, fraction), 4.0)) / 2)
        return (high - low) * azimuths(theta, b, cone)


def decay_angles() -> tuple[Array, Array]:
    """Cosines of isotropic decays, uniform in tanh^-1 and so dense at both ends of the spectrum, and probabilities."""
    x, w = np.polynomial.legendre.leggauss(DECAYS)
    cosine = np.tanh(RAPIDITY * x)
    probability = w * (1 - cosine**2)
    return cosine, probability / probability.sum()


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
    [1.0, 0.1631, 0.0]
    """
    inside = np.sin(cone / 2) ** 2 - np.sin((theta - axis) / 2) ** 2
    square = inside / np.maximum(np.sin(theta) * np.sin(axis), 1e-300)
    return np.asarray(2 / np.pi * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0))))


def share_below(logs: Array, theta: Array) -> Array:
    """Fraction of the mediators below an angle, the inverse of ``core.angle_at``, [node, any].

    >>> law = np.array([LOGITS])  # theta^2 = u/(1-u)
    >>> share_below(law, np.array([[0.0, 1.0]])).round(3).tolist()
    [[0.0, 0.485]]
    """
    with np.errstate(divide="ignore"):
        value = 2 * np.log(2 * np.sin(theta / 2))
    index = np.clip((logs[:, None, 1:-1] <= value[..., None]).sum(axis=2), 0, len(LOGITS) - 2)
    left, right = (np.take_along_axis(logs, index + i, axis=1) for i in (0, 1))
    over = (value - left) / np.maximum(right - left, 1e-12)
    step = LOGITS[1] - LOGITS[0]
    place = np.take(LOGITS, index) + step * np.clip(over, 0, 1)
    place = place + np.minimum(value - left, 0) + np.maximum(value - right, 0)
    return np.asarray(np.where(theta >= np.pi, 1.0, 1 / (1 + np.exp(-np.clip(place, -700, 700)))))
