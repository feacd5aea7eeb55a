"""S001 Fig. 3: NA64's recast for semi-visible dark photons."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, relative
from darktarget.figures._s001 import BOTH, EXPOSURES, S001, Scan, idm, inside, last, others, scan

MASSES_GEV = np.unique(np.concatenate([np.geomspace(1e-3, 0.3, 10), np.linspace(0.3, 1.02, 25), np.geomspace(1.06, 1.5, 8)]))
NEAR_GEV = np.linspace(0.18, 0.36, 13)
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-3, 1.5)
EPS = Axis("epsilon", r"$\varepsilon$", 3e-6, 1e-1)


class S001Fig3:
    """eps against m_A' with decays in the target and behind the detector."""

    name = "s001-fig3"
    caption = "NA64 semi-visible recast, 90 % CL, alpha_D = 0.1, m_A'/m_chi = 3, Delta/m_chi = 0.4"
    source = "arXiv:2302.05414 Fig. 3"
    rows = ("1.16", "1.17", "1.19", "1.20", "1.21", "1.23", "1.41", "1.42")

    def draw(self) -> Sheet:
        """Limit and projections, also normalised to the published invisible limit, and what others say."""
        found, wide = scan(idm(MASSES_GEV)), idm(np.geomspace(1e-3, 1.5, 120))
        near = scan(idm(NEAR_GEV), processes=BOTH, events=2000)
        drawn = [
            *(found.mark(label, name) for label, name in EXPOSURES),
            found.published(S001).edge("normalised to the published invisible limit", S001),
            near.edge("with annihilation", S001),
            marks.of(api.gminus2(wide)),
            *others(wide, ("babar-2017", "e137", "nucal", "charm", "lep")),
            marks.of(api.relic_target(wide), "relic density"),
        ]
        checks = [*reach(found), *feature(found), *projections(found), beside(near)]
        return Sheet([Panel(MASS, EPS, drawn)], checks, legend="arXiv:2302.05414, recomputed; EOT")


def reach(found: Scan) -> list[Check]:
    """Where the limit leaves the (g-2) band and the relic line."""
    mass = found.model.mass
    low = np.array([pairs[0][0] for pairs in api.gminus2(found.model).intervals])
    relic, keep = api.relic_target(found.model).coupling, mass > 0.05
    rows = []
    for text, one, within in (("first principles", found, relative(0.1)), ("normalised to the published limit", found.published(S001), relative(0.05))):
        edges = one.excluded(S001)
        for row, line, paper, tolerance in (("1.17", low, 1.14, within), ("1.19", relic, 0.82, relative(0.1))):
            rows.append((row, text, paper, last(mass[keep], inside(edges, line)[keep]), tolerance))
    what = {"1.17": "lower 2 sigma edge of (g-2) excluded up to m_A' [GeV]", "1.19": "relic line probed up to m_A' [GeV]"}
    return [Check(row, f"{what[row]}, {text}", paper, ours, within) for row, text, paper, ours, within in rows]


def feature(found: Scan) -> list[Check]:
    """Where the lower edge is raised above the invisible limit, and the decay length there."""
    mass = found.model.mass
    raised = found.lowest(S001) / np.sqrt(2.302585 / found.counts(S001).curve.events[:, 0, 0, 0]) / 1e-6
    wide = mass[(raised > 1.1) & (mass > 0.2)]
    peak = int(np.nanargmax(raised)); print(list(zip(mass.round(3),raised.round(3))))
    return [
        Check("1.20", "feature from m_A' [GeV] (edge raised by 10 %)", (0.36, 0.41), float(wide.min()), relative(0.1)),
        Check("1.20", "feature up to m_A' [GeV]", (0.75, 1.0), float(wide.max()), relative(0.1)),
        Check("1.20", "feature: largest factor", (1.8, 2.7), float(raised[peak]), relative(0.05)),
        Check("1.20", "feature: m_A' of the largest factor [GeV]", (0.42, 0.50), float(mass[peak]), relative(0.05)),
        Check("1.21", "decay length of chi2 at 0.39 GeV, (g-2) centre, E2 = 100 GeV [m]", 2.5, length(0.39), factor(1.3)),
    ]


def length(mass: float) -> float:
    """Decay length in m of a chi2 of 100 GeV on the central (g-2) line."""
    model = idm(np.array([mass]))
    eps = float(api.gminus2(model).coupling[0])
    proper = float(model.proper_length("chi2", coupling=eps)[0])
    return 1e-2 * proper * 100 / float(model.states()[1].mass[0])


def projections(found: Scan) -> list[Check]:
    """What is left of the relic line, the bound of LEP, the earlier search."""
    relic, keep = api.relic_target(found.model).coupling, found.model.mass > 0.0077
    open_ = {name: (inside(found.excluded(name), relic) < 0)[keep] for _, name in EXPOSURES}
    lep = api.constraint("lep", idm(np.array([0.1]))).coupling[0]
    text = {"1e12": "tips of the relic line left at 1e12", "5e12": "relic line covered at 5e12"}
    print(open_, found.model.mass[keep]); share = {label: float(open_[name].mean()) for label, name in EXPOSURES}
    left = found.model.mass[keep][open_["na64e-5e12-semi-visible"]]
    note = f"open at {left} GeV" if left.size else ""
    return [
        Check.statement("1.23", f"{text['1e12']}: less of it than now, not nothing", 0 < share["1e12"] < share["NA64, 2.84e11"]),
        Check.statement("1.23", text["5e12"], share["5e12"] == 0, note),
        Check("1.42/1.16", "LEP: eps above", 0.03, float(lep), relative(1e-6)),
    ]


def beside(near: Scan) -> Check:
    """What annihilation adds."""
    alone = scan(near.model, events=2000)
    gain = float(np.nanmax(alone.lowest(S001) / near.lowest(S001)))
    return Check("1.41", "improvement in eps with annihilation, 200-300 MeV (its square in events)", (4.25, 10), gain, factor(1.15))
