r"""Axial vector mediator: :math:`\mathcal L = \epsilon e\,X_\mu\bar l\gamma^\mu\gamma_5 l + g_D X_\mu J^\mu_D`.

J_D is the axial current of a Dirac or Majorana fermion ((g_D/2) chibar gamma gamma5 chi), or that of a complex scalar.
Production grows as m_l^2/m_X^2 for a light mediator: its longitudinal mode couples to the lepton mass.
"""

from darktarget.core import AXIAL
from darktarget.models.base.mediator import MediatorModel


class Axial(MediatorModel):
    """An axial vector mediator.

    >>> Axial(mass=0.1).structure.name
    'axial'
    """

    name = "axial"
    mediator = "X"
    structure = AXIAL
    references = ("1705.01633",)
