"""Limits with profiled nuisances, set at their best fit to the observed counts, separately for s + b and for
b.

One bin: counts and auxiliary measurements fluctuate (`profile_count`). Several bins: every outcome is
enumerated with the auxiliary measurements held at their observed values, which is conservative; `toys` lets
both fluctuate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.statistics import priors
from darktarget.statistics.likelihood import Likelihood, q_tilde
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import solve_falling
from darktarget.statistics.profile_count import upper_limit
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
OUTCOMES = 3_000
ONE = "exact sum over counts, auxiliary measurements fluctuating, nuisances at their conditional best fit"
MANY = "every outcome enumerated, auxiliary measurements held fixed (conservative), nuisances at their best fit"


def limits(
    measurement: Measurement, fractions: Array, cl: float, divide: bool, references: tuple[str, ...]
) -> Solution:
    """Upper limit on s from q_tilde(s) with profiled nuisances.

    Args:
        measurement, fractions [P, B, C], cl: as in `limit_methods.cls.solve`.
        divide: True for CLs, False for CLs+b (classical).
        references: of the statistic.

    Raises:
        InputError: several bins whose counts need more than OUTCOMES count vectors.

    >>> m = Measurement.counting(1, 1.0)
    >>> round(float(limits(m, m.fraction[None], 0.9, True, ()).upper[0]), 4)
    3.2718
    """
    name = "CLs" if divide else "classical CLs+b"
    if len(measurement.bins) == 1:
        upper = np.array([upper_limit(measurement, f, cl, divide) for f in fractions])
        text = f"{name} on the profile likelihood ratio, {ONE}"
    else:
        upper = np.array([_enumerated(measurement, f[None], cl, divide) for f in fractions])
        text = f"{name} on the profile likelihood ratio, {MANY}"
    refs = (*references, "arXiv:1007.1727")
    return Solution(np.zeros(len(fractions)), upper, upper, text, refs)


def _enumerated(measurement: Measurement, fraction: Array, cl: float, divide: bool) -> float:
    """Several bins: q_tilde of every count vector in a window, and the probability of those beyond the
    observed."""
    observed = np.array(measurement.observed)
    largest = (observed.sum() + 5 + 3 * math.sqrt(observed.sum() + 1)) / float(fraction.sum())
    tops = [
        int(mean + 5 * math.sqrt(mean) + 5)
        for mean in largest * fraction[0].sum(axis=1) + [b.background for b in measurement.bins]
    ]
    if math.prod(t + 1 for t in tops) > OUTCOMES:
        advice = "Use nuisances='marginalise', or asymptotic for large counts."
        raise InputError("bins", [t + 1 for t in tops], f"at most {OUTCOMES} outcomes with profile", advice)
    grids = np.meshgrid(*(np.arange(t + 1) for t in tops), indexing="ij")
    outcomes = np.stack([g.ravel() for g in grids], axis=1)
    every = Likelihood.of(measurement, fraction, outcomes)
    seen = Likelihood.of(measurement, fraction, observed[None])
    index = int(np.flatnonzero((outcomes == observed).all(axis=1))[0])
    best = every.best_signal()

    def cls(s: Array) -> Array:
        q = q_tilde(every, np.full(len(outcomes), s[0]), best)
        extreme = outcomes[q >= q[index] * (1 - 1e-9) - 1e-9]
        with_signal = _probability(extreme, seen.mean(s, seen.conditional(s))[0])
        zero = np.zeros(1)
        without = _probability(extreme, seen.mean(zero, seen.conditional(zero))[0]) if divide else 1.0
        return np.array([with_signal / without])

    start = np.array([float(best[0][index])])
    return float(solve_falling(cls, np.array([1 - cl]), start, np.array([0.3 * largest]), accuracy=1e-6)[0])


def _probability(outcomes: NDArray[np.int64], mean: Array) -> float:
    """Summed Poisson probability of the count vectors [outcome, bin]."""
    table = [priors.log_poisson(int(outcomes[:, i].max()), mean[i : i + 1])[0] for i in range(len(mean))]
    return float(np.exp(sum(t[outcomes[:, i]] for i, t in enumerate(table))).sum())


def toys(measurement: Measurement, signal: float, number: int = 4000, seed: int = 0) -> tuple[float, float]:
    """CLs+b and CLb at one signal from toys in which counts and auxiliary measurements fluctuate.

    Args:
        measurement: the measurement.
        signal: s in events.
        number: toys per hypothesis.
        seed: of the random numbers.

    Returns:
        Fractions of toys with q_tilde >= the observed one, under s + b and under b.

    >>> clsb, clb = toys(Measurement.counting(0, 0.5, 0.1), 2.3, 500)
    >>> bool(clsb < clb <= 1)
    True
    """
    fraction = measurement.fraction[None]
    seen = Likelihood.of(measurement, fraction, np.array([measurement.observed]))
    tested = np.array([signal])
    q_seen = float(q_tilde(seen, tested, seen.best_signal())[0])
    rng = np.random.default_rng(seed)
    chances = []
    for truth in (tested, np.zeros(1)):
        scores = seen.conditional(truth)
        counts = rng.poisson(seen.mean(truth, scores)[0], (number, len(measurement.bins)))
        spread = np.linalg.cholesky(np.linalg.inv(seen.precision))
        auxiliary = scores + rng.standard_normal((number, scores.shape[1])) @ spread.T
        like = Likelihood.of(measurement, fraction, counts, auxiliary)
        q = q_tilde(like, np.full(number, signal), like.best_signal())
        chances.append(float(np.mean(q >= q_seen - 1e-9)))
    return chances[0], chances[1]
