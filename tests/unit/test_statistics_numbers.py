"""The numbers that the statistics must show, each against a closed form or a published table."""

from __future__ import annotations

import doctest
import importlib
import math
import pkgutil
import subprocess
import sys

import numpy as np
import pytest
from scipy import optimize, stats

from darktarget import statistics
from darktarget.errors import PhysicsError
from darktarget.statistics import (
    Measurement,
    expected_limit,
    interval,
    methods,
    p_values,
    reach,
    significance,
)

LN10 = math.log(10)


def limit(n: int, b: float, method: str = "cls", error: float = 0.0, cl: float = 0.9) -> float:
    return interval(Measurement.counting(n, b, error), cl, method).upper


@pytest.mark.parametrize("method", ["cls", "bayes"])
@pytest.mark.parametrize("kind", ["log-normal", "log-normal-median", "truncated-gaussian", "gamma"])
@pytest.mark.parametrize(("b", "error"), [(0.01, 0.0), (0.53, 0.17), (3.0, 1.5), (40.0, 10.0)])
def test_nothing_seen_does_not_know_the_background(method: str, kind: str, b: float, error: float) -> None:
    found = interval(Measurement.counting(0, b, error, background_kind=kind), 0.9, method)
    assert found.upper == pytest.approx(2.302585093, abs=1e-6)


def test_no_background_at_all_works() -> None:
    assert limit(0, 0.0) == pytest.approx(LN10, abs=1e-9)
    assert interval(Measurement.counting(0, 0.0, 0.3, background_kind="truncated-gaussian")).upper == pytest.approx(
        LN10, abs=1e-9
    )


@pytest.mark.parametrize(
    ("n", "b", "method", "expected"),
    [
        (1, 1.0, "cls", 3.2718),
        (1, 1.0, "classical", 2.8897),
        (5, 2.3, "cls", 7.0313),
        (5, 2.3, "bayes", 7.0313),
    ],
)
def test_quoted_limits(n: int, b: float, method: str, expected: float) -> None:
    assert limit(n, b, method) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("n", range(21))
@pytest.mark.parametrize("b", [0.0, 0.53, 2.3, 8.0, 25.0])
def test_closed_forms_up_to_20(n: int, b: float) -> None:
    """Second route: gamma quantiles of scipy and a root of the Poisson cdf ratio."""

    def cls_excess(s: float) -> float:
        return float(stats.poisson.cdf(n, s + b) / stats.poisson.cdf(n, b)) - 0.1

    root = optimize.brentq(cls_excess, 0, 100, xtol=1e-12)
    assert limit(n, b) == pytest.approx(root, abs=1e-6)
    assert limit(n, b, "bayes") == pytest.approx(root, abs=1e-6)
    classical = interval(Measurement.counting(n, b), method="classical")
    expected = float(stats.gamma.ppf(0.9, n + 1)) - b
    assert classical.unclamped == pytest.approx(expected, abs=1e-6)
    assert classical.upper == pytest.approx(max(0.0, expected), abs=1e-6)
    assert classical.flags == (("empty",) if expected < 0 else ())


def test_bayes_against_brute_force_integration() -> None:
    n, b, s = 4, 1.7, limit(4, 1.7, "bayes")
    grid = np.linspace(0, 80, 400_001)
    like = np.asarray(stats.poisson.pmf(n, grid + b))
    assert np.trapezoid(like[grid <= s], grid[grid <= s]) / np.trapezoid(like, grid) == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize(
    ("n", "b", "lower", "upper"),
    [
        (0, 0.0, 0.00, 2.44),
        (1, 0.0, 0.11, 4.36),
        (2, 0.0, 0.53, 5.91),
        (3, 0.5, 0.60, 6.92),
        (0, 1.0, 0.00, 1.61),
        (10, 0.0, 5.50, 16.50),
        (5, 3.0, 0.00, 6.99),
    ],
)
@pytest.mark.parametrize("method", ["feldman-cousins", "feldman-cousins-published"])
def test_feldman_cousins_table(method: str, n: int, b: float, lower: float, upper: float) -> None:
    """physics/9711021, Table IV (90 %)."""
    found = interval(Measurement.counting(n, b), 0.9, method)
    assert found.lower == pytest.approx(lower, abs=0.01)
    assert found.upper == pytest.approx(upper, abs=0.01)


def test_feldman_cousins_published_convention_says_so() -> None:
    m = Measurement.counting(0, 3.0)
    plain, published = interval(m, method="feldman-cousins"), interval(m, method="feldman-cousins-published")
    assert plain.upper == pytest.approx(0.95, abs=0.01)
    assert published.upper == pytest.approx(1.08, abs=0.01)
    assert "plain ordering" in plain.method
    assert "published convention" in published.method


