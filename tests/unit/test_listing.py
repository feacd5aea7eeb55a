"""Lists with descriptions, shell completion, and models that stay as they were built."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget import api
from darktarget.core import VECTOR
from darktarget.errors import ReadOnly
from darktarget.interface import completion
from darktarget.interface.cli import app
from darktarget.literals import PARAMETERS, SHIPPED
from darktarget.models import MODELS
from darktarget.models.base.mediator import MediatorModel

RUN = CliRunner()


@pytest.mark.parametrize("kind", api.REGISTRIES)
def test_every_member_has_a_line(kind: str) -> None:
    found = dt.names(kind)
    assert tuple(found) == found == api.REGISTRIES[kind].names()
    assert all(text and "\n" not in text and ":math:" not in text for text in found.descriptions.values())
    lines = RUN.invoke(app, ["list", kind]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(found)
    assert [line.split(maxsplit=1)[1] for line in lines] == list(found.descriptions.values())
    assert json.loads(RUN.invoke(app, ["list", kind, "--json"]).stdout) == {kind: list(found)}


def test_descriptions() -> None:
    assert dt.names("models").descriptions["dark-photon"].startswith("Dark photon: kinetic mixing")
    assert dt.names("experiments").descriptions["na64e-2018"] == "NA64e 2016-2018"
    assert dt.names("materials").descriptions["PbWO4"].startswith("lead tungstate: 8.3 g/cm3; X0 7.389")
    assert dt.names("constraints").descriptions["e137"].endswith("Phys. Rev. D 38 (1988) 3375")


def test_the_kinds_are_listed() -> None:
    kinds = dt.names()
    assert kinds == tuple(api.REGISTRIES)
    assert all(kinds.descriptions.values())
    assert [line.split()[0] for line in RUN.invoke(app, ["list"]).stdout.splitlines()] == list(kinds)
    assert json.loads(RUN.invoke(app, ["list", "--json"]).stdout) == {"kinds": list(kinds)}


def test_a_table_for_people_and_a_tuple_for_programs() -> None:
    found = dt.names("models")
    assert repr(found) == repr(tuple(found))
    assert isinstance(found, tuple)
    assert json.dumps(found) == json.dumps(list(found))
    assert "<td><code>dark-photon</code></td><td>Dark photon" in found._repr_html_()
    assert str(found).splitlines()[found.index("dark-photon")].startswith("dark-photon ")
    assert type(copy.deepcopy(found)) is tuple  # and what another process receives
    assert copy.copy(found) == found


def test_descriptions_import_no_member() -> None:
    code = (
        "import sys, darktarget as dt\n"
        "for kind in ('models', 'processes', 'constraints'): str(dt.names(kind))\n"
        "print([m for m in sys.modules if m in ('darktarget.models.idm', 'darktarget.constraints.lsnd')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("limit na64e-2", ["na64e-2018", "na64e-2018-displaced"]),
        ("limit na64e-2018 dark", ["dark-photon"]),
        ("limit na64e-2018 idm -p ", ["mass=", "diagonal="]),
        ("limit na64e-2018 idm -p dm=", ["dm=majorana", "dm=scalar"]),
        ("limit na64e-2018 idm --form-factor ", ["full", "elastic", "helm"]),
        ("limit na64e-2018 idm --process ", ["annihilation", "bremsstrahlung"]),
        ("limit na64e-2018 idm --with relic,bab", ["relic,babar-2017"]),
        ("events ldmx-4 ", ["dark-photon"]),
        ("constraint bab", ["babar-2017"]),
        ("xsec dark-photon --target Pb", ["Pb", "PbWO4"]),
        ("tracks --target na64mu-2", ["na64mu-2022"]),
        ("show brems", ["bremsstrahlung"]),
        ("figure s003-fig", ["s003-fig1"]),
        ("list mod", ["models"]),
    ],
)
def test_shell_completion(monkeypatch: pytest.MonkeyPatch, words: str, found: list[str]) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"darktarget {words}")
    monkeypatch.setenv("_DARKTARGET_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    done = RUN.invoke(app, [], prog_name="darktarget")
    assert done.exit_code == 0, done.output
    given = [line.split("\t")[0] for line in done.stdout.splitlines()]
    assert set(found) <= set(given)
    if "idm -p" in words:
        assert not set(given) & {"theta=", "dm=dirac"}  # of other models


def test_completion_imports_nothing_heavy() -> None:
    environment = {
        **os.environ,
        "_DARKTARGET_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": "darktarget limit na64e-2018 idm --form-factor el",
    }
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print([m for m in ('numpy', 'scipy', 'matplotlib') if m in sys.modules]))\n"
        "sys.argv = ['darktarget']\n"
        "from darktarget.interface.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (done.stdout.split(), done.stderr) == (["elastic", "[]"], "")


def test_the_completion_can_be_installed() -> None:
    shown = RUN.invoke(app, ["--help"]).output
    assert "--install-completion" in shown
    assert "--show-completion" in shown


def test_completion_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Any:
        raise RuntimeError("broken metadata")

    monkeypatch.setattr("importlib.metadata.entry_points", broken)
    assert completion.members("models")("dark") == ["dark-photon"]
    assert completion.values(lambda: broken())("") == []
    assert completion.members("experiments", files=True)("\0[") == []
    assert completion.parameters("nonsense=") == []


def test_completed_names_are_all_names() -> None:
    for kind in SHIPPED:
        assert set(completion.known(kind)) >= set(api.names(kind))  # type: ignore[arg-type]
    assert completion.known("figures") == list(api.names("figures"))
    for name, parameters in PARAMETERS.items():
        assert parameters.keys() == {p.name for p in MODELS[name].parameters}  # type: ignore[attr-defined]


def test_paths_are_completed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").touch()
    (tmp_path / "mine.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert completion.members("experiments", files=True)("mi") == ["mine.toml"]
    assert completion.members("experiments")("mi") == []


@pytest.mark.parametrize("name", dt.names("models"))
def test_a_model_cannot_be_given_another_mass(name: str) -> None:
    model = dt.model(name, mass=0.1)
    model.channels()
    for one in (model, copy.deepcopy(model), copy.copy(model)):
        with pytest.raises(ReadOnly, match=rf"mass of .* is read-only.*dt\.model\('{name}', mass="):
            one.mass = np.array([0.2])
        with pytest.raises(ReadOnly, match="values of"):
            del one.values
        assert one == model


def test_subclasses_set_attributes_while_they_are_built() -> None:
    class Own(MediatorModel):
        name, mediator, structure, references, processes = "own", "X", VECTOR, ("1234.56789",), ("bremsstrahlung",)

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self.strength = 2 * self.mass

        def warm(self) -> None:
            self._cache = 1.0

    class Below(Own):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self.more = self.strength

    model = Below(mass=0.1)
    model.warm()  # what starts with an underscore is the model's own
    with pytest.raises(ReadOnly, match="more of Below is read-only"):
        model.more = np.array([1.0])
    with pytest.raises(AttributeError):
        model.fresh = 1.0


def test_a_signal_region_prints_on_one_line() -> None:
    assert repr(dt.experiment("na64e-2018").bins) == (
        "(<missing-energy: observed 0, background 0.53 +- 0.17, signature missing-energy>,)"
    )
    assert "expected: median" in repr(dt.experiment("ldmx-4gev").bins)


def test_the_density_says_how_it_was_calculated() -> None:
    words = ["omega", "dark-photon", "--mass", "0.1", "-p", "coupling=1e-4", "--kinetic", "equilibrium"]
    done = RUN.invoke(app, words)
    assert "freeze-out at the given coupling: exact thermal average, energy-dependent width" in done.stderr
    assert json.loads(RUN.invoke(app, [*words, "--json"]).stdout).keys() == {
        "mass_GeV", "coupling", "omega_h2", "model", "parameters", "version",
    }  # fmt: skip
