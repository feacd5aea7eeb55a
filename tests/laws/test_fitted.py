"""A number that was chosen to meet a published limit is named in every result that uses it, and so are assumptions."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.core import FittedNumber
from darktarget.errors import UnknownName
from darktarget.figures import marks
from darktarget.interface.cli import app
from darktarget.io import curves, tables

EXPERIMENTS = {name: dt.experiment(name) for name in dt.names("experiments")}
FITTED = sorted(name for name, each in EXPERIMENTS.items() if each.fitted)
SEARCHES = ("babar-2017", "na62")
#: A model that the beam of an experiment produces.
MODELS = {"electron": "dark-photon", "positron": "dark-photon", "muon": "l-mu-l-tau"}


def _bound(name: str) -> Any:
    return dt.limit(dt.model(MODELS[EXPERIMENTS[name].beam.particle], mass=[0.05, 0.1]), EXPERIMENTS[name])


def test_efficiencies_of_na64mu_and_ldmx_are_fitted() -> None:
    assert FITTED == ["ldmx-4gev", "ldmx-8gev", "ldmx-8gev-2e16", "ldmx-8gev-2e16-ecal", "na64mu-2022"]
    (number,) = EXPERIMENTS["na64mu-2022"].fitted
    assert number == FittedNumber(
        "efficiency", "run 2022", 0.07, "the published limit of arXiv:2401.01708, with a target of 40 X0"
    )
    assert EXPERIMENTS["na64mu-1e14"].fitted == ()  # with the run, its fitted number is dropped


@pytest.mark.parametrize("name", FITTED)
def test_every_form_of_a_limit_names_fitted_numbers(name: str, tmp_path: Path) -> None:
    bound = _bound(name)
    (number,) = bound.fitted
    assert "fitted" in repr(bound)
    assert "fitted" in repr(EXPERIMENTS[name])
    assert str(number) in bound.method
    document = tables.limit_document(bound)
    assert document["fitted"] == [f"fitted, not derived: efficiency of {number.of} = {number.value:g}, to {number.to}"]
    tables.write_limit_csv(bound, tmp_path / "limit.csv")
    rows = list(csv.DictReader((tmp_path / "limit.csv").read_text().splitlines()))
    assert [row["fitted"] for row in rows] == document["fitted"] * 2
    ax = dt.plot.exclusion(bound)
    legend = ax.get_legend()
    assert legend is not None
    assert "fitted efficiency" in legend.get_texts()[0].get_text()
    assert f"fitted efficiency: {bound.title}" in ax.get_title(loc="left")
    assert "fitted efficiency" in marks.of(bound, note="my own note").note
    words = ["limit", name, bound.model, "--mass", "0.05"]
    done = CliRunner().invoke(app, words)
    assert "(fitted)" in done.stdout.splitlines()[0]
    assert "fitted, not derived" in done.stderr
    assert json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["fitted"] == document["fitted"]


@pytest.mark.parametrize("name", SEARCHES)
def test_every_form_of_a_curve_names_fitted_numbers(name: str) -> None:
    """A recast that is normalised to the published limit at one mass is no prediction there."""
    curve = dt.constraint(name, dt.model("dark-photon", mass=[0.07, 0.1]))
    (number,) = curve.fitted
    assert "fitted" in repr(curve)
    assert str(number) in curve.method
    assert curves.curve_document(curve)["fitted"] == [str(number)]
    legend = dt.plot.exclusion(curve).get_legend()
    assert legend is not None
    assert "fitted normalisation" in legend.get_texts()[0].get_text()
    assert marks.of(curve).note == "fitted normalisation"
    done = CliRunner().invoke(app, ["constraint", name, "dark-photon", "--mass", "0.07"])
    assert "(fitted)" in done.stdout.splitlines()[0]


def test_a_constraint_that_is_an_experiment_passes_its_fitted_numbers_on(monkeypatch: pytest.MonkeyPatch) -> None:
    number = FittedNumber("efficiency", "run all", 1.0, "a limit")
    e137 = EXPERIMENTS["e137"]
    mine = replace(e137, runs=(replace(e137.runs[0], fitted=(number,)),))
    monkeypatch.setattr("darktarget.constraints.base.experiment.experiment", lambda name: mine)
    curve = dt.constraint("e137", dt.model("dark-photon", mass=0.05))
    assert curve.fitted == (number,)
    assert str(number) in curve.method


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_results_without_fitted_numbers_do_not_name_any(name: str) -> None:
    if name not in FITTED:
        assert not re.search("fitted to", " ".join(str(c) for c in EXPERIMENTS[name].caveats))


@pytest.mark.parametrize("name", sorted(n for n, e in EXPERIMENTS.items() if e.projection))
def test_projections_state_the_efficiency_that_they_assume(name: str) -> None:
    each = EXPERIMENTS[name]
    mean = np.average([run.efficiency for run in each.runs], weights=[run.exposure for run in each.runs])
    assert each.assumed_efficiency == pytest.approx(mean)
    assert f"projection with efficiency {mean:.3g} assumed" in each.caveats


def test_a_projection_states_its_efficiency_in_results() -> None:
    bound = _bound("na64mu-5e13")
    assert "projection with efficiency 1 assumed" in bound.method
    assert bound.assumed_efficiency == tables.limit_document(bound)["assumed_efficiency"] == 1
    legend = dt.plot.exclusion(bound).get_legend()
    assert legend is not None
    assert "efficiency 1 assumed" in legend.get_texts()[0].get_text()
    measured = _bound("na64mu-2022")
    assert np.isnan(measured.assumed_efficiency)
    assert tables.limit_document(measured)["assumed_efficiency"] is None


def test_own_experiments_can_mark_numbers(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('extends = "na64e-2018"\n[bins.missing-energy.fitted]\nbackground = "a limit"\n')
    assert dt.experiment(path).fitted == (FittedNumber("background", "bin missing-energy", 0.53, "a limit"),)
    path.write_text('extends = "na64e-2018"\n[runs.2018.fitted]\ntrigger = "a limit"\n')
    with pytest.raises(UnknownName, match=r"runs\.2018\.fitted = 'trigger'.*efficiency"):
        dt.experiment(path)
    path.write_text('extends = "na64mu-2022"\n[runs.2022]\nexposure = 2e10\n')
    assert dt.experiment(path).fitted == dt.experiment("na64mu-2022").fitted
    path.write_text('extends = "na64mu-2022"\n[runs.2022]\nefficiency = 0.3\n')
    assert dt.experiment(path).fitted == ()  # another number is not the one that was fitted
    path.write_text('extends = "na64mu-2022"\n[runs.2022]\nefficiency = 0.3\nfitted = { efficiency = "a limit" }\n')
    assert [str(f.value) for f in dt.experiment(path).fitted] == ["0.3"]
    path.write_text('extends = "na64mu-2022"\ndrop = ["runs.2022.fitted"]\n[runs.2022]\nefficiency = 0.3\n')
    assert dt.experiment(path).fitted == ()
