"""Interpolation in tables that span decades: linear in the logarithm of the grid, or in both logarithms."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.arrays import Array

Outside = Literal["extrapolate", "hold", "nan"]
SMALLEST = 1e-300  # stands for 0 in logarithms


def cells(grid: Array, at: Array) -> tuple[NDArray[np.intp], Array]:
    """The node below each place and the weight of the next one; beyond the ends those of the last cell.

    Args:
        grid: ascending, [grid]. at: places, any shape.

    Returns:
        index and weight, each the shape of ``at``; the weight is outside [0, 1] beyond the ends.

    >>> index, weight = cells(np.array([0.0, 1.0, 3.0]), np.array([2.0, -1.0]))
    >>> index.tolist(), weight.tolist()
    ([1, 0], [0.5, -1.0])
    """
    i = np.clip(np.searchsorted(grid, at, side="right") - 1, 0, grid.size - 2)
    return i, np.asarray((at - grid[i]) / (grid[i + 1] - grid[i]))


def semilog(grid: Array, values: Array, at: Array | float) -> Array:
    """Values [grid] at places of any shape, linear in the logarithm of the place, constant beyond the ends.

    >>> print(f"{semilog(np.array([1.0, 100.0]), np.array([0.0, 2.0]), 10.0):.6f}")
    1.000000
    """
    return np.asarray(np.interp(np.log(at), np.log(grid), values))


def log_between(low: Array, high: Array, weight: Array) -> Array:
    r"""Between two values, :math:`a^{1-w}\,b^w`; a 0 counts as ``SMALLEST``, so that the value drops right next to it.

    >>> log_between(np.array([1.0, 0.0]), np.array([100.0, 1.0]), np.array([0.5, 0.5])).round(6).tolist()
    [10.0, 0.0]
    """
    logs = (np.log(np.maximum(v, SMALLEST)) for v in (low, high))
    found = np.exp(next(logs) * (1 - weight) + next(logs) * weight)
    return np.asarray(np.where(found <= 10 * SMALLEST, 0.0, found))  # nan stays nan


def log_linear(grid: Array, values: Array, at: Array, outside: Outside = "extrapolate") -> Array:
    """Values between their nodes, straight in the logarithms of both; zeros as in ``log_between``.

    Args:
        grid: ascending and positive, [grid]. values: not negative, [..., grid]. at: places, [n].
        outside: what holds beyond the ends: the line goes on, the value at the end, or nan.

    Returns:
        [..., n].

    >>> log_linear(np.array([1.0, 10.0]), np.array([1.0, 100.0]), np.array([2.0, 20.0])).round(6).tolist()
    [4.0, 400.0]
    """
    place = np.clip(at, grid[0], grid[-1]) if outside == "hold" else at
    i, w = cells(np.log(grid), np.log(place))
    found = log_between(values[..., i], values[..., i + 1], w)
    return np.where((at >= grid[0]) & (at <= grid[-1]), found, np.nan) if outside == "nan" else found
