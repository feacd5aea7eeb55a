"""`make validate` in parts: what passed is not run again, and an unknown part is refused with those that exist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from validation.__main__ import Resume, fingerprint, part_of

NAMES = [
    "tests/unit/test_limits.py::test_a",
    "tests/papers/test_figures.py::test_b[x]",
    "tests/unit/test_fast.py::test_c",
]


@dataclass(frozen=True)
class Item:
    """What the selection asks of a test."""

    nodeid: str

    def get_closest_marker(self, name: str) -> Any:
        return name if "fast" not in self.nodeid else None


def left(resume: Resume) -> list[str]:
    """Names of the tests that would run."""
    items: list[Any] = [Item(nodeid=n) for n in NAMES]
    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: None))
    resume.pytest_collection_modifyitems(config, items)
    return [i.nodeid for i in items]


def report(name: str, outcome: str) -> Any:
    """The end of a test."""
    return SimpleNamespace(nodeid=name, when="call", passed=outcome == "passed")


def test_only_slow_comparisons_of_the_part_are_selected(tmp_path: Path) -> None:
    assert left(Resume([], tmp_path / "notes")) == NAMES[:2]
    assert left(Resume(["figures"], tmp_path / "notes")) == NAMES[1:2]


def test_what_passed_is_not_run_again_and_what_failed_is(tmp_path: Path) -> None:
    first = Resume([], tmp_path / "new" / "notes")
    assert left(first) == NAMES[:2]
    first.pytest_runtest_logreport(report(NAMES[0], "passed"))
    first.pytest_runtest_logreport(report(NAMES[1], "failed"))
    assert left(Resume([], tmp_path / "new" / "notes")) == NAMES[1:2]


def test_an_unknown_part_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="no part plots; there are figures, limits"):
        left(Resume(["plots"], tmp_path / "notes"))


def test_a_source_that_changes_changes_the_notes(tmp_path: Path) -> None:
    for folder in ("src", "tests", "validation"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text("")
    before = fingerprint(tmp_path)
    (tmp_path / "src" / "a.py").write_text("1")
    assert fingerprint(tmp_path) != before
    assert part_of(NAMES[1]) == "figures"
