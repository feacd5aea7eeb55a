r"""Two dark states that need not be in chemical equilibrium: coupled equations for chi1 and chi2.

.. math:: \frac{H s}{1+\frac13\frac{d\ln h_*}{d\ln T}}\frac{dY_1}{d\ln x}
          = -2\gamma_{11}(y_1^2-1)-\gamma_{12}(y_1y_2-1)+C,\\
          Y_2\colon\quad -2\gamma_{22}(y_2^2-1)-\gamma_{12}(y_1y_2-1)-C

.. math:: C = (\gamma_D+\gamma_S)(y_2-y_1)+\gamma_{22\to12}(y_2^2-y_1y_2)+2\gamma_{22\to11}(y_2^2-y_1^2)
          +\gamma_{12\to11}(y_1y_2-y_1^2)

with y = Y/Y_eq; decays chi2 -> chi1 f f, scattering chi2 f -> chi1 f on electrons and muons (co-scattering), and
conversions among dark states by a mediator in the t or s channel (their interference is left out). Each step of the
implicit Euler rule is solved by Newton's method for all points at once; two step sizes are extrapolated.

References: arXiv:1705.08450 (co-scattering), arXiv:2201.08409 (inelastic Dirac dark matter).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, Exchange, LorentzStructure, Model, State
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.decays.kinematics import kallen_root
from darktarget.decays.two_body import CONSERVED
from darktarget.dump.scattering import Scatterer
from darktarget.thermal import scattering
from darktarget.thermal.average import density, reaction_densities
from darktarget.thermal.boltzmann import (
    FREE,
    abundance,
    effective,
    expansion,
    grids,
    integrated,
    to_points,
    until_today,
)
from darktarget.thermal.degrees import standard_model
from darktarget.thermal.exchange import ThermalExchange, ThermalPair
from darktarget.units import ALPHA, LEPTON_MASS

STEPS: Final = 360  # of the coarse grid
START, END = 3.0, 3e4
TINY: Final = 1e-250  # Y of a state that is gone
NEWTON, CONVERGED = 8, 1e-6  # iterations at most, relative change at which they stop (quadratic convergence)
IMPOSED: Final = 1e8  # factor on conversions that imposes chemical equilibrium
SCATTERERS: Final = ("electron", "muon")
REFERENCES: Final = ("1705.08450", "2201.08409")


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates at the points of the fine grid, each [point, x], in Y = n/s: no exponential is left in them.

    Attributes:
        annihilation: of 11, 12 (both orders) and 22, per Y^2; they grow as the rate scale.
        soft: decays and scattering on leptons, per Y_2; grows as the scale.
        hard: 22->12, 22->11 and 12->11, per Y^2; they do not.
        equilibrium: Y_eq of the lightest. ratio: Y_2,eq over Y_1,eq. mass: of the lightest, [point].
        rest: integral of the rate of 11 alone from END on, per Y; it grows as the scale, [point].
    """

    annihilation: tuple[Array, Array, Array]
    soft: Array
    hard: tuple[Array, Array, Array]
    equilibrium: Array
    ratio: Array
    mass: Array
    rest: Array

    def omega(self, scale: Array, imposed: bool = False) -> Array:
        """Omega h^2 with annihilation, decays and co-scattering multiplied by ``scale`` [point], [point]."""
        fine, coarse = self._final(scale, 1, imposed), self._final(scale, 2, imposed)
        return np.asarray((2 * fine - coarse) * self.mass * abundance())

    def _final(self, scale: Array, every: int, imposed: bool) -> Array:
        step = np.log(END / START) * every / (self.soft.shape[1] - 1)
        chosen = slice(every, None, every)
        factor = step * scale[:, None]
        grown = [(factor * a[:, chosen]).T for a in self.annihilation]
        soft = (factor * self.soft[:, chosen]).T * (IMPOSED if imposed else 1.0)
        dark = [(step * h[:, chosen]).T for h in self.hard]
        first, ratio = self.equilibrium[:, chosen].T, self.ratio[:, chosen].T
        one, two = self.equilibrium[:, 0], (self.equilibrium * self.ratio)[:, 0] + TINY
        for k in range(soft.shape[0]):
            rates = (*(g[k] for g in grown), soft[k], *(h[k] for h in dark))
            one, two = _step(one, two, first[k], ratio[k], rates)
        return one / (1 + one * scale * self.rest) + two


