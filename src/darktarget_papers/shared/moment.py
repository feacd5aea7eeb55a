"""Magnetic moments as the papers use them, whatever the default of today is."""

from __future__ import annotations

from typing import Final

from darktarget import api
from darktarget.core import Curve, Model

#: Of arXiv:2104.03281, (251 +- 59)e-11, which papers of 2021-2025 use.
MUON: Final = "wp2020"
#: The exclusion from the moment of the electron with alpha of Rb and the measurement of 2008, as in their plots.
ELECTRON: Final = "electron-g-2:rb2020"
#: The band of the muon, as ``api.curves`` names it.
MUON_BAND: Final = f"gminus2:{MUON}"


def moment(model: Model) -> Curve:
    """Couplings that give the anomaly of the muon of the White Paper of 2020."""
    return api.gminus2(model, anomaly=MUON)
