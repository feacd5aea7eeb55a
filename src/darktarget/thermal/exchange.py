r"""What dark pairs annihilate through: one mediator X* in the s channel, from the widths of the model.

.. math:: \sigma(ab\to X^*\to{\rm SM}) = \frac{4\pi(2J+1)}{(2s_a+1)(2s_b+1)\,p^2}\,S_{ab}\,
          \frac{s\,\Gamma_{ab}(\sqrt s)\,\Gamma_{\rm SM}(\sqrt s)}{(s-M^2)^2+I(s)^2}

with S = 2 for identical a and b, and I(s) of :mod:`darktarget.core.propagator`. Where the currents at both ends are not
conserved (axial), a virtual vector has a part of spin 0 as well, without a pole (:mod:`darktarget.decays.currents`):

.. math:: \sigma_0 = \frac{4\pi}{(2s_a+1)(2s_b+1)\,p^2}\,S_{ab}\,
          \frac{s\,\Gamma^0_{ab}(\sqrt s)\,\Gamma^0_{\rm SM}(\sqrt s)}{M^4}

with the widths :math:`\Gamma^0` of ``Channel.divergence``. Parts of different spin do not interfere in the sum over
angles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Model
from darktarget.core.propagator import ENERGY_DEPENDENT, inverse_square
from darktarget.decays.r_ratio import hadronic_ratio
from darktarget.decays.two_body import CONSERVED, LEPTON_CURRENT, vector_to_dirac
from darktarget.errors import PhysicsError
from darktarget.units import ALPHA, LEPTON_MASS

Widths = Callable[[Array], Array]
CHARGED: Final = ("electron", "muon", "tau")


@dataclass(frozen=True, eq=False)
class ThermalPair:
    """A pair of dark particles that the mediator couples to.

    Attributes:
        names: of the two. threshold: sum of their masses, [point].
        width: virtual masses [point, any] -> partial width at unit coupling. power: of the coupling in it.
        divergence: as ``width``, of the part of spin 0 of a virtual vector; None where the current is conserved.
    """

    names: tuple[str, str]
    threshold: Array
    width: Widths
    power: float
    divergence: Widths | None = None


@dataclass(frozen=True, eq=False)
class ThermalExchange:
    """The s channel of a model: its dark pairs, what it decays to in the Standard Model, and its propagator.

    Attributes:
        pairs: of dark particles. visible: the Standard Model channels (neutrinos are among them).
        mass: of the mediator, [point]. spin: J.
    """

    pairs: tuple[ThermalPair, ...]
    visible: tuple[Channel, ...]
    mass: Array
    spin: int

    @property
    def power(self) -> float:
        """How annihilation grows with the coupling as long as the width in the propagator does not."""
        return self.visible_power + self.pairs[0].power

    @property
    def visible_power(self) -> float:
        """How the width into the Standard Model grows with the coupling."""
        return self.visible[0].power

    def to_standard_model(self, at: Array) -> Array:
        """Width into the Standard Model at unit coupling and virtual masses [point, any]."""
        return np.asarray(sum((c.at(at) for c in self.visible), np.zeros_like(at)))

    def spin_zero(self, pair: ThermalPair, at: Array) -> list[Array] | None:
        r""":math:`\Gamma^0_{ab}\Gamma^0_c/M^4` of each Standard Model channel c at unit coupling, [point, any].

        Args:
            pair: of dark particles. at: virtual masses, [point, any].

        Returns:
            None where a current is conserved: there is no part of spin 0.
        """
        if pair.divergence is None or all(c.divergence is None for c in self.visible) or not self.mass.all():
            return None
        dark, zero = pair.divergence(at) / self.mass[:, None] ** 4, np.zeros_like(at)
        return [zero if c.divergence is None else dark * c.divergence(at) for c in self.visible]

    def rate(self, pair: ThermalPair, at: Array, coupling: Array, width: str = ENERGY_DEPENDENT) -> Array:
        r"""Annihilation up to phase space and flux, [point, any]; 0 where closed.

        .. math:: \frac{\Gamma_{ab}\Gamma_{\rm SM}}{(s-M^2)^2+I^2}
                  + \frac{\Gamma^0_{ab}\Gamma^0_{\rm SM}}{(2J+1)M^4}

        Args:
            pair: of dark particles. at: sqrt(s), [point, any]. coupling: broadcasts against it.
            width: in the propagator, its name in ``core.propagator.WIDTHS``.
        """
        visible, grown = self.to_standard_model(at), coupling ** (pair.power + self.visible_power)
        top = pair.width(at) * visible * grown
        below = self.propagator(at, coupling, width, visible)
        value = np.divide(top, below, out=np.zeros_like(top), where=top > 0)
        if (spin_zero := self.spin_zero(pair, at)) is not None:
            value = value + np.sum(spin_zero, axis=0) * grown / (2 * self.spin + 1)
        return np.asarray(value)

    def width(self, coupling: Array) -> Array:
        """Total width on shell at couplings [point], [point]."""
        return self.width_at(self.mass[:, None], coupling[:, None])[:, 0]

    def width_at(self, at: Array, coupling: Array, visible: Array | None = None) -> Array:
        """Total width at virtual masses [point, any] and couplings that broadcast against them; 0 for the photon.

        Args:
            visible: ``to_standard_model(at)``, if it is known.
        """
        if not self.mass.any():
            return np.zeros(np.broadcast(at, coupling).shape)
        seen = self.to_standard_model(at) if visible is None else visible
        dark = (pair.width(at) * coupling**pair.power for pair in self.pairs)
        return np.asarray(sum(dark, seen * coupling**self.visible_power))

    def propagator(self, at: Array, coupling: Array, width: str, visible: Array | None = None) -> Array:
        r""":math:`(s-M^2)^2+I(s)^2` at virtual masses [point, any] and couplings that broadcast against them.

        Args:
            width: its name in ``core.propagator.WIDTHS``. visible: ``to_standard_model(at)``, if it is known.
        """
        virtual = self.width_at(at, coupling, visible)
        mass = self.mass[:, None]
        return inverse_square(width, at, mass, self.width_at(mass, coupling), virtual)


def exchange(model: Model) -> ThermalExchange:
    """The s channel of a model.

    Raises:
        PhysicsError: a lepton current is not conserved (axial) and its channel has no divergence; there is no dark
            particle or no annihilation; the mediator is lighter than the dark particle, so that pairs of mediators set
            the relic density.
    """
    names = {state.name for state in model.states()}
    if not names:
        advice = "; choose its kind with dm, such as dm=dirac" if "dm" in model.values else ""
        raise PhysicsError(f"{model.name} has no dark particle, so that there is no relic density{advice}")
    if model.mediator_mass.any() and (model.mediator_mass <= model.states()[0].mass).any():
        raise PhysicsError(
            "the mediator is not heavier than the lightest dark particle: pairs annihilate into mediators (secluded "
            "regime), which the coupling to the Standard Model does not set; choose mass_ratio > 1"
        )
    own = [c for c in model.channels() if c.parent == model.mediator]
    kind = [all(_among(d, names) for d in c.daughters) for c in own]
    dark = [c for c, is_dark in zip(own, kind, strict=True) if is_dark]
    photon = not model.mediator_mass.any()
    visible = photon_channels(model.points) if photon else tuple(c for c, k in zip(own, kind, strict=True) if not k)
    if not dark or not visible or len({c.power for c in visible}) > 1:
        raise PhysicsError(f"{model.name} has no annihilation of dark pairs into Standard Model particles")
    _require_divergences(model, visible)
    pairs = tuple(
        ThermalPair((c.daughters[0], c.daughters[1]), np.asarray(np.sum(c.masses, axis=0)), c.at, c.power, c.divergence)
        for c in dark
    )
    return ThermalExchange(pairs, visible, model.mediator_mass, model.structure.spin)


def _require_divergences(model: Model, visible: tuple[Channel, ...]) -> None:
    """Refuse a lepton current that is not conserved if the pair of this lepton has no divergence."""
    for lepton in CHARGED:
        pairs = (c for c in visible if c.masses and all((m == LEPTON_MASS[lepton]).all() for m in c.masses))
        absent = any(c.divergence is None for c in pairs)
        for structure, _ in model.coupled_parts(lepton):
            if absent or structure not in LEPTON_CURRENT:
                CONSERVED.of(structure, f"the relic density of {model.name} is refused")


def photon_channels(points: int) -> tuple[Channel, ...]:
    """What a virtual photon turns into: charged leptons and hadrons."""

    def lepton(mass: float) -> Widths:
        return lambda at: vector_to_dirac(at, mass, ALPHA)

    def hadrons(at: Array) -> Array:
        return np.asarray(ALPHA * at / 3 * hadronic_ratio(at**2))

    masses = {name: LEPTON_MASS[name] for name in CHARGED}
    leptons = [
        Channel("gamma*", (name, name), lepton(m), 0.0, False, (np.full(points, m),) * 2) for name, m in masses.items()
    ]
    return *leptons, Channel("gamma*", ("hadrons",), hadrons, 0.0, False)


def _among(daughter: str, names: set[str]) -> bool:
    return daughter in names or daughter.removesuffix("bar") in names
