"""A vector boson that couples three times as strongly to muons as to electrons."""

import numpy as np

from darktarget.models.base import VECTOR, Array, MediatorModel


class MuonHeavy(MediatorModel):
    """L = eps e X_mu (e gamma^mu e + 3 mu gamma^mu mu) + g_D X_mu chi gamma^mu chi."""

    name = "muon-heavy"
    mediator = "X"
    structure = VECTOR
    references = ("2108.04195",)
    processes = ("half-bremsstrahlung",)

    def lepton_coupling(self, lepton: str) -> Array:
        """Coupling to a lepton over eps e, [point]."""
        return np.full(self.points, 3.0 if lepton == "muon" else 1.0)
