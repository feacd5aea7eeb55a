"""What a figure hands over: its panels or table, its data as rows, and how its numbers compare with the paper's."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from darktarget.figures.checks import CELLS, Check
from darktarget.figures.marks import Mark


@dataclass(frozen=True)
class Axis:
    """One axis of a panel.

    Attributes:
        column: its name in the data file, with the unit: ``mass_GeV``.
        label: its name on the plot, with the unit.
        low, high: the range; None: that of the data.
        log: logarithmic, or linear.
    """

    column: str
    label: str
    low: float | None = None
    high: float | None = None
    log: bool = True


@dataclass(frozen=True)
class Panel:
    """One pair of axes and what is drawn into it; ``legend`` names the group of its curves."""

    x: Axis
    y: Axis
    marks: Sequence[Mark]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """Columns and rows of a data file."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Sheet:
    """A figure (panels) or a table, and its checks.

    Attributes:
        panels: drawn in reading order. table: instead of panels.
        checks: every acceptance row that the figure carries.
        across: panels per line; by default up to three.
        legend: title of the legend.
    """

    panels: Sequence[Panel] = ()
    checks: Sequence[Check] = field(default=())
    table: Table | None = None
    across: int | None = None
    legend: str = ""

    @property
    def data(self) -> Table:
        """The plotted numbers: a line per point; a column per axis, empty where a panel does not have it."""
        if self.table is not None:
            return self.table
        axes = dict.fromkeys(name for p in self.panels for name in (p.x.column, p.y.column, f"{p.y.column}_upper"))
        rows = [
            [number, mark.label, mark.style.name, *(values.get(name, "") for name in axes)]
            for number, panel in enumerate(self.panels, 1)
            for mark in panel.marks
            for values in _points(panel, mark)
        ]
        return Table(("panel", "curve", "kind", *axes), rows)

    def write_data(self, path: Path) -> None:
        """The plotted numbers as CSV."""
        _write(path, self.data.columns, self.data.rows)

    def write_checks(self, path: Path) -> None:
        """The comparison with the paper as CSV."""
        _write(path, CELLS, (check.cells() for check in self.checks))


def _points(panel: Panel, mark: Mark) -> Iterable[dict[str, object]]:
    tops = np.full(mark.x.shape, np.nan) if mark.top is None else mark.top
    names = (panel.x.column, panel.y.column, f"{panel.y.column}_upper")
    for values in zip(mark.x.tolist(), mark.y.tolist(), tops.tolist(), strict=True):
        if np.isfinite(values[0]):
            yield {name: "" if np.isnan(value) else value for name, value in zip(names, values, strict=True)}


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
