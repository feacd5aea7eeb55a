"""Which rows of the papers the project shows: ``python -m tests.papers.acceptance [folder of made figures]``.

``acceptance.csv`` lists the numbers, formulas, figures and statements of the papers. A test says which rows it shows
with ``@pytest.mark.acceptance("3.23")``, ``differs="..."`` where it shows that ours is another number and why, and
``beside="..."`` where the paper contradicts itself, or ours agrees within what is asked for and not more. A figure
says it in its ``rows``, and its checks say whether ours agrees. Nothing is imported: sources are parsed.
"""

from __future__ import annotations

import ast
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = ("IN", "F", "OUT", "FIG", "Q")
NAMES = dict(zip(KINDS, ("constants", "formulas", "numbers", "figures", "statements"), strict=True))


@dataclass(frozen=True)
class Row:
    """One line of the list; ``reason`` says why nothing covers it."""

    id: str
    kind: str
    quantity: str
    value: str
    tolerance: str
    paper: str
    reason: str


@dataclass(frozen=True)
class Claim:
    """Something that covers a row: the test or figure, and in what ours differs there.

    ``beside``: ours is within the tolerance that holds for the row, and the paper has another number besides.
    """

    row: str
    where: str
    differs: str = ""
    beside: str = ""


def rows() -> dict[str, Row]:
    """The list by id."""
    with Path(__file__).with_name("acceptance.csv").open(newline="", encoding="utf-8") as file:
        return {line["id"]: Row(**line) for line in csv.DictReader(file)}


def claims(figures: Path | None = None) -> tuple[Claim, ...]:
    """What tests and figures cover; with a folder of made figures, whether their checks agree."""
    found = [c for path in sorted((ROOT / "tests").rglob("*.py")) for c in _marked(path)]
    for path in sorted((ROOT / "src/darktarget_papers").glob("[!_]*.py")):
        found += _declared(path, _differing(figures, path.stem.replace("_", "-")))
    return tuple(found)


def _marked(path: Path) -> Iterator[Claim]:
    """Rows named by acceptance markers."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            where = f"{path.relative_to(ROOT)}::{node.name}"
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.acceptance":
                    said = {str(key.arg): ast.literal_eval(key.value) for key in mark.keywords}
                    yield from (Claim(ast.literal_eval(row), where, **said) for row in mark.args)


def _declared(path: Path, differing: Mapping[str, str]) -> Iterator[Claim]:
    """Rows that the class of a figure names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["rows"]:
            if not isinstance(node.value, ast.Tuple):
                continue
            for row in ast.literal_eval(node.value):
                yield Claim(row, str(path.relative_to(ROOT)), differing.get(row, ""))


def _differing(folder: Path | None, name: str) -> dict[str, str]:
    """Rows whose checks differ in a made figure, and how."""
    path = None if folder is None else folder / f"{name}.checks.csv"
    if path is None or not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        checks = [line for line in csv.DictReader(file) if line["verdict"] != "pass"]
    return {row: f"{c['quantity']}: {c['note']}" for c in checks for row in c["row"].split("/")}


@dataclass(frozen=True)
class Count:
    """How the rows of one kind are covered."""

    total: int
    tests: int
    figures: int
    agree: int
    differ: int
    reasoned: int
    open: int


def count(every: Sequence[Row], found: Sequence[Claim]) -> Count:
    """Count rows: shown by a test, by a figure; shown and within tolerance, or different; not shown but explained."""
    by_row = {row.id: [c for c in found if c.row == row.id] for row in every}
    shown = [row for row in every if by_row[row.id]]
    differ = [row for row in shown if any(c.differs for c in by_row[row.id])]
    bare = [row for row in every if not by_row[row.id]]
    return Count(
        total=len(every),
        tests=sum(any(c.where.startswith("tests") for c in by_row[row.id]) for row in every),
        figures=sum(any(c.where.startswith("src") for c in by_row[row.id]) for row in every),
        agree=len(shown) - len(differ),
        differ=len(differ),
        reasoned=sum(bool(row.reason) for row in bare),
        open=sum(not row.reason for row in bare),
    )


def report(folder: Path | None = None) -> Iterator[str]:
    """The counts, what differs and by how much, and why something is not covered."""
    listed, found = rows(), claims(folder)
    covered = {c.row for c in found}
    yield f"{'':12s}{'rows':>6s}{'tests':>7s}{'figures':>9s}{'agree':>7s}{'differ':>8s}{'reason':>8s}{'open':>6s}"
    for kind in (*KINDS, None):
        c = count([row for row in listed.values() if kind in (row.kind, None)], found)
        name = "all" if kind is None else NAMES[kind]
        yield f"{name:12s}{c.total:6d}{c.tests:7d}{c.figures:9d}{c.agree:7d}{c.differ:8d}{c.reasoned:8d}{c.open:6d}"
    for claim in found:
        if claim.differs:
            yield f"differs {claim.row:5s} {claim.differs} ({claim.where})"
    for claim in found:
        if claim.beside:
            yield f"beside  {claim.row:5s} {claim.beside} ({claim.where})"
    bare = [row for row in listed.values() if row.id not in covered]
    for reason in dict.fromkeys(row.reason for row in sorted(bare, key=lambda row: row.reason)):
        which = " ".join(row.id for row in bare if row.reason == reason)
        yield f"{reason or 'NEITHER SHOWN NOR EXPLAINED'}: {which}"


if __name__ == "__main__":
    print(*report(Path(sys.argv[1]) if len(sys.argv) > 1 else None), sep="\n")
