"""Draw a sheet: panels in a grid, one legend below them, labels of excluded regions inside where there is room."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darktarget.core import Array
from darktarget.figures.labels import place
from darktarget.figures.marks import Mark
from darktarget.figures.sheet import Axis, Panel, Sheet
from darktarget.figures.styles import GUIDE, HATCH, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_INCHES: Final = (4.6, 3.6)  # of a single panel; narrower where several stand side by side
NARROW_INCHES: Final = 3.7
HANDLE: Final = 3.2  # length of the lines in the legend, in letters: every dash pattern is seen once
LINE_INCHES: Final = 0.155  # of one line of the legend
MATH: Final = re.compile(r"\\[a-zA-Z]+|[${}_^]+")  # what mathematical text spends on markup
EDGE: Final = 1e-6  # of the height of a panel: closer to the frame is on it
AWAY: Final = 0.01  # of the height of a panel: out of sight
SMALL: Final = 7.5  # font size of legends and labels
CHARACTER_INCHES: Final = 0.068  # mean width of a character of that size


@dataclass(frozen=True)
class Look:
    """Style, colour, line and hatch of the marks of one label."""

    style: Style
    colour: str
    line: Any
    hatch: str | None


def paint(sheet: Sheet) -> Figure:
    """Draw all panels; nothing global is touched and no display is needed.

    The labels that fit into their regions are found on a first drawing, and left out of the legend of the second.
    """
    looks = _looks(sheet.panels)
    first, axes = _assemble(sheet, looks, frozenset())
    inside = [
        {m.label for m in panel.marks if m.style.inside and place(first, ax, m, panel.marks)}
        for ax, panel in zip(axes, sheet.panels, strict=True)
    ]
    everywhere = frozenset(
        label
        for label, look in looks.items()
        if look.style.inside
        and all(label in found for found, p in zip(inside, sheet.panels, strict=True) if label in _labels(p))
    )
    figure, axes = _assemble(sheet, looks, everywhere)
    for ax, panel in zip(axes, sheet.panels, strict=True):
        for mark in panel.marks:
            if mark.label in everywhere:
                place(figure, ax, mark, panel.marks, looks[mark.label].colour, anyhow=True)
    return figure


def _labels(panel: Panel) -> set[str]:
    return {mark.label for mark in panel.marks}


def _looks(panels: Sequence[Panel]) -> dict[str, Look]:
    """Every label its colour and line: styles of the same colours take them in turn."""
    looks: dict[str, Look] = {}
    taken: dict[tuple[str, ...], int] = {}
    lines: dict[str, int] = {}
    for mark in (m for p in panels for m in p.marks):
        if mark.label not in looks:
            style = mark.style
            number, dash = taken.get(style.colours, 0), lines.get(style.name, 0)
            taken[style.colours], lines[style.name] = number + 1, dash + 1
            colour = style.colours[number % len(style.colours)]
            hatch = style.hatches[dash % len(style.hatches)] or None
            looks[mark.label] = Look(style, colour, style.lines[dash % len(style.lines)], hatch)
    return looks


def _assemble(sheet: Sheet, looks: dict[str, Look], unlisted: frozenset[str]) -> tuple[Figure, list[Axes]]:
    from darktarget.plot.picture import Picture, PictureAxes  # cold start: a list of figures

    across = sheet.across or min(3 if len(sheet.panels) != 4 else 2, len(sheet.panels))
    down = math.ceil(len(sheet.panels) / across)
    width = across * (PANEL_INCHES[0] if across == 1 else NARROW_INCHES) + 0.4
    entries = _entries(sheet, looks, unlisted, width)
    columns = _columns(entries, width)
    lines = sum(max(text.count("\n") + 1 for text in row) for row in _rows(list(entries), columns)) + bool(sheet.legend)
    figure = Picture(figsize=(width, down * PANEL_INCHES[1] + LINE_INCHES * lines + 0.15), layout="constrained")
    axes = [figure.add_subplot(down, across, n, axes_class=PictureAxes) for n in range(1, len(sheet.panels) + 1)]
    for ax, panel in zip(axes, sheet.panels, strict=True):
        _panel(ax, panel, looks)
    if entries:
        figure.legend(
            list(entries.values()), list(entries), loc="outside lower center", ncols=columns, frameon=False,
            fontsize=SMALL, title=sheet.legend or None, title_fontsize=SMALL, handlelength=HANDLE,
        )  # fmt: skip
    figure.draw_without_rendering()
    return figure, axes


def _panel(ax: Axes, panel: Panel, looks: dict[str, Look]) -> None:
    frame = [_frame(axis, values) for axis, values in zip((panel.x, panel.y), _values(panel), strict=True)]
    for axis, which in ((panel.x, "x"), (panel.y, "y")):
        ax.set(**{f"{which}label": axis.label, f"{which}scale": "log" if axis.log else "linear"})
    ax.set(xlim=frame[0], ylim=frame[1])
    ax.tick_params(which="both", direction="in", top=True, right=True)
    ax.set_title(panel.title, fontsize=9)
    for mark in panel.marks:
        _mark(ax, mark, looks[mark.label], frame[1])


def _mark(ax: Axes, mark: Mark, look: Look, frame: tuple[float, float]) -> None:
    style = look.style
    if style is GUIDE and not np.isfinite(mark.y).any():
        ax.axvline(mark.x[0], color=look.colour, linestyle=look.line, linewidth=style.width, zorder=style.order)
        return
    how: dict[str, Any] = {"color": look.colour, "linestyle": look.line, "linewidth": style.width}
    for edge in (mark.y, *(() if mark.top is None else (mark.top,))):
        ax.plot(mark.x, _off_frame(ax, edge), zorder=style.order, **how)
    inside = np.array(ax.get_xlim()) * (1 + EDGE, 1 - EDGE)  # a region that meets the frame has no end there
    for x, ends in _ends(mark):
        if inside[0] < x < inside[1]:
            ax.plot([x, x], _off_frame(ax, np.array(ends)), zorder=style.order, **how)
    if mark.top is not None and style.fill > 0:
        ax.fill_between(
            mark.x, mark.y, beyond(mark.top, frame), facecolor=(style.shade or look.colour, style.fill),
            hatch=look.hatch, edgecolor=(look.colour, HATCH) if look.hatch else "none", linewidth=0,
            zorder=0.1 if style.under else style.order - 0.5,
        )  # fmt: skip


def _off_frame(ax: Axes, edge: Array) -> Array:
    """An edge that lies on the frame is moved out of sight: the region goes on there."""
    with np.errstate(all="ignore"):
        known = np.where(np.isfinite(edge), edge, np.nan)
        points = np.column_stack([np.full(edge.size, ax.get_xlim()[0]), known])
        height = ax.transAxes.inverted().transform(ax.transData.transform(points))[:, 1]
        moved = np.where(np.abs(height) < EDGE, -AWAY, np.where(np.abs(height - 1) < EDGE, 1 + AWAY, np.nan))
        aside = ax.transAxes.transform(np.column_stack([np.zeros(edge.size), np.nan_to_num(moved)]))
        there = ax.transData.inverted().transform(aside)[:, 1]
    return np.where(np.isnan(moved), known, there)


def _ends(mark: Mark) -> list[tuple[float, list[float]]]:
    """Where closed regions begin and end: x and the two edges there."""
    if mark.top is None:
        return []
    known = np.concatenate([[False], np.isfinite(mark.y) & ~np.isnan(mark.top), [False]]).astype(int)
    turns = np.diff(known)
    ends = [
        (mark.x[i], [mark.y[i], mark.top[i]]) for i in (*np.flatnonzero(turns == 1), *np.flatnonzero(turns == -1) - 1)
    ]
    # regions that join at a point have no end there
    alone = [(x, e) for n, (x, e) in enumerate(ends) if not any(_meet(x, e, *o) for k, o in enumerate(ends) if k != n)]
    return [(x, e) for x, e in alone if np.isfinite(e[1])]


def _meet(x: float, edges: list[float], other: float, span: list[float]) -> bool:
    return bool(x == other and edges[0] < span[1] and span[0] < edges[1])


def beyond(edge: Array, frame: tuple[float, float]) -> Array:
    """An edge with inf replaced by something outside the frame."""
    return np.where(np.isposinf(edge), 10 * abs(frame[1]) + 1, edge)


def _values(panel: Panel) -> tuple[Array, Array]:
    x = [m.x[np.isfinite(m.y)] for m in panel.marks]
    y = [v for m in panel.marks for v in (m.y, *(() if m.top is None else (m.top,)))]
    return np.concatenate([*x, np.zeros(0)]), np.concatenate([*y, np.zeros(0)])


def _frame(axis: Axis, values: Array) -> tuple[float, float]:
    """The range of an axis: as given, or around the data."""
    known = values[np.isfinite(values) & ((values > 0) | (not axis.log))]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.1, 1.0)
    if axis.low is None and axis.high is None and low == high:
        low, high = low / 2, high * 2 + (not axis.log)
    return (low if axis.low is None else axis.low, high if axis.high is None else axis.high)


def _entries(sheet: Sheet, looks: dict[str, Look], unlisted: frozenset[str], width: float) -> dict[str, Any]:
    """Legend text -> handle."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    found: dict[str, Any] = {}
    room = int((width - 0.8) / CHARACTER_INCHES)
    for mark in (m for p in sheet.panels for m in p.marks):
        look = looks[mark.label]
        if not mark.label or mark.label in unlisted:
            continue
        label = mark.label + look.style.suffix
        whole = f"{label} ({mark.note})" if mark.note else label
        text = whole if len(MATH.sub("", whole)) <= room else "\n".join(wrap(label, room) + wrap(mark.note, room))
        how: dict[str, Any] = {"linestyle": look.line, "linewidth": look.style.width}
        if mark.top is not None and look.style.fill > 0:
            face = (look.style.shade or look.colour, look.style.fill)
            found[text] = Patch(edgecolor=look.colour, facecolor=face, hatch=look.hatch and 3 * look.hatch, **how)
        else:
            found[text] = Line2D([], [], color=look.colour, **how)
    return found


def _columns(entries: dict[str, Any], width: float) -> int:
    """Columns of the legend that fit into the width."""
    longest = max((len(MATH.sub("x", line)) for text in entries for line in text.split("\n")), default=1)
    most = max(1, min(int(width / (CHARACTER_INCHES * longest + 0.6)), len(entries)))
    lines = math.ceil(len(entries) / most)
    return max(1, math.ceil(len(entries) / lines)) if lines else 1  # as even as they can be


def _rows(texts: list[str], columns: int) -> list[list[str]]:
    """Texts of a legend line by line; matplotlib fills columns first."""
    down = math.ceil(len(texts) / columns)
    return [texts[i::down] for i in range(down)]
