r"""Freeze-out of the sum of all dark particles, :math:`dY/d\ln x = -\lambda(x)(Y^2-Y_{\rm eq}^2)`, x = m_1/T.

.. math:: \lambda = \frac{s\langle\sigma v\rangle_{\rm eff}}{H}\Bigl(1+\tfrac13\frac{d\ln h_*}{d\ln T}\Bigr),\qquad
          H^2 = \frac{8\pi}{3M_{\rm Pl}^2}\Bigl(\frac{\pi^2}{30}g_*T^4+\rho_{\rm m}\Bigr),\qquad
          \Omega h^2 = \frac{m_1s_0Y_\infty}{\rho_c/h^2}

In f = Y/Y_eq it is a Riccati equation whose steps are exact for constant coefficients (a product of 2 x 2 matrices), so
that nothing is stiff; Richardson extrapolation of two step sizes removes the leading error. When the equilibrium
density has gone, 1/Y_inf = 1/Y + integral of lambda. Where lambda falls as a power of x at ``END``, as for an s wave,
the rest of the integral follows; where annihilation goes on (a resonance at the threshold of the pair) it is calculated
until today. There lambda stays constant until matter dominates the expansion, which ends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, Model, State
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.numerics import chebyshev
from darktarget.numerics.quadrature import gauss_panels
from darktarget.thermal.average import density, reaction_densities
from darktarget.thermal.degrees import standard_model
from darktarget.thermal.exchange import ThermalExchange
from darktarget.units import CMB_TEMPERATURE, HUBBLE_100, PLANCK_MASS

START, FREE, END = 1.0, 100.0, 1e5  # x: equilibrium is assumed, Y_eq is gone, most annihilation is over
STEPS: Final = 184  # from START to FREE, of the coarse grid
SPAN: Final = float(np.log(END / START))
NODES: Final = 56  # Chebyshev nodes in ln x of the thermal average
TAIL: Final = 200  # points of the integral from FREE to END
MATTER: Final = 0.143  # Omega_m h^2, arXiv:1807.06209 Table 2
#: Beyond its last x lambda is taken as the power x^-p of the last e-fold, unless p < STEADY or the rest is EXCESS times
#: that of an s wave, 1/x at all x: then it is calculated. Below GONE of the integral nothing is left.
STEADY, EXCESS, GONE = 0.8, 2.0, 1e-5
LATE_PANELS, LATE_NODES = 14, 4  # of that calculation, in ln x


@dataclass(frozen=True, eq=False)
class Grids:
    """The x of a calculation and the matrices from Chebyshev nodes to them."""

    nodes: Array
    steps: Array
    tail: Array
    to_steps: Array
    to_tail: Array


@dataclass(frozen=True, eq=False)
class History:
    """Rates on the grids at one coupling; ``scaled`` rates follow by multiplication.

    Attributes:
        rate: lambda Y_eq at the step points, [point, 4 STEPS + 1] (middles of the fine steps among them).
        decline: ln Y_eq there. tail: integral of lambda from FREE on, [point].
        equilibrium: Y_eq at FREE, in logarithm, [point]. mass: of the lightest, [point].
    """

    rate: Array
    decline: Array
    tail: Array
    mass: Array

    def omega(self, scale: Array) -> Array:
        r"""Omega h^2 with every rate multiplied by ``scale`` [point], [point]."""
        fine, coarse = self._final(scale, 2), self._final(scale, 4)
        return np.asarray((4 * fine - coarse) / 3)

    def _final(self, scale: Array, every: int) -> Array:
        rate, decline = self.rate[:, every // 2 :: every], self.decline[:, ::every]
        step = np.log(FREE / START) * every / (self.rate.shape[1] - 1)
        a = (rate * scale[:, None] * step).T
        b = np.diff(decline, axis=1).T
        w = np.sqrt(a**2 + b**2 / 4)
        t = np.tanh(w) / w
        keep, feed, lose = 1 - t * b / 2, t * a, 1 + t * b / 2
        f = np.ones_like(scale)
        for k in range(a.shape[0]):
            f = (f * keep[k] + feed[k]) / (lose[k] + feed[k] * f)
        inverse = np.exp(-decline[:, -1]) / f + scale * self.tail
        return np.asarray(self.mass / inverse * abundance())


def abundance() -> float:
    """Omega h^2 per (energy unit times Y): entropy density today over the critical density at h = 1."""
    today = CMB_TEMPERATURE
    entropy = 2 * np.pi**2 / 45 * float(standard_model().entropy[0]) * today**3
    return float(entropy / (3 * HUBBLE_100**2 * PLANCK_MASS**2 / (8 * np.pi)))


@lru_cache(maxsize=1)
def grids() -> Grids:
    """Chebyshev nodes from START to END, points of all half steps, tail points, and interpolation to them."""
    steps = np.geomspace(START, FREE, 4 * STEPS + 1)
    tail = np.geomspace(FREE, END, TAIL)
    nodes = START * np.exp(SPAN * chebyshev.nodes(NODES))
    return Grids(nodes, steps, tail, to_points(steps), to_points(tail))


def to_points(x: Array) -> Array:
    """Matrix from the Chebyshev nodes to any x between START and END, [x, NODES]."""
    return chebyshev.matrix(NODES, np.log(x / START) / SPAN)


def expansion(temperature: Array) -> tuple[Array, Array]:
    """Entropy density (energy^3) and expansion rate H (energy) of the plasma and of matter, the shape of T.

    >>> from darktarget.units import HUBBLE_100
    >>> print(f"{expansion(np.array([CMB_TEMPERATURE]))[1][0] / HUBBLE_100:.3f}")  # h without a cosmological constant
    0.378
    """
    plasma = standard_model()
    entropy = 2 * np.pi**2 / 45 * plasma.h(temperature) * temperature**3
    energy = np.pi**2 / 30 * plasma.g(temperature) * temperature**4 + MATTER * entropy / abundance()
    return np.asarray(entropy), np.asarray(np.sqrt(8 * np.pi / 3 * energy) / PLANCK_MASS)


def effective(states: tuple[State, ...], temperature: Array, reactions: Array) -> tuple[Array, Array]:
    """(lambda, n_eq exp(m_1/T)/s), each [point, x].

    Args:
        reactions: densities of all pairs together over exp(-2 m_1/T), [point, x].
    """
    number = density(states, temperature)[0].sum(axis=0)
    entropy, hubble = expansion(temperature)
    rate = 2 * reactions / number**2 * entropy / hubble * standard_model().slope(temperature)
    return np.asarray(rate), np.asarray(number / entropy)


def history(model: Model, through: ThermalExchange, coupling: Array, width: str = ENERGY_DEPENDENT) -> History:
    """Rates of a model at couplings [point]; chemical and kinetic equilibrium among all its states is assumed."""
    grid, states = grids(), model.states()
    lightest = states[0].mass[:, None]
    reactions, thresholds = reaction_densities(through, coupling, lightest / grid.nodes, width)
    scaled, gap = np.log(np.maximum(reactions, 1e-300)), (thresholds - 2 * states[0].mass)[:, :, None]

    def at(x: Array, matrix: Array) -> tuple[Array, Array]:
        T = lightest / x
        return effective(states, T, np.exp(scaled @ matrix.T - gap / T).sum(axis=0))

    def late(where: NDArray[np.bool_]) -> Array:
        T, weight = until_today(states[0].mass, END)
        gamma, _ = reaction_densities(through, coupling, T, width, where)
        return np.asarray((effective(states, T, (gamma * np.exp(-gap / T)).sum(axis=0))[0] * weight).sum(axis=1))

    rate, ratio = at(grid.steps, grid.to_steps)
    decline = np.log(ratio) - grid.steps
    tail, rest = integrated(at(grid.tail, grid.to_tail)[0], grid.tail, late)
    return History(rate * np.exp(decline), decline, tail + rest, states[0].mass)


def integrated(rate: Array, x: Array, late: Callable[[NDArray[np.bool_]], Array]) -> tuple[Array, Array]:
    """Integral of lambda over ln x, and from the last x on, each [point].

    Args:
        rate: lambda, [point, x]. x: ascending, [x]. late: which points -> the second integral, [point].
    """
    whole = np.asarray(np.trapezoid(rate, np.log(x), axis=1))
    rest, goes_on = beyond(rate, x, whole)
    return whole, np.where(goes_on, late(goes_on), rest) if goes_on.any() else rest


def beyond(rate: Array, x: Array, whole: Array) -> tuple[Array, NDArray[np.bool_]]:
    """What is left of the integral of lambda after its last x, if the power law goes on, and where it may not.

    Args:
        rate: lambda, [point, x]. x: ascending, [x]. whole: the integral so far, [point].

    Returns:
        integral from the last x on, and whether it has to be calculated, each [point].

    >>> x = np.geomspace(1e2, 1e5, 50)
    >>> rest, goes_on = beyond(np.array([1 / x, 0 * x + 1]), x, np.array([1e-2, 7.0]))
    >>> print(f"{rest[0]:.6f}", goes_on.tolist())
    0.000010 [False, True]
    """
    one = np.searchsorted(x, x[-1] / np.e)
    end, before = np.maximum(rate[:, -1], 1e-300), np.maximum(rate[:, one], 1e-300)
    power = np.log(before / end) / np.log(x[-1] / x[one])
    rest = end / np.maximum(power, STEADY)
    return rest, (rest > GONE * whole) & ((power < STEADY) | (rest > EXCESS * whole * x[0] / x[-1]))


def until_today(mass: Array, start: float) -> tuple[Array, Array]:
    """Temperatures from x = mass/T = ``start`` to that of today, and weights in ln x, each [point, node]."""
    span = np.maximum(np.log(mass / (start * CMB_TEMPERATURE)), 0.0)[:, None]
    place, weight = gauss_panels(np.linspace(0, 1, LATE_PANELS + 1), LATE_NODES)
    return mass[:, None] / start * np.exp(-span * place), span * weight
