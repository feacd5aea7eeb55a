"""S003 Fig. 3: NA64 limits on eps with annihilation."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative, styles
from darktarget_papers.shared.as_published import NOTE
from darktarget_papers.shared.moment import ELECTRON, MUON_BAND
from darktarget_papers.shared.s003 import CURVES, limit

MASSES_GEV = np.unique(np.concatenate([np.geomspace(1e-3, 1, 91), np.linspace(0.18, 0.34, 65)]))
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-3, 1)
EPS = Axis("epsilon", r"$\varepsilon$", 1e-5, 1e-2)

STRAHLUNG, FERMION, SCALAR = "bremsstrahlung only", "fermion, alpha_D = 0.1", "scalar, alpha_D = 0.1"
OTHERS = ("babar-2017", "e949", "na62", ELECTRON, MUON_BAND)
PUBLISHED = {0.225: 2.43e-4, 0.23: 2.25e-4, 0.24: 2.47e-4}  # read off the published fermion curve


class S003Fig3:
    """eps against m_A' for fermion and scalar dark matter, with an e+ beam and for bremsstrahlung alone, and others."""

    name = "s003-fig3"
    caption = (
        f"NA64 2016-2018 limits with resonant annihilation, 90 % CL, m_A'/m_chi = 3, beside other searches; {NOTE}"
    )
    source = "arXiv:2108.04195 Fig. 3 (NA64 recomputed, other searches recast)"
    rows = ("3.3", "3.26", "3.28", "3.30")

    def draw(self) -> Sheet:
        """Five curves, projections dashed, over other searches and the band of the muon's magnetic moment."""
        look = {STRAHLUNG: styles.COMPARISON}
        drawn = [
            marks.of(limit(label, MASSES_GEV), label.replace("alpha_D", r"$\alpha_D$"), style=look.get(label))
            for label in CURVES
        ]
        others = api.curves(OTHERS, api.model("dark-photon", mass=MASSES_GEV))
        drawn += [marks.of(other) for other in others]
        return Sheet([Panel(MASS, EPS, drawn)], self.checks(), legend="NA64, recomputed (arXiv:2108.04195)")

    def checks(self) -> list[Check]:
        """Numbers that S003 states or that its curves show."""
        at_230 = {label: eps(label, 0.23) for label in (STRAHLUNG, FERMION, SCALAR)}
        gains = [at_230[STRAHLUNG] / at_230[label] for label in (FERMION, SCALAR)]
        ratio = eps(SCALAR, 0.24, alpha_D=0.5) / eps(SCALAR, 0.24)
        return [
            Check("3.3", "mass where NA64 with annihilation crosses BaBar [GeV]", 0.296, crossing(), relative(0.1)),
            Check("3.26", "improvement in eps at 230 MeV, fermion", 4.25, gains[0], relative(0.12)),
            Check("3.26", "improvement in eps at 230 MeV, scalar", 4.7, gains[1], relative(0.12)),
            Check("3.30", "scalar limit, alpha_D 0.5 over 0.1, at 240 MeV", 1.0, ratio, relative(0.05)),
            *(
                Check("3.28", f"eps at {m:g} GeV, fermion", paper, eps(FERMION, m), relative(0.15))
                for m, paper in PUBLISHED.items()
            ),
        ]


def crossing() -> float:
    """Mediator mass (GeV) above which BaBar's limit is the stronger one."""
    mass = np.linspace(0.24, 0.4, 33)
    other = api.constraint("babar-2017", api.model("dark-photon", mass=mass)).coupling
    ratio = np.log(limit(FERMION, mass).coupling_upper / other)
    first = int(np.argmax(ratio > 0))
    step = mass[first] - mass[first - 1]
    return float(mass[first] - step * ratio[first] / (ratio[first] - ratio[first - 1]))


def eps(label: str, mass: float, **changes: float) -> float:
    """The limit of one curve at one mass."""
    return float(limit(label, mass, **changes).coupling_upper[0])
