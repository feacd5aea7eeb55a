r"""Missing energy: the beam is absorbed in an active target, an invisible mediator carries the rest away.

All energy that the mediator does not take is seen, so the calorimeter measures :math:`E_0 - E_X` smeared with

.. math:: \frac{\sigma}{E} = \frac{a}{\sqrt{E/{\rm GeV}}} \oplus b\quad\hbox{(or the linear sum)}

and the event counts if the measured energy is below the cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt

from darktarget.core import Array, Beam, Model, Signal, Yield
from darktarget.units import GeV


@dataclass(frozen=True)
class MissingEnergy:
    """Missing-energy signature.

    Attributes:
        calorimeter_energy_below_GeV: the cut on the measured energy.
        production_energy_above_GeV: mediators below it are not generated (S003: 42.5 GeV).
        stochastic: a, in sqrt(GeV). constant: b.
        combination: how a and b add up.
    """

    calorimeter_energy_below_GeV: Annotated[float, Gt(0)]
    production_energy_above_GeV: Annotated[float, Ge(0)]
    stochastic: Annotated[float, Ge(0)] = 0.0
    constant: Annotated[float, Ge(0)] = 0.0
    combination: Literal["quadrature", "linear"] = "quadrature"

    name = "missing-energy"

    @classmethod
    def example(cls) -> MissingEnergy:
        """NA64's cuts, for tests."""
        return cls(50.0, 42.5, 0.10, 0.04)

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        return self.production_energy_above_GeV * GeV

    def resolution(self, seen: Array) -> Array:
        """Standard deviation of the measured energy, same unit and shape as ``seen``."""
        a = self.stochastic * np.sqrt(seen * GeV)
        b = self.constant * seen
        return np.asarray(np.hypot(a, b) if self.combination == "quadrature" else a + b)

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """Probability that the measured energy is below the cut, for mediators of these energies."""
        energy = np.asarray(energy, float)
        seen = np.maximum(beam.energy - energy, 0)
        margin = self.calorimeter_energy_below_GeV * GeV - seen
        width = np.maximum(self.resolution(seen), 1e-12 * beam.energy)
        passed = 0.5 * (1 + _erf(margin / (math.sqrt(2) * width)))
        return np.where(energy >= self.minimum_energy, passed, 0.0)

    def select(self, model: Model, made: Yield, beam: Beam) -> Signal:
        """Accepted events per primary at unit coupling; none where the mediator cannot decay invisibly."""
        invisible = (model.width(dark=True) > 0) | made.decayed
        accepted = (made.weight * self.efficiency(made.energy, beam)).sum(axis=1)
        closed = f"on-shell decay closed: twice the dark mass is not below the mass of {model.mediator}"
        heavy = "no sensitivity: no mediator above the energy cut can be made"
        reason = tuple(closed if not i else heavy if a <= 0 else None for i, a in zip(invisible, accepted, strict=True))
        method = "resolution in quadrature" if self.combination == "quadrature" else "resolution added linearly"
        notes = (
            f"missing energy: {method}",
            "invisible branching 1 (visible width, of order coupling^2, neglected)",
        )
        return Signal(np.where(invisible, accepted, 0.0), made.power, reason, notes)


def _erf(z: Array) -> Array:
    """Error function, elementwise (math.erf keeps scipy out of a cold start)."""
    return np.asarray(np.vectorize(math.erf, otypes=[float])(z)) if z.size else z
