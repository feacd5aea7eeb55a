"""S001 Fig. 7: y against the ratio of the masses."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Remedy, Sheet, marks, relative, shown
from darktarget.numerics.interpolation import log_linear
from darktarget_papers.shared.s001 import BOTH, EXPOSURES, S001, Scan, idm, inside, others, scan

#: (m_chi1 in GeV, splitting, alpha_D)
PANELS = ((0.010, 0.1, 0.1), (0.150, 0.4, 0.5))
RATIOS = (np.geomspace(2.5, 100, 12), np.concatenate([np.geomspace(2.5, 6, 14), np.geomspace(7, 30, 5)]))
NEAR_GEV = np.array([0.19, 0.21, 0.235, 0.26, 0.29, 0.32, 0.37, 0.43])  # of the mediator
AXES = tuple(
    (
        Axis("mass_ratio", r"$R=m_{A'}/m_{\chi_1}$", 2.5, top),
        Axis("y", r"$y=\varepsilon^2\alpha_D(m_{\chi_1}/m_{A'})^4$", low, high),
    )
    for top, low, high in ((100, 1e-15, 1e-7), (100, 1e-12, 1e-5))
)
PLANE = marks.Plane(lambda r: r.mass / r.dark_mass, marks.Y.y)


class S001Fig7:
    """y against R for two masses."""

    name = "s001-fig7"
    caption = (
        "NA64 semi-visible recast for iDM against R: m_chi1 = 10 MeV (left) and 150 MeV (right), 90 % CL; "
        "elastic form factor"
    )
    source = "arXiv:2302.05414 Fig. 7"
    rows = ("1.33", "1.34", "1.35")

    def draw(self) -> Sheet:
        """Two panels."""
        scans = [scan(point(r, p), events=1500) for p, r in zip(PANELS, RATIOS, strict=True)]
        panels = [
            Panel(
                *axes,
                self.marks(p, found),
                rf"$m_{{\chi_1}}$ = {1e3 * p[0]:g} MeV, $\Delta$ = {p[1]:g} $m_{{\chi_1}}$, $\alpha_D$ = {p[2]:g}",
            )
            for p, found, axes in zip(PANELS, scans, AXES, strict=True)
        ]
        curves = shown("1.33", panels, "NA64", "1e12", "5e12", "BaBar", "relic density")
        return Sheet(panels, [*checks(scans), curves], legend="arXiv:2302.05414, recomputed; EOT")

    def marks(self, p: tuple[float, float, float], found: Scan) -> list[marks.Mark]:
        """One panel."""
        wide = np.geomspace(2.5, 100, 60)
        ratio = NEAR_GEV / p[0]
        near = scan(point(ratio[ratio > 2.45].clip(2.5), p), processes=BOTH, events=1000)
        return [
            *(found.mark(label, name, PLANE) for label, name in EXPOSURES),
            near.edge("with annihilation", S001, PLANE),
            *others(lambda r: point(r, p), wide, ("babar-2017",), PLANE),
            marks.of(api.relic_target(point(wide, p)), "relic density", PLANE),
        ]


def point(ratio: Array, p: tuple[float, float, float]) -> Model:
    """The model of a panel."""
    return idm(p[0] * ratio, p[1], p[2], ratio)


def end(found: Scan, p: tuple[float, float, float], normalised: bool = False) -> float:
    """R up to which the relic line is excluded neither by NA64 nor by BaBar."""
    ratio = np.geomspace(2.5, 28, 120)
    fine = point(ratio, p)
    target = api.relic_target(fine).coupling
    one = found.published(S001) if normalised else found
    edge = log_linear(found.model.mass, one.lowest(S001), fine.mass, outside="hold")
    free = (target < edge) & (inside(api.constraint("babar-2017", fine).intervals, target) < 0)
    return float(ratio[np.argmin(free)])


def checks(scans: list[Scan]) -> list[Check]:
    """Where the relic lines are unprobed, and that they fall towards the resonance."""
    left, right = (end(s, p) for s, p in zip(scans, PANELS, strict=True))
    scaled = end(scans[0], PANELS[0], normalised=True)
    other = (PANELS[0][0], PANELS[0][1], 0.15)
    changed = end(scan(point(RATIOS[0], other), events=1500), other)
    depleted = api.relic_target(point(np.array([2.5, 3.0]), PANELS[0])).y
    return [
        Check(
            "1.33/1.34", "m_chi1 = 10 MeV: relic line unprobed up to R", 6.0, left, relative(0.15),
            f"{scaled:.2f} when normalised to the published limit; the paper has about 6, where our relic "
            "y is 1.7 times the limit",
            Remedy("alpha_D = 0.15 (limit on y higher by 1.5)", changed),
        ),
        Check("1.33/1.34", "m_chi1 = 150 MeV: relic line unprobed up to R", 3.3, right, relative(0.15)),
        Check.statement("1.35", "relic y is lower at R = 2.5 than at R = 3: depletion", depleted[0] < depleted[1]),
    ]  # fmt: skip
