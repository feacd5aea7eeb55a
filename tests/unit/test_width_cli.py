"""``darktarget width`` and the page of the documentation that is made from the registries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.interface import catalogue
from tests.unit.test_cli import run

__all__ = ["run"]
ROOT = Path(__file__).parents[2]
POINT = ("-p", "mass=0.3", "-p", "alpha_D=0.1", "-p", "splitting=0.4")


def test_width_document(run: Any) -> None:
    document = json.loads(run("width", "idm", *POINT, "-p", "coupling=1e-3", "--json").out)
    model = dt.model("idm", mass=0.3, alpha_D=0.1, splitting=0.4)
    assert document["A'"]["chi1 chi2"] == pytest.approx(model.width(dark=True)[0])
    assert document["chi2"]["chi1 e+ e-"] == pytest.approx(model.partial_widths("chi2", coupling=1e-3)["chi1 e+ e-"][0])
    assert document["ctau_cm"]["chi2"] == pytest.approx(39.24, abs=0.01)
    assert document["flags"] == []


def test_several_points_and_stable_states(run: Any) -> None:
    document = json.loads(run("width", "idm", "--mass", "1e-3,0.3", "-p", "coupling=1e-3", "--json").out)
    assert len(document["A'"]["e+ e-"]) == 2
    assert document["ctau_cm"]["chi2"][0] is None
    assert document["reason"]["chi2"] == ["stable: no open channel", None]
    stable = json.loads(run("width", "idm", "--mass", "1e-3", "-p", "coupling=1e-3", "--json").out)
    assert stable["ctau_cm"]["chi2"] is None
    assert stable["reason"] == {"chi2": "stable: no open channel"}


def test_table_for_people(run: Any) -> None:
    result = run("width", "i2dm", *POINT[:2], "-p", "coupling=1e-3", "-p", "alpha_D=0.5")
    assert result.code == 0
    assert "chi2 -> chi1 e+ e-" in result.out
    assert "c tau" in result.out
    assert "landau-pole" in result.err


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (POINT, "coupling"),
        (("-p", "coupling=1e-3"), "mass"),
        ((*POINT, "-p", "coupling=1e-3", "--mass", "0.1"), "mass"),
        ((*POINT, "-p", "coupling=20"), "coupling"),
        ((*POINT, "-p", "couplng=1"), "coupling"),
    ],
)
def test_bad_input(run: Any, words: tuple[str, ...], field: str) -> None:
    result = run("width", "idm", *words)
    assert result.code == 2
    assert result.out == ""
    assert field in result.err


@pytest.mark.parametrize("name", dt.names("models"))
def test_every_model_has_widths(run: Any, name: str) -> None:
    document = json.loads(run("width", name, "--mass", "0.1", "-p", "coupling=1e-3", "--json").out)
    assert document["model"] == name
    assert all(x is None or np.isfinite(x) for x in document["ctau_cm"].values())


@pytest.mark.validate
def test_the_page_of_models_is_up_to_date() -> None:
    """What works is calculated, which takes a minute; where it differs, `make models` writes the page again."""
    assert (ROOT / "docs" / "models.md").read_text() == catalogue.page()
