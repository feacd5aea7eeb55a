"""Quadrature over many normal scores: a fine rule in the widest one, a sparse grid in the others."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def line(nodes: int) -> tuple[Array, Array]:
    """Nodes and weights (sum 1) for one standard normal score.

    Gauss-Hermite up to 64 nodes; above that the trapezoidal rule on [-8.5, 8.5], which converges
    exponentially too.

    >>> x, w = line(16)
    >>> round(float(w @ x**4), 12)
    3.0
    """
    if nodes <= 64:
        x, w = np.polynomial.hermite_e.hermegauss(nodes)
    else:
        x = np.linspace(-8.5, 8.5, nodes)
        w = np.exp(-0.5 * x * x)
    return x, w / w.sum()


@lru_cache(maxsize=32)
def sparse_grid(dimensions: int, level: int = 2) -> tuple[Array, Array]:
    """Smolyak grid of Gauss-Hermite rules with 2 l + 1 nodes, exact for total degree 2 level + 1.

    A = sum_{q = max(0, L-d+1)}^{L} (-1)^{L-q} C(d-1, L-q) sum_{|l| = q} Q_{l1} x ... x Q_{ld}.

    Args:
        dimensions: number of independent standard normal scores d.
        level: L.

    Returns:
        Nodes [J, d] and weights [J]; weights may be negative, their sum is 1. Read-only, shared between
        calls.

    Reference: Gerstner and Griebel, Numer. Algorithms 18 (1998) 209, Eq. 12.

    >>> z, w = sparse_grid(7)
    >>> len(w), round(float(w.sum()), 12), round(float(w @ (z[:, 0] ** 2 * z[:, 3] ** 2)), 12)
    (127, 1.0, 1.0)
    """
    rules = [line(2 * n + 1) for n in range(level + 1)]
    points: dict[tuple[tuple[int, float], ...], float] = {}
    for total in range(max(0, level - dimensions + 1), level + 1):
        sign = (-1) ** (level - total) * math.comb(dimensions - 1, level - total)
        for active, sizes in _indices(dimensions, total):
            for picks in product(*(range(2 * n + 1) for n in sizes)):
                weight, key = float(sign), []
                for axis, n, i in zip(active, sizes, picks, strict=True):
                    weight *= float(rules[n][1][i])
                    if 2 * i != 2 * n:
                        key.append((axis, float(rules[n][0][i])))
                points[tuple(key)] = points.get(tuple(key), 0.0) + weight
    nodes = np.zeros((len(points), dimensions))
    for row, sparse_point in enumerate(points):
        for axis, x in sparse_point:
            nodes[row, axis] = x
    weights = np.array(list(points.values()))
    nodes.setflags(write=False)
    weights.setflags(write=False)
    return nodes, weights


def _indices(dimensions: int, total: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Active axes and their levels (>= 1) for every multi-index of this total."""
    found: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
    for size in range(min(dimensions, total) + 1):
        for sizes in product(range(1, total + 1), repeat=size):
            if sum(sizes) == total:
                found.extend((axes, sizes) for axes in combinations(range(dimensions), size))
    return found


def scores(spread: tuple[float, ...], wide_nodes: int = 20) -> tuple[Array, Array]:
    """Nodes over independent normal scores, fine where the integrand varies most.

    Up to two scores: tensor product. More: `wide_nodes` in the score of largest spread, in the second one too
    (12 nodes) where its spread exceeds 0.2, sparse grid in the others.

    Args:
        spread: relative size of the effect of each score, shape [K].
        wide_nodes: nodes for the widest score.

    Returns:
        Nodes [J, K] and weights [J] (sum 1, some negative when K > 2).

    >>> z, w = scores((0.1, 0.35, 0.05, 0.05))
    >>> z.shape, round(float(w.sum()), 12)
    ((620, 4), 1.0)
    """
    order = sorted(range(len(spread)), key=lambda k: -spread[k])
    if not order:
        return np.zeros((1, 0)), np.ones(1)
    fine = [line(wide_nodes)]
    if len(order) == 2 or (len(order) > 2 and spread[order[1]] > 0.2):
        fine.append(line(20 if len(order) == 2 else 12))
    rest = order[len(fine) :]
    z, w = sparse_grid(len(rest)) if rest else (np.zeros((1, 0)), np.ones(1))
    columns: dict[int, Array] = {axis: z[:, i] for i, axis in enumerate(rest)}
    for axis, (x, weight) in zip(order, fine, strict=False):
        columns = {a: np.tile(c, len(x)) for a, c in columns.items()}
        columns[axis] = np.repeat(x, len(w))
        w = np.outer(weight, w).ravel()
    return np.column_stack([columns[k] for k in range(len(spread))]), w
