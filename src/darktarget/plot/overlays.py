"""Curves beside a limit: thermal targets as lines, g-2 bands, other experiments' exclusions as outlined regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from darktarget.core import Array, Curve
from darktarget.plot.bridges import bridged
from darktarget.plot.regions import Region, regions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

#: colours and line styles of exclusions; neighbours differ in both (Tol's muted set, distinguishable with any vision)
STYLES: Final = (
    ("#882255", "-"), ("#117733", "--"), ("#332288", "-."), ("#999933", ":"), ("#AA4499", (0, (5, 1))),
    ("#44AA99", (0, (3, 1, 1, 1))), ("#CC6677", (0, (1, 1))), ("#666666", "-"), ("#88CCEE", "--"), ("#DDCC77", "-."),
)  # fmt: skip
OPEN: Final = 1e9  # where an open region is filled to, above every plot
BAND: Final = "#E69F00"
LINES: Final = ("-", "--", "-.", ":")


def overlay(ax: Axes, curve: Curve, x: Array, in_y: bool, number: int) -> None:
    """Draw one curve: a target as a black line, a band in orange, an exclusion as an outlined region.

    Args:
        x: abscissa of each point. in_y: the ordinate is y instead of the coupling.
        number: of curves of the same kind before it, for its style.
    """
    order = np.argsort(x)
    if curve.kind == "target":
        y = _ordinate(curve, curve.coupling, in_y)[order]
        style = LINES[number % len(LINES)]
        ax.plot(x[order], y, style, color="black", linewidth=1.6, label=label(curve), zorder=4)
        return
    text = label(curve)
    for region in bridged(curve, regions(curve)):
        lower, upper = (_part(curve, region.points, edge, in_y) for edge in (region.lower, region.upper))
        top = np.where(np.isfinite(upper), upper, OPEN)
        if curve.kind == "band":
            ax.fill_between(x[region.points], lower, top, color=BAND, alpha=0.35, linewidth=0, label=text, zorder=1)
        else:
            _outline(ax, region, x[region.points], (lower, upper, top), number, text)
        text = "_nolegend_"
    if curve.kind == "band":
        ax.plot(x[order], _ordinate(curve, curve.coupling, in_y)[order], ":", color=BAND, linewidth=1, zorder=2)


def label(curve: Curve) -> str:
    """What the legend says: title, whether recomputed or stated, how sure, and the sources."""
    if curve.kind == "target":
        return f"{curve.title} (freeze-out)"
    made = (
        "stated, not recomputed"
        if curve.not_recomputed
        else rf"recast, $\pm${100 * curve.uncertainty:.0f} % in the coupling"
    )
    made = ", ".join([made, *dict.fromkeys(number.short for number in curve.fitted)])
    if curve.kind == "band":
        made = r"2$\sigma$, value typed in"
    sources = ", ".join(r if " " in r or "/" in r else f"arXiv:{r}" for r in curve.references[:2])
    return f"{curve.title} ({made})\n{sources}"


def _outline(ax: Axes, region: Region, x: Array, edges: tuple[Array, Array, Array], number: int, text: str) -> None:
    lower, upper, top = edges
    colour, style = STYLES[number % len(STYLES)]
    ax.fill_between(x, lower, top, color=colour, alpha=0.12, linewidth=0, zorder=0.5)
    ax.plot(*region.outline(x, lower, upper), linestyle=style, color=colour, linewidth=1, label=text, zorder=2)


def _ordinate(curve: Curve, coupling: Array, in_y: bool) -> Array:
    return curve.as_y(coupling) if in_y else coupling


def _part(curve: Curve, points: NDArray[np.intp], coupling: Array, in_y: bool) -> Array:
    every = np.full(curve.mass.shape, np.nan)
    every[points] = coupling
    return np.asarray(_ordinate(curve, every, in_y)[points])
