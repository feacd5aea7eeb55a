r"""Axion-like particle and dark photon, coupled to the photon together:
:math:`\mathcal L = \frac{g_{a\gamma\gamma_D}}{2}\,a\,F_{\mu\nu}\tilde F'^{\mu\nu}`.

``coupling`` is g in 1/GeV, ``mass`` the lighter of the two masses, ``lighter`` says whose it is and ``splitting`` gives
the other. The heavier one decays to the lighter and a photon.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Exchange, State
from darktarget.decays.exchange import axion_current
from darktarget.decays.two_body import TwoBody
from darktarget.decays.virtual_photon import axion_to_vector_photon, photon_to_axion, vector_to_axion_photon
from darktarget.models.base.parameters import Parameter
from darktarget.models.base.photon import LIGHTEST, SPLITTING, PhotonModel
from darktarget.units import GeV

COUPLING = Parameter("coupling", "g of a, photon and dark photon in 1/GeV", optional=True)
LIGHTER = Parameter("lighter", "which of the two is lighter", default="a", choices=("a", "gamma_D"))

SPINS: Final = MappingProxyType({"a": 1, "gamma_D": 3})  # spin states (read-only)


class AlpDarkPhoton(PhotonModel):
    """gamma* to a gamma_D.

    >>> [c.label for c in AlpDarkPhoton(mass=0.1, splitting=0.5).channels()]
    ['a gamma_D', 'a gamma']
    """

    name = "alp-dark-photon"
    parameters = (LIGHTEST, COUPLING, SPLITTING, LIGHTER)
    references = ("2204.09978",)
    labels = ("mass of the lighter particle [GeV]", r"$g_{a\gamma\gamma_D}$ [GeV$^{-1}$]")

    @property
    def notes(self) -> tuple[str, ...]:
        """What happens to the photon of the decay."""
        return ("the photon of the heavier particle's decay is not counted as visible energy",)

    @property
    def masses(self) -> dict[str, Array]:
        """Masses of a and gamma_D, each [point]."""
        pair = (self.mass, self.heavy_mass)
        return dict(zip(("a", "gamma_D"), pair if self.values["lighter"] == "a" else pair[::-1], strict=True))

    def channels(self) -> tuple[Channel, ...]:
        """gamma* to a gamma_D, and the heavier to the lighter and a photon."""
        axion, vector = self.masses["a"], self.masses["gamma_D"]
        lighter = self.values["lighter"]
        (heavier,) = set(self.masses) - {lighter}
        to_photon = vector_to_axion_photon if lighter == "a" else axion_to_vector_photon

        pair = partial(photon_to_axion, axion=axion[:, None], vector=vector[:, None], coupling=1 / GeV)
        decay = partial(_radiative, to_photon, self.mass[:, None])
        none = np.zeros(self.points)
        both, radiative = TwoBody(none, axion, vector), TwoBody(self.heavy_mass, self.mass, none)
        return (
            Channel(self.mediator, ("a", "gamma_D"), pair, 2.0, True, (axion, vector), both),
            Channel(heavier, (lighter, "gamma"), decay, 2.0, False, (self.mass, none), radiative),
        )

    def states(self) -> tuple[State, ...]:
        """One spin 0 and one massive spin 1 particle, the lightest first."""
        return tuple(State(n, m, SPINS[n]) for n, m in sorted(self.masses.items(), key=lambda item: item[1].sum()))

    def exchanges(self) -> tuple[Exchange, ...]:
        """a to gamma_D and back."""
        return tuple(self._exchange(*names) for names in (("a", "gamma_D"), ("gamma_D", "a")))

    def _exchange(self, first: str, second: str) -> Exchange:
        masses = self.masses
        current = partial(_current, masses["a"][:, None], masses["gamma_D"][:, None], SPINS[first])
        return Exchange(first, second, (masses[first], masses[second]), current)


def _radiative(width: Callable[[Array, Array, float], Array], light: Array, mass: Array) -> Array:
    """Width of the heavier particle, of some mass, to the lighter one and a photon at unit coupling."""
    return width(mass, light, 1 / GeV)


def _current(axion: Array, vector: Array, spins: int, square: Array) -> tuple[Array, Array]:
    """(W_1, W_2) of a particle with some spin states at unit coupling."""
    one, two = axion_current(square, axion, vector, 1 / GeV)
    return one / spins, two / spins
