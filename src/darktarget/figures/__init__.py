"""Recomputed figures of papers: a figure is data, drawn in one style. ``darktarget_papers`` has the shipped ones.

How to write one: a file ``s009_fig1.py`` with a class ``S009Fig1`` in a package that the entry points of
``darktarget.figures`` name is the figure ``s009-fig1``::

    from darktarget import api, flow
    from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, shown

    MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-3, 1)         # column of the data file, label, range; logarithmic
    EPS = Axis("epsilon", r"$\\varepsilon$", 1e-6, 1e-2)

    class S009Fig1:
        name = "s009-fig1"
        caption = "One sentence with the parameters"
        source = "arXiv:0000.00000 Fig. 1"
        rows = ("9.1", "9.2", "9.3")                               # of the acceptance list; each has a check

        def draw(self) -> Sheet:
            model = api.model("dark-photon", mass=..., mass_ratio=3)
            bounds = [flow.limit(model, api.experiment(name)) for name in ("na64e-2018", "na64e-5e12")]
            drawn = [
                *(marks.of(bound) for bound in bounds),          # a Limit: solid and shaded, or dashed if projected
                marks.of(api.relic_target(model)),               # black
                marks.of(api.constraint("babar-2017", model)),   # grey, hatched, "(recast)"
            ]
            panels = [Panel(MASS, EPS, drawn)]
            checks = [
                Check("9.1", "eps at 0.1 GeV", 3.5e-4, float(...), factor(1.25)),
                Check.statement("9.2", "the limit falls with mass", bool(...)),
                shown("9.3", panels, "NA64", "BaBar"),           # these curves are there, within the frame
            ]
            return Sheet(panels, checks)

- ``marks.of(result, label, plane)`` takes what ``limit``, ``relic_target``, ``gminus2`` and ``constraint`` return,
  islands included; ``plane``: ``marks.COUPLING`` (the default), ``marks.DARK_COUPLING`` (against the dark mass),
  ``marks.Y``, or ``marks.Plane(x, y)`` of your own. A projection prints what its method says about the background.
- ``marks.line``, ``above`` (a limit given as a curve), ``relic``, ``band``, ``excluded`` (``recast=True``),
  ``vertical``, and ``region`` (intervals at each x, for any plane) take arrays. Marks of one label look the same in
  every panel. ``style=styles.COMPARISON`` (and the others there) overrides how a mark looks.
- ``Sheet([...], checks, across=2)`` has any number of panels; ``Sheet(table=Table(columns, rows), checks=...)`` none.
- Tolerances: ``relative(0.1)``, ``absolute(3)``, ``factor(1.25)``; a published range is a tuple ``(low, high)``.
- A check that differs says why with numbers in ``note``, and in ``remedy=Remedy("alpha_D = 0.2", value)`` the input
  that restores agreement and our value then. A test refuses differences without a note, remedies that restore
  nothing, texts that touch, and rows without a check.
- Data, checks, legend and placement of labels follow from the sheet; a figure calculates within a minute.
"""

from __future__ import annotations

from typing import Protocol

from darktarget.api import FIGURES
from darktarget.figures import marks, styles
from darktarget.figures.checks import SAME, Check, Remedy, absolute, factor, relative, told
from darktarget.figures.painter import paint
from darktarget.figures.presence import shown
from darktarget.figures.sheet import Axis, Panel, Sheet, Table


class Figure(Protocol):
    """One figure (or table) of a paper; ``rows`` are those of the acceptance list that its checks carry."""

    name: str
    caption: str
    source: str
    rows: tuple[str, ...]

    def draw(self) -> Sheet:
        """Calculate it."""
        ...


__all__ = [
    "FIGURES",
    "SAME",
    "Axis",
    "Check",
    "Figure",
    "Panel",
    "Remedy",
    "Sheet",
    "Table",
    "absolute",
    "factor",
    "marks",
    "paint",
    "relative",
    "shown",
    "styles",
    "told",
]  # fmt: skip
