"""A key reference in Markdown, from the same tables that check the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from darktarget.options import OptionGroup, options_of
from darktarget.schemas.keys import Key, keys_of
from darktarget.schemas.messages import inner_table

_HEAD: Final = ("| key | allowed | unit | default | meaning |", "| --- | --- | --- | --- | --- |")


def tables(schema: type[BaseModel], path: str = "", level: int = 2) -> Iterator[str]:
    """Sections of the tables of a schema, each table after the one that holds it.

    Args:
        schema: the table. path: of it, such as ``target.layers.NAME``; empty for the whole file. level: of the heading.
    """
    about = " ".join((schema.__doc__ or "").split())
    yield section(f"[{path}]" if path else "The whole file", about, rows(schema), level)
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
