"""Intervals in which a tabulated quantity is positive."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.arrays import Array

Index = NDArray[np.intp]
#: (point [n], cell [n]) -> where the quantity changes sign between the nodes ``cell`` and ``cell + 1``, [n]
Crossing = Callable[[Index, Index], Array]


class GridInterval(NamedTuple):
    """A stretch of the grid: its edges, and whether they are only the ends of the grid."""

    lower: float
    upper: float
    from_start: bool
    to_end: bool


def positive(grid: Array, excess: Array, crossing: Crossing | None = None) -> list[list[GridInterval]]:
    """Where an excess is above 0, per point, ascending.

    Args:
        grid: ascending and positive, [grid]. excess: [point, grid].
        crossing: of the edges between the nodes; by default straight in log(grid).

    >>> found = positive(np.array([1.0, 4.0, 16.0]), np.array([[-1.0, 1.0, 1.0]]))
    >>> found[0][0]
    GridInterval(lower=2.0, upper=16.0, from_start=False, to_end=True)
    """
    inside = excess > 0
    point, cell = np.nonzero(inside[:, 1:] != inside[:, :-1])
    edges = straight(grid, excess, point, cell) if crossing is None else crossing(point, cell)
    first, last = grid[[0, -1]].tolist()
    found = []
    for p, row in enumerate(inside):
        starts, stops = bool(row[0]), bool(row[-1])
        marks = [first] * starts + edges[point == p].tolist() + [last] * stops
        pairs = list(zip(marks[::2], marks[1::2], strict=True))
        end = len(pairs) - 1
        found.append([GridInterval(a, b, starts and k == 0, stops and k == end) for k, (a, b) in enumerate(pairs)])
    return found


def straight(grid: Array, excess: Array, point: Index, cell: Index) -> Array:
    """Where the excess crosses 0 between two nodes, on a straight line in log(grid), [n]."""
    u, low, high = np.log(grid), excess[point, cell], excess[point, cell + 1]
    return np.asarray(np.exp(u[cell] - low * (u[cell + 1] - u[cell]) / (high - low)))
