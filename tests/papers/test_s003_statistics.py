"""S003 (arXiv:2108.04195) and S001: what systematic uncertainties do to the limit, exactly and asymptotically.

S003 states that its likelihood with every uncertainty lies 10 % below the simple 2.3-event limit. Averaging
over uncertainties cannot strengthen an exact limit at n = 0; the asymptotic formula at n = 0 can, and does.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Signal
from darktarget.limits import counting as measure
from darktarget.statistics import Measurement, interval

STATED = {"annihilation": 0.35, "bremsstrahlung": 0.10}  # S003 at 225 MeV
ANNIHILATION = 0.95  # part of the signal: eps gains a factor 4.6, so N gains 21 (S003, 230 MeV)


def at_225_MeV(uncertainty: dict[str, float] | None = None) -> measure.Counting:
    parts = [Signal(np.array([x]), 2.0, (None,)) for x in (ANNIHILATION, 1 - ANNIHILATION)]
    return measure.counting(dt.experiment("na64e-2018"), tuple(STATED), [parts], uncertainty)


def in_eps(counts: measure.Counting, method: str, nuisances: str) -> float:
    """Limit on eps over the one of 2.302585 events."""
    return math.sqrt(measure.solve(counts, 0.9, method, nuisances).upper[0] / math.log(10))


@pytest.mark.acceptance(
    "3.29", beside="exact CLs is 6.8 % weaker, not 10 % stronger; S003's asymptotic formula gives 9.2 % stronger"
)
@pytest.mark.parametrize(("method", "weaker"), [("cls", 1.068), ("bayes", 1.130)])
def test_nuisances_by_themselves_weaken(method: str, weaker: float) -> None:
    """35 % annihilation, 10 % bremsstrahlung, 5 % exposure, 10-15 % per run: 6.8 % weaker in eps with CLs."""
    assert in_eps(at_225_MeV(STATED), method, "none") == pytest.approx(1, abs=1e-9)
    assert in_eps(at_225_MeV(), method, "marginalise") > 1
    assert in_eps(at_225_MeV(STATED), method, "marginalise") == pytest.approx(weaker, abs=2e-3)


def test_the_threshold_uncertainty_dominates() -> None:
    ranked = measure.ranking(at_225_MeV(STATED), 0.9, "cls", "marginalise")
    assert list(ranked)[:3] == ["annihilation signal", "efficiency of 2018", "exposure"]
    assert ranked["annihilation signal"][0] == pytest.approx(0.0606, abs=1e-3)
    assert all(v[0] >= 0 for v in ranked.values())


@pytest.mark.acceptance("3.29")
def test_the_asymptotic_formula_is_too_strong_at_n_0() -> None:
    """23 % in eps at b = 0, 15.5 % at b = 0.53; even with S003's uncertainties in it, 9 % below 2.3 events."""
    ratio = [
        math.sqrt(interval(Measurement.counting(0, b), method="asymptotic", nuisances="none").upper / math.log(10))
        for b in (0.0, 0.53)
    ]
    assert ratio == pytest.approx([0.766, 0.845], abs=2e-3)
    asymptotic = in_eps(at_225_MeV(STATED), "asymptotic", "profile")
    assert asymptotic == pytest.approx(0.908, abs=3e-3)
    assert asymptotic < 1 < in_eps(at_225_MeV(STATED), "cls", "marginalise")


@pytest.mark.acceptance("1.15")
def test_s001_background_uncertainty_leaves_the_limit_unaltered() -> None:
    """b = 0.53 +- 0.17, n = 0: N > 2.3, "virtually unaltered" (S001); here exactly so."""
    for method in ("cls", "bayes"):
        assert interval(Measurement.counting(0, 0.53, 0.17), method=method).upper == pytest.approx(2.302585, abs=1e-6)
