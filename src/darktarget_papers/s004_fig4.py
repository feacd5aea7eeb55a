"""S004 Fig. 4: NA64's displaced search for semi-visible dark photons."""

from __future__ import annotations

import numpy as np

from darktarget import api, flow
from darktarget.core import Array
from darktarget.figures import Axis, Check, Panel, Sheet, absolute, marks, relative, shown
from darktarget_papers.shared.as_published import AS_PUBLISHED, NOTE, thermal_target
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.s001 import BOTH, COUPLINGS, DISPLACED, Scan, idm, inside, last, others, scan

MASSES_GEV = np.unique(np.concatenate([np.geomspace(2e-3, 0.2, 11), np.linspace(0.2, 0.48, 22)]))
WIDE_GEV = np.geomspace(2e-3, 1.2, 90)
NEAR_GEV = np.linspace(0.18, 0.38, 14)
CUT_GEV = np.geomspace(0.05, 0.5, 7)
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 2e-3, 1.2)
EPS = Axis("epsilon", r"$\varepsilon$", 5e-6, 1e-1)


class S004Fig4:
    """eps against m_A' from decays in HCAL2-3 and behind the detector."""

    name = "s004-fig4"
    caption = (
        f"NA64 2016-2018, displaced chi2 (S1 + S2), 90 % CL, alpha_D = 0.1, m_A'/m_chi = 3, Delta/m_chi = 0.4; {NOTE}"
    )
    source = "arXiv:2107.02021 Fig. 4"
    rows = ("4.1", "4.3", "4.13", "4.17", "4.18", "4.19")

    def draw(self) -> Sheet:
        """The limit, with annihilation beside it, the moment of the muon, other searches and the relic target."""
        found = scan(idm(MASSES_GEV), DISPLACED)
        wide = idm(WIDE_GEV)
        drawn = [
            found.mark("NA64, bremsstrahlung", DISPLACED),
            scan(idm(NEAR_GEV), DISPLACED, BOTH, 2000).edge("with annihilation: lower edge", DISPLACED),
            marks.of(moment(wide)),
            marks.of(api.gminus2(wide, delta=261e-11, sigma=78e-11), r"$(g-2)_\mu$ before 2021"),
            *others(idm, WIDE_GEV, ("babar-2017", "e137", "nucal", "charm")),
            marks.of(thermal_target(wide), "relic density"),
        ]
        panels = [Panel(MASS, EPS, drawn)]
        both = ("$(g-2)_\\mu$: ", "$(g-2)_\\mu$ before")
        curves = shown("4.18", panels, "NA64", *both, "BaBar", "E137", "NuCal", "CHARM", "relic density")
        return Sheet(panels, [*checks(found), curves], legend="arXiv:2107.02021, recomputed")


def checks(found: Scan) -> list[Check]:
    """Range of the exclusion, where it leaves the (g-2) line, and the cut on R."""
    mass, edges = found.model.mass, found.excluded(DISPLACED)
    depth = inside(edges, moment(found.model).coupling)
    high = mass > 0.05
    reach = last(mass[high], depth[high])
    end = float(mass[[bool(pairs) for pairs in edges]].max())
    opening = idm(np.array([3 / 0.4 * 2 * 0.511e-3]))
    low = float(scan(opening, DISPLACED).lowest(DISPLACED)[0])
    # the simple limit of S004 without systematic uncertainties, and that with them
    one = idm(np.array([0.3]))
    full = flow.limit(one, api.experiment(DISPLACED), processes=["bremsstrahlung"], **AS_PUBLISHED).coupling_upper[0]
    simple = scan(one, DISPLACED, events=10_000).lowest(DISPLACED)[0]
    cut, straight = r_cut(CUT_GEV), r_cut(CUT_GEV, "na64e-2018-displaced-on-axis")
    text = (
        f"{cut.mean():.1f} at 21 mrad between modules and bent beam (assumed: modules along the unbent one, "
        f"7 T m of S003); {straight.mean():.1f} if they follow the bent beam"
    )
    relic = thermal_target(idm(np.geomspace(0.3, 1.0, 15)))
    band = inside(moment(idm(relic.mass)).intervals, relic.coupling) > 0
    return [
        Check(
            "4.1/4.19",
            "central (g-2) line excluded up to m_A' [GeV] (issue of step 6: 10 %)",
            0.39,
            reach,
            relative(0.1),
        ),
        Check("4.18", "contour closes at m_A' [GeV] (issue of step 6: 10 %)", 0.47, end, relative(0.1)),
        Check("4.1", "lowest eps where chi2 -> chi1 e+ e- opens, m_A' = 7.7 MeV", 3e-5, low, relative(0.1)),
        Check(
            "4.13",
            "efficiency of R < 0.06, mean of the excluded points [%] (issue of step 6: 8 points)",
            52.0,
            float(cut.mean()),
            absolute(8),
            text,
        ),
        Check("4.13", "efficiency of R < 0.06, least of the excluded points [%]", 45.0, float(cut.min()), absolute(8)),
        Check("4.17", "limit with nuisances over N > 2.3 at 0.3 GeV", 1.0, float(full / simple), relative(0.05)),
        Check.statement("4.3", "relic line and (g-2) band meet between 0.3 and 1 GeV", bool(band.any())),
    ]


def r_cut(mass: Array, experiment: str = DISPLACED) -> Array:
    """Share of S1 decays that pass the cut on R, in percent, at the excluded points of (mass, coupling)."""
    model = idm(mass)
    full, free = (scan(model, experiment, cuts={"periphery_below": r}, events=2000) for r in (0.06, 2.0))
    edges = full.excluded(experiment)
    inside = np.array([[any(low < c < high for low, high in pairs) for c in COUPLINGS] for pairs in edges])
    passed, every = (x.signals[0][0].events(COUPLINGS) for x in (full, free))
    return np.asarray(100 * passed[inside] / every[inside])
