"""Deep inelastic scattering at HERA, arXiv:2007.15655."""

from __future__ import annotations

from darktarget.constraints.base.search import Bound, photon_like
from darktarget.core import Array, Model, PublishedNumber
from darktarget.units import GeV


class HeraDis(Bound):
    """eps > 0.02 for masses below 10 GeV, whatever the dark decay, on kinetic mixing."""

    name = "hera-dis"
    title = r"HERA DIS ($\varepsilon > 0.02$)"
    references = ("2007.15655",)
    published = (PublishedNumber("eps (m < 10 GeV)", 0.02, "", "2007.15655", "abstract: masses below 10 GeV"),)
    cl = 0.95
    uncertainty = 0.3
    top = 10 * GeV

    def strength(self, model: Model) -> Array:
        """That of kinetic mixing."""
        return photon_like(model, self.name)
