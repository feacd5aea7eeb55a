"""Cross sections and widths against the mediator mass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from darktarget.core import Array, CrossSection, Model
from darktarget.io.widths import partial_widths
from darktarget.units import PB, GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGHEST: Final = 1e20  # a plot shows at most this ratio of ordinates
STYLES: Final = ("-", "--", "-.", ":")


def cross_section(result: CrossSection, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw a cross section against the mediator mass.

    Args:
        result: as ``dt.cross_section`` returns it. title: above the axes. ax: axes to draw into; new by default.

    Returns:
        The axes: mass in GeV, cross section in pb per nucleus at unit coupling.
    """
    ax = _axes(1) if ax is None else ax
    _draw(ax, result.mass / GeV, {"": result.sigma / PB})
    ax.set(xlabel="mediator mass [GeV]", ylabel="cross section per nucleus at unit coupling [pb]")
    ax.set_title(title, fontsize=8, loc="left")
    return ax


def widths(model: Model, *, ax: Axes | None = None) -> Axes:
    """Draw the partial widths of the mediator and of the unstable dark states against the mediator mass.

    Channels that are closed at every point are left out.

    Args:
        model: with a coupling. ax: axes to draw into; new by default.

    Returns:
        The axes: mass and widths in GeV.

    Raises:
        InputError: the model has no coupling.
    """
    parents = partial_widths(model)
    every = {f"{parent} -> {label}": width for parent, parts in parents.items() for label, width in parts.items()}
    found = {label: width for label, width in every.items() if (width > 0).any()}
    ax = _axes(len(found)) if ax is None else ax
    _draw(ax, model.mass / GeV, found)
    ax.set(xlabel="mediator mass [GeV]", ylabel="partial width [GeV]")
    ax.set_title(model.name, fontsize=8, loc="left")
    return ax


def _axes(curves: int) -> Axes:
    from darktarget.plot.picture import new_axes  # cold start: a cross section without a picture

    return new_axes(6.0, 4.2 + 0.1 * curves)


def _draw(ax: Axes, mass: Array, curves: Mapping[str, Array]) -> None:
    """Logarithmic lines in the order of the mass; a single point is a dot; zero is not drawn."""
    order, highest = np.argsort(mass), 0.0
    for i, (label, values) in enumerate(curves.items()):
        shown = np.where(values > 0, values, np.nan)[order]
        highest = max(highest, float(np.nanmax(shown, initial=0.0)))
        marker = "o" if mass.size == 1 else ""
        ax.plot(mass[order], shown, STYLES[i // 10 % len(STYLES)], marker=marker, label=label or "_nolegend_")
    if highest > 0:
        ax.set(xscale="log", yscale="log")
        low, high = ax.get_ylim()
        ax.set_ylim(max(low, highest / HIGHEST), high)
    else:
        ax.text(0.5, 0.5, "zero at every point", transform=ax.transAxes, ha="center")
    if any(curves):
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), frameon=False, fontsize=8, borderaxespad=0, ncols=2)
