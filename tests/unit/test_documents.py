"""What README and docs show must run, and what they name must exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

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
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == dt.__version__
    assert f"version: {dt.__version__}" in (ROOT / "CITATION.cff").read_text()
