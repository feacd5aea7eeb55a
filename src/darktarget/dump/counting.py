r"""Events behind a dump: decays of mediators and of dark states in a volume, and scattering on electrons.

One engine for signatures and constraints. Of g^2 mediators per primary, with branching fractions B to dark pairs, there
are

.. math:: N(g) = g^2\Big[B_{\rm vis}P_{\rm decay} + \sum_{\rm pairs}B\sum_{\rm daughters}
          \big(B'_{\rm vis}P'_{\rm decay} + g^2\,n_e\sigma\,P'_{\rm alive}\big)\Big]

events, P the probabilities to point to the detector and to decay in the volume (or not before the detector).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Model
from darktarget.dump.flight import Unstable, bare, into_states, mediator_channels, unstable
from darktarget.dump.radiated import Radiated
from darktarget.dump.samples import Parents, Source
from darktarget.dump.scattering import struck, unknown
from darktarget.dump.volume import Volume
from darktarget.numerics.interpolation import semilog
from darktarget.units import HBARC_CM, GeV

BINS: Final = 1400  # of ln(p/m), up to 4e9; edges move by less than 0.5 % with more
LOG_BOOST: Final = np.log(1e-3) + np.log(1e9) / 1000 * np.arange(BINS + 1)
BOOST: Final = np.exp((LOG_BOOST[1:] + LOG_BOOST[:-1]) / 2)
ENERGIES: Final = np.geomspace(10e-3 * GeV, 500 * GeV, 600)  # of particles that scatter
LONGEST: Final = 700.0  # decay lengths of shield beyond which nothing is left
SCATTERING: Final = (
    "scattering on electrons by exchange of the mediator or the photon, up and down, of dark particles that have not "
    "decayed before"
)


@dataclass(frozen=True, eq=False)
class DumpEvents:
    """Events of a model in a detector behind a dump, on a grid of couplings.

    Attributes:
        model: without a coupling. volume: decay volume and detector.
        column: electrons per cm^2 of the detector, for scattering of dark particles; 0 for none.
        coupling: the grid, ascending.
    """

    model: Model
    volume: Volume
    column: float
    coupling: Array

    @cached_property
    def hits(self) -> Mapping[str, Array]:
        """Scatterings per particle at the energies ENERGIES and unit coupling, by its name, [point, energy]."""
        decays_only = self.volume.length > 0 and unknown(self.model) is not None
        if not self.column or decays_only:
            return {}
        cross = struck(self.model, ENERGIES, (self.volume.threshold, self.volume.highest))
        return {name: value * self.column * HBARC_CM**2 for name, value in cross.items()}

    @property
    def scattering(self) -> tuple[str, ...]:
        """How scattering is counted, in words; nothing where it is not."""
        counted = self.column and unknown(self.model) is None and self.model.exchanges()
        return (SCATTERING,) if counted else ()

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Scattering that is not counted and why, in words; nothing where it is counted or nothing can scatter."""
        structure = unknown(self.model)
        if not self.column or not self.model.states() or structure is None:
            return ()
        return (f"scattering on electrons is not counted: {structure.name} has no electron_scattering",)

    @property
    def not_followed(self) -> tuple[str, ...]:
        """Events of dark pairs of unknown mass, which are not counted, in words; nothing where none exist."""
        pairs = "dark pairs of unknown mass, which are not followed to the detector"
        lost = [*(("scattering on electrons",) if self.scattering else ()), *(f"decays of {s}" for s in self.states)]
        verb = "are" if self.states else "is"
        return (f"{' and '.join(lost)} {verb} not counted for {pairs}",) if lost else ()

    @cached_property
    def states(self) -> Mapping[str, Unstable]:
        """The dark states that decay, by name."""
        return unstable(self.model)

    @cached_property
    def _unit_widths(self) -> Sequence[tuple[Channel, Array]]:
        """Decays of the mediator and their widths at unit coupling, each [point]."""
        at = self.model.mass[:, None]
        return [(c, c.at(at)[:, 0]) for c in mediator_channels(self.model)]

    def widths(self, point: int) -> Sequence[tuple[Channel, Array]]:
        """Partial widths of the mediator, each [coupling]."""
        return [(c, float(w[point]) * self.coupling**c.power) for c, w in self._unit_widths]

    def visible(self, point: int) -> tuple[Array, Array]:
        """Total width of the mediator and the visible share of it, both [coupling]."""
        widths = self.widths(point)
        total = self._added(w for _, w in widths)
        return total, self._added(w for c, w in widths if not c.dark) / np.maximum(total, 1e-300)

    def to_states(self, point: int) -> Iterator[tuple[Channel, Array]]:
        """Decays of the mediator to dark states and their branching fractions, each [coupling]."""
        widths = self.widths(point)
        total = np.maximum(self._added(w for _, w in widths), 1e-300)
        return ((c, w / total) for c, w in widths if w[0] > 0 and into_states(self.model, c))

    def _added(self, widths: Iterable[Array]) -> Array:
        return np.asarray(sum(widths, np.zeros(self.coupling.size)))

    def decaying(self, weight: Array, boost: Array, width: Array, ends: Array) -> Array:
        r"""Particles that decay between some distances, [coupling], with the decay length :math:`(p/m)\hbar c/\Gamma`.

        Args:
            weight: particles that count if they decay in a slice, [slice, bin]. boost: p/m, [bin].
            width: total, [coupling]. ends: of the slices, ascending, cm from the dump, [slice + 1].
        """
        found, full = np.zeros(self.coupling.size), weight.any(axis=0)
        if not full.any():
            return found
        per_cm = width[:, None] / (boost[full] * HBARC_CM)
        some = per_cm.min(axis=1) * ends[0] < LONGEST
        rate = per_cm[some]
        alive = np.exp(-rate * ends[0])
        for length, there in zip(np.diff(ends), weight[:, full], strict=True):
            decayed = -np.expm1(-rate * length) * alive
            found[some] += decayed @ there
            alive -= decayed
        return found

    def mediators(self, point: int, source: Source) -> Array:
        """Visible decays of mediators that point to the detector, per primary, [coupling]."""
        if not self.volume.length or not source.weight.size:
            return np.zeros(self.coupling.size)
        mass = float(self.model.mass[point])
        size, weight = source.reaching(self.volume)
        passed = weight * (np.hypot(size, mass) > self.volume.threshold)
        total, seen = self.visible(point)
        binned = histogram(size, passed, mass)[None]
        return np.asarray(self.coupling**2 * seen * self.decaying(binned, BOOST, total, self.volume.ends))

    def dark(self, point: int, parents: Parents) -> Array:
        """Decays of dark states and scatterings, per primary, [coupling]."""
        total, mass = np.zeros(self.coupling.size), float(self.model.mass[point])
        for channel, share in self.to_states(point) if parents.weight.size else ():
            total += self.coupling**2 * share * self.of_pairs(point, parents, mass, channel)
        return total

    def virtual(self, point: int, parents: Radiated, widths: Sequence[tuple[Channel, Array]]) -> Array:
        """Decays and scatterings of dark pairs of virtual mediators or photons, per primary over g^2, [coupling].

        Args:
            parents: the virtual particles, each with its mass.
            widths: dark channels and their widths at these masses, each [n].
        """
        events, total = np.zeros(self.coupling.size), self._added_to(parents.weight, widths)
        for channel, width in widths:
            some = width > 0
            if not some.any() or not into_states(self.model, channel):
                continue
            chosen = parents.where(some, width[some] / total[some])
            assert chosen.mass is not None
            events += self.of_pairs(point, chosen, float(chosen.mass.max()), channel)
        return events * self.dark_share(point)

    def dark_share(self, point: int) -> Array:
        """Resonant pairs at a coupling over those of a narrow visible width, [coupling]: visible decays take part.

        1 where the mediator has no mass, or is too light to decay into dark particles.
        """
        dark = float(self._dark_widths[point])
        if not dark > 0:
            return np.ones(self.coupling.size)
        total = self._added(w for _, w in self.widths(point))
        at_small = float(self.model.width(coupling=self.model.reference_coupling)[point])
        return np.asarray(at_small / total)

    @cached_property
    def _dark_widths(self) -> Array:
        """Width of the mediator on shell into dark particles, [point]."""
        massless = not self.model.mediator_mass.any()
        return np.zeros(self.model.points) if massless else self.model.width(dark=True)

    @staticmethod
    def _added_to(like: Array, widths: Sequence[tuple[Channel, Array]]) -> Array:
        return np.asarray(sum((w for _, w in widths), np.zeros_like(like)))

    def counts(self, point: int, source: Source) -> Array:
        """All events per primary, [coupling]."""
        return self.mediators(point, source) + self.dark(point, source)

    def of_pairs(self, point: int, parents: Parents, parent: float, channel: Channel) -> Array:
        """Decays and scatterings of the dark pairs of some parents, all of which decay to them, [coupling].

        Args:
            parents: how they fly. parent: their mass. channel: into the pair.
        """
        events, masses = np.zeros(self.coupling.size), [float(m[point]) for m in channel.masses]
        if sum(masses) >= parent:
            return events
        flown: dict[tuple[float, float], tuple[Array, Array]] = {}  # particle and antiparticle fly alike
        for mass, other, name in zip(masses, masses[::-1], map(bare, channel.daughters), strict=True):
            state, hits = self.states.get(name), self.hits.get(name)
            decays = self.volume.length > 0 and state is not None
            if not decays and hits is None:
                continue
            if (mass, other) not in flown:
                flown[mass, other] = parents.daughters(self.volume, parent, mass, other)
            size, weight = flown[mass, other]
            if decays and state is not None:
                events += self._decays(point, state, size, weight)
            if hits is not None:
                events += self.coupling**2 * self._scatterings(point, state, mass, size, weight, hits[point])
        return events

    def _decays(self, point: int, state: Unstable, size: Array, weight: Array) -> Array:
        """Visible decays in the volume of a dark state with some momenta, [coupling]."""
        mass = float(state.mass[point])
        # the visible energy is taken as uniform up to twice its mean: exact for a radiative decay
        enough = np.clip(1 - self.volume.threshold / (2 * state.pair[point] * np.hypot(size, mass)), 0, 1)
        total, seen = (state.width(self.coupling, seen=s, point=point) for s in (False, True))
        binned = histogram(size, weight * enough, mass)[None]
        return seen / np.maximum(total, 1e-300) * self.decaying(binned, BOOST, total, self.volume.ends)

    def _scatterings(
        self, point: int, state: Unstable | None, mass: float, size: Array, weight: Array, hits: Array
    ) -> Array:
        """Scatterings at unit coupling of a dark particle with some momenta, less those that decay before."""
        met = histogram(size, weight, mass)
        full = met > 0
        energy = mass * np.hypot(BOOST[full], 1.0)
        met = met[full] * semilog(ENERGIES, hits, energy)
        if state is None:
            return np.full(self.coupling.size, met.sum())
        width = state.width(self.coupling, point=point)
        return np.asarray(met @ np.exp(-self.volume.distance * width / (BOOST[full, None] * HBARC_CM)))


def histogram(size: Array, weight: Array, mass: float) -> Array:
    """Weights of absolute momenta in bins of ln(p/m), each shared by the two bins whose centres are next to it.

    So the mean of ln(p/m) stays, and the content of the bins is continuous in the momenta.
    """
    place = (np.log(np.maximum(size / mass, 1e-300)) - LOG_BOOST[0]) / (LOG_BOOST[1] - LOG_BOOST[0]) - 0.5
    place = np.clip(place, 0, BINS - 1)
    low = np.minimum(place.astype(int), BINS - 2)
    part = place - low
    return np.asarray(np.bincount(low, weight * (1 - part), BINS) + np.bincount(low + 1, weight * part, BINS), float)
