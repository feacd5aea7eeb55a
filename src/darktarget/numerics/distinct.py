"""Distinct values and rows, sorted.

The first ``np.unique`` of a process imports ``numpy.ma``, which would be 7 ms of a cold limit of half a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.arrays import Array


def distinct(values: Array) -> Array:
    """The distinct values, ascending, [any].

    >>> distinct(np.array([2.0, 1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    ordered = np.sort(values, axis=None)
    return np.asarray(ordered[np.append(True, ordered[1:] != ordered[:-1])[: ordered.size]])


def distinct_rows(rows: Array) -> tuple[Array, NDArray[np.intp]]:
    """The distinct rows in lexical order, [row, column], and which of them each row is, [n].

    >>> found, where = distinct_rows(np.array([[1.0, 0.5], [0.0, 2.0], [1.0, 0.5]]))
    >>> found.tolist(), where.tolist()
    ([[0.0, 2.0], [1.0, 0.5]], [1, 0, 1])
    """
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    first = np.append(True, np.any(ordered[1:] != ordered[:-1], axis=1))[: len(rows)]
    where = np.empty(len(rows), dtype=np.intp)
    where[order] = np.cumsum(first) - 1
    return ordered[first], where
