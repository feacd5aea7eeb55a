"""The command line of the statistics: counts, the options of limit, exports."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import darktarget as dt
from darktarget.io.exports import write_hepdata, write_pyhf
from darktarget.io.hepdata import ignore_validator_warnings
from tests.unit.test_cli import run  # noqa: F401

LIMIT = ("limit", "na64e-2018", "dark-photon", "--process", "bremsstrahlung", "--mass", "0.01,0.1")


def document(result: Any) -> dict[str, Any]:
    assert result.code == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


@pytest.fixture
def call(run: Any) -> Any:  # noqa: F811
    return run


COUNTS = [
    (("0", "0.53", "--background-error", "0.17"), "cls", 0.0, 2.302585),
    (("0", "0.53", "--background-error", "0.17"), "bayes", 0.0, 2.302585),
    (("1", "1"), "cls", 0.0, 3.2718),
    (("1", "1"), "classical", 0.0, 2.8897),
    (("5", "2.3"), "cls", 0.0, 7.0313),
    (("3", "0.5"), "feldman-cousins", 0.60, 6.92),
]


@pytest.mark.parametrize(("words", "method", "lower", "upper"), COUNTS)
def test_counts(call: Any, words: tuple[str, ...], method: str, lower: float, upper: float) -> None:
    observed, background, *more = words
    found = document(
        call("counts", "--observed", observed, "--background", background, *more, "--method", method, "--json")
    )
    tolerance = 0.01 if method == "feldman-cousins" else 1e-4
    assert found["upper"] == pytest.approx(upper, abs=tolerance)
    assert found["lower"] == pytest.approx(lower, abs=tolerance)
    assert found["statistic"] == method
    assert found["flags"] == []
    assert found["method"]


def test_counts_never_hide_an_empty_interval(call: Any) -> None:
    words = ("counts", "--observed", "0", "--background", "3", "--method", "classical")
    found = document(call(*words, "--json"))
    assert (found["upper"], found["flags"]) == (0.0, ["empty"])
    assert found["unclamped"] == pytest.approx(-0.697415, abs=1e-6)
    assert "empty" in call(*words).out


def test_counts_with_an_uncertain_efficiency_and_expectations(call: Any) -> None:
    words = ("counts", "--observed", "0", "--background", "1", "--efficiency", "0.5", "--efficiency-error", "0.05")
    found = document(call(*words, "--expected", "median", "--json"))
    assert found["upper"] == pytest.approx(4.658, abs=1e-2)
    assert found["uncertainties"] == ["efficiency"]
    bare = document(call(*words, "--nuisances", "none", "--expected", "average", "--json"))
    assert bare["upper"] == pytest.approx(2 * 2.302585, abs=1e-5)
    assert bare["nuisances"] == "none"
    assert bare["expected"]["upper"] == pytest.approx(2 * 3.36, abs=1e-2)
    assert found["expected"]["minus2"] <= found["expected"]["median"] <= found["expected"]["plus2"]
    assert found["expected"]["reach_3_sigma"] < found["expected"]["reach_5_sigma"]


def test_limit_options(call: Any) -> None:
    full = document(call(*LIMIT, "--bands", "--ranking", "--json"))
    bare = document(call(*LIMIT, "--no-nuisances", "--json"))
    assert (full["nuisances"], bare["nuisances"]) == ("marginalise", "none")
    assert full["coupling_upper"][0] / bare["coupling_upper"][0] == pytest.approx(1.00675, abs=1e-4)
    assert full["bands"]["median"] == pytest.approx(full["coupling_upper"])
    assert next(iter(full["ranking"])) == "efficiency of 2018"
    assert bare["bands"] == bare["ranking"] == {}
    assert full["count_limit"] == bare["count_limit_with_nuisances"][0] == pytest.approx(2.302585, abs=1e-6)
    for method in ("classical", "bayes"):
        assert document(call(*LIMIT, "--method", method, "--json"))["statistic"] == method
    assert document(call(*LIMIT, "--nuisances", "profile", "--json"))["nuisances"] == "profile"
    wide = document(call(*LIMIT, "--signal-uncertainty", "bremsstrahlung=0.35", "--json"))
    assert wide["coupling_upper"][0] > full["coupling_upper"][0]
    assert "efficiency of 2018" in call(*LIMIT, "--ranking").err


BAD = [
    (("counts", "--observed", "-1", "--background", "1"), "observed in bin = -1"),
    (("counts", "--observed", "1.5", "--background", "1"), "valid integer"),
    (("counts", "--observed", "1", "--background", "-1"), "background in bin = -1"),
    (("counts", "--observed", "1", "--background", "nan"), "background in bin = nan"),
    (("counts", "--observed", "1", "--background", "1", "--background-error", "-1"), "background_error in bin"),
    (("counts", "--observed", "1", "--background", "0", "--background-error", "1"), "truncated-gaussian"),
    (("counts", "--observed", "1", "--background", "1", "--background-kind", "flat"), "gamma"),
    (("counts", "--observed", "1", "--background", "1", "--cl", "1"), "cl = 1"),
    (("counts", "--observed", "1", "--background", "1", "--cl", "nan"), "cl = nan"),
    (("counts", "--observed", "1", "--background", "1", "--method", "guess"), "feldman-cousins"),
    (("counts", "--observed", "1", "--background", "1", "--nuisances", "ignore"), "marginalise"),
    (("counts", "--observed", "1", "--background", "1", "--efficiency", "1.5"), "efficiency = 1.5"),
    (("counts", "--observed", "1", "--background", "1", "--efficiency-error", "-1"), "efficiency_error"),
    (("counts", "--observed", "1", "--background", "1", "--expected", "mode"), "nearest"),
    (("counts", "--observed", "1"), "Missing option"),
    ((*LIMIT, "--nuisances", "ignore"), "nuisances = 'ignore'"),
    ((*LIMIT, "--nuisances", "profile", "--no-nuisances"), "nuisances = 'profile'"),
    ((*LIMIT, "--signal-uncertainty", "bremsstrahlung"), "annihilation=0.35"),
    ((*LIMIT, "--signal-uncertainty", "bremsstrahlung=2"), "signal_uncertainty of bremsstrahlung = 2"),
    ((*LIMIT, "--signal-uncertainty", "bremsstrahlung=nan"), "signal_uncertainty of bremsstrahlung = nan"),
    ((*LIMIT, "--signal-uncertainty", "fusion=0.1"), "bremsstrahlung"),
    ((*LIMIT, "--export", "pyhf"), "--out"),
    ((*LIMIT, "--export", "root", "--out", "OUT"), "hepdata"),
    ((*LIMIT, "--method", "feldman-cousins-published"), "plain ordering"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(w[-4:]) for w, _ in BAD])
def test_bad_input_is_named_and_exits_with_two(call: Any, words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    result = call(*(str(tmp_path / "out") if w == "OUT" else w for w in words))
    assert result.code == 2
    assert message in result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    assert not list(tmp_path.glob("out/*"))


def test_pyhf_workspaces(call: Any, tmp_path: Path) -> None:
    words = (*LIMIT, "--mass", "200", "--out", str(tmp_path), "--export", "pyhf")
    assert call(*words).code == 0
    folder = tmp_path / "na64e-2018_dark-photon_pyhf"
    paths = sorted(folder.iterdir())
    assert len(paths) == 2  # the point above the beam energy has no limit
    found = json.loads(paths[0].read_text())
    samples = found["channels"][0]["samples"]
    assert sum(s["data"][0] for s in samples if s["name"] != "background of missing-energy") < 2.34
    assert found["observations"] == [{"name": "missing-energy", "data": [0.0]}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pyhf = pytest.importorskip("pyhf")
        pyhf.schema.validate(found, "workspace.json")
    again = call(*words)
    assert again.code == 2
    assert "--force" in again.err
    fewer = ("limit", "na64e-2018", "dark-photon", "--mass", "0.1", "--out", str(tmp_path), "--export", "pyhf")
    assert call(*fewer, "--force").code == 0
    assert len(list(folder.iterdir())) == 1  # no workspace of the earlier masses is left


@pytest.mark.filterwarnings("ignore:jsonschema:DeprecationWarning")
def test_pyhf_workspaces_of_a_projection_hold_asimov_data(call: Any, tmp_path: Path) -> None:
    words = ("limit", "na64e-1e13-b1", "dark-photon", "--mass", "0.1", "--out", str(tmp_path), "--export", "pyhf")
    result = call(*words)
    assert result.code == 0
    assert "warning: pyhf workspaces of a projection: Asimov data" in result.err
    (path,) = (tmp_path / "na64e-1e13-b1_dark-photon_pyhf").iterdir()
    found = json.loads(path.read_text())
    assert found["observations"] == [{"name": "missing-energy", "data": [1.0]}]  # the expected background
    assert "toybased" in found["measurements"][0]["name"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pyhf = pytest.importorskip("pyhf")
        pyhf.schema.validate(found, "workspace.json")


@pytest.mark.filterwarnings("ignore:jsonschema:DeprecationWarning")
def test_hepdata_submission(call: Any, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        ignore_validator_warnings()
        pytest.importorskip("hepdata_lib")
    words = (*LIMIT, "--mass", "200", "--bands", "--out", str(tmp_path), "--export", "hepdata")
    result = call(*words)
    assert result.code == 0, result.err
    folder = tmp_path / "na64e-2018_dark-photon_hepdata"
    assert {p.name for p in folder.iterdir()} == {"submission.yaml", "submission.tar.gz", "upper_limit.yaml"}
    assert "expected median" in (folder / "upper_limit.yaml").read_text()
    assert call(*words).code == 2
    assert call(*words, "--force").code == 0


def test_hepdata_without_its_library(call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hepdata_lib", None)
    result = call(*LIMIT, "--out", str(tmp_path / "out"), "--export", "hepdata")
    assert result.code == 2
    assert "pip install 'darktarget[io]'" in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("ignore:jsonschema:DeprecationWarning")
def test_exports_take_a_folder_as_text(tmp_path: Path) -> None:
    bound = dt.limit("dark-photon", "na64e-2018", mass=0.1)
    (path,) = write_pyhf(bound, dt.measurement("dark-photon", "na64e-2018", mass=0.1), str(tmp_path / "out"))
    assert path.parent == tmp_path / "out" / "na64e-2018_dark-photon_pyhf"
    with warnings.catch_warnings():
        ignore_validator_warnings()
        pytest.importorskip("hepdata_lib")
    (archive,) = write_hepdata(bound, str(tmp_path / "out"))
    assert archive.exists()
