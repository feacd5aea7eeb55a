"""Long work: estimates, plain lines, bars, log records, warnings, and what an interruption leaves."""

from __future__ import annotations

import ast
import logging
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget import cache, errors, progress, progress_bars
from darktarget.errors import DarktargetWarning, PluginWarning, SlowWarning, UnknownName
from darktarget.interface.cli import main
from darktarget.listing import Names

SOURCES = sorted(Path(dt.__file__).parent.rglob("*.py"))


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def advance(task: progress.Task, clock: Clock, seconds: float, cost: float = 1.0) -> None:
    clock.now += seconds
    task.advance(cost)


@pytest.fixture
def everything_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SLOW", -1.0)
    monkeypatch.setattr(progress, "SETTLED", 0.0)


def work(text: str = "counting", parts: int = 4) -> None:
    for _ in progress.track(range(parts), text):
        pass


def test_the_estimate_leaves_out_the_start_of_the_first_part() -> None:
    clock = Clock()
    task = progress.Task("simulating", 10, clock=clock)
    advance(task, clock, 21.0)  # 20 s of compilation
    assert not task.slow  # of one part nothing is known yet
    advance(task, clock, 1.0)
    assert task.remaining == pytest.approx(8.0)
    assert task.expected == pytest.approx(30.0)
    advance(task, clock, 3.0, cost=3.0)
    assert task.remaining == pytest.approx(5.0)
    assert task.fraction == pytest.approx(0.5)


def test_lines_of_a_log() -> None:
    """The estimate, a line every 10 s if a tenth is done and every minute in any case, the duration."""
    lines: list[str] = []
    clock = Clock()
    shown = progress.Lines(lines.append)
    task = progress.Task("building x", 100, [shown], clock=clock)
    for _ in range(100):
        advance(task, clock, 1.0)
    shown.end(task, True)
    assert lines[0] == "building x, about 1.7 min"
    assert lines[1] == "building x: 12% after 12 s, about 88 s left"
    assert lines[2] == "building x: 22% after 22 s, about 78 s left"
    assert lines[-1] == "building x: finished after 1.7 min"
    assert len(lines) == 11
    lines.clear()
    slow = progress.Task("building y", 1000, [shown], clock=clock)
    for _ in range(13):
        advance(slow, clock, 10.0)
    shown.end(slow, False)
    assert lines[0] == "building y, about 2.8 h"
    assert [line.split(" after")[0] for line in lines[1:]] == ["building y: 1%", "building y: stopped"]


def test_quick_work_is_silent(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "darktarget"), dt.show_progress("lines"):
        work()
    assert capsys.readouterr().err == ""
    assert caplog.records == []


def test_slow_work_of_a_silent_user_is_logged(
    everything_is_slow: None, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "darktarget"):
        work()
    assert [r.name for r in caplog.records] == ["darktarget.progress"] * 2
    assert caplog.messages[0].startswith("counting, about")
    assert caplog.messages[1].startswith("counting: finished after")
    assert capsys.readouterr().err == ""


def test_the_logger_prints_nothing_by_itself() -> None:
    handlers = logging.getLogger("darktarget").handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)


