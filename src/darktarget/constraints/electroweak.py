"""Electroweak precision observables, arXiv:1412.0018 (arXiv:2007.15655 says that its 0.02 is slightly better)."""

from __future__ import annotations

from darktarget.constraints.base.search import Bound, photon_like
from darktarget.core import Array, Model, PublishedNumber
from darktarget.units import GeV


class Electroweak(Bound):
    """eps > 0.027 for masses well below the Z, on kinetic mixing."""

    name = "electroweak"
    title = r"electroweak precision ($\varepsilon > 0.027$)"
    references = ("1412.0018",)
    published = (PublishedNumber("eps (m << m_Z)", 0.027, "", "1412.0018", "text"),)
    cl = 0.95
    uncertainty = 0.1
    top = 10 * GeV  # above it the bound depends on the distance to the Z

    def strength(self, model: Model) -> Array:
        """That of kinetic mixing."""
        return photon_like(model, self.name)
