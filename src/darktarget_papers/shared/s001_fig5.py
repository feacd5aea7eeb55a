"""S001 Fig. 5: inelastic Dirac dark matter and the moment of the muon, at two mixing angles."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.core import Array, Curve, Model
from darktarget.figures import Axis, Panel, Sheet, marks, shown
from darktarget.figures.checks import Check
from darktarget_papers.shared.as_published import thermal_target
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.s001 import EXPOSURES, Scan, others, scan

MASSES_GEV = np.concatenate([np.geomspace(1e-2, 0.2, 4), np.geomspace(0.27, 1.2, 13)])
WIDE_GEV = np.concatenate([np.geomspace(1e-2, 0.6, 16), np.linspace(0.66, 1.2, 10)])
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-2, 1.2)
EPS = Axis("epsilon", r"$\varepsilon$", 1e-5, 1e-1)


def i2dm(mass: Array, theta: float) -> Model:
    """The benchmark; the paper's text gives theta only, alpha_D = 0.5 brings the relic line to the (g-2) band."""
    return api.model("i2dm", mass=mass, theta=theta, alpha_D=0.5, splitting=0.4, mass_ratio=3)


def relic(theta: float) -> Curve:
    """The relic line on the wide grid."""
    return thermal_target(i2dm(WIDE_GEV, theta))


def closest(theta: float) -> float:
    """The relic line over the upper edge of the (g-2) band, where it comes closest above 0.3 GeV."""
    edge = np.array([pairs[0][1] for pairs in moment(i2dm(WIDE_GEV, theta)).intervals])
    return float(np.nanmin((relic(theta).coupling / edge)[WIDE_GEV > 0.3]))


def sheet(theta: float, found: Scan, checks: list[Check]) -> Sheet:
    """The panel of one angle."""
    wide = i2dm(WIDE_GEV, theta)
    drawn = [
        *(found.mark(label, name) for label, name in EXPOSURES),
        marks.of(moment(wide)),
        *others(lambda m: i2dm(m, theta), WIDE_GEV, ("cmb",)),
        marks.of(relic(theta), "relic density"),
    ]
    panels = [Panel(MASS, EPS, drawn, rf"$\theta$ = {theta:g}")]
    curves = shown("1.26", panels, "NA64", "1e12", "5e12", "CMB", "$(g-2)", "relic density")
    return Sheet(panels, [*checks, curves], legend="arXiv:2302.05414, recomputed; EOT")


def simulated(theta: float) -> Scan:
    """NA64's signal."""
    return scan(i2dm(MASSES_GEV, theta), events=800)
