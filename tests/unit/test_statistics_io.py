"""pyhf reads our workspace back and agrees where asymptotics apply; HEPData takes our curve."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from darktarget.errors import InputError, OutputExists
from darktarget.io.hepdata import ignore_validator_warnings, write_limit
from darktarget.io.pyhf_workspace import INTERPOLATION, workspace
from darktarget.statistics import Bin, Measurement, Nuisance, expected_limit, interval

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    pyhf = pytest.importorskip("pyhf")

pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")


def pyhf_cls(spec: dict[str, Any], mu: float) -> float:
    """Asymptotic CLs of pyhf at a signal strength."""
    model = pyhf.Workspace(spec).model(modifier_settings=INTERPOLATION)
    data = pyhf.Workspace(spec).data(model)
    bounds = [tuple(b) for b in model.config.suggested_bounds()]
    bounds[model.config.poi_index] = (0.0, 50.0)
    return float(pyhf.infer.hypotest(mu, data, model, test_stat="qtilde", par_bounds=bounds))


def large(kind: str = "log-normal") -> Measurement:
    bins = (Bin("low", 105, 100.0, 6.0, kind), Bin("high", 48, 52.0, 4.0, kind))
    nuisances = (Nuisance("EOT", 0.05), Nuisance("annihilation", 0.2, components=("annihilation",)))
    return Measurement(bins, np.array([[0.2, 0.3], [0.4, 0.1]]), ("annihilation", "strahlung"), nuisances)


def test_workspace_is_valid_for_the_schema() -> None:
    for m in (large(), large("gamma"), large("truncated-gaussian"), Measurement.counting(0, 0.53, 0.17)):
        pyhf.schema.validate(workspace(m, 10.0), "workspace.json")


@pytest.mark.parametrize("kind", ["log-normal", "gamma", "truncated-gaussian"])
def test_pyhf_reads_back_our_asymptotic_limit(kind: str) -> None:
    """Many events: pyhf's CLs at our asymptotic limit is 0.1, and the exact limit is close by."""
    m = large(kind)
    found = interval(m, method="asymptotic")
    assert pyhf_cls(workspace(m, 20.0), found.upper / 20.0) == pytest.approx(0.1, abs=0.003)
    assert interval(m).upper == pytest.approx(found.upper, rel=0.05)


def test_correlated_nuisances_survive_the_export() -> None:
    m = large()
    matrix = np.array([[1.0, 0.7], [0.7, 1.0]])
    tied = Measurement(m.bins, m.fraction, m.components, m.nuisances, matrix)
    found = interval(tied, method="asymptotic")
    assert found.upper > interval(m, method="asymptotic").upper
    assert pyhf_cls(workspace(tied, 20.0), found.upper / 20.0) == pytest.approx(0.1, abs=0.003)


def test_pyhf_is_too_strong_at_low_counts() -> None:
    """The trap: 1.646 events at n = 0, b = 0.53, where the exact limit is 2.303."""
    spec = workspace(Measurement.counting(0, 0.53))
    root = optimize.brentq(lambda mu: pyhf_cls(spec, mu) - 0.1, 1.0, 3.0)
    assert root == pytest.approx(interval(Measurement.counting(0, 0.53), method="asymptotic").upper, abs=2e-3)
    assert root / 2.302585 == pytest.approx(0.715, abs=0.002)


def test_asimov_data_give_the_expected_limit_where_counts_are_large() -> None:
    """The median limit of a projection, from its distribution of counts, has CLs = 0.1 on the Asimov data of pyhf."""
    bins = (Bin("low", 0, 400.0, 8.0), Bin("high", 0, 150.0, 4.0))
    m = Measurement(bins, np.array([[0.4], [0.6]]), ("signal",), (Nuisance("EOT", 0.05),))
    found = expected_limit(m, kind="median").value
    spec = workspace(m, found, asimov=True)
    assert [o["data"] for o in spec["observations"]] == [[400.0], [150.0]]
    assert "toys" in spec["measurements"][0]["name"]
    pyhf.schema.validate(spec, "workspace.json")
    assert pyhf_cls(spec, 1.0) == pytest.approx(0.1, abs=0.01)


def test_workspace_refuses_what_histfactory_cannot_say() -> None:
    gamma = Measurement.counting(0, 0.5, efficiency=0.5, efficiency_error=0.1, efficiency_kind="gamma")
    with pytest.raises(InputError, match="HistFactory"):
        workspace(gamma)
    with pytest.raises(InputError, match="signal"):
        workspace(Measurement.counting(0, 0.5), 0.0)


def test_hepdata_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hepdata_lib", None)
    with pytest.raises(InputError, match="pip install"):
        write_limit(tmp_path, [0.1], [1e-4], quantity="limit")


@pytest.mark.parametrize("upper", [[1e-4, float("nan")], [1e-4, float("inf")], [1e-4, -1.0], [1e-4]])
def test_hepdata_refuses_numbers_that_are_none(tmp_path: Path, upper: list[float]) -> None:
    with pytest.raises(InputError, match="upper"):
        write_limit(tmp_path, [0.1, 0.2], upper, quantity="limit")
    assert not list(tmp_path.iterdir())


def test_hepdata_submission_is_written_and_valid(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        ignore_validator_warnings()
        pytest.importorskip("hepdata_lib")
    import yaml

    target = tmp_path / "submission"
    path = write_limit(
        target,
        [0.01, 0.1],
        [1e-5, 2e-4],
        quantity="90% CL upper limit on epsilon",
        qualifiers={"CL": 0.9, "method": "cls"},
        bands={"median": [1e-5, 3e-4]},
        references=["arXiv:2108.04195"],
    )
    assert sorted(p.name for p in target.iterdir()) == [
        "submission.tar.gz",
        "submission.yaml",
        "upper_limit.yaml",
    ]
    table = yaml.safe_load((target / "upper_limit.yaml").read_text())
    assert [v["value"] for v in table["dependent_variables"][0]["values"]] == [1e-5, 2e-4]
    assert path.exists()
    with pytest.raises(OutputExists):
        write_limit(target, [0.01], [1e-5], quantity="limit")
