"""S001 Fig. 5 (right): inelastic Dirac dark matter with theta = 0.04."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Check, Sheet, factor
from darktarget_papers.shared.s001_fig5 import WIDE_GEV, closest, i2dm, relic, sheet, simulated


class S001Fig5Right:
    """eps against m_A' where the CMB leaves room but the relic line is above (g-2)."""

    name = "s001-fig5-right"
    caption = (
        "NA64 recast for i2DM, theta = 0.04; alpha_D = 0.5, Delta/m_chi = 0.4, m_A'/m_chi = 3 assumed; "
        "elastic form factor"
    )
    source = "arXiv:2302.05414 Fig. 5 (right)"
    rows = ("1.25", "1.26")

    def draw(self) -> Sheet:
        """One panel."""
        small, large = (api.constraint("cmb", i2dm(WIDE_GEV, t)).coupling for t in (0.04, 0.08))
        raised = float(np.nanmedian(relic(0.04).coupling / relic(0.08).coupling))
        weak = float(np.nanmedian(small / large))
        checks = [
            Check("1.26", "CMB bound on eps, theta = 0.04 over 0.08: sin^-2", 4.0, weak, factor(1.1)),
            Check.statement(
                "1.25",
                "the relic line is raised out of the (g-2) band",
                raised > 1 and closest(0.04) > 1,
                f"by {raised:.2f}",
            ),
        ]
        return sheet(0.04, simulated(0.04), checks)
