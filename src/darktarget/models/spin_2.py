r"""Spin-2 mediator: the graviton-like field of a massive particle.

.. math:: \mathcal L = -c\,h_{\mu\nu}\,(T_l + c_g T_\gamma)^{\mu\nu} - c_D\,h_{\mu\nu}T_{\rm DM}^{\mu\nu}

``coupling`` is c in 1/GeV. ``photons``: universal (c_g = 1, the default: leptons, photons and the nuclei that they
scatter off, T conserved) or leptons-only (c_g = 0: not conserved, rates grow as m_G^-4). alpha_D = c_D^2/(4 pi) in
GeV^-2, for Dirac, Majorana, complex scalar or real vector dark matter. Decays to hadrons are not included.
At the default, 0.1 GeV^-2, c_D is above any c within reach, and the mediator decays to dark matter.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

from darktarget.core import TENSOR, TENSOR_LEPTONS, Array
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.models.base.parameters import ALPHA_D, MASS, MASS_RATIO, Parameter
from darktarget.models.base.two_photon import TwoPhotonModel
from darktarget.units import ELECTRON_CHARGE_SQUARED, LEPTON_MASS, GeV

COUPLED_TO = MappingProxyType({"universal": TENSOR, "leptons-only": TENSOR_LEPTONS})
PHOTON_COUPLING = MappingProxyType({"universal": 1.0, "leptons-only": 0.0})  # c_g


class Spin2(TwoPhotonModel):
    """A massive spin-2 mediator.

    >>> model = Spin2(mass=0.1, dm="vector")
    >>> [channel.label for channel in model.channels()]
    ['chi chi', 'e+ e-', 'mu+ mu-', 'tau+ tau-', 'gamma gamma']
    """

    name = "spin-2"
    mediator = "G"
    structure = TENSOR
    references = ("2210.00751", "2412.10150")
    parameters = (
        MASS,
        Parameter("coupling", "c, coupling to the energy-momentum tensor, in 1/GeV", optional=True, below=10.0),
        Parameter("alpha_D", "c_D^2/(4 pi) of the dark energy-momentum tensor, in GeV^-2", default=ALPHA_D.default),
        MASS_RATIO,
        Parameter("dm", "kind of dark matter", default="dirac", choices=("dirac", "majorana", "scalar", "vector")),
        Parameter(
            "photons",
            "whether the energy and momentum of photons couple as well",
            default="universal",
            choices=tuple(COUPLED_TO),
        ),
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.structure = COUPLED_TO[self.values["photons"]]

    def lepton_coupling(self, lepton: str) -> Array:
        """c = coupling/GeV in units of e * coupling."""
        return np.full(self.points, 1 / (np.sqrt(ELECTRON_CHARGE_SQUARED) * GeV))

    @property
    def dark_alpha(self) -> Array:
        """c_D^2/(4 pi) in internal units, [point]."""
        return np.asarray(self.values["alpha_D"] / GeV**2)

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        r"""Width to leptons at c = 1/GeV, :math:`\frac{c^2M^3}{160\pi}(1+\frac83m^2/M^2)\beta^3`."""
        return TO_LEPTONS.of(self.structure, self.name)(mass, LEPTON_MASS[lepton], 1 / (4 * np.pi * GeV**2))

    def photon_strength(self) -> Array:
        r"""Width to two photons over M^3 at c = 1/GeV, :math:`\frac{c_g^2c^2}{80\pi}`, [point]."""
        c_g = PHOTON_COUPLING[self.values["photons"]]
        return np.full(self.points, c_g**2 / (80 * np.pi * GeV**2))
