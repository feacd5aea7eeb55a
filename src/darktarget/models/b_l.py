r"""B-L gauge boson: :math:`\mathcal L = g'Z'_\mu\left(\tfrac13\sum_q\bar q\gamma^\mu q - \sum_l\bar l\gamma^\mu l
- \sum_l\bar\nu_l\gamma^\mu\nu_l\right) + g_DZ'_\mu J_D^\mu`.

Left-handed neutrinos only (right-handed ones are heavy). Hadrons follow the baryon current: only omega- and phi-like
states below 2 GeV (``decays.r_ratio``). Dark matter is optional; its coupling is free (alpha_D).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from darktarget.decays.r_ratio import BARYON
from darktarget.models.base.gauged import GaugedModel
from darktarget.models.base.mediator import LEPTONS


class BL(GaugedModel):
    """The gauge boson of B-L.

    >>> model = BL(mass=0.1)
    >>> print(f"{model.invisible_fraction()[0]:.4f}")
    0.6000
    """

    name = "b-l"
    references = ("1801.04847",)
    quarks = BARYON
    # up to the common sign of all leptons, which no rate depends on
    charges: ClassVar[Mapping[str, float]] = MappingProxyType(dict.fromkeys(LEPTONS.values(), 1.0))
