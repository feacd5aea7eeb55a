"""Every figure draws, says where it comes from, writes its data and agrees with what it checks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from darktarget.errors import InputError, OutputExists, UnknownName
from darktarget.figures import FIGURES
from darktarget.figures._sheet import Check
from darktarget.interface.gallery import make


@pytest.mark.parametrize("name", FIGURES.names())
def test_figures(name: str, tmp_path: Path) -> None:
    figure = FIGURES[name]()
    assert "arXiv:" in figure.source
    assert figure.caption
    lines = list(make(name, False, tmp_path, False))
    assert not [line for line in lines if line.startswith("differs")]
    rows = list(csv.reader((tmp_path / f"{name}.csv").read_text().splitlines()))
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    checks = list(csv.DictReader((tmp_path / f"{name}.checks.csv").read_text().splitlines()))
    assert checks
    assert {c["verdict"] for c in checks} == {"pass"}
    with pytest.raises(OutputExists):
        list(make(name, False, tmp_path, False))


def test_a_difference_is_said() -> None:
    assert not Check("x", "y", 1.0, 1.2, 0.1).passes
    assert Check("x", "y", 1.0, 1.05, 0.1).passes
    assert Check("x", "y", 0.0, 1.0, 2.0, absolute=True).passes


def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="s003-fig1"):
        list(make("s009-fig9", False, tmp_path, False))
    with pytest.raises(InputError, match="--all"):
        list(make(None, False, tmp_path, False))
