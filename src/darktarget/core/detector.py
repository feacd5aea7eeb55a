"""What stands along the beam: slabs of calorimeter, veto and dead material, with the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Le

from darktarget.core.material import Medium
from darktarget.numerics.arrays import Array
from darktarget.schemas.words import Advice

#: What a slab can be, and what that means (read-only).
TARGET, VETO, CALORIMETER, DEAD = "target", "veto", "calorimeter", "dead"
ROLES: Final = (TARGET, VETO, CALORIMETER, DEAD)


#: Terms of an energy resolution, a in sqrt(GeV) and b relative; the bounds are above those of real calorimeters.
Stochastic = Annotated[float, Ge(0), Le(5), Advice("In sqrt(GeV): 0.6 means 60 %/sqrt(E/GeV).")]
Constant = Annotated[float, Ge(0), Le(1), Advice("Relative: 0.05 means 5 %.")]


@dataclass(frozen=True)
class Layer:
    """One slab: material (the name of a registered one, or one of the user's own), thickness in cm, and whether its
    energy is read out (scintillator)."""

    material: Medium
    thickness: float
    visible: bool = False


@dataclass(frozen=True)
class Slab:
    """A volume across the beam; where there is none, nothing is seen and nothing stops.

    Attributes:
        name: its key in the declaration.
        role: target (showers of the beam; one), veto (any crossing is noticed), calorimeter (energy is measured) or
            dead (absorbs, unseen).
        start, length: along the beam, cm from the front of the target.
        layers: from the front, together repeated ``repeat`` times.
        cell: width of a readout cell, cm, 0 for none. cells: number of cells across; the middle one is on the beam.
        offset: of the middle cell from the beam, cm. tilt: slope of its axis against the beam, in x: at z its middle is
            ``offset + tilt z`` off the beam.
        stochastic, constant: terms of its energy resolution, sqrt(GeV) and relative, in quadrature with each other and
            with the simulated sampling of its layers, which they do not contain; calorimeters only.
        threshold: energy in its scintillator above which a veto fires (energy unit); vetos only.
    """

    name: str
    role: str
    start: float
    length: float
    layers: tuple[Layer, ...]
    repeat: int = 1
    cell: float = 0.0
    cells: int = 1
    offset: float = 0.0
    tilt: float = 0.0
    stochastic: float = 0.0
    constant: float = 0.0
    threshold: float = 0.0

    @property
    def end(self) -> float:
        """Where it ends, cm."""
        return self.start + self.length

    @property
    def spread(self) -> float:
        """Its length over that of its layers: showers are so much longer and wider for the gaps between them."""
        return self.length / (self.repeat * sum(layer.thickness for layer in self.layers))

    def middle(self, z: Array) -> Array:
        """Where the middle of its middle cell is at z, cm from the beam in x."""
        return np.asarray(self.offset + self.tilt * z)

    @property
    def half_width(self) -> float:
        """Half of its width, cm; endless without cells."""
        return self.cell * self.cells / 2 if self.cell > 0 else float("inf")
