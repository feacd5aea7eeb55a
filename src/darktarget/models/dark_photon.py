r"""Dark photon: kinetic mixing with the photon, decaying to a pair of dark particles.

.. math:: \mathcal L = -\tfrac14F'^2 + \tfrac12 m_{A'}^2A'^2 + \epsilon e\,A'_\mu J^\mu_{\rm em} + g_D A'_\mu J^\mu_D

The dark current is that of one Dirac fermion, of one Majorana fermion (axial, (g_D/2) chibar gamma gamma5 chi) or of
one complex scalar; particle and antiparticle are counted once each.
"""

from __future__ import annotations

import numpy as np

from darktarget.core import Array, Channel
from darktarget.decays.two_body import VECTOR_TO_DARK, vector_to_leptons
from darktarget.models._parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models._vector import VectorModel
from darktarget.units import ELECTRON_MASS, MUON_MASS, TAU_MASS


class DarkPhoton(VectorModel):
    """The dark photon A' with Dirac, Majorana or complex scalar dark matter.

    >>> model = DarkPhoton(mass=[0.01, 0.1], alpha_D=0.1)
    >>> [channel.label for channel in model.channels()][0]
    'chi chibar'
    """

    name = "dark-photon"
    mediator = "A'"
    references = ("2108.04195",)
    processes = ("bremsstrahlung",)
    parameters = (
        MASS,
        COUPLING,
        ALPHA_D,
        MASS_RATIO,
        Parameter("dm", "kind of dark matter", default="dirac", choices=tuple(VECTOR_TO_DARK)),
    )

    def charge(self, lepton: str) -> Array:
        """1 for every charged lepton: the coupling is eps e."""
        return np.ones(self.points)

    def channels(self) -> tuple[Channel, ...]:
        """A' to dark matter (coupling^0) and to charged leptons (coupling^2); hadrons are not included yet."""
        dark = VECTOR_TO_DARK[self.values["dm"]](self.mass, self.dark_mass, self.values["alpha_D"])
        pair = ("chi", "chi") if self.values["dm"] == "majorana" else ("chi", "chibar")
        visible = (("e", ELECTRON_MASS), ("mu", MUON_MASS), ("tau", TAU_MASS))
        return (
            Channel(self.mediator, pair, dark, 0.0, True),
            *(
                Channel(self.mediator, (f"{s}+", f"{s}-"), vector_to_leptons(self.mass, m), 2.0, False)
                for s, m in visible
            ),
        )