def _step(old1: Array, old2: Array, e1: Array, r: Array, rates: tuple[Array, ...]) -> tuple[Array, Array]:
    """One implicit Euler step for Y of both states by Newton's method, in the sum and the second state."""
    a11, a12, a22, soft, h2212, h2211, h1211 = rates
    Y1, Y2, e2 = old1, old2, e1 * r
    for _ in range(NEWTON):
        gap = Y2 - r * Y1  # vanishes in chemical equilibrium
        c = gap * (soft + h2212 * Y2 + 2 * h2211 * (Y2 + r * Y1) + h1211 * Y1)
        c1 = -r * (soft + h2212 * Y2 + 4 * h2211 * r * Y1 + h1211 * Y1) + h1211 * gap
        c2 = soft + h2212 * (2 * Y2 - r * Y1) + 4 * h2211 * Y2 + h1211 * Y1
        # the sum does not know the conversions, so that large ones cost no digits
        both = 2 * a12 * (Y1 * Y2 - e1 * e2)
        total = Y1 + Y2 - old1 - old2 + 2 * a11 * (Y1**2 - e1**2) + 2 * a22 * (Y2**2 - e2**2) + both
        t1, t2 = 1 + 4 * a11 * Y1 + 2 * a12 * Y2, 1 + 4 * a22 * Y2 + 2 * a12 * Y1
        second = Y2 - old2 + 2 * a22 * (Y2**2 - e2**2) + both / 2 + c
        s1, s2 = a12 * Y2 + c1, 1 + 4 * a22 * Y2 + a12 * Y1 + c2
        inverse = 1 / (t1 * s2 - t2 * s1)
        new1 = np.maximum(Y1 - (total * s2 - second * t2) * inverse, 1e-2 * Y1 + TINY)
        new2 = np.maximum(Y2 - (t1 * second - s1 * total) * inverse, 1e-2 * Y2 + TINY)
        done = max(float(np.abs(new1 / Y1 - 1).max()), float(np.abs(new2 / Y2 - 1).max())) < CONVERGED
        Y1, Y2 = new1, new2
        if done:
            break
    return Y1, Y2


def separate(through: ThermalExchange, model: Model) -> bool:
    """Whether the two states can fall out of chemical equilibrium: each annihilates without the other."""
    kinds = {tuple(sorted(n.removesuffix("bar") for n in p.names)) for p in through.pairs}
    names = [s.name for s in model.states()]
    return len(names) == 2 and {(n, n) for n in names} <= kinds and tuple(sorted(names)) in kinds


