r"""A pair of charged leptons from a virtual mediator that couples to them in one or several forms.

Its width is the sum of those of the forms. A virtual vector has a part of spin 0 as well (``decays.currents``), which
only the axial form couples to, with the divergence :math:`2m_l g_A\bar l\,i\gamma_5l`. In its rest frame the tensor of
the pair, in the direction n, is :math:`\delta_{ij}-b\,n_in_j` for spin 1, with b = 1 - S_L/S_T: :math:`\beta^2` for a
vector form and 1 for an axial one. The parts of spin 0 and 1 do not interfere at any angle:
:math:`\sum q_\mu J^\mu J^{\nu*}` of a lepton pair is along q.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from darktarget.core import Array, ByValue, LorentzStructure, Parts
from darktarget.decays.currents import PSEUDOSCALAR_FERMIONS, Current, divergence_width
from darktarget.decays.two_body import CONSERVED, LEPTON_CURRENT, TO_LEPTONS


@dataclass(frozen=True, eq=False)
class LeptonPair(ByValue):
    """A lepton and its antiparticle that a mediator couples to.

    Attributes:
        parts: Lorentz structures and the strength coupling^2/(4 pi) of each, [point] or one number.
        mass: of the lepton.
        owner: what the pair belongs to, for errors.
    """

    parts: Parts
    mass: float
    owner: str

    def __call__(self, mass: Array) -> Array:
        """Width at any (also virtual) mass of the mediator, [point, any] or, for strengths of one number, any shape."""
        widths = (TO_LEPTONS.of(s, self.owner)(mass, self.mass, _column(alpha, mass)) for s, alpha in self.parts)
        return np.asarray(sum(widths, np.zeros_like(mass)))

    def at_points(self, chosen: npt.NDArray[np.bool_]) -> LeptonPair:
        """The same at some of the points only."""
        return replace(self, parts=tuple((s, alpha[chosen] if alpha.ndim else alpha) for s, alpha in self.parts))

    @property
    def diverging(self) -> Parts:
        """Those of the parts whose current is not conserved."""
        return tuple((s, a) for s, a in self.parts if s.spin == 1 and s not in CONSERVED and np.any(a > 0))

    def divergence(self, mass: Array) -> Array:
        """The part of spin 0 of a virtual vector (``currents.divergence_width``), the shape of ``mass``.

        Raises:
            PhysicsError: the current of a structure is neither conserved nor known.
        """
        pairs = ((self._current(s), _column(alpha, mass)) for s, alpha in self.diverging)
        widths = (divergence_width(current, mass, self.mass, self.mass, alpha) for current, alpha in pairs)
        return np.asarray(sum(widths, np.zeros_like(mass)))

    def as_pseudoscalar(self, mass: Array) -> Array:
        r"""Strength of the pseudoscalar that the part of spin 0 is, for an axial form :math:`(2m_l)^2/s` times its own.

        The arguments, the result and the errors are those of ``divergence``.
        """
        total = np.zeros_like(mass)
        for structure, alpha in self.diverging:
            square = self._current(structure).divergence(mass**2, self.mass, self.mass) / mass**2
            total = total + _column(alpha, mass) * square
        return np.asarray(total / PSEUDOSCALAR_FERMIONS.squared(mass**2, self.mass, self.mass))

    def _current(self, structure: LorentzStructure) -> Current:
        return LEPTON_CURRENT.of(structure, f"exchange of spin 0 in {self.owner}")

    def opening(self, mass: Array) -> Array:
        """b of the tensor of the pair of a vector mediator at virtual masses, the shape of ``mass``.

        A structure without a ``lepton_current`` counts as a vector.
        """
        transverse, longitudinal = np.zeros_like(mass), np.zeros_like(mass)
        for structure, alpha in self.parts:
            speed2 = np.maximum(1 - (2 * self.mass / mass) ** 2, 0)
            one, zero = np.ones_like(mass), 1 - speed2
            if structure in LEPTON_CURRENT:
                current = LEPTON_CURRENT[structure]
                one = current.transverse(mass**2, self.mass, self.mass) / mass**2
                zero = current.squared(mass**2, self.mass, self.mass) / mass**2 - 2 * one
            transverse = transverse + _column(alpha, mass) * one
            longitudinal = longitudinal + _column(alpha, mass) * zero
        return np.asarray(1 - np.divide(longitudinal, transverse, out=np.zeros_like(mass), where=transverse > 0))


def _column(alpha: Array, mass: Array) -> Array:
    """Strengths [point] shaped to go with masses [point, any]."""
    return np.asarray(alpha).reshape(np.shape(alpha) + (1,) * max(np.ndim(mass) - 1, 0) * np.ndim(alpha))
