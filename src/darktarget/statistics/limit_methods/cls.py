"""CLs: the modified frequentist limit, P(<= observed | s + b) / P(<= observed | b) = 1 - CL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.statistics.counting import lower_tail
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import positive, solve_falling
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]
REFERENCES = ("CERN-OPEN-2000-205 (Read)", "hep-ex/9902006 (Junk)")


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Upper limit s with CLs(s) = 1 - cl; nuisances marginalised (hybrid), or profiled.

    CLs(s) = <P(n <= n_obs | s E + B)> / <P(n <= n_obs | B)>, averages over the priors; at n = 0 it is
    <exp(-s E)>, whatever the background. Profiled: the nuisances sit at their conditional best fit to the
    observed counts.

    Args:
        measurement: the counts.
        fractions: [P, B, C] signal fractions.
        cl: confidence level.
        nuisances: `marginalise`, `profile` or `none`.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(1, 1.0)
    >>> round(float(solve(m, m.fraction[None], 0.9, "none").upper[0]), 4)
    3.2718
    """
    if nuisances == "profile":
        from darktarget.statistics.profile import limits  # cold start

        return limits(measurement, fractions, cl, divide=True, references=REFERENCES)
    ordered = lower_tail(measurement, fractions, cl)
    zero = np.zeros(len(fractions))
    step = (sum(measurement.observed) + 2.3) / fractions.sum(axis=(1, 2))
    upper = solve_falling(ordered.tail, (1 - cl) * positive(ordered.tail(zero)), zero, step)
    return Solution(zero, upper, upper, f"CLs, {ordered.text}", REFERENCES)
