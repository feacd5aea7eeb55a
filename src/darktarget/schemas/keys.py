"""The keys of a schema: type, allowed values, default and meaning in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from inspect import cleandoc
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel, ConfigDict, Field, create_model

from darktarget.schemas.units import unit_of
from darktarget.schemas.words import Meaning

#: What every schema asks for; built at first use, as most tables are validated as parts of another one.
STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, defer_build=True)
REQUIRED: Final = object()
_BOUNDS: Final[Mapping[type, tuple[str, str]]] = MappingProxyType(
    {Gt: ("gt", "above"), Ge: ("ge", "at least"), Lt: ("lt", "below"), Le: ("le", "at most")}
)
_NOUNS: Final[Mapping[Any, tuple[str, str]]] = MappingProxyType(
    {float: ("a number", "numbers"), int: ("a whole number", "whole numbers"), str: ("text", "texts"),
     bool: ("true or false", "values true or false")}
)  # fmt: skip


@dataclass(frozen=True)
class Key:
    """One key of a table.

    Attributes:
        name: as written in the file. hint: its type, without None.
        rules: bounds and advice from the annotations.
        default: ``REQUIRED`` where the key has to be given. meaning: one sentence.
    """

    name: str
    hint: Any
    rules: tuple[Any, ...]
    default: Any
    meaning: str

    @property
    def required(self) -> bool:
        """Whether the key has to be given."""
        return self.default is REQUIRED

    @property
    def unit(self) -> str:
        """From the end of the name; empty where it has none."""
        return unit_of(self.name)

    @property
    def allowed(self) -> str:
        """Type and range in words."""
        return in_words(self.hint, self.rules)


class StrictTable(BaseModel):
    """A table without unknown keys, text for numbers, inf or nan."""

    model_config = STRICT


def keys_of(schema: type[BaseModel]) -> dict[str, Key]:
    """The keys of a table by name, in order."""
    hints = get_type_hints(schema, include_extras=True)
    found = {}
    for name, info in schema.model_fields.items():
        hint, rules = stripped(hints[name])
        default = REQUIRED if info.is_required() else info.get_default(call_default_factory=True)
        found[name] = Key(name, hint, rules, default, info.description or "")
    return found


def stripped(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without ``Annotated`` and None, and its annotations.

    >>> stripped(Annotated[float, Gt(0)] | None)
    (<class 'float'>, (Gt(gt=0),))
    """
    if get_origin(hint) is Annotated:
        inner, *rules = get_args(hint)
        hint, before = stripped(inner)
        return hint, (*before, *rules)
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        if len(parts) == 1:
            return stripped(parts[0])
    return hint, ()


def in_words(hint: Any, rules: tuple[Any, ...] = (), many: bool = False) -> str:
    """Type and range in words.

    >>> in_words(float, (Gt(0),)), in_words(list[Annotated[float, Ge(0)]], (MinLen(2),))
    ('a number above 0', 'a list of at least 2 numbers of at least 0')
    >>> in_words(Literal[0, 1] | list[Literal[0, 1]])
    'one of 0, 1 or a list of them'
    """
    hint, more = stripped(hint)
    rules = (*more, *rules)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ("one of " if len(inner) > 1 else "") + ", ".join(json.dumps(name) for name in inner)
    if origin in (list, tuple):
        return _list(inner[0], rules)
    if origin in (Union, UnionType):
        return _either(inner)
    if hint in _NOUNS:
        return _NOUNS[hint][many] + _range(rules)
    return "tables" if many else _table(inner[1] if origin is dict else Any, rules)


def _either(kinds: tuple[Any, ...]) -> str:
    """One of several types; a list of what another one is comes in short."""
    single = [stripped(kind)[0] for kind in kinds]
    words = []
    for kind in kinds:
        hint, rules = stripped(kind)
        of_them = get_origin(hint) is list and stripped(get_args(hint)[0])[0] in single
        words.append(_list(None, rules) if of_them else in_words(kind))
    return " or ".join(words)


