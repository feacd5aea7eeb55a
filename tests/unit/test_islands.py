"""Exclusions where the counts are no power of the coupling: edges against closed forms and dense scans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import lambertw

import darktarget as dt
from darktarget.core import Experiment, Signal
from darktarget.core.signal import combined
from darktarget.errors import PhysicsError
from darktarget.limits import counting as measure

NA64 = dt.experiment("na64e-2018")
GRID = np.geomspace(1e-8, 1, 8 * 40 + 1)
TWO_BINS = """
extends = "na64e-2018"
drop = ["bins.missing-energy"]
title = "Two bins"
[signal_uncertainty]
bremsstrahlung = 0.20
[bins.near]
observed = {n}
background = 0.19
background_error = 0.07
[bins.near.signature]
name = "missing-energy"
calorimeter_energy_below_GeV = 50.0
production_energy_above_GeV = 42.5
[bins.far]
observed = 0
background = 0.53
background_error = 0.17
[bins.far.signature]
name = "missing-energy"
calorimeter_energy_below_GeV = 20.0
production_energy_above_GeV = 42.5
"""


def dying(unit: float, lifetime: float, power: float = 2.0, grid: np.ndarray = GRID) -> Signal:
    """Events that die as exp(-(g/lifetime)^2), at two points."""
    acceptance = np.exp(-((grid / np.array([[lifetime], [3 * lifetime]])) ** 2))
    scale = unit / NA64.effective_exposure
    return Signal(np.full(2, scale), power, (None, None), coupling=grid, acceptance=acceptance)


def counting(*signals: Signal, experiment: Experiment = NA64) -> measure.Counting:
    bins = [[s] for s in signals]
    return measure.counting(experiment, ("bremsstrahlung",), bins)


def test_edges_of_a_dying_signal_in_closed_form() -> None:
    """N = N1 g^2 exp(-g^2/L^2) = s has its roots at g^2 = -L^2 W(-s/(N1 L^2)), branches 0 and -1."""
    counts = counting(dying(1e8, 1e-2))
    found = measure.exclusion(counts, 0.9, "cls", "none")
    for point, lifetime in zip(found.intervals, (1e-2, 3e-2), strict=True):
        argument = -np.log(10) / (1e8 * lifetime**2)
        exact = [lifetime * np.sqrt(-lambertw(argument, branch).real) for branch in (0, -1)]
        (edges,) = point
        assert edges == pytest.approx(exact, rel=2e-3)
    assert found.at_grid_end == (((False, False),),) * 2
    assert found.slope == pytest.approx(2, abs=0.01)
    assert found.peak == pytest.approx(1e8 * np.array([1e-2, 3e-2]) ** 2 / np.e, rel=2e-3)
    np.testing.assert_allclose(counts.events(found.first), np.log(10), rtol=1e-8)


@pytest.mark.parametrize(
    ("method", "nuisances"),
    [
        ("cls", "none"),
        ("cls", "marginalise"),
        ("cls", "profile"),
        ("classical", "marginalise"),
        ("bayes", "marginalise"),
        ("feldman-cousins", "none"),
    ],
)
def test_without_decays_the_grid_changes_nothing(method: str, nuisances: str) -> None:
    plain = Signal(np.array([1e-8, 3e-7]), 2.0, (None, None))
    flat = replace(plain, coupling=GRID, acceptance=np.ones((2, GRID.size)))
    first, second = (measure.exclusion(counting(s), 0.9, method, nuisances) for s in (plain, flat))
    np.testing.assert_allclose(second.first, first.first, rtol=1e-8)
    np.testing.assert_allclose(second.unclamped, first.unclamped, rtol=1e-8)
    for known, infinite in zip(second.intervals, first.intervals, strict=True):
        assert known[-1][0] == pytest.approx(infinite[-1][0])
        assert known[-1][1] == GRID[-1]
    assert second.at_grid_end == (((False, True),),) * 2  # nothing is extrapolated


@pytest.mark.parametrize(("n", "method"), [(0, "cls"), (1, "cls"), (0, "bayes")])
def test_two_bins_of_different_lifetimes_against_a_dense_scan(n: int, method: str, tmp_path: Path) -> None:
    """Every coupling is asked by itself whether it is excluded, with the bins' shares at that coupling."""
    path = tmp_path / "two.toml"
    path.write_text(TWO_BINS.format(n=n))
    counts = counting(dying(2e7, 2e-3), dying(2e5, 5e-2), experiment=dt.experiment(path))
    treatment = "none" if n else "marginalise"
    found = measure.exclusion(counts, 0.9, method, treatment)
    scan = np.geomspace(1e-5, 0.99, 40)
    for point in range(2):
        inside = np.zeros(scan.size, bool)
        for low, high in found.intervals[point]:
            inside |= (scan > low) & (scan < high)
        for g, excluded in zip(scan, inside, strict=True):
            edges = np.array([x for pair in found.intervals[point] for x in pair])
            if np.abs(np.log(edges / g)).min() < 1e-3:
                continue
            allowed = dt.statistics.interval(counts.at(point, float(g)), 0.9, method, treatment)
            events = float(counts.events(np.array([g, g]))[point])
            assert excluded == (events > allowed.upper or events < allowed.lower), g


