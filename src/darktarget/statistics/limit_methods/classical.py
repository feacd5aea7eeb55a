"""Classical one-sided Neyman limit: P(<= observed | s + b) = 1 - CL, which can ask for a negative signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.statistics.counting import lower_tail
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import Gamma, solve_falling
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
REFERENCES = ("Neyman, Phil. Trans. R. Soc. A236 (1937) 333",)


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Upper limit s with <P(n <= n_obs | s E + B)> = 1 - cl, held at 0; the value before that is `unclamped`.

    Without nuisances s = (lambda(n, cl) - b)/efficiency, lambda the classical upper limit on the mean count;
    that formula, at the mean background, also gives the negative values when nuisances are averaged over.

    Args:
        measurement, fractions, cl, nuisances: as in `cls.solve`.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 3.0)
    >>> s = solve(m, m.fraction[None], 0.9, "none")
    >>> float(s.upper[0]), round(float(s.unclamped[0]), 6)
    (0.0, -0.697415)
    """
    if nuisances == "profile":
        from darktarget.statistics.profile import limits  # cold start

        return limits(measurement, fractions, cl, divide=False, references=REFERENCES)
    ordered = lower_tail(measurement, fractions, cl)
    zero = np.zeros(len(fractions))
    step = (sum(measurement.observed) + 2.3) / fractions.sum(axis=(1, 2))
    log_target = np.full(len(fractions), np.log(1 - cl) - ordered.log_scale)
    allowed = np.log(np.maximum(ordered.tail(zero), 1e-300)) >= log_target
    target = np.where(allowed, np.exp(np.minimum(log_target, 600.0)), np.maximum(0.5 * ordered.tail(zero), 1e-300))
    upper = np.where(allowed, solve_falling(ordered.tail, target, zero, step), 0.0)
    unclamped = np.where(allowed, upper, negative_limit(measurement, fractions, cl))
    return Solution(zero, upper, unclamped, f"classical one-sided Neyman limit, {ordered.text}", REFERENCES)


def negative_limit(measurement: Measurement, fractions: Array, cl: float) -> Array:
    """(lambda(sum n, cl) - sum b)/efficiency at nominal nuisances [P]: what the clamp at 0 hides."""

    n = float(sum(measurement.observed))
    mean = Gamma(np.ones(1), np.ones((1, 1)), np.zeros(1), np.array([n]))
    if n == 0:
        level = np.array([-np.log(1 - cl)])
    else:
        level = solve_falling(mean, np.array([1 - cl]), np.zeros(1), np.array([n + 2.3]))
    return np.asarray(np.minimum((level - measurement.total_background) / fractions.sum(axis=(1, 2)), 0.0))
