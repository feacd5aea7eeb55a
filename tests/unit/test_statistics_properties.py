"""Laws that every limit obeys, for random input; and bad input that is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from darktarget.errors import InputError, UnknownName
from darktarget.statistics import (
    Bin,
    Measurement,
    Nuisance,
    expected_bands,
    expected_limit,
    interval,
    p_values,
    reach,
    upper_limits,
)

METHODS = ["cls", "classical", "bayes", "feldman-cousins"]
KINDS = ["log-normal", "log-normal-median", "gamma"]
COUNTS = st.integers(0, 12)
BACKGROUNDS = st.floats(0.01, 12)
RELATIVE = st.floats(0.02, 0.5)


def measured(n: int, b: float, relative: float, spread: float, kind: str, efficiency: float = 0.5) -> Measurement:
    return Measurement.counting(
        n,
        b,
        b * relative,
        background_kind=kind,
        efficiency=efficiency,
        efficiency_error=efficiency * spread,
        efficiency_kind=kind,
    )


@settings(max_examples=25)
@given(COUNTS, BACKGROUNDS, RELATIVE, RELATIVE, st.sampled_from(KINDS), st.sampled_from(METHODS[:3]))
def test_limits_rise_with_the_count(n: int, b: float, rb: float, re: float, kind: str, method: str) -> None:
    m = measured(n, b, rb, re, kind)
    assert interval(m.with_observed([n + 1]), method=method).unclamped > interval(m, method=method).unclamped


@settings(max_examples=12)
@given(st.integers(0, 20), st.floats(0, 15))
def test_feldman_cousins_edges_rise_with_the_count(n: int, b: float) -> None:
    low, high = (interval(Measurement.counting(k, b), method="feldman-cousins") for k in (n, n + 1))
    assert high.upper > low.upper
    assert high.lower >= low.lower
    published = interval(Measurement.counting(n, b), method="feldman-cousins-published")
    assert published.upper >= low.upper - 1e-12


@settings(max_examples=25)
@given(COUNTS, BACKGROUNDS, RELATIVE, RELATIVE, st.sampled_from(KINDS), st.sampled_from(METHODS[:3]))
def test_limits_fall_with_exposure(n: int, b: float, rb: float, re: float, kind: str, method: str) -> None:
    """Twice the signal at the same counts halves the limit."""
    once = interval(measured(n, b, rb, re, kind, 0.4), method=method)
    twice = interval(measured(n, b, rb, re, kind, 0.8), method=method)
    assert twice.upper == pytest.approx(once.upper / 2, rel=1e-6)


@settings(max_examples=15)
@given(st.floats(0.2, 4), st.floats(1.2, 5))
def test_average_expected_limit_on_the_rate_falls_with_exposure(b: float, more: float) -> None:
    """Background grows with exposure: the limit per exposure still falls."""
    now = expected_limit(Measurement.counting(0, b), kind="average").value
    later = expected_limit(Measurement.counting(0, b * more), kind="average").value
    assert later / more < now


@settings(max_examples=25)
@given(COUNTS, BACKGROUNDS, RELATIVE, RELATIVE, st.sampled_from(KINDS))
def test_cls_is_one_without_signal_and_conservative(n: int, b: float, rb: float, re: float, kind: str) -> None:
    m = measured(n, b, rb, re, kind)
    assert p_values(m, 0.0).cls == pytest.approx(1.0, abs=1e-9)
    assert interval(m, method="classical").upper <= interval(m).upper * (1 + 1e-9)


@settings(max_examples=25)
@given(st.floats(0.01, 30), RELATIVE, RELATIVE, st.sampled_from(["log-normal", "gamma"]))
def test_nuisances_of_mean_one_only_weaken_at_nothing_seen(b: float, rb: float, re: float, kind: str) -> None:
    """Jensen: the average of exp(-s kappa) is at least exp(-s)."""
    assert interval(measured(0, b, rb, re, kind)).upper >= 2 * 2.302585


@settings(max_examples=25)
@given(COUNTS, BACKGROUNDS, st.floats(0.5, 0.98), st.sampled_from(METHODS))
def test_limits_rise_with_the_level(n: int, b: float, cl: float, method: str) -> None:
    m = Measurement.counting(n, b)
    assert interval(m, cl + 0.01, method).unclamped > interval(m, cl, method).unclamped - 1e-9


@settings(max_examples=20)
@given(st.integers(0, 250), st.floats(0, 200), st.floats(0.01, 0.3))
@example(219, 1.0, 0.28125)  # 60 nodes in the efficiency are 1e-4 off here
def test_small_and_large_count_routes_join(n: int, b: float, spread: float) -> None:
    """The mixture of Poisson sums and the incomplete gamma function give one answer."""
    from darktarget.statistics import counting

    m = measured(n, b, 0.1, spread, "log-normal") if b > 0 else Measurement.counting(n, b)
    fractions = m.fraction[None]
    large = counting._large_count(m, fractions, False)
    small = counting.lower_tail(m, fractions, 0.9)
    s = np.array([2.0 * (n + 2.3)])
    scale = np.exp(small.log_scale)
    assert scale * small.tail(s)[0] == pytest.approx(large.tail(s)[0], rel=1e-6, abs=1e-9)


@settings(max_examples=15)
@given(st.floats(0.01, 20), RELATIVE, st.sampled_from(METHODS[:3]))
def test_bands_are_ordered(b: float, rb: float, method: str) -> None:
    found = expected_bands(Measurement.counting(0, b, b * rb), method=method)
    rows = [found.minus2, found.minus1, found.median, found.plus1, found.plus2]
    assert all(low[0] <= high[0] for low, high in pairwise(rows))


def bins(**changes: Any) -> Callable[[], object]:
    good: dict[str, Any] = {"name": "x", "observed": 0, "background": 0.5}
    return lambda: Bin(**{**good, **changes})


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (bins(observed=-1), "observed"),
        (bins(observed=1.5), "observed"),
        (bins(observed=2.0), "observed"),
        (bins(observed=True), "observed"),
        (bins(observed=float("nan")), "observed"),
        (bins(observed="3"), "observed"),
        (bins(background=-0.1), "background"),
        (bins(background=float("nan")), "background"),
        (bins(background=float("inf")), "background"),
        (bins(background=True), "background"),
        (bins(background_error=-0.1), "background_error"),
        (bins(background_kind="flat"), "background_kind"),
        (bins(background=0.0, background_error=0.1), "background_kind"),
        (lambda: Measurement.counting(0, 0.5, efficiency=1.2), "efficiency"),
        (lambda: Measurement.counting(0, 0.5, efficiency=-0.1), "efficiency"),
        (lambda: Measurement((Bin("x", 0, 0.5),), np.array([[1.2]])), "efficiency"),
        (lambda: Measurement((Bin("x", 0, 0.5),), np.array([[float("nan")]])), "efficiency"),
        (lambda: Measurement((Bin("x", 0, 0.5), Bin("y", 0, 0.5)), np.array([[0.7], [0.7]])), "efficiency"),
        (lambda: Measurement((Bin("x", 0, 0.5),), np.array([[0.5, 0.5]])), "fraction"),
        (lambda: Measurement(()), "bins"),
        (lambda: Measurement((Bin("x", 0, 0.5), Bin("x", 0, 0.5)), np.array([[0.5], [0.5]])), "bins"),
        (lambda: Nuisance("k", -0.1), "nuisance k"),
        (lambda: Nuisance("k", 1.5), "nuisance k"),
        (lambda: Nuisance("k", 0.1, "gauss"), "kind of nuisance k"),
        (
            lambda: Measurement((Bin("x", 0, 0.5),), nuisances=(Nuisance("k", 0.1, components=("z",)),)),
            "components",
        ),
        (lambda: interval(Measurement.counting(0, 0.5), 0.0), "cl"),
        (lambda: interval(Measurement.counting(0, 0.5), 1.0), "cl"),
        (lambda: interval(Measurement.counting(0, 0.5), float("nan")), "cl"),
        (lambda: interval(Measurement.counting(0, 0.5), nuisances="ignore"), "nuisances"),
        (lambda: p_values(Measurement.counting(0, 0.5), -1.0), "signal"),
        (lambda: reach(Measurement.counting(0, 0.5), -3.0), "sigma"),
        (lambda: expected_limit(Measurement.counting(0, 0.5), kind="best"), "kind"),
        (lambda: Measurement.counting(0, 0.5).without("moon"), "nuisance"),
        (lambda: Measurement.counting(0, 0.5).with_observed([1, 2]), "observed"),
        (lambda: upper_limits(Measurement.counting(0, 0.5), np.ones((2, 1, 2)) / 2), "fraction"),
    ],
)
def test_bad_input_is_named(build: Callable[[], object], field: str) -> None:
    with pytest.raises(InputError) as caught:
        build()
    assert caught.value.field.startswith(field)
    assert caught.value.allowed


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, 1.0], [1.0, 1.0]],
        [[1.0, 1.4], [1.4, 1.0]],
        [[1.0, 0.2], [0.3, 1.0]],
        [[2.0, 0.0], [0.0, 1.0]],
        [[1.0]],
        [[1.0, float("nan")], [float("nan"), 1.0]],
    ],
)
def test_correlation_that_is_not_positive_definite_is_not_repaired(matrix: list[list[float]]) -> None:
    pair = (Nuisance("a", 0.1), Nuisance("b", 0.2))
    with pytest.raises(InputError) as caught:
        Measurement((Bin("x", 0, 0.5),), nuisances=pair, correlation=np.array(matrix))
    assert caught.value.field == "correlation"


def test_unknown_method_lists_the_valid_ones() -> None:
    with pytest.raises(UnknownName, match="feldman-cousins"):
        interval(Measurement.counting(0, 0.5), method="CLS")


def test_without_signal_there_is_no_limit() -> None:
    found = interval(Measurement.counting(0, 0.5, efficiency=0.0))
    assert np.isinf(found.upper)
    assert found.flags == ("no sensitivity",)


def test_results_are_frozen() -> None:
    m = Measurement.counting(0, 0.5)
    with pytest.raises(ValueError, match="read-only"):
        m.fraction[0, 0] = 0.5
    with pytest.raises(AttributeError):
        interval(m).upper = 1.0  # type: ignore[misc]
