"""What README and docs show must run, and what they name must exist."""

from __future__ import annotations

import re
import tomllib
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

import darktarget as dt
from darktarget.api import REGISTRIES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def test_the_readme_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    scope: dict[str, object] = {}
    for line in code.splitlines():
        exec(line, scope)  # noqa: S102
    assert scope["bound"].coupling_upper.size == 60  # type: ignore[attr-defined]


def test_commands_shown_are_known() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make (\w+)", README):
        assert f"\n{target}:" in makefile
    for name in re.findall(r"darktarget limit ([\w-]+) ", README):
        assert name == "my-experiment" or name in dt.names("experiments")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["version"]["path"] == "src/darktarget/_version.py"
    assert "version" not in project["project"]
    assert f"version: {dt.__version__}" in (ROOT / "CITATION.cff").read_text()


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("|eps(q^2)| and chi* S", r"\|eps(q^2)\| and chi\* S"),
        ("``a*b`` and :math:`x_*` stay, g_ not", r"``a*b`` and :math:`x_*` stay, g\_ not"),
        (">>> 2 * 3", ">>> 2 * 3"),
        ("one_name and _private", "one_name and _private"),
    ],
)
def test_formulas_in_docstrings_are_no_markup(line: str, escaped: str) -> None:
    lines = [line]
    _docs("_docstrings").escape(None, "function", "f", None, None, lines)
    assert lines == [escaped]


def test_indented_blocks_of_docstrings_are_literal() -> None:
    lines = ["Like this:", "", "    a * b", "", "and * after"]
    _docs("_docstrings").escape(None, "module", "m", None, None, lines)
    assert lines == ["Like this::", "", "    a * b", "", r"and \* after"]


def _docs(name: str) -> Any:
    """A module of docs/, which is no package."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#\s]+)\)", page.read_text())
    assert not [link for link in links if "generated/" not in link and not (page.parent / link).exists()]


WRITTEN = [p for folder in ("src", "docs") for kind in ("*.py", "*.md", "*.toml") for p in (ROOT / folder).rglob(kind)]
FILES = [p.as_posix() for folder in ("src", "tests", "docs", "benchmarks") for p in (ROOT / folder).rglob("*.*")]
EXAMPLES = ("my", "s009", "mine")  # how the documents call files that a reader writes


@pytest.mark.parametrize("path", [*WRITTEN, ROOT / "CONTRIBUTING.md"], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_and_modules_that_are_named_exist(path: Path) -> None:
    text = path.read_text()
    for name in re.findall(r"`+([\w./-]*\w\.(?:py|toml|csv))`+", text):
        if not name.rsplit("/", 1)[-1].startswith(EXAMPLES):
            assert any(known.endswith("/" + name) for known in FILES), name
    groups = {f"darktarget.{kind}" for kind in (*REGISTRIES, "options")}  # of entry points
    for name in set(re.findall(r"`+(darktarget(?:\.\w+)+)`+", text)) - groups:
        assert resolve_name(_colon(name)) is not None, name


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # what stands before the last dot is a module, not a package
        return False


def _colon(name: str) -> str:
    """The dotted name with a colon behind its module: ``a.b.Class.method`` is ``a.b:Class.method``."""
    parts = name.split(".")
    while not _is_module(".".join(parts)):
        parts.pop()
    rest = name.split(".")[len(parts) :]
    return ".".join(parts) + (":" + ".".join(rest) if rest else "")
