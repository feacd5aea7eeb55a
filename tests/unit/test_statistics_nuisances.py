"""Nuisances: quadrature against plain Monte Carlo and direct integration, five runs, bands, ranking."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from darktarget.statistics import (
    Bin,
    Measurement,
    Nuisance,
    expected_bands,
    expected_limit,
    interval,
    p_values,
    ranking,
    significance,
    upper_limits,
)
from darktarget.statistics.ordering import interval_edges
from darktarget.statistics.priors import log_count_pmf, slope, value
from darktarget.statistics.quadrature import scores, sparse_grid

KINDS = ["log-normal", "log-normal-median", "truncated-gaussian", "gamma"]
# Five runs: electrons on target (1e10), efficiency, its relative uncertainty (arXiv:2108.04195, Table I).
RUNS = {
    "2016-I": (2.3, 0.7, 0.10),
    "2016-II": (1.1, 0.841, 0.10),
    "2016-III": (0.9, 0.78, 0.15),
    "2017": (5.4, 0.5, 0.15),
    "2018": (18.7, 0.5, 0.15),
}


def five_runs(annihilation: float, observed: int = 0) -> Measurement:
    """NA64e 2016-2018 at 225 MeV: two processes, five runs; efficiencies, EOT and background uncertain."""
    share = np.array([eot * efficiency for eot, efficiency, _ in RUNS.values()])
    share /= share.sum()
    names = tuple(f"{run} {process}" for process in ("annihilation", "strahlung") for run in RUNS)
    nuisances = [
        Nuisance(f"efficiency {run}", error, components=(f"{run} annihilation", f"{run} strahlung"))
        for run, (_, _, error) in RUNS.items()
    ]
    nuisances += [
        Nuisance("EOT", 0.05),
        Nuisance("annihilation", 0.35, components=names[:5]),
        Nuisance("strahlung", 0.10, components=names[5:]),
    ]
    fraction = np.concatenate([annihilation * share, (1 - annihilation) * share])[None]
    return Measurement((Bin("box", observed, 0.53, 0.17),), fraction, names, tuple(nuisances))


def frozen(kind: str, mean: float, error: float) -> Any:
    """The prior from scipy.stats, the second route."""
    if kind == "gamma":
        return stats.gamma((mean / error) ** 2, scale=error**2 / mean)
    if kind == "truncated-gaussian":
        return stats.truncnorm(-mean / error, np.inf, loc=mean, scale=error)
    width = math.log1p(error / mean) if kind == "log-normal-median" else math.sqrt(math.log1p((error / mean) ** 2))
    median = mean if kind == "log-normal-median" else mean * math.exp(-(width**2) / 2)
    return stats.lognorm(width, scale=median)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "error"), [(1.0, 0.1), (1.0, 0.6), (0.53, 0.17), (30.0, 4.0)])
def test_priors_match_scipy(kind: str, mean: float, error: float) -> None:
    z = np.array([-4.0, -1.0, 0.0, 0.5, 3.0])
    prior = frozen(kind, mean, error)
    assert value(kind, mean, error, z) == pytest.approx(prior.ppf(stats.norm.cdf(z)), rel=1e-7, abs=1e-9)
    numeric = (value(kind, mean, error, z + 1e-5) - value(kind, mean, error, z - 1e-5)) / 2e-5
    assert slope(kind, mean, error, z) == pytest.approx(numeric, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mean", "error"), [(0.53, 0.17), (3.0, 2.5), (120.0, 30.0), (900.0, 300.0)])
def test_background_counts_match_direct_integration(kind: str, mean: float, error: float) -> None:
    prior = frozen(kind, mean, error)
    for n in (0, 1, round(mean), round(mean + 2 * error) + 1):
        low, high = max(0.0, mean - 9 * error), mean + 40 * error
        points = sorted({min(max(x, low), high) for x in (n + 0.1, mean, prior.ppf(0.01), prior.ppf(0.99))})
        brute = integrate.quad(
            lambda x, n=n: stats.poisson.pmf(n, x) * prior.pdf(x),
            low,
            high,
            points=points,
            limit=400,
            epsabs=1e-13,
        )[0]
        assert math.exp(log_count_pmf(n, mean, error, kind)[n]) == pytest.approx(brute, rel=1e-6)


def test_half_normal_background() -> None:
    chance = math.exp(log_count_pmf(0, 0.0, 0.5, "truncated-gaussian")[0])
    assert chance == pytest.approx(2 * math.exp(0.125) * stats.norm.sf(0.5), rel=1e-9)


@pytest.mark.parametrize("n", [0, 2, 9, 25])
@pytest.mark.parametrize("kind", ["log-normal", "gamma"])
def test_limit_with_efficiency_and_background_by_direct_integration(n: int, kind: str) -> None:
    """CLs of one bin: two nested integrals with scipy's own priors instead of the mixture."""
    b, error, spread = 1.3, 0.5, 0.25
    m = Measurement.counting(
        n,
        b,
        error,
        background_kind="gamma",
        efficiency=0.4,
        efficiency_error=0.4 * spread,
        efficiency_kind=kind,
    )
    x, w = np.polynomial.legendre.leggauss(400)
    u = 0.5 * (x + 1)
    efficiency = 0.4 * frozen(kind, 1.0, spread).ppf(u)[:, None]
    background = frozen("gamma", b, error).ppf(u)[None, :]
    weight = 0.25 * np.outer(w, w)

    def cls_excess(s: float) -> float:
        above = np.sum(weight * stats.poisson.cdf(n, s * efficiency + background))
        return float(above / np.sum(weight * stats.poisson.cdf(n, 0 * efficiency + background))) - 0.1

    root = optimize.brentq(cls_excess, 1, 400)
    assert interval(m).upper == pytest.approx(root, rel=2e-4)


