r"""Energy injected by annihilation at recombination, Planck, arXiv:1807.06209 Sec. 7.

.. math:: p_{\rm ann} = f_{\rm eff}\frac{\langle\sigma v\rangle}{m_\chi} < 3.2\cdot10^{-28}\,{\rm cm^3 s^{-1} GeV^{-1}}

The dark matter is cold and only its stable state is left, so that only s waves of the lightest state's pairs count.
f_eff is that of the final states (``thermal.deposition``) unless one number is given for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from darktarget.constraints.base.search import Intervals, Search, exceeding
from darktarget.core import Array, Curve, Model, PublishedNumber
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.errors import PhysicsError
from darktarget.limits.exclusion import COUPLINGS
from darktarget.options import OptionGroup, option
from darktarget.thermal.deposition import deposited
from darktarget.thermal.exchange import ThermalExchange, ThermalPair, exchange
from darktarget.units import HBARC_CM, SPEED_OF_LIGHT, GeV

SPEED: Final = 1e-6  # relative velocity at recombination, an upper bound: kinetic decoupling precedes it
COLD: Final = float(np.sqrt(1 + SPEED**2 / 4))  # sqrt(s) over the masses of a pair


@dataclass(frozen=True)
class CmbOptions(OptionGroup):
    """Options of the bound on annihilation at recombination."""

    f_eff: float = option(0.0, "Share of the energy deposited, for every final state; 0 for tables", least=0, most=1)


class Cmb(Search):
    """Annihilation of the lightest dark state at recombination, if it is all of the dark matter."""

    options = CmbOptions
    chosen: CmbOptions
    name = "cmb"
    title = "CMB (Planck 2018)"
    references = ("1807.06209", "1506.03811")
    published = (
        PublishedNumber("p_ann", 3.2e-28, "cm^3/s/GeV", "1807.06209", "text, TT,TE,EE+lowE+lensing+BAO"),
        PublishedNumber("f_eff of e+ e- pairs of 1 MeV", 0.176, "", "1506.03811", "read off Fig. 3, as all energies"),
        PublishedNumber("f_eff of photons of 1 MeV", 0.146, "", "1506.03811", "read off Fig. 3, as all energies"),
    )
    cl = 0.95
    uncertainty = 0.15  # 30 % in f_eff: hadronic final states, readings of the tables

    def apply(self, model: Model) -> Curve:
        """Excluded couplings; none where the stable state does not annihilate with itself in an s wave."""
        through = exchange(model)
        if not _own(through, model):
            raise PhysicsError(
                f"the CMB does not constrain {model.name}: the stable state does not annihilate with itself once the "
                "heavier one is gone"
            )
        mass, rate = model.states()[0].mass[:, None], annihilation_at_rest(model)
        share, how = self._share(model, through)
        limit = self.published[0].value / (HBARC_CM**2 * SPEED_OF_LIGHT) / GeV  # <sigma v>/m in internal units
        ratio = share[:, None] * rate / mass / limit
        method = (
            f"cold annihilation of the lightest state, relative velocity {SPEED:g}, {how}; "
            "the lightest state is all of the dark matter",
        )
        reason = [None if s else NOTHING_VISIBLE for s in share * rate.any(axis=1)]
        found = self.curve(model, from_below(exceeding(ratio), ratio, through.power), method, reason)
        return replace(found, extra={"f_eff": share})

    def _share(self, model: Model, through: ThermalExchange) -> tuple[Array, str]:
        """f_eff of each point, and in words."""
        if forced := self.chosen.f_eff:
            return np.full(model.points, forced), f"f_eff = {forced:g} for every final state"
        share = deposited(model, through, *_shares(model, through))[:, 0]
        return share, f"f_eff of the final states, {share.min():.2g} to {share.max():.2g}, neutrinos 0"


NOTHING_VISIBLE: Final = "no open channel deposits energy (neutrinos deposit nothing)"


def from_below(intervals: Intervals, ratio: Array, power: float) -> Intervals:
    """Intervals that start below the grid of couplings: there the rate is a power of the coupling, never excluded at 0.

    Args:
        intervals: as from ``exceeding``. ratio: expected over excluded rate, [point, COUPLINGS].
        power: of the coupling in the rate.

    >>> start = COUPLINGS[0]
    >>> ((low, high),) = from_below((((0.0, np.inf),),), np.full((1, COUPLINGS.size), 4.0), 2.0)[0]
    >>> float(low / start), high
    (0.5, inf)
    """
    edges = COUPLINGS[0] * np.maximum(ratio[:, 0], 1.0) ** (-1 / power)
    return tuple(
        tuple((low or float(edge), high) for low, high in point) for point, edge in zip(intervals, edges, strict=True)
    )


def _own(through: ThermalExchange, model: Model) -> list[ThermalPair]:
    """Pairs of the lightest state."""
    lightest = model.states()[0].name
    return [p for p in through.pairs if {n.removesuffix("bar") for n in p.names} == {lightest}]


def annihilation_at_rest(model: Model) -> Array:
    r"""Effective :math:`\langle\sigma v\rangle` (energy^-2) of cold pairs of the lightest state, [point, COUPLINGS].

    It counts 2 annihilations per n^2 of all particles: sigma v for a Majorana fermion, half of it for a Dirac one.
    """
    through, lightest = exchange(model), model.states()[0]
    mass = lightest.mass[:, None]
    s = (2 * mass) ** 2 * (1 + SPEED**2 / 4)
    root = np.sqrt(s)
    total = np.zeros((model.points, COUPLINGS.size))
    for pair in _own(through, model):
        # gamma/n^2 for both particles at rest: (2J+1) 4 pi s Gamma Gamma/(g^2 p^2 BW) v, p = m v/2 and v = SPEED
        momentum = mass * SPEED / 2
        flux = 4 * np.pi * (2 * through.spin + 1) * s / (lightest.degrees**2 * momentum**2) * SPEED
        total = total + 2 * flux * through.rate(pair, root, COUPLINGS[None, :])
    return total


def _shares(model: Model, through: ThermalExchange) -> tuple[Array, list[Array]]:
    """sqrt(s) of cold pairs of the lightest state, [point, 1], and rates into the Standard Model channels, likewise.

    They are widths where the current is conserved: the propagator is that of all channels. The part of spin 0 of a
    vector prefers heavy leptons.
    """
    root = 2 * model.states()[0].mass[:, None]
    found = [(p, s) for p in _own(through, model) if (s := through.spin_zero(p, root * COLD)) is not None]
    if not found:
        return root, [c.at(root) for c in through.visible]
    moving = root * COLD
    below = through.propagator(moving, np.full_like(root, model.reference_coupling), ENERGY_DEPENDENT)
    spin_one = sum((p.width(moving) for p, _ in found), np.zeros_like(root)) / below * (2 * through.spin + 1)
    return root, [
        c.at(moving) * spin_one + sum((s[k] for _, s in found), np.zeros_like(root))
        for k, c in enumerate(through.visible)
    ]
