r"""Density and temperature of the dark sector together, where scattering stops before annihilation does.

With :math:`f\propto e^{-E/T_\chi}` the number and the mean energy of all dark particles obey

.. math:: \frac{dY}{d\ln x} = -\lambda(T_\chi)Y^2+\lambda(T)Y_{\rm eq}^2,\qquad
          \lambda = \frac{s\langle\sigma v\rangle_{\rm eff}}{H}g,\quad g = 1+\tfrac13\frac{d\ln h_*}{d\ln T}

.. math:: c\,\frac{dT_\chi}{d\ln x} = -3gT_\chi+\frac{g\gamma}{H}c\,(T-T_\chi)
          +\lambda(T_\chi)Y\,\bigl[\epsilon(T_\chi)-\tfrac12e(T_\chi)\bigr]
          -\lambda(T)\frac{Y_{\rm eq}^2}{Y}\,\bigl[\epsilon(T_\chi)-\tfrac12e(T)\bigr]

:math:`\epsilon` is the mean energy of a particle, c its derivative, e the mean energy of a pair that annihilates, and
:math:`\gamma` that of :mod:`darktarget.thermal.elastic`. For slow particles these are the equations of arXiv:1706.07433
for :math:`y = m_\chi T_\chi s^{-2/3}`; here the energy is the second moment, which needs no expansion in the velocity:
the pressure is :math:`nT_\chi` exactly, and e has the integral of the average with K_2 in place of K_1.
States of different mass share one temperature and are in chemical equilibrium with each other at it. The Maxwell form
is kept up by scattering of dark particles on each other, which is not part of the equations.

Steps are exact for constant coefficients, which are those of the middle of the step; two step sizes are extrapolated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, Model
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.numerics import chebyshev
from darktarget.thermal import elastic
from darktarget.thermal.average import Integrand, density, integrands, second_bessel
from darktarget.thermal.boltzmann import abundance, expansion
from darktarget.thermal.degrees import standard_model
from darktarget.thermal.exchange import ThermalExchange

START, FREE, END = 2.0, 100.0, 1e7  # x: equilibrium is assumed, Y_eq is gone, annihilation falls as 1/x
BEFORE, AFTER = 90, 60  # steps of the coarse grid up to FREE and from there
ASYMPTOTIC: Final = 25.0  # m/T from which energies are expanded in T/m
ORDERS: Final = 6  # of that expansion
COLDEST: Final = 1e12  # m/T_chi that the averages reach
CLOSE: Final = 0.5  # largest relative difference of two step sizes that is extrapolated
GONE: Final = 300.0  # exponent beyond which nothing is left (subnormal numbers are slow)
PEAK: Final = 10.0  # widths below the resonance at which it begins
NODES: Final = 100  # Chebyshev nodes in ln(m/T_chi)
TABLE: Final = 1400  # points of the tables in ln(m/T_chi)
APART: Final = 1e6  # x from which scattering is over
WARM: Final = 64  # Chebyshev nodes in ln x of scattering
SPAN: Final = float(np.log(COLDEST))
REFERENCES: Final = ("1706.07433", "2103.01944")


@dataclass(frozen=True, eq=False)
class Averages:
    """Functions of the dark temperature on an even grid of ln(m_1/T_chi) from 0 to SPAN, each [point, TABLE].

    Attributes:
        cross: ln of <sigma v>_eff. loss: (epsilon - e/2)/(c T_chi). capacity: c.
    """

    cross: Array
    loss: Array
    capacity: Array

    def at(self, log: Array) -> tuple[Array, Array, Array, Array]:
        """(<sigma v>, loss, loss', c) at ln(m_1/T_chi) [point, ...], each of that shape.

        loss' is the derivative of loss <sigma v> in ln T_chi, over <sigma v>.
        """
        place = np.clip(log * ((TABLE - 1) / SPAN), 0, TABLE - 1.001)
        low = place.astype(int)
        share, point = place - low, np.arange(log.shape[0]).reshape(-1, *(1,) * (log.ndim - 1))
        ends = [(v[point, low], v[point, low + 1]) for v in (self.cross, self.loss, self.capacity)]
        cross, loss, capacity = (first + share * (second - first) for first, second in ends)
        slopes = [(first - second) * ((TABLE - 1) / SPAN) for first, second in ends[:2]]
        return np.exp(cross), loss, slopes[1] + loss * slopes[0], capacity


@dataclass(frozen=True, eq=False)
class CoupledHistory:
    """Rates at one coupling, at all ends and middles of the fine steps; each [x, point] unless stated.

    Attributes:
        x: of the grid, [x]. to_rate: g s/H, of <sigma v>. cross, loss: as ``Averages``, at T_chi = T.
        decline: ln Y_eq. scattering: g gamma/H. slope: g.
        averages: at any dark temperature. mass: of the lightest, [point].
    """

    x: Array
    to_rate: Array
    cross: Array
    loss: Array
    decline: Array
    scattering: Array
    slope: Array
    averages: Averages
    mass: Array

    @property
    def ends(self) -> NDArray[np.bool_]:
        """Whether <sigma v> becomes constant in a cooling sector: annihilation is over at ``END``, [point].

        A resonance at the threshold of the pair makes it grow without end.
        """
        early, late = (self.averages.at(np.full(self.mass.size, np.log(COLDEST / f)))[0] for f in (1e3, 1e1))
        return np.asarray(late < 2 * early)

    def omega(self, scale: Array) -> Array:
        """Omega h^2 with annihilation and scattering multiplied by ``scale`` [point], [point]."""
        fine, coarse = self._final(scale, 2), self._final(scale, 4)
        close = np.abs(coarse - fine) < CLOSE * fine
        return np.asarray(np.where(close, (4 * fine - coarse) / 3, fine) * self.mass * abundance())

    def _final(self, scale: Array, every: int) -> Array:
        """Y today: after the last step <sigma v> is that of particles at rest, [point]."""
        density, ratio = (v[-1] for v in self.evolve(scale, every))
        cross = self.averages.at(np.log(self.x[-1] / ratio))[0]
        return np.asarray(1 / (1 / density + scale * self.to_rate[-1] * cross))

    def evolve(self, scale: Array, every: int = 2) -> tuple[Array, Array]:
        """Y and T_chi/T after each step, both [step, point].

        Args:
            every: 2 for the fine steps, 4 for the coarse ones.
        """
        log = np.log(self.x)
        state = np.ones_like(scale), np.ones_like(scale)
        yields, ratios = [], []
        for k in range(0, log.size - 1, every):
            half, step = log[k + every // 2] - log[k], log[k + every] - log[k]
            middle = self._advance(state, state, scale, (k, k, k + every // 2), half)
            state = self._advance(state, middle, scale, (k + every // 2, k, k + every), step)
            yields.append(state[0] * np.exp(self.decline[k + every]) if self.x[k + every] <= FREE else state[0])
            ratios.append(state[1])
            if self.x[k] < FREE <= self.x[k + every]:
                state = yields[-1], state[1]  # Y itself from here on
        return np.array(yields), np.array(ratios)

    def _advance(
        self,
        state: tuple[Array, Array],
        at: tuple[Array, Array],
        scale: Array,
        places: tuple[int, int, int],
        step: float,
    ) -> tuple[Array, Array]:
        """The state after a step with the coefficients of ``at``: Y/Y_eq (Y after FREE) and T_chi/T.

        Args:
            places: on the grid, of the coefficients, of the beginning and of the end.
        """
        here, first, last = places
        cross, loss, bend, capacity = self.averages.at(np.log(self.x[here] / at[1]))
        rate = scale * self.to_rate[here] * cross
        with_plasma = self.x[last] <= FREE
        if with_plasma:
            rate = rate * np.exp(self.decline[here])
            share = self.cross[here] / cross  # of <sigma v>, at T over at T_chi
            fall = self.decline[last] - self.decline[first]
            new, present = (_riccati(state[0], rate, np.sqrt(share), fall * p, step * p) for p in (1.0, 0.5))
            created = rate * share / present  # of the density that belongs to this temperature: nothing is stiff
        else:
            new, present = state[0] / (1 + rate * step * state[0]), at[0]
            created = np.zeros_like(rate)
        heating, removed = scale * self.scattering[here], rate * present
        # the rate of losses is linear near the present T_chi: its slope keeps large rates stable
        source = heating + created * (1 - self.loss[here]) - removed * bend * at[1]
        drag = 3 * self.slope[here] / capacity - 1 + heating + created - removed * (loss + bend)
        drag = np.where(np.abs(drag) < 1e-9, 1e-9, drag)
        fade = np.expm1(-np.clip(drag * step, -50, 700))
        return new, np.maximum(state[1] * (1 + fade) - source / drag * fade, 1e-9)


def _riccati(f: Array, rate: Array, balance: Array, fall: Array, step: float) -> Array:
    """f = Y/Y_eq after a step of f' = -rate (f^2 - balance^2) - f (ln Y_eq)', exact for constant coefficients."""
    a = rate * balance * step
    w = np.sqrt(a**2 + fall**2 / 4)
    t = np.tanh(w) / w
    g = f / balance
    return balance * (g * (1 - t * fall / 2) + t * a) / (1 + t * fall / 2 + t * a * g)


@lru_cache(maxsize=1)
def grid() -> Array:
    """x at all ends, middles and quarters of the coarse steps."""
    before, after = np.geomspace(START, FREE, 4 * BEFORE + 1), np.geomspace(FREE, END, 4 * AFTER + 1)
    before[-1] = after[0] = FREE
    return np.concatenate([before, after[1:]])


def history(
    model: Model, through: ThermalExchange, coupling: Array, width: str = ENERGY_DEPENDENT, *, scatters: bool = True
) -> CoupledHistory:
    """Rates of a model at couplings [point].

    Args:
        width: as ``reaction_densities``. scatters: False leaves out all scattering on leptons.

    Raises:
        PhysicsError: scattering is asked for and its amplitude is not known.
    """
    averages, x, lightest = _averages(model, through, coupling, width), grid(), model.states()[0].mass
    temperature = lightest[:, None] / x
    entropy, hubble = expansion(temperature)
    slope = standard_model().slope(temperature)
    number, _, _, moving = gas(model, temperature)
    cross, loss, _, _ = (v.T for v in averages.at(np.log(x)[None, :].repeat(lightest.size, axis=0)))
    scattering = np.zeros_like(temperature)
    if scatters:
        scattering = _relaxation(model, through, coupling, temperature) / (2 * temperature**2 * number * moving)
    return CoupledHistory(
        x,
        (slope * entropy / hubble).T,
        cross,
        loss,
        (np.log(number / entropy) - x).T,
        (slope / hubble * scattering).T,
        slope.T,
        averages,
        lightest,
    )


def _relaxation(model: Model, through: ThermalExchange, coupling: Array, temperature: Array) -> Array:
    """Sum of dR (Delta K)^2 over exp(-m_1/T) at couplings [point], [point, x]; no exponential is interpolated."""
    lightest, span = model.states()[0].mass[:, None], np.log(APART / START)
    nodes = lightest / (START * np.exp(span * chebyshev.nodes(WARM)))
    to = chebyshev.matrix(WARM, np.log(grid() / START) / span)
    total = np.zeros_like(temperature)
    for value, gap in elastic.exchanged(model, through, coupling, nodes):
        bare = np.log(np.maximum(value, 1e-300)) @ to.T
        total = total + np.exp(bare - np.minimum(gap[:, None] / temperature, GONE))
    return np.where(grid() < APART, total, 0.0)


def _averages(model: Model, through: ThermalExchange, coupling: Array, width: str) -> Averages:
    """Averages of a model at couplings [point]."""
    lightest = model.states()[0].mass[:, None]
    nodes = lightest / np.exp(SPAN * chebyshev.nodes(NODES))
    log = np.linspace(0, SPAN, TABLE)
    to, temperature = chebyshev.matrix(NODES, log / SPAN), lightest * np.exp(-log)
    events, energy = np.zeros((2, *temperature.shape))
    on_shell = through.width(coupling)
    for item in integrands(through, coupling, nodes, width):
        for start, value in _pieces(item, through.mass, on_shell):
            count, excess = pair_moments(item.root, value, start, nodes)
            gap = (start[:, None] - 2 * lightest) / temperature
            each = np.exp(np.log(np.maximum(count, 1e-300)) @ to.T - np.minimum(gap, GONE)) * temperature
            events, energy = events + each, energy + each * (excess @ to.T + gap)
    number, mean, capacity, _ = gas(model, temperature)
    constant = (2 * through.spin + 1) / (2 * np.pi**3)
    cross = np.log(np.maximum(2 * constant * events / number**2, 1e-280))
    loss = (mean - energy / np.maximum(events, 1e-300) / 2) / capacity
    return Averages(cross, loss, capacity)


def _pieces(item: Integrand, mass: Array, width: Array) -> Iterator[tuple[Array, Array]]:
    """Lower ends and integrands below the resonance and from it on: each average without its exponential is smooth."""
    above = item.root >= (mass - PEAK * width)[:, None]
    first = np.take_along_axis(item.root, np.argmax(above, axis=1)[:, None], axis=1)[:, 0]
    yield np.where(above[:, 0], item.threshold, first), np.where(above, item.value, 0.0)
    if not above.all():
        yield item.threshold, np.where(above, 0.0, item.value)


def pair_moments(root: Array, value: Array, threshold: Array, temperature: Array) -> tuple[Array, Array]:
    """Integral with K_1 over exp(-threshold/T), and mean of (energy - threshold)/T with K_2, each [point, t]."""
    count, excess = np.empty_like(temperature), np.empty_like(temperature)
    for point, row in enumerate(temperature):
        used = value[point] > 0
        r, v, low = root[point][used], value[point][used], threshold[point]
        cold = row * ASYMPTOTIC < low
        for chosen, moments in ((cold, _cold_moments), (~cold, _warm_moments)):
            count[point, chosen], excess[point, chosen] = moments(r, v, low, row[chosen])
    return count, excess / np.maximum(count, 1e-300)


def _warm_moments(root: Array, value: Array, threshold: float, temperature: Array) -> tuple[Array, Array]:
    """Integrals of K_1 and of K_1 (energy - threshold)/T, each [t]."""
    from scipy.special import k0e, k1e

    T = temperature[:, None]
    z, above = root / T, (root - threshold) / T
    k1 = k1e(z)
    falling = np.exp(-np.minimum(above, GONE)) * value
    # sqrt(s) K_2/K_1 - threshold, without the difference of large numbers
    return (falling * k1).sum(axis=1), (falling * (k1 * (above - z + 2) + z * k0e(z))).sum(axis=1)


def _cold_moments(root: Array, value: Array, threshold: float, temperature: Array) -> tuple[Array, Array]:
    """The same by the expansion of the Bessel functions in T/sqrt(s): one exponential and a product of matrices."""
    falling = np.exp(-np.minimum((root - threshold) / temperature[:, None], GONE))
    order = np.arange(ORDERS)
    columns = value[:, None] * root[:, None] ** (-0.5 - order)
    powers = np.sqrt(np.pi / 2) * temperature[:, None] ** (0.5 + order)
    first, second = _series(1), _series(2)
    terms = falling @ columns * powers
    kinetic = falling @ (columns * (root - threshold)[:, None]) * powers / temperature[:, None]
    return terms @ first[:-1], kinetic @ first[:-1] + terms @ (second - first)[1:]


@lru_cache(maxsize=4)
def _series(n: int) -> Array:
    r"""Coefficients of :math:`z^{-k}` in :math:`K_n(z)e^z\sqrt{2z/\pi}`, [ORDERS + 1]."""
    k = np.arange(1, ORDERS + 1)
    return np.concatenate([[1.0], np.cumprod((4 * n**2 - (2 * k - 1) ** 2) / (8 * k))])


def gas(model: Model, temperature: Array) -> tuple[Array, Array, Array, Array]:
    """All states in Maxwell statistics, each [point, t].

    Returns:
        n over exp(-m_1/T); (epsilon - m_1)/T; c; and the part of c that is the motion of each state.
    """
    each, lightest = density(model.states(), temperature)
    number = each.sum(axis=0)
    mean, square, moving = np.zeros((3, *temperature.shape))
    for state, part in zip(model.states(), each, strict=True):
        z, gap = state.mass[:, None] / temperature, (state.mass - lightest)[:, None] / temperature
        own, spread = _kinetic(z)
        share = part / number
        mean, moving = mean + share * (own + gap), moving + share * spread
        square = square + share * (spread + (own + gap) ** 2)
    return number, mean, square - mean**2, moving


def _kinetic(z: Array) -> tuple[Array, Array]:
    """Mean of (energy - mass)/T and its variance at z = m/T, without differences of large numbers."""
    from scipy.special import k1e

    own = z * (k1e(z) / second_bessel(z) - 1) + 3
    spread = 3 * (own + z) + 3 - 2 * own * z - own**2  # <E^2> = m^2 + 3 T <E> + 3 T^2
    cold = z > ASYMPTOTIC
    own = np.where(cold, 1.5 + 15 / (8 * z) - 15 / (8 * z**2) + 135 / (128 * z**3), own)
    return own, np.where(cold, 1.5 + 15 / (4 * z) - 45 / (8 * z**2) + 135 / (32 * z**3), spread)
