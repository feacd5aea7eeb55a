"""What a statistical question returns: frozen values that say how they were obtained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.values import ByValue

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solution(ByValue):
    """Edges of the allowed signal for many points, as a statistic returns them.

    Args:
        lower, upper: [P] edges of the signal s, in events before `fraction`.
        unclamped: [P] upper edge before it was held at 0; equal to `upper` where nothing was held.
        text: the statistic and how it was computed.
        references: arXiv numbers or reports.
        notes: warnings that belong to the numbers.
    """

    lower: Array
    upper: Array
    unclamped: Array
    text: str
    references: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """Allowed signal of one measurement.

    Args:
        lower, upper: edges of the signal s in events (before `fraction`); upper is inf without sensitivity.
        unclamped: upper edge before it was held at 0 (classical limits can be negative).
        statistic: name of the method, as in `statistics.methods()`.
        cl: confidence (or credibility) level.
        nuisances: `marginalise`, `profile` or `none`; uncertainties: the names of those that entered.
        flags: `empty` where no signal s >= 0 is allowed, `no sensitivity` where none is excluded.
        method: how it was computed, in words; references; notes: warnings that belong to the number.
    """

    lower: float
    upper: float
    unclamped: float
    statistic: str
    cl: float
    nuisances: str
    uncertainties: tuple[str, ...]
    flags: tuple[str, ...]
    method: str
    references: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Bands(ByValue):
    """Upper limits expected without signal: quantiles over the background-only counts, prior averaged.

    Args:
        minus2, minus1, median, plus1, plus2: [P] limits at the quantiles Phi(-2) .. Phi(2) of the counts.
        counts: the observed counts they belong to, one tuple of bins per quantile (of the first point).
        method: how they were computed.
    """

    minus2: Array
    minus1: Array
    median: Array
    plus1: Array
    plus2: Array
    counts: tuple[tuple[int, ...], ...]
    method: str


@dataclass(frozen=True)
class PValues:
    """Probabilities at one signal: P(statistic <= observed) with signal and without, their ratio, and
    discovery.

    Args:
        clsb, clb, cls: CLs+b, CLb and CLs = CLs+b/CLb.
        p0: P(statistic >= observed | background only); significance: its one-sided Gaussian equivalent.
    """

    clsb: float
    clb: float
    cls: float
    p0: float
    significance: float
    method: str


@dataclass(frozen=True)
class Significance:
    """Evidence against the background alone: p-value and its one-sided Gaussian equivalent Phi^-1(1 - p0)."""

    p0: float
    sigma: float
    method: str


@dataclass(frozen=True)
class Effect:
    """What one uncertainty does to the upper limit: `change` = limit with everything - limit without this
    one."""

    name: str
    limit_without: float
    change: float
    relative: float


@dataclass(frozen=True)
class Projection:
    """Expected result of an experiment that has not counted yet, with the meaning of 'expected' in words."""

    value: float
    count: float
    method: str
