"""S001 Fig. 5 (left): inelastic Dirac dark matter with theta = 0.08."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Check, Sheet
from darktarget.figures._s001 import inside
from darktarget.figures._s001_fig5 import WIDE_GEV, i2dm, relic, sheet, simulated


class S001Fig5Left:
    """eps against m_A' where relic density and (g-2) agree but the CMB excludes them."""

    name = "s001-fig5-left"
    caption = "NA64 recast for i2DM, theta = 0.08; alpha_D = 0.5, Delta/m_chi = 0.4, m_A'/m_chi = 3 assumed"
    source = "arXiv:2302.05414 Fig. 5 (left)"
    rows = ("1.25", "1.26")

    def draw(self) -> Sheet:
        """One panel."""
        wide = i2dm(WIDE_GEV, 0.08)
        line, moment = relic(0.08).coupling, api.gminus2(wide)
        low = np.array([pairs[0][0] for pairs in moment.intervals])
        cmb = api.constraint("cmb", wide).coupling
        ratio = float(np.nanmin(line / np.array([pairs[0][1] for pairs in moment.intervals])))
        checks = [
            Check.statement("1.25", "relic line within the (g-2) band at some mass", bool((inside(moment.intervals, line) > 0).any()), f"closest: {ratio:.2f} of the upper edge"),
            Check.statement("1.25/1.26", "the CMB excludes the whole (g-2) band up to 1.2 GeV", bool((cmb < low).all())),
        ]
        return sheet(0.08, simulated(0.08), checks)
