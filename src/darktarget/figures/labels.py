"""Labels inside regions: a place where the text touches no curve, no other text and no frame, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array
from darktarget.figures.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

SMALL: Final = 7.0
TRIES: Final = (24, 32)  # places tried across and down
MARGIN: Final = 2.0  # pixels


def place(
    figure: Figure, ax: Axes, mark: Mark, others: Sequence[Mark], colour: str = "black", anyhow: bool = False
) -> bool:
    """Write the label of a region into it, as far from every curve as possible, where no other labelled region lies.

    Args:
        others: all marks of the panel. colour: of the text.
        anyhow: write it at the best place even if it touches something.

    Returns:
        Whether there was a place where it touches nothing.
    """
    from matplotlib.patheffects import withStroke

    text = ax.text(
        0.5, 0.5, mark.label + mark.style.suffix, fontsize=SMALL, ha="center", va="center", zorder=5, color=colour
    )
    text.set_path_effects([withStroke(linewidth=2.0, foreground=(1, 1, 1, 0.7))])
    centres = _candidates(ax, mark)
    alone = centres
    for other in others:
        if other is not mark and other.style.inside:
            alone = alone[~_inside(ax, other, alone)]
    centres = alone if alone.size or not anyhow else centres
    if not centres.size:
        text.remove()
        return False
    half = np.array([text.get_window_extent().width, text.get_window_extent().height]) / 2 + MARGIN
    obstacles = np.concatenate([_outline(ax, other) for other in others])
    gap = _gap(centres, half, obstacles, [t.get_window_extent() for t in ax.texts if t is not text])
    gap = np.minimum(gap, _frame_gap(ax, centres, half))
    best = int(gap.argmax())
    if gap[best] <= 0 and not anyhow:
        text.remove()
        return False
    _move(ax, text, centres[best])
    return bool(gap[best] > 0)


def _move(ax: Axes, text: Text, pixel: Array) -> None:
    x, y = ax.transData.inverted().transform(pixel)
    text.set_position((float(x), float(y)))


def _candidates(ax: Axes, mark: Mark) -> Array:
    """Pixels inside the region and the frame, [n, 2]."""
    box = ax.get_window_extent()
    x = np.linspace(box.x0, box.x1, TRIES[0] + 2)[1:-1]
    y = np.linspace(box.y0, box.y1, TRIES[1] + 2)[1:-1]
    grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    return np.asarray(grid[_inside(ax, mark, grid)])


def _inside(ax: Axes, mark: Mark, points: Array) -> NDArray[np.bool_]:
    """Which pixels lie in a region, piece by piece, [n]."""
    within = np.zeros(len(points), bool)
    if mark.top is None:
        return within
    top = ax.get_window_extent().y1
    starts = np.flatnonzero(np.diff(np.concatenate([[0], np.isfinite(mark.x).astype(int), [0]])))
    for first, last in starts.reshape(-1, 2):
        piece = slice(first, last)
        lower, upper = (_pixels(ax, mark.x[piece], edge[piece]) for edge in (mark.y, mark.top))
        upper[:, 1] = np.where(np.isposinf(mark.top[piece]), top, upper[:, 1])
        low, high = (np.interp(points[:, 0], *_ordered(edge), left=np.nan, right=np.nan) for edge in (lower, upper))
        within |= (points[:, 1] > low) & (points[:, 1] < high)
    return within


def _ordered(points: Array) -> tuple[Array, Array]:
    """Abscissae and ordinates for interpolation."""
    known = points[np.isfinite(points).all(axis=1)]
    known = known[np.argsort(known[:, 0], kind="stable")] if known.size else np.full((1, 2), np.nan)
    return known[:, 0], known[:, 1]


def _pixels(ax: Axes, x: Array, y: Array) -> Array:
    with np.errstate(all="ignore"):
        points = np.column_stack([x, np.where(np.isfinite(y), y, np.nan)])
        return np.asarray(ax.transData.transform(points), float)


def _outline(ax: Axes, mark: Mark) -> Array:
    """The edges of a mark as points at most a few pixels apart, [n, 2]."""
    found = []
    for edge in (mark.y, *(() if mark.top is None else (mark.top,))):
        points = _pixels(ax, mark.x, edge)
        start, end = points[:-1], points[1:]
        whole = np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1)
        steps = np.linspace(0, 1, 12)[:, None, None]
        found.append((start[whole] * (1 - steps) + end[whole] * steps).reshape(-1, 2))
    return np.concatenate(found)


def _gap(centres: Array, half: Array, obstacles: Array, boxes: list[Bbox]) -> Array:
    """Least distance in pixels of a box at each centre from points and boxes; negative where they touch, [n]."""
    gap = np.full(len(centres), 1e6)
    for chunk in np.array_split(obstacles, 1 + len(obstacles) // 500):
        if len(chunk):
            apart = np.abs(centres[:, None] - chunk) - half
            gap = np.minimum(gap, apart.max(axis=2).min(axis=1))
    for box in boxes:
        middle, size = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2]), np.array([box.width, box.height]) / 2
        gap = np.minimum(gap, (np.abs(centres - middle) - half - size).max(axis=1))
    return gap


def _frame_gap(ax: Axes, centres: Array, half: Array) -> Array:
    """Distance of a box at each centre from the frame; negative where it sticks out, [n]."""
    box = ax.get_window_extent()
    low, high = np.array([box.x0, box.y0]), np.array([box.x1, box.y1])
    return np.asarray(np.minimum(centres - half - low, high - centres - half).min(axis=1))
