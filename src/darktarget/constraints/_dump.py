"""Beam dumps: mediators of a sample, their decays and those of dark states, in a decay volume behind a shield."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from darktarget.constraints._declare import COUPLINGS, Search, exceeding, photon_like
from darktarget.constraints._flight import (
    bare,
    between,
    dark_channels,
    into_states,
    mediator_channels,
    unstable,
)
from darktarget.constraints._sample import SEED, Sample, boosted, directions
from darktarget.constraints._scattering import Bracket, electron_scattering, scattering
from darktarget.core import Array, Channel, Curve, Model
from darktarget.units import HBARC_CM

BINS: Final = 60  # of ln(p/m), per decay
LOG_BOOST: Final = np.linspace(np.log(1e-3), np.log(1e6), BINS + 1)


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

    def accepts(self, momentum: Array) -> Array:
        """Fraction of azimuths (64 of them) at which a straight line from the dump meets the detector."""
        forward = momentum[:, 2] > 0
        slope = np.hypot(momentum[:, 0], momentum[:, 1]) / np.where(forward, momentum[:, 2], 1.0)
        radius = slope * (self.shield + self.plane * self.length)
        if self.round and self.offset == 0:
            return np.where(forward & (radius < self.half_x), 1.0, 0.0)
        near = forward & (np.abs(radius - self.offset) < np.hypot(self.half_x, self.half_y))
        phi = np.linspace(0, 2 * np.pi, 64, endpoint=False) + 0.05
        x = radius[near, None] * np.cos(phi) - self.offset
        y = radius[near, None] * np.sin(phi)
        share = np.zeros(radius.size)
        share[near] = ((np.abs(x) < self.half_x) & (np.abs(y) < self.half_y)).mean(axis=1)
        return share


class DumpSearch(Search):
    """Decays in flight behind a dump; a file states beam, volume, exposure, efficiency and excluded events."""

    volume: ClassVar[Volume]
    column: ClassVar[float] = 0.0  # electrons per cm^2 of the detector, for scattering of dark particles; 0 for none
    primaries: ClassVar[float]
    efficiency: ClassVar[float]
    excluded: ClassVar[float]
    production: ClassVar[str]

    @abstractmethod
    def samples(self, model: Model) -> Iterator[Sample]:
        """Mediators per primary at unit coupling, one sample per point."""

    def check(self, model: Model) -> None:
        """Refuse models that the beam cannot make."""
        photon_like(model, self.name)

    def apply(self, model: Model) -> Curve:
        """Intervals of the coupling with more visible decays than were excluded; both edges are computed."""
        self.check(model)
        counts = np.stack([self._counts(model, k, made) for k, made in enumerate(self.samples(model))])
        method = (f"{self.production}; {self.signal()}", *((met[1],) if (met := self._met(model)) else ()))
        return self.curve(model, exceeding(counts * self.primaries * self.efficiency / self.excluded), method)

    def signal(self) -> str:
        """What is counted, in words."""
        return (
            "decays of mediators and of dark states into visible particles in the volume, "
            f"efficiency {self.efficiency:g}, more than {self.excluded:g} events excluded"
        )

    def _inside(self, weight: Array, width: Array) -> Array:
        """Decays in the volume from weights in bins of boost, on COUPLINGS."""
        boost = np.exp((LOG_BOOST[1:] + LOG_BOOST[:-1]) / 2)[:, None]
        length = boost * HBARC_CM / np.maximum(width, 1e-300)
        chance = between(length, self.volume.shield, self.volume.shield + self.volume.length)
        return np.asarray((weight[:, None] * chance).sum(axis=0))

    def _counts(self, model: Model, k: int, made: Sample) -> Array:
        """Accepted decays per primary on COUPLINGS."""
        total = np.zeros(COUPLINGS.size)
        if made.weight.size == 0:
            return total
        if (met := self._met(model)) is not None:
            total += COUPLINGS**4 * self._scattering(model, k, made, met[0])
        for weight, width, seen in self._decays(model, k, made):
            total += COUPLINGS**2 * seen * self._inside(weight, width)
        return total

    def _decays(self, model: Model, k: int, made: Sample) -> Iterator[tuple[Array, Array, Array]]:
        """(accepted weight in bins of boost, total width on COUPLINGS, visible share on COUPLINGS) of each decay."""
        mass, at = float(model.mass[k]), model.mass[:, None]
        own = mediator_channels(model)
        widths = [(c, float(c.at(at)[k, 0]) * COUPLINGS**c.power) for c in own]
        total = np.asarray(sum((w for _, w in widths), np.zeros(COUPLINGS.size)))
        visible = np.asarray(sum((w for c, w in widths if not c.dark), np.zeros(COUPLINGS.size)))
        energy = np.sqrt((made.momentum**2).sum(axis=1) + mass**2)
        passed = self.volume.accepts(made.momentum) * (energy > self.volume.threshold)
        yield histogram(made.momentum, mass, made.weight * passed), total, visible / np.maximum(total, 1e-300)
        for channel, width in ((c, w) for c, w in widths if into_states(model, c)):
            if width[0] > 0:
                share = width / np.maximum(total, 1e-300)
                for weight, decay, seen in self._daughters(model, k, made, mass, channel):
                    yield weight, decay, share * seen

    def _daughters(
        self, model: Model, k: int, made: Sample, mass: float, channel: Channel
    ) -> Iterator[tuple[Array, Array, Array]]:
        """As ``_decays``, for the unstable daughters of one channel."""
        states, random = unstable(model), np.random.default_rng(SEED + 1)
        masses = [float(m[k]) for m in channel.masses]
        if sum(masses) >= mass:
            return
        for i, name in enumerate(channel.daughters):
            if (state := states.get(bare(name))) is None:
                continue
            flown = two_body(made, mass, masses[i], masses[1 - i], random)
            lab = np.sqrt((flown**2).sum(axis=1) + masses[i] ** 2)
            # the visible energy is taken as uniform up to twice its mean: exact for a radiative decay
            enough = np.clip(1 - self.volume.threshold / (2 * state.pair[k] * lab), 0, 1)
            ok = self.volume.accepts(flown) * enough
            decay, seen = state.width(COUPLINGS)[k], state.width(COUPLINGS, seen=True)[k]
            yield histogram(flown, masses[i], made.weight * ok), decay, seen / np.maximum(decay, 1e-300)

    def _met(self, model: Model) -> tuple[Bracket, str] | None:
        """How dark particles scatter in the detector, and what is said of it; None if they do not."""
        return scattering(model) if self.column else None

    def _scattering(self, model: Model, k: int, made: Sample, bracket: Bracket) -> float:
        """Scatterings on electrons of the detector above threshold, per primary at unit coupling to the fourth."""
        mass, events = float(model.mass[k]), 0.0
        random = np.random.default_rng(SEED + 2)
        for channel in dark_channels(model):
            masses = [float(m[k]) for m in channel.masses]
            if sum(masses) >= mass or float(channel.at(model.mass[:, None])[k, 0]) == 0:
                continue
            for i in range(2):
                flown = two_body(made, mass, masses[i], masses[1 - i], random)
                energy = np.sqrt((flown**2).sum(axis=1) + masses[i] ** 2)
                met = made.weight * self.volume.accepts(flown)
                alpha = float(model.values["alpha_D"][k])
                window = self.volume.threshold, self.volume.highest
                events += float(met @ electron_scattering(energy, masses[i], mass, alpha, window, bracket))
        return events * self.column * HBARC_CM**2 * float(model.charge("electron")[k]) ** 2


def two_body(made: Sample, parent: float, mass: float, other: float, random: np.random.Generator) -> Array:
    """Lab momenta of one daughter of isotropic two-body decays, [n, 3]."""
    square = (parent**2 - (mass + other) ** 2) * (parent**2 - (mass - other) ** 2)
    k = np.sqrt(max(square, 0.0)) / (2 * parent)
    return boosted(made.momentum, parent, k * directions(random, made.weight.size), np.sqrt(k**2 + mass**2))


def histogram(momentum: Array, mass: float, weight: Array) -> Array:
    """Weights in bins of ln(p/m)."""
    size = np.sqrt((momentum**2).sum(axis=1)) / mass
    return np.histogram(np.log(np.maximum(size, 1e-300)), LOG_BOOST, weights=weight)[0]
