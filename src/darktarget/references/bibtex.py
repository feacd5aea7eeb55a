"""BibTeX of everything that a result, a model or an experiment refers to.

``references.toml`` holds what is known of each paper. An arXiv number that it does not have still becomes a valid entry
with its number and address alone; words without a number become a note. Nothing is invented.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from darktarget._version import __version__

#: An arXiv number of today, or one of before 2007.
ARXIV: Final = re.compile(r"(?<![\d./])(?:[a-z]+(?:-[a-z]+)?/\d{7}|\d{4}\.\d{4,5})(?!\d)")
#: Fields of a result that hold references.
NAMED: Final = (
    "references",
    "analysis_references",
    "reference",
    "published",
    "text",
    "to",
    "normalisation",
    "runs",
    "bins",
    "fitted",
)
SPECIAL: Final = MappingProxyType(
    {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\~{}"}
)
Facts = Mapping[str, Any]


@cache
def known() -> Mapping[str, Facts]:
    """The stored facts by arXiv number, or by the words with which a reference without one is named."""
    text = Path(__file__).with_name("references.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


@cache
def _spellings() -> Mapping[str, str]:
    """Every way in which a paper is named -> its key."""
    found = {word: key for key, facts in known().items() for word in facts.get("also", ())}
    return found | {key: key for key in known() if not ARXIV.fullmatch(key)}


def parts(reference: str) -> tuple[str, ...]:
    """The papers that a reference names: arXiv numbers, and keys of ``known``; itself where it has neither.

    >>> parts("arXiv:1007.1727"), parts("hep-ex/9902006 (Junk)")
    (('1007.1727',), ('hep-ex/9902006',))
    >>> parts("a talk")
    ('a talk',)
    """
    numbers = ARXIV.findall(reference)
    spelled = [key for words, key in _spellings().items() if words in reference]
    return tuple(dict.fromkeys([*numbers, *spelled])) or (reference,)


def bibtex(references: Iterable[str]) -> str:
    """Entries of references, each paper once, and of darktarget itself.

    Args:
        references: arXiv numbers, or words.

    >>> print(bibtex(["0000.00000"]).split("@software")[0].strip())
    @misc{arXiv:0000.00000,
      eprint = {0000.00000},
      archivePrefix = {arXiv},
      url = {https://arxiv.org/abs/0000.00000}
    }
    """
    papers = dict.fromkeys(part for reference in references for part in parts(reference))
    return "\n\n".join([*(entry(paper) for paper in papers), _own()]) + "\n"


def entry(paper: str) -> str:
    """The entry of one paper: an arXiv number, a key of ``known``, or words."""
    facts = known().get(paper, {})
    shown = {name: _escaped(str(facts[name])) for name in _ORDER if name in facts}
    if "collaboration" in shown and "author" not in shown:
        shown = {"author": f"{{{shown['collaboration']} Collaboration}}", **shown}
    if ARXIV.fullmatch(paper):
        shown |= {"eprint": paper, "archivePrefix": "arXiv", "url": f"https://arxiv.org/abs/{paper}"}
    elif not facts:
        shown["note"] = "".join(SPECIAL.get(c, c) for c in paper)
    if "doi" in shown:
        shown["url"] = f"https://doi.org/{facts['doi']}"
        shown["doi"] = str(facts["doi"])
    kind = "article" if "journal" in shown else "misc"
    return _formatted(kind, key_of(paper), shown)


_ORDER: Final = (
    "author",
    "collaboration",
    "title",
    "journal",
    "volume",
    "pages",
    "number",
    "reportNumber",
    "year",
    "doi",
)


def key_of(paper: str) -> str:
    """The key of an entry.

    >>> key_of("hep-ph/9902259"), key_of("Phys. Lett. B 157 (1985) 458")
    ('arXiv:hep-ph/9902259', 'Phys-Lett-B-157-1985-458')
    """
    return f"arXiv:{paper}" if ARXIV.fullmatch(paper) else re.sub(r"[^A-Za-z0-9]+", "-", paper).strip("-")[:60]


def _formatted(kind: str, key: str, values: Mapping[str, str]) -> str:
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in values.items())
    return f"@{kind}{{{key},\n{lines}\n}}"


def _own() -> str:
    """The entry of darktarget."""
    values = {
        "author": "{The darktarget developers}",
        "title": "darktarget: fixed-target experiments and light dark matter, from the Lagrangian to the limit",
        "version": __version__,
    }
    return _formatted("software", "darktarget", values)


def _escaped(text: str) -> str:
    """A stored fact for a field: special characters are escaped, but not in mathematics ($) and LaTeX in braces."""
    kept = re.split(r"(\$[^$]*\$|\{[^{}]*\})", text)
    return "".join(p if i % 2 else "".join(SPECIAL.get(c, c) for c in p) for i, p in enumerate(kept))


def references_of(thing: Any) -> tuple[str, ...]:
    """All that a result, a model or an experiment refers to, in its fields of references at any depth."""
    return tuple(dict.fromkeys(_found(thing)))


def _found(value: Any) -> Iterator[str]:
    for name in NAMED:
        inner = getattr(value, name, ())
        members = inner if isinstance(inner, tuple) else (inner,)
        for member in members:
            if is_dataclass(member):
                yield from _found(member)
            elif isinstance(member, str) and (name.endswith(("reference", "references")) or _names_a_paper(member)):
                yield member


def _names_a_paper(text: str) -> bool:
    return parts(text) != (text,)
