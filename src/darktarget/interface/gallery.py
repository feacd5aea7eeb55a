"""Make figures: plot, data and check files for one or all, and the table of checks at the end."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from darktarget import files
from darktarget.errors import DarktargetError, InputError
from darktarget.figures import FIGURES, Sheet, paint, told
from darktarget.plot import save
from darktarget.progress import track

SUFFIXES: Final = (".csv", ".png", ".pdf", ".checks.csv")  # the checks last: what has them is finished
WORKERS: Final = 2  # processes of --all by default; each takes up to 0.6 GB
COMMAND: Final = (sys.executable, "-m", "darktarget.interface.cli", "figure")
Cells = Mapping[str, str]


def make(
    key: str | None, every: bool, out: Path, force: bool, resume: bool = False, workers: int | None = None
) -> Iterator[str]:
    """Draw one figure or all of them into a folder.

    Args:
        force: replace existing files. resume: leave finished figures as they are, and make the others.
        workers: figures made at the same time; two by default where there are two processors.

    Yields:
        After all of them: a line per check, a line per figure, and the counts.

    Raises:
        InputError: neither a name nor --all, or both; --resume with --force or a name; no workers.
        UnknownName: no such figure. OutputExists: a file is there, and ``force`` and ``resume`` are off.
    """
    names, number = _asked(key, every, force, resume, workers)
    todo = [name for name in names if not (resume and _finished(out, name))]
    for name in todo:
        files.check(out, _names(name), force=force or resume)
    seconds = dict(_made(todo, out, force or resume, number))
    yield from _lines({name: _read(out, name) for name in names}, seconds)
    yield f"written to {out}"


def _asked(key: str | None, every: bool, force: bool, resume: bool, workers: int | None) -> tuple[tuple[str, ...], int]:
    """Names to draw, and in how many processes."""
    if every == (key is not None):
        raise InputError("figure", key, "one name, or --all")
    if resume and (force or not every):
        raise InputError("resume", resume, "--all --resume, without --force")
    if workers is not None and workers < 1:
        raise InputError("workers", workers, "1 or more")
    if not every:
        FIGURES[str(key)]  # an unknown name is refused before any work
    names = tuple(FIGURES.loaded()) if every else (str(key),)
    return names, min(workers or min(WORKERS, os.cpu_count() or 1), len(names))


def _made(names: Sequence[str], out: Path, force: bool, workers: int) -> Iterator[tuple[str, float]]:
    """Draw figures and write their files: (name, seconds) as each is finished."""
    if workers > 1 and len(names) > 1:
        finished = _side_by_side(names, out, workers)
        for _ in track(names, "drawing figures"):
            yield next(finished)
        return
    for name in track(names, "drawing figures"):
        start = perf_counter()
        _write(FIGURES[name]().draw(), name, out, force)
        yield name, perf_counter() - start


def _side_by_side(names: Sequence[str], out: Path, workers: int) -> Iterator[tuple[str, float]]:
    """Each figure in a process of its own, some at a time; an interruption reaches those that run."""
    waiting = deque(names)
    running: dict[str, tuple[subprocess.Popen[bytes], float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                name = waiting.popleft()
                command = [*COMMAND, name, "--out", str(out), "--force"]
                # a session of its own: an interruption reaches it once, from here
                child = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
                running[name] = child, perf_counter()
            sleep(0.05)
            for name in [n for n, (child, _) in running.items() if child.poll() is not None]:
                child, start = running.pop(name)
                if child.returncode != 0:
                    raise DarktargetError(f"figure {name} was not made; what is finished stays (--resume goes on)")
                yield name, perf_counter() - start
    finally:
        for child, _ in running.values():
            child.send_signal(signal.SIGINT)
        for child, _ in running.values():
            child.wait()


def _finished(out: Path, name: str) -> bool:
    return (out / f"{name}.checks.csv").exists()


def _read(out: Path, name: str) -> list[Cells]:
    """The lines of a check file."""
    with (out / f"{name}.checks.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _lines(done: Mapping[str, Sequence[Cells]], seconds: Mapping[str, float]) -> Iterator[str]:
    for name, checks in done.items():
        yield from (f"{name:15s} {told(check)}" for check in checks)
    for name, checks in done.items():
        spent = f"{seconds[name]:5.1f} s" if name in seconds else "kept as it was"
        yield f"{name:15s} {sum(_passes(c) for c in checks):3d} of {len(checks):3d} checks, {spent}"
    every = [check for checks in done.values() for check in checks]
    differing = [check for check in every if not _passes(check)]
    restored = sum(check["verdict_then"] == "pass" for check in differing)
    yield f"{len(every) - len(differing)} of {len(every)} checks within tolerance"
    if differing:
        yield f"{len(differing)} differ, {restored} of them agree with another input"


def _passes(check: Cells) -> bool:
    return check["verdict"] == "pass"


def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{suffix}" for suffix in SUFFIXES)


def _write(sheet: Sheet, name: str, out: Path, force: bool) -> None:
    data, png, pdf, checks = _names(name)
    writers: dict[str, files.Writer] = {data: sheet.write_data}
    if sheet.panels:
        drawn = paint(sheet)
        writers |= {picture: lambda path: save(drawn.axes[0], path) for picture in (png, pdf)}
    files.write_all(out, writers | {checks: sheet.write_checks}, force=force)
