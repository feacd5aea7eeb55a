"""What vector mediators share: hadrons through R(s)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from darktarget.core import VECTOR, Array
from darktarget.decays.r_ratio import ELECTROMAGNETIC, hadronic_ratio, smooth_ratio
from darktarget.models._mediator import MediatorModel
from darktarget.units import ALPHA


class VectorModel(MediatorModel):
    """A vector mediator that couples to quarks as well: Gamma(hadrons) = g^2/(4 pi) M/3 R(M^2)."""

    structure = VECTOR
    quarks: Mapping[str, float] = ELECTROMAGNETIC  # couplings in units of that to a lepton

    def hadron_strength(self, mass: Array) -> Array:
        """Coupling^2/(4 pi) of the quark current at unit coupling; ``mass`` of any shape."""
        return np.full_like(mass, ALPHA)

    def hadron_width(self, mass: Array) -> Array:
        """Width to hadrons at any virtual mass and unit coupling; exactly 0 below two pions."""
        return np.asarray(self.hadron_strength(mass) * mass / 3 * hadronic_ratio(mass**2, self.quarks))

    def smooth_hadrons(self, mass: Array) -> Array:
        """The same without J/psi, psi' and Upsilon, interpolated: for integrals over virtual masses."""
        return np.asarray(self.hadron_strength(mass) * mass / 3 * smooth_ratio(mass, self.quarks))
