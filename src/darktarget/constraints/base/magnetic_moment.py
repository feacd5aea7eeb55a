r"""Magnetic moments read as exclusions: no statement about an anomaly, only about what exceeds it.

.. math:: |\Delta a_{\rm model}| > \max(0, \pm\Delta a) + z\,\sigma

with the sign of the model's contribution: a measured difference of that sign adds room, one of the other sign does not
take room away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import erf, sqrt
from typing import ClassVar

import numpy as np

from darktarget.constraints.base.search import Search, above
from darktarget.core import Curve, Model
from darktarget.decays.anomalies import AnomalyOptions, anomaly
from darktarget.decays.magnetic_moment import contribution, words
from darktarget.options import option


@dataclass(frozen=True)
class MomentOptions(AnomalyOptions):
    """Options of the exclusion from a magnetic moment; those of a lepton restrict ``anomaly`` to its own."""

    z: float = option(2.0, "Standard deviations that a contribution has to exceed", above=0, below=8)


class MagneticMoment(Search):
    """Excluded where the one-loop contribution is larger than the difference of its sign plus z sigma.

    Attributes:
        lepton: electron or muon.
    """

    options = MomentOptions
    chosen: MomentOptions
    lepton: ClassVar[str]
    uncertainty = 0.05

    def apply(self, model: Model) -> Curve:
        r"""Couplings above :math:`[(\max(0,\pm\Delta a) + z\sigma)/|(\Delta a)_1|]^{1/2}`."""
        used, z = anomaly(self.lepton, self.chosen.anomaly), self.chosen.z
        unit = contribution(model, self.lepton)
        room = np.maximum(0.0, np.sign(unit) * used.delta) + z * used.sigma
        edge = np.sqrt(np.divide(room, np.abs(unit), out=np.full_like(room, np.nan), where=unit != 0))
        how = (
            f"{words(model, self.lepton)}; Delta a = {used.delta:g}, sigma {used.sigma:g} ({used.name}); "
            f"excluded above max(0, Delta a of the sign of the contribution) + {z:g} sigma"
        )
        none = f"{model.name} does not couple to the {self.lepton}"
        found = self.curve(model, above(edge), (how,), tuple(None if u else none for u in unit))
        return replace(
            found,
            title=rf"{used.symbol}, {z:g}$\sigma$: {used.value}",
            references=tuple(dict.fromkeys([*used.references, "0811.1030"])),
            published=used.published,
            cl=erf(z / sqrt(2)),
        )
