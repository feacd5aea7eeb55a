"""S004 Fig. 5: semi-visible dark photons that explain the moment of the muon."""

from __future__ import annotations

import numpy as np

from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Remedy, Sheet, relative, shown, styles
from darktarget_papers.shared.as_published import thermal_target
from darktarget_papers.shared.s001 import (
    DISPLACED,
    contour,
    events_on_moment,
    idm,
    inside,
    last,
    on_couplings,
    plane,
    relic_on_moment,
    scan,
    searches_on_moment,
    small_print,
)  # fmt: skip

MASSES_GEV = np.concatenate([[0.03, 0.12], np.linspace(0.18, 1.05, 12)])
COARSE = np.array([0.1, 0.25, 0.4, 0.6, 0.9])
SPLITTINGS = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9])
ALPHAS = np.geomspace(1e-3, 1, 25)
GRID_GEV = np.geomspace(0.03, 1.0, 10)
LINEAR_GEV = np.linspace(0.03, 1.05, 9)
COMPACT, CLOSED = "na64e-5e12-compact-hcal1", "na64e-5e12-closed-hcal1"
FOURTH = int(np.searchsorted(SPLITTINGS, 0.4))
#: Where the relic line of 0.4 and alpha_D = 0.1 is in the (g-2) band, which it leaves at 0.73 GeV.
BAND_GEV = np.array([0.55, 0.6, 0.65, 0.69, 0.72])
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 0.03, 1)
ALPHA = Axis("alpha_D", r"$\alpha_D$", 1e-3, 1)
CHI = Axis("m_chi_GeV", r"$m_{\chi_1}$ [GeV]", 0.01, 0.35, log=False)
SPLITTING = Axis("splitting", r"$\Delta/m_{\chi_1}$", 0.1, 0.9, log=False)
SEARCHES = ("babar-2017", "e137", "nucal", "charm")


class S004Fig5:
    """alpha_D and Delta/m_chi against the masses with eps at the centre of (g-2)."""

    name = "s004-fig5"
    caption = (
        "NA64 displaced chi2 at eps of (g-2) (White Paper 2020): left Delta/m_chi = 0.4, right alpha_D = 0.1, "
        "m_A'/m_chi = 3; "
        "elastic form factor"
    )
    source = "arXiv:2107.02021 Fig. 5"
    rows = ("4.20", "4.21", "4.22", "4.23")

    def draw(self) -> Sheet:
        """Left: alpha_D. Right: splitting, with the compact first module."""
        fine = np.concatenate([np.geomspace(0.03, 0.15, 4), np.linspace(0.2, 1.0, 17)])
        left = [
            contour("NA64", fine, on_couplings(scan(idm(fine), DISPLACED, events=1000), DISPLACED, ALPHAS), ALPHAS),
            *searches_on_moment(SEARCHES[:1], np.geomspace(0.03, 1.0, 24), ALPHAS, by_coupling),  # a cheap one
            *searches_on_moment(SEARCHES[1:], GRID_GEV, ALPHAS[::6], by_coupling),
            relic_on_moment(np.geomspace(0.03, 1.0, 24), ALPHAS[::6], by_coupling),
        ]
        now, compact = (splittings(name) for name in (DISPLACED, COMPACT))
        x = MASSES_GEV / 3
        right = [
            contour("NA64", x, now, SPLITTINGS),
            contour("5e12, HCAL1 of 50 cm", x, compact, SPLITTINGS, styles.PROJECTION, small_print(COMPACT)),
            *searches_on_moment(SEARCHES[:1], np.linspace(0.03, 1.05, 24), SPLITTINGS, by_splitting, 3),
            *searches_on_moment(SEARCHES[1:], LINEAR_GEV, COARSE, by_splitting, 3),
            relic_on_moment(np.linspace(0.03, 1.05, 30), COARSE, by_splitting, 3),
        ]
        panels = [
            Panel(MASS, ALPHA, left, r"$\Delta/m_{\chi_1}$ = 0.4"),
            Panel(CHI, SPLITTING, right, r"$\alpha_D$ = 0.1"),
        ]
        curves = [
            shown("4.20", panels, "NA64", "BaBar", "E137", "relic density"),
            shown("4.20", panels[1:], "5e12, HCAL1 of 50 cm"),
        ]
        legend = r"arXiv:2107.02021, recomputed at $\varepsilon$ of $(g-2)_\mu$ (WP 2020)"
        return Sheet(panels, [*checks(now, compact), *curves], legend=legend)


def by_coupling(mass: Array, alpha: Array) -> Model:
    """A point of the left panel."""
    return idm(mass, alpha_D=alpha)


def by_splitting(mass: Array, splitting: Array) -> Model:
    """A point of the right panel."""
    return idm(mass, splitting=splitting)


def splittings(experiment: str) -> Array:
    """log(N/2.3) of the right panel, [mass, splitting]."""
    return plane(
        MASSES_GEV, SPLITTINGS, by_splitting, lambda m: events_on_moment(scan(m, experiment, events=300), experiment)
    )


def checks(now: Array, compact: Array) -> list[Check]:
    """Reach at some splittings, and what the compact module leaves of the line of the relic density."""
    reach = {d: last(MASSES_GEV, now[:, k]) for k, d in enumerate(SPLITTINGS.round(1).tolist())}
    line, closed = (depth(name) for name in (COMPACT, CLOSED))
    return [
        Check("4.20", "reach in m_A' at Delta/m_chi = 0.3 [GeV]", 0.58, reach[0.3], relative(0.1)),
        Check("4.20", "reach in m_A' at Delta/m_chi = 0.7 [GeV]", 0.21, reach[0.7], relative(0.1)),
        Check.statement(
            "4.21",
            "space left for m_A' > 0.43 GeV at 0.4 and for large splittings",
            reach[0.4] < 0.45 and reach[0.9] < 0.2,
        ),
        Check.statement(
            "4.22",
            "limits weaken faster than 1/Delta above Delta/m_chi1 = 0.5",
            reach[0.5] / reach[0.7] > 0.7 / 0.5,
            f"reach {reach[0.5]:.2f} GeV at 0.5, {reach[0.7]:.2f} GeV at 0.7",
        ),
        Check.statement(
            "4.23",
            "compact HCAL1 covers where relic density and (g-2) band meet (Delta/m_chi1 = 0.4)",
            min(line) > 0,
            f"covered to m_A' = {last(BAND_GEV, line):.2f} GeV of 0.73, where chi2 flies less than HCAL1 is long; "
            f"along the centre of (g-2) to {last(MASSES_GEV, compact[:, FOURTH]):.2f} GeV",
            Remedy("a first module of 40 cm and no gaps", min(closed) > 0),
        ),
    ]


def depth(experiment: str) -> Array:
    """How far inside the excluded couplings those of the relic density are, at BAND_GEV."""
    model = idm(BAND_GEV)
    relic = thermal_target(model).coupling
    return inside(scan(model, experiment, events=3000).excluded(experiment), relic)
