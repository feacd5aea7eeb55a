"""Searches behind beam dumps: a file states volume, exposure, efficiency and excluded events."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from darktarget.constraints.base.search import Search, exceeding, photon_like
from darktarget.core import Array, Curve, Model
from darktarget.dump.counting import DumpEvents
from darktarget.dump.samples import Source
from darktarget.dump.volume import Volume
from darktarget.limits.exclusion import COUPLINGS


class DumpSearch(Search):
    """Decays in flight behind a dump; a file states beam, volume, exposure, efficiency and excluded events."""

    volume: ClassVar[Volume]
    column: ClassVar[float] = 0.0  # electrons per cm^2 of the detector, for scattering of dark particles; 0 for none
    primaries: ClassVar[float]
    efficiency: ClassVar[float]
    excluded: ClassVar[float]
    production: ClassVar[str]

    @abstractmethod
    def samples(self, model: Model) -> Iterator[Source]:
        """Mediators per primary at unit coupling, one sample per point."""

    def check(self, model: Model) -> Array:
        """Coupling of the mediator over that of kinetic mixing, [point]; other models are refused.

        Raises:
            PhysicsError: production from hadrons is not known.
        """
        return photon_like(model, self.name)

    def events(self, model: Model) -> DumpEvents:
        """What counts the events of a model."""
        return DumpEvents(model, self.volume, self.column, COUPLINGS)

    def apply(self, model: Model) -> Curve:
        """Intervals of the coupling with more visible decays than were excluded; both edges are computed."""
        charge, events = self.check(model), self.events(model)
        counts = np.stack([events.counts(k, source) for k, source in enumerate(self.samples(model))])
        counts = counts * charge[:, None] ** 2
        return self.found(events, counts, (f"{self.production}; {self.signal()}",))

    def found(self, events: DumpEvents, counts: Array, method: tuple[str, ...]) -> Curve:
        """The result from counts per primary, [point, coupling]."""
        ratio = counts * self.primaries * self.efficiency / self.excluded
        return self.curve(
            events.model, exceeding(ratio, events.coupling), (*method, *events.scattering, *events.uncounted)
        )

    def signal(self) -> str:
        """What is counted, in words."""
        return (
            "decays of mediators and of dark states into visible particles in the volume, "
            f"efficiency {self.efficiency:g}, more than {self.excluded:g} events excluded"
        )
