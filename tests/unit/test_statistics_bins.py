"""Several bins: enumeration against brute force, toys against enumeration, profile against toys."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from darktarget.errors import InputError
from darktarget.statistics import Bin, Measurement, Nuisance, expected_bands, interval, p_values, upper_limits
from darktarget.statistics import counting as counting_module
from darktarget.statistics.counting import event_weights, lower_tail
from darktarget.statistics.likelihood import Likelihood, q_tilde
from darktarget.statistics.profile import toys
from darktarget.statistics.profile_count import OneBin


def semi_visible(n1: int, n2: int, first: float = 0.4, error: float = 0.2) -> Measurement:
    """Two signal bins, decay inside (b = 0.19 +- 0.07) and beyond (0.53 +- 0.17) the hadronic calorimeter."""
    bins = (Bin("S1", n1, 0.19, 0.07), Bin("S2", n2, 0.53, 0.17))
    return Measurement(bins, np.array([[first], [1 - first]]), nuisances=(Nuisance("efficiency", error),))


@pytest.mark.parametrize("counts", [(1, 0), (0, 1), (2, 1), (1, 4)])
def test_two_bins_by_brute_force(counts: tuple[int, int]) -> None:
    m = semi_visible(*counts)
    weight = event_weights(m, m.fraction, 0.9)
    grid = np.stack(np.meshgrid(np.arange(40), np.arange(40), indexing="ij"), axis=-1).reshape(-1, 2)
    extreme = grid[grid @ weight <= np.dot(counts, weight) + 1e-9]
    widths = np.sqrt(np.log1p(np.array([0.2, 0.07 / 0.19, 0.17 / 0.53]) ** 2))
    x, w = np.polynomial.hermite_e.hermegauss(24)
    w = w / w.sum()
    e, b1, b2 = (np.exp(s * x - s * s / 2) for s in widths)

    def chance(s: float) -> float:
        first = stats.poisson.pmf(extreme[:, 0, None, None], 0.4 * s * e[:, None] + 0.19 * b1[None]) @ w
        second = stats.poisson.pmf(extreme[:, 1, None, None], 0.6 * s * e[:, None] + 0.53 * b2[None]) @ w
        return float(((first * second) @ w).sum())

    root = optimize.brentq(lambda s: chance(s) / chance(0.0) - 0.1, 0.5, 60)
    assert interval(m).upper == pytest.approx(root, rel=1e-4)


def test_nothing_seen_in_two_bins_is_one_bin() -> None:
    one = Measurement((Bin("x", 0, 0.7),), nuisances=(Nuisance("efficiency", 0.2),))
    assert interval(semi_visible(0, 0)).upper == pytest.approx(interval(one).upper, rel=1e-9)
    assert interval(semi_visible(0, 0, error=0.0)).upper == pytest.approx(2.302585093, abs=1e-6)


@pytest.mark.parametrize("method", ["cls", "classical", "bayes"])
def test_equal_bins_merge(method: str) -> None:
    """Two bins of the same s/b carry the information of their sum."""
    split = Measurement((Bin("a", 1, 0.5), Bin("b", 2, 1.0)), np.array([[1 / 3], [2 / 3]]))
    merged = Measurement.counting(3, 1.5)
    assert interval(split, method=method).upper == pytest.approx(interval(merged, method=method).upper, rel=1e-6)


def test_bayes_of_two_bins_by_integration() -> None:
    m = semi_visible(2, 1)
    x, w = np.polynomial.hermite_e.hermegauss(24)
    w = w / w.sum()
    e, b1, b2 = (np.exp(s * x - s * s / 2) for s in np.sqrt(np.log1p(np.array([0.2, 0.07 / 0.19, 0.17 / 0.53]) ** 2)))
    s = np.linspace(0, 80, 8001)
    first = stats.poisson.pmf(2, 0.4 * s[:, None, None] * e[:, None] + 0.19 * b1) @ w
    second = stats.poisson.pmf(1, 0.6 * s[:, None, None] * e[:, None] + 0.53 * b2) @ w
    like = (first * second) @ w
    upper = interval(m, method="bayes").upper
    assert like[s <= upper].sum() / like.sum() == pytest.approx(0.9, abs=2e-3)


def test_an_event_in_the_purer_bin_costs_more() -> None:
    assert interval(semi_visible(1, 0)).upper > interval(semi_visible(0, 1)).upper > interval(semi_visible(0, 0)).upper


def test_a_bin_without_signal_changes_nothing() -> None:
    alone = Measurement.counting(2, 0.5)
    bins = (Bin("bin", 2, 0.5), Bin("empty of signal", 7, 3.0))
    for method in ("cls", "classical", "bayes"):
        two = interval(Measurement(bins, np.array([[1.0], [0.0]])), method=method).upper
        assert two == pytest.approx(interval(alone, method=method).upper, rel=1e-6)


def test_toys_agree_with_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    m = semi_visible(3, 4)
    exact = interval(m)
    monkeypatch.setattr(counting_module, "OUTCOME_LIMIT", 5)
    sampled = interval(m)
    assert "toys" in sampled.method
    assert "exact" in exact.method
    assert sampled.upper == pytest.approx(exact.upper, rel=0.02)


def test_a_background_free_bin_keeps_the_limit_finite() -> None:
    m = Measurement((Bin("clean", 1, 0.0), Bin("busy", 3, 2.0)), np.array([[0.5], [0.5]]))
    assert 3 < interval(m).upper < 20


def test_bands_of_two_bins_follow_the_statistic() -> None:
    m = semi_visible(0, 0)
    bands = expected_bands(m)
    assert bands.minus2[0] <= bands.median[0] <= bands.plus1[0] < bands.plus2[0]
    weight = event_weights(m, m.fraction, 0.9)
    rng = np.random.default_rng(8)
    columns = []
    for b in m.bins:
        width = np.sqrt(np.log1p((b.background_error / b.background) ** 2))
        scores = rng.standard_normal(200_000)
        columns.append(rng.poisson(b.background * np.exp(width * scores - width**2 / 2)))
    toy = np.stack(columns, axis=1) @ weight
    for counts, z in zip(bands.counts, (-2, -1, 0, 1, 2), strict=True):
        assert np.dot(counts, weight) == pytest.approx(np.quantile(toy, stats.norm.cdf(z)), abs=1e-9)


def test_coverage_of_two_bins_by_exact_summation() -> None:
    """CLs over every outcome of two bins, nuisance-free: never below the level."""
    grid = [(i, j) for i in range(14) for j in range(16)]
    plain = semi_visible(0, 0, error=0.0).nominal()
    limits = np.array([interval(plain.with_observed(c)).upper for c in grid])
    for s in np.linspace(0.2, 8, 14):
        p = [stats.poisson.pmf(i, 0.4 * s + 0.19) * stats.poisson.pmf(j, 0.6 * s + 0.53) for i, j in grid]
        assert sum(q for q, up in zip(p, limits, strict=True) if up >= s) >= 0.9 - 1e-6


def test_profile_without_nuisances_is_exact() -> None:
    m = Measurement.counting(3, 1.2)
    assert interval(m, nuisances="profile").upper == interval(m, nuisances="none").upper


@pytest.mark.parametrize("n", [0, 4, 12])
def test_profiled_count_against_full_toys(n: int) -> None:
    """The summed profile limit gives CLs = 0.1 in toys with every auxiliary measurement fluctuating."""
    m = Measurement.counting(n, 3.0, 0.8, efficiency=0.5, efficiency_error=0.1)
    upper = interval(m, nuisances="profile").upper
    clsb, clb = toys(m, upper, 6000, seed=2)
    assert clsb / clb == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("s", [0.5, 4.0, 15.0])
def test_the_two_profile_fits_agree(s: float) -> None:
    """One-bin fit against the general one, counts below and above the background included."""
    m = Measurement.counting(0, 3.0, 0.8, efficiency=0.5, efficiency_error=0.1)
    counts = np.arange(12.0)
    shift = np.linspace(-1, 1, 12)
    general = Likelihood.of(m, m.fraction[None], counts[:, None], np.column_stack([shift, -shift]))
    expected = q_tilde(general, np.full(12, s), general.best_signal())
    assert expected[0] > 0
    found = OneBin.of(m, m.fraction).q(s, counts, shift, -shift)
    assert found == pytest.approx(expected, abs=1e-6)


def test_profiled_two_bins_is_conservative_against_full_toys() -> None:
    m = semi_visible(1, 0)
    found = interval(m, nuisances="profile")
    assert "held fixed" in found.method
    clsb, clb = toys(m, found.upper, 1500, seed=1)
    assert clsb / clb < 0.13


def test_profiled_and_asymptotic_agree_at_large_counts() -> None:
    m = Measurement.counting(210, 200.0, 6.0, efficiency=0.5, efficiency_error=0.02)
    asymptotic = interval(m, method="asymptotic")
    assert interval(m, nuisances="profile").upper == pytest.approx(asymptotic.upper, rel=0.03)
    assert interval(m).upper == pytest.approx(asymptotic.upper, rel=0.04)
    assert asymptotic.notes == ()


def test_p_values_of_two_bins_sum_to_one() -> None:
    low, high = p_values(semi_visible(1, 1), 0.0), p_values(semi_visible(0, 0), 0.0)
    assert high.p0 == pytest.approx(1.0)
    assert 0 < low.p0 < 1
    assert low.clb + low.p0 > 1  # both include the observed outcome


def test_limits_of_profile_and_feldman_cousins_that_do_not_exist() -> None:
    with pytest.raises(InputError, match="no profiled form"):
        interval(semi_visible(1, 1), method="bayes", nuisances="profile")
    with pytest.raises(InputError, match="one bin without nuisances"):
        interval(semi_visible(1, 1), method="feldman-cousins-published")
    with pytest.raises(InputError, match="outcomes"):
        interval(
            Measurement((Bin("a", 400, 300.0), Bin("b", 9, 300.0, 9.0)), np.full((2, 1), 0.5)),
            nuisances="profile",
        )


def test_curve_of_two_bins() -> None:
    m = semi_visible(1, 0)
    mix = np.array([[[x], [1 - x]] for x in (0.0, 0.4, 1.0)])
    assert upper_limits(m, mix) == pytest.approx([interval(m.with_fraction(f)).upper for f in mix], rel=1e-9)
    assert float(lower_tail(m, mix[1:2], 0.9).tail(np.zeros(1))[0]) > 0
