"""S001 Fig. 4 (left): dark coupling of a semi-visible dark photon that explains the moment of the muon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from darktarget import api
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Remedy, Sheet, relative, shown, styles
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.s001 import (
    BOTH,
    EXPOSURES,
    S001,
    STRAHLUNG,
    Scan,
    contour,
    idm,
    inside,
    on_couplings,
    plane,
    relic_on_moment,
    scan,
    searches_on_moment,
    small_print,
)  # fmt: skip
from darktarget_papers.shared.searches import published

MASSES_GEV = np.concatenate([np.geomspace(0.01, 0.24, 6), np.linspace(0.3, 1.5, 28), [1.75, 2.1]])
ALPHAS = np.geomspace(1e-5, 1, 41)
GRID_GEV = np.concatenate([np.geomspace(0.01, 0.2, 4), np.geomspace(0.3, 2.1, 10)])
LINE_GEV = np.geomspace(0.01, 2.1, 30)
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-2, 2)
ALPHA = Axis("alpha_D", r"$\alpha_D$", 1e-5, 1)
SEARCHES = ("babar-2017", "e137", "charm", "lep")


class S001Fig4Left:
    """alpha_D against m_A' with eps at the centre of (g-2)."""

    name = "s001-fig4-left"
    caption = "NA64 recast for iDM at eps of (g-2), Delta/m_chi = 0.4, m_A'/m_chi = 3, 90 % CL; elastic form factor"
    source = "arXiv:2302.05414 Fig. 4 (left)"
    rows = ("1.24",)

    def draw(self) -> Sheet:
        """NA64, one projection, other searches and the relic line; annihilation adds nothing at these edges (check)."""
        found = scan(idm(MASSES_GEV), events=2000)
        now, soon = (on_couplings(found, name, ALPHAS) for _, name in EXPOSURES[:2])
        (first, _), (second, projected), _ = EXPOSURES
        drawn = [
            contour(first, MASSES_GEV, now, ALPHAS),
            contour(second, MASSES_GEV, soon, ALPHAS, styles.PROJECTION, small_print(projected)),
            *searches_on_moment(SEARCHES[:1], LINE_GEV, ALPHAS[::2], point),  # a cheap one
            *searches_on_moment(SEARCHES[1:], GRID_GEV, ALPHAS[::8], point),
            relic_on_moment(LINE_GEV, ALPHAS[::10], point),
        ]
        panels = [Panel(MASS, ALPHA, drawn)]
        curves = shown("1.24", panels, "NA64", "1e12", "BaBar", "E137", "LEP", "relic density")
        return Sheet(
            panels,
            [*checks(found, now), curves],
            legend=r"arXiv:2302.05414, recomputed at $\varepsilon$ of $(g-2)_\mu$ (WP 2020)",
        )


def point(mass: Array, alpha: Array) -> Model:
    """A point of the plane."""
    return idm(mass, alpha_D=alpha)


def checks(found: Scan, now: Array) -> list[Check]:
    """The whole range of alpha_D is covered but for an open area, and what annihilation adds."""
    grid = [(m, float(np.mean(row > 0))) for m, row in zip(MASSES_GEV, now, strict=True)]
    top = next(m for m, share in grid if share < 1)
    wedge = (now < 0) & (MASSES_GEV < 1.14)[:, None]
    babar = plane(MASSES_GEV, ALPHAS, point, depth("babar-2017"))
    alphas = np.broadcast_to(ALPHAS, now.shape)[wedge]
    share = float(np.mean(babar[wedge] > 0))
    text = (
        f"open between alpha_D = {alphas.min():.1g} and {alphas.max():.1g} from {top:.2f} GeV on; BaBar excludes "
        f"{share:.0%} of it here, where each decay within 1.5 m vetoes the event; S001 takes a recast in which "
        "soft pairs below BaBar's energy cuts pass"
    )
    ignored = api.constraint("babar-2017", api.model("dark-photon", mass=MASSES_GEV)).coupling  # no chi2, no veto
    unseen = np.broadcast_to((moment(idm(MASSES_GEV)).coupling > ignored)[:, None], now.shape)[wedge]
    at = idm(0.8)
    both, alone = (scan(at, processes=p, events=1000).counts(S001).unit[0] for p in (BOTH, STRAHLUNG))
    return [
        Check.statement(
            "1.24", "the whole range of alpha_D is covered up to 0.75 GeV", top > 0.75, f"up to {top:.2f} GeV"
        ),
        Check.statement(
            "1.24",
            "BaBar excludes the open area below 1.14 GeV",
            share > 0.9,
            text,
            Remedy("no veto on visible decays in BaBar", bool(np.mean(unseen) > 0.9)),
        ),
        Check(
            "1.24", "events with annihilation over those without at 0.8 GeV", 1.0, float(both / alone), relative(0.05)
        ),
    ]


def depth(name: str) -> Callable[[Model], Array]:
    """By how much a search excludes the centre of (g-2)."""
    return lambda m: inside(published(name, m).intervals, moment(m).coupling)
