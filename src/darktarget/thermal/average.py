r"""Reaction densities: thermal averages over the whole s dependence, resonances and thresholds resolved.

The number of annihilations ab -> SM per volume and time in equilibrium (P. Gondolo and G. Gelmini, Nucl. Phys. B360
(1991) 145, rewritten with the widths of the mediator) is

.. math:: \gamma_{ab} = \frac{(2J+1)T}{2\pi^3}\int ds\,s^{3/2}K_1(\sqrt s/T)
          \frac{\Gamma_{ab}\Gamma_{\rm SM}}{(s-M^2)^2+I(s)^2},\qquad
          \langle\sigma v\rangle_{\rm eff} = \frac{2\sum\gamma_{ab}}{n_{\rm eq}^2}

because an annihilation removes two dark particles of n = sum of all (each kind's antiparticle included). I(s) is the
width in the propagator (:mod:`darktarget.core.propagator`). A virtual vector between currents that are not conserved
adds 1/3 of :math:`\Gamma^0_{ab}\Gamma^0_{\rm SM}/M^4` to the ratio (:mod:`darktarget.thermal.exchange`). The variable
is the root of sqrt(s) - threshold, in which phase space, and a resonance at the threshold that is as wide as it is far,
are smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, State
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.decays.quark_current import RESONANCES
from darktarget.decays.r_ratio import NEUTRAL_PION, OMEGA, PHI
from darktarget.numerics.quadrature import gauss_panels
from darktarget.thermal.exchange import ThermalExchange, ThermalPair
from darktarget.units import LEPTON_MASS, PION_MASS

NODES: Final = 6  # Gauss-Legendre nodes per panel
PER_DECADE: Final = 3  # panels per decade of sqrt(s) - threshold
AROUND: Final = 14  # break points on either side of a peak, spaced geometrically from half its width
TOP: Final = 60.0  # in units of the highest temperature: the rest is e^-60
NARROW: Final = 1e-12  # least relative width that is resolved


@dataclass(frozen=True, eq=False)
class Nodes:
    """Quadrature over s of one dark pair: sqrt(s) and weights (ds included), each [point, node]."""

    root: Array
    weight: Array


def nodes(through: ThermalExchange, pair: ThermalPair, width: Array, coldest: Array, hottest: Array) -> Nodes:
    """Gauss-Legendre panels from the threshold up in the root of the distance, broken at thresholds and at peaks.

    Args:
        width: of the mediator on shell, [point]. coldest, hottest: temperatures to be covered, [point].
    """
    low = np.maximum(pair.threshold, lightest(through))
    high = low + TOP * hottest
    decades = int(np.ceil(np.log10(np.max(TOP * hottest / coldest)))) + 2
    steps = np.arange(-PER_DECADE * decades, 1) / PER_DECADE
    breaks = [low[:, None], low[:, None] + (high - low)[:, None] * 10.0**steps]
    if through.mass.all():
        breaks.append(_around(through.mass, np.maximum(width, NARROW * through.mass)))
    shape = np.ones_like(low)
    for peak in (OMEGA, PHI, *RESONANCES):
        if low.min() < peak.mass < high.max():
            breaks.append(_around(peak.mass * shape, peak.width * shape))
    for edge in (*(2 * m for m in set(LEPTON_MASS.values())), 2 * PION_MASS):
        breaks.append(_above(edge * shape))
    breaks += [_above(t) for t in np.unique([p.threshold for p in through.pairs], axis=0) if (t != low).any()]
    span = (high - low)[:, None]
    edges = np.sort(np.clip((np.concatenate(breaks, axis=1) - low[:, None]) / span, 0.0, 1.0), axis=1)
    place, weight = gauss_panels(np.sqrt(edges), NODES)
    root = low[:, None] + span * place**2
    return Nodes(root, 4 * root * span * place * weight)


def _around(place: Array, width: Array) -> Array:
    """Break points at a peak and at growing distances from it, [point, 2 AROUND + 1]."""
    growth = (np.maximum(place / width, 4.0) ** (1 / (AROUND - 1)))[:, None] ** np.arange(AROUND)
    away = 0.5 * width[:, None] * growth
    return np.concatenate([place[:, None] - away, place[:, None], place[:, None] + away], axis=1)


def _above(edge: Array) -> Array:
    """Break points above a threshold, where a phase space opens as a root, [point, 6]."""
    return np.asarray(edge[:, None] * (1 + np.array([0.0, 1e-4, 1e-3, 1e-2, 0.1, 0.4])))


def lightest(through: ThermalExchange) -> Array:
    """Least sqrt(s) at which the Standard Model is reached, [point]; hadrons begin with pi0 gamma."""
    hadrons = np.full_like(through.mass, NEUTRAL_PION)
    starts = [np.sum(c.masses, axis=0) if c.masses else hadrons for c in through.visible]
    return np.asarray(np.min(starts, axis=0))


@dataclass(frozen=True, eq=False)
class Integrand:
    """What the average of one dark pair sums over s, without the Bessel function of the temperature.

    Attributes:
        root: sqrt(s). value: weight times s^(3/2) Gamma_ab Gamma_SM over the propagator (the part of spin 0 of a
            vector included), each [point, node].
        threshold: of the pair, [point].
    """

    root: Array
    value: Array
    threshold: Array


def integrands(
    through: ThermalExchange, coupling: Array, temperature: Array, width: str = ENERGY_DEPENDENT
) -> tuple[Integrand, ...]:
    """The integrand of each dark pair at couplings [point], resolved for temperatures [point, t].

    Args:
        width: in the propagator, one of ``core.propagator.WIDTHS``.
    """
    total, found = through.width(coupling), []
    for pair in through.pairs:
        grid = nodes(through, pair, total, temperature.min(axis=1), temperature.max(axis=1))
        ratio = through.rate(pair, grid.root, coupling[:, None], width)
        found.append(Integrand(grid.root, grid.weight * grid.root**3 * ratio, pair.threshold))
    return tuple(found)


def reaction_densities(
    through: ThermalExchange,
    coupling: Array,
    temperature: Array,
    width: str = ENERGY_DEPENDENT,
    where: NDArray[np.bool_] | None = None,
) -> tuple[Array, Array]:
    r"""gamma of each pair over exp(-threshold/T), at couplings [point].

    Args:
        temperature: [point, t]. width: in the propagator, one of ``core.propagator.WIDTHS``.
        where: points that are calculated, [point]; 0 at the others.

    Returns:
        (values [pair, point, t] (energy^4), thresholds [pair, point]).
    """
    from scipy.special import k1e

    values, starts = [], []
    points = np.arange(coupling.size) if where is None else np.flatnonzero(where)
    for item in integrands(through, coupling, temperature, width):
        each = np.zeros_like(temperature)
        for point in points:
            used = item.value[point] > 0
            root, t = item.root[point][used], temperature[point][:, None]
            boltzmann = k1e(root / t) * np.exp(-(root - item.threshold[point]) / t)
            each[point] = boltzmann @ item.value[point][used]
        values.append((2 * through.spin + 1) / (2 * np.pi**3) * temperature * each)
        starts.append(item.threshold)
    return np.array(values), np.array(starts)


def second_bessel(z: Array) -> Array:
    """exp(z) K_2(z), the shape of ``z``, by recurrence: scipy's own ends at z = 1e9.

    >>> print(f"{second_bessel(np.array([1e12]))[0] * 1e6:.6f}")
    1.253314
    """
    from scipy.special import k0e, k1e

    return np.asarray(k0e(z) + 2 / z * k1e(z))


def density(states: tuple[State, ...], temperature: Array) -> tuple[Array, Array]:
    r"""Equilibrium densities :math:`n_i = g_i m_i^2 T K_2(m_i/T)/2\pi^2` over exp(-m_1/T), exact in Maxwell statistics.

    Args:
        temperature: [point, t].

    Returns:
        (values [state, point, t] (energy^3), lightest mass [point]).
    """
    lightest = states[0].mass[:, None]
    values = []
    for state in states:
        mass = state.mass[:, None]
        scaled = second_bessel(mass / temperature) * np.exp(-(mass - lightest) / temperature)
        values.append(state.degrees * mass**2 * temperature * scaled / (2 * np.pi**2))
    return np.array(values), states[0].mass
