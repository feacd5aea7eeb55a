"""S002: inelastic dark matter behind a scalar, at electron and muon beams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from darktarget import api, flow
from darktarget.core import Limit
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative
from darktarget.units import LEPTON_MASS, GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED, NOTE, thermal_target
from darktarget_papers.shared.moment import ELECTRON, moment
from darktarget_papers.shared.s002 import UNKNOWN, muons

SPLITTING = 0.05
MASSES_GEV = np.unique(np.concatenate([np.geomspace(0.003, 1, 50), np.linspace(0.18, 0.34, 17)]))
MASS = Axis("m_chi1_GeV", r"$m_{\chi_1}$ [GeV]", 1e-3, 0.33)
YUKAWA = Axis("c_ee", r"$c^\phi_{ee}/e$", 1e-8, 1e-2)
MUON = LEPTON_MASS["muon"] / LEPTON_MASS["electron"]
#: experiment -> name, coupling of its beam lepton over that of the electron, note
RUNS = {
    "na64e-2022": ("NA64e 2016-2022", 1.0, None),
    "na64mu-2022": ("NA64mu 2022", MUON, None),
    "na64e-5e12": ("NA64e, 5e12 EOT", 1.0, None),
    "na64mu-5e13": ("NA64mu, 5e13 MOT", MUON, muons(5e13)),
    "ldmx-8gev": ("LDMX, 8 GeV", 1.0, UNKNOWN),
}


class S002ScalarIdm:
    """Coupling to electrons against m_chi1, couplings as lepton masses, 90 % CL."""

    name = "s002-scalar-idm"
    caption = (
        "Scalar-portal inelastic dark matter, couplings as lepton masses, splitting 0.05, m_phi/m_chi1 = 3, 90 % CL; "
        f"{NOTE}"
    )
    source = "arXiv:2505.04290; S002 (shows no figure of it)"
    rows = ("2.18", "6.7")

    def draw(self) -> Sheet:
        """Missing energy at three beams, magnetic moments, and the thermal target."""
        return Sheet(
            [Panel(MASS, YUKAWA, list(curves()))], checks(), legend=r"$c_{ee}:c_{\mu\mu}:c_{\tau\tau}$ as masses"
        )


def curves() -> Iterator[marks.Mark]:
    """Every coupling as that of the electron."""
    model = api.model("scalar-idm", mass=MASSES_GEV, splitting=SPLITTING)
    for name, (label, ratio, note) in RUNS.items():
        yield marks.of(reach(name), label, plane(ratio), note=note)
    yield marks.of(api.constraint(ELECTRON, model), plane=plane(1.0))
    yield marks.of(moment(model), plane=plane(MUON))
    yield marks.of(thermal_target(model), "thermal target", plane(1.0))


def plane(ratio: float) -> marks.Plane:
    """Against m_chi1, with a coupling that is ``ratio`` times that of the electron."""
    return marks.Plane(lambda r: r.dark_mass / GeV, lambda r, g: g / ratio)


def reach(experiment: str, mass: Any = MASSES_GEV) -> Limit:
    """The limit on the coupling of the beam lepton."""
    model = api.model("scalar-idm", mass=mass, splitting=SPLITTING)
    return flow.limit(model, api.experiment(experiment), nuisances="none", **AS_PUBLISHED)


def checks() -> list[Check]:
    """Ratio of the couplings, final states, and which beams have a reach."""
    model = api.model("scalar-idm", mass=0.3, splitting=SPLITTING, coupling=1e-3)
    channels = {channel.label: channel for channel in model.channels()}
    electrons, muons = (float(channels[f"{c}+ {c}-"].at(np.array([[100 * GeV]]))[0, 0]) for c in ("e", "mu"))
    reached = all(np.isfinite(reach(name, 0.1).coupling_upper[0]) for name in RUNS)
    return [
        Check("2.18", "c_mumu/c_ee", MUON, float(np.sqrt(muons / electrons)), relative(1e-4)),
        Check.statement("2.18", "phi to chi1 chi2, chi2 to chi1 e+ e-", {"chi1 chi2", "chi1 e+ e-"} <= channels.keys()),
        Check.statement("6.7", "NA64e, NA64mu and LDMX reach it at 0.1 GeV", reached),
    ]
