"""What README and docs show must run, and what they name must exist."""

from __future__ import annotations

import re
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

import darktarget as dt

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