def history(model: Model, through: ThermalExchange, coupling: Array, width: str = ENERGY_DEPENDENT) -> Rates:
    """Rates of a model with two states at couplings [point]."""
    grid, states = grids(), model.states()
    lightest = states[0].mass[:, None]
    x = np.geomspace(START, END, 2 * STEPS + 1)
    to = to_points(x)
    T = lightest / x
    entropy, hubble = expansion(T)
    once = standard_model().slope(T) / hubble
    one, two = (_bare(state, T) for state in states)
    each = (one, two)
    nodes = lightest / grid.nodes
    reactions, _ = reaction_densities(through, coupling, nodes, width)
    annihilation = [np.zeros_like(T) for _ in range(3)]
    for value, pair in zip(reactions, through.pairs, strict=True):
        place = _place(pair, model)
        first, second = each[place // 2], each[(place + 1) // 2]
        annihilation[place] += _grown(value, to) / (first * second) * entropy * once

    def late(where: NDArray[np.bool_]) -> Array:
        T, weight = until_today(states[0].mass, END)
        gamma, _ = reaction_densities(through, coupling, T, width, where)
        own = sum((g for g, p in zip(gamma, through.pairs, strict=True) if _place(p, model) == 0), np.zeros_like(T))
        return np.asarray((effective(states[:1], T, own)[0] * weight).sum(axis=1))

    free = x >= FREE
    _, rest = integrated(2 * annihilation[0][:, free], x[free], late)
    heavier = states[1].mass[:, None]
    soft = _decays(model, coupling, heavier / T) + _leptons(through, model, coupling, nodes, to, T) / two
    hard = _dark(through, model, nodes, to)
    pairs = (two * two, two * two, one * two)
    return Rates(
        (annihilation[0], annihilation[1], annihilation[2]),
        soft * once,
        (hard[0] / pairs[0] * entropy * once, hard[1] / pairs[1] * entropy * once, hard[2] / pairs[2] * entropy * once),
        np.maximum(one * np.exp(-np.minimum(x, 600.0)) / entropy, 1e-290),
        two / one * np.exp(-(heavier - lightest) / T),
        states[0].mass,
        rest,
    )


def _bare(state: State, temperature: Array) -> Array:
    """Equilibrium density over exp(-m/T), [point, x]."""
    return np.asarray(density((state,), temperature)[0][0])


def _grown(scaled: Array, to: Array) -> Array:
    """A density stored without its exponential at the Chebyshev nodes, at other temperatures."""
    return np.asarray(np.exp(np.log(np.maximum(scaled, 1e-300)) @ to.T))


def _place(pair: ThermalPair, model: Model) -> int:
    """0 for 11, 1 for 12 and 21, 2 for 22."""
    heavy = model.states()[1].name
    return sum(n.removesuffix("bar") == heavy for n in pair.names)


def _decays(model: Model, coupling: Array, z: Array) -> Array:
    """Gamma K1/K2 (time dilation) of the heavier state at z = m/T, [point, x]."""
    from scipy.special import k1e, kve

    heavy = model.states()[1]
    width = sum(
        (c.at(heavy.mass[:, None])[:, 0] * coupling**c.power for c in model.channels() if c.parent == heavy.name),
        np.zeros(model.points),
    )
    return np.asarray(width[:, None] * k1e(z) / kve(2, z))


def strengths(through: ThermalExchange, model: Model) -> tuple[Array, Array, Array]:
    r"""alpha of the vertices 11, 12 and 22, each [point], from the widths: :math:`\Gamma = \frac{\alpha M}{3}\dots`."""
    at = 10 * (through.mass + model.states()[1].mass)[:, None]  # far above every threshold
    found: list[Array] = [np.zeros(model.points)] * 3
    for pair in through.pairs:  # 12 and 21 are equal, the last one stays
        masses = [{s.name: s.mass for s in model.states()}[n.removesuffix("bar")] for n in pair.names]
        a, b, M = masses[0][:, None], masses[1][:, None], at
        one = (M**2 - (a - b) ** 2) * ((a + b) ** 2 + 2 * M**2) * kallen_root(M, a, b) / (6 * M**5)
        found[_place(pair, model)] = (pair.width(at) / one)[:, 0]
    return found[0], found[1], found[2]


def _refuse(model: Model) -> tuple[LorentzStructure, ...]:
    """Structures of the couplings to electrons and muons.

    Raises:
        PhysicsError: one has no ``conversion``.
    """
    found = tuple(dict.fromkeys(s for lepton in SCATTERERS for s, _ in model.lepton_parts(lepton)))
    for structure in found:
        scattering.CONVERSION.of(structure, f"conversion of the dark states of {model.name}")
    return found


def _plain(model: Model) -> scattering.Square | None:
    """The amplitude of a single Lorentz structure with a conserved current, which dark currents share; else None."""
    found = _refuse(model)
    return scattering.CONVERSION[found[0]] if len(found) == 1 and found[0] in CONSERVED else None


def _leptons(
    through: ThermalExchange, model: Model, coupling: Array, nodes: Array, to: Array, temperature: Array
) -> Array:
    """chi2 f -> chi1 f on electrons and muons (4 degrees of freedom each) over exp(-m_2/T), [point, x]."""
    one, two = (s.mass for s in model.states())
    total, degrees = np.zeros_like(temperature), (model.states()[1].degrees, 4)
    for lepton in SCATTERERS:
        mass = LEPTON_MASS[lepton]
        m = np.full(model.points, mass)
        for form, amplitude in _down(through, model, lepton):
            couplings = 4 * np.pi * ALPHA * (form * coupling) ** 2
            value = scattering.density((two, m, one, m), through.mass, degrees, nodes, amplitude)
            total = total + couplings[:, None] * _grown(value, to) * np.exp(-mass / temperature)
    return total


def _down(through: ThermalExchange, model: Model, lepton: str) -> list[tuple[Array, scattering.Square]]:
    """Forms of the coupling of a lepton that chi2 -> chi1 meets, and amplitudes with the dark coupling in the first."""
    if (amplitude := _plain(model)) is not None:
        mixed = np.sqrt(4 * np.pi * strengths(through, model)[1])
        return [(mixed * model.lepton_coupling(lepton), amplitude)]
    met = [
        (form, Scatterer(model, _exchanges(model)[1, 0], structure, LEPTON_MASS[lepton]))
        for structure, form in model.lepton_parts(lepton)
    ]
    return [(form, scattering.of_scatterer(each)) for form, each in met]


def _exchanges(model: Model) -> dict[tuple[int, int], Exchange]:
    """Exchanges by the places of the incoming and the outgoing state."""
    place = {state.name: k for k, state in enumerate(model.states())}
    return {(place[e.incoming], place[e.outgoing]): e for e in model.exchanges()}


def _dark(through: ThermalExchange, model: Model, nodes: Array, to: Array) -> tuple[Array, Array, Array]:
    """22->12, 22->11 and 12->11 events in the t channel over the exponentials of the initial masses, [point, x]."""
    (one, two), degrees = (s.mass for s in model.states()), model.states()[1].degrees
    a11, a12, a22 = ((4 * np.pi) * a[:, None] for a in strengths(through, model))
    both, amplitude = (degrees, degrees), _plain(model)
    if amplitude is None:
        met, unit = _exchanges(model), np.ones_like(a11)
        a11 = a12 = a22 = unit
        amplitudes = [scattering.of_exchanges(met[1, 0], met[other]) for other in ((1, 1), (1, 0), (0, 0))]
    else:
        amplitudes = [amplitude] * 3
    first = scattering.density((two, two, one, two), through.mass, both, nodes, amplitudes[0])
    second = scattering.density((two, two, one, one), through.mass, both, nodes, amplitudes[1])
    third = scattering.density((two, one, one, one), through.mass, both, nodes, amplitudes[2])
    return a12 * a22 * _grown(first, to), a12 * a12 * _grown(second, to) / 2, a12 * a11 * _grown(third, to)
