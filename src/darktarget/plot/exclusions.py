"""Exclusion curves in the plane of coupling against mass, or of y against dark-matter mass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from darktarget.core import Array, Curve, Limit
from darktarget.errors import InputError, UnknownName
from darktarget.plot import texts
from darktarget.plot.bridges import bridged
from darktarget.plot.overlays import overlay
from darktarget.plot.regions import regions
from darktarget.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

# Okabe and Ito's colours, distinguishable with any colour vision and in grey
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
#: expected bands: 2 sigma and 1 sigma, of the same set; they differ in lightness too
BANDS: Final = (
    ("minus2", "plus2", "#F0E442", r"$\pm2\sigma$ of the counts expected without signal"),
    ("minus1", "plus1", "#56C7A5", r"$\pm1\sigma$ of the counts expected without signal"),
)

READ_WITH: Final = "read it with model=..., or with mass_ratio and alpha_D."


@dataclass(frozen=True)
class ExclusionPlane:
    """Axes of an exclusion plot: labels and the curve of a limit."""

    x_label: Callable[[Limit | Curve], str]
    y_label: Callable[[Limit | Curve], str]
    x: Callable[[Limit | Curve], Array]
    y: Callable[[Limit | Curve], Array]
    in_y: bool = False


#: The planes by name (read-only).
PLANES: Final[Mapping[str, ExclusionPlane]] = MappingProxyType(
    {
        "coupling": ExclusionPlane(
            lambda b: b.labels[0],
            lambda b: b.labels[1],
            lambda b: b.mass / GeV,
            lambda b: b.coupling if isinstance(b, Curve) else b.coupling_upper,
        ),
        "y": ExclusionPlane(
            lambda _: r"dark-matter mass $m_\chi$ [GeV]",
            texts.y_label,
            lambda b: b.dark_mass / GeV,
            lambda b: b.y,
            in_y=True,
        ),
    }
)


def plane_named(name: str) -> ExclusionPlane:
    """Return a plane by name.

    Raises:
        UnknownName: the name is not in ``PLANES``.
    """
    if name not in PLANES:
        raise UnknownName("plane", name, PLANES)
    return PLANES[name]


def check_plane(name: str, model: str, has_alpha_D: bool) -> None:
    """Check that a plane exists and that a model has its axes.

    Raises:
        UnknownName: no such plane. InputError: y, for a model without a mediator or a dark coupling.
    """
    plane_named(name)
    if name == "y" and not has_alpha_D:
        advice = f"y needs a mediator and its dark coupling alpha_D, which {model} has not."
        raise InputError("plane", name, "coupling", advice)


def exclusion(*drawn: Limit | Curve, plane: str = "coupling", ax: Axes | None = None) -> Axes:
    """Draw exclusion limits: the region above each curve, or inside it, is excluded; projections are dashed.

    A limit that carries expected bands (``limit(..., bands=True)``) shows them behind its curve: median dotted.

    Args:
        drawn: limits, and beside them curves: thermal targets, g-2 bands, constraints, imported ones.
        plane: "coupling" (against the mediator mass) or "y" (against the dark-matter mass).
        ax: axes to draw into; new ones by default.

    Returns:
        The axes.

    Raises:
        UnknownName: no such plane. InputError: a model does not have its axes.
    """
    for each in drawn:
        if plane == "y" and not each.model and np.isnan(each.alpha_D).all():
            raise InputError("plane", plane, "coupling", f"The curve {each.title} has no dark coupling: {READ_WITH}")
        check_plane(plane, each.model, not np.isnan(each.alpha_D).all())
    bounds = tuple(b for b in drawn if isinstance(b, Limit))
    axes = plane_named(plane)
    curves = [c for c in drawn if isinstance(c, Curve)]
    if ax is None:
        from darktarget.plot.picture import new_axes  # cold start: a limit without a picture

        ax = new_axes(6.0, 4.2 + 0.35 * (len(drawn) + 2 * any(b.bands for b in bounds)))
    for bound, colour in zip(bounds, COLOURS * (1 + len(bounds) // len(COLOURS)), strict=False):
        _curve(ax, axes, colour, bound, texts.differences(bound, bounds))
    banded = [bound for bound in bounds if bound.bands]
    for bound in banded:
        _bands(ax, axes, bound, labelled=bound is banded[0])
    ax.set(
        xscale="log", yscale="log", xlabel=texts.joined(axes.x_label, drawn), ylabel=texts.joined(axes.y_label, drawn)
    )
    ax.set_title(texts.caption(drawn), fontsize=8, loc="left")
    expected = [replace(b, coupling_upper=curve) for b in bounds for curve in b.bands.values()]
    upper = [replace(b, coupling_upper=np.array([p[-1][1] if p else np.nan for p in b.intervals])) for b in bounds]
    _overlays(ax, axes, curves)
    targets = [c for c in curves if c.kind == "target"]
    seen: list[Limit | Curve] = [*bounds, *expected, *upper, *targets] if bounds else [*curves]
    _set_limits(ax, [(axes.x(b), axes.y(b)) for b in seen])
    # below the axes a legend covers no curve, however many there are
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), frameon=False, fontsize=8, borderaxespad=0)
    return ax


def _overlays(ax: Axes, axes: ExclusionPlane, curves: list[Curve]) -> None:
    """Curves of each kind have styles of their own, in the order given."""
    for i, curve in enumerate(curves):
        before = sum(c.kind == curve.kind for c in curves[:i])
        overlay(ax, curve, axes.x(curve), axes.in_y, before)


def _bands(ax: Axes, axes: ExclusionPlane, bound: Limit, labelled: bool) -> None:
    """Expected limits without signal, behind the curve: 2 sigma, 1 sigma; the median, dotted, on top of it."""
    order = np.argsort(axes.x(bound))
    x = axes.x(bound)[order]
    curves = {name: axes.y(replace(bound, coupling_upper=c))[order] for name, c in bound.bands.items()}
    median = "median expected without signal" if labelled else "_nolegend_"
    ax.plot(x, curves["median"], ":", color="black", linewidth=1.2, zorder=4, label=median)
    for below, above, fill, text in BANDS:
        label = text if labelled else "_nolegend_"
        ax.fill_between(x, curves[below], curves[above], color=fill, linewidth=0, zorder=1.5, label=label)


def _curve(ax: Axes, axes: ExclusionPlane, colour: str, bound: Limit, apart: str) -> None:
    """Outlines of the excluded regions, shaded unless they are projected; a one-sided one is shaded upwards.

    apart: what tells it from other limits of the experiment, for the legend.
    """
    style = "--" if bound.projection else "-"
    second = "; ".join(filter(None, (apart, ", ".join(f"arXiv:{r}" for r in bound.analysis_references))))
    label = f"{bound.title}, {bound.cl:.0%} CL ({', '.join(_known(bound))})\n{second}"
    for region in bridged(bound, regions(bound)):
        x = axes.x(bound)[region.points]
        lower, upper = (_on_plane(axes, bound, region.points, edge) for edge in (region.lower, region.upper))
        top = np.where(np.isfinite(upper), upper, 1e3 * lower.max())
        ax.plot(*region.outline(x, lower, upper), style, color=colour, label=label, zorder=3)
        if not bound.projection:
            ax.fill_between(x, lower, top, color=colour, alpha=0.15, linewidth=0)
        label = "_nolegend_"  # one entry for all regions of a limit
    if label != "_nolegend_":
        ax.plot([], [], style, color=colour, label=label)


def _known(bound: Limit) -> list[str]:
    """How well a limit is known, for the legend: recomputed, with what efficiency a projection, with fitted numbers."""
    assumed = [f"efficiency {bound.assumed_efficiency:.3g} assumed"] if bound.projection else []
    return ["recomputed", *assumed, *dict.fromkeys(number.short for number in bound.fitted)]


def _on_plane(axes: ExclusionPlane, bound: Limit, points: NDArray[np.intp], coupling: Array) -> Array:
    """Couplings at some points as the plane's vertical coordinate."""
    every = np.full(bound.mass.shape, np.nan)
    every[points] = coupling
    return axes.y(replace(bound, coupling_upper=every))[points]


def _set_limits(ax: Axes, curves: list[tuple[Array, Array]]) -> None:
    x = np.concatenate([c[0][np.isfinite(c[1])] for c in curves])
    y = np.concatenate([c[1][np.isfinite(c[1])] for c in curves])
    if x.size == 0:
        ax.text(0.5, 0.5, "no limit at any point", transform=ax.transAxes, ha="center")
        every = np.concatenate([c[0][np.isfinite(c[0])] for c in curves] or [np.array([])])
        low, high = (every.min(), every.max()) if every.size else (1e-3, 1.0)
        # without data matplotlib has no logarithmic range to draw
        ax.set(xlim=(low, high) if low < high else (low / 2, 2 * high), ylim=(1e-6, 1.0))
        return
    if x.size > 1 and x.min() < x.max():
        ax.set_xlim(x.min(), x.max())
    ax.set_ylim(y.min() / 3, y.max() * 3)
