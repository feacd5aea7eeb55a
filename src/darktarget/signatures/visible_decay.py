r"""Visible decay behind a shield: mediators leave the dump, survive the shield and decay before the detector.

With the mean flight :math:`l = (p/m)\,\hbar c/\Gamma` at each energy and coupling, the probability is

.. math:: P = {\rm Br}_{\rm vis}\int_{L_1}^{L_1+L_2}\frac{dz}l\,e^{-z/l}\,\epsilon(z)

for a shield of length L_1 from the front of the dump and a decay volume of length L_2 with the detector at its end;
epsilon is the probability that decay products of at least the threshold energy hit it.
It excludes couplings between a lower edge (too few produced) and an upper one (too short-lived).

The direction of the mediator is that of three contributions. Its angle to the parent is that of the exact cross
section. The parent of energy E in the shower
has a Gaussian angle: scattering adds :math:`(E_s/E')^2` per X0, :math:`E_s = m_e\sqrt{4\pi/\alpha}` = 21.2 MeV, and
the energy falls by a factor e per X0, which gives

.. math:: \langle\theta^2\rangle = \frac{E_s^2}{2}\left(\frac1{E^2}-\frac1{E_0^2}\right)

(B. Rossi, High-Energy Particles, 1952). The beam's divergence is declared. The detector is a disc around the axis.
Decays are isotropic, into two particles, each at its own angle (``dump.disc``); all visible channels count.

Dark states that decays of mediators produce may decay in the same volume, and dark particles scatter on electrons of
the detector where these are declared (``dump.counting``). Their directions have the angle of the mediator's decay in
addition (``dump.radiated``); the visible products of a dark state are taken along it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from darktarget.core import LOGITS, Array, Beam, Model, Signal, Target, Yield
from darktarget.dump.counting import BOOST, LONGEST, DumpEvents, histogram
from darktarget.dump.disc import Disc, hitting, visible_pairs
from darktarget.dump.radiated import Radiated
from darktarget.dump.volume import Volume
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV

ROSSI: Final = ELECTRON_MASS * np.sqrt(4 * np.pi / ALPHA)  # Rossi's E_s
PER_DECADE: Final = 40  # couplings; log-linear between them moves an edge by less than 2e-3
COUPLINGS: Final = (1e-12, 10.0)
SLICES: Final = 12  # of the decay volume, shorter towards the detector
SHOWERING: Final = ("electron", "positron", "photon")


@dataclass(frozen=True)
class VisibleDecay:
    """Visible-decay signature.

    Attributes:
        shield_cm: L_1, from the front of the dump to where a decay can be seen.
        decay_volume_cm: L_2; the detector is at its end.
        visible_energy_above_GeV: threshold on the energy of the decay products that hit the detector together.
        detector_radius_cm: of the disc, 0 for a detector that covers everything.
        beam_divergence_mrad: of the beam, per plane.
        electrons_per_cm2: of the detector, on which dark particles scatter with at least the threshold energy of the
            electron; 0 leaves scattering out.
    """

    shield_cm: Annotated[float, Ge(0)]
    decay_volume_cm: Annotated[float, Gt(0)]
    visible_energy_above_GeV: Annotated[float, Ge(0)]
    detector_radius_cm: Annotated[float, Ge(0)] = 0.0
    beam_divergence_mrad: Annotated[float, Ge(0)] = 0.0
    electrons_per_cm2: Annotated[float, Ge(0)] = 0.0

    name = "visible-decay"

    @classmethod
    def example(cls) -> VisibleDecay:
        """A dump of the size of E137's, for tests."""
        return cls(17_900.0, 20_400.0, 2.0, 170.0)

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        return self.visible_energy_above_GeV * GeV

    def ignored(self, target: Target) -> Mapping[str, str]:
        """Fields that have no effect with these other fields, and why."""
        why = "A detector that covers everything accepts all angles: set detector_radius_cm."
        return {} if self.detector_radius_cm else {"beam_divergence_mrad": why}

    @property
    def couplings(self) -> Array:
        """The coupling grid of the acceptance."""
        decades = np.log10(COUPLINGS[1] / COUPLINGS[0])
        return np.geomspace(*COUPLINGS, round(PER_DECADE * decades) + 1)

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """1 above the threshold: of mediators that point to the detector and decay in the volume."""
        return np.where(np.asarray(energy, float) >= self.minimum_energy, 1.0, 0.0)

    @property
    def before(self) -> Array:
        """Edges of slices of the distance between decay and detector, [slice + 1], cm."""
        number = SLICES if self.detector_radius_cm else 1
        return np.asarray(self.decay_volume_cm * np.linspace(0, 1, number + 1) ** 2)

    @property
    def volume(self) -> Volume:
        """Shield, decay volume and detector."""
        radius = self.detector_radius_cm or np.inf
        return Volume(
            self.shield_cm, self.decay_volume_cm, radius, radius, 0.0, self.minimum_energy, round=True, plane=1.0
        )

    def rays(self, model: Model, made: Yield, beam: Beam) -> list[Radiated]:
        """Mediators above the threshold with their directions, one sample per point."""
        shape = made.weight.shape
        spread = np.broadcast_to(parent_spread(made, beam) + (1e-3 * self.beam_divergence_mrad) ** 2, shape)
        logs = made.angle() if made.angle is not None else np.full((*shape, len(LOGITS)), -200.0)
        live = (made.weight > 0) & (made.energy >= self.minimum_energy)
        momentum = np.sqrt(np.maximum(made.energy**2 - model.mass[:, None] ** 2, 1e-12 * made.energy**2))
        columns = zip(live, momentum, made.weight, logs, spread, strict=True)
        return [Radiated(p[some], w[some], angle[some], s[some]) for some, p, w, angle, s in columns]

    def decays(self, events: DumpEvents, point: int, rays: Radiated) -> tuple[Array, bool]:
        """Accepted visible decays of mediators per primary, [coupling], and whether any node can be accepted."""
        mass, none = float(events.model.mass[point]), np.zeros(self.couplings.size)
        total, visible = events.visible(point)
        if not rays.weight.size:
            return none, False
        longest = rays.momentum.max() / mass * HBARC_CM / max(total[0], 1e-300)
        if longest * LONGEST < self.shield_cm:  # at every coupling all decay in the shield
            return none, True
        disc, energy = Disc(self.detector_radius_cm, self.volume.distance, self.minimum_energy), rays.energy(mass)
        pairs = visible_pairs(events.model, point)
        hits = rays.weight * hitting(disc, self.before, mass, energy, rays.logs, rays.variance, pairs)
        binned = np.array([histogram(rays.momentum, row, mass) for row in hits[::-1]])  # from the shield on
        ends = self.volume.distance - self.before[::-1]
        return self.couplings**2 * visible * events.decaying(binned, BOOST, total, ends), bool(hits.any())

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling, and how decays change them with the coupling."""
        closed = f"no visible decay of {model.mediator} is open"
        low = "no sensitivity: nothing above the energy threshold can be produced"
        virtual = f"only dark pairs are produced, no {model.mediator} that could decay visibly"
        events = self.events(model)
        if made.decayed:
            none = np.zeros(model.points)
            return Signal(none, made.power, (virtual,) * model.points, uncounted=events.not_followed)
        rays = self.rays(model, made, beam)
        decays, able = zip(*(self.decays(events, p, r) for p, r in enumerate(rays)), strict=True)
        dark = np.array([events.dark(p, r) for p, r in enumerate(rays)])
        shut = model.width(dark=False) <= 0
        unit = made.total * (np.array(able) & ~shut | dark.any(axis=1))
        accepted, most = np.array(decays) + dark, unit[:, None] * self.couplings**2  # both of g^2 mediators
        acceptance = np.divide(accepted, most, out=np.zeros_like(accepted), where=most > 0)
        reason = tuple(None if u > 0 else closed if s else low for u, s in zip(unit, shut, strict=True))
        notes, grid = self._notes(events), self.couplings
        accepted, open_above = np.minimum(acceptance, 1.0), bool(events.hits)
        return Signal(unit, made.power, reason, notes, {}, grid, accepted, open_above, events.uncounted)

    def events(self, model: Model) -> DumpEvents:
        """What counts the events of dark states, and the decays in the volume."""
        return DumpEvents(model, self.volume, self.electrons_per_cm2, self.couplings)

    def _notes(self, events: DumpEvents) -> tuple[str, ...]:
        angles = "production angle of the exact cross section, Rossi's angle of the shower's electrons, decay angles"
        disc = f"detector disc of {self.detector_radius_cm:g} cm: {angles}" if self.detector_radius_cm else "all angles"
        decays = f"visible decay within {self.decay_volume_cm:g} cm after {self.shield_cm:g} cm of shield"
        states = f"decays of {', '.join(events.states)} in the same volume, their visible products along them"
        return decays, *((states,) if events.states else ()), *events.scattering, disc


def parent_spread(made: Yield, beam: Beam) -> Array:
    """Variance per plane of the direction of the shower particles that made the mediators, [1 or point, node].

    Half of the mean squared angle, which is in space.
    """
    showers = np.isin(made.species, SHOWERING)
    squared = ROSSI**2 / 2 * np.maximum(1 / made.parent**2 - 1 / beam.energy**2, 0.0)
    return np.asarray(squared / 2 * showers)
