r"""Pseudoscalar mediator: :math:`\mathcal L = i\epsilon e\,a\,\bar l\gamma_5 l + a\times` a dark pair.

Dark pairs: c a chibar i gamma5 chi (Dirac), half of it (Majorana), c_S a S* S (complex scalar, alpha_D = c_S^2/4pi in
GeV^2), c_V a V_{mu nu} Vtilde^{mu nu} with Vtilde = epsilon V/2 (real vector, alpha_D = c_V^2/4pi in GeV^-2).
"""

from darktarget.core import PSEUDOSCALAR
from darktarget.models.base.yukawa import YukawaModel


class Pseudoscalar(YukawaModel):
    """A pseudoscalar mediator.

    >>> Pseudoscalar(mass=0.1).mediator
    'a'
    """

    name = "pseudoscalar"
    mediator = "a"
    structure = PSEUDOSCALAR
