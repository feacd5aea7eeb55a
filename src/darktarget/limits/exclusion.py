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

from darktarget.core import Array, ByValue
from darktarget.numerics.interpolation import SMALLEST, cells, log_between
from darktarget.numerics.intervals import GridInterval, Index, positive
from darktarget.numerics.roots import root
from darktarget.statistics import Solution

#: fractions [row, bin, component] -> edges of the allowed number of events, [row]
Solve = Callable[[Array], Solution]
STRIDE: Final = 8  # every so many nodes are solved first, the others where they could be an edge
FACTOR: Final = 2.0  # by which the excluded number of events may differ from that interpolated between those
TOLERANCE: Final = 1e-9  # of the edges, in log(coupling), and of the excess there
LARGEST: Final = 700.0  # absolute excess that the search for an edge works with
#: Couplings at which counts are evaluated where they are no power of the coupling: 40 per decade.
COUPLINGS: Final = np.geomspace(1e-9, 10.0, 401)


@dataclass(frozen=True, eq=False)
class CountsCurve(ByValue):
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
        i, w = cells(np.log(self.coupling), np.log(coupling))
        low, high = (self.events[point, :, :, j] for j in (i, i + 1))
        return self._made_up(log_between(low, high, w[:, None, None]))

    def nodes(self) -> tuple[Array, Array]:
        """Events [point, grid] and fractions [point, grid, bin, component] on the grid."""
        total, fractions = self._made_up(np.moveaxis(self.events, -1, 1))
        return total, fractions

    def _made_up(self, parts: Array) -> tuple[Array, Array]:
        total = parts.sum(axis=(-2, -1))
        share = np.divide(parts, total[..., None, None], out=np.zeros_like(parts), where=total[..., None, None] > 0)
        fractions = share[..., None] * self.shares
        return np.asarray(total), fractions.reshape(*total.shape, parts.shape[-2], -1)


@dataclass(frozen=True, eq=False)
class Exclusion(ByValue):
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
    first = np.array([a[0].lower if a else np.nan for a in pieces[0]])
    return _explained(curve, solve, found, first, total, nodes, solution)


@dataclass(frozen=True, eq=False)
class _Side:
    """Excess log(events / edge) at the nodes, and as a function of events and solved statistics."""

    excess: Array
    at: Callable[[Array, Solution], Array]


@dataclass(frozen=True, eq=False)
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
) -> list[list[GridInterval]]:
    """Couplings with positive excess, per point; the edges between nodes are the roots of the curve."""
    clipped = np.clip(excess, -LARGEST, LARGEST)

    def crossing(point: Index, cell: Index) -> Array:
        def value(u: Array, which: Index) -> Array:
            total, fractions = curve.at(point[which], np.exp(u))
            return np.clip(at(total, solve(fractions)), -LARGEST, LARGEST)

        u, ends = np.log(curve.coupling), (clipped[point, cell], clipped[point, cell + 1])
        return np.exp(root(value, u[cell], u[cell + 1], ends, tolerance=TOLERANCE, flat=TOLERANCE))

    found = positive(curve.coupling, excess, crossing)
    return [[_opened(i) if curve.open_above else i for i in point] for point in found]


def _opened(interval: GridInterval) -> GridInterval:
    """Without an upper edge where it reaches the end of the grid."""
    return interval._replace(upper=np.inf, to_end=False) if interval.to_end else interval


def _explained(
    curve: CountsCurve,
    solve: Solve,
    found: Sequence[Sequence[GridInterval]],
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
        i, _ = cells(curve.coupling, first[known])
        step = np.log(curve.coupling[i + 1] / curve.coupling[i])
        slope[known] = (_log(total[known, i + 1]) - _log(total[known, i])) / step
    return Exclusion(
        tuple(tuple((i.lower, i.upper) for i in point) for point in found),
        tuple(tuple((i.from_start, i.to_end) for i in point) for point in found),
        first,
        upper,
        unclamped,
        total[rows, most],
        slope,
        solution,
    )
