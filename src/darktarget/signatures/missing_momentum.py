r"""Missing momentum: the beam particle comes out of the target with little energy, and nothing else is seen.

Two ways of measuring what is left, by name:

- ``visible-energy``: everything but the mediator is absorbed behind a thin target and counted,
  :math:`E_{\rm rec} = E_0 - E_X` (a tracker and a calorimeter of full coverage; other radiation of the beam electron
  counts, too);
- ``lepton-momentum``: a spectrometer measures the lepton behind the target, with the mean energy that a muon loses
  before and after the collision; the veto on everything else is part of the declared efficiency.

The event counts if the measured energy, smeared with :math:`\sigma/E = a/\sqrt{E/{\rm GeV}} \oplus b`, is below
the cut. Recoil angles and transverse momenta are not cut on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt

from darktarget.core import Array, Beam, Model, Signal, Target, Yield
from darktarget.core.detector import Constant, Stochastic
from darktarget.numerics.special import erf
from darktarget.shower import muon
from darktarget.signatures.base import hadron_veto
from darktarget.signatures.base.effects import effects
from darktarget.units import GeV


@dataclass(frozen=True)
class MissingMomentum:
    """Missing-momentum signature.

    Attributes:
        recoil_energy_below_GeV: the cut on the measured energy.
        production_energy_above_GeV: mediators below it are not generated.
        measured: what is measured, all visible energy or the momentum of the beam particle behind the target.
        stochastic: term a of the resolution, in sqrt(GeV). constant: term b, relative.
        hadron_energy_below_GeV: the cut on the energy of hadrons behind the target, 0 for none; its effect on events
            with a struck nucleon is quoted and not applied.
    """

    recoil_energy_below_GeV: Annotated[float, Gt(0)]
    production_energy_above_GeV: Annotated[float, Ge(0)]
    measured: Literal["visible-energy", "lepton-momentum"] = "visible-energy"
    stochastic: Stochastic = 0.0
    constant: Constant = 0.0
    hadron_energy_below_GeV: Annotated[float, Ge(0)] = 0.0

    name = "missing-momentum"

    @classmethod
    def example(cls) -> MissingMomentum:
        """A spectrometer behind a target, for tests."""
        return cls(50.0, 42.5, "lepton-momentum", 0.0, 0.03)

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        return self.production_energy_above_GeV * GeV

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """Probability that the measured energy is below the cut, for mediators of these energies off the beam."""
        return self._passing(np.asarray(energy, float), np.maximum(beam.energy - energy, 0), beam)

    def _passing(self, energy: Array, left: Array, beam: Beam) -> Array:
        """The probability for mediators of some energy if ``left`` is what there is to be measured."""
        cut = self.recoil_energy_below_GeV * GeV
        width = np.hypot(self.stochastic * np.sqrt(left * GeV), self.constant * left)
        margin = (cut - left) / (math.sqrt(2) * np.maximum(width, 1e-12 * beam.energy))
        return np.asarray(0.5 * (energy >= self.minimum_energy) * (1 + erf(margin)))

    def left(self, made: Yield, beam: Beam, target: Target) -> Array:
        """Energy there is to be measured, [point, node]."""
        if self.measured == "visible-energy":
            return np.asarray(np.maximum(beam.energy - made.energy, 0.0))
        beam_itself = (
            made.species == beam.particle
        )  # else a photon that it radiated near the front took all that is lost
        parent = np.where(beam_itself, made.parent, beam.energy)
        recoil = np.maximum(parent - made.energy, 0.0)
        if beam.particle != "muon":
            return np.asarray(recoil)
        return muon.exit_energy(recoil, np.broadcast_to(parent, recoil.shape), beam, target)

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling; none where the mediator cannot decay invisibly."""
        unseen = np.ones(model.points) if made.decayed else model.invisible_fraction()
        passing = self._passing(made.energy, self.left(made, beam, target), beam)
        accepted = (made.weight * passing).sum(axis=1)
        closed = f"on-shell decay closed: nothing that {model.mediator} decays to is invisible"
        heavy = "no sensitivity: nothing above the energy cut can be made"
        reason = tuple(closed if u <= 0 else heavy if a <= 0 else None for u, a in zip(unseen, accepted, strict=True))
        shifts = hadron_veto.lost(made, self.hadron_energy_below_GeV)
        notes = (*self._notes(beam, made), *effects(made, passing))
        return Signal(unseen * accepted, made.power, reason, notes, shifts)

    def _notes(self, beam: Beam, made: Yield) -> tuple[str, ...]:
        cut = f"below {self.recoil_energy_below_GeV:g} GeV"
        what = {
            "visible-energy": f"missing momentum: all but the mediator seen, {cut}",
            "lepton-momentum": f"missing momentum: {beam.particle} momentum behind the target {cut}",
        }[self.measured]
        veto = hadron_veto.notes(made, self.hadron_energy_below_GeV)
        return what, "invisible branching at leading order in the coupling", *veto
