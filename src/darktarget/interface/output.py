"""Files of a result: checked before the work starts, written after it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darktarget.errors import InputError
from darktarget.interface.common import FITTED, note
from darktarget.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from darktarget.core import Curve, Experiment, Limit, Model
    from darktarget.files import Writer
    from darktarget.io.tables import Columns
    from darktarget.limits.counting import Counting

TABLES: Final = ("csv", "json")
PICTURES: Final = ("png", "pdf")


@dataclass(frozen=True)
class ResultFiles:
    """The files of one result in a folder, a stem and a suffix each; nothing is written without a folder."""

    folder: Path | None
    stem: str
    force: bool

    @classmethod
    def planned(
        cls, folder: Path | None, words: Sequence[str], force: bool, suffixes: Sequence[str] = TABLES
    ) -> ResultFiles:
        """Check, before any long work, that the files can be written.

        Args:
            folder: None where no files are wanted. words: of which the names of the files are made.

        Raises:
            OutputExists, OutputError: files are there and ``force`` is off, or the folder is not writable.
        """
        made = cls(folder, stem(*words), force)
        if folder is not None:
            from darktarget import files

            files.check(folder, tuple(f"{made.stem}.{suffix}" for suffix in suffixes), force=force)
        return made

    def write(
        self, document: Mapping[str, Any], columns: Callable[[], Columns], draw: Callable[[], Axes] | None = None
    ) -> None:
        """Write a document as JSON, its columns as CSV and, where there is a curve, its picture as PNG and PDF."""
        if self.folder is None:
            return
        from darktarget.io import tables

        writers: dict[str, Writer] = {
            "csv": lambda path: tables.write_csv(columns(), path),
            "json": lambda path: tables.write_json(dict(document), path),
        }
        self.write_all(writers if draw is None else writers | pictures(draw()))

    def write_all(self, writers: Mapping[str, Writer]) -> None:
        """Write files by suffix, and note their paths."""
        from darktarget import files

        assert self.folder is not None
        named = {f"{self.stem}.{suffix}": writer for suffix, writer in writers.items()}
        for path in files.write_all(self.folder, named, force=self.force):
            note(f"wrote {path}")


def stem(*words: str) -> str:
    """The beginning of a file name from the words of a command.

    >>> stem("dark-photon", "constraint", "electron-g-2:cs")
    'dark-photon_constraint_electron-g-2-cs'
    """
    return "_".join(re.sub(r"[^\w.+-]+", "-", word) for word in words)


def pictures(ax: Axes) -> dict[str, Writer]:
    """The writers of a plot by suffix."""
    from darktarget import plot

    return {suffix: lambda path: plot.save(ax, path) for suffix in PICTURES}


def plane_of(plot: str | None, out: Path | None, model: Model) -> str:
    """The plane of the plot, checked.

    Raises:
        InputError: an unknown plane or one that the model does not have, or a plane without a folder.
    """
    from darktarget.plot.exclusions import check_plane

    plane = plot or "coupling"
    check_plane(plane, model.name, "alpha_D" in model.values)
    if plot is not None and out is None:
        raise InputError("plot", plot, "used together with --out", "It names the folder to write to.")
    return plane


def check(
    out: Path | None,
    experiment: Experiment,
    model: Model,
    plane: str,
    exports: tuple[str, ...],
    force: bool,
    curves: bool = False,
) -> ResultFiles:
    """Check, before any long work, that a limit can be written.

    Raises:
        InputError: an unknown export or one without a folder.
        OutputExists, OutputError: files are there and ``force`` is off, or the folder is not writable.
    """
    if exports:
        from darktarget.io import exports as formats

        formats.check(exports, experiment, model.name, out, force=force)
    beside = ("curves.json",) if curves else ()
    return ResultFiles.planned(out, (experiment.name, model.name), force, (*TABLES, *PICTURES, *beside))


def write_limit(bound: Limit, files: ResultFiles, plane: str, curves: Sequence[Curve] = ()) -> None:
    """Write CSV, JSON, PNG and PDF of a limit, with curves beside it in the plot and in JSON."""
    from darktarget import plot
    from darktarget.io import tables
    from darktarget.io.curves import curves_document

    writers: dict[str, Writer] = {
        "csv": lambda path: tables.write_limit_csv(bound, path),
        "json": lambda path: tables.write_json(tables.limit_document(bound), path),
        **pictures(plot.exclusion(bound, *curves, plane=plane)),
    }
    if curves:
        writers["curves.json"] = lambda path: tables.write_json(curves_document(curves), path)
    files.write_all(writers)


def write_export(kind: str, bound: Limit, measured: Callable[[], Counting], out: Path, force: bool) -> tuple[Path, ...]:
    """Write one export; ``measured`` makes the counting measurement where it is needed."""
    from darktarget.io import exports

    if kind == "pyhf":
        written = exports.write_pyhf(bound, measured(), out, force=force)
        return (written[0].parent,)
    return exports.write_hepdata(bound, out, force=force)


def limit_table(bound: Limit) -> tuple[tuple[str, ...], list[tuple[float | str | None, ...]]]:
    """Header and rows of a printed limit: upper limits, or all excluded intervals where one has an upper edge.

    The header marks limits of experiments with fitted numbers.

    Returns:
        the names of the columns, and rows whose last column is the reason; an edge at infinity is None.
    """
    from darktarget.core import relic_variable
    from darktarget.io.tables import finite

    mass, mark = finite(bound.mass / GeV), FITTED if bound.fitted else ""
    if not any(math.isfinite(high) for point in bound.intervals for _, high in point):
        columns = (mass, finite(bound.coupling_upper), finite(bound.y), bound.reason)
        return ("mass [GeV]", f"coupling <{mark}", "y <", ""), list(zip(*columns, strict=True))
    rows: list[tuple[float | str | None, ...]] = []
    for i, (at, point, why) in enumerate(zip(mass, bound.intervals, bound.reason, strict=True)):
        for pair in point or ((math.nan, math.nan),):
            y = relic_variable(np.array(pair), bound.alpha_D[i], bound.dark_mass[i], bound.mass[i])
            rows.append((at, *finite(pair), *finite(y), why))
    return ("mass [GeV]", f"excluded from{mark}", "to", "y from", "to", ""), rows


def curve_lines(curves: Sequence[Curve]) -> list[str]:
    """What each curve beside a limit is: calculated, recast or stated, and the numbers that were typed in."""
    lines = []
    for curve in curves:
        lines.append(f"{curve.name}: {'; '.join(curve.method)}")
        lines += [f"{curve.name}: {number}" for number in curve.published]
    return lines


def ranking_lines(bound: Limit) -> list[str]:
    """One line per uncertainty: the smallest and largest change of the coupling over the masses."""
    lines = []
    for name, change in bound.ranking.items():
        known = change[np.isfinite(change)]
        if known.size:
            lines.append(f"{name:>32}  {known.min():+.2%} .. {known.max():+.2%} in the coupling")
    return lines
