"""Excluded couplings where the accepted events are no power of the coupling: lower and upper edges, islands.

A long-lived particle made with a small coupling outlives the experiment, one with a large coupling dies in the
shield. The events :math:`N(g)` then rise and fall, and the couplings with :math:`N(g)` above the excluded number of
events form intervals with two edges, possibly several (islands). Between the nodes of the coupling grid each component
of the events is log-linear; the edges are the roots of that curve, with the statistics of the bins' and processes' own
shares at each coupling. Nothing is extrapolated beyond the grid: an interval that reaches its end says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array
from darktarget.core.signal import SMALLEST
from darktarget.statistics import Solution

Index = NDArray[np.intp]
#: fractions [row, bin, component] -> edges of the allowed number of events, [row]
Solve = Callable[[Array], Solution]
STRIDE: Final = 8  # every so many nodes are solved first, the others where they could be an edge
FACTOR: Final = 2.0  # by which the excluded number of events may differ from that interpolated between those
TOLERANCE: Final = 1e-9  # of the edges, in log(coupling)
#: Couplings at which counts are evaluated where they are no power of the coupling: 40 per decade.
COUPLINGS: Final = np.geomspace(1e-9, 10.0, 401)


@dataclass(frozen=True, eq=False)
class CountsCurve:
    """Expected events along a grid of couplings.

    Attributes:
        coupling: ascending, [grid].
        events: of each group of processes in each bin, [point, bin, group, grid].
        shares: parts of the runs, [run]; they sum to 1.
        open_above: whether events do not fall above the grid: an interval that reaches its end has no upper edge.
    """

    coupling: Array
    events: Array
    shares: Array
    open_above: bool = False

    def at(self, point: Index, coupling: Array) -> tuple[Array, Array]:
        """Events and their make-up at some points and couplings.

        Returns:
            total [n] and fractions [n, bin, component], components being groups x runs.
        """
        u, t = np.log(self.coupling), np.log(coupling)
        i = np.clip(np.searchsorted(u, t, side="right") - 1, 0, u.size - 2)
        w = ((t - u[i]) / (u[i + 1] - u[i]))[:, None, None]
        low, high = (np.log(np.maximum(self.events[point, :, :, j], SMALLEST)) for j in (i, i + 1))
        parts = np.exp(low * (1 - w) + high * w)
        return self._made_up(np.where(parts > 10 * SMALLEST, parts, 0.0))

    def nodes(self) -> tuple[Array, Array]:
        """Events [point, grid] and fractions [point, grid, bin, component] on the grid."""
        total, fractions = self._made_up(np.moveaxis(self.events, -1, 1))
        return total, fractions

    def _made_up(self, parts: Array) -> tuple[Array, Array]:
        total = parts.sum(axis=(-2, -1))
        share = np.divide(parts, total[..., None, None], out=np.zeros_like(parts), where=total[..., None, None] > 0)
        fractions = share[..., None] * self.shares
        return np.asarray(total), fractions.reshape(*total.shape, parts.shape[-2], -1)


@dataclass(frozen=True)
class Exclusion:
    """What is excluded at each point.

    Attributes:
        intervals: (lower, upper) pairs of couplings, ascending.
        at_grid_end: for each of them, whether its lower and upper edge are only where the grid ends.
        first: lower edge of the first interval above the allowed couplings (nan without one), [point].
        upper, unclamped: excluded number of events there, or where most events are expected, [point].
        peak: largest number of expected events over the couplings, [point].
        slope: d log(events)/d log(coupling) at ``first`` (nan without it), [point].
        solution: the solved statistics, for its texts.
    """

    intervals: tuple[tuple[tuple[float, float], ...], ...]
    at_grid_end: tuple[tuple[tuple[bool, bool], ...], ...]
    first: Array
    upper: Array
    unclamped: Array
    peak: Array
    slope: Array
    solution: Solution


def exclude(curve: CountsCurve, solve: Solve) -> Exclusion:
    """Excluded couplings of every point, from the curve of events and the statistics of its rows.

    >>> grid = np.geomspace(1e-6, 1, 601)
    >>> decays = CountsCurve(grid, (1e8 * grid**2 * np.exp(-((grid / 1e-2) ** 2)))[None, None, None], np.ones(1))
    >>> fixed = np.log(10.0)
    >>> def solve(rows):
    ...     n = np.full(len(rows), fixed)
    ...     return Solution(0 * n, n, n, "", ())
    >>> [[(f"{low:.3e}", f"{high:.3e}") for low, high in point] for point in exclude(decays, solve).intervals]
    [[('1.518e-04', '3.278e-02')]]
    """
    total, fractions = curve.nodes()
    nodes, solution = _solve_nodes(total, fractions, solve)
    above = _Side(_log(total) - _log(nodes.upper), lambda n, s: _log(n) - _log(s.upper))
    below = _Side(_log(nodes.lower) - _log(total), lambda n, s: _log(s.lower) - _log(n))
    dead = nodes.upper <= 0  # an empty interval excludes everything, and so says nothing
    pieces = [_intervals(curve, np.where(dead, -np.inf, side.excess), side.at, solve) for side in (above, below)]
    found = [sorted([*a, *b]) for a, b in zip(*pieces, strict=True)]
    first = np.array([a[0][0] if a else np.nan for a in pieces[0]])
    return _explained(curve, solve, found, first, total, nodes, solution)


@dataclass(frozen=True)
class _Side:
    """Excess log(events / edge) at the nodes, and as a function of events and solved statistics."""

    excess: Array
    at: Callable[[Array, Solution], Array]


@dataclass(frozen=True)
class _Nodes:
    lower: Array
    upper: Array
    unclamped: Array


def _log(values: Array) -> Array:
    return np.asarray(np.log(np.maximum(values, SMALLEST)))


def _solve_nodes(total: Array, fractions: Array, solve: Solve) -> tuple[_Nodes, Solution]:
    """Statistics at every node of the grid: exact on a coarse grid and wherever an edge may be, else in between."""
    points, size = total.shape
    coarse = np.append(np.arange(0, size - 1, STRIDE), size - 1)
    solution = solve(fractions[:, coarse].reshape(-1, *fractions.shape[2:]))
    edges = [e.reshape(points, -1) for e in (solution.lower, solution.upper, solution.unclamped)]
    lower, upper, unclamped = (np.array([np.interp(np.arange(size), coarse, row) for row in e]) for e in edges)
    near = (total > upper / FACTOR) & (total < upper * FACTOR) | (lower > 0) & (total < lower * FACTOR)
    near |= ~np.isfinite(upper) & (total > 0)
    if near.any():
        exact = solve(fractions[near])
        lower[near], upper[near], unclamped[near] = exact.lower, exact.upper, exact.unclamped
    most = total.argmax(axis=1)[:, None]
    lower = np.where(total > 0, lower, np.take_along_axis(lower, most, 1))  # no events at all: below every lower edge
    return _Nodes(lower, upper, unclamped), solution


def _intervals(
    curve: CountsCurve, excess: Array, at: Callable[[Array, Solution], Array], solve: Solve
) -> list[list[tuple[float, float, bool, bool]]]:
    """Couplings with positive excess, per point (lower, upper, lower at the grid's start, upper at its end)."""
    inside = excess > 0
    point, cell = np.nonzero(inside[:, 1:] != inside[:, :-1])
    roots = _roots(curve, excess, point, cell, at, solve)
    found: list[list[tuple[float, float, bool, bool]]] = []
    ends = curve.coupling[[0, -1]].tolist()
    for p in range(len(excess)):
        marks = roots[point == p].tolist()
        starts_in, stops_in = bool(inside[p, 0]), bool(inside[p, -1])
        marks = [ends[0]] * starts_in + marks + [ends[1]] * stops_in
        last = len(marks) // 2 - 1
        if stops_in and curve.open_above:
            marks[-1], stops_in = np.inf, False
        pairs = enumerate(zip(marks[::2], marks[1::2], strict=True))
        found.append([(low, high, starts_in and k == 0, stops_in and k == last) for k, (low, high) in pairs])
    return found


def _roots(
    curve: CountsCurve,
    excess: Array,
    point: Index,
    cell: Index,
    at: Callable[[Array, Solution], Array],
    solve: Solve,
) -> Array:
    """Couplings where the excess changes sign, one per (point, cell): regula falsi (Illinois), all at once."""
    u = np.log(curve.coupling)
    a, b = u[cell].copy(), u[cell + 1].copy()
    fa, fb = (np.clip(excess[point, j], -700.0, 700.0) for j in (cell, cell + 1))
    open_ = np.ones(point.size, bool)
    best = np.where(np.abs(fa) < np.abs(fb), a, b)
    for _ in range(60):
        if not open_.any():
            break
        k = np.flatnonzero(open_)
        middle = b[k] - fb[k] * (b[k] - a[k]) / (fb[k] - fa[k])
        total, fractions = curve.at(point[k], np.exp(middle))
        value = np.clip(at(total, solve(fractions)), -700.0, 700.0)
        same = np.sign(value) == np.sign(fb[k])
        fa[k] = np.where(same, fa[k] / 2, fb[k])  # halved where that end stays: it must not stay for ever
        a[k] = np.where(same, a[k], b[k])
        moved = np.abs(middle - best[k])
        b[k], fb[k], best[k] = middle, value, middle
        open_[k] = (np.abs(value) > TOLERANCE) & (np.minimum(moved, np.abs(b[k] - a[k])) > TOLERANCE)
    return np.exp(best)


def _explained(
    curve: CountsCurve,
    solve: Solve,
    found: Sequence[Sequence[tuple[float, float, bool, bool]]],
    first: Array,
    total: Array,
    nodes: _Nodes,
    solution: Solution,
) -> Exclusion:
    """The intervals with the statistics and the slope of the events at their first edge."""
    rows = np.arange(len(total))
    most = total.argmax(axis=1)
    upper, unclamped = nodes.upper[rows, most].copy(), nodes.unclamped[rows, most].copy()
    slope = np.full(len(total), np.nan)
    known = np.flatnonzero(np.isfinite(first))
    if known.size:
        edge = solve(curve.at(known, first[known])[1])
        upper[known], unclamped[known] = edge.upper, edge.unclamped
        i = np.clip(np.searchsorted(curve.coupling, first[known], side="right") - 1, 0, curve.coupling.size - 2)
        step = np.log(curve.coupling[i + 1] / curve.coupling[i])
        slope[known] = (_log(total[known, i + 1]) - _log(total[known, i])) / step
    return Exclusion(
        tuple(tuple((low, high) for low, high, _, _ in point) for point in found),
        tuple(tuple((start, stop) for _, _, start, stop in point) for point in found),
        first,
        upper,
        unclamped,
        total[rows, most],
        slope,
        solution,
    )
