r"""Missing energy: the beam is absorbed in an active target, an invisible mediator carries the rest away.

All energy that the mediator does not take is seen, so the calorimeter measures :math:`E_0 - E_X` smeared with

.. math:: \frac{\sigma}{E} = \frac{a}{\sqrt{E/{\rm GeV}}} \oplus b\quad\hbox{(or the linear sum)}

and the event counts if the measured energy is below the cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, Self

import numpy as np
from annotated_types import Ge, Gt

from darktarget.core import Array, Beam, Model, Signal, Target, Yield
from darktarget.core.detector import TARGET, Constant, Stochastic
from darktarget.detector import preshower
from darktarget.detector.record import DetectorRecord
from darktarget.numerics.special import erf
from darktarget.signatures.base import hadron_veto
from darktarget.signatures.base.effects import effects
from darktarget.units import GeV

SCALE: Final = "calorimeter scale"
STATISTICS: Final = "statistics of the pre-shower simulation"


@dataclass(frozen=True)
class MissingEnergy:
    """Missing-energy signature.

    Attributes:
        calorimeter_energy_below_GeV: the cut on the measured energy.
        production_energy_above_GeV: mediators below it are not generated.
        stochastic: term a of the energy resolution, in sqrt(GeV). constant: term b, relative.
        combination: how the two terms of the resolution add up.
        preshower_energy_above_GeV: cut on the calibrated energy in the target's pre-shower, 0 for none; its
            efficiency is simulated.
        threshold_uncertainty_GeV: by how much the calorimeter's energy scale may move the cut up and down.
        hadron_energy_below_GeV: the cut on the energy of hadrons behind the target, 0 for none; its effect on events
            with a struck nucleon is quoted and not applied.
    """

    calorimeter_energy_below_GeV: Annotated[float, Gt(0)]
    production_energy_above_GeV: Annotated[float, Ge(0)]
    stochastic: Stochastic = 0.0
    constant: Constant = 0.0
    combination: Literal["quadrature", "linear"] = "quadrature"
    preshower_energy_above_GeV: Annotated[float, Ge(0)] = 0.0
    threshold_uncertainty_GeV: Annotated[float, Ge(0)] = 0.0
    hadron_energy_below_GeV: Annotated[float, Ge(0)] = 0.0

    name = "missing-energy"

    @classmethod
    def example(cls) -> MissingEnergy:
        """NA64's cuts, for tests."""
        return cls(50.0, 42.5, 0.10, 0.04)

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        return self.production_energy_above_GeV * GeV

    def ignored(self, target: Target) -> Mapping[str, str]:
        """Fields that have no effect with this target and these other fields, and why."""
        why = "The target has no pre-shower: set target.preshower_repeats."
        return {} if target.preshower_repeats else {"preshower_energy_above_GeV": why}

    def without_shower(self) -> Self:
        """The same without the cut on the pre-shower, whose efficiency is that of a simulated shower."""
        return replace(self, preshower_energy_above_GeV=0.0)

    def resolution(self, seen: Array) -> Array:
        """Standard deviation of the measured energy, same unit and shape as ``seen``."""
        a = self.stochastic * np.sqrt(seen * GeV)
        b = self.constant * seen
        return np.asarray(np.hypot(a, b) if self.combination == "quadrature" else a + b)

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """Probability that the measured energy is below the cut, for mediators of these energies."""
        return self._passing(energy, beam, (0.0,))[0]

    def target_cuts(self, seen: DetectorRecord, decays: bool = True) -> dict[str, Array]:
        """Probability of passing the cuts on the target, for simulated events.

        Args:
            decays: whether what decays leave in the target counts.
        """
        front = seen.front + (seen.front_of_decays if decays else 0)
        enough = (front >= self.preshower_energy_above_GeV * GeV) | (self.preshower_energy_above_GeV == 0)
        return {
            "production": np.asarray(seen.mediator >= self.minimum_energy),
            "pre-shower": np.asarray(enough),
            "target": self.below(seen.beam - seen.mediator + (seen.of(TARGET) if decays else 0)),
        }

    def below(self, energy: Array) -> Array:
        """Probability that an energy in the calorimeter is measured below the cut, the shape of ``energy``."""
        margin = self.calorimeter_energy_below_GeV * GeV - energy
        return np.asarray(0.5 * (1 + erf(margin / (math.sqrt(2) * np.maximum(self.resolution(energy), 1e-12 * GeV)))))

    def _passing(self, energy: Array, beam: Beam, shifts: tuple[float, ...]) -> list[Array]:
        """The probability for a cut moved by each shift."""
        energy = np.asarray(energy, float)
        seen = np.maximum(beam.energy - energy, 0)
        scale = 1 / (math.sqrt(2) * np.maximum(self.resolution(seen), 1e-12 * beam.energy))
        margin = (self.calorimeter_energy_below_GeV * GeV - seen) * scale
        allowed = 0.5 * (energy >= self.minimum_energy)
        return [allowed * (1 + erf(margin + shift * scale)) for shift in shifts]

    def preshower(self, made: Yield, beam: Beam, target: Target) -> Array:
        """Probability that the pre-shower cut is passed, [point, node]."""
        return self._simulated(preshower.efficiency, 1.0, made, beam, target)

    def preshower_error(self, made: Yield, beam: Beam, target: Target) -> Array:
        """Statistical error of ``preshower``, [point, node]."""
        return self._simulated(preshower.statistical_error, 0.0, made, beam, target)

    def _simulated(self, what: Callable[..., Array], without: float, made: Yield, beam: Beam, target: Target) -> Array:
        """A number of the simulated pre-shower, [point, node]; ``without`` where there is no cut on it."""
        found = np.full_like(made.weight, without)
        if self.preshower_energy_above_GeV > 0 and target.preshower_repeats > 0:
            threshold = self.preshower_energy_above_GeV * GeV
            for species in sorted(set(made.species.tolist())):
                nodes = made.species == species
                parent, energy = made.parent[:, nodes], made.energy[:, nodes]
                found[:, nodes] = what(beam, target, threshold, species, parent, parent - energy)
        return found

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling; none where the mediator cannot decay invisibly."""
        unseen = np.ones(model.points) if made.decayed else model.invisible_fraction()
        front, unsure = self.preshower(made, beam, target), self.preshower_error(made, beam, target)
        step = self.threshold_uncertainty_GeV * GeV
        chances = self._passing(made.energy, beam, (0.0, step, -step) if step > 0 else (0.0,))
        accepted, *moved = ((made.weight * front * chance).sum(axis=1) for chance in chances)
        closed = f"on-shell decay closed: nothing that {model.mediator} decays to is invisible"
        heavy = "no sensitivity: nothing above the energy cut can be made"
        reason = tuple(closed if u <= 0 else heavy if a <= 0 else None for u, a in zip(unseen, accepted, strict=True))
        spread = moved[0] - moved[1] if moved else np.zeros_like(accepted)
        relative = np.divide(spread, 2 * accepted, out=np.zeros_like(accepted), where=accepted > 0)
        few = (made.weight * unsure * chances[0]).sum(axis=1)
        statistics = {STATISTICS: few / np.where(accepted > 0, accepted, np.inf)} if few.any() else {}
        shifts = {SCALE: relative, **statistics, **hadron_veto.lost(made, self.hadron_energy_below_GeV)}
        notes = (*self._notes(model, made), *effects(made, front * chances[0]))
        return Signal(unseen * accepted, made.power, reason, notes, shifts)

    def _notes(self, model: Model, made: Yield) -> tuple[str, ...]:
        added = "in quadrature" if self.combination == "quadrature" else "added linearly"
        cut = self.preshower_energy_above_GeV
        return (
            f"missing energy: resolution {added}",
            f"pre-shower above {cut:g} GeV simulated" if cut > 0 else "no pre-shower cut",
            "invisible branching at leading order in the coupling",
            *hadron_veto.notes(made, self.hadron_energy_below_GeV),
            *(f"every {state} counted as invisible: its visible decays are not simulated" for state in model.unstable),
        )