@pytest.mark.parametrize("observed", [0, 3, 10])
@pytest.mark.parametrize("annihilation", [0.0, 0.5, 0.95])
def test_five_runs_against_monte_carlo(observed: int, annihilation: float) -> None:
    """Eight efficiency nuisances and a background: sparse grid against 4e5 draws of every nuisance."""
    m = five_runs(annihilation, observed)
    rng = np.random.default_rng(5)
    size = 400_000
    factors = np.ones((size, len(m.components)))
    for k, acts in zip(m.nuisances, m.mask, strict=True):
        factors[:, acts] *= frozen(k.kind, 1.0, k.relative).ppf(rng.random(size))[:, None]
    efficiency = factors @ m.fraction[0]
    background = frozen("log-normal", 0.53, 0.17).ppf(rng.random(size))
    s = interval(m).upper
    cls = stats.poisson.cdf(observed, s * efficiency + background).mean()
    cls /= stats.poisson.cdf(observed, background).mean()
    assert cls == pytest.approx(0.1, abs=0.0008)


def test_correlated_nuisances() -> None:
    """Correlation 1 - tiny acts as one nuisance of the summed log-width; 0 as independent ones."""

    def limit(correlation: float) -> float:
        pair = (Nuisance("a", 0.2), Nuisance("b", 0.2))
        matrix = np.array([[1.0, correlation], [correlation, 1.0]])
        return interval(Measurement((Bin("x", 2, 1.0),), nuisances=pair, correlation=matrix)).upper

    independent = interval(Measurement((Bin("x", 2, 1.0),), nuisances=(Nuisance("a", 0.2), Nuisance("b", 0.2))))
    assert limit(0.0) == pytest.approx(independent.upper, rel=1e-7)
    assert limit(0.0) < limit(0.6) < limit(0.999)
    assert limit(-0.9) < limit(0.0)
    sigma = 2 * math.sqrt(math.log1p(0.04))
    draws = np.exp(sigma * stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000) - sigma**2 / 4)
    s = limit(1 - 1e-7)
    cls = np.mean(stats.poisson.cdf(2, s * draws + 1.0)) / stats.poisson.cdf(2, 1.0)
    assert cls == pytest.approx(0.1, abs=1e-4)


def test_quadrature_is_exact_where_it_claims() -> None:
    z, w = sparse_grid(6)
    assert float(w @ np.prod(z[:, :2] ** 2, axis=1)) == pytest.approx(1.0, abs=1e-12)
    assert float(w @ z[:, 3] ** 4) == pytest.approx(3.0, abs=1e-12)
    assert float(w @ (z[:, 0] ** 3 * z[:, 1])) == pytest.approx(0.0, abs=1e-12)
    z, w = scores((0.05, 0.3, 0.1, 0.1, 0.02))
    exact = math.exp(0.5 * (0.05**2 + 0.3**2 + 2 * 0.1**2 + 0.02**2))
    assert float(w @ np.exp(z @ [0.05, 0.3, 0.1, 0.1, 0.02])) == pytest.approx(exact, rel=1e-6)


def test_background_uncertainty_cancels_and_efficiency_weakens_at_nothing_seen() -> None:
    effects = {e.name: e.change for e in ranking(five_runs(0.95))}
    assert effects["background of box"] == pytest.approx(0.0, abs=1e-9)
    assert all(change > -1e-9 for change in effects.values())
    assert max(effects, key=lambda k: effects[k]) == "annihilation"


