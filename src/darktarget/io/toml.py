"""TOML text from plain data: what ``tomllib`` reads back as the same dictionary.

Keys without a value (None) are left out, as TOML has no null.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

WIDTH: Final = 120
_NAMES: Final = {math.inf: "inf", -math.inf: "-inf"}


def document(table: Mapping[str, Any]) -> str:
    """A table as a TOML document.

    Raises:
        TypeError: a value that TOML cannot hold.

    >>> print(document({"title": "mine", "beam": {"energy_GeV": 100.0}, "runs": [{"n": 1}, {"n": 2}]}), end="")
    title = "mine"
    <BLANKLINE>
    [beam]
    energy_GeV = 100.0
    <BLANKLINE>
    [[runs]]
    n = 1
    <BLANKLINE>
    [[runs]]
    n = 2
    """
    return "\n".join(_lines(table, "")).lstrip("\n") + "\n"


def parsed(text: str) -> dict[str, Any]:
    """The table of a TOML document.

    Raises:
        ValueError: it is not valid TOML.
    """
    return tomllib.loads(text)


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """The keys of a table, then its tables and its arrays of tables, each under its full name."""
    given = {key: value for key, value in table.items() if value is not None}
    inner = {key: value for key, value in given.items() if isinstance(value, Mapping) or _is_array_of_tables(value)}
    yield from (_assigned(key, value) for key, value in given.items() if key not in inner)
    for key, value in inner.items():
        name = f"{path}.{key_text(key)}" if path else key_text(key)
        if not isinstance(value, Mapping):
            for row in value:
                yield from ("", f"[[{name}]]", *_lines(row, name))
            continue
        below = list(_lines(value, name))
        if not below or below[0]:  # a table of tables alone needs no line of its own
            yield from ("", f"[{name}]")
        yield from below


def _assigned(key: str, value: Any) -> str:
    """A key and its value; the elements of a list that is too long for a line have lines of their own."""
    line = f"{key_text(key)} = {value_text(value)}"
    if len(line) <= WIDTH or isinstance(value, str) or not isinstance(value, Sequence):
        return line
    return "\n".join([f"{key_text(key)} = [", *(f"  {value_text(item)}," for item in value), "]"])


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)


def key_text(name: str) -> str:
    """A key as TOML writes it: bare where that is allowed.

    >>> key_text("2016-I"), key_text("field [T m]")
    ('2016-I', '"field [T m]"')
    """
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _quoted(name)


def value_text(value: Any) -> str:
    """A value as TOML writes it, on one line; tables in lists are inline tables.

    Raises:
        TypeError: a value that TOML cannot hold.

    >>> value_text([1, 1e-06, True, 'say "x"', {"a": [2.0]}])
    '[1, 1e-06, true, "say \\\\"x\\\\"", { a = [2.0] }]'
    """
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return _NAMES.get(value, "nan")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        items = ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items() if v is not None)
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(value_text, value))}]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes, without its pairs of surrogates; TOML escapes DEL as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def comments(text: str) -> str:
    """Lines as comments.

    >>> comments("one\\n\\ntwo")
    '# one\\n#\\n# two'
    """
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())
