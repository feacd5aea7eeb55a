"""Figures and axes that a notebook shows as pictures, with any setting of ``%matplotlib``.

A plain figure that pyplot does not know has no picture as its representation unless ``%matplotlib inline`` was run,
and axes never have one. These have; pyplot does not know them, so they are shown once, as the value of a cell.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DPI: Final = 110  # in a notebook


class Picture(Figure):
    """A figure that a notebook shows as a PNG; it needs no display and pyplot does not keep it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        return _png(self)


class PictureAxes(Axes):
    """Axes that a notebook shows as a PNG of their whole figure."""

    def _repr_png_(self) -> bytes | None:
        figure = self.get_figure(root=True)
        return _png(figure) if isinstance(figure, Figure) else None


def new_axes(width: float, height: float) -> Axes:
    """Axes of a new figure, with ticks on all sides.

    Args:
        width, height: of the figure, in inches.
    """
    figure = Picture(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot(axes_class=PictureAxes)
    axes.tick_params(which="both", direction="in", top=True, right=True)
    return axes


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    return buffer.getvalue()