def test_missing_energy_search_is_untouched_by_its_background() -> None:
    """b = 0.53 +- 0.17, n = 0: excluded where N > 2.3."""
    assert limit(0, 0.53, error=0.17) == pytest.approx(2.3, abs=0.01)


def test_excess_of_five_sigma_and_a_million_counts() -> None:
    assert significance(Measurement.counting(160, 100.0)).sigma > 5
    for method in ("cls", "classical", "bayes"):
        found = interval(Measurement.counting(160, 100.0), method=method)
        assert 60 < found.upper < 85
        large = limit(1_000_000, 1e6, method)
        gauss = 1000 * (1.644854 if method != "classical" else 1.281552)
        assert large == pytest.approx(gauss, rel=0.002)
    with_error = limit(1_000_000, 1e6, error=1e4)
    assert with_error == pytest.approx(1.644854 * math.hypot(1000, 1e4), rel=0.01)


def test_asymptotic_formula_is_too_strong_here_and_says_so() -> None:
    found = interval(Measurement.counting(0, 0.53), method="asymptotic")
    assert found.upper == pytest.approx(1.646, abs=0.001)
    assert "too strong" in found.notes[0]


def test_projection_at_one_background_event() -> None:
    m = Measurement.counting(0, 1.0)
    assert expected_limit(m).value == pytest.approx(3.2718, abs=1e-4)
    assert expected_limit(m, kind="nearest").value == pytest.approx(3.2718, abs=1e-4)
    n = np.arange(30)
    brute = sum(stats.poisson.pmf(k, 1.0) * limit(int(k), 1.0) for k in n)
    average = expected_limit(m, kind="average")
    assert average.value == pytest.approx(brute, abs=1e-8)
    assert average.value == pytest.approx(3.36, abs=0.01)
    assert "b = 1" in average.method


def test_p_values_and_significance() -> None:
    p = p_values(Measurement.counting(3, 1.2), 4.0)
    assert p.clsb == pytest.approx(stats.poisson.cdf(3, 5.2), abs=1e-12)
    assert p.clb == pytest.approx(stats.poisson.cdf(3, 1.2), abs=1e-12)
    assert p.p0 == pytest.approx(stats.poisson.sf(2, 1.2), abs=1e-12)
    assert p.significance == pytest.approx(stats.norm.isf(p.p0), abs=1e-9)


@pytest.mark.parametrize("sigma", [3.0, 5.0])
def test_reach_is_the_median_discovery(sigma: float) -> None:
    found = reach(Measurement.counting(0, 2.0, 0.4, background_kind="gamma"), sigma)
    shape, n = 25.0, int(found.count)
    background = stats.nbinom(shape, shape / (shape + 2.0))
    assert background.sf(n - 1) <= stats.norm.sf(sigma) < background.sf(n - 2)
    s = np.random.default_rng(3).poisson(found.value, 400_000) + background.rvs(400_000, random_state=4)
    assert np.mean(s >= n) == pytest.approx(0.5, abs=0.004)


def test_counts_far_below_the_background() -> None:
    """Deficits: CLs at n = 0 stays 2.3026 at b = 700; where even CLb underflows, an error, no number."""
    assert limit(0, 700.0) == pytest.approx(LN10, abs=1e-9)
    with pytest.raises(PhysicsError, match="far below the background"):
        limit(350, 1e4)
    assert interval(Measurement.counting(350, 1e4), method="classical").flags == ("empty",)
    assert interval(Measurement.counting(0, 10.0), 0.3, "feldman-cousins").flags == ("empty",)


def test_reach_without_background_is_one_event_in_half_of_the_cases() -> None:
    found = reach(Measurement.counting(0, 0.0), 5.0)
    assert found.value == pytest.approx(math.log(2), abs=1e-9)
    assert "b = 0" in found.method


def test_examples_in_the_docstrings_print_what_they_say() -> None:
    names = [m.name for m in pkgutil.walk_packages(statistics.__path__, "darktarget.statistics.")]
    results = [doctest.testmod(importlib.import_module(n)) for n in (*names, "darktarget.io.pyhf_workspace")]
    assert sum(r.attempted for r in results) > 60
    assert sum(r.failed for r in results) == 0


def test_methods_are_the_files() -> None:
    assert set(methods()) >= {"cls", "classical", "bayes", "feldman-cousins", "asymptotic"}


def test_a_cold_limit_needs_only_numpy() -> None:
    code = (
        "import sys; from darktarget.statistics import *\n"
        "m = Measurement.counting(0, 0.53, 0.17, efficiency=0.5, efficiency_error=0.1)\n"
        "interval(m); expected_bands(m); interval(m, method='bayes'); interval(m, method='classical')\n"
        "interval(m.with_observed([7])); ranking(m)\n"
        "print([k for k in sys.modules if k.split('.')[0] in ('scipy', 'numba', 'matplotlib', 'pyhf')])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
