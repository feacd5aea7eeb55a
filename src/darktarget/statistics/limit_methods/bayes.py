"""Bayesian limit with a flat prior in the signal, nuisances marginalised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.statistics.counting import lower_tail
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import positive, solve_falling
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
LARGEST = 300  # events over all bins; the product of polynomials stays in double precision
REFERENCES = ("Helene, NIM 212 (1983) 319",)


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Upper limit s with integral_0^s L(t) dt / integral_0^inf L(t) dt = cl, L averaged over the priors.

    In closed form: the integral of Pois(d; t E) over t > s is cdf(d; s E)/E. For one bin of known efficiency
    this is CLs; with an uncertain one the priors are weighed by 1/E.

    Args:
        measurement, fractions, cl: as in `cls.solve`; several bins with counts above 0 take one point.
        nuisances: `marginalise` or `none`.

    Raises:
        InputError: `profile`, or a truncated-gaussian efficiency, for which the integral of 1/E diverges at
            E = 0.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(5, 2.3)
    >>> round(float(solve(m, m.fraction[None], 0.9, "none").upper[0]), 4)
    7.0313
    """
    if nuisances == "profile":
        raise InputError("nuisances", nuisances, "marginalise or none", "A posterior has no profiled form.")
    for k in measurement.nuisances:
        if k.kind == "truncated-gaussian" and k.relative > 0:
            advice = "With a flat prior in s the posterior is not normalisable: its tail falls as 1/s."
            raise InputError(f"kind of nuisance {k.name}", k.kind, "log-normal or gamma for bayes", advice)
    if len(measurement.bins) > 1 and sum(measurement.observed) > LARGEST:
        allowed = f"at most {LARGEST} events in several bins for bayes"
        raise InputError("observed", measurement.observed, allowed, "Use cls, or merge the bins.")
    ordered = lower_tail(measurement, fractions, cl, posterior=True)
    zero = np.zeros(len(fractions))
    step = (sum(measurement.observed) + 2.3) / fractions.sum(axis=(1, 2))
    upper = solve_falling(ordered.tail, (1 - cl) * positive(ordered.tail(zero)), zero, step)
    return Solution(zero, upper, upper, f"Bayes, prior flat in the signal, {ordered.text}", REFERENCES)
