"""E137 at SLAC: 20 GeV electrons on aluminium, 179 m of shield and 204 m of decay path, Phys. Rev. D 38 (1988) 3375."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from darktarget.constraints.base.dump import DumpSearch, Volume
from darktarget.constraints.base.search import electron_coupling
from darktarget.core import Array, Model, PublishedNumber
from darktarget.dump.rays import Rays
from darktarget.dump.scattering import KNOWN
from darktarget.experiments import EXPERIMENTS
from darktarget.flow import tracks
from darktarget.production.bremsstrahlung import Bremsstrahlung
from darktarget.units import ELECTRON_MASS, GeV


class E137(DumpSearch):
    """Visible decays, decays of the heavier dark state, and scattering of dark particles on electrons."""

    name = "e137"
    title = "E137"
    references = ("Phys. Rev. D 38 (1988) 3375", "1406.2698")
    published = (
        PublishedNumber("electrons on target", 1.87e20, "", "Phys. Rev. D 38 (1988) 3375", "text"),
        PublishedNumber("excluded events (0 seen)", 2.3, "", "Phys. Rev. D 38 (1988) 3375", "Poisson, 90 % CL"),
        PublishedNumber("detector", 8.0, "X0", "1406.2698", "text"),
    )
    uncertainty = 0.3
    volume = Volume(179e2, 204e2, 169.3, 169.3, 0.0, 2 * GeV, round=True, plane=1.0)  # disc of the area of 3 m x 3 m
    column = 8 * 24.01 * 6.022e23 * 13 / 26.98  # 8 X0 taken as aluminium
    primaries, excluded, efficiency = 1.87e20, 2.3, 1.0
    production = "bremsstrahlung in the shower of 20 GeV electrons"

    def check(self, model: Model) -> None:
        """Electron beams need a coupling to the electron only, vector or scalar."""
        electron_coupling(model, self.name, KNOWN)

    def samples(self, model: Model) -> Iterator[Rays]:
        """Mediators per electron at unit coupling, with the angles of the exact propagators, one sample per point."""
        dump = EXPERIMENTS["e137"]
        path = tracks(dump.beam, dump.target, cut=self.volume.threshold)
        made = Bremsstrahlung().produce(model, path, self.volume.threshold)
        parents = np.broadcast_to(made.parent, made.weight.shape)
        for energy, parent, weight, mass in zip(made.energy, parents, made.weight, model.mass, strict=True):
            keep = weight > 0
            yield radiated(energy[keep], parent[keep], weight[keep], float(mass))


def radiated(energy: Array, parent: Array, weight: Array, mass: float) -> Rays:
    """Directions of radiated mediators."""
    x = np.minimum(energy / parent, 1 - 1e-9)
    width = (mass**2 * (1 - x) / x + ELECTRON_MASS**2 * x) / (x * parent**2)
    return Rays(np.sqrt(np.maximum(energy**2 - mass**2, 0)), weight, width)
