"""Roots: of functions inside a bracket, edges of a condition, and secants where evaluations are expensive.

All work on many points at once, without scipy, which would slow a cold start.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.arrays import Array

Index = NDArray[np.intp]
ITERATIONS = 200  # of the bracketing search; every eighth halves the bracket, so that it ends before


def root(
    function: Callable[[Array, Index], Array],
    low: Array,
    high: Array,
    ends: tuple[Array, Array] | None = None,
    *,
    tolerance: float = 1e-13,
    flat: float = 1e-13,
) -> Array:
    """Where a function changes sign inside brackets: regula falsi with the Illinois weight, and bisections.

    A function that jumps is followed to one of its jumps.

    Args:
        function: (x, which of the points) -> values, all [open]; called with the points that are still open.
        low, high: of the brackets, [n].
        ends: values of the function there, if they are known.
        tolerance: of the root, relative to max(|x|, 1). flat: size of a value that counts as zero.

    Returns:
        roots, [n]; nan where both ends of a bracket have the same sign.

    >>> squares = np.array([2.0, 3.0])
    >>> found = root(lambda x, which: x**2 - squares[which], np.zeros(2), np.full(2, 5.0))
    >>> [f"{x:.9f}" for x in found]
    ['1.414213562', '1.732050808']
    """
    which = np.arange(low.size)
    f_low, f_high = ends or (function(low, which), function(high, which))
    found = np.where(np.abs(f_low) <= np.abs(f_high), low, high)
    zero = np.minimum(np.abs(f_low), np.abs(f_high)) <= flat
    crossing = (f_low > 0) != (f_high > 0)
    found[~zero & ~crossing] = np.nan
    which = np.flatnonzero(crossing & ~zero)
    state = [low[which], high[which], f_low[which], f_high[which], np.zeros(which.size)]
    for iteration in range(ITERATIONS):
        if not which.size:
            break
        middle = _next(state, halve=iteration % 8 == 7)
        value = function(middle, which)
        _narrow(state, middle, value)
        found[which] = middle
        far = np.abs(state[1] - state[0]) > tolerance * np.maximum(np.abs(middle), 1.0)
        open_ = far & (np.abs(value) > flat)
        if not open_.all():
            which, state = which[open_], [part[open_] for part in state]
    return found


def _next(state: list[Array], halve: bool) -> Array:
    """The next x of each bracket: that of the chord, or the middle where the chord leaves the bracket."""
    a, b, fa, fb, _ = state
    if halve:
        return np.asarray((a + b) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        chord = b - fb * (b - a) / (fb - fa)
    return np.where((chord > np.minimum(a, b)) & (chord < np.maximum(a, b)), chord, (a + b) / 2)


def _narrow(state: list[Array], middle: Array, value: Array) -> None:
    """Replace one end of each bracket; the value of an end that stays twice is halved."""
    a, b, fa, fb, side = state
    first = (value > 0) == (fa > 0)  # the sign of the first end: it is replaced
    state[0], state[1] = np.where(first, middle, a), np.where(first, b, middle)
    state[2] = np.where(first, value, np.where(side < 0, fa / 2, fa))
    state[3] = np.where(first, np.where(side > 0, fb / 2, fb), value)
    state[4] = np.where(first, 1.0, -1.0)


def jointly(function: Callable[[Array], Array], start: Array) -> Callable[[Array, Index], Array]:
    """A function that needs all points at once, for ``root``: those that are found keep their last x.

    Args:
        function: x [n] -> values [n]. start: x of the points before they are first evaluated, [n].
    """
    latest = start.copy()

    def some(x: Array, which: Index) -> Array:
        latest[which] = x
        return np.asarray(function(latest)[which])

    return some


def boundary(
    test: Callable[[Array], NDArray[np.bool_]],
    inside: Array | float,
    outside: Array | float,
    tolerance: Array | float,
    *,
    whole: bool = False,
) -> tuple[Array, Array]:
    """Where a condition ends, by bisection between a place where it holds and one where it does not.

    Args:
        test: x -> whether it holds, any shape. inside, outside: neither is tested.
        tolerance: distance of the two sides at which the search ends. whole: of whole numbers only.

    Returns:
        the last x that was found to hold and the first that was not.

    >>> inside, outside = boundary(lambda x: x**2 < 50, 0.0, 100.0, 1.0, whole=True)
    >>> float(inside), float(outside)
    (7.0, 8.0)
    """
    good, bad = np.asarray(inside, float), np.asarray(outside, float)
    while (open_ := np.abs(bad - good) > tolerance).any():
        middle = (good + bad) / 2
        middle = np.floor(middle) if whole else middle
        holds = test(middle)
        good, bad = np.where(open_ & holds, middle, good), np.where(open_ & ~holds, middle, bad)
    return good, bad


def secants(
    function: Callable[[Array], Array],
    start: Array,
    slope: float,
    slopes: tuple[float, float],
    *,
    tolerance: float,
    step: float = 8.0,
    reach: float = 80.0,
    iterations: int = 12,
) -> tuple[Array, Array]:
    """Root of smooth functions of known slope sign by secants, without a bracket: few evaluations.

    Args:
        function: x [n] -> values [n]. start: [n]. slope: expected at first. slopes: its least and largest value.
        tolerance: of the values. step, reach: largest change in one iteration, largest absolute x.

    Returns:
        x and the values there, each [n]; not a root where ``iterations`` or ``reach`` do not suffice.

    >>> x, value = secants(lambda x: 2 - np.exp(x), np.zeros(1), -1.0, (-8.0, -0.1), tolerance=1e-12)
    >>> print(f"{x[0]:.9f}")
    0.693147181
    """
    x0, y0 = start, function(start)
    slope_at = np.full(start.shape, slope)
    x, y = x0, y0
    for _ in range(iterations):
        x = np.clip(x0 + np.clip(-y0 / slope_at, -step, step), -reach, reach)
        y = function(x)
        if np.abs(y).max() < tolerance:
            break
        moved = np.abs(x - x0) > 1e-9
        found = np.divide(y - y0, x - x0, out=slope_at.copy(), where=moved)
        slope_at = np.where(moved, np.clip(found, *slopes), slope_at)
        x0, y0 = x, y
    return x, y
