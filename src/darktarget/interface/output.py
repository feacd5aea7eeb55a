"""Files of a limit: checked before the work starts, written after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from darktarget.interface.common import FITTED
from darktarget.units import GeV

if TYPE_CHECKING:
    from darktarget.core import Curve, Experiment, Limit, Model
    from darktarget.limits.counting import Counting


def check(
    out: Path | None, experiment: Experiment, model: Model, plane: str, exports: tuple[str, ...], force: bool
) -> None:
    """Check, before any long work, that a limit can be written.

    Raises:
        InputError: an unknown plane or one that the model does not have, an unknown export or one without a folder.
        OutputExists, OutputError: files are there and ``force`` is off, or the folder is not writable.
    """
    if exports:
        from darktarget.io import exports as formats

        formats.check(exports, experiment, model.name, out, force=force)
    from darktarget.plot.exclusions import check_plane

    check_plane(plane, model.name, "alpha_D" in model.values)
    if out is None:
        return
    from darktarget import files

    files.check(out, _names(f"{experiment.name}_{model.name}"), force=force)


def write_limit(bound: Limit, out: Path, plane: str, force: bool, curves: Sequence[Curve] = ()) -> tuple[Path, ...]:
    """Write CSV, JSON, PNG and PDF of a limit, with curves beside it in the plot and in JSON; return the paths."""
    from darktarget import files, plot
    from darktarget.io import tables

    ax = plot.exclusion(bound, *curves, plane=plane)
    csv_name, json_name, png_name, pdf_name = _names(f"{bound.experiment}_{bound.model}")
    writers: dict[str, files.Writer] = {
        csv_name: lambda path: tables.write_limit_csv(bound, path),
        json_name: lambda path: tables.write_json(tables.limit_document(bound), path),
        png_name: lambda path: plot.save(ax, path),
        pdf_name: lambda path: plot.save(ax, path),
    }
    if curves:
        from darktarget.io.curves import curves_document

        document = curves_document(curves)
        writers[f"{bound.experiment}_{bound.model}.curves.json"] = lambda path: tables.write_json(document, path)
    return files.write_all(out, writers, force=force)


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


def _names(stem: str) -> tuple[str, ...]:
    return tuple(f"{stem}.{suffix}" for suffix in ("csv", "json", "png", "pdf"))
