"""Feldman-Cousins with the convention of the published tables: the upper edge never rises with the
background."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.roots import boundary
from darktarget.statistics.limit_methods.feldman_cousins import REFERENCES, exact_edges, upper_mean
from darktarget.statistics.measurement import Measurement
from darktarget.statistics.results import Solution

Array = NDArray[np.float64]


def solve(measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution:
    """Plain Feldman-Cousins interval, upper edge raised to the largest one of any larger background.

    u_published(n, b) = max over b' >= b of u(n, b'), end of section IV B of physics/9711021.

    Args:
        measurement, fractions, cl, nuisances: as in `feldman_cousins.solve`.

    Raises:
        InputError: several bins or nuisances, for which no table was published.

    >>> from darktarget.statistics.measurement import Measurement
    >>> m = Measurement.counting(0, 3.0)
    >>> round(float(solve(m, m.fraction[None], 0.9, "none").upper[0]), 2)
    1.08
    """
    if len(measurement.bins) > 1 or measurement.uncertainties or nuisances == "profile":
        what = measurement.uncertainties or (f"{len(measurement.bins)} bins",)
        raise InputError("method", what, "one bin without nuisances", "Use feldman-cousins, the plain ordering.")
    b = measurement.bins[0]
    n, background = int(b.observed), float(b.background)
    lower, _ = exact_edges(n, background, cl)
    upper = largest_upper(n, background, cl)
    text = "Feldman-Cousins, published convention: upper edge forced not to rise with the background"
    low, high = np.array([[lower], [upper]]) / fractions.sum(axis=(1, 2))
    return Solution(low, high, high, text, REFERENCES)


def largest_upper(n: int, b: float, cl: float, step: float = 0.02, reach: float = 10.0) -> float:
    """max over b' in [b, b + reach] of the upper edge.

    The edge falls with b' on each piece of the acceptance and jumps where the piece changes, so the maximum
    sits at b or right after a jump, found by bisection between grid points that lie on different pieces.

    >>> round(largest_upper(0, 3.0, 0.9), 3)
    1.078
    """
    grid = b + step * np.arange(int(reach / step) + 1)
    found = [upper_mean(n, float(x), cl) for x in grid]
    best = found[0][0] - b
    for i in range(len(grid) - 1):
        if found[i][1] != found[i + 1][1]:
            best = max(best, _after_jump(n, float(grid[i]), float(grid[i + 1]), cl))
    return max(best, 0.0)


def _after_jump(n: int, left: float, right: float, cl: float) -> float:
    """Upper edge just after the piece changes between two backgrounds."""
    piece = upper_mean(n, left, cl)[1]
    _, after = boundary(lambda b: np.asarray(upper_mean(n, float(b), cl)[1] == piece), left, right, 1e-10)
    return upper_mean(n, float(after), cl)[0] - float(after)
