"""LEP: kinetic mixing moves the Z (model-independent), arXiv:1006.0973."""

from __future__ import annotations

import numpy as np

from darktarget.constraints._declare import Search, above, electron_vector
from darktarget.core import Curve, Model, Published


class Lep(Search):
    """eps > 0.03 at any mass below the Z; a stated bound, the same for every dark decay."""

    name = "lep"
    title = r"LEP ($\varepsilon > 0.03$)"
    references = ("1006.0973", "Eur. Phys. J. C 83 (2023) 391")
    published = (Published("eps", 0.03, "", "1006.0973", "text of Eur. Phys. J. C 83 (2023) 391, Fig. 3"),)
    cl = 0.95
    uncertainty = 0.1
    stated = True

    def apply(self, model: Model) -> Curve:
        """Excluded above 0.03 over the charge of the electron."""
        edge = self.published[0].value / electron_vector(model, self.name)
        return self.curve(model, above(np.asarray(edge)), ("stated bound, nothing recomputed",))
