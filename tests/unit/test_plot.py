"""Plots: what is drawn, and that the legend covers no curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Limit
from darktarget.errors import InputError, UnknownName
from darktarget.plot.regions import regions


def bound(name: str, low: float = 1e-3, high: float = 1.0) -> Limit:
    return dt.limit(dt.model("dark-photon", mass=np.geomspace(low, high, 40)), dt.experiment(name))


@pytest.mark.parametrize("plane", list(dt.plot.PLANES))
@pytest.mark.parametrize("names", [("na64e-2018",), ("na64e-2018", "na64e-2022", "na64e-5e12", "na64e-1e13-b1")])
def test_the_legend_covers_no_curve(plane: str, names: tuple[str, ...]) -> None:
    ax = dt.plot.exclusion(*(bound(n) for n in names), plane=plane)
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.canvas.draw()
    legend = ax.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    for line in ax.get_lines():
        points = ax.transData.transform(np.asarray(line.get_xydata()))
        inside = (points[:, 0] > box.x0) & (points[:, 0] < box.x1) & (points[:, 1] > box.y0) & (points[:, 1] < box.y1)
        assert not inside.any()


def test_labels_and_references_are_there() -> None:
    ax = dt.plot.exclusion(bound("na64e-2018"), bound("na64e-5e12"), plane="coupling")
    assert "GeV" in ax.get_xlabel()
    assert "varepsilon" in ax.get_ylabel()
    legend = ax.get_legend()
    assert legend is not None
    text = "".join(t.get_text() for t in legend.get_texts())
    assert "2108.04195" in text
    assert "90% CL" in text
    assert [line.get_linestyle() for line in ax.get_lines()] == ["-", "--"]  # projections are dashed
    assert len(ax.collections) == 1  # and not shaded


def test_two_sided_exclusions_are_closed_regions() -> None:
    masses = np.geomspace(2e-3, 0.6, 25)
    visible = dt.limit(dt.model("dark-photon", mass=masses, dm="none"), dt.experiment("e137"))
    (region,) = regions(visible)
    assert np.all(region.lower < region.upper)
    assert np.all(np.diff(masses[region.points]) > 0)
    ax = dt.plot.exclusion(visible, bound("na64e-2018"))
    closed, above = ax.get_lines()
    points = np.asarray(closed.get_xydata())
    assert np.all(points[0] == points[-1])
    assert len(points) == 2 * region.points.size + 1
    assert len(np.asarray(above.get_xydata())) == 40
    low, high = ax.get_ylim()
    assert low < region.lower.min() < region.upper.max() < high


def test_islands_are_separate_regions() -> None:
    """Two intervals at one mass, one of which goes on: a new region begins where they part."""
    base = dt.limit(dt.model("dark-photon", mass=[0.1, 0.2, 0.3]), dt.experiment("na64e-2018"))
    shaped = replace(
        base,
        intervals=(((1e-6, 1e-3),), ((1e-6, 1e-5), (1e-4, 1e-3)), ((1e-4, 1e-3),)),
        coupling_upper=np.array([1e-6, 1e-6, 1e-4]),
    )
    found = sorted((r.points.tolist(), r.lower.tolist()) for r in regions(shaped))
    assert found == [([0], [1e-6]), ([1], [1e-6]), ([1, 2], [1e-4, 1e-4])]
    assert len(dt.plot.exclusion(shaped).get_lines()) == 3


def test_curve_without_any_limit_says_so() -> None:
    closed = dt.limit(dt.model("dark-photon", mass=[0.1, 0.2], mass_ratio=0.2), dt.experiment("na64e-2018"))
    ax = dt.plot.exclusion(closed)
    assert any("no limit" in t.get_text() for t in ax.texts)


def test_unknown_planes() -> None:
    with pytest.raises(UnknownName, match="coupling, y"):
        dt.plot.exclusion(bound("na64e-2018"), plane="z")


def test_models_without_a_mediator_have_their_own_axes_and_no_y() -> None:
    found = dt.limit(dt.model("dipole-idm", mass=[0.01, 0.1]), dt.experiment("na64e-5e12"))
    ax = dt.plot.exclusion(found)
    assert "m_0" in ax.get_xlabel()
    assert "Lambda" in ax.get_ylabel()
    with pytest.raises(InputError, match="alpha_D, which dipole-idm has not"):
        dt.plot.exclusion(found, plane="y")


def test_bands_are_behind_the_curve_with_one_legend_entry_each() -> None:
    model = dt.model("dark-photon", mass=np.geomspace(1e-3, 1, 20))
    found = [dt.limit(model, dt.experiment(n), bands=True) for n in ("na64e-2018", "na64e-1e13-b1")]
    for plane in dt.plot.PLANES:
        ax = dt.plot.exclusion(*found, plane=plane)
        legend = ax.get_legend()
        assert legend is not None
        text = [t.get_text() for t in legend.get_texts()]
        assert len(text) == 5
        assert sum("sigma" in t for t in text) == 2
        assert sum("median" in t for t in text) == 1
        low, high = ax.get_ylim()
        for line in ax.get_lines():
            y = np.asarray(line.get_ydata())
            assert low < y.min() <= y.max() < high
        assert len(ax.collections) == 5  # two bands each, and the excluded region of the measurement
