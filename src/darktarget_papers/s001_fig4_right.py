"""S001 Fig. 4 (right): splitting of a semi-visible dark photon that explains the moment of the muon."""

from __future__ import annotations

import numpy as np

from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Sheet, marks, shown, styles
from darktarget_papers.shared.s001 import (
    EXPOSURES,
    contour,
    events_on_moment,
    idm,
    relic_on_moment,
    scan,
    searches_on_moment,
    small_print,
)  # fmt: skip

CHI_GEV = np.concatenate([np.geomspace(0.01, 0.05, 3), np.geomspace(0.07, 0.5, 12), [0.62, 0.8, 1.0]])
SPLITTINGS = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 0.99])
CHI = Axis("m_chi_GeV", r"$m_{\chi_1}$ [GeV]", 1e-2, 1)
SPLITTING = Axis("splitting", r"$\Delta/m_{\chi_1}$", 0.05, 1.15)
SEARCHES = ("babar-2017", "e137", "lep")


class S001Fig4Right:
    """Delta/m_chi1 against m_chi1 with eps at the centre of (g-2)."""

    name = "s001-fig4-right"
    caption = "NA64 recast for iDM at eps of (g-2), alpha_D = 0.5, m_A'/m_chi = 3, 90 % CL; elastic form factor"
    source = "arXiv:2302.05414 Fig. 4 (right)"
    rows = ("1.24",)

    def draw(self) -> Sheet:
        """NA64, one projection, other searches and the relic line; A' -> chi1 chi2 is closed above Delta = m_chi1."""
        found = scan(point(np.repeat(CHI_GEV, SPLITTINGS.size), np.tile(SPLITTINGS, CHI_GEV.size)), events=500)
        now, soon = (events_on_moment(found, name).reshape(CHI_GEV.size, -1) for _, name in EXPOSURES[:2])
        (first, _), (second, projected), _ = EXPOSURES
        grid = np.concatenate([np.geomspace(0.01, 0.1, 3), np.geomspace(0.13, 1.0, 7)])
        drawn = [
            contour(first, CHI_GEV, now, SPLITTINGS),
            contour(second, CHI_GEV, soon, SPLITTINGS, styles.PROJECTION, small_print(projected)),
            *searches_on_moment(SEARCHES[:1], np.geomspace(0.01, 1.0, 30), SPLITTINGS, point),  # a cheap one
            *searches_on_moment(SEARCHES[1:], grid, SPLITTINGS, point),
            relic_on_moment(np.geomspace(0.01, 1.0, 24), SPLITTINGS[3:10], point),
            marks.excluded(r"$\Delta > m_{A'}-2m_{\chi_1}$", CHI_GEV, 1.0 + 0 * CHI_GEV),
        ]
        panels = [Panel(CHI, SPLITTING, drawn)]
        curves = shown("1.24", panels, "NA64", "1e12", "BaBar", "E137", "LEP", "relic density")
        return Sheet(
            panels,
            [*checks(now, soon), curves],
            legend=r"arXiv:2302.05414, recomputed at $\varepsilon$ of $(g-2)_\mu$ (WP 2020)",
        )


def point(chi: Array, splitting: Array) -> Model:
    """A point of the plane."""
    return idm(3 * chi, splitting, 0.5)


def checks(now: Array, soon: Array) -> list[Check]:
    """The range of splittings is covered to high mass, but for an open area that shrinks with exposure."""
    top, later = (float(CHI_GEV[np.argmin((d > 0).all(axis=1))]) for d in (now, soon))
    left = SPLITTINGS[now[CHI_GEV.tolist().index(top)] < 0]
    return [
        Check.statement(
            "1.24", "every splitting is covered up to m_chi1 = 0.35 GeV", top > 0.35, f"up to {top:.2f} GeV"
        ),
        Check.statement("1.24", "a small area stays open at high mass", 0 < left.size < 4, f"Delta/m_chi1 = {left}"),
        Check.statement("1.24", "it shrinks at 1e12 EOT", later > top or bool((soon > 0).all()), f"{later:.2f} GeV"),
    ]
