"""S001 Fig. 7: y against the ratio of the masses."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative
from darktarget.figures._s001 import BOTH, EXPOSURES, S001, Scan, idm, inside, others, scan

#: (m_chi1 in GeV, splitting, alpha_D)
PANELS = ((0.010, 0.1, 0.1), (0.150, 0.4, 0.5))
RATIOS = (np.geomspace(2.5, 100, 12), np.concatenate([np.geomspace(2.5, 6, 14), np.geomspace(7, 30, 5)]))
NEAR_GEV = np.linspace(0.19, 0.36, 8)  # of the mediator
RATIO = Axis("mass_ratio", r"$R=m_{A'}/m_{\chi_1}$", 2.5, 100)
Y = Axis("y", r"$y=\varepsilon^2\alpha_D(m_{\chi_1}/m_{A'})^4$", 1e-15, 1e-6)
PLANE = marks.Plane(lambda r: r.mass / r.dark_mass, marks.Y.y)


class S001Fig7:
    """y against R for two masses."""

    name = "s001-fig7"
    caption = "NA64 semi-visible recast for iDM against R: m_chi1 = 10 MeV (left) and 150 MeV (right), 90 % CL"
    source = "arXiv:2302.05414 Fig. 7"
    rows = ("1.33", "1.34", "1.35")

    def draw(self) -> Sheet:
        """Two panels."""
        scans = [scan(point(r, p), events=1500) for p, r in zip(PANELS, RATIOS, strict=True)]
        panels = [
            Panel(RATIO, Y, self.marks(p, found), rf"$m_{{\chi_1}}$ = {1e3 * p[0]:g} MeV, $\Delta$ = {p[1]:g} $m_{{\chi_1}}$, $\alpha_D$ = {p[2]:g}")
            for p, found in zip(PANELS, scans, strict=True)
        ]
        return Sheet(panels, checks(scans), legend="arXiv:2302.05414, recomputed; EOT")

    def marks(self, p: tuple[float, float, float], found: Scan) -> list[marks.Mark]:
        """One panel."""
        wide = point(np.geomspace(2.5, 100, 60), p)
        near = scan(point(np.maximum(NEAR_GEV / p[0], 0), p) if p[0] < 0.1 else point(np.linspace(2.5, 3, 4), p), processes=BOTH, events=1000)
        return [
            *(found.mark(label, name, PLANE) for label, name in EXPOSURES),
            near.edge("with annihilation", S001, PLANE),
            *others(wide, ("babar-2017",), PLANE),
            marks.of(api.relic_target(wide), "relic density", PLANE),
        ]


def point(ratio: Array, p: tuple[float, float, float]) -> Model:
    """The model of a panel."""
    return idm(p[0] * ratio, p[1], p[2], ratio)


def open_ratios(found: Scan, p: tuple[float, float, float], experiment: str = S001, normalised: bool = False) -> Array:
    """R at which the relic line is excluded neither by NA64 nor by BaBar."""
    ratio = np.geomspace(2.5, 28, 120)
    fine = point(ratio, p)
    target = api.relic_target(fine).coupling
    one = found.published(S001) if normalised else found
    edge = np.exp(np.interp(np.log(fine.mass), np.log(found.model.mass), np.log(one.lowest(experiment))))
    return np.asarray(ratio[(target < edge) & (inside(api.constraint("babar-2017", fine).intervals, target) < 0)])


def checks(scans: list[Scan]) -> list[Check]:
    """Where the relic lines are unprobed, and that they fall towards the resonance."""
    left, right = (open_ratios(s, p) for s, p in zip(scans, PANELS, strict=True))
    print(left, right, *(open_ratios(s, p, normalised=True) for s, p in zip(scans, PANELS, strict=True)))
    at = point(np.array([2.5, 3.0]), PANELS[0])
    depleted = api.relic_target(at).y
    ends = [float(found.max()) if found.size else np.nan for found in (left, right)]
    return [
        Check("1.33/1.34", "m_chi1 = 10 MeV: relic line unprobed up to R", 6.0, ends[0], relative(0.15)),
        Check("1.33/1.34", "m_chi1 = 150 MeV: relic line unprobed up to R", 3.3, ends[1], relative(0.15)),
        Check.statement("1.35", "relic y at R = 2.5 below that at R = 3: resonant depletion", depleted[0] < depleted[1]),
    ]