def test_islands_are_kept() -> None:
    """Two populations of very different lifetimes with a gap between them: two intervals."""
    short = np.exp(-((GRID / 1e-4) ** 2))
    late = 1e-5 * np.exp(-((1e-2 / GRID) ** 2) - (GRID / 5e-2) ** 2)
    signal = Signal(np.full(1, 1e11), 2.0, (None,), coupling=GRID, acceptance=(short + late)[None])
    small = replace(signal, unit=signal.unit / NA64.effective_exposure)
    (intervals,) = measure.exclusion(counting(small), 0.9, "cls", "none").intervals
    assert len(intervals) == 2
    assert intervals[0][1] < 1e-3 < intervals[1][0]
    dense = np.geomspace(1e-7, 1, 400_001)
    exact = (
        1e11 * dense**2 * (np.exp(-((dense / 1e-4) ** 2)) + 1e-5 * np.exp(-((1e-2 / dense) ** 2) - (dense / 5e-2) ** 2))
    )
    crossing = dense[1:][np.diff(exact > np.log(10))]
    np.testing.assert_allclose([x for pair in intervals for x in pair], crossing, rtol=3e-3)


def test_an_exclusion_that_reaches_the_grid_is_flagged() -> None:
    grid = GRID[(GRID > 1e-4) & (GRID < 1e-2)]
    found = measure.exclusion(counting(dying(1e10, 1.0, grid=grid)), 0.9, "cls", "none")
    assert found.intervals[0] == ((grid[0], grid[-1]),)
    assert found.at_grid_end[0] == ((True, True),)


def test_too_few_events_at_any_coupling() -> None:
    found = measure.exclusion(counting(dying(1e4, 1e-2)), 0.9, "cls", "none")
    assert found.intervals[0] == ()
    assert np.isnan(found.first[0])
    assert found.peak[0] == pytest.approx(1e4 * 1e-4 / np.e, rel=1e-2)


def test_bands_and_ranking_follow_the_first_edge() -> None:
    counts = counting(dying(1e8, 1e-2))
    plain = measure.counting(NA64, ("bremsstrahlung",), [[Signal(dying(1e8, 1e-2).unit, 2.0, (None, None))]])
    for tool in (measure.bands, measure.ranking):
        lived, never = (tool(c, 0.9, "cls", "marginalise") for c in (counts, plain))
        assert lived.keys() == never.keys()
        for name in lived:
            np.testing.assert_allclose(lived[name], never[name], rtol=5e-4, atol=1e-7)


def test_sums_of_signals_use_their_common_couplings() -> None:
    a, b = dying(1e8, 1e-2), dying(1e6, 0.1, grid=np.geomspace(1e-5, 0.5, 333))
    both = combined([a, b])
    assert both.coupling is not None
    assert (both.coupling[0], both.coupling[-1]) == (pytest.approx(1e-5, rel=0.1), pytest.approx(0.5, rel=0.1))
    at = np.geomspace(2e-5, 0.3, 50)
    np.testing.assert_allclose(both.events(at), a.events(at) + b.events(at), rtol=5e-3)
    plain = replace(a, coupling=None, acceptance=None)
    np.testing.assert_allclose(combined([a, plain]).events(GRID), a.events(GRID) + plain.events(GRID), rtol=1e-12)


def test_bad_signals() -> None:
    plain = Signal(np.ones(1), 2.0, (None,))
    with pytest.raises(PhysicsError, match="different powers"):
        combined([plain, replace(plain, power=4.0)])
    with pytest.raises(PhysicsError, match="both"):
        replace(plain, coupling=GRID)
    with pytest.raises(PhysicsError, match="expected"):
        replace(plain, coupling=GRID, acceptance=np.ones((2, GRID.size)))
    with pytest.raises(PhysicsError, match="not finite"):
        replace(plain, coupling=GRID, acceptance=np.full((1, GRID.size), np.nan))
    with pytest.raises(PhysicsError, match="do not overlap"):
        combined([dying(1, 1, grid=GRID[:10]), dying(1, 1, grid=GRID[20:])])


def test_a_signal_that_does_not_fall_is_excluded_without_an_upper_edge() -> None:
    """Only if every part of the signal is known not to fall above the grid."""
    rising = Signal(np.full(2, 1e-3), 2.0, (None, None), coupling=GRID, acceptance=np.ones((2, GRID.size)))
    open_ = replace(rising, open_above=True)
    absent = replace(rising, unit=np.zeros(2), acceptance=np.zeros((2, GRID.size)))
    for parts, end in (
        ((rising,), GRID[-1]),
        ((open_,), np.inf),
        ((open_, rising), GRID[-1]),
        ((open_, absent), np.inf),
    ):
        found = measure.exclusion(counting(combined(parts)), 0.9, "cls", "none")
        assert [point[-1][1] for point in found.intervals] == [end, end]
        assert found.at_grid_end[0] == ((False, end == GRID[-1]),)
