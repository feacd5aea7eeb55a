"""Decay volume and detector behind a dump: lengths, area and energy threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from darktarget.core import Array


@dataclass(frozen=True)
class Volume:
    """Decay volume: shield and length, half sizes and offset of the detector in cm, energy threshold.

    ``plane`` is where along the volume particles must pass through the detector's area: 0.5 its middle, 1 its end.
    A length of 0 leaves decays out; ``highest`` is the largest energy of an electron that is hit.

    >>> round(Volume(100.0, 300.0, 4.0, 4.0, 0.0, 1.0, round=True, plane=1.0).cone, 4)
    0.01
    """

    shield: float
    length: float
    half_x: float
    half_y: float
    offset: float
    threshold: float
    round: bool = False
    plane: float = 0.5
    highest: float = np.inf

    @property
    def distance(self) -> float:
        """From the dump to the detector's area, cm."""
        return self.shield + self.plane * self.length

    @property
    def ends(self) -> Array:
        """Where decays count: both ends of the volume, cm from the dump."""
        return np.array([self.shield, self.shield + self.length])

    @property
    def cone(self) -> float:
        """Half of its angle, at the dump, if it is round and on the axis."""
        return float(np.arctan(self.half_x / self.distance))

    def accepts(self, momentum: Array) -> Array:
        """Fraction of azimuths at which a straight line from the dump meets the detector."""
        forward = momentum[:, 2] > 0
        slope = np.hypot(momentum[:, 0], momentum[:, 1]) / np.where(forward, momentum[:, 2], 1.0)
        radius = slope * self.distance
        if self.round and self.offset == 0:
            return np.where(forward & (radius < self.half_x), 1.0, 0.0)
        near, far = (self.offset + side * self.half_x for side in (-1, 1))
        radius = np.maximum(radius, 1e-300)
        first, last = (np.arccos(np.clip(x / radius, -1, 1)) for x in (far, near))  # between them the x of the detector
        flat = np.arcsin(np.minimum(self.half_y / radius, 1))  # |y| is inside up to here and from pi less this on
        arcs = np.maximum(np.minimum(last, flat) - first, 0) + np.maximum(last - np.maximum(first, np.pi - flat), 0)
        return np.asarray(forward * arcs / np.pi)
