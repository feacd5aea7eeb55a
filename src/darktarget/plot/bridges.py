"""Regions that split or join between two points are drawn without a gap: each reaches its neighbour's point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from darktarget.plot.regions import Region

Edge = tuple[float, float]


def bridged(result: Any, parts: tuple[Region, ...]) -> tuple[Region, ...]:
    """Where a region splits its parts begin, and where parts join they end, at the point of the whole.

    Args:
        result: with ``mass`` and ``intervals``. parts: its regions.
    """
    order = np.argsort(result.mass, kind="stable")
    place = {int(p): i for i, p in enumerate(order)}

    def neighbours(point: int, step: int, own: Edge) -> tuple[int, list[Edge]]:
        """The next point and its intervals that overlap."""
        i = place[point] + step
        if not 0 <= i < order.size:
            return -1, []
        there = int(order[i])
        return there, [
            pair for pair in result.intervals[there] if pair[0] < own[1] and own[0] < pair[1] and pair[0] > 0
        ]

    def joint(part: Region, end: int) -> tuple[int, Edge] | None:
        """The point to add before (end 0) or after (end -1) a region, with its edges there."""
        point, own = int(part.points[end]), (float(part.lower[end]), float(part.upper[end]))
        there, found = neighbours(point, -1 if end == 0 else 1, own)
        if len(found) != 1:
            return None
        (whole,) = found
        siblings = neighbours(there, 1 if end == 0 else -1, whole)[1]
        if len(siblings) < 2:
            return None
        low = _meeting(own[0], [s[1] for s in siblings if s[1] < own[0]], whole[0], max)
        high = _meeting(own[1], [s[0] for s in siblings if s[0] > own[1]], whole[1], min)
        return there, (low, high)

    return tuple(_with(part, joint(part, 0), joint(part, -1)) for part in parts)


def _meeting(edge: float, beside: list[float], whole: float, nearest: Callable[[list[float]], float]) -> float:
    """Where an edge arrives at the point of the whole: half-way to its neighbour's edge, or at the whole's own."""
    return float(np.sqrt(edge * nearest(beside))) if beside else whole


def _with(part: Region, before: tuple[int, Edge] | None, after: tuple[int, Edge] | None) -> Region:
    first = [before] if before else []
    last = [after] if after else []
    own = list(zip(part.points.tolist(), zip(part.lower.tolist(), part.upper.tolist(), strict=True), strict=True))
    every = [*first, *own, *last]
    low, high = (np.array([pair[k] for _, pair in every]) for k in (0, 1))
    return Region(np.array([p for p, _ in every]), low, high, (before is not None, after is not None))
