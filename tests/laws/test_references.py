"""Whatever the package refers to has a valid BibTeX entry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import darktarget as dt
from darktarget import api
from darktarget.interface.cli import app
from darktarget.interface.sources import CITED, sources
from darktarget.references.bibtex import ARXIV, bibtex, entry, key_of, known, parts

SOURCE = Path(dt.__file__).parents[1]
NAMES = sorted({name for kind in CITED for name in api.REGISTRIES[kind].names(plugins=False)})
NUMBERS = sorted(
    {
        number
        for path in SOURCE.rglob("*")
        if path.suffix in (".py", ".toml", ".csv")
        for number in ARXIV.findall(path.read_text(encoding="utf-8"))
    }
)


def checked(text: str) -> dict[str, dict[str, str]]:
    """The fields of every entry by key, of a text that is BibTeX: balanced braces, no key or field twice."""
    found: dict[str, dict[str, str]] = {}
    for block in re.split(r"\n(?=@)", text.strip()):
        head = re.match(r"@(article|misc|software)\{([^\s,{}]+),\n", block)
        assert head, block
        assert block.rstrip().endswith("\n}"), block
        body = block.rstrip()[head.end() : -2]
        values: dict[str, str] = {}
        for line in body.split(",\n"):
            field = re.fullmatch(r"\s*([A-Za-z]+) = \{(.*)\}", line)
            assert field, line
            assert field[1] not in values, block
            values[field[1]] = field[2]
            plain = field[2].replace(r"\{", "").replace(r"\}", "")
            depth = 0
            for character in plain:
                depth += (character == "{") - (character == "}")
                assert depth >= 0, line
            assert depth == 0, line
            outside = re.sub(r"\$[^$]*\$", "", field[2]) if field[1] not in ("url", "doi", "eprint") else ""
            assert not re.search(r"(?<!\\)[&%#_]", outside), line
        assert head[2] not in found, head[2]
        found[head[2]] = values
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_thing_cites_known_papers(name: str) -> None:
    stated = sources(name)
    assert stated, name
    for reference in stated:
        for paper in parts(reference):
            assert ARXIV.fullmatch(paper) or paper in known(), (name, reference)
    assert "darktarget" in checked(bibtex(stated))


def test_every_number_in_the_source_has_an_entry() -> None:
    assert len(NUMBERS) > 80
    found = checked("\n\n".join(entry(number) for number in NUMBERS))
    for number in NUMBERS:
        assert found[f"arXiv:{number}"]["eprint"] == number
        assert found[f"arXiv:{number}"]["url"].startswith("https://")


def test_stored_facts_are_used_and_complete() -> None:
    """No entry without a paper that the package names; every entry is valid; a journal has a year."""
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py")) + "\n".join(
        path.read_text() for path in SOURCE.rglob("*.toml") if path.name != "references.toml"
    )
    for paper, facts in known().items():
        assert paper in text, paper
        assert "year" in facts or "journal" not in facts, paper
        (found,) = checked(entry(paper)).values()
        assert found["title"] if "title" in facts else True
        year = facts.get("year")
        if ARXIV.fullmatch(paper) and year and paper[0].isdigit():
            assert 0 <= year - (2000 + int(paper[:2])) <= 4, paper  # printed in the years after the preprint


def test_an_entry_has_the_stored_facts() -> None:
    (found,) = checked(entry("1906.00176")).values()
    assert found == {
        "author": "Banerjee, D. and others",
        "collaboration": "NA64",
        "title": "Dark matter search in missing energy events with NA64",
        "journal": "Phys. Rev. Lett.",
        "volume": "123",
        "number": "12",
        "pages": "121801",
        "year": "2019",
        "doi": "10.1103/PhysRevLett.123.121801",
        "eprint": "1906.00176",
        "archivePrefix": "arXiv",
        "url": "https://doi.org/10.1103/PhysRevLett.123.121801",
    }


def test_words_become_a_note_with_escaped_characters() -> None:
    (found,) = checked(entry("a talk of A & B, 50 % {draft} #1_2")).values()
    assert found == {"note": r"a talk of A \& B, 50 \% \{draft\} \#1\_2"}
    assert re.fullmatch(r"[\w-]+", key_of("a talk of A & B"))


def test_each_paper_once_and_darktarget_last() -> None:
    text = bibtex(["1906.00176", "arXiv:1906.00176, Fig. 3", "2302.05414", "Eur. Phys. J. C 83 (2023) 391"])
    assert list(checked(text)) == ["arXiv:1906.00176", "arXiv:2302.05414", "darktarget"]
    assert checked(text)["darktarget"]["version"] == dt.__version__


def test_results_cite_all_their_references(tmp_path: Path) -> None:
    model = dt.model("dark-photon", mass=[0.1, 0.2])
    for result in (dt.limit(model, dt.experiment("na64e-2018")), dt.constraint("babar-2017", model), dt.gminus2(model)):
        found = checked(result.cite())
        assert {key_of(p) for r in result.references for p in parts(r)} <= set(found)
        path = result.save(tmp_path / f"{type(result).__name__}-{len(found)}.json")
        assert CliRunner().invoke(app, ["cite", str(path)]).stdout == result.cite()


def test_the_command_cites_names_together(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('extends = "na64e-2018"\ntitle = "mine"\nreferences = ["2401.01708"]\n')
    done = CliRunner().invoke(app, ["cite", "b-l", "na64mu-2022", "electron-g-2", "primakoff", str(mine)])
    assert done.exit_code == 0, done.output
    assert {"arXiv:1801.04847", "arXiv:2401.01708", "arXiv:2209.13084", "arXiv:1512.03069"} <= set(checked(done.stdout))


def test_what_is_unknown_is_a_typed_error() -> None:
    with pytest.raises(dt.errors.UnknownName, match="Did you mean na64e-2018"):
        sources("na64e-201")
