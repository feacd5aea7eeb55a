"""Make figures: plot, data and check files for one or all, and the table of checks at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from darktarget.errors import InputError
from darktarget.figures import FIGURES, Sheet
from darktarget.io import files
from darktarget.plot import save
from darktarget.progress import track


def make(key: str | None, every: bool, out: Path, force: bool) -> Iterator[str]:
    """Draw one figure or all of them into a folder.

    Yields:
        Lines of the check table.

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
    passed = total = 0
    for figure in track(chosen, "figures"):
        sheet = figure.draw()
        _write(sheet, figure.name, out, force)
        for check in sheet.checks:
            total, passed = total + 1, passed + check.passes
            verdict = "pass   " if check.passes else "differs"
            numbers = f"paper {check.paper:.4g}, here {check.ours:.4g}"
            yield f"{verdict} {figure.name:14s} {check.row:10s} {check.quantity}: {numbers}"
    yield f"{passed} of {total} checks within tolerance; written to {out}"


def _names(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{suffix}" for suffix in (".csv", ".checks.csv", ".png", ".pdf"))


def _write(sheet: Sheet, name: str, out: Path, force: bool) -> None:
    data, checks, png, pdf = _names(name)
    writers: dict[str, files.Writer] = {data: sheet.write_data, checks: sheet.write_checks}
    ax = sheet.ax
    if ax is not None:
        writers |= {picture: lambda path: save(ax, path) for picture in (png, pdf)}
    files.write_all(out, writers, force=force)
