r"""Visible decay behind a shield: mediators leave the dump, survive the shield and decay before the detector.

With the mean flight :math:`l = (p/m)\,\hbar c/\Gamma` at each energy and coupling, the probability is

.. math:: P = {\rm Br}_{\rm vis}\int_{L_1}^{L_1+L_2}\frac{dz}l\,e^{-z/l}\,\epsilon(z)

for a shield of length L_1 from the front of the dump and a decay volume of length L_2 with the detector at its end;
epsilon is the probability that decay products of at least the threshold energy hit it.
It excludes couplings between a lower edge (too few produced) and an upper one (too short-lived).

The direction of the mediator is that of three contributions. Its angle to the parent is that of the exact cross
section (none in annihilation: it takes the momentum of the positron). That of the parent in the shower is simulated
(``shower.angles``), for each species and energy. The beam's divergence is declared, and widens the angles of the
parents as if these were Gaussian. The detector is a disc around the axis, and everything starts on the axis: parents
above 2 GeV are off by millimetres in E137's dump. Decays are isotropic, into two particles, each at its own angle
(``dump.disc``); all visible channels count.

Dark states that decays of mediators produce may decay in the same volume, and dark particles scatter on electrons of
the detector where these are declared (``dump.counting``). Their directions have the angle of the mediator's decay in
addition (``dump.radiated``); the visible products of a dark state are taken along it. Dark pairs of virtual mediators
and photons are followed with their invariant mass, as if they decayed isotropically. Annihilation produces mediators on
their mass shell, which decay visibly, and dark pairs over the whole line of the mediator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from darktarget.core import LOGITS, Array, Beam, Model, Signal, Target, Yield
from darktarget.dump.counting import BOOST, LONGEST, DumpEvents, histogram
from darktarget.dump.disc import Disc, hitting, visible_pairs
from darktarget.dump.flight import mediator_channels
from darktarget.dump.pairs import merged
from darktarget.dump.radiated import Radiated
from darktarget.dump.volume import Volume
from darktarget.shower.angles import ALONG, shower_angles
from darktarget.signatures.base.effects import effects
from darktarget.units import HBARC_CM, GeV

PER_DECADE: Final = 40  # couplings; log-linear between them moves an edge by less than 2e-3
COUPLINGS: Final = (1e-12, 10.0)
SLICES: Final = 12  # of the decay volume, shorter towards the detector


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

    def rays(self, model: Model, made: Yield, beam: Beam, target: Target) -> list[Radiated]:
        """Mediators or virtual ones above the threshold with their directions, one sample per point."""
        shape = made.weight.shape
        laws = np.broadcast_to(self.directions(made, beam, target), (*shape, len(LOGITS)))
        logs = laws if made.angle is None else made.angle()  # turns by random azimuths commute
        mass = model.mass[:, None] if made.pair_mass is None else made.pair_mass
        momentum = np.sqrt(np.maximum(made.energy**2 - mass**2, 1e-12 * made.energy**2))
        live = self._live(made)
        return [
            Radiated(
                momentum[p][some],
                made.weight[p][some],
                logs[p][some],
                None if made.angle is None else laws[p][some],
                None if made.pair_mass is None else mass[p][some],
            )
            for p, some in enumerate(live)
        ]

    def _live(self, made: Yield) -> NDArray[np.bool_]:
        """Nodes that can be accepted, [point, node]."""
        return np.asarray((made.weight > 0) & (made.energy >= self.minimum_energy))

    def directions(self, made: Yield, beam: Beam, target: Target) -> Array:
        """ln(theta^2) at ``core.LOGITS`` of what produced the mediators, [1 or point, node, fraction]."""
        if not self.detector_radius_cm:
            return np.full((*made.parent.shape, len(LOGITS)), ALONG)
        simulated = shower_angles(beam, target, self.minimum_energy).at(made.species, made.parent)
        return np.logaddexp(simulated, gaussian_logs((1e-3 * self.beam_divergence_mrad) ** 2))

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
        hits = rays.weight * hitting(disc, self.before, mass, energy, rays.logs, rays.parent, pairs)
        binned = np.array([histogram(rays.momentum, row, mass) for row in hits[::-1]])  # from the shield on
        ends = self.volume.distance - self.before[::-1]
        return self.couplings**2 * visible * events.decaying(binned, BOOST, total, ends), bool(hits.any())

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling, and how decays change them with the coupling."""
        events = self.events(model)
        if made.decayed and made.pair_mass is None:
            text = f"only dark pairs are produced, no {model.mediator} that could decay visibly"
            none = np.zeros(model.points)
            return Signal(none, made.power, (text,) * model.points, uncounted=events.not_followed)
        real = made if made.on_shell is None else made.on_shell()
        rays = [] if real.decayed else self.rays(model, real, beam, target)
        shut = model.width(dark=False) <= 0
        visible, able = self._visible(events, rays)
        if made.decayed:
            dark = self._pairs(events, made, beam, target)
            unit = real.total * (able & ~shut) * (not real.decayed) + made.total * dark.any(axis=1)
        else:
            dark = np.array([events.dark(p, r) for p, r in enumerate(rays)])
            unit = made.total * (able & ~shut | dark.any(axis=1))
        most = unit[:, None] * self.couplings**2  # g^2 mediators, or pairs
        acceptance = np.divide(visible + dark, most, out=np.zeros_like(most), where=most > 0)
        texts = nothing_text(model, events), "no sensitivity: nothing above the energy threshold can be produced"
        reason = tuple(None if u > 0 else texts[0 if s else 1] for u, s in zip(unit, shut, strict=True))
        notes, grid = (*self._notes(events, made), *self._effects(real, made, dark)), self.couplings
        accepted, open_above = np.minimum(acceptance, 1.0), bool(events.hits)
        return Signal(unit, made.power, reason, notes, {}, grid, accepted, open_above, events.uncounted)

    def _effects(self, real: Yield, made: Yield, dark: Array) -> tuple[str, ...]:
        """What effects do to mediators above the threshold, and to dark pairs where they count, in words."""
        counted = [(real, "mediators")] if not real.decayed else []
        counted += [(made, "dark pairs")] if made.decayed and dark.any() else []
        above = [(y, np.where(y.energy >= self.minimum_energy, 1.0, 0.0), name) for y, name in counted]
        return tuple(text for y, passed, name in above for text in effects(y, passed, f"{name} above the threshold"))

    def _visible(self, events: DumpEvents, rays: Sequence[Radiated]) -> tuple[Array, NDArray[np.bool_]]:
        """Visible decays of mediators, [point, coupling], and where some can be accepted, [point]."""
        points = events.model.points
        if not rays:
            return np.zeros((points, self.couplings.size)), np.zeros(points, dtype=bool)
        decays, able = zip(*(self.decays(events, p, r) for p, r in enumerate(rays)), strict=True)
        return np.array(decays), np.array(able)

    def _pairs(self, events: DumpEvents, made: Yield, beam: Beam, target: Target) -> Array:
        """Decays and scatterings of dark pairs, per primary, [point, coupling]."""
        model, nothing = events.model, np.zeros((events.model.points, self.couplings.size))
        if made.pair_mass is None or not (events.hits or events.states):
            return nothing
        pairs = merged(made, self.minimum_energy)
        assert pairs.pair_mass is not None
        mass = np.fmax(pairs.pair_mass, model.dark_threshold[:, None] * (1 + 1e-9))
        pairs = replace(pairs, pair_mass=mass)
        widths = [(c, c.at(mass)) for c in mediator_channels(model) if c.dark]
        live = self._live(pairs)
        for p, rays in enumerate(self.rays(model, pairs, beam, target)):
            nothing[p] = self.couplings**made.power * events.virtual(p, rays, [(c, w[p][live[p]]) for c, w in widths])
        return nothing

    def events(self, model: Model) -> DumpEvents:
        """What counts the events of dark states, and the decays in the volume."""
        return DumpEvents(model, self.volume, self.electrons_per_cm2, self.couplings)

    def _notes(self, events: DumpEvents, made: Yield) -> tuple[str, ...]:
        angles = "production angle of the exact cross section, simulated angles of the shower, decay angles"
        disc = f"detector disc of {self.detector_radius_cm:g} cm: {angles}" if self.detector_radius_cm else "all angles"
        where = f"within {self.decay_volume_cm:g} cm after {self.shield_cm:g} cm of shield"
        decays = f"visible decay {where}, isotropic into two particles"
        states = f"decays of {', '.join(events.states)} in the same volume, their visible products along them"
        resonance = f"{made.process}: visible decays of mediators on their mass shell"
        pairs = f"{made.process}: dark pairs as isotropic decays of their invariant mass"
        return (
            decays,
            *((states,) if events.states else ()),
            *events.scattering,
            *((resonance,) if made.on_shell is not None else ()),
            *((pairs,) if made.decayed and (events.hits or events.states) else ()),
            disc,
        )


def shut_text(model: Model) -> str:
    """Why nothing is visible, in words."""
    return f"no visible decay of {model.mediator} is open"


def nothing_text(model: Model, events: DumpEvents) -> str:
    """Why nothing is counted where the mediator does not decay visibly, in words."""
    dark = "no dark particle decays or scatters in the detector with the threshold energy"
    if not (events.hits or events.states):
        return shut_text(model)
    return f"{shut_text(model)}, and {dark}" if model.mediator_mass.any() else dark


def gaussian_logs(variance: float) -> Array:
    """ln(theta^2) at the fractions ``core.LOGITS`` of a Gaussian angle with a variance per plane, [fraction].

    >>> round(float(np.exp(gaussian_logs(0.5)[LOGITS.index(0.0)])), 4)
    0.6931
    """
    return np.log(np.maximum(2 * variance * np.log1p(np.exp(LOGITS)), np.exp(ALONG)))
