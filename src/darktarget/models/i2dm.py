r"""Inelastic Dirac dark matter: a dark photon with two Dirac fermions, one charged, that mix by an angle theta.

.. math:: \mathcal L = \epsilon e\,A'_\mu J^\mu_{\rm em} + g_D A'_\mu\left[
          s^2\,\bar\chi_1\gamma^\mu\chi_1 + c^2\,\bar\chi_2\gamma^\mu\chi_2
          + s c\,(\bar\chi_2\gamma^\mu\chi_1 + \bar\chi_1\gamma^\mu\chi_2)\right],\quad s = \sin\theta,\ c = \cos\theta

(Eur. Phys. J. C 83 (2023) 391 Eq. 2.5). Both charge orders are counted: A' decays to chi1 chi1bar, to chi1 chi2bar and
chi2 chi1bar (each s^2 c^2), and to chi2 chi2bar; chi2 decays to chi1 through a virtual A' with s^2 c^2 times the width
of inelastic dark matter, and chi2bar likewise.
"""

from __future__ import annotations

import numpy as np

from darktarget.core import State
from darktarget.decays.currents import VECTOR_FERMIONS
from darktarget.models.base.inelastic import SPLITTING, Inelastic
from darktarget.models.base.mediator import Pair, Transition
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models.base.vector import VectorModel


class I2dm(Inelastic, VectorModel):
    """A' with two mixing Dirac fermions chi1, chi2.

    >>> [channel.label for channel in I2dm(mass=0.1).channels() if channel.dark]
    ['chi1 chi1bar', 'chi1 chi2bar', 'chi2 chi1bar', 'chi2 chi2bar']
    """

    name = "i2dm"
    mediator = "A'"
    references = ("2107.02021", "2201.08409")
    parameters = (
        MASS,
        COUPLING,
        ALPHA_D,
        MASS_RATIO,
        SPLITTING,
        Parameter("theta", "mixing angle", default=0.08, below=np.pi / 2),
    )

    def states(self) -> tuple[State, State]:
        """Two Dirac fermions, 4 degrees of freedom each."""
        return State("chi1", self.dark_mass, 4), State("chi2", self.heavy_mass, 4)

    def pairs(self) -> tuple[Pair, ...]:
        """11, 12, 21 and 22."""
        sine, cosine = np.sin(self.values["theta"]), np.cos(self.values["theta"])
        mass = {"chi1": self.dark_mass, "chi2": self.heavy_mass}
        weight = {("chi1", "chi1"): sine**2, ("chi2", "chi2"): cosine**2}
        return tuple(
            Pair(
                (a, f"{b}bar"),
                (mass[a], mass[b]),
                VECTOR_FERMIONS,
                self.dark_alpha * weight.get((a, b), sine * cosine) ** 2,
            )
            for a in mass
            for b in mass
        )

    def transitions(self) -> tuple[Transition, ...]:
        """chi2 -> chi1 A'*."""
        pair = self.pairs()[1]
        return (Transition("chi2", "chi1", (self.heavy_mass, self.dark_mass), VECTOR_FERMIONS, pair.alpha),)
