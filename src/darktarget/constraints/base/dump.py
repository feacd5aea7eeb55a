"""Beam dumps: mediators, their decays and those of dark states behind a shield, and scattering on electrons."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from darktarget.constraints.base.search import Search, exceeding, photon_like
from darktarget.core import Array, Channel, Curve, Model
from darktarget.dump.flight import bare, between, into_states, mediator_channels, unstable
from darktarget.dump.samples import Made
from darktarget.dump.scattering import struck
from darktarget.limits.exclusion import COUPLINGS
from darktarget.numerics.interpolation import semilog
from darktarget.units import HBARC_CM, GeV

Widths = Sequence[tuple[Channel, Array]]  # partial widths on COUPLINGS

BINS: Final = 1000  # of ln(p/m); edges move by less than 0.5 % with more
LOG_BOOST: Final = np.linspace(np.log(1e-3), np.log(1e6), BINS + 1)
BOOST: Final = np.exp((LOG_BOOST[1:] + LOG_BOOST[:-1]) / 2)
ENERGIES: Final = np.geomspace(10e-3 * GeV, 500 * GeV, 600)  # of particles that scatter
SCATTERING: Final = (
    "scattering on electrons by exchange of the mediator or the photon, up and down, of dark particles that have not "
    "decayed before"
)


@dataclass(frozen=True)
class Volume:
    """Decay volume: shield and length, half sizes and offset of the detector in cm, energy threshold.

    ``plane`` is where along the volume particles must pass through the detector's area: 0.5 its middle, 1 its end.
    A length of 0 leaves decays out; ``highest`` is the largest energy of an electron that was hit.
    """

    shield: float
    length: float
    half_x: float
    half_y: float
    offset: float
    threshold: float
    round: bool = False
    plane: float = 0.5
    highest: float = np.inf

    @property
    def distance(self) -> float:
        """From the dump to the detector's area, cm."""
        return self.shield + self.plane * self.length

    @property
    def cone(self) -> float:
        """Half of its angle, at the dump, if it is round and on the axis."""
        return float(np.arctan(self.half_x / self.distance))

    def accepts(self, momentum: Array) -> Array:
        """Fraction of azimuths at which a straight line from the dump meets the detector."""
        forward = momentum[:, 2] > 0
        slope = np.hypot(momentum[:, 0], momentum[:, 1]) / np.where(forward, momentum[:, 2], 1.0)
        radius = slope * self.distance
        if self.round and self.offset == 0:
            return np.where(forward & (radius < self.half_x), 1.0, 0.0)
        near, far = (self.offset + side * self.half_x for side in (-1, 1))
        radius = np.maximum(radius, 1e-300)
        first, last = (np.arccos(np.clip(x / radius, -1, 1)) for x in (far, near))  # between them the x of the detector
        flat = np.arcsin(np.minimum(self.half_y / radius, 1))  # |y| is inside up to here and from pi less this on
        arcs = np.maximum(np.minimum(last, flat) - first, 0) + np.maximum(last - np.maximum(first, np.pi - flat), 0)
        return np.asarray(forward * arcs / np.pi)


