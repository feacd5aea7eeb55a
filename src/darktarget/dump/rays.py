r"""Mediators radiated along a beam: how many of them, or of their daughters, fly into a cone around it, without chance.

The propagators of the radiating lepton give directions per solid angle as :math:`1/(2-2\cos\theta+w)^2`. These are
those of isotropic massless particles seen from a moving frame, in which a cone stays a cone: the share in a cone of
half angle R whose axis is at an angle a from the beam is

.. math:: \frac{1-\cos R'}{2},\qquad \cot R' = \frac{w\cos R/2+\cos R-\cos a}{\sin R\sqrt{w(1+w/4)}}

A daughter at the angle a from its mediator flies into the cone where the mediator flies into that cone turned by a.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.decays.kinematics import momentum
from darktarget.dump.samples import Area
from darktarget.numerics.quadrature import gauss_on

DECAYS: Final = 64  # decay angles of each mediator; edges move by less than 0.3 % with more
RAPIDITY: Final = 6.0  # largest rapidity of a massless daughter in the frame of the mediator: 1 - |cos| > 1e-5


@dataclass(frozen=True)
class Rays:
    """Mediators along the beam at unit coupling: absolute momentum, number per primary and width w of each, all [n]."""

    momentum: Array
    weight: Array
    width: Array

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """As in ``_sample.Made``."""
        return self.momentum, self.weight * share(self.width, area.cone, np.zeros_like(self.width))

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """As in ``_sample.Made``, [n * DECAYS]."""
        cosine, probability = decay_angles()
        k, p = float(momentum(parent, mass, other)), self.momentum[:, None]
        energy = np.hypot(p, parent)
        along = (energy * k * cosine + p * np.hypot(k, mass)) / parent
        across = k * np.sqrt(1 - cosine**2)
        size = np.hypot(along, across)
        off = np.where(along > 0, across**2 / np.maximum(size * (size + along), 1e-300), 1 - along / size)
        met = self.weight[:, None] * probability * share(self.width[:, None], area.cone, off)
        return size.ravel(), met.ravel()


def decay_angles() -> tuple[Array, Array]:
    """Cosines of isotropic decays, uniform in tanh^-1 and so dense at both ends of the spectrum, and probabilities."""
    x, w = gauss_on(-RAPIDITY, RAPIDITY, DECAYS)
    cosine = np.tanh(x)
    probability = w * (1 - cosine**2)
    return cosine, probability / probability.sum()


def share(width: Array, cone: float, off: Array) -> Array:
    """Of directions about the beam, the share in a cone.

    Args:
        width: w of the directions. cone: half angle R. off: 1 - cos(a) of the angle between its axis and the beam.

    >>> turned = share(np.array([1.0]), 0.1, np.array([0.0, 0.5]))
    >>> [round(float(v), 6) for v in turned]
    [0.012366, 0.003132]
    """
    narrow = 2 * np.sin(cone / 2) ** 2
    cot = (width / 2 * np.cos(cone) + off - narrow) / (np.sin(cone) * np.sqrt(width * (1 + width / 4)))
    slant = np.hypot(1, cot)
    return np.asarray(np.where(cot > 0, 1 / (2 * slant * (slant + np.abs(cot))), (slant - cot) / (2 * slant)))
