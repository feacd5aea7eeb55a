"""The names of a kind, a tuple for programs and a table for people, and one line on each file without importing it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from typing import Self

#: After these a full stop does not end a sentence.
ABBREVIATIONS: Final = ("Phys", "Rev", "Lett", "Sec", "Fig", "Eq", "Instrum", "Meth")


class Names(tuple[str, ...]):
    """A tuple of names that can be printed as a table: one line each, with the description.

    ``print``, IPython and notebooks show the table; ``repr`` is that of the tuple. Descriptions are read when they are
    needed.

    >>> found = Names(("up", "down"), {"up": "charge 2/3", "down": "charge -1/3"}.__getitem__)
    >>> print(found)
    up    charge 2/3
    down  charge -1/3
    >>> found, found.descriptions["up"]
    (('up', 'down'), 'charge 2/3')
    """

    _describe: Callable[[str], str]

    def __new__(cls, names: Iterable[str], describe: Callable[[str], str]) -> Self:
        """Names, and the function that describes one."""
        found = super().__new__(cls, names)
        found._describe = describe
        return found

    @property
    def descriptions(self) -> Mapping[str, str]:
        """One line on each name."""
        return {name: self._describe(name) for name in self}

    def __str__(self) -> str:
        width = max(map(len, self), default=0)
        return "\n".join(f"{name:{width}s}  {text}".rstrip() for name, text in self.descriptions.items())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For IPython."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """For notebooks."""
        rows = (f"<tr><td><code>{escape(n)}</code></td><td>{escape(t)}</td></tr>" for n, t in self.descriptions.items())
        return f"<table>{''.join(rows)}</table>"

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)  # a copy, or what another process receives, is a plain tuple


def summary(source: str) -> str:
    """First sentence of the docstring of a module.

    >>> summary("'A scalar that is light. More.'")
    'A scalar that is light'
    """
    return first_sentence(ast.get_docstring(ast.parse(source)))


def first_sentence(text: str | None) -> str:
    """First sentence of a docstring on one line, without markup and up to its first formula.

    >>> first_sentence("An ``eps``, Phys. Rev. D 1: :math:`g`. More.")
    'An eps, Phys. Rev. D 1'
    """
    paragraph = " ".join((text or "").split("\n\n")[0].split())
    abbreviated = "".join(rf"(?<!{word}\.)" for word in ABBREVIATIONS)
    sentence = re.split(rf"(?<=[a-z0-9)`]\.){abbreviated}\s(?=[A-Z])", paragraph)[0]
    return re.split(r"[,:] :math:", sentence)[0].replace("`", "").rstrip(".")


def title(path: Path) -> str:
    """The title that a TOML file gives; empty where it has none."""
    return str(tomllib.loads(path.read_text(encoding="utf-8")).get("title", ""))


def plural(kind: str) -> str:
    """Plural of a kind, as the command line and the entry points write it.

    >>> plural("process"), plural("model")
    ('processes', 'models')
    """
    return kind + ("es" if kind.endswith("s") else "s")


def singular(kinds: str) -> str:
    """The kind of a plural.

    >>> singular("processes"), singular("models")
    ('process', 'model')
    """
    return kinds.removesuffix("es" if kinds.endswith("ses") else "s")
