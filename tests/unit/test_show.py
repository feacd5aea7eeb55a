"""``darktarget show`` and the optional facts of a declaration."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.errors import DeclarationError
from darktarget.interface.cli import app

RUN = CliRunner()
MINE = """extends = "na64e-2018"
title = "mine"
{extra}
"""


@pytest.mark.parametrize("name", dt.names("experiments"))
def test_every_experiment_is_shown_as_declared(name: str) -> None:
    """The text is TOML again, the same as the merged files, and as the JSON document; sums are those of the runs."""
    text, document = RUN.invoke(app, ["show", name]), RUN.invoke(app, ["show", name, "--json"])
    assert text.exit_code == document.exit_code == 0, text.output
    found, loaded = tomllib.loads(text.stdout), json.loads(document.stdout)
    derived = found.pop("derived")
    assert found == loaded["declared"] == dt.declaration(name)
    assert derived == loaded["derived"]
    assert derived["exposure"] == sum(run["exposure"] for run in found["runs"].values())


def test_what_follows_from_intensity_and_purity() -> None:
    derived = json.loads(RUN.invoke(app, ["show", "na64e-2018", "--json"]).stdout)["derived"]
    assert derived["spills"]["2018"] == pytest.approx(26714, rel=1e-4)
    assert derived["impurities_at_most"] == pytest.approx(2.84e5)
    assert json.loads(RUN.invoke(app, ["show", "na64e-2022", "--json"]).stdout)["derived"].keys() == {
        "exposure",
        "effective_exposure",
    }
    assert "spills" not in json.loads(RUN.invoke(app, ["show", "m3", "--json"]).stdout)["derived"]


def test_a_file_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(extra="[apparatus]\nmagnet = 'MBP'\n'field [T m]' = -7.0\n"))
    shown = tomllib.loads(RUN.invoke(app, ["show", str(path)]).stdout)
    assert shown["title"] == "mine"
    assert shown["apparatus"]["field [T m]"] == -7.0
    assert shown["apparatus"]["micromegas"] == 6  # what is extended stays


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ("[purity]\nimpurity = 1.5", "purity.impurity"),
        ("[purity]\nsuppressed_to = 0.5", "purity.suppressed_to"),
        ("[purity]\nmomentum_window_GeV = -1.0", "purity.momentum_window_GeV"),
        ("[purity]\nmomentum_window_GeV = 300.0", "purity.momentum_window_GeV"),
        ("[purity]\nhadrons = 0.1", "purity.hadrons"),
        ("[runs.2018]\nparticles_per_spill = 0", "runs.2018.particles_per_spill"),
        ("[apparatus]\ntracker = [1, 2]", "apparatus.tracker"),
        ("[apparatus.tracker]\nmicromegas = 6", "apparatus.tracker"),
        ("[apparatus]\nfield = inf", "apparatus.field"),
    ],
)
def test_bad_facts_are_refused(tmp_path: Path, extra: str, field: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE.format(extra=extra))
    with pytest.raises(DeclarationError, match=field.replace(".", r"\.")):
        dt.experiment(path)


def test_an_unknown_name_lists_the_known_ones() -> None:
    shown = RUN.invoke(app, ["show", "na64e-2081"], catch_exceptions=True)
    assert shown.exit_code != 0
    assert "na64e-2018" in str(shown.exception) + shown.output
