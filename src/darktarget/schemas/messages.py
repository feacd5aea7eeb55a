"""Validation of tables: every mistake in plain words, with the key, its value, what is allowed and what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from darktarget.errors import DeclarationError, MissingKey, UnknownKey, suggestion
from darktarget.schemas.keys import Key, keys_of, stripped
from darktarget.schemas.units import in_another_unit
from darktarget.schemas.words import Advice

_UNKNOWN, _MISSING = "extra_forbidden", "missing"


def validate(schema: type[Any], table: Mapping[str, Any], prefix: str, whole: str = "") -> Any:
    """The validated table.

    Args:
        schema: a pydantic model. table: as read. prefix: put before the keys in messages.
        whole: advice on a missing key of the whole file.

    Raises:
        UnknownKey: a key that the schema does not have; such a mistake comes first, as it explains a missing key.
        MissingKey: a required key. DeclarationError: another value than allowed.
    """
    try:
        return schema.model_validate(table)
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        first = next((m for m in mistakes if m["type"] == _UNKNOWN), mistakes[0])
        raise _error(schema, first, prefix, whole) from None


@dataclass(frozen=True)
class _Place:
    """Where a mistake is: the path, the key if there is one, and the keys of the table around it."""

    path: tuple[int | str, ...]
    key: Key | None
    around: Mapping[str, Key]

    @property
    def field(self) -> str:
        """The path as ``runs.first.exposure``, ``references[0]``."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).removeprefix(".")


def _error(schema: type[BaseModel], mistake: Any, prefix: str, whole: str) -> DeclarationError:
    place = _place(schema, mistake["loc"])
    field = prefix + place.field
    if mistake["type"] == _UNKNOWN:
        return unknown_key(field, mistake["input"], place.around, elsewhere(schema, str(place.path[-1])))
    assert place.key is not None
    if mistake["type"] == _MISSING:
        return MissingKey(field, place.key.allowed, place.key.meaning, whole if len(place.path) == 1 else "")
    value = list(mistake["input"]) if isinstance(mistake["input"], tuple) else mistake["input"]
    infinite = isinstance(value, float) and not math.isfinite(value)
    allowed = place.key.allowed.replace("number", "finite number", 1) if infinite else place.key.allowed
    advice = [rule.text for rule in place.key.rules if isinstance(rule, Advice)]
    quoted = ["Write the number without quotes."] if _numeric(place.key.hint) and _is_number(value) else []
    return DeclarationError(field, value, allowed, " ".join((*quoted, *advice)))


def _numeric(hint: Any) -> bool:
    """Whether a type is a number, or may be one."""
    return hint in (int, float) or any(stripped(part)[0] in (int, float) for part in _members(hint))


def _members(hint: Any) -> tuple[Any, ...]:
    """The types of a union; none of another type."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else ()


def _is_number(text: Any) -> bool:
    """Whether a text is a number in quotes."""
    return isinstance(text, str) and re.fullmatch(r"[+-]?\d[\d_]*(\.\d+)?([eE][+-]?\d+)?", text) is not None


def unknown_key(field: str, value: Any, valid: Mapping[str, Any], others: str = "") -> UnknownKey:
    """The error about a key that does not exist.

    Args:
        field: path of the key. value: as given. valid: the keys of its table. others: tables that have this key.
    """
    name = field.rsplit(".", 1)[-1].rsplit(" ", 1)[-1]
    guess = suggestion(name, valid)
    advice = in_another_unit(name, value, valid) or (f"It belongs to {others}." if others and not guess else guess)
    return UnknownKey(field, value, tuple(valid), advice)


def elsewhere(schema: type[BaseModel], name: str, path: str = "") -> str:
    """The tables of a schema that have a key, as ``[beam] or [runs.NAME]``; empty where none has."""
    found = [header(path)] if path and name in keys_of(schema) else []
    for key in keys_of(schema).values():
        inner, part = inner_table(key)
        if inner is not None and (more := elsewhere(inner, name, f"{path}.{part}" if path else part)):
            found.append(more)
    return " or ".join(found)


def inner_table(key: Key) -> tuple[type[BaseModel] | None, str]:
    """The schema of the table that a key holds, and the key's part of the path.

    Returns:
        the schema, or None; ``beam`` for a table, ``runs.NAME`` for named ones, ``currents[]`` for a list of tables.
    """
    ending = {dict: ".NAME", list: "[]"}.get(get_origin(key.hint), "")
    hint = stripped(get_args(key.hint)[-1])[0] if ending else key.hint
    table = hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None
    return table, f"{key.name}{ending}"


def header(path: str) -> str:
    """The header of a table in TOML.

    >>> header("beam"), header("dark.currents[]")
    ('[beam]', '[[dark.currents]]')
    """
    return f"[[{path.removesuffix('[]')}]]" if path.endswith("[]") else f"[{path}]"


def _place(schema: type[BaseModel], location: tuple[int | str, ...]) -> _Place:
    """Follow a location through a schema; tags of unions are no part of the path, and end it where they are unknown."""
    path: list[int | str] = []
    key: Key | None = None
    around: Mapping[str, Key] = {}
    hint: Any = schema
    for part in location:
        hint, _ = stripped(hint)
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            around = keys_of(hint)
            key = around.get(str(part))
        elif get_origin(hint) in (dict, list, tuple) and key is not None:
            inner, rules = stripped(get_args(hint)[-1 if get_origin(hint) is dict else 0])
            key = Key(str(part), inner, rules, key.default, key.meaning)
        elif tagged := [kind for kind in _members(hint) if Tag(str(part)) in get_args(kind)]:
            hint = tagged[0]
            continue
        else:
            break
        path.append(part)
        if key is None:
            break
        hint = key.hint
    return _Place(tuple(path), key, around)
