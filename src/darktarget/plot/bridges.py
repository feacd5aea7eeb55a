"""Regions that split or join between two points are drawn without a gap: each reaches its neighbour's point."""

from __future__ import annotations

from typing import Any

import numpy as np

from darktarget.plot.regions import Region

Pair = tuple[float, float]


def bridged(result: Any, parts: tuple[Region, ...]) -> tuple[Region, ...]:
    """Where a region splits its parts begin, and where parts join they end, at the point of the whole.

    Args:
        result: with ``mass`` and ``intervals``. parts: its regions.
    """
    order = np.argsort(result.mass, kind="stable")
    place = {int(p): i for i, p in enumerate(order)}

    def neighbours(point: int, step: int, own: Pair) -> tuple[int, list[Pair]]:
        """The next point and its intervals that overlap."""
        i = place[point] + step
        if not 0 <= i < order.size:
            return -1, []
        there = int(order[i])
        return there, [
            pair for pair in result.intervals[there] if pair[0] < own[1] and own[0] < pair[1] and pair[0] > 0
        ]

    def joint(part: Region, end: int) -> tuple[int, Pair] | None:
        """The point to add before (end 0) or after (end -1) a region, with its edges there."""
        point, own = int(part.points[end]), (float(part.lower[end]), float(part.upper[end]))
        there, found = neighbours(point, -1 if end == 0 else 1, own)
        if len(found) != 1:
            return None
        (whole,) = found
        siblings = neighbours(there, 1 if end == 0 else -1, whole)[1]
        if len(siblings) < 2:
            return None
        low = whole[0] if own[0] == min(s[0] for s in siblings) else own[0]
        high = whole[1] if own[1] == max(s[1] for s in siblings) else own[1]
        return there, (low, high)

    return tuple(_with(part, joint(part, 0), joint(part, -1)) for part in parts)


def _with(part: Region, before: tuple[int, Pair] | None, after: tuple[int, Pair] | None) -> Region:
    first = [before] if before else []
    last = [after] if after else []
    own = list(zip(part.points.tolist(), zip(part.lower.tolist(), part.upper.tolist(), strict=True), strict=True))
    every = [*first, *own, *last]
    low, high = (np.array([pair[k] for _, pair in every]) for k in (0, 1))
    return Region(np.array([p for p, _ in every]), low, high, (before is not None, after is not None))
