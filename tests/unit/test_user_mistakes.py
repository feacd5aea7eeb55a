"""Mistakes of new users end in one line that says what to do, wherever they are made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.interface.cli import app

RUN = CliRunner()
FILE = """title = "X"
references = ["2104.03297"]
[mediator]
symbol = "X"
spin = 1
[leptons]
electron = 1.0
"""
PYTHON = """from darktarget.models.base import VECTOR, MediatorModel


class Mine(MediatorModel):
    name, mediator, structure, references = "mine", "X", VECTOR, ("2104.03297",)

    def lepton_coupling(self, lepton):
        return 1.0
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model in TOML and one in Python, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(FILE)
    Path("mine.py").write_text(PYTHON)
    return tmp_path


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with open("/dev/full", "w") as full:
        words = (sys.executable, "-m", "darktarget", "list", "models")
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: output")
    assert len(done.stderr.splitlines()) == 1


def test_a_limit_without_any_point_is_drawn(mine: Path) -> None:
    bound = dt.limit("mine.toml", "na64e-2018", mass=[0.01, 0.1])
    assert all(bound.reason)
    assert dt.plot.save(dt.plot.exclusion(bound), mine / "none.png").stat().st_size > 1000
    one = dt.limit("mine.toml", "na64e-2018", mass=0.1)
    assert dt.plot.save(dt.plot.exclusion(one), mine / "one.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("keywords", "field"),
    [
        ({"energy": "a"}, "energy"),
        ({"energy": [1, 2]}, "energy"),
        ({"energy": None}, "energy"),
        ({"cut": "a"}, "cut"),
        ({"showers": "a"}, "showers"),
        ({"showers": 1.5}, "showers"),
        ({"showers": True}, "showers"),
        ({"showers": 0}, "showers"),
        ({"seed": "a"}, "seed"),
        ({"thickness": "a"}, "thickness_X0"),
    ],
)
def test_wrong_types_of_a_shower_are_named(keywords: dict[str, object], field: str) -> None:
    given: dict[str, object] = {"energy": 2, "showers": 10, **keywords}
    with pytest.raises(InputError) as caught:
        dt.simulate_tracks("Pb", **given)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_wrong_types_elsewhere_are_named(tmp_path: Path) -> None:
    model = dt.model("dark-photon", mass=0.1)
    with pytest.raises(InputError, match="delta = 'a'"):
        dt.gminus2(model, delta="a", sigma=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="path = 3"):
        dt.load(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="path = None"):
        dt.gminus2(model).save(None)  # type: ignore[arg-type]
    for wanted in ("relic", [3], model):
        with pytest.raises(InputError, match="wanted = "):
            dt.curves(wanted, model)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one process"):
        dt.limit(model, "na64e-2018", processes=[])
    with pytest.raises(InputError, match="bands = 'yes': allowed is True or False"):
        dt.limit(model, "na64e-2018", bands="yes")  # type: ignore[arg-type]


def test_the_path_of_a_python_file_asks_for_the_class(mine: Path) -> None:
    assert dt.model(Path("mine.py:Mine"), mass=0.1).name == "mine"
    with pytest.raises(InputError, match="Add the class"):
        dt.model(Path("mine.py"), mass=0.1)
    Path("empty.py").write_text("x = 1\n")
    with pytest.raises(InputError, match="defines no subclass"):
        dt.model("empty.py:Mine", mass=0.1)


@pytest.mark.parametrize("pair", [("na64e-2018", "mine.toml"), ("other.toml", "dark-photon")])
def test_swapped_files_are_noticed(mine: Path, pair: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="swap the two arguments"):
        dt.limit(*pair, mass=0.1)


def test_the_file_of_a_model_is_no_experiment(mine: Path) -> None:
    with pytest.raises(DeclarationError, match="This is the file of a model"):
        dt.experiment("mine.toml")


@pytest.mark.parametrize("read", [dt.experiment, lambda name: dt.model(name, mass=0.1)])
def test_a_wrong_base_names_the_file(mine: Path, read: object) -> None:
    Path("base.toml").write_text('extends = "nothing"\n')
    with pytest.raises(UnknownName, match=r"base.toml: extends = 'nothing'"):
        read("base.toml")  # type: ignore[operator]
    for i in range(1200):
        Path(f"f{i}.toml").write_text(f'extends = "f{i + 1}.toml"\n')
    with pytest.raises(DeclarationError, match="the last of at most 100 files"):
        read("f0.toml")  # type: ignore[operator]


def test_a_base_that_is_no_text_names_the_file(mine: Path) -> None:
    Path("base.toml").write_text("extends = 1\n")
    with pytest.raises(DeclarationError, match=r"base.toml: extends = 1"):
        dt.experiment("base.toml")


def test_models_of_ones_own_are_shown_and_cited(mine: Path) -> None:
    shown = RUN.invoke(app, ["show", "mine.py:Mine"])
    assert shown.exit_code == 0
    assert 'class = "mine.py:Mine"' in shown.output
    assert "mass_ratio = 3.0" in shown.output
    for name in ("mine.toml", "mine.py:Mine"):
        cited = RUN.invoke(app, ["cite", name])
        assert cited.exit_code == 0
        assert "2104.03297" in cited.output


def test_a_plane_without_a_folder_is_refused() -> None:
    done = RUN.invoke(app, ["limit", "na64e-2018", "dark-photon", "--mass", "0.1", "--plot", "y"])
    assert isinstance(done.exception, InputError)
    assert "--out" in str(done.exception)
