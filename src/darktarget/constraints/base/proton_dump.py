"""Searches behind dumps of proton beams: mediators by kinetic mixing, and dark pairs that couple to the photon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from darktarget.constraints.base.dump import DumpSearch
from darktarget.constraints.base.search import through_photon
from darktarget.core import Array, Curve, Model
from darktarget.dump.flight import mediator_channels
from darktarget.dump.protons import HARDER, pair_parents, proton_sample
from darktarget.dump.samples import MomentumSample
from darktarget.units import GeV


class ProtonDump(DumpSearch):
    """A search with a proton beam; a file adds its energy and the number of eta per pi0."""

    beam: ClassVar[float]
    eta_to_pion: ClassVar[float]

    def check(self, model: Model) -> Array:
        """As of any dump; 1 for pairs of virtual photons, which need no mediator."""
        return model.lepton_coupling("electron") if through_photon(model) else super().check(model)

    def samples(self, model: Model) -> Iterator[MomentumSample]:
        """Mediators per proton at unit coupling, one sample per point."""
        return (proton_sample(self.beam, float(m), self.eta_to_pion) for m in model.mass)

    def apply(self, model: Model) -> Curve:
        """Intervals of the coupling, of a mediator or of pairs that couple to the photon."""
        if not through_photon(model):
            return super().apply(model)
        self.check(model)
        events = self.events(model)
        counts = np.zeros((model.points, events.coupling.size))
        for channel in mediator_channels(model):
            for k in range(model.points):
                for mass, parents in pair_parents(self.beam, self.eta_to_pion, model, k, channel):
                    counts[k] += events.coupling**channel.power * events.of_pairs(k, parents, mass, channel)
        method = (
            f"{self.beam / GeV:g} GeV protons: virtual photons of pi0, eta ({self.eta_to_pion:g} per pi0) to pairs",
            f"dark pairs of rho, omega and phi, as many as in pp at 400 GeV, with {HARDER:g} times the momenta of pi0",
            "no heavier mesons, no bremsstrahlung, no cascade",
            self.signal(),
        )
        return self.found(events, counts, method)
