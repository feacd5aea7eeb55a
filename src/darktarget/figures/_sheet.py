"""What a figure hands over: its axes, its data as rows, and how its numbers compare with the paper's."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, distinguishable with any colour vision
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


@dataclass(frozen=True)
class Check:
    """One number of the paper beside ours.

    Attributes:
        row: id in the acceptance list. quantity: in words.
        paper, ours: values. tolerance: relative, or absolute where ``absolute``.
        note: why it differs, if it does.
    """

    row: str
    quantity: str
    paper: float
    ours: float
    tolerance: float
    absolute: bool = False
    note: str = ""

    @property
    def passes(self) -> bool:
        """Whether ours is within the tolerance."""
        scale = 1.0 if self.absolute else abs(self.paper)
        return abs(self.ours - self.paper) <= self.tolerance * scale


@dataclass(frozen=True)
class Sheet:
    """Axes (None for a table), data columns and checks of one figure."""

    ax: Axes | None
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    checks: Sequence[Check] = field(default=())

    def write_data(self, path: Path) -> None:
        """The plotted numbers as CSV."""
        _write(path, self.columns, self.rows)

    def write_checks(self, path: Path) -> None:
        """The comparison with the paper as CSV."""
        header = ("row", "quantity", "paper", "ours", "tolerance", "verdict", "note")
        rows = (
            (c.row, c.quantity, c.paper, c.ours, c.tolerance, "pass" if c.passes else "differs", c.note)
            for c in self.checks
        )
        _write(path, header, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def axes(**settings: object) -> Axes:
    """New axes of a single figure, nothing global touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    ax: Axes = figure.add_subplot()
    ax.tick_params(which="both", direction="in", top=True, right=True)
    ax.set(**settings)
    return ax
