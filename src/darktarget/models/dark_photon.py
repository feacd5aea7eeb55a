r"""Dark photon: kinetic mixing with the photon, decaying to a pair of dark particles.

.. math:: \mathcal L = -\tfrac14F'^2 + \tfrac12 m_{A'}^2A'^2 + \epsilon e\,A'_\mu J^\mu_{\rm em} + g_D A'_\mu J^\mu_D

The dark current is that of one Dirac fermion, of one Majorana fermion (axial, (g_D/2) chibar gamma gamma5 chi) or of
one complex scalar; particle and antiparticle are counted once each.
"""

from darktarget.models.base.vector import VectorModel


class DarkPhoton(VectorModel):
    """The dark photon A' with Dirac, Majorana or complex scalar dark matter.

    >>> model = DarkPhoton(mass=[0.01, 0.1], alpha_D=0.1)
    >>> [channel.label for channel in model.channels()]
    ['chi chibar', 'e+ e-', 'mu+ mu-', 'tau+ tau-', 'hadrons']
    """

    name = "dark-photon"
    mediator = "A'"
    references = ("2108.04195",)
