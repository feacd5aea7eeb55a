"""Making figures: side by side, resumed, interrupted; what is drawn between nodes."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest

from darktarget.core import Array
from darktarget.errors import DarktargetError, InputError, OutputExists
from darktarget.figures import FIGURES, Axis, Check, Panel, Remedy, marks, shown, told
from darktarget.figures.refine import refined
from darktarget.interface import gallery
from darktarget.plot.bridges import bridged
from darktarget.plot.regions import regions

QUICK = ("s003-fig1", "s003-table1")
PATIENCE = 300  # s: only a process that hangs takes longer, however loaded the machine


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    class Few:
        def loaded(self) -> dict[str, Any]:
            return {name: FIGURES[name] for name in QUICK}

        def __getitem__(self, name: str) -> Any:
            return FIGURES[name]

    monkeypatch.setattr(gallery, "FIGURES", Few())


@pytest.mark.usefixtures("quick")
def test_figures_side_by_side_are_those_of_one_process(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    told_one, told_two = (list(gallery.make(None, True, out, False, workers=n)) for out, n in ((one, 1), (two, 2)))
    assert sorted(p.name for p in one.iterdir()) == sorted(p.name for p in two.iterdir())
    assert len(list(one.iterdir())) == 6
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()
    assert told_one[:8] == told_two[:8]
    assert told_one[-2].endswith("8 of 8 checks within tolerance")


@pytest.mark.usefixtures("quick")
def test_what_is_finished_is_kept_on_request(tmp_path: Path) -> None:
    list(gallery.make("s003-table1", False, tmp_path, False))
    (tmp_path / "s003-fig1.csv").write_text("left by an interrupted run\n")
    before = (tmp_path / "s003-table1.csv").stat().st_mtime_ns
    with pytest.raises(OutputExists):
        list(gallery.make(None, True, tmp_path, False))
    lines = list(gallery.make(None, True, tmp_path, False, resume=True))
    assert (tmp_path / "s003-table1.csv").stat().st_mtime_ns == before
    assert any(line.startswith("s003-table1") and line.endswith("kept as it was") for line in lines)
    assert (tmp_path / "s003-fig1.csv").read_text().startswith("panel,curve")
    with pytest.raises(InputError, match="without --force"):
        list(gallery.make(None, True, tmp_path, True, resume=True))
    with pytest.raises(InputError, match="1 or more"):
        list(gallery.make(None, True, tmp_path, True, workers=0))


@pytest.mark.usefixtures("quick")
def test_a_figure_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "COMMAND", (sys.executable, "-c", "import sys; sys.exit(3)"))
    with pytest.raises(DarktargetError, match=r"s003-.* was not made"):
        list(gallery.make(None, True, tmp_path, False, workers=2))


def _first_finished(folder: Path, child: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Wait until ``child`` has finished a figure and return the processes that then draw others."""
    limit = monotonic() + PATIENCE
    while not list(folder.glob("*.checks.csv")):
        assert child.poll() is None
        assert monotonic() < limit
        sleep(0.05)
    return list(psutil.Process(child.pid).children(recursive=True))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interruption_leaves_whole_files_and_no_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "darktarget.interface.cli", "figure", "--all", "--out", str(tmp_path)]
    # a shell starts what it runs in the background with SIGINT ignored, and its children inherit that
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=heard)
    others = _first_finished(tmp_path, child)
    child.send_signal(signal.SIGINT)
    _, text = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130
    assert b"--resume" in text
    assert not [process for process in others if process.is_running()]
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".")]
    for path in tmp_path.glob("*.checks.csv"):
        with path.open(newline="") as file:
            assert all(line["verdict"] in ("pass", "differs") for line in csv.DictReader(file))


def test_statements_have_remedies_too() -> None:
    check = Check.statement("1.2", "it holds", False, "3 of 4", Remedy("no veto", True))
    assert check.restored
    assert check.line().endswith("does not hold here; 3 of 4; with no veto: holds")
    names = ("row", "quantity", "paper", "ours", "tolerance", "verdict", "note", "change", "ours_after_change")
    cells = dict(zip((*names, "verdict_then"), map(str, check.cells()), strict=True))
    assert told(cells) == check.line()


def test_presence_is_within_the_frame() -> None:
    panel = Panel(Axis("x", "x", 1, 10), Axis("y", "y", 1, 10), [marks.line("a", [2, 3], [2, 3])])
    assert shown("1", [panel], "a").passes
    for x, y in (([0.1, 0.2], [2, 3]), ([2, 3], [20, 30]), ([2, 3], [np.nan, np.nan])):
        gone = Panel(panel.x, panel.y, [marks.line("a", x, y)])
        assert not shown("1", [gone], "a").passes
    assert "b (panel 1)" in shown("1", [panel], "a", "b").note
    assert shown("1", [Panel(panel.x, panel.y, [marks.excluded("a", [2, 3], [0.1, 0.1])])], "a").passes


def nose(x: Array, calls: list[Array]) -> SimpleNamespace:
    """A region |y| < (2 - x)^(1/2) in log y, that ends at x = 2."""
    calls.append(x)
    pairs = tuple(((np.exp(-np.sqrt(2 - v)), np.exp(np.sqrt(2 - v))),) if v < 2 else () for v in x)
    one = np.ones(x.size)
    return SimpleNamespace(
        title="nose",
        kind="exclusion",
        not_recomputed=False,
        mass=x,
        dark_mass=x / 3,
        alpha_D=0.1 * one,
        intervals=pairs,
        method=(),
        fitted=(),
    )


def test_the_end_of_a_region_is_found_between_two_points() -> None:
    calls: list[Array] = []
    found = refined(lambda x: nose(x, calls), np.array([1.0, 1.5, 2.5, 3.0]), rounds=6)
    assert [c.size for c in calls] == [4, 1, 1, 1, 1, 1, 1]
    inside = [bool(p) for p in found.intervals]
    last, first = found.mass[inside][-1], found.mass[np.logical_not(inside)][0]
    assert 1.98 < last < 2 <= first < 2.02
    assert np.all(np.diff(found.mass) > 0)
    np.testing.assert_allclose(found.dark_mass, found.mass / 3)


def test_a_gap_begins_in_a_point() -> None:
    counted = count()
    whole, split = ((0.1, 10.0),), ((0.1, 0.5), (2.0, 10.0))
    result = SimpleNamespace(mass=np.array([1.0, 2.0, 3.0]), intervals=(whole, split, split), title=str(next(counted)))
    parts = bridged(result, regions(result))  # type: ignore[arg-type]
    tips = sorted((float(p.lower[0]), float(p.upper[0])) for p in parts if p.points.size == 3)
    assert tips == [(0.1, 1.0), (1.0, 10.0)]
