r"""Inelastic dark matter: a dark photon with an off-diagonal current of two states of different mass.

.. math:: \mathcal L = \epsilon e\,A'_\mu J^\mu_{\rm em} + g_D A'_\mu J_D^\mu,\qquad
          J_D^\mu = i\bar\chi_1\gamma^\mu\chi_2

of a pair of Majorana fermions (pseudo-Dirac), or :math:`S_1\partial^\mu S_2 - S_2\partial^\mu S_1` of the two real
fields of a complex scalar. It is ONE operator: for Majorana states the hermitian conjugate is the same one, adding it
again would be a factor 4 in every width. A' decays to chi1 chi2; chi2 to chi1 and what a virtual A' gives (all lepton
pairs and hadrons).

``diagonal`` = Delta_mu/m_D (Eur. Phys. J. C 83 (2023) 391 Eq. 2.3, arXiv:2405.08081): unequal Majorana masses of the
two chiralities, tan(2 theta) = m_D/Delta_mu, turn a part cos(2 theta) of the current into axial currents
:math:`\tfrac12\bar\chi_1\gamma\gamma_5\chi_1 - \tfrac12\bar\chi_2\gamma\gamma_5\chi_2` and leave sin(2 theta) of the
off-diagonal one.
"""

from __future__ import annotations

from typing import Any

from darktarget.core import Array, State
from darktarget.decays.currents import AXIAL_FERMIONS, VECTOR_FERMIONS, VECTOR_SCALARS
from darktarget.errors import InputError
from darktarget.models.base.inelastic import SPLITTING, Inelastic
from darktarget.models.base.mediator import Pair, Transition
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models.base.vector import VectorModel


class Idm(Inelastic, VectorModel):
    """A' with a pseudo-Dirac (or complex scalar) pair chi1, chi2.

    >>> model = Idm(mass=0.3, splitting=0.4)
    >>> [channel.label for channel in model.channels() if channel.parent == "chi2"]
    ["chi1 A'", 'chi1 e+ e-', 'chi1 mu+ mu-', 'chi1 tau+ tau-', 'chi1 hadrons']
    >>> print(f"{model.proper_length('chi2', coupling=1e-3)[0]:.3f} cm")
    39.238 cm
    """

    name = "idm"
    mediator = "A'"
    references = ("2107.02021", "1804.00661", "2405.08081")
    parameters = (
        MASS,
        COUPLING,
        ALPHA_D,
        MASS_RATIO,
        SPLITTING,
        Parameter("dm", "what is split", default="majorana", choices=("majorana", "scalar")),
        Parameter("diagonal", "Delta_mu/m_D: strength of the diagonal current", default=0.0, closed=True),
    )

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        if self.values["dm"] == "scalar" and (self.values["diagonal"] > 0).any():
            value = float(self.values["diagonal"].max())
            raise InputError("diagonal", value, "0 for dm=scalar", "Real scalars have no diagonal vector current.")

    @property
    def mixing(self) -> tuple[Array, Array]:
        """sin^2 and cos^2 of 2 theta: shares of the off-diagonal and the diagonal current, each [point]."""
        off = 1 / (1 + self.values["diagonal"] ** 2)
        return off, 1 - off

    def states(self) -> tuple[State, State]:
        """chi1 and chi2: Majorana fermions (2 degrees of freedom each) or real scalars (1)."""
        degrees = {"majorana": 2, "scalar": 1}[self.values["dm"]]
        return State("chi1", self.dark_mass, degrees), State("chi2", self.heavy_mass, degrees)

    def pairs(self) -> tuple[Pair, ...]:
        """chi1 chi2, and with a diagonal current chi1 chi1 and chi2 chi2."""
        off, diagonal = self.mixing
        current = {"majorana": VECTOR_FERMIONS, "scalar": VECTOR_SCALARS}[self.values["dm"]]
        one, two = self.dark_mass, self.heavy_mass
        pairs = [Pair(("chi1", "chi2"), (one, two), current, self.dark_alpha * off)]
        if (diagonal > 0).any():
            share = self.dark_alpha * diagonal / 2  # identical particles, as for Majorana dark matter
            pairs += [Pair((n, n), (m, m), AXIAL_FERMIONS, share) for n, m in (("chi1", one), ("chi2", two))]
        return tuple(pairs)

    def transitions(self) -> tuple[Transition, ...]:
        """chi2 -> chi1 A'*."""
        pair = self.pairs()[0]
        return (Transition("chi2", "chi1", (self.heavy_mass, self.dark_mass), pair.current, pair.alpha),)
