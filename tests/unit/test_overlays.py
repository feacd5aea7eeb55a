"""Curves beside limits: in plots and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.errors import UnknownName
from darktarget.interface.cli import app
from darktarget.plot.bridges import bridged
from darktarget.plot.regions import regions


def test_limits_and_curves_share_axes() -> None:
    model = dt.model("dark-photon", mass=np.geomspace(0.01, 1, 12), dm="scalar")
    bound = dt.limit(model, dt.experiment("na64e-2018"))
    curves = [dt.constraint("babar-2017", model), dt.constraint("lep", model), dt.gminus2(model)]
    for plane in ("coupling", "y"):
        target = dt.relic_target(model)
        ax = dt.plot.exclusion(bound, *curves, target, plane=plane)
        legend = ax.get_legend()
        assert legend is not None
        text = [t.get_text() for t in legend.get_texts()]
        assert any("stated, not recomputed" in t for t in text)
        assert any(r"recast, $\pm$15 %" in t for t in text)
        assert any(r"(38\pm63)\times10^{-11}" in t and "White Paper 2025" in t for t in text)
        line = next(x for x in ax.get_lines() if "freeze-out" in str(x.get_label()))
        expected = target.coupling if plane == "coupling" else target.y
        np.testing.assert_allclose(np.asarray(line.get_ydata(), float), expected)


def test_curves_alone_and_closed_regions() -> None:
    model = dt.model("idm", mass=np.geomspace(0.05, 1, 10), splitting=0.4)
    ax = dt.plot.exclusion(dt.constraint("nucal", model), dt.relic_target(model))
    outline = next(x for x in ax.get_lines() if "NuCal" in str(x.get_label()))
    assert outline.get_xdata()[0] == outline.get_xdata()[-1]  # type: ignore[index]


def test_parts_of_a_region_meet_without_an_edge_between_them() -> None:
    """E137 at delta = 0.4 splits into two: no vertical line there, and no gap in what is shaded."""
    curve = dt.constraint("e137", dt.model("idm", mass=np.geomspace(0.1, 0.5, 9), splitting=0.4))
    whole, *parts = bridged(curve, regions(curve))
    assert len(parts) == 2
    for part in parts:
        assert part.points[0] == whole.points[-1]
        x, _ = part.outline(curve.mass[part.points], part.lower, part.upper)
        assert np.isnan(x).sum() == 0
        assert x[0] == curve.mass[whole.points[-1]]
    closed = next(p for p in parts if np.isfinite(p.upper).all())
    assert closed.joined == (True, False)
    x, y = closed.outline(curve.mass[closed.points], closed.lower, closed.upper)
    assert (x[0], y[0]) != (x[-1], y[-1])


def test_command_line(tmp_path: Path) -> None:
    own = tmp_path / "mine.lmt"
    own.write_text("# mass lower\n0.01 1e-4\n0.1 2e-4\n")
    words = [
        "limit",
        "na64e-2018",
        "dark-photon",
        "--mass",
        "0.01:1:8",
        "-p",
        "dm=scalar",
        "--out",
        str(tmp_path / "o"),
    ]
    done = CliRunner().invoke(app, [*words, "--with", f"relic,babar-2017,gminus2,{own}", "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert list(document["curves"]) == ["relic", "babar-2017", "muon-g-2", "mine"]
    assert document["curves"]["babar-2017"]["published"][0].endswith("read off the figure with the limit on eps)")
    saved = json.loads((tmp_path / "o" / "na64e-2018_dark-photon.curves.json").read_text())
    assert saved == document["curves"]
    assert "typed in: 1702.03327" in done.stderr


def test_unknown_curves_are_named() -> None:
    with pytest.raises(UnknownName, match="relic, gminus2, babar-2017"):
        dt.curves(["relik"], dt.model("dark-photon", mass=0.1))