def _least(rules: tuple[Any, ...]) -> int:
    """The least number of entries."""
    return next((rule.min_length for rule in rules if isinstance(rule, MinLen)), 0)


def _list(entry: Any, rules: tuple[Any, ...]) -> str:
    least, entries = _least(rules), "them" if entry is None else in_words(entry, (), many=True)
    if any(isinstance(rule, MaxLen) and rule.max_length == least for rule in rules):
        return f"a list of {least} {entries}"
    few = {0: f"a list of {entries}", 1: f"a list, not empty, of {entries}"}
    return few.get(least, f"a list of at least {least} {entries}")


def _table(entry: Any, rules: tuple[Any, ...]) -> str:
    text = "a table with at least one entry" if _least(rules) else "a table"
    entries = "tables" if stripped(entry)[0] is Any else in_words(entry, (), many=True)
    return text if entries == "tables" else f"{text} of {entries}"


def _range(rules: tuple[Any, ...]) -> str:
    """Bounds in words: ``above 0``, ``from 0 to 1``."""
    bounds = [(_BOUNDS[type(r)], r) for r in rules if type(r) in _BOUNDS]
    if [type(r) for _, r in bounds] == [Ge, Le]:
        (_, low), (_, high) = bounds
        return f" from {low.ge:g} to {high.le:g}"
    words = [f"{word} {getattr(rule, attribute):g}" for (attribute, word), rule in bounds]
    text = " and ".join(words)
    return f" of {text}" if text.startswith("at least") else f" {text}" if text else ""


def model_of_class(cls: type, name: str, extra: Mapping[str, tuple[Any, Any]] | None = None) -> type[BaseModel]:
    """The schema of a frozen dataclass, with the meanings from the ``Attributes`` of its docstring.

    Args:
        cls: the dataclass. name: of the schema. extra: further keys, (type, field) by name, in front.
    """
    assert is_dataclass(cls)
    hints, meanings = get_type_hints(cls, include_extras=True), attribute_meanings(cls)
    wanted: dict[str, Any] = dict(extra or {})
    for field in fields(cls):
        default = ... if field.default is MISSING else field.default
        wanted[field.name] = (hints[field.name], Field(default, description=meanings.get(field.name, "")))
    return create_model(name, __config__=STRICT, **wanted)


def model_of_typed_dict(cls: Any, name: str) -> type[BaseModel]:
    """The schema of a typed dictionary whose annotations carry a ``Meaning``."""
    wanted: dict[str, Any] = {}
    for key, hint in get_type_hints(cls, include_extras=True).items():
        inner, rules = stripped(hint)
        meaning = next((r.text for r in rules if isinstance(r, Meaning)), "")
        kept = tuple(r for r in rules if not isinstance(r, Meaning))
        inner = Annotated[(inner, *kept)] if kept else inner
        wanted[key] = (inner, Field(... if key in cls.__required_keys__ else None, description=meaning))
    return create_model(name, __config__=STRICT, **wanted)


def attribute_meanings(cls: type) -> dict[str, str]:
    """Meaning of each attribute of a class and its bases, from their docstrings.

    >>> class Cut:
    ...     '''A cut.
    ...
    ...     Attributes:
    ...         energy: the cut, GeV. width: of the resolution,
    ...             GeV.
    ...     '''
    >>> attribute_meanings(Cut)
    {'energy': 'the cut, GeV', 'width': 'of the resolution, GeV'}
    """
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        section = re.search(r"^Attributes[^\n]*:\n((?:    .*\n?|\n)+)", cleandoc(base.__doc__ or ""), re.MULTILINE)
        text = " ".join((section[1] if section else "").split())
        parts = re.split(r"(?:^|(?<=\.) )(\w+): ", text)
        found |= {name: meaning.rstrip(".") for name, meaning in zip(parts[1::2], parts[2::2], strict=True)}
    return found


#: Returns the schema of a table that depends on what is registered.
SchemaSource = Callable[[], type[BaseModel]]
