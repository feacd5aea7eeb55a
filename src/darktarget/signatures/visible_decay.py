r"""Visible decay behind a shield: the mediator leaves the dump, survives the shield and decays before the detector.

With the mean flight :math:`l = (p/m)\,\hbar c/\Gamma` at each energy and coupling, the probability is

.. math:: P = {\rm Br}_{\rm vis}\int_{L_1}^{L_1+L_2}\frac{dz}l\,e^{-z/l}\,\epsilon(z)

for a shield of length L_1 from the front of the dump and a decay volume of length L_2 with the detector at its end;
epsilon is the probability that decay products of at least the threshold energy hit it.
It excludes couplings between a lower edge (too few made) and an upper one (too short-lived).

The direction of the mediator is that of three contributions. Its angle to the parent is that of the exact cross
section. The parent of energy E in the shower
has a Gaussian angle: scattering adds :math:`(E_s/E')^2` per X0, :math:`E_s = m_e\sqrt{4\pi/\alpha}` = 21.2 MeV, and
the energy falls by a factor e per X0, which makes

.. math:: \langle\theta^2\rangle = \frac{E_s^2}{2}\left(\frac1{E^2}-\frac1{E_0^2}\right)

(B. Rossi, High-Energy Particles, 1952). The beam's divergence is declared. The detector is a disc around the axis.
Decays are isotropic, into two particles, each at its own angle (``_disc``); all visible channels count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from darktarget.core import LOGITS, Array, Beam, Model, Signal, Target, Yield
from darktarget.dump.disc import Disc, hitting, visible_pairs
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV

SCATTERING: Final = ELECTRON_MASS * np.sqrt(4 * np.pi / ALPHA)  # Rossi's E_s
PER_DECADE: Final = 40  # couplings; log-linear between them moves an edge by less than 2e-3
COUPLINGS: Final = (1e-12, 10.0)
SLICES: Final = 12  # of the decay volume, shorter towards the detector
BINS: Final = 240  # of energy: 1 % each over a factor of 10
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
    """

    shield_cm: Annotated[float, Ge(0)]
    decay_volume_cm: Annotated[float, Gt(0)]
    visible_energy_above_GeV: Annotated[float, Ge(0)]
    detector_radius_cm: Annotated[float, Ge(0)] = 0.0
    beam_divergence_mrad: Annotated[float, Ge(0)] = 0.0

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

    def hitting(self, model: Model, made: Yield, beam: Beam) -> Array:
        """Probability that enough of a decay in a slice hits the detector, [point, slice, node]."""
        disc = Disc(self.detector_radius_cm, self.shield_cm + self.decay_volume_cm, self.minimum_energy)
        spread = parent_spread(made, beam) + (1e-3 * self.beam_divergence_mrad) ** 2
        along = np.full((*made.weight.shape, len(LOGITS)), -200.0)
        logs = made.angle() if made.angle is not None else along
        spread = np.broadcast_to(spread, made.weight.shape)
        found = np.zeros((model.points, self.before.size - 1, made.energy.shape[1]))
        for p in range(model.points):
            live = (made.weight[p] > 0) & (made.energy[p] >= self.minimum_energy)
            at = made.energy[p, live], logs[p, live], spread[p, live]
            found[p][:, live] = hitting(disc, self.before, float(model.mass[p]), *at, visible_pairs(model, p))
        return found

    def decaying(self, model: Model, energy: Array, weight: Array) -> Array:
        """Of mediators with some energies, those that decay visibly in the volume, [point, coupling].

        Args:
            energy: [bin]. weight: how many would be seen if they decayed in a slice, [point, slice, bin].
        """
        grid = self.couplings
        total, visible = (np.zeros((model.points, grid.size)) for _ in range(2))
        for channel in model.channels():
            if channel.parent == model.mediator:
                width = channel.at(model.mass[:, None]) * grid**channel.power
                total, visible = total + width, visible + width * (not channel.dark)
        fraction = np.divide(visible, total, out=np.zeros_like(total), where=total > 0)
        found, lengths = np.zeros_like(total), np.diff(self.before)[::-1]  # from the shield on
        for p in range(model.points):
            momentum = np.sqrt(np.maximum(energy**2 - model.mass[p] ** 2, 1e-12 * energy**2))
            per_cm = total[p][:, None] * (model.mass[p] / (momentum * HBARC_CM))  # 1/l
            some = per_cm.min(axis=1) * self.shield_cm < 700  # of the couplings: some get through the shield
            rate, alive = per_cm[some], np.exp(-per_cm[some] * self.shield_cm)
            for length, there in zip(lengths, weight[p, ::-1], strict=True):
                decayed = -np.expm1(-rate * length) * alive
                found[p, some] += decayed @ there
                alive -= decayed
        return fraction * found

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling, and how decays change them with the coupling."""
        closed = f"no visible decay of {model.mediator} is open"
        low = "no sensitivity: nothing above the energy threshold can be made"
        virtual = f"only dark pairs are made, no {model.mediator} that could decay visibly"
        if made.decayed:
            return Signal(np.zeros(model.points), made.power, (virtual,) * model.points)
        weight = made.weight[:, None] * self.hitting(model, made, beam)
        unit = made.total * (model.width(dark=False) > 0) * (weight.sum(axis=(1, 2)) > 0)
        centre, binned = _binned(made.energy, weight, max(self.minimum_energy, 1e-3 * beam.energy), beam.energy)
        accepted = self.decaying(model, centre, binned)
        acceptance = np.divide(accepted, unit[:, None], out=np.zeros_like(accepted), where=unit[:, None] > 0)
        shut = model.width(dark=False) <= 0
        reason = tuple(None if u > 0 else closed if s else low for u, s in zip(unit, shut, strict=True))
        return Signal(unit, made.power, reason, self._notes(), {}, self.couplings, np.minimum(acceptance, 1.0))

    def _notes(self) -> tuple[str, ...]:
        angles = "production angle of the exact cross section, Rossi's angle of the shower's electrons, decay angles"
        disc = f"detector disc of {self.detector_radius_cm:g} cm: {angles}" if self.detector_radius_cm else "all angles"
        return f"visible decay within {self.decay_volume_cm:g} cm after {self.shield_cm:g} cm of shield", disc


def parent_spread(made: Yield, beam: Beam) -> Array:
    """Variance per plane of the direction of the shower particles that made the mediators, [1 or point, node].

    Half of the mean squared angle, which is in space.
    """
    showers = np.isin(made.species, SHOWERING)
    squared = SCATTERING**2 / 2 * np.maximum(1 / made.parent**2 - 1 / beam.energy**2, 0.0)
    return np.asarray(squared / 2 * showers)


def _binned(energy: Array, weight: Array, low: float, high: float) -> tuple[Array, Array]:
    """Weights [point, slice, node] in logarithmic energy bins, [bin] and [point, slice, bin], taken at the centre."""
    edges = np.geomspace(low, high, BINS + 1)
    index = np.clip(np.searchsorted(edges, energy, side="right") - 1, 0, BINS - 1)
    rows = np.arange(weight.shape[0] * weight.shape[1]).reshape(*weight.shape[:2], 1) * BINS
    flat = np.bincount((rows + index[:, None]).ravel(), weight.ravel(), rows.size * BINS)
    return np.sqrt(edges[1:] * edges[:-1]), np.asarray(flat.reshape(*weight.shape[:2], BINS), float)
