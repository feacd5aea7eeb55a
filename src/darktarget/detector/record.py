"""What a signature is asked about: everything that the detector has seen of events, and where they decayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from darktarget.core import Array, Slab
from darktarget.core.detector import VETO


@dataclass(frozen=True, eq=False)
class DetectorRecord:
    """Energies of events (energy unit), any shape that broadcasts: [n], [n, piece] or [n, piece, piece].

    Attributes:
        slabs: of the detector. beam: energy of the primary. mediator: energy of the mediator.
        front: calibrated energy in the pre-shower without that of the decays. front_of_decays: that one.
        veto: scintillator energy in each slab that is a veto, 0 in the others.
        energy, centre: measured in each slab and in its middle cell, with the declared resolution of the slab; in the
            target what the decays deposit there, before its resolution.
        vertices: z of each decay, cm; inf for none.
    """

    slabs: tuple[Slab, ...]
    beam: float
    mediator: Array
    front: Array
    front_of_decays: Array
    veto: tuple[Array, ...]
    energy: tuple[Array, ...]
    centre: tuple[Array, ...]
    vertices: tuple[Array, ...]

    @property
    def in_vetos(self) -> Array:
        """Scintillator energy in all vetos together."""
        return np.asarray(sum(self.veto, np.zeros_like(self.front_of_decays)))

    @property
    def vetoed(self) -> npt.NDArray[np.bool_]:
        """Whether the energy in a veto is above its threshold, for any of the vetos."""
        fired: npt.NDArray[np.bool_] = np.zeros(self.front_of_decays.shape, bool)
        for slab, energy in zip(self.slabs, self.veto, strict=True):
            if slab.role == VETO:
                fired = fired | (energy > slab.threshold)
        return fired

    def of(self, role: str) -> Array:
        """Energy of the decays in all slabs of a role."""
        found = [e for slab, e in zip(self.slabs, self.energy, strict=True) if slab.role == role]
        return np.asarray(sum(found, np.zeros_like(self.front_of_decays)))

    def named(self, names: tuple[str, ...], centre: bool = False) -> Array:
        """Energy in the slabs of some names, or in their middle cells."""
        values = self.centre if centre else self.energy
        found = [e for slab, e in zip(self.slabs, values, strict=True) if slab.name in names]
        return np.asarray(sum(found, np.zeros_like(self.front_of_decays)))

    def place(self, name: str) -> Slab:
        """A slab by its name."""
        return next(s for s in self.slabs if s.name == name)


@runtime_checkable
class Selection(Protocol):
    """A signature with cuts on detector records, by name, in their order; each is a probability."""

    def cuts(self, seen: DetectorRecord) -> dict[str, Array]:
        """Probability that each cut is passed, the shape of the record."""
        ...


def passed(selection: Selection, seen: DetectorRecord) -> Array:
    """Probability that all cuts are passed."""
    total = np.ones(np.broadcast_shapes(seen.front_of_decays.shape, *(v.shape for v in seen.vertices)))
    for chance in selection.cuts(seen).values():
        total = total * chance
    return np.asarray(total)
