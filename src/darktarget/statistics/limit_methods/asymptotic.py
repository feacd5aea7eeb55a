"""Asymptotic CLs of the profile likelihood ratio: for large counts only, by explicit choice."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.statistics.likelihood import Likelihood, q_tilde
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import solve_falling
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
REFERENCES = ("arXiv:1007.1727",)
TREATMENT = "profile"  # of nuisances, whatever is asked for
FEW = 10  # expected or observed events in a bin below which the note warns


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Upper limit s with the asymptotic CLs = 1 - cl, nuisances always profiled.

    With q = q_tilde(s), q_A the same on Asimov data (background at its fit to the data): q <= q_A:
    CLs+b = 1 - Phi(sqrt q), CLb = 1 - Phi(sqrt q - sqrt q_A); beyond, with x = (q - q_A)/(2 sqrt q_A),
    CLs+b = 1 - Phi(x + sqrt q_A), CLb = 1 - Phi(x) (Eqs. 59-66 of arXiv:1007.1727).
    At n = 0 and b = 0.53 this gives 1.646 where the exact limit is 2.30: the note says so.

    Args:
        measurement, fractions, cl, nuisances: as in `cls.solve`.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 0.53)
    >>> round(float(solve(m, m.fraction[None], 0.9, "none").upper[0]), 3)
    1.646
    """
    counts = np.array([measurement.observed])
    like = Likelihood.of(measurement, fractions, counts)
    zero = np.zeros(len(fractions))
    background_fit = like.conditional(zero)
    asimov = Likelihood.of(measurement, fractions, like.mean(zero, background_fit), background_fit)
    best, best_asimov = like.best_signal(), asimov.best_signal()

    def cls(s: Array) -> Array:
        return asymptotic_cls(q_tilde(like, s, best), q_tilde(asimov, s, best_asimov))

    per_event = fractions.sum(axis=(1, 2))
    step = (math.sqrt(counts.sum() + 1) + 1) / per_event
    upper = solve_falling(cls, np.full(len(fractions), 1 - cl), best[0] + 1e-6 * step, step)
    notes: tuple[str, ...] = ()
    if min(measurement.observed) < FEW or min(b.background for b in measurement.bins) < FEW:
        notes = (f"asymptotic formula with fewer than {FEW} events in a bin: limits come out too strong, use cls",)
    return Solution(zero, upper, upper, "asymptotic CLs, profile likelihood ratio", REFERENCES, notes)


def asymptotic_cls(q: Array, q_asimov: Array) -> Array:
    """CLs from q_tilde on data and on Asimov data, arrays of one shape.

    >>> round(float(asymptotic_cls(np.array([1.0]), np.array([4.0]))[0]), 6)
    0.188573
    """
    from scipy.special import ndtr

    root, root_a = np.sqrt(q), np.sqrt(np.maximum(q_asimov, 1e-12))
    beyond = (q - q_asimov) / (2 * root_a)
    inside = q <= q_asimov
    clsb = np.where(inside, ndtr(-root), ndtr(-beyond - root_a))
    clb = np.where(inside, ndtr(root_a - root), ndtr(-beyond))
    return np.asarray(clsb / np.maximum(clb, 1e-300))
