"""A key reference in Markdown, from the same tables that check the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from darktarget.options import OptionGroup, options_of
from darktarget.schemas.keys import Key, keys_of
from darktarget.schemas.messages import header, inner_table

#: What every key reference starts with.
GENERATED: Final = (
    "Generated from the schema that checks the files. Keys carry their unit at the end of the name; a key that does "
    "not exist, a missing one and a value out of range are errors that name the key and what is allowed. `NAME` is any "
    "name of your own."
)
_HEAD: Final = ("| key | allowed | unit | default | meaning |", "| --- | --- | --- | --- | --- |")


def editors(kind: str) -> str:
    """How an editor completes and checks a file.

    Args:
        kind: of the file, as ``darktarget schema`` names it.
    """
    return f"""For completion and checks in an editor, write the JSON Schema to a file and name it in the first line
of the {kind} (Even Better TOML in VS Code, taplo):

```bash
darktarget schema {kind} > {kind}.schema.json
```

```toml
#:schema ./{kind}.schema.json
```
"""


def tables(schema: type[BaseModel], path: str = "", level: int = 2) -> Iterator[str]:
    """Sections of the tables of a schema, each table after the one that holds it.

    Args:
        schema: the table. path: of it, such as ``target.layers.NAME``; empty for the whole file. level: of the heading.
    """
    about = " ".join((schema.__doc__ or "").split())
    yield section(header(path) if path else "The whole file", about, rows(schema), level)
    for key in keys_of(schema).values():
        inner, part = inner_table(key)
        if inner is not None:
            yield from tables(inner, f"{path}.{part}" if path else part, level)


def section(heading: str, about: str, lines: Iterator[str], level: int = 2) -> str:
    """A heading, a sentence and a table of keys."""
    code = f"`{heading}`" if heading.startswith("[") else heading
    return "\n".join((f"{'#' * level} {code}", "", *((about, "") if about else ()), *_HEAD, *lines))


def rows(schema: type[BaseModel]) -> Iterator[str]:
    """A row for each key of a table."""
    for key in keys_of(schema).values():
        yield _row(f"`{key.name}`", key.allowed, key.unit, _default(key), key.meaning)


def option_rows(group: type[OptionGroup]) -> Iterator[str]:
    """A row for each option of a process or step."""
    for item in options_of(group):
        allowed = "true or false" if item.kind is bool else item.allowed
        yield _row(f"`{item.name}`", allowed, item.unit, _value(item.default), item.help)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(key: Key) -> str:
    """The default as TOML writes it; a dash where leaving the key out has no value."""
    if key.required:
        return "**required**"
    return "-" if key.default is None else _value(key.default)


def _value(value: Any) -> str:
    """A value as TOML writes it."""
    text = f"{value:g}" if isinstance(value, float) else json.dumps(list(value) if isinstance(value, tuple) else value)
    return f"`{text}`"
