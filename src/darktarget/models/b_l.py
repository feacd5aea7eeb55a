r"""B-L gauge boson: :math:`\mathcal L = g'Z'_\mu\left(\tfrac13\sum_q\bar q\gamma^\mu q - \sum_l\bar l\gamma^\mu l
- \sum_l\bar\nu_l\gamma^\mu\nu_l\right) + g_DZ'_\mu J_D^\mu`.

Left-handed neutrinos only (right-handed ones are heavy). Hadrons follow the baryon current: only omega- and phi-like
states below 2 GeV (``decays.r_ratio``). Dark matter is optional; its coupling is free (alpha_D).
"""

from __future__ import annotations

import numpy as np

from darktarget.core import Array
from darktarget.decays.r_ratio import BARYON
from darktarget.decays.two_body import vector_to_dirac
from darktarget.models.base.gauged import UNIT_ALPHA, E, GaugedModel
from darktarget.units import LEPTON_MASS


class BL(GaugedModel):
    """The gauge boson of B-L.

    >>> model = BL(mass=0.1)
    >>> print(f"{model.invisible_fraction()[0]:.4f}")
    0.6000
    """

    name = "b-l"
    references = ("1801.04847",)
    quarks = BARYON
    neutrinos = ("nu_e", "nu_mu", "nu_tau")

    def lepton_coupling(self, lepton: str) -> Array:
        """1/e for every charged lepton, [point]."""
        return np.full(self.points, 1 / E)

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """g'^2 M/(12 pi) (1 + 2 r^2) beta at unit coupling."""
        return vector_to_dirac(mass, LEPTON_MASS[lepton], UNIT_ALPHA)

    def hadron_strength(self, mass: Array) -> Array:
        """g'^2/(4 pi) at unit coupling, the shape of ``mass``."""
        return np.full_like(mass, UNIT_ALPHA)
