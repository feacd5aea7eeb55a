r"""Semi-visible decays in a missing-energy search: dark particles that decay to leptons, photons or hadrons on the way.

The target measures :math:`E_0 - E_X` and what decays inside it leave there; an event counts if that is below the cut,
the calorimeters behind stay below theirs and no veto is hit. Decays in the target that pass, decays that are too soft
to be noticed, and decays behind everything all count (Eur. Phys. J. C 83 (2023) 391, section 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Gt

from darktarget.core import Array, Target
from darktarget.core.detector import CALORIMETER, TARGET, VETO
from darktarget.detector.record import DetectorRecord
from darktarget.signatures.base.simulated import UNSHIFTED, SimulatedDecays
from darktarget.units import GeV

Role = Literal["target", "veto", "calorimeter"]


@dataclass(frozen=True)
class SemiVisible(SimulatedDecays):
    """Missing-energy signature with visible decays.

    Attributes (and those of the missing-energy signature, of which the pre-shower cut acts on simulated energies):
        calorimeters_below_GeV: cut on the energy in all calorimeters behind the target together.
        counted: roles of the slabs in which visible decays are noticed; all three by default.
        centre: name of a calorimeter whose middle cell must have at least as much energy as all its others.
    """

    calorimeters_below_GeV: Annotated[float, Gt(0)] = 1.0
    counted: tuple[Role, ...] = ("target", "veto", "calorimeter")
    centre: str = ""

    name = "semi-visible"
    needs: ClassVar = (TARGET, CALORIMETER, VETO)

    @classmethod
    def example(cls) -> SemiVisible:
        """NA64's cuts, for tests."""
        return cls(50.0, 42.5, 0.10, 0.04)

    @property
    def named_slabs(self) -> tuple[str, ...]:
        """Slabs that must exist."""
        return (self.centre,) if self.centre else ()

    @property
    def cell_slabs(self) -> tuple[str, ...]:
        """Slabs whose middle cell is read out."""
        return self.named_slabs

    def ignored(self, target: Target) -> Mapping[str, str]:
        """Fields that have no effect with this target and these other fields, and why."""
        uncounted = {"calorimeters_below_GeV": "Calorimeters are not in counted."}
        return {
            **super().ignored(target),
            **UNSHIFTED,
            **({} if CALORIMETER in self.counted else uncounted),
        }

    def cuts(self, seen: DetectorRecord) -> dict[str, Array]:
        """Probability of passing each cut, in their order."""
        inside = TARGET in self.counted
        found = {
            **self.target_cuts(seen, inside),
            "veto": ~seen.vetoed | (VETO not in self.counted),
            "calorimeters": (seen.of(CALORIMETER) < self.calorimeters_below_GeV * GeV)
            | (CALORIMETER not in self.counted),
        }
        if self.centre:
            energy, middle = seen.named((self.centre,)), seen.named((self.centre,), centre=True)
            found["centre"] = energy - middle <= middle
        return {name: np.asarray(value, float) for name, value in found.items()}

    def texts(self) -> tuple[str, ...]:
        """The approximations, in words."""
        return (
            f"decays seen in slabs of role {', '.join(self.counted)}",
            "semi-visible: showers of the decays simulated, resolution of the target parametrised",
            "mediators decay isotropically and fly along the beam; the 3x3 condition of the target is always met",
        )
