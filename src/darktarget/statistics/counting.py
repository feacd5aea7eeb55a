"""Exact probabilities of counts with nuisances marginalised, for one bin, many bins and many signal points.

Every count is background plus signal events, both Poisson. With the background prior averaged over first,
the chance that what is seen is 'no more signal-like than observed' is a mixture sum_d c_d Pois(d; s E): c_d
is the chance of that when d signal events are there. Efficiencies E are averaged over last, by quadrature.
References: Cousins and Highland, NIM A320 (1992) 331 (averaging over nuisances); Read, CERN-OPEN-2000-205
(CLs); Junk, hep-ex/9902006 (many bins).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darktarget.statistics import priors, quadrature
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.mixture import Gamma, Series, Tail

Array = NDArray[np.float64]
SERIES_LIMIT = 300  # counts above this use the incomplete gamma function
OUTCOME_LIMIT = 4_000  # outcomes enumerated for several bins; more are sampled
TOYS = 50_000
BACKGROUND_FLOOR = 1e-6  # events; only in the ordering of several bins, where ln(1 + s/b) must stay finite


@dataclass(frozen=True, eq=False)
class Ordered:
    """A tail probability in s together with what is needed to read it.

    Args:
        tail: f(s) up to the factor exp(log_scale): P(statistic <= observed | s).
        log_scale: ln of the factor.
        text: how it was computed, in words.
    """

    tail: Tail
    log_scale: float
    text: str


def component_factors(measurement: Measurement, scores: Array) -> Array:
    """Product of nuisance factors of each component at normal scores [J, K]: array [J, component].

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 0.5, efficiency=0.5, efficiency_error=0.05)
    >>> component_factors(m, np.zeros((1, 1))).round(6).tolist()
    [[0.995037]]
    """
    if measurement.correlation is not None and scores.shape[1]:
        scores = scores @ np.linalg.cholesky(measurement.correlation).T
    factors = np.ones((len(scores), len(measurement.components)))
    for k, (nuisance, acts) in enumerate(zip(measurement.nuisances, measurement.mask, strict=True)):
        factors[:, acts] *= priors.value(nuisance.kind, 1.0, nuisance.relative, scores[:, k])[:, None]
    return factors


def spreads(measurement: Measurement, fractions: Array) -> tuple[float, ...]:
    """Largest relative effect of each nuisance on the signal over the points: sets the quadrature."""
    share = fractions.sum(axis=1)
    total = np.maximum(share.sum(axis=1), 1e-300)
    reach = (share @ measurement.mask.T.astype(float)) / total[:, None]
    widths = [k.relative * float(reach[:, i].max(initial=0.0)) for i, k in enumerate(measurement.nuisances)]
    if measurement.correlation is None:
        return tuple(widths)
    mixed = np.linalg.cholesky(measurement.correlation).T * np.array(widths)
    return tuple(float(abs(row.sum())) for row in mixed)


def efficiency_nodes(measurement: Measurement, fractions: Array, wide_nodes: int = 20) -> tuple[Array, Array]:
    """Quadrature of the signal efficiency of each bin.

    Args:
        measurement: gives the nuisances.
        fractions: [P, B, C].
        wide_nodes: nodes in the widest nuisance.

    Returns:
        Weights [J] and efficiencies [P, B, J].

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 0.5, efficiency=0.5, efficiency_error=0.05)
    >>> w, e = efficiency_nodes(m, m.fraction[None])
    >>> round(float(w @ e[0, 0]), 9)
    0.5
    """
    z, weights = quadrature.scores(spreads(measurement, fractions), wide_nodes)
    return weights, np.asarray(fractions @ component_factors(measurement, z).T)


def background_pmf(measurement: Measurement, index: int, n: int) -> Array:
    """ln P(k) of the background count of one bin, k = 0..n."""
    b = measurement.bins[index]
    return priors.log_count_pmf(n, b.background, b.background_error, b.background_kind)


def lower_tail(measurement: Measurement, fractions: Array, cl: float, posterior: bool = False) -> Ordered:
    """P(statistic <= observed | s), or with `posterior` P(signal > s | observed); priors averaged.

    One bin: the statistic is the count. Several bins: each event weighs ln(1 + s* eps_b/b_b), the likelihood
    ratio of a fixed signal s* = -ln(1 - cl) + sqrt(b) at nominal nuisances; enumerated exactly, sampled (one
    toy per node of the priors, fixed seed) where more than OUTCOME_LIMIT outcomes count.

    Args:
        measurement: the measurement.
        fractions: [P, B, C]; several bins with counts above 0 take P = 1.
        cl: sets s* only.
        posterior: weigh by 1/E and sum the likelihood from the top, which integrates it over s.

    Returns:
        The tail as a function of s [P].
    """
    n = measurement.observed
    if sum(n) == 0:
        return _nothing_seen(measurement, fractions, posterior)
    if len(n) == 1 and n[0] > SERIES_LIMIT:
        return _large_count(measurement, fractions, posterior)
    wide = 20 if max(n) <= 30 else _nodes(spreads(measurement, fractions), max(n))
    weights, efficiency = efficiency_nodes(measurement, fractions, wide)
    if len(n) == 1:
        log_pmf = background_pmf(measurement, 0, n[0])
        coefficients = np.cumsum(np.exp(log_pmf - log_pmf.max()))[::-1]
        tail = Series(weights, efficiency[:, 0], coefficients[:, None, None])
        text, scale = "exact sum over counts", float(log_pmf.max())
    elif posterior:
        tail, scale = _posterior_series(measurement, weights, efficiency[0])
        text = "exact product of the bins"
    else:
        return _many_bins(measurement, fractions[0], weights, efficiency[0], cl)
    return Ordered(_posterior(tail) if posterior else tail, scale, text)


def _posterior(tail: Series) -> Series:
    """Weights w/E, because the integral of Pois(d; t E) over t > s is cdf(d; s E)/E."""
    return Series(np.asarray(tail.weights / np.maximum(tail.efficiency, 1e-300)), tail.efficiency, tail.coefficients)


def _nothing_seen(measurement: Measurement, fractions: Array, posterior: bool) -> Ordered:
    """n = 0 everywhere: P = exp(-s E) times the chance of no background, which cancels in CLs and Bayes."""
    weights, efficiency = efficiency_nodes(measurement, fractions)
    seen = np.flatnonzero(fractions.sum(axis=(0, 2)) > 0)
    scale = sum(float(background_pmf(measurement, int(i), 0)[0]) for i in seen)
    tail = Series(weights, efficiency.sum(axis=1), np.ones((1, 1, 1)))
    return Ordered(_posterior(tail) if posterior else tail, scale, "closed form at n = 0")


def _nodes(spread: Sequence[float], count: int) -> int:
    """Nodes that resolve the Poisson width of a count, 1/sqrt(n), in the widest nuisance."""
    return min(max(60, math.ceil(17 * max(spread, default=0.0) * math.sqrt(count) / 0.4)), 20_000)


def _large_count(measurement: Measurement, fractions: Array, posterior: bool) -> Ordered:
    """One bin with a large count: incomplete gamma function, the background prior as one more quadrature
    dimension."""
    b = measurement.bins[0]
    spread = spreads(measurement, fractions)
    joint = [*spread, b.background_error / max(b.observed, 1)] if b.background_error > 0 else [*spread]
    z, weights = quadrature.scores(tuple(joint), _nodes(joint, b.observed))
    efficiency = np.asarray(fractions @ component_factors(measurement, z[:, : len(spread)]).T)[:, 0]
    background = np.full(len(z), float(b.background))
    if b.background_error > 0:
        background = priors.value(b.background_kind, b.background, b.background_error, z[:, -1])
    if posterior:
        weights = np.asarray(weights / np.maximum(efficiency, 1e-300))
    tail = Gamma(weights, efficiency, background, np.full(len(z), float(b.observed)))
    return Ordered(tail, 0.0, "incomplete gamma function")


def event_weights(measurement: Measurement, fraction: Array, cl: float) -> Array:
    """Weight of an event in each bin, ln(1 + s* eps_b / b_b): 0 where no signal goes, array [B].

    >>> from darktarget.statistics.measurement import Bin, Measurement
    >>> m = Measurement((Bin("S1", 0, 0.19), Bin("S2", 0, 0.53)), [[0.5], [0.5]])
    >>> event_weights(m, m.fraction, 0.9).round(3).tolist()
    [2.229, 1.379]
    """
    expected = np.asarray(fraction).sum(axis=1)
    background = np.maximum([b.background for b in measurement.bins], BACKGROUND_FLOOR)
    total = max(float(expected.sum()), 1e-300)
    reference = (-math.log1p(-cl) + math.sqrt(float(background[expected > 0].sum()))) / total
    return np.asarray(np.log1p(reference * expected / background))


def _many_bins(measurement: Measurement, fraction: Array, weights: Array, efficiency: Array, cl: float) -> Ordered:
    weight = event_weights(measurement, fraction, cl)
    used = weight > 0
    observed = float(np.dot(np.array(measurement.observed)[used], weight[used]))
    outcomes = enumerate_outcomes(weight[used], observed, OUTCOME_LIMIT)
    if outcomes is None:
        return Ordered(_sampled(measurement, fraction, weight, observed), 0.0, f"{TOYS} toys, seed 0")
    statistic = outcomes @ weight[used]
    order = np.argsort(statistic, kind="stable")
    log_p = np.zeros(len(outcomes))
    for column, i in enumerate(np.flatnonzero(used)):
        log_p += background_pmf(measurement, int(i), int(outcomes[:, column].max()))[outcomes[:, column]]
    scale = float(log_p.max())
    cumulative = np.concatenate([[0.0], np.cumsum(np.exp(log_p[order] - scale))])
    left = np.searchsorted(statistic[order], observed - statistic + 1e-9, side="right")
    coefficients = _multinomial(outcomes, cumulative[left], efficiency[used])
    text = f"exact sum over {len(outcomes)} outcomes"
    return Ordered(Series(weights, efficiency[used].sum(axis=0)[None], coefficients), scale, text)


def enumerate_outcomes(weight: Array, largest: float, limit: int) -> NDArray[np.int64] | None:
    """All count vectors with weighted sum <= largest, array [outcome, bin]; None when there are more than
    `limit`.

    >>> enumerate_outcomes(np.array([1.0, 2.0]), 2.0, 100).tolist()
    [[0, 0], [0, 1], [1, 0], [2, 0]]
    """
    rows, spent = np.zeros((1, 0), dtype=np.int64), np.zeros(1)
    for w in weight:
        top = int((largest + 1e-9) // w)
        if len(rows) * (top + 1) > 50 * limit:
            return None
        counts = np.tile(np.arange(top + 1), len(rows))
        rows, spent = np.repeat(rows, top + 1, axis=0), np.repeat(spent, top + 1) + w * counts
        keep = spent <= largest + 1e-9
        rows, spent = np.column_stack([rows, counts])[keep], spent[keep]
    return rows if len(rows) <= limit else None


def _multinomial(outcomes: NDArray[np.int64], chance: Array, efficiency: Array) -> Array:
    """c_d [d, 1, J]: the chance of the outcome with d signal events spread over the bins as the efficiencies
    are."""
    share = efficiency / np.maximum(efficiency.sum(axis=0), 1e-300)
    log_share = np.log(np.maximum(share, 1e-300)).T
    events = outcomes.sum(axis=1)
    factorials = priors.log_factorials(int(events.max()))
    log_ways = factorials[events] - factorials[outcomes].sum(axis=1)
    rows = np.empty((int(events.max()) + 1, 1, efficiency.shape[1]))
    for d in range(len(rows)):
        pick = events == d
        rows[d, 0] = np.exp(log_share @ outcomes[pick].T + log_ways[pick]) @ chance[pick]
    return rows


def _sampled(measurement: Measurement, fraction: Array, weight: Array, observed: float) -> Gamma:
    """One toy per draw of the priors: how many signal events fit before the statistic passes the observed
    one."""
    rng = np.random.default_rng(0)
    factors = component_factors(measurement, rng.standard_normal((TOYS, len(measurement.nuisances))))
    efficiency = np.asarray(fraction @ factors.T)
    room = np.full(TOYS, observed + 1e-9)
    for b, w in zip(measurement.bins, weight, strict=True):
        mean = priors.value(b.background_kind, b.background, b.background_error, rng.standard_normal(TOYS))
        room -= w * rng.poisson(mean)
    edges = np.cumsum(efficiency, axis=0) / efficiency.sum(axis=0)
    fits = np.where(room >= 0, 0.0, -1.0)
    active = room >= 0
    while active.any():
        pick = np.minimum((rng.random(TOYS) > edges).sum(axis=0), len(weight) - 1)
        room = room - weight[pick]
        active &= room >= 0
        fits += active
    return Gamma(np.full(TOYS, 1 / TOYS), efficiency.sum(axis=0)[None], np.zeros(TOYS), fits)


def _posterior_series(measurement: Measurement, weights: Array, efficiency: Array) -> tuple[Series, float]:
    """Likelihood of several bins as sum_d L_d Pois(d; s E), bin after bin, then summed from the top."""
    merged, scale = np.ones((1, efficiency.shape[1])), 0.0
    total = np.zeros(efficiency.shape[1])
    for i, n in enumerate(measurement.observed):
        log_pmf = background_pmf(measurement, i, n)
        scale += float(log_pmf.max())
        pmf = np.exp(log_pmf - log_pmf.max())
        total = total + efficiency[i]
        share = efficiency[i] / np.maximum(total, 1e-300)
        grown = np.zeros((len(merged) + n, efficiency.shape[1]))
        for d in range(len(merged)):
            for j in range(n + 1):
                grown[d + j] += math.comb(d + j, j) * share**j * (1 - share) ** d * merged[d] * pmf[n - j]
        merged = grown
    coefficients = np.cumsum(merged[::-1], axis=0)[::-1]
    return Series(weights, total[None], coefficients[:, None, :]), scale
