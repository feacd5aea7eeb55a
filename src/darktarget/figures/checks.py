"""How a number of ours compares with the paper's: within a tolerance, or different and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Tolerance:
    """What counts as agreement.

    Attributes:
        text: in words, for tables.
        accepts: (lowest published value, highest published value, ours) -> whether ours agrees.
    """

    text: str
    accepts: Callable[[float, float, float], bool]


def relative(part: float) -> Tolerance:
    """Within a part of the published value.

    >>> relative(0.1).accepts(2.0, 2.0, 2.1)
    True
    """
    return Tolerance(
        f"{100 * part:g} %", lambda low, high, ours: low - part * abs(low) <= ours <= high + part * abs(high)
    )


def absolute(width: float) -> Tolerance:
    """Within a width, in the unit of the quantity.

    >>> absolute(3).accepts(70, 95, 98.5)
    False
    """
    return Tolerance(f"+-{width:g}", lambda low, high, ours: low - width <= ours <= high + width)


def factor(times: float) -> Tolerance:
    """Within a factor, up or down.

    >>> factor(1.25).accepts(1e-3, 1e-3, 0.81e-3), factor(1.25).accepts(1e-3, 1e-3, 0.79e-3)
    (True, False)
    """
    return Tolerance(f"x{times:g}", lambda low, high, ours: low / times <= ours <= high * times)


#: Agreement of statements: both hold or both do not.
SAME: Final = Tolerance("same", lambda low, high, ours: low == ours == high)


@dataclass(frozen=True)
class Remedy:
    """The input that, when changed, restores agreement: what was changed, and our value then."""

    change: str
    ours: float


@dataclass(frozen=True)
class Check:
    """One number or statement of the paper beside ours.

    Attributes:
        row: id in the acceptance list; several are joined with "/".
        quantity: in words, with the unit.
        paper: the published value, a range (low, high) of them, or True for a statement.
        ours: calculated here.
        within: the tolerance: ``relative``, ``absolute``, ``factor`` or ``SAME``.
        note: why it differs, with numbers, if it does.
        remedy: the input that restores agreement, if there is one.

    >>> Check("0.24", "reach [1/GeV]", (1.0e-3, 1.5e-3), 1.7e-3, factor(1.3)).passes
    True
    """

    row: str
    quantity: str
    paper: float | tuple[float, float]
    ours: float
    within: Tolerance
    note: str = ""
    remedy: Remedy | None = None

    @classmethod
    def statement(cls, row: str, words: str, holds: bool, note: str = "", remedy: Remedy | None = None) -> Check:
        """A qualitative statement of the paper, and whether it holds here; ``ours`` of a remedy is True or False."""
        return cls(row, words, True, bool(holds), SAME, note, remedy)

    @property
    def rows(self) -> tuple[str, ...]:
        """The ids in the acceptance list."""
        return tuple(self.row.split("/"))

    @property
    def passes(self) -> bool:
        """Whether ours is within the tolerance."""
        return self._agrees(self.ours)

    @property
    def restored(self) -> bool:
        """Whether the remedy, if there is one, brings agreement."""
        return self.remedy is not None and self._agrees(self.remedy.ours)

    @property
    def verdict(self) -> str:
        """One word."""
        return "pass" if self.passes else "differs"

    def _agrees(self, value: float) -> bool:
        low, high = self.paper if isinstance(self.paper, tuple) else (self.paper, self.paper)
        return bool(self.within.accepts(low, high, value))

    def cells(self) -> tuple[object, ...]:
        """The row of the check file, in the order of ``CELLS``."""
        remedy = (self.remedy.change, self.remedy.ours, "pass" if self.restored else "differs") if self.remedy else ()
        paper = "{}..{}".format(*self.paper) if isinstance(self.paper, tuple) else self.paper
        cells = (self.row, self.quantity, paper, self.ours, self.within.text, self.verdict, self.note, *remedy)
        return cells + ("",) * (len(CELLS) - len(cells))

    def line(self) -> str:
        """One line for people."""
        return told(dict(zip(CELLS, map(str, self.cells()), strict=True)))


#: Header of a check file.
CELLS: Final = (
    "row", "quantity", "paper", "ours", "tolerance", "verdict", "note", "change", "ours_after_change", "verdict_then",
)  # fmt: skip


def told(cells: Mapping[str, str]) -> str:
    """One line for people of a line of a check file."""
    text = f"{cells['verdict']:7s} {cells['row']:10s} {cells['quantity']}: {_numbers(cells)}"
    if cells["verdict"] == "pass":
        return text
    return text + (f"; {cells['note']}" if cells["note"] else "") + _restoration(cells)


def _numbers(cells: Mapping[str, str]) -> str:
    if cells["tolerance"] == SAME.text:
        return "holds" if cells["verdict"] == "pass" else "does not hold here"
    paper = "..".join(f"{float(p):.4g}" for p in cells["paper"].split(".."))
    return f"paper {paper}, here {float(cells['ours']):.4g} ({cells['tolerance']})"


def _restoration(cells: Mapping[str, str]) -> str:
    if not cells["change"]:
        return ""
    agrees = cells["verdict_then"] == "pass"
    if cells["tolerance"] == SAME.text:
        return f"; with {cells['change']}: {'holds' if agrees else 'does not hold either'}"
    return (
        f"; with {cells['change']}: {float(cells['ours_after_change']):.4g}, which {'agrees' if agrees else 'differs'}"
    )
