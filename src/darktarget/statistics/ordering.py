"""Feldman-Cousins acceptance by enumeration, where nuisances or several bins leave no closed form."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.roots import boundary
from darktarget.statistics import priors
from darktarget.statistics.counting import background_pmf, efficiency_nodes
from darktarget.statistics.measurement import Measurement

Array = NDArray[np.float64]
GRID = 240  # trial signals for the best fit and for the first look at the acceptance
OUTCOMES = 40_000
EDGE = 3e-8  # accuracy of an edge, in distances of trial signals


class Outcomes:
    """P(n | s) of every count vector in a window, averaged over the priors.

    Args:
        measurement: up to three bins.
        fraction: [B, C].
        largest: largest signal that will be asked for.

    Raises:
        InputError: more than three bins, or a window of more than OUTCOMES count vectors.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 0.5)
    >>> round(float(Outcomes(m, m.fraction, 5.0)(0.0)[0]), 6)
    0.606531
    """

    def __init__(self, measurement: Measurement, fraction: Array, largest: float) -> None:
        self.weights, nodes = efficiency_nodes(measurement, fraction[None], 60)
        self.efficiency = nodes[0]
        tops = [self._top(measurement, i, largest) for i in range(len(measurement.bins))]
        if len(tops) > 3 or math.prod(t + 1 for t in tops) > OUTCOMES:
            shape = [t + 1 for t in tops]
            raise InputError("bins", shape, f"up to 3 bins and {OUTCOMES} outcomes", "Use cls, or merge bins.")
        self.background = [np.exp(background_pmf(measurement, i, t)) for i, t in enumerate(tops)]

    def _top(self, measurement: Measurement, index: int, largest: float) -> int:
        b = measurement.bins[index]
        mean = (
            largest * float(np.abs(self.weights) @ self.efficiency[index] / np.abs(self.weights).sum()) + b.background
        )
        width = math.sqrt(mean + b.background_error**2)
        return int(max(mean + 6 * width + 6, measurement.observed[index] + 1))

    def __call__(self, signal: float) -> Array:
        """Probabilities with one axis per bin."""
        pmfs = [
            np.exp(priors.log_poisson(len(pmf) - 1, signal * e))
            for pmf, e in zip(self.background, self.efficiency, strict=True)
        ]
        letters = "abc"[: len(pmfs)]
        joint = np.einsum(f"j,{','.join('j' + x for x in letters)}->{letters}", self.weights, *pmfs)
        for axis, pmf in enumerate(self.background):
            size = len(pmf)
            lag = np.subtract.outer(np.arange(size), np.arange(size))
            convolve = np.where(lag >= 0, pmf[np.maximum(lag, 0)], 0.0)
            joint = np.moveaxis(np.tensordot(convolve, joint, axes=(1, axis)), 0, axis)
        return np.asarray(np.maximum(joint, 0.0))


def interval_edges(measurement: Measurement, fraction: Array, cl: float) -> tuple[float, float]:
    """Lower and upper edge of the Feldman-Cousins interval from enumerated probabilities; (0, 0) when empty.

    The best fit of each outcome is the parabola through the three best of GRID trial signals; the edges are
    bisected between the last accepted and the next trial signal.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(3, 0.5)
    >>> [round(x, 2) for x in interval_edges(m, m.fraction, 0.9)]
    [0.6, 6.92]
    """
    n = sum(measurement.observed)
    spread = max((k.relative for k in measurement.nuisances), default=0.0)
    largest = (n + 8 + 5 * math.sqrt(n + 1)) * (1 + 4 * spread) / float(fraction.sum())
    probability = Outcomes(measurement, fraction, 1.5 * largest)
    grid = 1.5 * largest * np.linspace(0, 1, GRID) ** 2
    table = np.array([probability(float(s)) for s in grid])
    log_best = _best(np.log(np.maximum(table, 1e-300)), grid)
    seen = measurement.observed

    def accepted(p: Array) -> bool:
        rank = np.log(np.maximum(p, 1e-300)) - log_best
        return float(p[rank > rank[seen] + 1e-9].sum()) < cl

    inside = np.flatnonzero([s <= largest and accepted(p) for s, p in zip(grid, table, strict=True)])
    if not len(inside):
        return 0.0, 0.0

    def edge(good: float, bad: float) -> float:
        return float(
            boundary(lambda s: np.asarray(accepted(probability(float(s)))), good, bad, EDGE * abs(good - bad))[0]
        )

    first, last = int(inside[0]), int(inside[-1])
    lower = 0.0 if first == 0 else edge(float(grid[first]), float(grid[first - 1]))
    return lower, edge(float(grid[last]), float(grid[last + 1]))


def _best(log_table: Array, grid: Array) -> Array:
    """Largest ln P(n | s) over s >= 0 for each outcome, by a parabola in sqrt(s) through the best three."""
    peak = np.clip(log_table.argmax(axis=0), 1, len(grid) - 2)[None]
    low, mid, high = (np.take_along_axis(log_table, peak + i, axis=0)[0] for i in (-1, 0, 1))
    curvature = 2 * mid - low - high
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = np.where(curvature > 0, (high - low) ** 2 / (8 * curvature), 0.0)
    inner = np.where((mid >= low) & (mid >= high), mid + gain, np.maximum(np.maximum(low, mid), high))
    return np.asarray(inner)