class DumpSearch(Search):
    """Decays in flight behind a dump; a file states beam, volume, exposure, efficiency and excluded events."""

    volume: ClassVar[Volume]
    column: ClassVar[float] = 0.0  # electrons per cm^2 of the detector, for scattering of dark particles; 0 for none
    primaries: ClassVar[float]
    efficiency: ClassVar[float]
    excluded: ClassVar[float]
    production: ClassVar[str]

    @abstractmethod
    def samples(self, model: Model) -> Iterator[Made]:
        """Mediators per primary at unit coupling, one sample per point."""

    def check(self, model: Model) -> None:
        """Refuse models that the beam cannot make."""
        photon_like(model, self.name)

    def apply(self, model: Model) -> Curve:
        """Intervals of the coupling with more visible decays than were excluded; both edges are computed."""
        self.check(model)
        hits = self.hits(model)
        counts = np.stack([self._counts(model, k, made, hits) for k, made in enumerate(self.samples(model))])
        return self.found(model, counts, (f"{self.production}; {self.signal()}", *((SCATTERING,) if hits else ())))

    def found(self, model: Model, counts: Array, method: tuple[str, ...]) -> Curve:
        """The result from counts per primary, [point, COUPLINGS]."""
        return self.curve(model, exceeding(counts * self.primaries * self.efficiency / self.excluded), method)

    def signal(self) -> str:
        """What is counted, in words."""
        return (
            "decays of mediators and of dark states into visible particles in the volume, "
            f"efficiency {self.efficiency:g}, more than {self.excluded:g} events excluded"
        )

    def hits(self, model: Model) -> Mapping[str, Array]:
        """Scatterings per particle at the energies ENERGIES and unit coupling, by its name, [point, energy]."""
        if not self.column:
            return {}
        cross = struck(model, ENERGIES, (self.volume.threshold, self.volume.highest))
        return {name: value * self.column * HBARC_CM**2 for name, value in cross.items()}

    def _counts(self, model: Model, k: int, made: Made, hits: Mapping[str, Array]) -> Array:
        """Accepted decays and scatterings per primary on COUPLINGS."""
        total, mass = np.zeros(COUPLINGS.size), float(model.mass[k])
        if made.weight.size == 0:
            return total
        widths = self._widths(model, k)
        for weight, width, seen in self._decays(model, k, made, widths):
            total += COUPLINGS**2 * seen * self._inside(weight, width)
        for channel, share in _to_states(model, widths) if hits else ():
            total += COUPLINGS**4 * share * self.meeting(model, k, made, mass, channel, hits)
        return total

    def _inside(self, weight: Array, width: Array) -> Array:
        """Decays in the volume from weights in bins of boost, on COUPLINGS."""
        full = weight > 0
        length = BOOST[full, None] * HBARC_CM / np.maximum(width, 1e-300)
        return np.asarray(weight[full] @ between(length, self.volume.shield, self.volume.shield + self.volume.length))

    @staticmethod
    def _widths(model: Model, k: int) -> Widths:
        """Partial widths of the mediator on COUPLINGS."""
        at = model.mass[:, None]
        return [(c, float(c.at(at)[k, 0]) * COUPLINGS**c.power) for c in mediator_channels(model)]

    def _decays(self, model: Model, k: int, made: Made, widths: Widths) -> Iterator[tuple[Array, Array, Array]]:
        """(accepted weight in bins of boost, total width on COUPLINGS, visible share on COUPLINGS) of each decay."""
        if not self.volume.length:
            return
        mass, total = float(model.mass[k]), _added(w for _, w in widths)
        visible = _added(w for c, w in widths if not c.dark)
        size, weight = made.reaching(self.volume)
        passed = weight * (np.hypot(size, mass) > self.volume.threshold)
        yield histogram(size, passed, mass), total, visible / np.maximum(total, 1e-300)
        for channel, share in _to_states(model, widths):
            for weight, decay, seen in self.daughters(model, k, made, mass, channel):
                yield weight, decay, share * seen

    def daughters(
        self, model: Model, k: int, made: Made, mass: float, channel: Channel
    ) -> Iterator[tuple[Array, Array, Array]]:
        """As ``_decays``, for the unstable daughters of one channel."""
        states = unstable(model)
        masses = [float(m[k]) for m in channel.masses]
        if sum(masses) >= mass or not self.volume.length:
            return
        for i, name in enumerate(channel.daughters):
            if (state := states.get(bare(name))) is None:
                continue
            size, weight = made.daughters(self.volume, mass, masses[i], masses[1 - i])
            lab = np.hypot(size, masses[i])
            # the visible energy is taken as uniform up to twice its mean: exact for a radiative decay
            enough = np.clip(1 - self.volume.threshold / (2 * state.pair[k] * lab), 0, 1)
            decay, seen = state.width(COUPLINGS)[k], state.width(COUPLINGS, seen=True)[k]
            yield histogram(size, weight * enough, masses[i]), decay, seen / np.maximum(decay, 1e-300)

    def meeting(
        self, model: Model, k: int, made: Made, mass: float, channel: Channel, hits: Mapping[str, Array]
    ) -> Array:
        """Scatterings of both daughters of one channel at unit coupling, less those that decay before, on COUPLINGS.

        Args:
            made: parents. mass: theirs. channel: into dark states. hits: as from ``hits``.
        """
        events, states, masses = np.zeros(COUPLINGS.size), unstable(model), [float(m[k]) for m in channel.masses]
        if sum(masses) >= mass:
            return events
        for i, name in enumerate(map(bare, channel.daughters)):
            if name not in hits:
                continue
            met = histogram(*made.daughters(self.volume, mass, masses[i], masses[1 - i]), masses[i])
            full = met > 0
            energy = masses[i] * np.hypot(BOOST[full], 1.0)
            met = met[full] * semilog(ENERGIES, hits[name][k], energy)
            if (state := states.get(name)) is None:
                events += met.sum()
                continue
            width = state.width(COUPLINGS)[k]
            events += met @ np.exp(-self.volume.distance * width / (BOOST[full, None] * HBARC_CM))
        return events


def _added(widths: Iterable[Array]) -> Array:
    return np.asarray(sum(widths, np.zeros(COUPLINGS.size)))


def _to_states(model: Model, widths: Widths) -> Iterator[tuple[Channel, Array]]:
    """Decays of the mediator to dark states and their branching fractions on COUPLINGS."""
    total = np.maximum(_added(w for _, w in widths), 1e-300)
    return ((c, w / total) for c, w in widths if w[0] > 0 and into_states(model, c))


def histogram(size: Array, weight: Array, mass: float) -> Array:
    """Weights of absolute momenta in bins of ln(p/m), each shared by the two bins whose centres are next to it.

    So the mean of ln(p/m) stays, and the content of the bins is continuous in the momenta.
    """
    place = (np.log(np.maximum(size / mass, 1e-300)) - LOG_BOOST[0]) / (LOG_BOOST[1] - LOG_BOOST[0]) - 0.5
    place = np.clip(place, 0, BINS - 1)
    low = np.minimum(place.astype(int), BINS - 2)
    part = place - low
    return np.asarray(np.bincount(low, weight * (1 - part), BINS) + np.bincount(low + 1, weight * part, BINS), float)
