"""Profile likelihood: fits of many data sets at once, with every nuisance written as a unit-normal score.

-ln L = sum_b [lambda_b - n_b ln lambda_b] + (phi - phi_0)^T C^-1 (phi - phi_0)/2, phi the scores of the
signal nuisances and of the backgrounds, phi_0 the auxiliary measurements (0 for the observed data).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.roots import jointly, root
from darktarget.statistics import priors
from darktarget.statistics.measurement import Measurement

Array = NDArray[np.float64]
FLOOR = 1e-9  # events; keeps ln(lambda) finite at s = b = 0


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Likelihood of N data sets that share the nuisances of one measurement.

    Args:
        measurement: bins and nuisances.
        fractions: [N, B, C] signal fractions, or [1, B, C].
        counts: [N, B] data.
        auxiliary: [N, D] auxiliary scores phi_0; D = nuisances + bins.
    """

    measurement: Measurement
    fractions: Array
    counts: Array
    auxiliary: Array

    @classmethod
    def of(cls, measurement: Measurement, fractions: Array, counts: Any, auxiliary: Array | None = None) -> Likelihood:
        """Likelihood with the auxiliary measurements at their nominal values unless given."""
        size = max(len(counts), len(fractions))
        width = len(measurement.nuisances) + len(measurement.bins)
        if auxiliary is None:
            auxiliary = np.zeros((1, width))
        counts = np.broadcast_to(np.asarray(counts, dtype=float), (size, len(measurement.bins)))
        return cls(measurement, fractions, counts, np.broadcast_to(auxiliary, (size, width)))

    @property
    def precision(self) -> Array:
        """Inverse covariance of the scores, [D, D]."""
        k = len(self.measurement.nuisances)
        matrix = np.eye(self.auxiliary.shape[1])
        if self.measurement.correlation is not None and k:
            matrix[:k, :k] = np.linalg.inv(self.measurement.correlation)
        return matrix

    def parts(self, signal: Array, scores: Array) -> tuple[Array, Array, Array, Array]:
        """Signal per component and bin, background, and their derivatives in ln of the factors.

        Returns:
            Signal [N, B, C], background [N, B], d ln kappa [N, K], d background / d score [N, B].
        """
        m = self.measurement
        k = len(m.nuisances)
        factors = np.ones((len(scores), len(m.components)))
        slopes = np.zeros((len(scores), k))
        for i, (nuisance, acts) in enumerate(zip(m.nuisances, m.mask, strict=True)):
            kappa = np.maximum(priors.value(nuisance.kind, 1.0, nuisance.relative, scores[:, i]), 1e-12)
            slopes[:, i] = priors.slope(nuisance.kind, 1.0, nuisance.relative, scores[:, i]) / kappa
            factors[:, acts] *= kappa[:, None]
        rows = [(b.background_kind, b.background, b.background_error, scores[:, k + i]) for i, b in enumerate(m.bins)]
        background = np.stack([priors.value(*r) for r in rows], axis=1)
        steep = np.stack([priors.slope(*r) for r in rows], axis=1)
        events = np.asarray(signal[:, None, None] * self.fractions * factors[:, None, :])
        return events, background, slopes, steep

    def mean(self, signal: Array, scores: Array) -> Array:
        """Expected counts lambda [N, B]."""
        s, background, _, _ = self.parts(signal, scores)
        return np.asarray(np.maximum(s.sum(axis=2) + background, FLOOR))

    def minus_log(self, signal: Array, scores: Array) -> Array:
        """-ln L [N] without the constant ln n!."""
        mean = self.mean(signal, scores)
        pull = scores - self.auxiliary
        poisson = np.sum(mean - self.counts * np.log(mean), axis=1)
        return np.asarray(poisson + 0.5 * np.einsum("nd,de,ne->n", pull, self.precision, pull))

    def conditional(self, signal: Array) -> Array:
        """Best-fit scores [N, D] at fixed signal [N], by damped Newton steps with a positive Hessian."""
        scores = self.auxiliary.copy()
        value = self.minus_log(signal, scores)
        damping = np.ones(len(scores))
        for _ in range(100):
            gradient, hessian = self._derivatives(signal, scores)
            if np.abs(gradient).max() < 1e-9:
                break
            step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
            trial = scores - damping[:, None] * np.clip(step, -3, 3)
            trial_value = self.minus_log(signal, trial)
            better = trial_value <= value + 1e-12 * (1 + np.abs(value))
            scores = np.where(better[:, None], trial, scores)
            value = np.where(better, trial_value, value)
            damping = np.where(better, np.minimum(1.0, 2 * damping), 0.3 * damping)
            if np.all(damping < 1e-6):
                break
        return scores

    def _derivatives(self, signal: Array, scores: Array) -> tuple[Array, Array]:
        """Gradient [N, D] and a positive definite approximation of the Hessian [N, D, D]."""
        k = len(self.measurement.nuisances)
        s, background, slopes, steep = self.parts(signal, scores)
        mean = np.maximum(s.sum(axis=2) + background, FLOOR)
        acting = slopes[:, :, None] * self.measurement.mask  # [N, K, C]
        jacobian = np.zeros((*mean.shape, self.auxiliary.shape[1]))  # [N, B, D]
        jacobian[:, :, :k] = np.einsum("nbc,nkc->nbk", s, acting)
        for i in range(mean.shape[1]):
            jacobian[:, i, k + i] = steep[:, i]
        excess = 1 - self.counts / mean
        gradient = np.einsum("nb,nbd->nd", excess, jacobian) + (scores - self.auxiliary) @ self.precision
        bend = np.maximum(excess, 0.0)
        hessian = np.einsum("nb,nbd,nbe->nde", self.counts / mean**2, jacobian, jacobian) + self.precision
        hessian[:, :k, :k] += np.einsum("nb,nbc,nkc,nlc->nkl", bend, s, acting, acting)
        for i in range(mean.shape[1]):
            hessian[:, k + i, k + i] += bend[:, i] * steep[:, i] ** 2 / np.maximum(background[:, i], FLOOR)
        return gradient, hessian

    def best_signal(self) -> tuple[Array, Array, Array]:
        """Global best fit with s >= 0: signal [N], scores [N, D], -ln L [N].

        The slope of the profiled -ln L in s changes sign at the best fit.
        """
        low = np.zeros(len(self.counts))
        per_event = np.maximum(self.fractions.sum(axis=(1, 2)), 1e-12)
        high = np.broadcast_to((2 * self.counts.sum(axis=1) + 10) / per_event, low.shape).copy()
        ends = self._slope(low), self._slope(high)
        found = root(jointly(self._slope, high), low, high, ends, tolerance=1e-10)
        signal = np.where(ends[0] >= 0, 0.0, found)
        scores = self.conditional(signal)
        return signal, scores, self.minus_log(signal, scores)

    def _slope(self, signal: Array) -> Array:
        scores = self.conditional(signal)
        ones = self.parts(np.ones(len(scores)), scores)[0].sum(axis=2)
        return np.asarray(np.sum((1 - self.counts / self.mean(signal, scores)) * ones, axis=1))


def q_tilde(likelihood: Likelihood, signal: Array, best: tuple[Array, Array, Array]) -> Array:
    """Test statistic for upper limits: 2 ln L(s_hat)/L(s) with s_hat >= 0, and 0 where s_hat > s.

    Reference: Cowan, Cranmer, Gross, Vitells, arXiv:1007.1727, Eq. 16.
    """
    fitted = likelihood.minus_log(signal, likelihood.conditional(signal))
    return np.where(best[0] > signal, 0.0, np.maximum(2 * (fitted - best[2]), 0.0))
