"""Tail probabilities as functions of the signal s, and the signal at which they reach a given value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import PhysicsError
from darktarget.numerics.roots import jointly, root

Array = NDArray[np.float64]
LARGEST_EXPONENT = 690.0  # exp() of more leaves double precision; such terms are 0 to 1e-60 here


class Tail(Protocol):
    """A probability that falls with the signal: called with s [P], returns [P]."""

    def __call__(self, signal: Array) -> Array: ...


@dataclass(frozen=True, eq=False)
class Series:
    """f(s) = sum_j w_j sum_d c_d Pois(d; s E_j): exact mixture of Poisson probabilities of d signal events.

    Args:
        weights: [J], sum 1, or [P, J], the weights of a posterior.
        efficiency: [P, J] signal efficiency at each node.
        coefficients: sequence over d = 0..D of arrays that broadcast to [P, J]: the probability that the
            outcome is
            counted when d signal events are seen.

    >>> f = Series(np.ones(1), np.ones((1, 1)), np.ones((2, 1, 1)))
    >>> round(float(f(np.array([3.889720]))[0]), 6)
    0.1
    """

    weights: Array
    efficiency: Array
    coefficients: Array

    def __call__(self, signal: Array) -> Array:
        x = np.minimum(np.asarray(signal)[:, None] * self.efficiency, LARGEST_EXPONENT)
        total = np.broadcast_to(self.coefficients[-1], x.shape)
        for d in range(len(self.coefficients) - 1, 0, -1):
            total = total * (x / d) + self.coefficients[d - 1]
        return np.asarray(np.sum(total * np.exp(-x) * self.weights, axis=-1))


@dataclass(frozen=True, eq=False)
class Gamma:
    """f(s) = sum_j w_j Q(n_j + 1, s E_j + B_j), Q the regularised upper incomplete gamma function: for large
    counts.

    Args:
        weights: [J] or [P, J], as in Series.
        efficiency: [P, J].
        background: [J].
        count: [J], largest count that is included; -1 contributes 0.

    >>> f = Gamma(np.ones(1), np.ones((1, 1)), np.zeros(1), np.ones(1))
    >>> round(float(f(np.array([3.889720]))[0]), 6)
    0.1
    """

    weights: Array
    efficiency: Array
    background: Array
    count: Array

    def __call__(self, signal: Array) -> Array:
        from scipy.special import gammaincc

        mean = np.maximum(np.asarray(signal)[:, None] * self.efficiency + self.background, 0.0)
        inside = gammaincc(np.maximum(self.count + 1, 1), mean)
        return np.asarray(np.sum(np.where(self.count < 0, 0.0, inside) * self.weights, axis=-1))


def positive(chance: Array) -> Array:
    """The chance without signal, refused where it underflows.

    Raises:
        PhysicsError: the observed counts are impossible under the background in double precision.

    >>> positive(np.array([0.5])).tolist()
    [0.5]
    """
    if np.any(chance <= 1e-290):
        raise PhysicsError("the observed counts lie so far below the background that no limit is meaningful")
    return chance


def solve_falling(
    function: Callable[[Array], Array], target: Array, start: Array, step: Array, accuracy: float = 1e-13
) -> Array:
    """The s at which a falling function reaches a positive target, for many points at once.

    Bracket by doubling the step, then ``numerics.roots.root`` on ln f; a function with small steps (toys,
    enumeration) is followed to one of its steps.

    Args:
        function: maps s [P] to f [P], f(start) >= target.
        target: [P], > 0.
        start: [P] lower edge of the search.
        step: [P] first step, > 0.
        accuracy: relative accuracy of s.

    Returns:
        s [P]; inf where f never falls to the target within 1e9 steps.

    >>> s = solve_falling(lambda s: np.exp(-s), np.array([0.1]), np.zeros(1), np.ones(1))
    >>> round(float(s[0]), 6)
    2.302585
    """
    goal = np.log(target)

    def excess(s: Array) -> Array:
        return np.asarray(np.log(np.maximum(function(s), 1e-300)) - goal)

    low, high = start.copy(), start + step
    g_low, g_high = excess(low), excess(high)
    for _ in range(30):
        open_ = g_high > 0
        if not open_.any():
            break
        low, g_low = np.where(open_, high, low), np.where(open_, g_high, g_low)
        high = np.where(open_, start + 2 * (high - start), high)
        g_high = np.where(open_, excess(high), g_high)
    found = root(jointly(excess, high), low, high, (g_low, g_high), tolerance=accuracy)
    return np.where(g_high > 0, np.inf, np.where(np.isnan(found), start, found))  # already below at the start
