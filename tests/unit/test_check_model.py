"""The laws as a function for a user's own model: they hold for sound models, and catch what is wrong with others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget.errors import InputError, PhysicsError, UnknownName
from darktarget.interface.cli import app
from darktarget.testing import LAWS, check_model, rates
from tests import broken_models
from tests.broken_models import MISTAKES, LeMinusLmu, NoNeutrinos, Sound

HERE = Path(broken_models.__file__)
SLOW = ("NoElectrons", "Raises")


@pytest.fixture(autouse=True)
def _few_masses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "LIGHT", (0.01, 0.08))
    monkeypatch.setattr(rates, "THERMAL", (0.03,))


@pytest.mark.parametrize("kind", MISTAKES, ids=lambda kind: kind.__name__)
def test_mistakes_are_caught_by_their_law(kind: type[Any]) -> None:
    law, named = MISTAKES[kind]
    report = check_model(kind, quick=kind.__name__ not in SLOW)
    assert not report.passed
    caught = [f for f in report.failures if re.match(law, f.law)]
    assert caught, str(report)
    assert any(named in f.detail for f in caught), str(report)
    with pytest.raises(PhysicsError, match=re.escape(caught[0].law)):
        report.require()


def test_sound_models_pass() -> None:
    report = check_model(LeMinusLmu)
    assert report.require() is report
    assert repr(report) == f"l-e-l-mu: {len(LAWS) + 1} of {len(LAWS) + 1} laws hold"
    for model in (Sound, LeMinusLmu(mass=[0.02, 0.2], dm="dirac", alpha_D=0.3)):
        again = check_model(model, quick=True).require()
        assert not again.remarks
        assert len(again.findings) < len(report.findings)


def test_missing_neutrinos_are_a_remark() -> None:
    report = check_model(NoNeutrinos, quick=True)
    assert report.passed
    (remark,) = report.remarks
    assert "NoNeutrinos.lepton_coupling" in remark.detail
    assert "GaugedModel" in remark.detail


def test_an_error_that_all_laws_meet_is_told_once() -> None:
    class Broken(Sound):
        """Knows no tau."""

        def lepton_width(self, lepton: str, mass: Any) -> Any:
            """Of electrons and muons."""
            return {"electron": 1e-3 * mass, "muon": 1e-3 * mass}[lepton]

    report = check_model(Broken, quick=True)
    assert str(report).count("KeyError: 'tau'") == 1
    assert "for the same reason" in str(report)


def test_a_model_that_cannot_be_built() -> None:
    class Hopeless(Sound):
        """Raises an error from the start."""

        def __init__(self, **given: Any) -> None:
            raise ZeroDivisionError("no")

    (finding,) = check_model(Hopeless).findings
    assert "test_check_model.py" in finding.detail
    assert "Hopeless.__init__" in finding.detail


def test_an_instance_keeps_its_values() -> None:
    assert check_model(dt.model("idm", mass=[0.1, 0.3], splitting=0.2), quick=True).passed
    with pytest.raises(InputError, match="alpha_D = 'an array': allowed is the same at all points"):
        check_model(dt.model("idm", mass=[0.1, 0.3], alpha_D=[0.1, 0.2]))


def test_what_is_no_model() -> None:
    with pytest.raises(UnknownName, match="Did you mean dark-photon"):
        check_model("dark-photo")
    with pytest.raises(InputError, match=r"subclass of a base in darktarget\.models\.base"):
        check_model(dict)  # type: ignore[arg-type]


def test_the_command(tmp_path: Path) -> None:
    runner = CliRunner()
    good = runner.invoke(app, ["check", f"{HERE}:LeMinusLmu", "--quick", "-p", "dm=dirac", "--mass", "0.01,0.1"])
    assert good.exit_code == 0
    assert good.stdout.startswith("l-e-l-mu: ")
    bad = runner.invoke(app, ["check", f"{HERE}:Jump", "--quick"])
    assert bad.exit_code == 1
    assert "Jump.lepton_width (X -> e+ e-) jumps" in bad.stdout
    document = json.loads(runner.invoke(app, ["check", f"{HERE}:Jump", "--quick", "--json"]).stdout)
    assert document["passed"] is False
    assert {f["law"] for f in document["findings"] if not f["passed"]} >= {"widths open continuously"}
