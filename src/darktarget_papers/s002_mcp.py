"""S002: millicharged particles at NA64e, NA64mu and LDMX."""

from __future__ import annotations

from typing import Any

import numpy as np

from darktarget import api, flow
from darktarget.core import Limit
from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, relative, styles
from darktarget.production.mesons.photoproduction import MESONS, invisible_ratio
from darktarget_papers.shared.as_published import AS_PUBLISHED
from darktarget_papers.shared.s002 import UNKNOWN, muons

MASSES_GEV = np.unique(np.concatenate([np.geomspace(1e-3, 1.6, 60), np.linspace(0.36, 0.54, 10), [0.1, 1.5, 1.54]]))
MASS = Axis("m_chi_GeV", r"$m_\chi$ [GeV]", 1e-3, 2)
EPS = Axis("epsilon", r"$\varepsilon$", 1e-5, 1)
PHOTONS, MESON = "virtual-photon", "vector-meson"
#: label -> (experiment, processes, choices); S002 leaves annihilation out
CURVES: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "NA64e, 5e12 EOT": ("na64e-5e12", [PHOTONS, MESON], {}),
    "NA64mu, 1e14 MOT": ("na64mu-1e14", [PHOTONS], {}),
    "LDMX, 8 GeV, 2e16 EOT, classical Glauber": ("ldmx-8gev-2e16-ecal", [PHOTONS, MESON], {"glauber": "classical"}),
}
NOTES = dict(zip(list(CURVES)[1:], (muons(1e14), UNKNOWN), strict=True))
PARTS = {r"NA64e, $\gamma^*$ alone": PHOTONS, "NA64e, mesons alone": MESON}


class S002Mcp:
    """Charge of Dirac millicharged particles against their mass, 90 % CL."""

    name = "s002-mcp"
    caption = (
        "Millicharged particles at NA64e (5e12 EOT), NA64mu (1e14 MOT) and LDMX (2e16 EOT), 90 % CL; "
        "elastic form factor"
    )
    source = "arXiv:2204.03984 and arXiv:2505.04295; S002"
    rows = ("2.7", "2.8", "2.20")

    def draw(self) -> Sheet:
        """Three projections, what makes up that of NA64e, and SLAC's two published points."""
        drawn = [marks.of(reach(label, MASSES_GEV), label, note=NOTES.get(label)) for label in CURVES]
        for label, process in PARTS.items():
            alone = reach("NA64e, 5e12 EOT", MASSES_GEV, [process]).coupling_upper
            drawn.append(marks.line(label, MASSES_GEV, alone, styles.COMPARISON))
        drawn.append(marks.of(api.constraint("slac-mq", api.model("millicharge", mass=MASSES_GEV))))
        return Sheet([Panel(MASS, EPS, drawn)], checks())


def reach(label: str, mass: Any, processes: list[str] | None = None) -> Limit:
    """The limit of one curve."""
    experiment, made, choices = CURVES[label]
    model = api.model("millicharge", mass=mass)
    seen = api.experiment(experiment)
    return flow.limit(model, seen, processes=processes or made, nuisances="none", **{**AS_PUBLISHED, **choices})


def checks() -> list[Check]:
    """Windows that the abstracts state, and what NA64e's reach is made of."""
    electron, muon, ldmx = CURVES
    low, high = reach(muon, [0.01, 0.15]).coupling_upper
    pion = reach(ldmx, np.linspace(0.25, 0.38, 14)).coupling_upper
    pairs, mesons = (reach(electron, [0.01, 0.1, 0.3, 1.5], [p]).coupling_upper for p in (PHOTONS, MESON))
    ratio = float(invisible_ratio(api.model("millicharge", mass=1e-4), MESONS["phi"])[0])
    lead = bool((pairs[:2] < mesons[:2]).all() and (mesons[2:] < pairs[2:]).all())
    note = f"eps {pairs[0]:.2g} at 10 MeV, {mesons[2]:.2g} at 300 MeV, {mesons[3]:.2g} at 1.5 GeV"
    return [
        Check("2.7", "phi to light particles of charge 1 over phi to e+ e-", 1.0, ratio, relative(1e-3)),
        Check.statement("2.8", "gamma* leads up to 100 MeV, mesons from 300 MeV to 1.5 GeV", lead, note),
        Check("2.20", "NA64mu, eps at 10 MeV", 1e-4, float(low), factor(1.5)),
        Check("2.20", "NA64mu, eps at 150 MeV", 7e-4, float(high), factor(1.5)),
        Check("2.20", "LDMX, eps from 250 to 380 MeV, strongest", (1e-3, 1.5e-3), float(pion.min()), factor(1.5)),
        Check("2.20", "LDMX, eps from 250 to 380 MeV, weakest", (1e-3, 1.5e-3), float(pion.max()), factor(1.5)),
    ]
