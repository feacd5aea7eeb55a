r"""Freeze-out of the sum of all dark particles, :math:`dY/d\ln x = -\lambda(x)(Y^2-Y_{\rm eq}^2)`, x = m_1/T.

.. math:: \lambda = \frac{s\langle\sigma v\rangle_{\rm eff}}{H}\Bigl(1+\tfrac13\frac{d\ln h_*}{d\ln T}\Bigr),\qquad
          H = \Bigl(\frac{8\pi^3g_*}{90}\Bigr)^{1/2}\frac{T^2}{M_{\rm Pl}},\qquad
          \Omega h^2 = \frac{m_1s_0Y_\infty}{\rho_c/h^2}

In f = Y/Y_eq it is a Riccati equation whose steps are exact for constant coefficients (a product of 2 x 2 matrices), so
that nothing is stiff; Richardson extrapolation of two step sizes removes the leading error. When the equilibrium
density has gone, 1/Y_inf = 1/Y + integral of lambda.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from darktarget.core import Array, Model
from darktarget.numerics import chebyshev
from darktarget.thermal.average import density, reaction_densities
from darktarget.thermal.degrees import standard_model
from darktarget.thermal.exchange import ThermalExchange
from darktarget.units import CMB_TEMPERATURE, HUBBLE_100, PLANCK_MASS

START, FREE, END = 1.0, 100.0, 1e5  # x: equilibrium is assumed, Y_eq is gone, annihilation is over
STEPS: Final = 184  # from START to FREE, of the coarse grid
SPAN: Final = float(np.log(END / START))
NODES: Final = 56  # Chebyshev nodes in ln x of the thermal average
TAIL: Final = 200  # points of the integral from FREE to END


@dataclass(frozen=True)
class Grids:
    """The x of a calculation and the matrices from Chebyshev nodes to them."""

    nodes: Array
    steps: Array
    tail: Array
    to_steps: Array
    to_tail: Array


@dataclass(frozen=True)
class History:
    """Rates on the grids at one coupling; ``scaled`` rates follow by multiplication.

    Attributes:
        rate: lambda Y_eq at the step points, [point, 4 STEPS + 1] (middles of the fine steps among them).
        decline: ln Y_eq there. tail: integral of lambda from FREE to END, [point].
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


def history(model: Model, through: ThermalExchange, coupling: Array, running: bool = False) -> History:
    """Rates of a model at couplings [point]; chemical and kinetic equilibrium among all its states is assumed."""
    grid, states = grids(), model.states()
    lightest = states[0].mass[:, None]
    reactions, thresholds = reaction_densities(through, coupling, lightest / grid.nodes, running)
    scaled = np.log(np.maximum(reactions, 1e-300))

    def effective(x: Array, matrix: Array) -> tuple[Array, Array]:
        """(lambda, n_eq exp(m_1/T)/s) at x."""
        temperature = lightest / x
        each, _ = density(states, temperature)
        number = each.sum(axis=0)
        gap = (thresholds - 2 * states[0].mass)[:, :, None] / temperature
        gamma = np.exp(scaled @ matrix.T - gap).sum(axis=0)
        plasma = standard_model()
        entropy = 2 * np.pi**2 / 45 * plasma.h(temperature) * temperature**3
        hubble = np.sqrt(8 * np.pi**3 / 90 * plasma.g(temperature)) * temperature**2 / PLANCK_MASS
        return 2 * gamma / number**2 * entropy / hubble * plasma.slope(temperature), number / entropy

    rate, ratio = effective(grid.steps, grid.to_steps)
    decline = np.log(ratio) - grid.steps
    after, _ = effective(grid.tail, grid.to_tail)
    log = np.log(grid.tail)
    tail = ((after[:, 1:] + after[:, :-1]) / 2 * np.diff(log)).sum(axis=1)
    return History(rate * np.exp(decline), decline, tail, states[0].mass)
