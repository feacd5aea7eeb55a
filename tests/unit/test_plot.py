"""Plots: what is drawn, and that the legend covers no curve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

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


def legend_of(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def test_limits_of_one_experiment_are_told_apart() -> None:
    drawn = [
        dt.limit("dark-photon", "na64e-2018", mass=[0.01, 0.1], dm=dm, alpha_D=alpha)
        for dm, alpha in (("dirac", 0.1), ("scalar", 0.1), ("scalar", 0.5))
    ]
    ax = dt.plot.exclusion(*drawn)
    texts = legend_of(ax)
    assert [("DM: " + b.parameters["dm"]) in t for b, t in zip(drawn, texts, strict=True)] == [True] * 3
    assert [r"$\alpha_D=$ 0.5" in text for text in texts] == [False, False, True]
    assert all("2108.04195" in text for text in texts)
    assert ax.get_title(loc="left") == "dark-photon, $m_{A'}/m_\\chi=$ 3"
    two = dt.limit("b-l", "na64e-2018", mass=[0.01, 0.1])
    assert legend_of(dt.plot.exclusion(drawn[0], two))[1].splitlines()[1].startswith("b-l, ")


def test_labels_have_the_symbols_of_the_model() -> None:
    ax = dt.plot.exclusion(dt.limit("b-l", "na64e-2018", mass=[0.01, 0.1], dm="dirac"), plane="y")
    assert ax.get_ylabel() == r"$y={g'}^2\alpha_D\,(m_\chi/m_{Z'})^4$"
    assert "$m_{Z'}/m_\\chi=$" in ax.get_title(loc="left")
    assert dt.model("b-l", mass=0.1).labels == ("mediator mass $m_{Z'}$ [GeV]", "gauge coupling $g'$")
    assert dt.model("scalar", mass=0.1).labels[0] == r"mediator mass $m_{\phi}$ [GeV]"
    assert dt.model("dark-photon", mass=0.1).labels == (r"mediator mass $m_{A'}$ [GeV]", r"coupling $\varepsilon$")


def test_a_curve_without_a_model_has_the_labels_of_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("# from Fig. 1\nmass [MeV],epsilon\n10,1e-4\n100,1e-3\n")
    curve = dt.io.read_curve(path)
    assert repr(curve).startswith("<Curve mine: 2 points")
    ax = dt.plot.exclusion(dt.limit("b-l", "na64e-2018", mass=[0.01, 0.1], dm="dirac"), curve)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mediator mass $m_{Z'}$ [GeV]", "gauge coupling $g'$")
    assert ax.get_title(loc="left").startswith("b-l, DM: dirac")
    with pytest.raises(InputError, match="mass_ratio and alpha_D"):
        dt.plot.exclusion(curve, plane="y")
    model = dt.model("dark-photon", mass=[0.01, 0.1])
    ax = dt.plot.exclusion(dt.limit(model, "na64e-2018"), dt.io.read_curve(path, model=model), plane="y")
    assert "$m_{A'}/m_\\chi=$ 3" in ax.get_title(loc="left")
