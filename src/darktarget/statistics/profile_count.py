"""Profiled limit of one bin: counts summed exactly, auxiliary measurements fluctuating (the usual ensemble).

In one bin only the total efficiency matters, so its nuisances act as one log-normal of the same mean and
variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.roots import boundary
from darktarget.statistics import priors
from darktarget.statistics.counting import efficiency_nodes
from darktarget.statistics.measurement import Bin, Measurement
from darktarget.statistics.mixture import solve_falling

Array = NDArray[np.float64]
DRAWS = 1024
FLOOR = 1e-9  # events; keeps ln(lambda) finite at s = b = 0


@dataclass(frozen=True, eq=False)
class OneBin:
    """lambda = s e exp(sigma theta + shift) + B(beta), with auxiliary scores (theta_0, beta_0)."""

    efficiency: float
    width: float
    shift: float
    bin: Bin

    @classmethod
    def of(cls, measurement: Measurement, fraction: Array) -> OneBin:
        """Total efficiency of one bin as a log-normal with the mean and variance that the nuisances give
        it."""
        weights, nodes = efficiency_nodes(measurement, fraction[None])
        mean = float(weights @ nodes[0, 0])
        variance = max(float(weights @ (nodes[0, 0] - mean) ** 2), 0.0)
        width, shift = priors.log_width("log-normal", math.sqrt(variance) / mean) if variance else (0.0, 0.0)
        return cls(mean, width, shift, measurement.bins[0])

    def signal(self, s: float, theta: Array) -> Array:
        """Expected signal events."""
        return np.asarray(s * self.efficiency * np.exp(self.width * theta + self.shift))

    def background(self, beta: Array) -> tuple[Array, Array]:
        """Expected background and its derivative in the score."""
        b = self.bin
        prior = (b.background_kind, b.background, b.background_error, beta)
        return priors.value(*prior), priors.slope(*prior)

    def fit(self, s: float, n: Array, theta0: Array, beta0: Array) -> tuple[Array, Array, Array]:
        """Conditional best fit at fixed s for counts n: theta, beta and -ln L, all of one shape [J]."""
        theta, beta = theta0.copy(), beta0.copy()
        for _ in range(40):
            events, (background, steep) = self.signal(s, theta), self.background(beta)
            mean = np.maximum(events + background, FLOOR)
            a, bend = self.width * events, np.maximum(1 - n / mean, 0.0)
            g1 = (1 - n / mean) * a + theta - theta0
            g2 = (1 - n / mean) * steep + beta - beta0
            curve = n / mean**2
            h11 = curve * a * a + bend * self.width * a + 1
            h22 = curve * steep * steep + bend * steep**2 / np.maximum(background, FLOOR) + 1
            h12 = curve * a * steep
            determinant = h11 * h22 - h12 * h12
            d1 = np.clip((h22 * g1 - h12 * g2) / determinant, -1, 1)
            d2 = np.clip((h11 * g2 - h12 * g1) / determinant, -1, 1)
            theta, beta = theta - d1, beta - d2
            if max(float(np.abs(d1).max()), float(np.abs(d2).max())) < 1e-9:
                break
        mean = np.maximum(self.signal(s, theta) + self.background(beta)[0], FLOOR)
        pull = 0.5 * (theta - theta0) ** 2 + 0.5 * (beta - beta0) ** 2
        return theta, beta, np.asarray(mean - n * np.log(mean) + pull)

    def q(self, s: float, n: Array, theta0: Array, beta0: Array) -> Array:
        """q_tilde(s) of counts n [J] with auxiliary scores [J]."""
        fitted = self.fit(s, n, theta0, beta0)[2]
        safe = np.maximum(n, 1e-300)
        perfect = n - n * np.log(safe)
        low = n < self.background(beta0)[0]
        if low.any():
            without = self.fit(0.0, n[low], theta0[low], beta0[low])[2]
            perfect = perfect.copy()
            perfect[low] = without
        above = n >= np.maximum(self.signal(s, theta0) + self.background(beta0)[0], FLOOR)
        return np.where(above, 0.0, np.maximum(2 * (fitted - perfect), 0.0))

    def critical(self, s: float, q_seen: float, theta0: Array, beta0: Array) -> Array:
        """Largest count with q_tilde >= q_seen for each pair of auxiliary scores, -1 if none; q falls with
        n."""
        top = np.ceil(self.signal(s, theta0) + self.background(beta0)[0]) + 1

        def beyond(count: Array) -> NDArray[np.bool_]:
            return np.asarray(self.q(s, np.maximum(count, 0.0), theta0, beta0) >= q_seen - 1e-9)

        return boundary(beyond, np.full(len(top), -1.0), top, 1.0, whole=True)[0]


def upper_limit(measurement: Measurement, fraction: Array, cl: float, divide: bool) -> float:
    """Upper limit on s with CLs (or CLs+b) = 1 - cl on q_tilde, auxiliary measurements fluctuating.

    Averages over DRAWS low-discrepancy draws of the auxiliary scores (R2 sequence); p is accurate to about
    1e-3.

    Args:
        measurement: one bin.
        fraction: [1, C].
        cl: confidence level.
        divide: CLs if True.

    >>> m = Measurement.counting(0, 0.53, 0.17)
    >>> round(upper_limit(m, m.fraction, 0.9, True), 2)
    2.3
    """
    model, n = OneBin.of(measurement, fraction), float(measurement.observed[0])
    seen, zero = np.array([n]), np.zeros(1)
    z = _draws() if model.width > 0 or measurement.bins[0].background_error > 0 else np.zeros((1, 2))

    def chance(s: float, truth: float, q_seen: float) -> float:
        theta, beta, _ = model.fit(truth, seen, zero, zero)
        critical = model.critical(s, q_seen, theta + z[:, 0], beta + z[:, 1])
        mean = model.signal(truth, theta) + model.background(beta)[0]
        return float(poisson_cdf(critical, float(mean[0])).mean())

    def tail(s: Array) -> Array:
        q_seen = float(model.q(float(s[0]), seen, zero, zero)[0])
        if q_seen <= 0:
            return np.ones(1)
        without = chance(float(s[0]), 0.0, q_seen) if divide else 1.0
        return np.array([chance(float(s[0]), float(s[0]), q_seen) / max(without, 1e-300)])

    step = np.array([(n + 2.3) / float(fraction.sum())])
    if not divide and float(tail(1e-6 * step)[0]) <= 1 - cl:
        return 0.0
    return float(solve_falling(tail, np.array([1 - cl]), 1e-9 * step, step, accuracy=1e-6)[0])


def poisson_cdf(count: Array, mean: float) -> Array:
    """P(<= count) for whole counts [J] (-1 gives 0) at one mean.

    >>> poisson_cdf(np.array([-1.0, 1.0]), 2.0).round(6).tolist()
    [0.0, 0.406006]
    """
    top = int(max(count.max(), 0))
    table = np.concatenate([[0.0], np.cumsum(np.exp(priors.log_poisson(top, np.array([mean]))[0]))])
    return np.asarray(table[count.astype(int) + 1])


def _draws() -> Array:
    """Two standard normal scores at the points of the R2 sequence, [DRAWS, 2]."""
    from scipy.special import ndtri

    golden = 1.32471795724474602596  # real root of x^3 = x + 1
    steps = np.arange(1, DRAWS + 1)[:, None] * np.array([1 / golden, 1 / golden**2])
    return np.asarray(ndtri((0.5 + steps) % 1))
