"""Plots in notebooks, each shown once, and as files of any format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

import darktarget as dt
from darktarget.core import Limit
from darktarget.errors import InputError, OutputError, OutputExists
from darktarget.plot.picture import Picture, PictureAxes, new_axes

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def bound() -> Limit:
    return dt.limit(dt.model("dark-photon", mass=[0.01, 0.1]), dt.experiment("na64e-2018"))


def plots(bound: Limit) -> dict[str, Axes]:
    idm = dt.model("idm", mass=[0.1, 0.3], coupling=1e-3, splitting=0.4)
    sigma = dt.cross_section(dt.model("dark-photon", mass=0.1), energy=100, target="Pb", form_factor="elastic")
    return {
        "exclusion": dt.plot.exclusion(bound),
        "widths": dt.plot.widths(idm),
        "cross_section": dt.plot.cross_section(sigma, title="mine"),
    }


def test_every_plot_is_a_picture_of_its_own(bound: Limit) -> None:
    """The value of a cell is a picture; pyplot shows its figures at the end of a cell, and knows none of them."""
    found = plots(bound)
    assert {*found, "PLANES", "save"} == set(dt.plot.__all__)
    for ax in found.values():
        assert isinstance(ax, PictureAxes)
        assert isinstance(ax.figure, Picture)
    shown: Any = found["cross_section"]  # the quickest to draw
    assert shown._repr_png_().startswith(PNG)
    assert shown.figure._repr_png_().startswith(PNG)
    assert plt.get_fignums() == []


def test_axes_of_the_user_are_used(bound: Limit) -> None:
    figure, own = plt.subplots()
    try:
        assert dt.plot.exclusion(bound, ax=own) is own
    finally:
        plt.close(figure)


def test_widths_leave_out_closed_channels_and_need_a_coupling() -> None:
    ax = dt.plot.widths(dt.model("dark-photon", mass=[0.1, 0.15], coupling=1e-3))
    legend = ax.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["A' -> chi chibar", "A' -> e+ e-"]
    with pytest.raises(InputError, match="coupling"):
        dt.plot.widths(dt.model("dark-photon", mass=0.1))


def test_a_cross_section_of_zero_says_so() -> None:
    model = dt.model("dark-photon", mass=[99.9])
    ax = dt.plot.cross_section(dt.cross_section(model, energy=100, target="Pb", form_factor="elastic"))
    assert any("zero" in t.get_text() for t in ax.texts)


@pytest.mark.parametrize("name", ["a.png", "b.pdf", "c.svg", "d.PNG"])
def test_save_takes_text_and_paths(tmp_path: Path, name: str) -> None:
    ax = new_axes(3.0, 2.0)
    path = tmp_path / "new" / name
    assert dt.plot.save(ax, str(path)) == path
    first = path.read_bytes()
    figure: Any = new_axes(3.0, 2.0).figure
    assert dt.plot.save(figure, path) == path  # replaced, by the same
    assert path.read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == [name]
    with pytest.raises(OutputExists):
        dt.plot.save(ax, path, force=False)


@pytest.mark.parametrize("name", ["plot", "plot.doc", ".png"])
def test_save_refuses_what_it_cannot_write(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.pdf, .*\.png"):
        dt.plot.save(new_axes(3.0, 2.0), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_save_into_a_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        dt.plot.save(new_axes(3.0, 2.0), tmp_path / "file" / "a.png")


CELLS = (
    ("import darktarget as dt", 0),
    ("bound = dt.limit(dt.model('dark-photon', mass=[0.01, 0.1]), dt.experiment('na64e-2018'))", 0),
    ("dt.plot.exclusion(bound)", 1),
    ("dt.plot.exclusion(bound).figure", 1),
    ("dt.plot.widths(dt.model('idm', mass=[0.1, 0.3], coupling=1e-3))", 1),
    ("import matplotlib.pyplot as plt; figure, own = plt.subplots(); dt.plot.exclusion(bound, ax=own);", 1),
)  # fmt: skip


@pytest.mark.validate
@pytest.mark.parametrize("magic", ["", "%matplotlib inline"])
def test_a_notebook_shows_each_picture_once(magic: str) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(text) for text in (magic, *(text for text, _ in CELLS))]
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    found = [sum("image/png" in out.get("data", {}) for out in cell.outputs) for cell in book.cells[1:]]
    assert found == [number for _, number in CELLS]
