"""Coverage: exact Poisson sums without nuisances, toys of the auxiliary measurements with them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from darktarget.statistics import Measurement, interval

SIGNALS = np.linspace(0, 15, 301)
BACKGROUNDS = (0.0, 0.1, 0.53, 1.0, 1.7, 2.3, 3.0, 4.2, 5.5, 7.1, 8.6, 10.0)


def coverage(method: str, b: float, cl: float = 0.9) -> np.ndarray:
    """Chance that the interval holds s, for every s of SIGNALS: sum of Poisson probabilities, no toys."""
    total = np.zeros(len(SIGNALS))
    for n in range(62):
        found = interval(Measurement.counting(n, b), cl, method)
        inside = (found.lower - 1e-9 <= SIGNALS) & (found.unclamped + 1e-9 >= SIGNALS)
        total += stats.poisson.pmf(n, SIGNALS + b) * inside
    return total


@pytest.mark.parametrize("b", BACKGROUNDS)
@pytest.mark.parametrize("method", ["cls", "classical", "feldman-cousins"])
def test_coverage_is_never_below_the_level(method: str, b: float) -> None:
    covered = coverage(method, b)
    assert covered.min() >= 0.9 - 1e-9
    assert covered.min() < 0.99  # the check can fail: CLs over-covers, but not everywhere


def test_classical_coverage_is_tight() -> None:
    """Just below a limit the classical coverage touches the level: a weaker construction would not."""
    s = interval(Measurement.counting(2, 1.0), method="classical").upper
    assert stats.poisson.sf(2, s + 1.0) == pytest.approx(0.9, abs=1e-9)


@pytest.mark.parametrize("cl", [0.68, 0.95])
def test_feldman_cousins_covers_at_other_levels(cl: float) -> None:
    assert coverage("feldman-cousins", 2.0, cl).min() >= cl - 1e-9


def toy_coverage(nuisances: str, b: float, error: float, spread: float, method: str, draws: int) -> np.ndarray:
    """Coverage for fixed true efficiency and background: auxiliary measurements drawn, counts summed exactly.

    Efficiency and background are measured with log-normal errors; the limit scales as 1/measured efficiency.
    """
    rng = np.random.default_rng(11)
    width = np.sqrt(np.log1p(spread**2))
    factor = np.exp(width * stats.norm.ppf((np.arange(500) + 0.5) / 500))
    relative = error / b if b else 0.0
    measured = b * np.exp(np.sqrt(np.log1p(relative**2)) * rng.standard_normal(draws))
    signals = np.linspace(0.25, 15, 60)
    total = np.zeros(len(signals))
    counts = range(int(15 + b + 6 * np.sqrt(15 + b)))
    for m in measured:
        limits = []
        for n in counts:
            toy = Measurement.counting(n, float(m), float(m * relative), efficiency=0.5, efficiency_error=0.5 * spread)
            limits.append(interval(toy, 0.9, method, nuisances).unclamped * 0.5)
            if limits[-1] > 15 * factor.max():
                break
        for n in counts:
            upper = limits[n] if n < len(limits) else np.inf
            inside = (signals[:, None] <= upper / factor[None]).mean(axis=1)
            total += stats.poisson.pmf(n, signals + b) * inside / draws
    return total


@pytest.mark.validate
@pytest.mark.parametrize(("b", "error"), [(0.0, 0.0), (0.53, 0.17), (3.0, 0.9)])
@pytest.mark.parametrize("spread", [0.1, 0.35])
@pytest.mark.parametrize("method", ["cls", "classical"])
def test_coverage_with_nuisances_marginalised(method: str, spread: float, b: float, error: float) -> None:
    covered = toy_coverage("marginalise", b, error, spread, method, 150 if b else 1)
    assert covered.min() >= 0.9 - 0.005


@pytest.mark.validate
@pytest.mark.parametrize("spread", [0.1, 0.35])
def test_coverage_with_nuisances_profiled(spread: float) -> None:
    covered = toy_coverage("profile", 0.53, 0.17, spread, "cls", 25)
    assert covered.min() >= 0.9 - 0.005
