"""Deep inelastic scattering at HERA, arXiv:2007.15655."""

from __future__ import annotations

import numpy as np

from darktarget.constraints._declare import Search, above, photon_like
from darktarget.core import Curve, Model, Published
from darktarget.units import GeV

TOP = 10 * GeV


class HeraDis(Search):
    """eps > 0.02 for masses below 10 GeV, whatever the dark decay; a stated bound."""

    name = "hera-dis"
    title = r"HERA DIS ($\varepsilon > 0.02$)"
    references = ("2007.15655",)
    published = (Published("eps (m < 10 GeV)", 0.02, "", "2007.15655", "abstract: masses below 10 GeV"),)
    cl = 0.95
    uncertainty = 0.3
    stated = True

    def apply(self, model: Model) -> Curve:
        """Excluded above 0.02 below 10 GeV."""
        photon_like(model, self.name)
        edge = np.where(model.mass < TOP, self.published[0].value, np.nan)
        return self.curve(model, above(edge), ("stated bound, nothing recomputed; masses below 10 GeV",))
