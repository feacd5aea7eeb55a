r"""Semi-visible decays in a missing-energy search: dark particles that decay to leptons, photons or hadrons on the way.

The target measures :math:`E_0 - E_X` and what decays inside it leave there; an event counts if that is below the cut,
the calorimeters behind stay below theirs and no veto is hit. Decays in the target that pass, decays that are too soft
to be noticed, and decays behind everything all count (Eur. Phys. J. C 83 (2023) 391, section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Gt

from darktarget.core import Array, Beam, Model, Signal, Target, Yield
from darktarget.core.detector import CALORIMETER, TARGET, VETO
from darktarget.detector.seen import Seen
from darktarget.signatures._simulated import simulated
from darktarget.signatures.missing_energy import MissingEnergy
from darktarget.units import GeV


@dataclass(frozen=True)
class SemiVisible(MissingEnergy):
    """Missing-energy signature with visible decays.

    Attributes (and those of the missing-energy signature, of which the pre-shower cut acts on simulated energies):
        calorimeters_below_GeV: cut on the energy in all calorimeters behind the target together.
        centre: name of a calorimeter whose middle cell must have at least as much energy as all its others.
    """

    calorimeters_below_GeV: Annotated[float, Gt(0)] = 1.0
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

    def cuts(self, seen: Seen) -> dict[str, Array]:
        """Probability of passing each cut, in their order."""
        front = seen.front >= self.preshower_energy_above_GeV * GeV
        found = {
            "production": seen.mediator >= self.minimum_energy,
            "pre-shower": front | (self.preshower_energy_above_GeV == 0),
            "target": self.below(seen.target),
            "veto": seen.veto <= max(s.threshold for s in seen.slabs if s.role == VETO),
            "calorimeters": seen.of(CALORIMETER) < self.calorimeters_below_GeV * GeV,
        }
        if self.centre:
            energy, middle = seen.named((self.centre,)), seen.named((self.centre,), centre=True)
            found["centre"] = energy - middle <= middle
        return {name: np.asarray(value, float) for name, value in found.items()}

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary: unit coupling, and the accepted fraction along couplings."""
        return simulated(self, model, made, beam, target, self._notes())

    def _notes(self) -> tuple[str, ...]:
        return (
            "semi-visible: showers of the decays simulated, resolution of the target parametrised",
            "mediators decay isotropically and fly along the beam; the 3x3 condition of the target is always met",
        )
