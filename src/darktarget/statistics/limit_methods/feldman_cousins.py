"""Feldman-Cousins unified interval, ordered by P(n | s)/P(n | best s >= 0), exact edges."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.roots import root
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
REFERENCES = ("physics/9711021",)


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Interval of s whose acceptance region holds the observed counts; plain ordering, no smoothing in b.

    R(n) = P(n | s + b)/P(n | max(0, n - b) + b); the n of largest R are accepted until their sum reaches cl
    (Eqs. 4.1 and 4.2). One bin without nuisances: edges from a closed form of the rank changes. Otherwise
    P(n | s) is averaged over the priors (hep-ex/0202013) for up to three bins, and each edge is bisected.

    Args:
        measurement, fractions, cl: as in `cls.solve`.
        nuisances: `marginalise` or `none`.

    Raises:
        InputError: `profile`, more than three bins, or counts above 1000 with nuisances.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(3, 0.5)
    >>> s = solve(m, m.fraction[None], 0.9, "none")
    >>> round(float(s.lower[0]), 2), round(float(s.upper[0]), 2)
    (0.6, 6.92)
    """
    if nuisances == "profile":
        raise InputError("nuisances", nuisances, "marginalise or none", "Use cls with profile.")
    text = "Feldman-Cousins, plain ordering"
    if len(measurement.bins) == 1 and not measurement.uncertainties:
        b = measurement.bins[0]
        edges = np.array(exact_edges(int(b.observed), float(b.background), cl))
        low, high = edges[:, None] / fractions.sum(axis=(1, 2))
        return Solution(low, high, high, text + ", exact edges", REFERENCES)
    from darktarget.statistics.ordering import interval_edges  # cold start

    pairs = np.array([interval_edges(measurement, f, cl) for f in fractions])
    text += ", probabilities averaged over the priors, edges bisected"
    return Solution(pairs[:, 0], pairs[:, 1], pairs[:, 1], text, REFERENCES)


def exact_edges(n: int, b: float, cl: float) -> tuple[float, float]:
    """Feldman-Cousins edges of s for n observed and known background b, without any grid.

    With h(m) = m ln max(m, b) - max(m, b), count m outranks n where ln(s + b) lies beyond the chord slope
    (h(m) - h(n))/(m - n); h is convex, so the outranking counts are those between n and one that moves
    stepwise. Between two steps their probability has one maximum, and the edge is a step or a root.

    Args:
        n: observed count.
        b: expected background.
        cl: confidence level.

    Returns:
        Lower and upper edge in events; both 0 where no s >= 0 accepts n (only for cl below about 0.5).

    >>> [round(x, 2) for x in exact_edges(0, 0.0, 0.9)]
    [0.0, 2.44]
    """
    upper, _ = upper_mean(n, b, cl)
    if upper <= b * (1 + 1e-12):
        return 0.0, 0.0
    lower = _lower(n, b, cl)
    return max(lower - b, 0.0), max(upper - b, 0.0)


def _chord(m: int, n: int, b: float) -> float:
    """exp of the chord slope of h between m and n: the mean at which the two counts rank equally."""
    return math.exp((_h(m, b) - _h(n, b)) / (m - n))


def _h(m: int, b: float) -> float:
    mean = max(float(m), b)
    return (m * math.log(mean) if m > 0 else 0.0) - mean


def _between(first: int, last: int, mean: float) -> float:
    """Sum of Poisson probabilities first..last."""
    if last < first:
        return 0.0
    if mean <= 0:
        return 1.0 if first == 0 else 0.0
    log_p = first * math.log(mean) - mean - math.lgamma(first + 1)
    if last - first < 60 and log_p > -600:
        term = total = math.exp(log_p)
        for m in range(first + 1, last + 1):
            term *= mean / m
            total += term
        return total
    k = np.arange(first + 1, last + 1)
    return float(np.exp(log_p + np.concatenate([[0.0], np.cumsum(np.log(mean / k))])).sum())


def upper_mean(n: int, b: float, cl: float) -> tuple[float, tuple[int, bool]]:
    """Largest mean >= b that accepts n (b if none does), and which piece of the acceptance it lies on.

    Counts n+1..m outrank n for means above _chord(m). Within one piece the edge is continuous in b.

    >>> round(upper_mean(0, 0.0, 0.9)[0], 3)
    2.436
    """
    far = n + 1.0
    while _between(0, n, far) > 0.1 * (1 - cl):
        far = 1.1 * far + 0.5
    far = max(far, b + 5 + 2 * math.sqrt(b))
    m = n + 1
    while _chord(m, n, b) < far:
        m += 1
    for last in range(m, n - 1, -1):
        left = max(b, _chord(last, n, b)) if last > n else b
        right = _chord(last + 1, n, b)
        if right < left or right <= b:
            continue
        if _between(n + 1, last, right) < cl:
            return right, (last, True)
        peak = math.exp((math.lgamma(last + 1) - math.lgamma(n + 1)) / (last - n)) if last > n else right
        top = min(right, max(left, peak))
        if _between(n + 1, last, left) < cl:
            return _bisect(n + 1, last, left, top, cl), (last, False)
    return b, (n, True)


def _lower(n: int, b: float, cl: float) -> float:
    """Smallest mean >= b that accepts n (b if none does); counts m..n-1 outrank n for means below
    _chord(m)."""
    for first in range(n + 1):
        left = max(b, _chord(first - 1, n, b) if first > 0 else 0.0)
        right = _chord(first, n, b) if first < n else math.inf
        if right < left or right <= b:
            continue
        if _between(first, n - 1, left) < cl:
            return left
        if math.isfinite(right) and _between(first, n - 1, right) < cl:
            peak = math.exp((math.lgamma(n) - math.lgamma(first)) / (n - first)) if first > 0 else left
            return _bisect(first, n - 1, right, min(max(left, peak), right), cl)
    return b


def _bisect(first: int, last: int, accepted: float, rejected: float, cl: float) -> float:
    """Mean where the probability of first..last reaches cl, between an accepted and a rejected mean."""

    def below(mean: Array, _: object) -> Array:
        return np.array([_between(first, last, float(mean[0])) - cl])

    return float(root(below, np.array([accepted]), np.array([rejected]))[0])
