"""Tables of a declaration, checked key by key: unknown, missing and malformed keys are errors that name the file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darktarget.errors import DeclarationError, suggestion


@dataclass(frozen=True)
class Key:
    """A key of a table.

    Attributes:
        name: in the file. text: what it means, for the key reference.
        valid: whether a value is allowed. allowed: the allowed values in words.
        required: whether it has to be given. default: of an optional key.
    """

    name: str
    text: str
    valid: Callable[[Any], bool]
    allowed: str
    required: bool = False
    default: Any = None


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; True and False are none.

    >>> is_number(1), is_number(True), is_number(float("nan")), is_number("1")
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_positive(value: Any) -> bool:
    """Whether a value is a finite number above 0."""
    return is_number(value) and value > 0


def is_text(value: Any) -> bool:
    """Whether a value is a text of at least one letter."""
    return isinstance(value, str) and bool(value.strip())


def are_texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


def is_table(value: Any) -> bool:
    """Whether a value is a table."""
    return isinstance(value, Mapping)


def read(table: Any, keys: Sequence[Key], where: str) -> dict[str, Any]:
    """The values of a table, defaults filled in.

    Args:
        table: as parsed. keys: that it may have. where: file and table, put before the keys in messages.

    Raises:
        DeclarationError: not a table, or an unknown, missing or malformed key.

    >>> read({"spin": 1}, [Key("spin", "", is_number, "a number", required=True)], "my.toml: mediator")
    {'spin': 1}
    """
    if not is_table(table):
        raise DeclarationError(where, table, "a table")
    known = {key.name: key for key in keys}
    for name, value in table.items():
        if name not in known:
            advice = f"Valid: {', '.join(known)}. {suggestion(name, known)}".rstrip()
            raise DeclarationError(f"{where}.{name}", value, "no such key", advice)
        if not known[name].valid(value):
            raise DeclarationError(f"{where}.{name}", value, known[name].allowed)
    for key in keys:
        if key.required and key.name not in table:
            raise DeclarationError(f"{where}.{key.name}", None, key.allowed, "This key is required.")
    return {name: table.get(name, key.default) for name, key in known.items()}
