"""Every row of the acceptance list is shown by a test or a figure, or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from darktarget.figures import FIGURES
from tests.papers import acceptance

ROWS = acceptance.rows()
CLAIMS = acceptance.claims()


def test_the_list_is_complete_and_each_row_is_one() -> None:
    assert len(ROWS) == 166
    assert {row.kind for row in ROWS.values()} == set(acceptance.KINDS)
    sections = {prefix: [int(i.split(".")[1]) for i in ROWS if i.startswith(f"{prefix}.")] for prefix in "012346"}
    for numbers in sections.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert all(row.quantity and row.paper for row in ROWS.values())


def test_every_row_is_shown_or_says_why_not() -> None:
    shown = {claim.row for claim in CLAIMS}
    assert [row.id for row in ROWS.values() if row.id not in shown and not row.reason] == []


def test_rows_that_are_claimed_exist() -> None:
    assert {claim.row for claim in CLAIMS} <= set(ROWS)
    said = [text for c in CLAIMS for text in (c.differs, c.beside) if text]
    assert all(re.search(r"\d", text) for text in said), "a difference is said in numbers"


def test_figures_declare_what_the_script_reads() -> None:
    read = {(c.row, c.where) for c in CLAIMS if c.where.startswith("src")}
    declared = {
        (row, f"src/darktarget_papers/{FIGURES.path(n).name}") for n in FIGURES.names() for row in FIGURES[n].rows
    }
    assert read == declared


def test_only_constants_and_statements_without_a_number_have_a_reason() -> None:
    """Every formula, number and figure is shown; what is shown needs no reason."""
    reasoned = [row for row in ROWS.values() if row.reason]
    assert {row.kind for row in reasoned} <= {"IN", "Q"}
    assert not {row.id for row in reasoned} & {claim.row for claim in CLAIMS}


def test_the_report_counts_every_row() -> None:
    lines = list(acceptance.report())
    assert re.match(r"all +166", next(line for line in lines if line.startswith("all")))
    whole = acceptance.count(list(ROWS.values()), CLAIMS)
    assert whole.agree + whole.differ + whole.reasoned + whole.open == whole.total
    assert whole.open == 0


@pytest.mark.parametrize("verdict", ["pass", "differs"])
def test_checks_of_made_figures_are_read(tmp_path: Path, verdict: str) -> None:
    header = "row,quantity,paper,ours,tolerance,verdict,note\n"
    (tmp_path / "s003-table1.checks.csv").write_text(f"{header}3.20,runs,1,2,1 %,{verdict},twice\n")
    found = [c for c in acceptance.claims(tmp_path) if c.where.endswith("s003_table1.py")]
    assert [c.differs for c in found] == ["runs: twice" if verdict == "differs" else ""]
