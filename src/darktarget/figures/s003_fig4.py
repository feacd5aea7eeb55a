"""S003 Fig. 4: the same limits as y against the dark-matter mass."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures._s003 import excluded_window, limit, published
from darktarget.figures._sheet import COLOURS, Check, Sheet, axes
from darktarget.units import GeV

MASSES_GEV = np.unique(np.concatenate([np.geomspace(3e-3, 1, 81), np.linspace(0.18, 0.34, 65)]))
CURVES = (
    ("fermion, alpha_D = 0.1", 0.1, "-"),
    ("scalar, alpha_D = 0.1", 0.1, "-"),
    ("fermion, alpha_D = 0.5", 0.5, "--"),
    ("scalar, alpha_D = 0.1", 0.5, "--"),
)
TARGETS = {"scalar": ":", "majorana": "-.", "dirac": "-"}
NAMES = {"scalar": "scalar", "majorana": "Majorana", "dirac": "pseudo-Dirac (small splitting)"}


class S003Fig4:
    """y against m_chi for alpha_D = 0.1 (left panel of the paper, full) and 0.5 (right panel, dashed)."""

    name = "s003-fig4"
    caption = "NA64 2016-2018 limits on y, alpha_D = 0.1 and 0.5, m_A'/m_chi = 3, and thermal targets"
    source = "arXiv:2108.04195 Fig. 4"

    def draw(self) -> Sheet:
        """Fermion and scalar limits for both couplings; targets of scalar, Majorana and pseudo-Dirac dark matter."""
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
        for dm, style in TARGETS.items():
            target = api.relic_target(api.model("dark-photon", mass=MASSES_GEV, dm=dm))
            name = f"thermal target, {NAMES[dm]}"
            ax.plot(target.dark_mass / GeV, target.y, style, color="black", label=name)
            columns.append(name)
            rows.append(target.y)
        ax.legend(frameon=False, fontsize=8, loc="lower right", title="NA64, recomputed (arXiv:2108.04195)")
        weak, strong = (limit("scalar, alpha_D = 0.1", 0.05, alpha_D=a).y[0] for a in (0.1, 0.5))
        checks = [
            *windows(),
            Check("1.28/8", "y at fixed eps grows as alpha_D (0.5 over 0.1)", 5.0, float(strong / weak), 0.01),
        ]
        return Sheet(ax, tuple(columns), np.column_stack(rows).tolist(), checks)


def windows() -> list[Check]:
    """Edges in MeV of the excluded parts of the targets with the published limit; ours beside it in the note."""
    chi, found = np.arange(0.06, 0.11, 0.001), []
    for dm, alpha, edges in (("majorana", 0.1, (70, 95)), ("scalar", 0.1, (70, 95)), ("scalar", 0.5, (70, 90))):
        label = "scalar, alpha_D = 0.1" if dm == "scalar" else "fermion, alpha_D = 0.1"
        own = excluded_window(dm, alpha, chi, limit(label, 3 * chi, alpha_D=alpha).coupling_upper)
        note = f"published limit; from first principles {own[0]:.0f}-{own[1]:.0f} MeV (scan from 60 MeV)"
        ours = excluded_window(dm, alpha, chi, published(3 * chi))
        for side, paper, value in zip(("lower", "upper"), edges, ours, strict=True):
            text = f"{side} edge of the excluded {dm} target, alpha_D = {alpha:g}, MeV"
            found.append(Check("3.32/3.33", text, paper, value, 5, True, note))
    return found
