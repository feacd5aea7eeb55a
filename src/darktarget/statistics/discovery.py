"""Evidence for a signal: p-value of the background alone, its significance, and the reach of a projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.roots import boundary
from darktarget.statistics import priors
from darktarget.statistics.counting import (
    OUTCOME_LIMIT,
    background_pmf,
    enumerate_outcomes,
    event_weights,
    lower_tail,
)
from darktarget.statistics.expected import count_distribution, outcome_table
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import solve_falling
from darktarget.statistics.results import Projection, Significance

Array = NDArray[np.float64]
LEVEL = 0.9  # only sets the event weights of several bins


def significance(measurement: Measurement) -> Significance:
    """p-value P(statistic >= observed | background), prior averaged, and its one-sided Gaussian equivalent.

    One bin: the statistic is the count, p = <gammainc(n, B)>. Several bins: the event weights of `counting`.

    Returns:
        Significance; sigma is -inf where nothing was seen, inf where the background cannot do it.

    >>> found = significance(Measurement.counting(5, 0.5))
    >>> round(found.p0 * 1e4, 3), round(found.sigma, 3)
    (1.721, 3.58)
    """
    from scipy.special import ndtri

    if len(measurement.bins) == 1:
        b = measurement.bins[0]
        p = upper_tail(b.observed, b.background, b.background_error, b.background_kind)
        text = "P(n >= observed | b), averaged over the background prior"
    else:
        p, text = _many_bins(measurement)
    return Significance(p, float(-ndtri(p)), text)


def upper_tail(n: int, mean: float, error: float, kind: str) -> float:
    """P(count >= n) for a background with this prior; accurate where it is tiny, and for n = 1e6.

    >>> f"{upper_tail(10, 0.5, 0.0, 'gamma'):.4e}"
    '1.7097e-10'
    """
    from scipy.special import betainc, gammainc

    if n == 0:
        return 1.0
    if error == 0:
        return float(gammainc(n, mean))
    if kind == "gamma":
        shape = (mean / error) ** 2
        return float(betainc(n, shape, mean / (shape + mean)))
    nodes, log_weights = priors.background_nodes(mean, error, kind)
    return float(np.exp(log_weights) @ gammainc(n, nodes))


def _many_bins(measurement: Measurement) -> tuple[float, str]:
    weight = event_weights(measurement, measurement.fraction, LEVEL)
    observed = float(np.dot(measurement.observed, weight))
    below = None
    if (weight > 0).all():
        below = (
            enumerate_outcomes(weight, observed - 2e-9, OUTCOME_LIMIT) if observed > 0 else np.zeros((0, len(weight)))
        )
    if below is None:
        outcomes, chances, text = outcome_table(measurement)
        return float(chances[outcomes @ weight >= observed - 1e-9].sum()), text
    if not len(below):
        return 1.0, "exact sum over outcomes"
    log_p = sum(background_pmf(measurement, i, int(below[:, i].max()))[below[:, i]] for i in range(len(weight)))
    return max(1 - float(np.exp(log_p).sum()), 1e-16), "exact sum over outcomes"


def reach(measurement: Measurement, sigma: float = 3.0) -> Projection:
    """Signal whose median count is evidence at `sigma` standard deviations, exactly for discrete counts.

    n_c is the smallest count with P(n >= n_c | b) <= 1 - Phi(sigma); s solves P(n >= n_c | s) = 1/2. Both
    average over the priors. The median experiment at this s reaches the significance.

    Args:
        measurement: one bin; the observed count does not enter.
        sigma: 3 for evidence, 5 for discovery.

    Returns:
        `value` is s in events before `fraction`, `count` is n_c.

    Raises:
        InputError: several bins, sigma <= 0.

    >>> r = reach(Measurement.counting(0, 0.53), 5.0)
    >>> round(r.value, 3), r.count
    (7.139, 8.0)
    """
    from scipy.special import ndtr

    if not 0 < sigma < 30:
        raise InputError("sigma", sigma, "(0, 30)", "3 or 5 standard deviations.")
    if len(measurement.bins) > 1:
        raise InputError("bins", len(measurement.bins), "one bin", "Merge the bins for a reach.")
    b = measurement.bins[0]
    level = float(ndtr(-sigma))

    def chance(n: int) -> float:
        return upper_tail(n, b.background, b.background_error, b.background_kind)

    low, high = (
        0,
        max(2 * len(count_distribution(measurement, 0)), 4) if b.background < 1e4 else int(2 * b.background),
    )
    while chance(high) > level:
        high *= 2
    high = int(boundary(lambda n: np.asarray(chance(int(n)) > level), low, high, 1.0, whole=True)[1])
    ordered = lower_tail(measurement.with_observed([high - 1]), measurement.fraction[None], LEVEL)
    zero = np.zeros(1)
    target = np.array([0.5 * np.exp(-ordered.log_scale)])
    step = np.array([(high + 2.3) / float(measurement.fraction.sum())])
    text = f"median of the counts reaches {sigma:g} sigma at n = {high}, priors averaged"
    if b.background == 0 and b.background_error == 0:
        text += "; b = 0: a single event is already beyond any significance"
    if float(ordered.tail(zero)[0]) <= target[0]:
        return Projection(0.0, float(high), text)
    return Projection(float(solve_falling(ordered.tail, target, zero, step)[0]), float(high), text)
