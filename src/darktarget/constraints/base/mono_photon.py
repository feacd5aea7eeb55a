r"""Single photons at e+ e- colliders: e+ e- -> gamma X and e+ e- -> gamma gamma*, gamma* -> dark pair.

.. math:: \frac{d\sigma}{dc} = \frac{\pi\alpha^2\epsilon^2}{s}\Bigl(1-\frac{M^2}{s}\Bigr)
          \Bigl[\frac tu+\frac ut+\frac{2sM^2}{tu}\Bigr],\qquad
          \Bigl[\dots\Bigr] = \frac{s^2+M^4}{2tu}\ {\rm for\ spin\ 0},\qquad
          d\sigma_{\rm pair} = \sigma(M)\,\frac{\Gamma(M)}{\pi M^3}\,dM^2

with the mass of the electron neglected, so that vector and axial couplings have one rate. The longitudinal mode of a
vector whose lepton current is not conserved is that of a pseudoscalar with the coupling :math:`2m_e/M` of an axial
vector, which matters below 20 MeV and is added.

A selection says which cosines are accepted; a dark state that decays visibly within the detector vetoes the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import VECTOR, Array, LorentzStructure, Model
from darktarget.decays.two_body import CONSERVED, LEPTON_CURRENT
from darktarget.dump.flight import mediator_channels, survive, unstable, virtual_masses
from darktarget.limits.exclusion import COUPLINGS
from darktarget.structures import Ability
from darktarget.units import ALPHA, ELECTRON_MASS

Angles = Callable[[Array, Array, Array], Array]

#: Half the bracket above integrated over |c| < C, of each Lorentz structure: (M^2/s, integral of 1/(1-c^2),
#: integral of (1+c^2)/(1-c^2)).
ANGLES: Final[Ability[Angles]] = Ability("mono_photon")


def vector(r: Array, flat: Array, both: Array) -> Array:
    """The integral for a vector coupling."""
    return both + 4 * r / (1 - r) ** 2 * flat


def spin_zero(r: Array, flat: Array, both: Array) -> Array:
    """The integral for a scalar or pseudoscalar coupling."""
    return (1 + r**2) / (1 - r) ** 2 * flat


@dataclass(frozen=True)
class Collider:
    """A selection of single photons.

    Attributes:
        root_s: energy of the collisions. top: largest mass X that is treated.
        cosine: largest \\|cos theta*\\| of the photon. transverse: least transverse momentum of it over root_s.
        radius, threshold: decays within it (cm) are seen if more visible energy than this is possible.
    """

    root_s: float
    top: float
    cosine: float
    radius: float
    threshold: float
    transverse: float = 0.0

    def photon_energy(self, mass: Array) -> Array:
        """Energy of the photon that recoils against a mass."""
        return np.asarray((self.root_s**2 - mass**2) / (2 * self.root_s))

    def largest_cosine(self, mass: Array) -> Array:
        """Acceptance in the cosine, 0 where no angle has enough transverse momentum."""
        sine = self.transverse * self.root_s / np.maximum(self.photon_energy(mass), 1e-300)
        return np.asarray(np.minimum(self.cosine, np.sqrt(np.maximum(1 - sine**2, 0))))

    def rate(self, mass: Array, structure: LorentzStructure = VECTOR) -> Array:
        """sigma(e+ e- -> gamma X) in the acceptance at unit coupling, [n] (energy^-2); 0 above ``top``."""
        open_ = mass < self.top
        safe = np.where(open_, mass, 0.0)
        r, edge = safe**2 / self.root_s**2, self.largest_cosine(safe)
        flat = 2 * np.arctanh(edge)
        shape = ANGLES[structure](r, flat, 2 * flat - 2 * edge)
        if structure.spin == 1 and structure not in CONSERVED:
            square = np.where(open_, mass, self.top) ** 2
            yukawa = LEPTON_CURRENT[structure].divergence(square, ELECTRON_MASS, ELECTRON_MASS) / (2 * square**2)
            shape = shape + yukawa * spin_zero(r, flat, flat)
        value = 2 * np.pi * ALPHA**2 / self.root_s**2 * (1 - r) * shape
        return np.asarray(np.where(open_, value, 0.0))

    def recoil_energy(self, mass: Array) -> Array:
        """Energy of X."""
        return np.asarray((self.root_s**2 + mass**2) / (2 * self.root_s))

    def pairs(self, model: Model, nodes: int, breaks: Sequence[float] = ()) -> Iterator[tuple[int, Array, Array]]:
        """Dark pairs of virtual photons that stay unseen: (point, virtual mass [n], cross section [n, COUPLINGS]).

        Args:
            nodes, breaks: of ``virtual_masses``.
        """
        states = unstable(model)
        for k in range(model.points):
            for channel in mediator_channels(model):
                masses = [float(m[k]) for m in channel.masses]
                root, weight = virtual_masses(sum(masses), self.top, nodes, breaks)
                if root.size == 0:
                    continue
                width = channel.at(np.broadcast_to(root, (model.points, root.size)))[k]
                made = self.rate(root) * width / (np.pi * root**3) * weight
                own = [np.full(root.size, m) for m in masses]
                flight = self.recoil_energy(root), root, own
                alive = survive(channel, states, *flight, self.radius, self.threshold, k)
                yield k, root, made[:, None] * alive * COUPLINGS**channel.power
