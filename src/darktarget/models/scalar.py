r"""Scalar mediator: :math:`\mathcal L = \epsilon e\,\phi\,\bar l l + \phi\times` a dark pair.

Dark pairs: c phi chibar chi (Dirac), (c/2) phi chibar chi (Majorana), c_S phi S* S (complex scalar, alpha_D = c_S^2/4pi
in GeV^2), c_V phi V_{mu nu} Vtilde^{mu nu} with Vtilde = epsilon V/2 (real vector, alpha_D = c_V^2/4pi in GeV^-2).
"""

from darktarget.core import SCALAR
from darktarget.models.base.yukawa import YukawaModel


class Scalar(YukawaModel):
    """A scalar mediator.

    >>> Scalar(mass=0.1, dm="scalar").structure.spin
    0
    """

    name = "scalar"
    mediator = "phi"
    structure = SCALAR
