"""Runs the slow comparisons: ``python -m validation [PART ...] [--list] [--again] [arguments of pytest]``.

A part is a test file, named without ``test_`` and ``.py`` (``shower_validation``). Comparisons that passed are noted,
with a hash of all sources, in ``build/validation``: what is interrupted goes on where it was, and nothing that passed
is run again until a source changes (or with ``--again``). Exit status as pytest's; 0 where all have passed before.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTES = ROOT / "build" / "validation"
SOURCES = ("src", "tests", "validation", "pyproject.toml")


def fingerprint(root: Path = ROOT) -> str:
    """Hash of everything that a comparison depends on: the sources and the shipped tables."""
    total = hashlib.sha256()
    for name in SOURCES:
        place = root / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and "__pycache__" not in path.parts:
                total.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def part_of(nodeid: str) -> str:
    """Name of the part that a test belongs to.

    >>> part_of("tests/unit/test_shower_validation.py::test_rossi[Pb]")
    'shower_validation'
    """
    return Path(nodeid.split("::")[0]).stem.removeprefix("test_")


class Resume:
    """Plug-in of pytest: selects the slow comparisons that have not passed, and notes each that does.

    Args:
        parts: to be run, all if empty. notes: file with the names of those that passed. list_only: print, run nothing.
    """

    def __init__(self, parts: list[str], notes: Path, list_only: bool = False) -> None:
        self.parts, self.notes, self.list_only = parts, notes, list_only
        self.passed = set(notes.read_text().splitlines()) if notes.exists() else set[str]()
        self.known: dict[str, int] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep what is left to do."""
        slow = [i for i in items if i.get_closest_marker("validate")]
        for item in slow:
            self.known[part_of(item.nodeid)] = self.known.get(part_of(item.nodeid), 0) + 1
        unknown = [p for p in self.parts if p not in self.known]
        if unknown:
            raise pytest.UsageError(f"no part {', '.join(unknown)}; there are {', '.join(sorted(self.known))}")
        wanted = [i for i in slow if not self.parts or part_of(i.nodeid) in self.parts]
        left = [] if self.list_only else [i for i in wanted if i.nodeid not in self.passed]
        config.hook.pytest_deselected(items=[i for i in items if i not in set(left)])
        items[:] = left
        before = sum(i.nodeid in self.passed for i in wanted)
        print("\n" + (self._listed() if self.list_only else f"{len(left)} to do, {before} passed before"), flush=True)

    def _listed(self) -> str:
        done = [part_of(n) for n in self.passed]
        return "\n".join(f"{p}: {done.count(p)} of {n} passed" for p, n in sorted(self.known.items()))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a comparison that passed, at once: an interruption loses nothing."""
        if report.when == "call" and report.passed and report.nodeid not in self.passed:
            self.passed.add(report.nodeid)
            self.notes.parent.mkdir(parents=True, exist_ok=True)
            with self.notes.open("a") as file:
                file.write(report.nodeid + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Exit status of pytest; 0 where nothing is left to do."""
    parser = argparse.ArgumentParser("python -m validation", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="test files without test_ and .py; all by default")
    parser.add_argument("--list", action="store_true", help="parts and how many of their comparisons have passed")
    parser.add_argument("--again", action="store_true", help="forget what has passed")
    chosen, rest = parser.parse_known_args(arguments)
    notes = NOTES / f"{fingerprint()}.txt"
    if chosen.again:
        notes.unlink(missing_ok=True)
    plugin = Resume(chosen.parts, notes, chosen.list)
    status = pytest.main(["-q", "-p", "no:cacheprovider", *rest, str(ROOT / "tests")], plugins=[plugin])
    nothing_left = status == pytest.ExitCode.NO_TESTS_COLLECTED and bool(plugin.known)
    return 0 if nothing_left else int(status)


if __name__ == "__main__":
    sys.exit(main())