def test_plain_lines_have_no_carriage_return(everything_is_slow: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert not sys.stderr.isatty()
    with dt.show_progress():
        work("outer", 2)
    text = capsys.readouterr().err
    assert [line.split(", about")[0].split(" after")[0] for line in text.splitlines()] == ["outer", "outer: finished"]
    assert "\r" not in text
    assert "\x1b" not in text


def test_bars_of_a_terminal_may_be_nested(everything_is_slow: None) -> None:
    with dt.show_progress("bars"):
        for _ in progress.track([1, 2], "outer"):
            work("inner")


def test_a_bar_in_a_notebook_needs_no_widgets(everything_is_slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            assert raw
            shown.append(data["text/html"])

    def display(data: dict[str, str], raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        shown.append(data["text/html"])
        return Handle()

    shown: list[str] = []
    fake: Any = types.ModuleType("IPython.display")
    fake.display = display
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    with dt.show_progress("notebook"):
        work("a < b")
    assert shown[0].startswith("<progress value=")
    assert "a &lt; b" in shown[0]
    assert shown[-1].startswith("a &lt; b: finished after")


def test_unknown_displays() -> None:
    with pytest.raises(UnknownName, match="auto, bars, notebook, lines"), dt.show_progress("confetti"):
        pass
    assert not progress_bars.in_notebook()


RECIPE = {"kind": "test", "label": "progress", "number": 1}


def build() -> cache.Arrays:
    work("building the test table")
    return {"x": np.ones(1)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DARKTARGET_CACHE", str(tmp_path))
    return tmp_path


def test_a_table_that_takes_long_warns_once(everything_is_slow: None, folder: Path) -> None:
    with pytest.warns(SlowWarning, match="building the test table takes about") as caught:
        cache.recall(RECIPE, build)
    assert len(caught) == 1
    assert caught[0].filename == __file__  # the line of the user, not of the package
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cache.recall(RECIPE, build)  # stored
        with dt.show_progress("lines"):
            cache.recall({**RECIPE, "number": 2}, build)  # shown instead
        work()  # no table: asked for by the user
        warnings.filterwarnings("ignore", category=DarktargetWarning)
        cache.recall({**RECIPE, "number": 3}, build)


def test_tables_are_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "darktarget"):
        cache.recall(RECIPE, build)
        cache.recall(RECIPE, build)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["INFO", "INFO", "DEBUG"]
    assert "is not stored" in caplog.messages[0]
    assert str(folder) in caplog.messages[2]


def test_a_damaged_table_and_a_read_only_folder_are_logged(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / cache.filename(RECIPE)).write_bytes(b"nonsense")
    cache.recall(RECIPE, build)
    assert "built again" in caplog.text
    caplog.clear()

    def refuse(*_: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(cache, "write", refuse)
    assert cache.recall({**RECIPE, "number": 2}, build)["x"] == [1.0]
    assert "cannot be stored" in caplog.text


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_interruption_leaves_no_table(
    folder: Path, caplog: pytest.LogCaptureFixture, stop: type[BaseException]
) -> None:
    def interrupted() -> cache.Arrays:
        for part in progress.track(range(3), "building"):
            if part == 1:
                raise stop
        return {}

    with pytest.raises(stop) as caught:
        cache.recall(RECIPE, interrupted)
    assert list(folder.iterdir()) == []
    if stop is KeyboardInterrupt:
        assert "run again to continue" in caught.value.__notes__[0]
        assert "run again to continue" in caplog.text
    assert cache.recall(RECIPE, build)["x"] == [1.0]
    assert [p.name for p in folder.iterdir()] == [cache.filename(RECIPE)]


def test_every_warning_of_the_package_can_be_filtered_together() -> None:
    kinds = [k for name, k in vars(errors).items() if isinstance(k, type) and issubclass(k, Warning)]
    assert set(kinds) >= {DarktargetWarning, PluginWarning, SlowWarning}
    assert all(issubclass(kind, DarktargetWarning) for kind in kinds)
    for path in (path for path in SOURCES if "warn(" in path.read_text()):
        calls = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        names = [f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)]
        assert names.count("warn") == (path.name == "errors.py"), path


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ((), ["building the test table, about", "building the test table: finished after"]),
        (("-v",), ["table test-progress", "building the test table, about", "building the test table: finished after",
                   "table test-progress"]),
        (("--quiet",), []),
    ],
)  # fmt: skip
def test_what_the_command_line_shows(
    everything_is_slow: None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
    expected: list[str],
) -> None:
    def names(kind: str) -> Names:
        cache.recall(RECIPE, build)
        return Names((), str)

    monkeypatch.setattr("darktarget.api.names", names)
    monkeypatch.setattr(sys, "argv", ["darktarget", *flags, "list", "models"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == len(expected), lines
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True)), lines
    assert captured.out.strip() == ""
    assert logging.getLogger("darktarget").level == logging.NOTSET


def test_quiet_leaves_results_and_errors(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def call(*words: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["darktarget", *words])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr()

    words = ("counts", "--observed", "0", "--background", "0.5")
    plain, quiet = call(*words), call("--quiet", *words)
    assert plain.out == quiet.out
    assert "CLs" in plain.err
    assert quiet.err == ""
    assert "background" in call("--quiet", "counts", "--observed", "0", "--background", "-1").err
    assert "--verbose" in call("--quiet", "-v", *words).err
