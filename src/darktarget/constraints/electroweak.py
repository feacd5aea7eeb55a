"""Electroweak precision observables, arXiv:1412.0018 (arXiv:2007.15655 says that its 0.02 is slightly better)."""

from __future__ import annotations

import numpy as np

from darktarget.constraints._declare import Search, above, photon_like
from darktarget.core import Curve, Model, Published
from darktarget.units import GeV

TOP = 10 * GeV  # above it the bound depends on the distance to the Z


class Electroweak(Search):
    """eps > 0.027 for masses well below the Z; a stated bound on kinetic mixing."""

    name = "electroweak"
    title = r"electroweak precision ($\varepsilon > 0.027$)"
    references = ("1412.0018",)
    published = (Published("eps (m << m_Z)", 0.027, "", "1412.0018", "text"),)
    cl = 0.95
    uncertainty = 0.1
    stated = True

    def apply(self, model: Model) -> Curve:
        """Excluded above 0.027 below 10 GeV."""
        photon_like(model, self.name)
        edge = np.where(model.mass < TOP, self.published[0].value, np.nan)
        return self.curve(model, above(edge), ("stated bound, nothing recomputed; masses below 10 GeV",))
