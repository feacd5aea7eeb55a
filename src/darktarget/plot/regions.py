"""Connected excluded regions: intervals of neighbouring masses that overlap belong together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, ByValue, Curve, Limit


@dataclass(frozen=True, eq=False)
class Region(ByValue):
    """One excluded region: lower and upper coupling at some points in order of mass; upper is inf if one-sided.

    ``joined``: whether its first and its last point are shared with another region (see ``bridges``).
    """

    points: NDArray[np.intp]
    lower: Array
    upper: Array
    joined: tuple[bool, bool] = (False, False)

    def outline(self, x: Array, lower: Array, upper: Array) -> tuple[Array, Array]:
        """Line around the region where it ends, nan where it goes on: edges in the units of a plot, [point].

        >>> one = Region(np.array([0, 1]), np.array([1.0, 2.0]), np.array([3.0, 4.0]), joined=(True, False))
        >>> one.outline(np.array([0.1, 0.2]), one.lower, one.upper)[1].tolist()
        [1.0, 2.0, 4.0, 3.0]
        """
        if not np.isfinite(upper).all():
            return x, lower
        gap, (first, last) = np.array([np.nan]), self.joined
        between = gap if last else gap[:0]
        ends = (gap[:0], gap[:0]) if first else (x[:1], lower[:1])
        return (
            np.concatenate([x, between, x[::-1], ends[0]]),
            np.concatenate([lower, between, upper[::-1], ends[1]]),
        )


def regions(bound: Limit | Curve) -> tuple[Region, ...]:
    """The excluded regions of a limit, each a chain of intervals from mass to mass.

    Excluded intervals that start at coupling 0 (excluded for too few events) are left out; a band that starts there
    includes the Standard Model and is drawn. Where a region splits or two of
    them join, a new one begins.

    >>> import darktarget as dt
    >>> bound = dt.limit(dt.model("dark-photon", mass=[0.1, 0.01]), dt.experiment("na64e-2018"))
    >>> [region.points.tolist() for region in regions(bound)]
    [[1, 0]]
    """
    from_zero = isinstance(bound, Curve) and bound.kind == "band"
    done: list[list[tuple[int, float, float]]] = []
    growing: list[list[tuple[int, float, float]]] = []
    for p in np.argsort(bound.mass, kind="stable").tolist():
        here = [(p, low, high) for low, high in bound.intervals[p] if low > 0 or from_zero]
        overlaps = [[k for k, chain in enumerate(growing) if _overlap(chain[-1], one)] for one in here]
        grown: list[list[tuple[int, float, float]]] = []
        used: set[int] = set()
        for one, before in zip(here, overlaps, strict=True):
            alone = len(before) == 1 and sum(before[0] in other for other in overlaps) == 1
            used |= {before[0]} if alone else set()
            grown.append([*growing[before[0]], one] if alone else [one])
        done += [chain for k, chain in enumerate(growing) if k not in used]
        growing = grown
    return tuple(
        Region(np.array([p for p, _, _ in c]), np.array([x for _, x, _ in c]), np.array([x for _, _, x in c]))
        for c in done + growing
    )


def _overlap(a: tuple[int, float, float], b: tuple[int, float, float]) -> bool:
    return a[1] < b[2] and b[1] < a[2]
