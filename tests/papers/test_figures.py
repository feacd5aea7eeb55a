"""Every figure draws, says where it comes from, writes its data, carries its rows and explains where it differs."""

from __future__ import annotations

import csv
import re
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from darktarget.errors import InputError, OutputExists, UnknownName
from darktarget.figures import (
    FIGURES,
    Axis,
    Check,
    Panel,
    Remedy,
    Sheet,
    absolute,
    factor,
    marks,
    paint,
    relative,
    styles,
)
from darktarget.interface.gallery import make

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text


def by_cost(names: tuple[str, ...]) -> list[Any]:
    """Three figures of S003 take seconds; the others are drawn in make validate."""
    quick = ("s003-fig1", "s003-fig2", "s003-fig3")
    return [pytest.param(n, marks=() if n in quick else pytest.mark.validate) for n in names]


@pytest.mark.parametrize("name", by_cost(FIGURES.names()))
def test_figures(name: str) -> None:
    figure = FIGURES[name]()
    sheet = figure.draw()
    drawn = paint(sheet) if sheet.panels else None
    assert figure.name == name
    assert figure.caption
    assert "arXiv:" in figure.source
    assert {row for check in sheet.checks for row in check.rows} == set(figure.rows)
    for check in sheet.checks:
        assert check.passes or re.search(r"\d", check.note), f"{check.quantity} differs without a reason in numbers"
        assert check.passes or check.remedy is None or check.restored, f"{check.quantity}: the remedy restores nothing"
    if drawn is not None:
        assert touching(drawn) == []
    assert len(sheet.data.rows) > 2
    assert {len(row) for row in sheet.data.rows} == {len(sheet.data.columns)}


def test_files_of_a_figure(tmp_path: Path) -> None:
    lines = list(make("s003-table1", False, tmp_path, False))
    assert "3 of 3 checks within tolerance" in lines
    checks = list(csv.DictReader((tmp_path / "s003-table1.checks.csv").read_text().splitlines()))
    assert [c["verdict"] for c in checks] == ["pass"] * 3
    assert len((tmp_path / "s003-table1.csv").read_text().splitlines()) == 6
    with pytest.raises(OutputExists):
        list(make("s003-table1", False, tmp_path, False))


def test_tolerances() -> None:
    assert not Check("x", "y", 1.0, 1.2, relative(0.1)).passes
    assert Check("x", "y", 1.0, 1.05, relative(0.1)).passes
    assert Check("x", "y", 0.0, 1.0, absolute(2.0)).passes
    assert Check("x", "y", (1.0, 2.0), 2.4, factor(1.25)).passes
    assert not Check("x", "y", (1.0, 2.0), float("nan"), factor(1.25)).passes
    assert Check.statement("x", "y", True).passes
    assert not Check.statement("x", "y", False).passes


def test_a_difference_is_said_with_what_restores_agreement() -> None:
    check = Check("1.2", "eps", 1.0, 2.0, factor(1.3), "two charge assignments", Remedy("charge_assignments = 1", 1.1))
    assert check.restored
    line = check.line()
    assert "differs" in line
    assert "paper 1, here 2 (x1.3); two charge assignments; with charge_assignments = 1: 1.1, which agrees" in line
    assert check.cells()[-3:] == ("charge_assignments = 1", 1.1, "pass")


def panels(number: int) -> Sheet:
    x = np.geomspace(1e-3, 1, 60)
    islands = [[(1e-7 / m, 1e-5 / m), (1e-2, np.inf)] if m < 0.1 else [] for m in x]
    drawn = [
        marks.above("observed", x, 1e-4 * (x / 0.1) ** 1.5),
        marks.above("a projection", x, 2e-5 * (x / 0.1) ** 1.5, projection=True, note="b = 0; " + "scaled " * 30),
        marks.excluded("collider", x, 3e-2, recast=True),
        marks.region("a beam dump", x, islands, style=styles.EXCLUDED),
        marks.band("moment", x, 2e-3 + 0 * x, 5e-3 + 0 * x),
        marks.relic("target", x, 3e-4 * x),
        marks.vertical(0.3),
    ]
    axes = Axis("mass_GeV", "mass [GeV]", 1e-3, 1), Axis("epsilon", r"$\varepsilon$", 1e-6, 1e-1)
    other = Axis("theta", "angle", log=False)
    last = Panel(axes[0], other, [marks.line("a line", x, x)])
    return Sheet([Panel(*axes, drawn, f"panel {n}") for n in range(number)] + [last])


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_labels_touch_nothing(number: int) -> None:
    drawn = paint(panels(number))
    assert touching(drawn) == []


def test_styles_say_what_a_curve_is() -> None:
    drawn = paint(panels(1))
    lines = {line.get_color(): line for line in drawn.axes[0].get_lines()}
    assert lines["#000000"].get_linestyle() == "-"  # relic
    texts = [t.get_text() for t in drawn.axes[0].texts] + [t.get_text() for t in drawn.legends[0].get_texts()]
    assert "collider (recast)" in texts
    assert any(t.startswith("a projection\nb = 0") for t in texts)
    assert any(line.get_linestyle() == "--" for line in drawn.axes[0].get_lines())


def test_islands_stay_apart_and_data_has_a_column_per_axis() -> None:
    sheet = panels(1)
    island = sheet.panels[0].marks[3]
    assert np.isnan(island.x).sum() == 1
    assert np.isinf(island.top).any()  # type: ignore[arg-type]
    table = sheet.data
    assert table.columns == ("panel", "curve", "kind", "mass_GeV", "epsilon", "epsilon_upper", "theta", "theta_upper")
    assert table.rows[-1][:3] == [2, "a line", "line"]
    assert table.rows[-1][4:6] == ["", ""]


def touching(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that overlap, and texts that stick out of the page."""
    figure.draw_without_rendering()
    texts = [t for t in _texts(figure) if t.get_text().strip() and t.get_visible()]
    boxes = {t: t.get_window_extent() for t in texts}
    bad = [(a.get_text(), b.get_text()) for a, b in combinations(texts, 2) if _overlap(boxes[a], boxes[b])]
    page = figure.bbox
    out = [(t.get_text(), "page") for t in texts if boxes[t].x0 < page.x0 - 1 or boxes[t].x1 > page.x1 + 1]
    return bad + out


def _texts(figure: Figure) -> list[Text]:
    found = [text for legend in figure.legends for text in legend.get_texts()]
    for ax in figure.axes:
        found += [*ax.texts, ax.title, ax.xaxis.label, ax.yaxis.label]
    return found


def _overlap(a: object, b: object) -> bool:
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = a.extents, b.extents  # type: ignore[attr-defined]
    return bool(ax0 < bx1 and bx0 < ax1 and ay0 < by1 and by0 < ay1)


def test_bad_input(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="s003-fig1"):
        list(make("s009-fig9", False, tmp_path, False))
    with pytest.raises(InputError, match="--all"):
        list(make(None, False, tmp_path, False))
