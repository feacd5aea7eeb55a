"""What a statistical question returns: frozen values that say how they were obtained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from darktarget.numerics.values import ByValue
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout

Array = NDArray[np.float64]
_SOLUTION: Final = Layout(
    heading=lambda r: "of allowed signals",
    sentence=lambda r: f"Edges of the allowed signal at {r.upper.size} points: {r.text}.",
    columns=(Column("lower"), Column("upper"), Column("unclamped", text="upper edge before it was held at 0")),
    best="upper",
)
_INTERVAL: Final = Layout(
    heading=lambda r: f"{r.lower:.4g} < s < {r.upper:.4g} events",
    sentence=lambda r: f"The signal is between {r.lower:.4g} and {r.upper:.4g} events, {r.cl:.0%} CL, {r.statistic}.",
    facts=lambda r: f"{r.cl:.0%} CL {r.statistic}, nuisances: {r.nuisances}",
)
_BANDS: Final = Layout(
    heading=lambda r: "of expected upper limits",
    sentence=lambda r: f"Upper limits expected without signal at {r.median.size} points, in events.",
    columns=tuple(Column(name) for name in ("minus2", "minus1", "median", "plus1", "plus2")),
    best="median",
)
_P_VALUES: Final = Layout(
    heading=lambda r: f"CLs = {r.cls:.4g}",
    sentence=lambda r: f"CLs = {r.cls:.4g}, CLs+b = {r.clsb:.4g}, CLb = {r.clb:.4g} and p0 = {r.p0:.4g}.",
    facts=lambda r: f"CLs+b = {r.clsb:.4g}, CLb = {r.clb:.4g}, p0 = {r.p0:.4g}, {r.significance:.4g} sigma",
)
_SIGNIFICANCE: Final = Layout(
    heading=lambda r: f"{r.sigma:.4g} sigma",
    sentence=lambda r: f"The background alone is disfavoured with {r.sigma:.4g} sigma, p0 = {r.p0:.4g}.",
    facts=lambda r: f"p0 = {r.p0:.4g}",
)
_EFFECT: Final = Layout(
    heading=lambda r: f"of {r.name}",
    sentence=lambda r: f"{r.name} changes the upper limit by {r.change:+.4g} events ({r.relative:+.2%}).",
    facts=lambda r: f"{r.change:+.4g} events ({r.relative:+.2%})",
)
_PROJECTION: Final = Layout(
    heading=lambda r: f"{r.value:.4g}",
    sentence=lambda r: f"The expected result is {r.value:.4g} for a count of {r.count:.4g}.",
    facts=lambda r: f"count {r.count:.4g}",
)


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Result, ByValue):
    """Edges of the allowed signal for many points, as a statistic returns them.

    Args:
        lower, upper: [P] edges of the signal s, in events before `fraction`.
        unclamped: [P] upper edge before it was held at 0; equal to `upper` where nothing was held.
        text: the statistic and how it was computed.
        references: arXiv numbers or reports.
        notes: warnings that belong to the numbers.
    """

    layout: ClassVar[Layout] = _SOLUTION

    lower: Array
    upper: Array
    unclamped: Array
    text: str
    references: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Interval(Result):
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

    layout: ClassVar[Layout] = _INTERVAL

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


@dataclass(frozen=True, eq=False, repr=False)
class Bands(Result, ByValue):
    """Upper limits expected without signal: quantiles over the background-only counts, prior averaged.

    Args:
        minus2, minus1, median, plus1, plus2: [P] limits at the quantiles Phi(-2) .. Phi(2) of the counts.
        counts: the observed counts they belong to, one tuple of bins per quantile (of the first point).
        method: how they were computed.
    """

    layout: ClassVar[Layout] = _BANDS

    minus2: Array
    minus1: Array
    median: Array
    plus1: Array
    plus2: Array
    counts: tuple[tuple[int, ...], ...]
    method: str


@dataclass(frozen=True, repr=False)
class PValues(Result):
    """Probabilities at one signal: P(statistic <= observed) with signal and without, their ratio, and
    discovery.

    Args:
        clsb, clb, cls: CLs+b, CLb and CLs = CLs+b/CLb.
        p0: P(statistic >= observed | background only); significance: its one-sided Gaussian equivalent.
    """

    layout: ClassVar[Layout] = _P_VALUES

    clsb: float
    clb: float
    cls: float
    p0: float
    significance: float
    method: str


@dataclass(frozen=True, repr=False)
class Significance(Result):
    """Evidence against the background alone: p-value and its one-sided Gaussian equivalent Phi^-1(1 - p0)."""

    layout: ClassVar[Layout] = _SIGNIFICANCE

    p0: float
    sigma: float
    method: str


@dataclass(frozen=True, repr=False)
class Effect(Result):
    """What one uncertainty does to the upper limit: `change` = limit with everything - limit without this
    one."""

    layout: ClassVar[Layout] = _EFFECT

    name: str
    limit_without: float
    change: float
    relative: float


@dataclass(frozen=True, repr=False)
class Projection(Result):
    """Expected result of an experiment that has not counted yet, with the meaning of 'expected' in words."""

    layout: ClassVar[Layout] = _PROJECTION

    value: float
    count: float
    method: str
