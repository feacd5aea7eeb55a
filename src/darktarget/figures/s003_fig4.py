"""S003 Fig. 4: the same limits as y against the dark-matter mass."""

from __future__ import annotations

import numpy as np

from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative
from darktarget.figures._s003 import limit

MASSES_GEV = np.unique(np.concatenate([np.geomspace(3e-3, 1, 81), np.linspace(0.18, 0.34, 65)]))
MASS = Axis("m_chi_GeV", r"$m_\chi$ [GeV]", 1e-3, 0.33)
Y = Axis("y", r"$y=\varepsilon^2\alpha_D(m_\chi/m_{A'})^4$", 1e-14, 1e-8)
KINDS = ("fermion", "scalar")


class S003Fig4:
    """y against m_chi for alpha_D = 0.1 (left) and 0.5 (right)."""

    name = "s003-fig4"
    caption = "NA64 2016-2018 limits on y, alpha_D = 0.1 and 0.5, m_A'/m_chi = 3; thermal targets are not drawn yet"
    source = "arXiv:2108.04195 Fig. 4"
    rows = ("1.28",)

    def draw(self) -> Sheet:
        """Fermion and scalar for both couplings."""
        panels = [
            Panel(MASS, Y, [self.curve(kind, alpha) for kind in KINDS], rf"$\alpha_D$ = {alpha:g}")
            for alpha in (0.1, 0.5)
        ]
        weak, strong = (limit("scalar, alpha_D = 0.1", 0.05, alpha_D=a).y[0] for a in (0.1, 0.5))
        grows = Check(
            "1.28", "y at fixed eps grows as alpha_D (0.5 over 0.1)", 5.0, float(strong / weak), relative(0.01)
        )
        return Sheet(panels, [grows], legend="NA64, recomputed (arXiv:2108.04195)")

    def curve(self, kind: str, alpha: float) -> marks.Mark:
        """The limit of one kind of dark matter; S003 lets the width of a strongly coupled fermion run."""
        known = f"fermion, alpha_D = {alpha:g}" if kind == "fermion" else "scalar, alpha_D = 0.1"
        return marks.of(limit(known, MASSES_GEV, alpha_D=alpha), kind, marks.Y)
