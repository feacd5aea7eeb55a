r"""Mediators that couple to two photons: the decay to them, :math:`\Gamma\propto M^3`, and Primakoff production."""

from __future__ import annotations

from typing import Any

import numpy as np

from darktarget.core import Array, Channel
from darktarget.decays.photon_pair import PhotonPair
from darktarget.decays.two_body import TwoBody
from darktarget.models.base.mediator import MediatorModel
from darktarget.models.base.parameters import Parameter
from darktarget.units import GeV

PHOTON_COUPLING = Parameter(
    "photon_coupling", "g_gamma over the coupling, in 1/GeV, of -(g_gamma/4) X F F (F Ftilde)", optional=True
)


class TwoPhotonModel(MediatorModel):
    """A mediator with an optional coupling to two photons; a subclass states its strength."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        if self.photon_strength().any():
            self.processes = (*type(self).processes, "primakoff")

    def photon_strength(self) -> Array:
        """Width to two photons over M^3 at unit coupling (energy^-2), [point]; 0 where there is no such coupling."""
        ratio = self.values.get("photon_coupling", np.zeros(self.points)) / GeV
        return np.asarray(ratio**2 / (64 * np.pi))

    def channels(self) -> tuple[Channel, ...]:
        """Those of the model, and two photons (coupling^2), also of a virtual mediator that a dark state emits."""
        width, zero = PhotonPair(self.photon_strength()), np.zeros(self.points)
        if not width.strength.any():
            return super().channels()

        names, pair = ("gamma", "gamma"), TwoBody(self.mass, zero, zero)
        photons = Channel(self.mediator, names, width, 2.0, False, (zero, zero), pair)
        emitted = (self.massless_pair(step, names, width, dark=False) for step in self.transitions())
        return (*super().channels(), photons, *emitted)
