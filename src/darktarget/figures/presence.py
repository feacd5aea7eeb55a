"""Whether the curves that a figure of a paper has are there, and within the frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darktarget.figures.checks import Check
from darktarget.figures.marks import Mark
from darktarget.figures.sheet import Axis, Panel


def shown(row: str, panels: Sequence[Panel], *curves: str) -> Check:
    """The statement that every panel shows some curves; it fails where one is missing or outside the frame.

    Args:
        row: of the acceptance list. curves: how their labels begin.
    """
    missing = [
        f"{curve} (panel {n})"
        for n, panel in enumerate(panels, 1)
        for curve in curves
        if not any(visible(mark, panel) for mark in panel.marks if mark.label.startswith(curve))
    ]
    note = f"{len(missing)} are not: {', '.join(missing)}" if missing else ""
    return Check.statement(row, f"in sight: {', '.join(curves)}", not missing, note)


def visible(mark: Mark, panel: Panel) -> bool:
    """Whether some part of a mark lies within the frame of its panel."""
    top = mark.y if mark.top is None else mark.top
    (left, right), (low, high) = _range(panel.x), _range(panel.y)
    with np.errstate(invalid="ignore"):
        across = np.isfinite(mark.x) & (mark.x >= left) & (mark.x <= right)
        return bool((across & (mark.y < high) & (top > low)).any())


def _range(axis: Axis) -> tuple[float, float]:
    return -np.inf if axis.low is None else axis.low, np.inf if axis.high is None else axis.high
