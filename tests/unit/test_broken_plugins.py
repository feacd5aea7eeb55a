"""Plug-ins with mistakes: shipped members work, lists leave the plug-in out, and a request for it is a clear error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from darktarget.api import FIGURES, REGISTRIES
from darktarget.constraints import CONSTRAINTS
from darktarget.core import Model
from darktarget.errors import DeclarationError, PluginError, PluginWarning, UnknownName
from darktarget.experiments import EXPERIMENTS
from darktarget.matter.materials import MATERIALS
from darktarget.models import LOADERS, MODELS
from darktarget.models.dark_photon import DarkPhoton
from darktarget.production import PROCESSES
from darktarget.production.options import OPTIONS
from darktarget.registry import Registry, subclass_of, warn_once
from darktarget.signatures import SIGNATURES
from darktarget.structures import STRUCTURES

MISTAKES = {  # reason by value of an entry point of darktarget.models
    "nopkg.models": "no module named nopkg",
    "nopkg:Mine": "no module named nopkg",
    "faulty.nomodule": "no module named faulty.nomodule",
    "faulty.nomodule:Mine": "no module named faulty.nomodule",
    "faulty.plain": "faulty.plain is a module, not a package: an entry point names a package or module:Class",
    "faulty.plain:Nope": "the module faulty.plain must define Nope; it defines NUMBER, Thing, Unread",
    "faulty.raises:Mine": "importing faulty.raises raised ValueError: oh",
    "faulty.raises.below": "importing faulty.raises.below raised ValueError: oh",
    "faulty.exits:Mine": "importing faulty.exits raised SystemExit: 3",
    "faulty.needs:Mine": "no module named nopkg",
    "faulty.plain:NUMBER": "a subclass of darktarget.core.model.Model is required, not 5",
    "faulty.plain:Thing": "a subclass of darktarget.core.model.Model is required, not <class 'faulty.plain.Thing'>",
    "::: what": "'::: what' is not of the form package or module:Class",
}
FILES = {
    "__init__.py": "",
    "plain.py": "from dataclasses import dataclass\nfrom darktarget.options import OptionGroup\nNUMBER = 5\n"
    "class Thing: pass\n@dataclass(frozen=True)\nclass Unread(OptionGroup):\n    x: list = None\n",
    "raises.py": "raise ValueError('oh')\n",
    "exits.py": "raise SystemExit(3)\n",
    "needs.py": "import nopkg\n",
    "models/my_boson.py": "class Myboson: pass\n",
    "models/my_raiser.py": "1 / 0\n",
    "models/my_good.py": "from darktarget.models.dark_photon import DarkPhoton\nclass MyGood(DarkPhoton): pass\n",
    "data/junk.toml": "x = = 1\n",
}
GROUPS = [*REGISTRIES, "options"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an installed distribution, broken 0.1, that has every mistake in every group."""
    folder = tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        (folder / "faulty" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "faulty" / name).write_text(text)
    about = folder / "broken-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.1\n")
    values = [v for v in MISTAKES if not v.startswith(":")]
    lines = [f"[darktarget.{g}]\n" + "".join(f"mine{i} = {v}\n" for i, v in enumerate(values)) for g in GROUPS]
    (about / "entry_points.txt").write_text(
        "".join(lines).replace("[darktarget.figures]\n", "[darktarget.figures]\ns003-table1 = faulty.plain:Thing\n")
        + "[darktarget.materials]\ndata = faulty.data\n[darktarget.experiments]\ndata = faulty.data\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield folder


@pytest.fixture(autouse=True)
def _afresh() -> None:
    warn_once.cache_clear()


def announce(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> None:
    """Let these be the entry points of every group of ours."""
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: points if "darktarget." in group else ())


def models(monkeypatch: pytest.MonkeyPatch, *points: EntryPoint) -> Registry[type[Model]]:
    """The models with some entry points."""
    announce(monkeypatch, *points)
    return Registry("model", "darktarget.models", check=subclass_of(Model), others=LOADERS)


def point(name: str, value: str, distribution: str = "") -> EntryPoint:
    entry = EntryPoint(name, value, "darktarget.models")
    about = type("Distribution", (), {"name": distribution, "version": "0.1"})() if distribution else None
    vars(entry).update(dist=about)
    return entry


@pytest.mark.parametrize("value", MISTAKES)
def test_an_entry_point_that_cannot_be_loaded(site: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    found = models(monkeypatch, point("mine", value, "broken"))
    assert found["dark-photon"] is DarkPhoton
    text = f"entry point mine of darktarget.models (distribution broken 0.1): {MISTAKES[value]}"
    with pytest.raises(PluginError, match=f"^{re.escape(text)}$"):
        found["mine"]
    with pytest.warns(PluginWarning, match=re.escape(text)):
        assert found.names() == MODELS.names(plugins=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found.names() == tuple(found.loaded())  # once is enough
        with pytest.raises(UnknownName, match="dark-photon"):
            found["dark-foton"]


def test_files_of_a_folder(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = models(monkeypatch, point("mine", "faulty.models", "broken"))
    assert issubclass(found["my-good"], DarkPhoton)
    where = re.escape(", entry point mine of darktarget.models (distribution broken 0.1): ")
    with pytest.raises(PluginError, match=f"my_boson.py{where}the module .* must define MyBoson; it defines Myboson"):
        found["my-boson"]
    with pytest.raises(PluginError, match=f"my_raiser.py{where}importing .* raised ZeroDivisionError: division by"):
        found["my-raiser"]
    with pytest.warns(PluginWarning) as caught:
        assert set(found.loaded()) == {*MODELS.names(plugins=False), "my-good"}
    assert len(caught) == 2


def test_files_of_an_own_folder(site: Path) -> None:
    """Without entry points, as for a file added to a shipped folder."""
    found: Registry[type[Model]] = Registry("model", "faulty.models")
    with pytest.raises(PluginError, match=r"my_boson.py: the module .* must define MyBoson; it defines Myboson"):
        found["my-boson"]
    with pytest.raises(PluginError, match=r"my_raiser.py: importing .* raised ZeroDivisionError"):
        found["my-raiser"]


@pytest.mark.parametrize("registry", [MATERIALS, EXPERIMENTS], ids=lambda r: r.kind)
def test_a_file_that_is_no_toml(site: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry[object]) -> None:
    announce(monkeypatch, point("mine", "faulty.data"))
    found = type(registry)(registry.kind, registry.package, ".toml", registry._load, registry.shown)
    with pytest.raises(DeclarationError, match=r"junk.toml = .*valid TOML"):
        found["junk"]
    lines = {name: found.describe(name) for name in found.names()}
    assert "valid TOML" in lines["junk"]
    with pytest.warns(PluginWarning, match="junk.toml"):
        assert set(found.loaded()) == set(lines) - {"junk"}


def test_a_shipped_member_is_not_replaced(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = models(monkeypatch, point("dark-photon", "faulty.models.my_good:MyGood", "broken"))
    text = r"model dark-photon is taken from .*dark_photon.py; that of entry point dark-photon .*broken 0.1\) is left"
    with pytest.warns(PluginWarning, match=text) as caught:
        assert found.names() == found.names() == MODELS.names(plugins=False)
    assert len(caught) == 1
    assert found["dark-photon"] is DarkPhoton


def test_of_two_plugins_with_one_name_the_first_distribution_is_used(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, first = (
        point("mine", "darktarget.models.scalar:Scalar", "b"),
        point("mine", "faulty.models.my_good:MyGood", "a"),
    )
    found = models(monkeypatch, later, first)
    with pytest.warns(PluginWarning, match=r"mine is taken from .*\(distribution a 0.1\); that of .*\(distribution b"):
        assert issubclass(found["mine"], DarkPhoton)


def test_figures_of_the_papers_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are announced by an entry point themselves."""
    points = [point("s003-table1", "faulty.plain:Thing", "a"), point("papers", "darktarget_papers", "darktarget")]
    announce(monkeypatch, *points)
    found: Registry[object] = Registry("figure", None)
    with pytest.warns(PluginWarning, match="s003-table1 is taken from .*s003_table1.py"):
        assert found["s003-table1"] is FIGURES["s003-table1"]


@pytest.mark.parametrize(
    ("registry", "reason"),
    [
        (MODELS, "subclass of darktarget.core.model.Model"),
        (CONSTRAINTS, "subclass of darktarget.constraints.base.search.Search"),
        (STRUCTURES, "instance of darktarget.structures.LorentzStructure"),
        (MATERIALS, "instance of darktarget.core.material.Material"),
        (EXPERIMENTS, "instance of darktarget.core.experiment.Experiment"),
        (OPTIONS, "subclass of darktarget.options.OptionGroup"),
        (PROCESSES, "class with beams, cross_section, produce"),
        (SIGNATURES, "class with minimum_energy, efficiency, select"),
        (FIGURES, "class with draw, caption, source"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_every_kind_refuses_another_object(
    site: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry[object], reason: str
) -> None:
    announce(monkeypatch, point("mine", "faulty.plain:NUMBER"), point("other", "faulty.plain:Thing"))
    found: Registry[object] = Registry(registry.kind, registry.package, registry.suffix, check=registry._check)
    with pytest.raises(PluginError, match=f"mine of darktarget.models: an? {reason} is required, not 5"):
        found["mine"]
    with pytest.raises(PluginError, match=f"other of darktarget.models: an? {reason} is required, not <class"):
        found["other"]


def test_options_that_cannot_be_read(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(monkeypatch, point("mine", "faulty.plain:Unread"))
    found: Registry[object] = Registry(
        OPTIONS.kind, OPTIONS.package, check=OPTIONS._check, attribute=OPTIONS._attribute
    )
    with pytest.warns(PluginWarning, match="mine of darktarget.models: option of Unread = 'x'"):
        assert tuple(found.loaded()) == OPTIONS.names(plugins=False)


SHIPPED = [  # what did not work with a broken plug-in installed, and warnings then
    *((f"list {kind}", True) for kind in GROUPS if kind != "options"),
    ("limit --help", True),
    ("limit na64e-2018 dark-photon --mass 0.1 --with e137", False),
    ("figure s003-table1 --out OUT", True),
]


@pytest.mark.parametrize(("line", "warned"), SHIPPED)
def test_the_command_line_with_every_mistake(site: Path, tmp_path: Path, line: str, warned: bool) -> None:
    done = command(site, line.replace("OUT", str(tmp_path)))
    assert done.returncode == 0, done.stderr
    warnings_ = [text for text in done.stderr.splitlines() if text.startswith("warning: ")]
    assert bool(warnings_) == warned
    assert len(set(warnings_)) == len(warnings_)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "constraint mine0 dark-photon",
            "entry point mine0 of darktarget.constraints (distribution broken 0.1): no ",
        ),
        ("limit na64e-2018 dark-photon --mass 0.1 --with mine0", "entry point mine0 of darktarget.constraints"),
        ("xsec dark-foton --energy 100 --target Pb", "model = 'dark-foton': allowed is one of alp-dark-photon, axial"),
        ("figure mine0", "entry point mine0 of darktarget.figures"),
    ],
)
def test_its_members_by_name_are_an_error_of_one_line(site: Path, line: str, error: str) -> None:
    done = command(site, line)
    assert done.returncode == 2
    assert f"error: {error}" in done.stderr
    assert "Traceback" not in done.stderr


def command(site: Path, line: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])}
    words = [sys.executable, "-m", "darktarget", *line.split()]
    return subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
