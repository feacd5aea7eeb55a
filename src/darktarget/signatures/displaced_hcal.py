r"""Displaced decays in or behind calorimeters: the dark particle crosses veto and first module unseen, then decays.

Inside (S1 of arXiv:2107.02021): a decay within the named calorimeters, with a narrow shower,

.. math:: R = \frac{E - E_{\rm centre}}{E} < 0.06,

nothing in the veto nor in the quiet modules. Beyond (S2): every decay behind the last slab.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, MinLen

from darktarget.core import Array, Target
from darktarget.core.detector import CALORIMETER, TARGET, VETO
from darktarget.detector.record import DetectorRecord
from darktarget.signatures.base.simulated import UNSHIFTED, SimulatedDecays
from darktarget.units import GeV


@dataclass(frozen=True)
class DisplacedHcal(SimulatedDecays):
    """Decays inside or beyond calorimeters, after missing energy in the target.

    Attributes (and those of the missing-energy signature):
        decay: where the decay is: inside a fiducial volume of calorimeters, or beyond all of them.
        inside: names of the first and the last calorimeter of the fiducial volume.
        quiet: names of calorimeters that must stay below quiet_below_GeV. quiet_below_GeV: the cut on their energy.
        energy_above_GeV: least energy inside the fiducial volume.
        periphery_below: the cut on R, the share of energy outside of the middle cell.
    """

    decay: Literal["inside", "beyond"] = "inside"
    inside: Annotated[tuple[str, ...], MinLen(1)] = ("hcal2", "hcal3")
    quiet: tuple[str, ...] = ("hcal1",)
    quiet_below_GeV: Annotated[float, Gt(0)] = 1.0
    energy_above_GeV: Annotated[float, Ge(0)] = 1.0
    periphery_below: Annotated[float, Gt(0)] = 0.06

    name = "displaced-hcal"
    needs: ClassVar = (TARGET, CALORIMETER, VETO)

    @classmethod
    def example(cls) -> DisplacedHcal:
        """NA64's cuts, for tests."""
        return cls(50.0, 42.5, 0.10, 0.04, decay="beyond")

    @property
    def named_slabs(self) -> tuple[str, ...]:
        """Slabs that must exist."""
        return (*self.inside, *self.quiet) if self.decay == "inside" else ()

    @property
    def cell_slabs(self) -> tuple[str, ...]:
        """Slabs whose middle cell is read out."""
        return self.inside

    def ignored(self, target: Target) -> Mapping[str, str]:
        """Fields that have no effect with this target and these other fields, and why."""
        inside = ("inside", "quiet", "quiet_below_GeV", "energy_above_GeV", "periphery_below")
        beyond = dict.fromkeys(inside, 'It acts on decays inside calorimeters, and decay = "beyond".')
        return {**super().ignored(target), **UNSHIFTED, **(beyond if self.decay == "beyond" else {})}

    def cuts(self, seen: DetectorRecord) -> dict[str, Array]:
        """Probability of passing each cut, in their order."""
        found: dict[str, Any] = {
            **self.target_cuts(seen),
            **(self._inside(seen) if self.decay == "inside" else self._beyond(seen)),
        }
        return {name: np.asarray(value, float) for name, value in found.items()}

    def _inside(self, seen: DetectorRecord) -> dict[str, Any]:
        start, end = seen.place(self.inside[0]).start, seen.place(self.inside[-1]).end
        within = tuple(s.name for s in seen.slabs if s.role == CALORIMETER and start <= s.start and s.end <= end)
        energy, middle = seen.named(within), seen.named(within, centre=True)
        shares = np.divide(energy - middle, energy, out=np.ones_like(energy), where=energy > 0)
        missed = np.ones(1)
        for z in seen.vertices:
            missed = missed * ((z < start) | (z >= end))
        return {
            "veto": ~seen.vetoed,
            "quiet modules": seen.named(self.quiet) < self.quiet_below_GeV * GeV,
            "decay inside": 1 - missed,
            "energy inside": energy > self.energy_above_GeV * GeV,
            "periphery": shares < self.periphery_below,
        }

    def _beyond(self, seen: DetectorRecord) -> dict[str, Array]:
        last = max(s.end for s in seen.slabs)
        behind = np.ones(1)
        for z in seen.vertices:
            behind = behind * (z >= last)
        return {"decay beyond": behind}

    def texts(self) -> tuple[str, ...]:
        """The approximations, in words."""
        return (
            f"displaced decays {self.decay}: showers of the decays simulated, resolution of the target parametrised",
            "mediators decay isotropically and fly along the beam",
        )
