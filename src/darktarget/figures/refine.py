"""More points where a region splits, opens or ends, so that it is drawn with its true shape at few points elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from darktarget.core import Array, FittedNumber

ROUNDS: Final = 4  # halvings of a gap in which the shape changes
TIMES: Final = 8  # points between two nodes of an interpolated plane
Pairs = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Joined:
    """Results of one kind at more points, ascending: what ``marks.of`` needs of them."""

    title: str
    kind: str
    not_recomputed: bool
    mass: Array
    dark_mass: Array
    alpha_D: Array
    intervals: Sequence[Pairs]
    method: tuple[str, ...]
    fitted: tuple[FittedNumber, ...] = ()


def refined(make: Callable[[Array], Any], x: Array, known: Any = None, rounds: int = ROUNDS) -> Joined:
    """A curve, with more points where the number of its intervals, or whether they end, changes.

    Args:
        make: x [n] -> result. x: where to begin, ascending. known: ``make(x)`` if it is there already.
    """
    parts: dict[float, tuple[Any, int]] = {}

    def take(values: Array, result: Any) -> None:
        parts.update({float(v): (result, k) for k, v in enumerate(values)})

    take(x, make(x) if known is None else known)
    for _ in range(rounds):
        gaps = np.array([np.sqrt(a * b) for a, b in pairwise(sorted(parts)) if _shape(*parts[a]) != _shape(*parts[b])])
        if not gaps.size:
            break
        take(gaps, make(gaps))
    chosen = [parts[v] for v in sorted(parts)]
    first = chosen[0][0]
    mass, dark, alpha = (
        np.array([np.broadcast_to(getattr(r, name), r.mass.shape)[k] for r, k in chosen])
        for name in ("mass", "dark_mass", "alpha_D")
    )
    pairs = [tuple(r.intervals[k]) for r, k in chosen]
    return Joined(
        first.title, first.kind, first.not_recomputed, mass, dark, alpha, pairs, tuple(first.method), first.fitted
    )


def _shape(result: Any, point: int) -> tuple[bool, ...]:
    """How many intervals a point has, and which of them have no end."""
    return tuple(high == np.inf for _, high in result.intervals[point])


def between(x: Array, *values: Array) -> tuple[Array, ...]:
    """x and values [x, ...] with points between the nodes: logarithmic in x, linear in the values.

    >>> [v.round(2).tolist() for v in between(np.array([1.0, 4.0]), np.array([0.0, 8.0]))][1]
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    node = np.arange(x.size)
    fine = np.linspace(0, x.size - 1, TIMES * (x.size - 1) + 1)
    low = np.minimum(fine.astype(int), x.size - 2)
    part = fine - low

    def mixed(v: Array) -> Array:
        share = part.reshape(-1, *(1,) * (v.ndim - 1))
        return np.asarray(v[low] * (1 - share) + v[low + 1] * share)

    return np.exp(np.interp(fine, node, np.log(x))), *(mixed(v) for v in values)
