"""Weighted samples of particles from a dump, and which of them, or of their daughters, fly towards a detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from darktarget.core import Array
from darktarget.decays.kinematics import boost_vectors, directions, momentum

SEED: Final = 20180419


class Area(Protocol):
    """What particles must hit."""

    @property
    def threshold(self) -> float:
        """Energy below which a particle need not be followed."""

    @property
    def cone(self) -> float:
        """Half of the angle, at the dump, of a round detector on the axis."""

    def accepts(self, momentum: Array) -> Array:
        """Chance to be hit, momenta [n, 3] -> [n]."""


class Parents(Protocol):
    """Particles that decay, at unit coupling."""

    @property
    def weight(self) -> Array:
        """Number per primary, [n]."""

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """Absolute momenta of one daughter of isotropic two-body decays, and how many fly towards the area, both [m].

        Args:
            parent, mass, other: masses of the parent, of the daughter and of the other daughter.
        """


class Source(Parents, Protocol):
    """Mediators at unit coupling."""

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """Absolute momenta of the mediators and how many of them fly towards the area, both [n]."""


@dataclass(frozen=True, eq=False)
class MomentumSample:
    """Mediators at unit coupling: momentum (px, py, pz) [n, 3] and number per primary [n]."""

    momentum: Array
    weight: Array

    def __add__(self, other: MomentumSample) -> MomentumSample:
        return MomentumSample(
            np.concatenate([self.momentum, other.momentum]), np.concatenate([self.weight, other.weight])
        )

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """As in ``Source``."""
        return absolute(self.momentum), self.weight * area.accepts(self.momentum)

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """As in ``Parents``, always with the same decay angles."""
        flown = two_body(self, parent, mass, other, np.random.default_rng(SEED + 1))
        return absolute(flown), self.weight * area.accepts(flown)


def absolute(momentum: Array) -> Array:
    """Absolute values of momenta [n, 3]."""
    return np.asarray(np.sqrt((momentum**2).sum(axis=1)))


def two_body(parents: MomentumSample, parent: float, mass: float, other: float, random: np.random.Generator) -> Array:
    """Lab momenta of one daughter of isotropic two-body decays, [n, 3]."""
    k = float(momentum(parent, mass, other))
    return boosted(parents.momentum, parent, k * isotropic(random, parents.weight.size), np.hypot(k, mass))


def isotropic(random: np.random.Generator, number: int) -> Array:
    """Isotropic unit vectors, [n, 3]."""
    cosine, sine, cos_phi, sin_phi = directions(random.random((2, number)).T)
    return np.stack([sine * cos_phi, sine * sin_phi, cosine], axis=1)


def boosted(parents: Array, mass: Array | float, rest: Array, rest_energy: Array | float) -> Array:
    """Lab momenta [n, 3] of daughters with momenta ``rest`` [n, 3] in the frame of parents with momenta [n, 3]."""
    return boost_vectors(rest, rest_energy, parents, np.hypot(absolute(parents), mass), mass)
