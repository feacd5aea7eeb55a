"""What is drawn into a panel: lines, limits, projections, relic lines, regions; each is data with a style."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import numpy as np

from darktarget.core import Array, Limit, relic_variable
from darktarget.figures.styles import (
    BAND,
    EXCLUDED,
    GUIDE,
    LIMIT,
    LINE,
    OF_CURVE,
    PROJECTION,
    RECAST,
    RELIC,
    Style,
)
from darktarget.plot.bridges import bridged
from darktarget.plot.regions import regions
from darktarget.units import GeV

BACKGROUND: Final = "projection with background"  # how ``flow`` begins what it says of it
SAID: Final = re.compile(
    r"projection with background (\S+): the observed (\S+) at (\S+) on target, scaled with exposure, is (\S+)"
)
Intervals = Sequence[Sequence[tuple[float, float]]]


@dataclass(frozen=True, eq=False)
class Mark:
    """One curve or region.

    Attributes:
        label: for the legend or the region itself; marks of one label look the same in every panel.
        x, y: the line, or the lower edge of a region; nan separates pieces, [n].
        style: how it looks.
        top: upper edge of a region, inf up to the frame, [n]; None for a line.
        note: small print under the label.
    """

    label: str
    x: Array
    y: Array
    style: Style = LINE
    top: Array | None = None
    note: str = ""


@dataclass(frozen=True)
class Plane:
    """Which axes a limit is drawn on: x of a result and y of (a result, couplings of its points), each [point]."""

    x: Callable[[Any], Array]
    y: Callable[[Any, Array], Array]


#: The coupling against the mediator mass in GeV.
COUPLING: Final = Plane(lambda r: r.mass / GeV, lambda r, g: g)
#: The coupling against the mass in GeV of the lightest dark particle.
DARK_COUPLING: Final = Plane(lambda r: r.dark_mass / GeV, lambda r, g: g)
#: y = eps^2 alpha_D (m_chi/m_A')^4 against the mass in GeV of the lightest dark particle.
Y: Final = Plane(lambda r: r.dark_mass / GeV, lambda r, g: relic_variable(g, r.alpha_D, r.dark_mass, r.mass))


def line(label: str, x: Any, y: Any, style: Style = LINE) -> Mark:
    """A curve.

    >>> line("a line", [1, 2], [3, 4]).y.tolist()
    [3.0, 4.0]
    """
    return Mark(label, np.asarray(x, float), np.asarray(y, float), style)


def relic(label: str, x: Any, y: Any) -> Mark:
    """A thermal target: black."""
    return line(label, x, y, RELIC)


def band(label: str, x: Any, low: Any, high: Any, style: Style = BAND) -> Mark:
    """A region between two curves."""
    return replace(line(label, x, low, style), top=np.asarray(high, float))


def excluded(label: str, x: Any, low: Any, high: Any = np.inf, *, recast: bool = False) -> Mark:
    """A region that another experiment excludes, between two curves or above one; ``recast``: recalculated here."""
    x, style = np.asarray(x, float), RECAST if recast else EXCLUDED
    return band(label, x, np.broadcast_to(low, x.shape), np.broadcast_to(high, x.shape), style)


def above(label: str, x: Any, y: Any, *, projection: bool = False, note: str = "") -> Mark:
    """A limit whose region lies above a curve: solid and shaded, or dashed if it is a projection."""
    mark = line(label, x, y, PROJECTION if projection else LIMIT)
    return replace(mark, note=note, top=None if projection else np.full(mark.x.shape, np.inf))


def vertical(x: float, label: str = "") -> Mark:
    """A dotted vertical line over the whole panel."""
    return Mark(label, np.array([x, x]), np.array([-np.inf, np.inf]), GUIDE)


def region(label: str, x: Any, intervals: Intervals, style: Style = LIMIT, note: str = "") -> Mark:
    """Excluded intervals at each abscissa, joined to regions; islands stay apart.

    Args:
        intervals: per x the pairs (lower, upper), ascending; upper is inf up to the frame.

    >>> mark = region("an island", [1, 2], [[(0.1, 0.3)], [(0.2, 0.5)]])
    >>> mark.y.tolist(), mark.top.tolist()
    ([0.1, 0.2], [0.3, 0.5])
    """
    return of(_Islands(label, np.asarray(x, float), intervals), plane=_AS_IT_IS, style=style, note=note)


def of(
    result: Any, label: str = "", plane: Plane = COUPLING, style: Style | None = None, note: str | None = None
) -> Mark:
    """A ``Limit``, or a curve beside it (relic target, g-2 band, constraint), in the style of its kind.

    Args:
        result: what ``limit``, ``relic_target``, ``gminus2`` or ``constraint`` return.
        label: the title of the result by default.
        plane: COUPLING, DARK_COUPLING, Y, or one of your own.
        note: what a projection says about its background, by default; fitted numbers are always named.
    """
    chosen = style or _style(result)
    said = _background(result) if note is None else note
    text, small = label or result.title, "; ".join([said] * bool(said) + _fitted(result))
    if chosen is RELIC:
        return Mark(text, plane.x(result), plane.y(result, result.coupling), chosen, None, small)
    x, low, high = _edges(result, plane)
    return Mark(text, x, low, chosen, high, small)


def _style(result: Any) -> Style:
    if isinstance(result, Limit):
        return PROJECTION if result.projection else LIMIT
    return EXCLUDED if result.not_recomputed and result.kind == "exclusion" else OF_CURVE[result.kind]


def _background(result: Any) -> str:
    """What the method of a projection says about the background of the same analysis."""
    return background(getattr(result, "method", ()))


def _fitted(result: Any) -> list[str]:
    """What was chosen to meet a published limit."""
    return list(dict.fromkeys(number.short for number in getattr(result, "fitted", ())))


def background(method: Iterable[str]) -> str:
    """What is said of the background of a projection, short enough for a legend.

    >>> background(["projection with background 0: the observed 0.5 at 2e+11 on target, scaled with exposure, is 5"])
    'b = 0; the 0.5 observed at 2e11 would be 5'
    """
    said = [text for text in method if text.startswith(BACKGROUND)]
    short = [SAID.sub(r"b = \1; the \2 observed at \3 would be \4", text).replace("e+", "e") for text in said]
    return "; ".join(text.removeprefix("projection with ") for text in short)


def _edges(result: Any, plane: Plane) -> tuple[Array, Array, Array]:
    """x, lower and upper edges of all regions, nan between them."""
    found = bridged(result, regions(cast("Limit", result)))
    pieces = [
        (plane.x(result)[r.points], _at(plane, result, r, r.lower), _at(plane, result, r, r.upper)) for r in found
    ]
    gap = np.array([np.nan])
    joined = [
        np.concatenate([part for piece in column for part in (piece, gap)][:-1]) for column in zip(*pieces, strict=True)
    ]
    x, low, high = joined or (gap, gap, gap)
    return x, low, high


def _at(plane: Plane, result: Any, part: Any, edge: Array) -> Array:
    every = np.full(result.mass.shape, np.nan)
    every[part.points] = edge
    values: Array = plane.y(result, every)
    return np.asarray(values[part.points])


@dataclass(frozen=True, eq=False)
class _Islands:
    """Intervals without a limit around them."""

    title: str
    mass: Array
    intervals: Intervals


_AS_IT_IS: Final = Plane(lambda r: np.asarray(r.mass), lambda r, g: g)
