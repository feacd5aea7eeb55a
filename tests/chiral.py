"""Models with several forms of the coupling to leptons, as a user would write them."""

from __future__ import annotations

import numpy as np

from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, VECTOR, Array, Parts, State
from darktarget.decays.currents import AXIAL_FERMIONS, VECTOR_FERMIONS, Current
from darktarget.models.base.mediator import MediatorModel, Pair, Transition


class Chiral(MediatorModel):
    """A vector with gamma^mu (g_V + g_A gamma5) to charged leptons, and an axial current of Dirac matter."""

    name = "chiral"
    mediator = "Z'"
    structure = VECTOR
    references = ()
    vector = 0.6
    axial = -0.8

    def lepton_coupling(self, lepton: str) -> Array:
        """The vector coupling."""
        return np.full(self.points, self.vector)

    def lepton_parts(self, lepton: str) -> Parts:
        """Vector and axial."""
        return (VECTOR, self.lepton_coupling(lepton)), (AXIAL, np.full(self.points, self.axial))

    def pairs(self) -> tuple[Pair, ...]:
        """chi chibar with an axial current."""
        return tuple(Pair(p.names, p.masses, AXIAL_FERMIONS, p.alpha) for p in super().pairs())


class Vectorlike(Chiral):
    """One of the two forms with the strength that it has in ``Chiral``."""

    name = "vectorlike"
    chosen = VECTOR

    def lepton_parts(self, lepton: str) -> Parts:
        """The chosen form."""
        return tuple(part for part in super().lepton_parts(lepton) if part[0] == self.chosen)


class OnlyAxial(Vectorlike):
    """The axial form."""

    name = "only-axial"
    chosen = AXIAL


class Mixed(MediatorModel):
    """A scalar with g_S + i g_P gamma5."""

    name = "mixed"
    mediator = "phi"
    structure = SCALAR
    references = ()

    def lepton_coupling(self, lepton: str) -> Array:
        """The scalar coupling."""
        return np.full(self.points, 0.5)

    def lepton_parts(self, lepton: str) -> Parts:
        """Scalar and pseudoscalar."""
        return (SCALAR, self.lepton_coupling(lepton)), (PSEUDOSCALAR, np.full(self.points, 2.0))


class ChiralTransition(Chiral):
    """The same with an off-diagonal current of two Majorana fermions, vector or axial."""

    name = "chiral-transition"
    dark: Current = VECTOR_FERMIONS

    @property
    def heavy_mass(self) -> Array:
        """Of chi2, [point]."""
        return np.asarray(1.6 * self.dark_mass)

    def states(self) -> tuple[State, ...]:
        """chi1 and chi2."""
        return State("chi1", self.dark_mass, 2), State("chi2", self.heavy_mass, 2)

    def pairs(self) -> tuple[Pair, ...]:
        """chi1 chi2."""
        return (Pair(("chi1", "chi2"), (self.dark_mass, self.heavy_mass), self.dark, self.dark_alpha),)

    def transitions(self) -> tuple[Transition, ...]:
        """chi2 -> chi1 Z'*."""
        return (Transition("chi2", "chi1", (self.heavy_mass, self.dark_mass), self.dark, self.dark_alpha),)


class AxialTransition(ChiralTransition):
    """With an axial dark current."""

    name = "axial-transition"
    dark = AXIAL_FERMIONS
