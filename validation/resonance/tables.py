"""Tables as text: what the page of the documentation shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from validation.resonance.published import Floats

Cell = str | float


@dataclass(frozen=True)
class Table:
    """A titled table.

    Attributes:
        title: what it shows. columns: headings. rows: cells, one per column.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def text(self) -> str:
        """Markdown, numbers with three digits."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join([f"### {self.title}", "", *(f"| {' | '.join(map(_cell, line))} |" for line in lines)])

    def row(self, label: str) -> list[float]:
        """The numbers of the row whose first cell is ``label``."""
        (found,) = (row for row in self.rows if row[0] == label)
        return [float(x) for x in found[1:] if not isinstance(x, str)]


def row(label: str, values: Iterable[float] | Floats) -> list[Cell]:
    """A row of numbers."""
    return [label, *(float(v) for v in values)]


def _cell(value: Cell) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
