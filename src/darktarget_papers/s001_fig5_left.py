"""S001 Fig. 5 (left): inelastic Dirac dark matter with theta = 0.08."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Check, Sheet, relative
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.s001_fig5 import WIDE_GEV, closest, i2dm, sheet, simulated


class S001Fig5Left:
    """eps against m_A' where relic density and (g-2) agree but the CMB excludes them."""

    name = "s001-fig5-left"
    caption = (
        "NA64 recast for i2DM, theta = 0.08; alpha_D = 0.5, Delta/m_chi = 0.4, m_A'/m_chi = 3 assumed; "
        "elastic form factor"
    )
    source = "arXiv:2302.05414 Fig. 5 (left)"
    rows = ("1.25", "1.26")

    def draw(self) -> Sheet:
        """One panel."""
        wide = i2dm(WIDE_GEV, 0.08)
        edges = np.array([pairs[0] for pairs in moment(wide).intervals])
        cmb = api.constraint("cmb", wide).coupling
        ratio = closest(0.08)
        checks = [
            Check(
                "1.25",
                "relic line over the upper edge of (g-2), closest above 0.3 GeV",
                (0.6, 1.0),
                ratio,
                relative(0.05),
            ),
            Check.statement("1.25/1.26", "the CMB excludes the whole (g-2) band", bool((cmb < edges[:, 0]).all())),
        ]
        return sheet(0.08, simulated(0.08), checks)
