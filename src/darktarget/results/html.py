"""Results in notebooks: a table and a small picture, plain HTML and SVG that follow light and dark themes."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import numpy as np

from darktarget.results.frames import columns
from darktarget.results.layout import Layout, Values, variables
from darktarget.results.text import numbers, short

ROWS: Final = 20
COLUMNS: Final = 12
WIDTH, HEIGHT = 240, 60  # of the picture, in pixels


def page(result: Any) -> str:
    """The result as HTML: its short representation, a sparkline and the first rows of its table."""
    line = escape(short(result).strip("<>"))
    return f"<div><p><b>{line}</b></p>{sparkline(result)}{table(columns(result))}</div>"


def table(content: dict[str, Values]) -> str:
    """The first rows and columns of a table; what is left out is counted below it."""
    names = list(content)[:COLUMNS]
    size = max((len(v) for v in content.values()), default=0)
    if not size:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    shown = min(ROWS, size)
    rows = ["".join(f"<td>{_cell(content[name][i])}</td>" for name in names) for i in range(shown)]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    rest = [f"{size - shown} more rows"] * (size > shown)
    rest += [f"{len(content) - len(names)} more columns"] * (len(content) > len(names))
    note = f"<p><small>{', '.join(rest)}</small></p>" if rest else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    return escape(f"{value:.4g}" if isinstance(value, float | np.floating) else str(value))


def sparkline(result: Any) -> str:
    """The quoted column along the horizontal one as an SVG line, logarithmic; empty where there are few points."""
    layout: Layout = result.layout
    found = {v.name: v.values for v in variables(result, layout)}
    if layout.best not in found or layout.horizontal not in found:
        return ""
    x, y = numbers(found[layout.horizontal]), numbers(found[layout.best])
    if x.shape != y.shape or x.ndim != 1:
        return ""
    good = np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)
    if good.sum() < 2:
        return ""
    across, up = (_scaled(np.log(np.where(good, values, 1.0)), good) for values in (x, y))
    path = _path(2 + across * (WIDTH - 4), 2 + (1 - up) * (HEIGHT - 4), good)
    label = escape(f"{layout.best} against {layout.horizontal}, both logarithmic", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )


def _scaled(values: Values, good: Values) -> Values:
    low, high = values[good].min(), values[good].max()
    return np.asarray(np.where(good, (values - low) / (high - low or 1.0), 0.0))


def _path(x: Values, y: Values, good: Values) -> str:
    """Moves and lines; a gap where a point has no value."""
    before = np.concatenate([[False], good[:-1]])
    return " ".join(f"{'L' if b else 'M'}{x[i]:.1f},{y[i]:.1f}" for i, b in enumerate(before) if good[i])
