"""What would be counted without signal: distributions of counts, averaged over the background priors."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.statistics import priors
from darktarget.statistics.counting import background_pmf, event_weights
from darktarget.statistics.measurement import Measurement

Array = NDArray[np.float64]
QUANTILES = tuple(0.5 * math.erfc(-z / math.sqrt(2)) for z in (-2.0, -1.0, 0.0, 1.0, 2.0))
LARGEST_MEAN = 2_000.0  # backgrounds above this are sampled
OUTCOMES = 200_000
TOYS = 200_000
Outcome = tuple[int, ...]


def count_distribution(measurement: Measurement, index: int, tail: float = 1e-9) -> Array:
    """P(n) of one bin without signal, n = 0 .. until less than `tail` is left, array [n].

    >>> count_distribution(Measurement.counting(0, 1.0), 0)[:3].round(6).tolist()
    [0.367879, 0.367879, 0.18394]
    """
    b = measurement.bins[index]
    top = int(b.background + 7 * math.sqrt(b.background + b.background_error**2) + 12)
    while True:
        chances = np.exp(background_pmf(measurement, index, top))
        if 1 - chances.sum() < tail or top > 60 * (b.background + b.background_error + 10):
            return np.asarray(chances)
        top = 2 * top


def quantile_counts(measurement: Measurement, fractions: Array, cl: float) -> tuple[list[list[Outcome]], str]:
    """Counts at the quantiles of the statistic, for each quantile and point, and how they were found.

    One bin: the statistic is the count, the same for all points. Several bins: the event weights of each
    point.

    >>> m = Measurement.counting(0, 0.53)
    >>> quantile_counts(m, m.fraction[None], 0.9)[0]
    [[(0,)], [(0,)], [(0,)], [(1,)], [(2,)]]
    """
    outcomes, chances, text = outcome_table(measurement)
    found: list[list[Outcome]] = [[] for _ in QUANTILES]
    known: dict[bytes, list[Outcome]] = {}
    for fraction in fractions:
        single = len(measurement.bins) == 1
        weight = np.ones(1) if single else event_weights(measurement, fraction, cl)
        key = weight.tobytes()
        if key not in known:
            known[key] = _quantiles(outcomes, chances, outcomes @ weight)
        for row, outcome in zip(found, known[key], strict=True):
            row.append(outcome)
    return found, text


def _quantiles(outcomes: NDArray[np.int64], chances: Array, statistic: Array) -> list[Outcome]:
    order = np.argsort(statistic, kind="stable")
    cumulative = np.cumsum(chances[order]) / chances.sum()
    places = [min(int(np.searchsorted(cumulative, q)), len(order) - 1) for q in QUANTILES]
    return [tuple(int(n) for n in outcomes[order[i]]) for i in places]


def outcome_table(measurement: Measurement) -> tuple[NDArray[np.int64], Array, str]:
    """Count vectors [outcome, bin] and their chances [outcome] without signal: enumerated, or sampled if too
    many."""
    if max(b.background + b.background_error for b in measurement.bins) < LARGEST_MEAN:
        tables = [count_distribution(measurement, i) for i in range(len(measurement.bins))]
        tables = [t[: int(np.searchsorted(np.cumsum(t), 1 - 1e-6)) + 2] for t in tables]
        if math.prod(len(t) for t in tables) <= OUTCOMES:
            grids = np.meshgrid(*(np.arange(len(t)) for t in tables), indexing="ij")
            outcomes = np.stack([g.ravel() for g in grids], axis=1)
            chances = np.ones(len(outcomes))
            for i, t in enumerate(tables):
                chances *= t[outcomes[:, i]]
            return outcomes, chances, "enumerated"
    rng = np.random.default_rng(0)
    columns = []
    for b in measurement.bins:
        scores = rng.standard_normal(TOYS)
        mean = priors.value(b.background_kind, b.background, b.background_error, scores)
        columns.append(rng.poisson(mean))
    return np.stack(columns, axis=1), np.full(TOYS, 1 / TOYS), f"{TOYS} toys, seed 0"
