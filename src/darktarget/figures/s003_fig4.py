"""S003 Fig. 4: the same limits as y against the dark-matter mass."""

from __future__ import annotations

import numpy as np

from darktarget.figures._s003 import limit
from darktarget.figures._sheet import COLOURS, Check, Sheet, axes
from darktarget.units import GeV

MASSES_GEV = np.unique(np.concatenate([np.geomspace(3e-3, 1, 81), np.linspace(0.18, 0.34, 65)]))
CURVES = (
    ("fermion, alpha_D = 0.1", 0.1, "-"),
    ("scalar, alpha_D = 0.1", 0.1, "-"),
    ("fermion, alpha_D = 0.5", 0.5, "--"),
    ("scalar, alpha_D = 0.1", 0.5, "--"),
)


class S003Fig4:
    """y against m_chi for alpha_D = 0.1 (left panel of the paper, full) and 0.5 (right panel, dashed)."""

    name = "s003-fig4"
    caption = "NA64 2016-2018 limits on y, alpha_D = 0.1 and 0.5, m_A'/m_chi = 3; thermal targets are not drawn yet"
    source = "arXiv:2108.04195 Fig. 4"

    def draw(self) -> Sheet:
        """Fermion and scalar for both couplings."""
        ax = axes(
            xscale="log", yscale="log", xlim=(1e-3, 0.33),
            xlabel=r"$m_\chi$ [GeV]", ylabel=r"$y=\varepsilon^2\alpha_D(m_\chi/m_{A'})^4$",
        )  # fmt: skip
        columns, rows = ["m_chi_GeV"], [MASSES_GEV / 3]
        for (label, alpha, style), colour in zip(CURVES, COLOURS, strict=False):
            bound = limit(label, MASSES_GEV, alpha_D=alpha)
            name = f"{label.split(',')[0]}, alpha_D = {alpha:g}"
            ax.plot(bound.dark_mass / GeV, bound.y, style, color=colour, label=name)
            columns.append(name)
            rows.append(bound.y)
        ax.legend(frameon=False, fontsize=8, loc="lower right", title="NA64, recomputed (arXiv:2108.04195)")
        weak, strong = (limit("scalar, alpha_D = 0.1", 0.05, alpha_D=a).y[0] for a in (0.1, 0.5))
        checks = [Check("1.28/8", "y at fixed eps grows as alpha_D (0.5 over 0.1)", 5.0, float(strong / weak), 0.01)]
        return Sheet(ax, tuple(columns), np.column_stack(rows).tolist(), checks)
