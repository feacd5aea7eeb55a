"""Magnetic moment of the muon, with the White Paper of 2025 by default, arXiv:2505.21476."""

from __future__ import annotations

from dataclasses import dataclass

from darktarget.constraints.base.magnetic_moment import MagneticMoment, MomentOptions
from darktarget.decays.anomalies import ANOMALY, anomalies_of, anomaly
from darktarget.options import option

LEPTON = "muon"


@dataclass(frozen=True)
class MuonMomentOptions(MomentOptions):
    """Options of the exclusion from the magnetic moment of the muon."""

    anomaly: str = option(anomalies_of(LEPTON)[0], ANOMALY, choices=lambda: anomalies_of(LEPTON))


class MuonG2(MagneticMoment):
    """Excluded where the one-loop contribution is larger than the difference of its sign plus z sigma."""

    options = MuonMomentOptions
    name = "muon-g-2"
    title = r"$(g-2)_\mu$"
    lepton = LEPTON
    references = (*anomaly(LEPTON).references, "0811.1030")
    published = anomaly(LEPTON).published
