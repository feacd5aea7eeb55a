"""S003 Fig. 3: NA64 limits on eps with annihilation."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures._s003 import CURVES, limit
from darktarget.figures._sheet import COLOURS, Check, Sheet, axes
from darktarget.plot.overlays import overlay
from darktarget.units import GeV

MASSES_GEV = np.unique(np.concatenate([np.geomspace(1e-3, 1, 91), np.linspace(0.18, 0.34, 65)]))

FERMION, SCALAR = "fermion, alpha_D = 0.1", "scalar, alpha_D = 0.1"
OTHERS = ("babar-2017", "e949", "na62", "electron-g-2", "gminus2")
TITLE = "NA64, recomputed (arXiv:2108.04195), and other searches"
PUBLISHED = {0.225: 2.43e-4, 0.23: 2.25e-4, 0.24: 2.47e-4}  # read off the published fermion curve


class S003Fig3:
    """eps against m_A' for fermion and scalar dark matter, with an e+ beam and for bremsstrahlung alone, and others."""

    name = "s003-fig3"
    caption = "NA64 2016-2018 limits with resonant annihilation, 90 % CL, m_A'/m_chi = 3, beside other searches"
    source = "arXiv:2108.04195 Fig. 3 (all curves recomputed or recast)"

    def draw(self) -> Sheet:
        """Five curves, projections dashed."""
        ax = axes(
            xscale="log", yscale="log", xlim=(1e-3, 1), ylim=(1e-6, 1e-2),
            xlabel=r"$m_{A'}$ [GeV]", ylabel=r"$\varepsilon$",
        )  # fmt: skip
        curves = {label: limit(label, MASSES_GEV) for label in CURVES}
        for (label, bound), colour in zip(curves.items(), COLOURS, strict=False):
            dashed = bound.projection or label == "bremsstrahlung only"
            ax.plot(bound.mass / GeV, bound.coupling_upper, "--" if dashed else "-", color=colour, label=label)
        others = api.curves(OTHERS, api.model("dark-photon", mass=MASSES_GEV))
        for i, other in enumerate(others):
            overlay(ax, other, MASSES_GEV, False, i)
        ax.get_figure(root=True).set_size_inches(6.0, 6.5)  # type: ignore[union-attr]
        ax.legend(frameon=False, fontsize=7, ncols=2, loc="upper left", bbox_to_anchor=(0.0, -0.13))
        ax.set_title(TITLE, fontsize=9, loc="left")
        columns = ("mass_GeV", *CURVES, *OTHERS)
        values = [*(b.coupling_upper for b in curves.values()), *(o.coupling for o in others)]
        rows = np.column_stack([MASSES_GEV, *values]).tolist()
        return Sheet(ax, columns, rows, self.checks())

    def checks(self) -> list[Check]:
        """Numbers that S003 states or that its curves show."""
        at_230 = {label: eps(label, 0.23) for label in ("bremsstrahlung only", FERMION, SCALAR)}
        gains = [at_230["bremsstrahlung only"] / at_230[label] for label in (FERMION, SCALAR)]
        ratio = eps(SCALAR, 0.24, alpha_D=0.5) / eps(SCALAR, 0.24)
        return [
            Check("3.26", "improvement in eps at 230 MeV, fermion", 4.25, gains[0], 0.12),
            Check("3.26", "improvement in eps at 230 MeV, scalar", 4.7, gains[1], 0.12),
            Check("3.3", "mass in GeV where NA64 with annihilation crosses BaBar", 0.296, crossing(), 0.10),
            Check("3.30", "scalar limit, alpha_D 0.5 over 0.1, at 240 MeV", 1.0, ratio, 0.05),
            *(
                Check("3.28", f"eps at {m:g} GeV, fermion", paper, eps(FERMION, m), 0.15)
                for m, paper in PUBLISHED.items()
            ),
        ]


def crossing() -> float:
    """Mediator mass (GeV) above which BaBar's limit is the stronger one."""
    mass = np.linspace(0.24, 0.4, 33)
    other = api.constraint("babar-2017", api.model("dark-photon", mass=mass)).coupling
    ratio = np.log(limit(FERMION, mass).coupling_upper / other)
    first = int(np.argmax(ratio > 0))
    step = mass[first] - mass[first - 1]
    return float(mass[first] - step * ratio[first] / (ratio[first] - ratio[first - 1]))


def eps(label: str, mass: float, **changes: float) -> float:
    """The limit of one curve at one mass."""
    return float(limit(label, mass, **changes).coupling_upper[0])
