"""How much the effects that a yield includes change what is accepted."""

from __future__ import annotations

import numpy as np

from darktarget.core import Array, Yield

MOST = 100.0  # beyond, there is almost nothing without the effect: no positron is on resonance


def effects(made: Yield, passed: Array | float, counted: str = "accepted events") -> tuple[str, ...]:
    """One sentence per effect: the factor on the accepted events, over the points with any.

    Args:
        passed: probability that an event is accepted, [point, node] or one for all.
        counted: the events that these are, in words.

    Returns:
        empty where the yield names no effect, or nothing is accepted without it.
    """
    found = []
    for name, weight in made.without.items():
        after, before = ((w * passed).sum(axis=1) for w in (made.weight, weight))
        factor = after[before > 0] / before[before > 0]
        if factor.size:
            found.append(f"{made.process}: {counted} {_range(factor)} times those without {name}")
    return tuple(found)


def _range(factor: Array) -> str:
    if not np.isfinite(factor).all():
        return "an unknown number of"
    ends = [f"{v:.3g}" if v < MOST else f"more than {MOST:g}" for v in (factor.min(), factor.max())]
    return " to ".join(dict.fromkeys(ends))
