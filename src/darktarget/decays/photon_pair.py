"""A pair of photons from a virtual mediator of spin 0 or 2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darktarget.core import Array, ByValue


@dataclass(frozen=True, eq=False)
class PhotonPair(ByValue):
    """Two photons that a mediator couples to.

    Attributes:
        strength: width over M^3 (energy^-2), [point].

    >>> PhotonPair(np.array([1.0, 2.0]))(np.array([[2.0], [2.0]])).ravel().tolist()
    [8.0, 16.0]
    """

    strength: Array

    def __call__(self, mass: Array) -> Array:
        """Width at any (also virtual) mass of the mediator, [point, any]."""
        return np.asarray(self.strength[:, None] * mass**3)

    def at_points(self, chosen: npt.NDArray[np.bool_]) -> PhotonPair:
        """The same at some of the points only."""
        return PhotonPair(self.strength[chosen])
