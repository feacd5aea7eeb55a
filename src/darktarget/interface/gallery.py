"""Make figures: plot, data and check files for one or all, and the table of checks at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from darktarget.errors import InputError
from darktarget.figures import FIGURES, Check, Sheet
from darktarget.io import files
from darktarget.plot import save
from darktarget.progress import track

SUFFIXES = (".csv", ".checks.csv", ".png", ".pdf")


def make(key: str | None, every: bool, out: Path, force: bool) -> Iterator[str]:
    """Draw one figure or all of them into a folder.

    Yields:
        After all of them: a line per check, a line per figure, and the counts.

    Raises:
        InputError: neither a name nor --all, or both.
        UnknownName: no such figure. OutputExists: a file is there and ``force`` is off.
    """
    if every == (key is not None):
        raise InputError("figure", key, "one name, or --all")
    names = FIGURES.names() if every else (str(key),)
    chosen = [FIGURES[name]() for name in names]
    for figure in chosen:
        files.check(out, _names(figure.name), force=force)
    done: dict[str, tuple[float, tuple[Check, ...]]] = {}
    for figure in track(chosen, "figures"):
        start = perf_counter()
        sheet = figure.draw()
        _write(sheet, figure.name, out, force)
        done[figure.name] = perf_counter() - start, tuple(sheet.checks)
    yield from _lines(done)
    yield f"written to {out}"


def _lines(done: dict[str, tuple[float, tuple[Check, ...]]]) -> Iterator[str]:
    for name, (_, checks) in done.items():
        yield from (f"{name:14s} {check.line()}" for check in checks)
    for name, (seconds, checks) in done.items():
        yield f"{name:14s} {sum(c.passes for c in checks):3d} of {len(checks):3d} checks, {seconds:5.1f} s"
    every = [check for _, checks in done.values() for check in checks]
    differing = [check for check in every if not check.passes]
    restored = sum(check.restored for check in differing)
    yield f"{len(every) - len(differing)} of {len(every)} checks within tolerance"
    if differing:
        yield f"{len(differing)} differ, {restored} of them agree with another input"


def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{suffix}" for suffix in SUFFIXES)


def _write(sheet: Sheet, name: str, out: Path, force: bool) -> None:
    data, checks, png, pdf = _names(name)
    writers: dict[str, files.Writer] = {data: sheet.write_data, checks: sheet.write_checks}
    drawn = sheet.draw()
    if drawn is not None:
        writers |= {picture: lambda path: save(drawn.axes[0], path) for picture in (png, pdf)}
    files.write_all(out, writers, force=force)
