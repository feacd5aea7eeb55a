"""A spectrometer that accepts a scattered beam particle with at most a part of its energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt, Le

from darktarget.core import Array, Beam, Model, Signal, Target, Yield
from darktarget.units import GeV


@dataclass(frozen=True)
class SlowRecoil:
    """Accepts a mediator that leaves the beam particle less than a part of its energy."""

    recoil_part: Annotated[float, Gt(0), Le(1)]
    production_energy_above_GeV: float = 42.5

    name = "slow-recoil"

    @classmethod
    def example(cls) -> SlowRecoil:
        """For tests."""
        return cls(0.3)

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        return self.production_energy_above_GeV * GeV

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """Probability that a mediator of this energy is accepted."""
        slow = beam.energy - energy < self.recoil_part * beam.energy
        return np.where(slow & (energy >= self.minimum_energy), 1.0, 0.0)

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling."""
        accepted = (made.weight * self.efficiency(made.energy, beam)).sum(axis=1)
        reason = tuple(None if a > 0 else "nothing above the energy cut" for a in accepted)
        return Signal(accepted * model.invisible_fraction(), made.power, reason, ("slow recoil, sharp cut",))