def test_ranking_of_the_five_runs() -> None:
    """The limit in eps at 225 MeV rises by 6.8 %; the asymptotic formula makes it fall by 9 to 10 %."""
    m = five_runs(0.95)
    exact, asymptotic = interval(m), interval(m, method="asymptotic")
    assert math.sqrt(exact.upper / math.log(10)) == pytest.approx(1.068, abs=0.001)
    assert math.sqrt(asymptotic.upper / math.log(10)) == pytest.approx(0.908, abs=0.002)
    assert [e.name for e in ranking(m)][:3] == ["annihilation", "efficiency 2018", "EOT"]


@pytest.mark.parametrize("kind", KINDS)
def test_bayes_needs_a_normalisable_posterior(kind: str) -> None:
    m = Measurement.counting(1, 0.5, efficiency=0.5, efficiency_error=0.1, efficiency_kind=kind)
    if kind == "truncated-gaussian":
        with pytest.raises(ValueError, match="not normalisable"):
            interval(m, method="bayes")
        return
    prior = frozen(kind, 0.5, 0.1)
    x, w = np.polynomial.legendre.leggauss(120)
    e, s = prior.ppf(0.5 * (x + 1)), np.linspace(0, 160, 6_001)
    like = np.array([(0.5 * w) @ stats.poisson.pmf(1, t * e + 0.5) for t in s])
    upper = interval(m, method="bayes").upper
    cumulative = integrate.cumulative_trapezoid(like, s, initial=0)
    inside = np.interp(upper, s, cumulative) / cumulative[-1]
    assert inside == pytest.approx(0.9, abs=3e-4)


@pytest.mark.parametrize(("n", "b"), [(0, 3.0), (1, 1.0), (2, 6.0), (7, 2.3)])
def test_feldman_cousins_by_enumeration_equals_the_closed_form(n: int, b: float) -> None:
    m = Measurement.counting(n, b)
    exact = interval(m, method="feldman-cousins")
    assert interval_edges(m, m.fraction, 0.9) == pytest.approx((exact.lower, exact.upper), abs=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_significance_with_an_uncertain_background(kind: str) -> None:
    prior = frozen(kind, 2.0, 0.6)
    x, w = np.polynomial.legendre.leggauss(2000)
    p = float(np.sum(0.5 * w * stats.poisson.sf(8, prior.ppf(0.5 * (x + 1)))))
    found = significance(Measurement.counting(9, 2.0, 0.6, background_kind=kind))
    assert found.p0 == pytest.approx(p, rel=2e-3)
    assert found.sigma == pytest.approx(stats.norm.isf(p), abs=1e-3)


def test_feldman_cousins_with_nuisances_reaches_the_exact_edges_without_them() -> None:
    narrow = Measurement.counting(4, 2.0, 1e-6, efficiency=1.0, efficiency_error=1e-6)
    wide = Measurement.counting(4, 2.0, 0.8, efficiency=1.0, efficiency_error=0.3)
    exact = interval(Measurement.counting(4, 2.0), method="feldman-cousins")
    found, broad = interval(narrow, method="feldman-cousins"), interval(wide, method="feldman-cousins")
    assert (found.lower, found.upper) == pytest.approx((exact.lower, exact.upper), abs=1e-4)
    assert broad.upper > exact.upper + 0.5


def test_bands_are_quantiles_of_the_counts() -> None:
    m = Measurement.counting(0, 2.0, 0.8, efficiency=0.5, efficiency_error=0.1)
    bands = expected_bands(m)
    counts = np.random.default_rng(2).poisson(frozen("log-normal", 2.0, 0.8).rvs(400_000, random_state=3))
    for quantile, count, limit in zip(
        (-2, -1, 0, 1, 2),
        bands.counts,
        (bands.minus2, bands.minus1, bands.median, bands.plus1, bands.plus2),
        strict=True,
    ):
        assert count[0] == np.quantile(counts, stats.norm.cdf(quantile), method="inverted_cdf")
        assert limit[0] == pytest.approx(interval(m.with_observed(count)).upper)
    assert expected_limit(m).value == bands.median[0]


def test_curve_equals_single_points() -> None:
    m = five_runs(0.5, 2)
    mix = np.array([five_runs(a).fraction for a in (0.0, 0.3, 0.95)])
    curve = upper_limits(m, mix)
    single = [interval(m.with_fraction(f)).upper for f in mix]
    assert curve == pytest.approx(single, rel=3e-5)
    assert np.isinf(upper_limits(m, 0 * mix)).all()


def test_p_values_with_nuisances() -> None:
    m = Measurement.counting(2, 1.0, 0.4, efficiency=0.5, efficiency_error=0.1)
    assert p_values(m, interval(m).upper).cls == pytest.approx(0.1, abs=1e-9)
    assert p_values(m, 0.0).cls == pytest.approx(1.0, abs=1e-9)
