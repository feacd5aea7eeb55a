r"""L_mu - L_tau gauge boson, which electrons see through muon and tau loops.

.. math:: \mathcal L = g'Z'_\mu\left(\bar\mu\gamma^\mu\mu - \bar\tau\gamma^\mu\tau + \bar\nu_\mu\gamma^\mu P_L\nu_\mu
          - \bar\nu_\tau\gamma^\mu P_L\nu_\tau\right) + g_DZ'_\mu J_D^\mu

and no kinetic mixing at high energy. The loops mix Z' with the photon,

.. math:: \epsilon(q^2) = \frac{e g'}{2\pi^2}\int_0^1dx\,x(1-x)\ln\frac{m_\tau^2-x(1-x)q^2}{m_\mu^2-x(1-x)q^2}

(g'/69 at q^2 = 0), so that electrons and quarks couple with eps(q^2) e times their charge. Z' decays to both neutrino
flavours, g'^2 M/(24 pi) each, which is all there is below 2 m_mu at tree level. Dark matter is optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from darktarget.core import Array
from darktarget.decays.loop_mixing import loop_mixing
from darktarget.decays.r_ratio import ELECTROMAGNETIC
from darktarget.decays.two_body import vector_to_dirac
from darktarget.models.base.gauged import GaugedModel
from darktarget.units import ALPHA, LEPTON_MASS


class LMuLTau(GaugedModel):
    """The gauge boson of L_mu - L_tau.

    >>> model = LMuLTau(mass=0.1)
    >>> print(f"1/{1 / model.lepton_coupling('electron')[0]:.1f}")
    1/66.9
    """

    name = "l-mu-l-tau"
    references = ("2404.06982", "2107.13297", "2104.03297")
    charges: ClassVar[Mapping[str, float]] = MappingProxyType({"muon": 1.0, "tau": -1.0})
    quarks = ELECTROMAGNETIC  # through the loop

    def lepton_coupling(self, lepton: str) -> Array:
        """Coupling on the mass shell in units of e g': the loop for electrons, charge/e for the others, [point]."""
        return mixing(self.mass) if lepton in ("electron", "positron") else super().lepton_coupling(lepton)

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """To muons and taus with g', to electrons with the loop at this virtual mass; at unit coupling."""
        if lepton == "electron":
            return vector_to_dirac(mass, LEPTON_MASS[lepton], ALPHA * mixing(mass) ** 2)
        return super().lepton_width(lepton, mass)

    def hadron_strength(self, mass: Array) -> Array:
        """Through the loop: alpha |eps/g'|^2, the shape of ``mass``."""
        return np.asarray(ALPHA * mixing(mass) ** 2)


def mixing(mass: Array) -> Array:
    """|eps(q^2)|/g' of the muon and tau loops at q^2 = mass^2, any shape.

    >>> print(f"1/{1 / mixing(np.array([1e-3]))[0]:.1f}")
    1/69.3
    """
    return np.abs(loop_mixing(mass, LMuLTau.charges))
