"""S001 Fig. 6: y of inelastic dark matter for four choices of splitting, coupling and mass ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darktarget.core import Array, Curve, Model
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative, shown
from darktarget.figures.refine import Joined, refined
from darktarget.numerics.interpolation import semilog
from darktarget_papers.shared.as_published import NOTE, thermal_target
from darktarget_papers.shared.s001 import BOTH, EXPOSURES, S001, Scan, idm, inside, scan
from darktarget_papers.shared.searches import published

CHI_GEV = {
    0.1: np.geomspace(1e-3, 1, 18),
    0.4: np.concatenate([np.geomspace(1e-3, 0.08, 6), np.geomspace(0.1, 0.48, 16), [0.65, 1.0]]),
}
WIDE_GEV = np.geomspace(1e-3, 1, 30)
NEAR_GEV = np.linspace(0.19, 0.34, 7)  # of the mediator
#: (splitting, alpha_D, mass ratio); the ratio of the third is not legible in the paper
PANELS = ((0.1, 0.1, 3.0), (0.4, 0.1, 3.0), (0.1, 0.1, 10.0), (0.4, 0.5, 3.0))
CHI = Axis("m_chi_GeV", r"$m_{\chi_1}$ [GeV]", 1e-3, 1)
Y = Axis("y", r"$y=\varepsilon^2\alpha_D(m_{\chi_1}/m_{A'})^4$", 1e-16, 1e-5)
SEARCHES = ("babar-2017", "e137", "lsnd", "nucal", "charm")


class S001Fig6:
    """y against m_chi1 in four panels."""

    name = "s001-fig6"
    caption = f"NA64 semi-visible recast for thermal iDM, 90 % CL; the mass ratio of the third panel is assumed; {NOTE}"
    source = "arXiv:2302.05414 Fig. 6"
    rows = ("1.27", "1.28", "1.29", "1.30", "1.31", "1.32")

    def draw(self) -> Sheet:
        """NA64, projections, annihilation beside, other searches and the relic line."""
        parts = [Part.of(p) for p in PANELS]
        panels = [Panel(CHI, Y, part.marks(), part.title) for part in parts]
        curves = ("NA64", "1e12", "5e12", "E137", "LSND", "NuCal", "CHARM", "BaBar", "relic density")
        return Sheet(
            panels, [*checks(parts), shown("1.27", panels, *curves)], legend="arXiv:2302.05414, recomputed; EOT"
        )


@dataclass(frozen=True)
class Part:
    """One panel: splitting, alpha_D, mass ratio; the sample, other searches and the relic line."""

    at: tuple[float, float, float]
    found: Scan
    curves: Sequence[Curve]
    relic: Curve

    @classmethod
    def of(cls, at: tuple[float, float, float]) -> Part:
        """Calculate it."""
        wide = point(WIDE_GEV, at)
        curves = [published(name, wide) for name in SEARCHES]
        return cls(at, scan(point(CHI_GEV[at[0]], at), events=1500), curves, thermal_target(wide))

    @property
    def title(self) -> str:
        """Its parameters."""
        delta, alpha, ratio = self.at
        return rf"$\Delta$ = {delta:g} $m_{{\chi_1}}$, $\alpha_D$ = {alpha:g}, R = {ratio:g}"

    def marks(self) -> list[marks.Mark]:
        """What is drawn."""
        near = scan(point(NEAR_GEV / self.at[2], self.at), processes=BOTH, events=1000)
        return [
            *(self.found.mark(label, name, marks.Y) for label, name in EXPOSURES),
            near.edge("with annihilation", S001, marks.Y),
            *(marks.of(self._ends(curve), plane=marks.Y) for curve in self.curves),
            marks.of(self.relic, "relic density", marks.Y),
        ]

    def _ends(self, curve: Curve) -> Joined:
        """A search, with more points where its regions end."""
        return refined(lambda chi: published(curve.name, point(chi, self.at)), WIDE_GEV, curve)

    def inside(self, searches: Sequence[str]) -> Array:
        """By how much the relic line is excluded by some of the searches, on the wide grid."""
        rows = [inside(c.intervals, self.relic.coupling) for c in self.curves if c.name in searches]
        return np.asarray(np.max(rows, axis=0))

    def excluded(self, experiment: str, searches: Sequence[str] = (), normalised: bool = False) -> tuple[Array, Array]:
        """m_chi1 in GeV and by how much the relic line is excluded there."""
        mass = np.geomspace(1.05e-3, 0.45, 400)
        one = self.found.published(S001) if normalised else self.found
        line, edge = (
            semilog(x, np.log(v), mass)
            for x, v in ((WIDE_GEV, self.relic.coupling), (self.found.model.dark_mass, one.lowest(experiment)))
        )
        others = [semilog(WIDE_GEV, self.inside(searches), mass)] if searches else []
        return mass, np.max([line - edge, *others], axis=0)


def point(chi: Array, p: tuple[float, float, float]) -> Model:
    """The model of a panel."""
    return idm(chi * p[2], p[0], p[1], p[2])


def checks(parts: Sequence[Part]) -> list[Check]:
    """What is left of the relic lines."""
    thin, benchmark, heavy, strong = parts
    low = benchmark.found.model.dark_mass < 0.05
    shift = (strong.found.lowest(S001) ** 2 * 0.5 / (benchmark.found.lowest(S001) ** 2 * 0.1))[low]
    later = EXPOSURES[2][1]
    dumps = WIDE_GEV[thin.inside(("e137", "lsnd", "nucal", "charm")) > 0].min()
    whole, reached, wide = (span(*part.excluded(e, s)) for part, e, s in (
        (strong, S001, SEARCHES), (thin, later, ()), (heavy, later, ())))  # fmt: skip
    soon = span(*strong.excluded(EXPOSURES[1][1]))
    kept, left = (float((part.excluded(e)[1] > 0).mean()) for part, e in ((benchmark, S001), (strong, later)))
    babar = WIDE_GEV[heavy.inside(("babar-2017",)) > 0].min()
    return [
        Check("1.27/1.28", "y, alpha_D = 0.5 over 0.1, below 50 MeV", 5.0, float(shift.mean()), relative(0.01)),
        Check.statement(
            "1.29", "alpha_D = 0.1, Delta = 0.4: relic line essentially excluded", kept > 0.9, f"{kept:.0%}"
        ),
        Check("1.29", "alpha_D = 0.5: relic line open above m_chi1 [MeV]", 110, 1e3 * whole, relative(0.15)),
        Check("1.30", "alpha_D = 0.5: 1e12 covers it up to m_chi1 [GeV]", 0.25, soon, relative(0.15)),
        Check.statement("1.30", "alpha_D = 0.5: 5e12 covers nearly all of it", left > 0.95, f"{left:.0%}"),
        Check("1.31", "Delta = 0.1: dumps cover the relic line above m_chi1 [MeV]", 12, 1e3 * dumps, relative(0.2)),
        Check.statement("1.31", "Delta = 0.1: 5e12 covers it from 1 to 100 MeV", reached > 0.1, f"{reached:.3f} GeV"),
        Check.statement(
            "1.32", "R = 10: 5e12 covers it from 1 MeV to where BaBar begins", wide > babar, f"{wide:.3f} GeV"
        ),
    ]


def span(mass: Array, depth: Array) -> float:
    """The mass in GeV up to which the relic line is excluded from the lowest mass on."""
    return float(mass[np.argmax(depth <= 0)]) if (depth <= 0).any() else float(mass[-1])
