"""Files of every command: refused before any calculation, whole, with the numbers of the printed document."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from darktarget.interface.cli import main
from darktarget.interface.output import stem

TABLES = ("csv", "json")
ALL = ("csv", "json", "pdf", "png")
MODEL = ("dark-photon", "--mass", "0.05,0.1")
#: words, the function that calculates, stem and suffixes of the files, a column of the CSV with its key in the document
COMMANDS: Any = {
    "relic": (("relic", "dark-photon", "--mass", "0.1"), "relic_target", "dark-photon_relic", ALL, "coupling"),
    "omega": (("omega", *MODEL, "-p", "coupling=1e-4"), "omega", "dark-photon_omega", TABLES, "omega_h2"),
    "gminus2": (("gminus2", *MODEL), "gminus2", "dark-photon_gminus2_muon", ALL, "coupling_central"),
    "constraint": (
        ("constraint", "electron-g-2:cs", *MODEL), "constraint", "dark-photon_constraint_electron-g-2-cs", ALL, "y"
    ),
    "width": (("width", *MODEL, "-p", "coupling=1e-3"), None, "dark-photon_width", ALL, "mass_GeV"),
    "xsec": (
        ("xsec", *MODEL, "--energy", "100", "--target", "Pb", "--form-factor", "elastic"),
        "cross_section", "dark-photon_xsec_bremsstrahlung_electron-100GeV-Pb", ALL, "sigma_pb",
    ),
    "tracks": (
        ("tracks", "--target", "Pb", "--energy", "2", "--cut", "1", "--showers", "4", "--route", "python",
         "--thickness-X0", "1"), "simulate_tracks", "tracks_electron-2GeV-Pb", TABLES, None,
    ),
    "counts": (("counts", "--observed", "0", "--background", "0.53"), None, "counts", TABLES, None),
}  # fmt: skip


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["darktarget", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    return run


def columns(path: Path) -> dict[str, list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("name", COMMANDS)
def test_files_of_a_command(call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    words, function, begin, suffixes, column = COMMANDS[name]
    # pictures are slow: the next test writes real ones
    monkeypatch.setattr("darktarget.plot.save", lambda ax, path: Path(path).write_bytes(b"picture"))
    out = tmp_path / "new"
    code, printed, noted = call(*words, "--out", str(out), "--json")
    assert code == 0, noted
    assert sorted(p.name for p in out.iterdir()) == [f"{begin}.{suffix}" for suffix in suffixes]
    document = json.loads((out / f"{begin}.json").read_text())
    assert document == json.loads(printed)  # stdout is as without files
    assert all(f"wrote {out / begin}.{suffix}" in noted for suffix in suffixes)
    table = columns(out / f"{begin}.csv")
    if column is not None:
        assert [float(cell) for cell in table[column]] == pytest.approx(document[column], rel=1e-12)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("calculated")

    if function is not None:
        monkeypatch.setattr(f"darktarget.api.{function}", refuse)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    code, printed, noted = call(*words, "--out", str(out))
    assert (code, printed) == (2, "")
    assert "--force" in noted
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


def test_pictures_are_real_and_force_replaces(call: Any, tmp_path: Path) -> None:
    words = ("width", "dark-photon", "--mass", "0.1", "-p", "coupling=1e-3", "--out", str(tmp_path))
    for suffix in ALL:
        (tmp_path / f"dark-photon_width.{suffix}").write_text("old")
    assert call(*words)[0] == 2
    assert call(*words, "--force")[0] == 0
    assert (tmp_path / "dark-photon_width.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "dark-photon_width.pdf").read_bytes().startswith(b"%PDF")
    assert float(columns(tmp_path / "dark-photon_width.csv")["width_A' -> e+ e-_GeV"][0]) == pytest.approx(
        1 / 137.036 * 1e-6 * 0.1 / 3, rel=1e-4
    )
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".writing")]


def test_the_columns_of_tracks_and_counts(call: Any, tmp_path: Path) -> None:
    assert call(*COMMANDS["tracks"][0], "--out", str(tmp_path))[0] == 0
    table = columns(tmp_path / "tracks_electron-2GeV-Pb.csv")
    assert {"energy_from_GeV", "energy_to_GeV", "track_length_X0_e-", "error_X0_gamma"} <= set(table)
    assert table["energy_from_GeV"][1:] == table["energy_to_GeV"][:-1]
    assert call(*COMMANDS["counts"][0], "--expected", "median", "--out", str(tmp_path))[0] == 0
    rows = columns(tmp_path / "counts.csv")
    found = dict(zip(rows["quantity"], rows["value"], strict=True))
    assert float(found["upper"]) == pytest.approx(2.302585, rel=1e-6)
    assert float(found["expected_upper"]) == pytest.approx(2.302585, rel=1e-6)


def test_files_of_a_limit_with_curves_are_checked_before(
    call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a short path in the message
    (tmp_path / "na64e-2018_dark-photon.curves.json").write_text("{}")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("calculated")

    monkeypatch.setattr("darktarget.flow.limit", refuse)
    words = ("limit", "na64e-2018", *MODEL, "--out", ".", "--with", "gminus2")
    code, _, noted = call(*words)
    assert code == 2
    assert "curves.json" in noted


def test_names_of_files_have_no_odd_characters() -> None:
    assert stem("my model", "constraint", "a/b:c=d") == "my-model_constraint_a-b-c-d"
