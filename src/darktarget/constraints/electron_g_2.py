"""Magnetic moment of the electron with alpha from rubidium, Nature 588, 61 (2020)."""

from __future__ import annotations

import numpy as np

from darktarget.constraints.base.search import Search, above
from darktarget.core import Curve, Model
from darktarget.decays.magnetic_moment import MEASURED, contribution


class ElectronG2(Search):
    """Excluded where the one-loop contribution is further from the measured difference than 2 sigma."""

    name = "electron-g-2"
    title = r"$(g-2)_e$, 2$\sigma$"
    references = ("0811.1030", "Nature 588, 61 (2020)")
    published = MEASURED["electron"][0]
    cl = 0.954
    uncertainty = 0.05

    def apply(self, model: Model) -> Curve:
        r"""Couplings above :math:`[(\Delta a\pm2\sigma)/(\Delta a)_1]^{1/2}`, on the side of the contribution."""
        centre, sigma = (p.value for p in self.published)
        unit = contribution(model, "electron")
        edge = np.where(unit > 0, centre + 2 * sigma, centre - 2 * sigma) / unit
        used = f"one loop; Delta a_e = {centre:g}, sigma {sigma:g}, 2 sigma"
        return self.curve(model, above(np.sqrt(np.maximum(edge, 0))), (used,))
