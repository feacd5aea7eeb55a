"""From accepted events to a measurement: components, nuisances, bins, bands, projections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Experiment, Limit, Model, Signal
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.limits import counting as measure

TWO_BINS = """
extends = "na64e-2018"
drop = ["bins.missing-energy", "runs.2016-I", "runs.2016-II", "runs.2016-III"]
title = "Two bins, two runs"

[signal_uncertainty]
bremsstrahlung = 0.10

[bins.S1]
observed = 0
background = 0.19
background_error = 0.07
[bins.S1.signature]
name = "missing-energy"
calorimeter_energy_below_GeV = 50.0
production_energy_above_GeV = 42.5

[bins.S2]
observed = 1
background = 0.53
background_error = 0.17
[bins.S2.signature]
name = "missing-energy"
calorimeter_energy_below_GeV = 20.0
production_energy_above_GeV = 42.5
"""
NA64 = dt.experiment("na64e-2018")


def declared(folder: Path, text: str) -> Experiment:
    path = folder / "mine.toml"
    path.write_text(text)
    return dt.experiment(path)


def photon(mass: Any = (0.01, 0.1)) -> Model:
    return dt.model("dark-photon", mass=mass)


def bound(experiment: Experiment = NA64, **how: object) -> Limit:
    return dt.limit(photon(), experiment, processes=["bremsstrahlung"], **how)  # type: ignore[arg-type]


def two_processes(first: np.ndarray, uncertainty: dict[str, float] | None = None) -> measure.Counting:
    none = (None,) * len(first)
    signals = [[Signal(first, 2.0, none), Signal(1 - first, 2.0, none)]]
    return measure.counting(NA64, ("annihilation", "bremsstrahlung"), signals, uncertainty)


def test_components_are_processes_times_runs() -> None:
    seen = two_processes(np.array([0.2, 0.9]), {"annihilation": 0.35})
    assert seen.measurement.components[:2] == ("annihilation 2016-I", "annihilation 2016-II")
    assert len(seen.measurement.components) == 10
    by_name = {k.name: k for k in seen.measurement.nuisances}
    assert list(by_name)[:5] == [f"efficiency of {r.name}" for r in NA64.runs]
    assert by_name["efficiency of 2018"].components == ("annihilation 2018", "bremsstrahlung 2018")
    assert by_name["exposure"].components == ()
    assert by_name["annihilation signal"].relative == 0.35
    np.testing.assert_allclose(seen.fractions.sum(axis=(1, 2)), 1)
    np.testing.assert_allclose(seen.fractions[:, 0, :5].sum(axis=1), [0.2, 0.9])
    assert seen.unit == pytest.approx(NA64.effective_exposure)
    assert seen.measurement.bins[0].background_error == 0.17


def test_merged_processes_give_the_same_limit() -> None:
    seen = two_processes(np.linspace(0, 1, 7))
    assert seen.compact is not None
    assert len(np.unique(seen.compact.fractions.reshape(7, -1), axis=0)) == 1
    merged = measure.solve(seen, 0.9, "cls", "marginalise").upper
    alone = dt.statistics.upper_limits(seen.measurement, seen.fractions)
    np.testing.assert_allclose(merged, alone, rtol=1e-9)


def test_nuisances_move_the_limit_by_less_than_a_percent() -> None:
    """Efficiencies (10-15 % per run) and exposure (5 %): s_up from 2.302585 to 2.334, +0.7 % in eps."""
    bare, full = bound(nuisances="none"), bound()
    assert bare.count_limit_with_nuisances == pytest.approx(2.302585, abs=1e-6)
    assert full.count_limit_with_nuisances == pytest.approx(2.33377, abs=1e-4)
    assert full.count_limit == bare.count_limit
    np.testing.assert_allclose(full.coupling_upper / bare.coupling_upper, np.sqrt(2.33377 / 2.302585), rtol=1e-5)
    assert (bare.nuisances, full.nuisances) == ("none", "marginalise")
    assert bare.uncertainties == ()
    assert set(full.ranking) == set()
    assert "marginalised" in "; ".join(full.method)
    assert "no nuisances" in "; ".join(bare.method)


def test_ranking_orders_the_uncertainties() -> None:
    ranked = bound(ranking=True).ranking
    assert list(ranked)[:2] == ["efficiency of 2018", "exposure"]
    assert list(ranked)[-1] == "background of missing-energy"
    assert ranked["efficiency of 2018"] == pytest.approx(0.0048, abs=1e-4)
    assert np.all(ranked["background of missing-energy"] == 0)  # at n = 0 the background cancels
    assert not bound(ranking=True, nuisances="none").ranking


def test_signal_uncertainties_as_argument_and_declared(tmp_path: Path) -> None:
    given = bound(signal_uncertainty={"bremsstrahlung": 0.10})
    text = 'extends = "na64e-2018"\n[signal_uncertainty]\nbremsstrahlung = 0.10\n'
    declared_ = bound(declared(tmp_path, text))
    np.testing.assert_array_equal(given.coupling_upper, declared_.coupling_upper)
    assert "bremsstrahlung signal" in given.uncertainties
    assert given.count_limit_with_nuisances[0] > bound().count_limit_with_nuisances[0]


def test_two_bins_and_two_runs(tmp_path: Path) -> None:
    seen = declared(tmp_path, TWO_BINS)
    counts = dt.measurement(photon(), seen, processes=["bremsstrahlung"])
    assert counts.fractions.shape == (2, 2, 2)
    assert counts.measurement.observed == (0, 1)
    np.testing.assert_allclose(counts.fractions.sum(axis=(1, 2)), 1)
    assert np.all(counts.fractions[:, 0] > counts.fractions[:, 1])
    found = bound(seen, bands=True)
    reached = found.expected_counts * found.coupling_upper**2
    np.testing.assert_allclose(reached, found.count_limit_with_nuisances, rtol=1e-12)
    for i in range(2):  # the point's own measurement gives the same
        alone = dt.statistics.interval(counts.at(i)).upper
        assert found.count_limit_with_nuisances[i] == pytest.approx(alone, rel=1e-6)
    assert np.isnan(found.count_limit)  # the bins share the signal differently at each mass
    assert np.all(found.bands["minus2"] <= found.bands["median"])
    assert {"background of S1", "background of S2", "bremsstrahlung signal"} <= set(found.uncertainties)


def test_bands_are_couplings_in_order() -> None:
    found = bound(bands=True)
    assert tuple(found.bands) == measure.BANDS
    rows = np.array(list(found.bands.values()))
    assert np.all(np.diff(rows, axis=0) >= 0)
    np.testing.assert_allclose(found.bands["median"], found.coupling_upper)  # b = 0.53: n = 0 is the median
    np.testing.assert_allclose((rows[3] / rows[2]) ** 2, 3.56 / 2.334, rtol=2e-3)  # n = 1


def test_empty_classical_intervals_say_so(tmp_path: Path) -> None:
    text = 'extends = "na64e-2018"\n[bins.missing-energy]\nbackground = 3.0\nbackground_error = 0.0\n'
    found = bound(declared(tmp_path, text), method="classical", nuisances="none", bands=True)
    assert found.flags == ("empty",)
    assert np.isnan(found.coupling_upper).all()
    assert found.count_limit_with_nuisances == pytest.approx(-0.697415, abs=1e-6)
    assert all("-0.6974" in str(r) for r in found.reason)
    assert found.intervals == ((), ())
    assert bound(method="classical").flags == ()


def test_a_lower_edge_excludes_below_too(tmp_path: Path) -> None:
    text = 'extends = "na64e-2018"\n[bins.missing-energy]\nobserved = 3\nbackground = 0.5\nbackground_error = 0.0\n'
    found = bound(declared(tmp_path, text), method="feldman-cousins", nuisances="none")
    (low, high), (above, top) = found.intervals[0]
    assert (low, top) == (0.0, np.inf)
    assert (high / above) ** 2 == pytest.approx(0.60 / 6.92, rel=0.02)  # physics/9711021: [0.60, 6.92]
    assert above == found.coupling_upper[0]


def test_profiled_nuisances_are_selectable() -> None:
    found = bound(nuisances="profile")
    assert found.nuisances == "profile"
    assert "profiled" in "; ".join(found.method)
    assert found.count_limit_with_nuisances[0] == pytest.approx(2.3, rel=0.1)
    large = bound(method="asymptotic")  # profiles whatever is asked, says so, and warns at low counts
    assert large.nuisances == "profile"
    assert "too strong" in "; ".join(large.method)


@pytest.mark.parametrize(("way", "events"), [("median", 3.2718), ("average", 3.36), ("nearest", 3.2718)])
def test_projections_state_their_method(tmp_path: Path, way: str, events: float) -> None:
    text = f'extends = "na64e-1e13-b1"\n[bins.missing-energy]\nexpected_from_background = "{way}"\n'
    found = bound(declared(tmp_path, text), nuisances="none")
    assert found.count_limit == pytest.approx(events, abs=5e-3)
    assert f"projection: {way} cls limit without signal at b = 1" in "; ".join(found.method)
    shipped = bound(dt.experiment("na64e-1e13-b1"))
    assert shipped.count_limit == pytest.approx(3.2718, abs=1e-4)
    assert "median" in "; ".join(shipped.method)


BAD_DECLARATIONS = [
    ('extends = "na64e-1e13-b1"\n[bins.missing-energy]\nobserved = 1\n', "left out, as observed = 1 is given"),
    ('extends = "na64e-2018"\ndrop = ["bins.missing-energy.observed"]\n', "observed is missing"),
    ('extends = "na64e-1e13-b1"\n[bins.missing-energy]\nexpected_from_background = "mode"\n', "median"),
    ('extends = "na64e-1e13-b1"\nprojection = false\n', "projection = true"),
    ('extends = "na64e-2018"\n[bins.missing-energy]\nobserved = -1\n', "observed"),
    ('extends = "na64e-2018"\n[bins.missing-energy]\nobserved = 1.5\n', "observed"),
    ('extends = "na64e-2018"\n[bins.missing-energy]\nbackground = -0.1\n', "background"),
    ('extends = "na64e-2018"\n[signal_uncertainty]\nfusion = 0.1\n', "bremsstrahlung"),
    ('extends = "na64e-2018"\n[signal_uncertainty]\nbremsstrahlung = 1.5\n', "signal_uncertainty.bremsstrahlung"),
    ('extends = "na64e-2018"\n[signal_uncertainty]\nbremsstrahlung = nan\n', "signal_uncertainty.bremsstrahlung"),
    (
        'extends = "na64e-1e13-b1"\n[bins.more]\nbackground = 1.0\nexpected_from_background = "average"\n'
        '[bins.more.signature]\nname = "missing-energy"\ncalorimeter_energy_below_GeV = 20.0\n'
        "production_energy_above_GeV = 42.5\n",
        "median in all bins",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD_DECLARATIONS, ids=[m for _, m in BAD_DECLARATIONS])
def test_declarations_that_do_not_fit(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises((DeclarationError, UnknownName), match=message):
        declared(tmp_path, text)


def test_bad_choices_are_named() -> None:
    with pytest.raises(UnknownName, match="cls"):
        bound(method="guess")
    with pytest.raises(InputError, match="nuisances"):
        bound(nuisances="ignore")
    with pytest.raises(UnknownName, match="signal_uncertainty"):
        bound(signal_uncertainty={"annihilation": 0.35})  # not among the processes asked for
    with pytest.raises(InputError, match="a mapping"):
        bound(signal_uncertainty=0.35)
    for value in (-0.1, 1.1, float("nan"), True, "much"):
        with pytest.raises(InputError, match="signal_uncertainty of bremsstrahlung"):
            bound(signal_uncertainty={"bremsstrahlung": value})
    with pytest.raises(InputError, match="feldman-cousins, the plain ordering"):
        bound(method="feldman-cousins-published")
    assert bound(method="feldman-cousins-published", nuisances="none").coupling_upper[0] > 0
