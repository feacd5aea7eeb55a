"""Magnetic moment of the electron, with alpha of rubidium and the measurement of 2023 by default, arXiv:2209.13084."""

from __future__ import annotations

from dataclasses import dataclass

from darktarget.constraints.base.magnetic_moment import MagneticMoment, MomentOptions
from darktarget.decays.anomalies import ANOMALY, anomalies_of, anomaly
from darktarget.options import option

LEPTON = "electron"


@dataclass(frozen=True)
class ElectronMomentOptions(MomentOptions):
    """Options of the exclusion from the magnetic moment of the electron."""

    anomaly: str = option(anomalies_of(LEPTON)[0], ANOMALY, choices=lambda: anomalies_of(LEPTON))


class ElectronG2(MagneticMoment):
    """Excluded where the one-loop contribution is larger than the difference of its sign plus z sigma."""

    options = ElectronMomentOptions
    name = "electron-g-2"
    title = r"$(g-2)_e$"
    lepton = LEPTON
    references = (*anomaly(LEPTON).references, "0811.1030")
    published = anomaly(LEPTON).published
