"""Priors of efficiencies and backgrounds as functions of a normal score, and exact background count
distributions."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.quadrature import gauss_panels

Array = NDArray[np.float64]
KINDS = ("log-normal", "log-normal-median", "truncated-gaussian", "gamma")
NEVER = -1e290  # stands for ln 0 and stays finite in products and sums
SCORE_RANGE = 12.0  # normal scores integrated over; the density there is exp(-72)


def value(kind: str, mean: float, error: float, score: Array) -> Array:
    """The quantity with this prior at a normal score theta: Q(Phi(theta)), Q the quantile function of the
    prior.

    log-normal: mean exp(sigma theta - sigma^2/2), sigma^2 = ln(1 + r^2), r = error/mean;
    log-normal-median: mean (1 + r)^theta; gamma: shape 1/r^2; truncated-gaussian: N(mean, error) above 0.

    Args:
        kind: one of KINDS.
        mean: mean (median, location) of the prior, >= 0.
        error: its absolute width, >= 0.
        score: normal scores, any shape.

    Returns:
        Values >= 0 in the unit of `mean`, shape of `score`.

    >>> [round(float(value(k, 1.0, 0.2, np.array(1.0))), 4) for k in KINDS]
    [1.1953, 1.2, 1.2, 1.1987]
    """
    if error == 0:
        return np.full(np.shape(score), float(mean))
    if kind in ("log-normal", "log-normal-median"):
        width, shift = log_width(kind, error / mean)
        return np.asarray(mean * np.exp(width * score + shift))
    from scipy import special

    upper_tail = special.ndtr(-np.asarray(score))
    if kind == "gamma":
        shape = (mean / error) ** 2
        low = special.gammaincinv(shape, special.ndtr(score))
        return np.asarray(np.where(score < 0, low, special.gammainccinv(shape, upper_tail)) * (mean / shape))
    cut = mean / error
    inside = special.ndtr(cut)
    low = special.ndtri(special.ndtr(-cut) + special.ndtr(score) * inside)
    z = np.where(score < 0, low, -special.ndtri(upper_tail * inside))
    return np.asarray(np.maximum(mean + error * z, 0.0))


def slope(kind: str, mean: float, error: float, score: Array) -> Array:
    """Derivative d value / d theta = phi(theta)/density(value); closed forms, needed by the likelihood fits.

    Args:
        kind, mean, error, score: as in `value`.

    Returns:
        Derivatives in the unit of `mean`, shape of `score`.

    >>> round(float(slope("log-normal-median", 1.0, 0.2, np.array(0.0))), 6)
    0.182322
    """
    if error == 0:
        return np.zeros(np.shape(score))
    x = value(kind, mean, error, score)
    if kind in ("log-normal", "log-normal-median"):
        return np.asarray(log_width(kind, error / mean)[0] * x)
    phi = -0.5 * np.square(score) - 0.5 * math.log(2 * math.pi)
    safe = np.maximum(x, 1e-300)
    if kind == "gamma":
        shape = (mean / error) ** 2
        rate = shape / mean
        log_density = shape * math.log(rate) + (shape - 1) * np.log(safe) - rate * safe - math.lgamma(shape)
    else:
        inside = 0.5 * math.erfc(-mean / error / math.sqrt(2))
        log_density = -0.5 * np.square((x - mean) / error) - math.log(error * inside * math.sqrt(2 * math.pi))
    return np.asarray(np.exp(phi - log_density))


def log_width(kind: str, relative: float) -> tuple[float, float]:
    """Width sigma and shift of ln(kappa) = sigma theta + shift for the two log-normal kinds.

    >>> tuple(round(x, 6) for x in log_width("log-normal", 0.35))
    (0.339939, -0.057779)
    """
    if kind == "log-normal-median":
        return math.log1p(relative), 0.0
    variance = math.log1p(relative * relative)
    return math.sqrt(variance), -0.5 * variance


def log_factorials(n: int) -> Array:
    """ln k! for k = 0..n, array [n + 1].

    >>> round(float(log_factorials(5)[5]), 6)
    4.787492
    """
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])


def log_poisson(n: int, mean: Array) -> Array:
    """ln of the Poisson probability of k = 0..n for means of shape [J]: array [J, n + 1]; NEVER (or less)
    where it is 0.

    >>> round(float(np.exp(log_poisson(3, np.array([2.0]))[0, 3])), 6)
    0.180447
    """
    mean = np.asarray(mean, dtype=float)[:, None]
    log_mean = np.where(mean > 0, np.log(np.maximum(mean, 1e-300)), NEVER)
    return np.asarray(np.arange(n + 1) * log_mean - mean - log_factorials(n))


def log_count_pmf(n: int, mean: float, error: float, kind: str) -> Array:
    """ln P(k) of the background count k = 0..n, the Poisson probability averaged over the prior of its mean.

    Known mean: Poisson. Gamma: negative binomial, closed form. Otherwise composite quadrature over the
    normal score (log-normal: trapezoidal rule, exponentially convergent) or over the mean (truncated
    Gaussian: Gauss-Legendre panels), with a step that resolves the Poisson width 1/sqrt(mean).

    Args:
        n: largest count.
        mean, error, kind: the prior of the background.

    Returns:
        Logarithms of probabilities, array [n + 1].

    >>> np.round(np.exp(log_count_pmf(2, 0.53, 0.17, "gamma")), 6).tolist()
    [0.596871, 0.299984, 0.083141]
    """
    if error == 0:
        return np.asarray(log_poisson(n, np.array([mean]))[0])
    if kind == "gamma":
        return _negative_binomial(n, mean, error)
    nodes, log_weights = background_nodes(mean, error, kind)
    terms = log_poisson(n, nodes) + log_weights[:, None]
    peak = terms.max(axis=0)
    return np.asarray(np.log(np.exp(terms - peak).sum(axis=0)) + peak)


def _negative_binomial(n: int, mean: float, error: float) -> Array:
    shape = (mean / error) ** 2
    k = np.arange(n)
    ratios = np.log((shape + k) / (k + 1)) + math.log(mean / (shape + mean))
    return np.concatenate([[0.0], np.cumsum(ratios)]) - shape * math.log1p(mean / shape)


def background_nodes(mean: float, error: float, kind: str) -> tuple[Array, Array]:
    """Nodes of the background mean and logarithms of their prior weights."""
    resolved = 0.3 * math.sqrt(max(mean, 1.0)) / error  # normal-score step that resolves the Poisson width
    if kind == "truncated-gaussian":
        low = -mean / error
        panels = math.ceil((SCORE_RANGE - max(low, -SCORE_RANGE)) / min(1.0, 10 * resolved))
        edges = np.linspace(max(low, -SCORE_RANGE), SCORE_RANGE, panels + 1)
        graded = low + np.exp2(np.arange(-2, 40)) / error  # near a mean of 0 the Poisson width is one event
        edges = np.union1d(edges, graded[(graded > -SCORE_RANGE) & (graded < edges[1])])
        score, w = gauss_panels(edges, 20)
        log_weights = np.log(w) - 0.5 * score**2
        nodes = np.maximum(mean + error * score, 0.0)
    else:
        step = min(0.1, resolved)
        score = np.linspace(-SCORE_RANGE, SCORE_RANGE, 2 * math.ceil(SCORE_RANGE / step) + 1)
        log_weights = -0.5 * score**2
        nodes = value(kind, mean, error, score)
    return nodes, log_weights - math.log(np.exp(log_weights).sum())
