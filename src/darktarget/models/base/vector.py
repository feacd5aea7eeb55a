"""What vector mediators share: hadrons through R(s)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from darktarget.core import VECTOR, Array
from darktarget.decays.r_ratio import ELECTROMAGNETIC, hadronic_ratio, meson_weights, smooth_ratio
from darktarget.models.base.mediator import MediatorModel
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.units import ALPHA


class VectorModel(MediatorModel):
    """A vector mediator that couples to quarks as well: Gamma(hadrons) = g^2/(4 pi) M/3 R(M^2)."""

    structure = VECTOR
    hadronic = True
    quarks: Mapping[str, float] = ELECTROMAGNETIC  # couplings in units of that to a lepton
    on_request: tuple[str, ...] = ("vector-meson",)  # published limits are without it; it matters above 0.5 GeV

    def hadron_strength(self, mass: Array) -> Array:
        """Coupling^2/(4 pi) of the quark current at unit coupling; ``mass`` of any shape."""
        return np.full_like(mass, ALPHA)

    def quark_charge(self, meson: str) -> Array:
        """Coupling to the quarks of a vector meson over the photon's, at its mass and unit coupling, [point]."""
        strength = self.hadron_strength(np.full((self.points, 1), MESONS[meson].mass))[:, 0]
        return np.asarray(np.sqrt(strength / ALPHA) * meson_weights(self.quarks)[meson])

    def hadron_width(self, mass: Array) -> Array:
        """Width to hadrons at any virtual mass and unit coupling; exactly 0 below two pions."""
        return np.asarray(self.hadron_strength(mass) * mass / 3 * hadronic_ratio(mass**2, self.quarks))

    def smooth_hadrons(self, mass: Array) -> Array:
        """The same without J/psi, psi' and Upsilon, interpolated: for integrals over virtual masses."""
        return np.asarray(self.hadron_strength(mass) * mass / 3 * smooth_ratio(mass, self.quarks))
