r"""Scalar-portal inelastic dark matter: a scalar mediator that turns chi1 into chi2.

.. math:: \mathcal L = \sum_l y_l\,\phi\,\bar l l + g_D\,\phi\,\bar\chi_1\chi_2,
          \qquad y_e:y_\mu:y_\tau = m_e:m_\mu:m_\tau

with Majorana fermions chi1, chi2: chi1bar chi2 is hermitian, so it is one operator (arXiv:2505.04290). ``coupling`` is
y/e of the beam lepton; visible decays take it as that of the electron. phi decays to chi1 chi2, chi2 to chi1 and a
lepton pair through a virtual phi. ``yukawa`` = electrophilic leaves only the electron.
"""

from __future__ import annotations

from dataclasses import replace

from darktarget.core import SCALAR, State
from darktarget.decays.currents import SCALAR_FERMIONS
from darktarget.models.base.inelastic import SPLITTING, Inelastic
from darktarget.models.base.mediator import Pair, Transition
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO
from darktarget.models.base.yukawa import YUKAWA, YukawaModel


class ScalarIdm(Inelastic, YukawaModel):
    """A scalar with an off-diagonal coupling to two Majorana fermions.

    >>> [channel.label for channel in ScalarIdm(mass=0.1).channels() if channel.parent == "chi2"]
    ['chi1 phi', 'chi1 e+ e-', 'chi1 mu+ mu-', 'chi1 tau+ tau-']
    """

    name = "scalar-idm"
    mediator = "phi"
    structure = SCALAR
    references = ("2505.04290",)
    parameters = (MASS, COUPLING, ALPHA_D, MASS_RATIO, SPLITTING, replace(YUKAWA, default="mass-proportional"))

    def states(self) -> tuple[State, State]:
        """Two Majorana fermions, 2 degrees of freedom each."""
        return State("chi1", self.dark_mass, 2), State("chi2", self.heavy_mass, 2)

    def pairs(self) -> tuple[Pair, ...]:
        """chi1 chi2."""
        return (Pair(("chi1", "chi2"), (self.dark_mass, self.heavy_mass), SCALAR_FERMIONS, self.dark_alpha),)

    def transitions(self) -> tuple[Transition, ...]:
        """chi2 -> chi1 phi*."""
        return (Transition("chi2", "chi1", (self.heavy_mass, self.dark_mass), SCALAR_FERMIONS, self.dark_alpha),)
