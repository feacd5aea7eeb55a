"""Options of processes and steps: frozen dataclasses whose fields carry all that a user has to know.

Every process or step of the calculation has a group of its own; the command line and the keywords of ``dt.limit`` and
the others are generated from the fields::

    @dataclass(frozen=True)
    class MyProcessOptions(OptionGroup):
        nucleus: Literal["whole", "nucleons"] = option("whole", "What the photon scatters on")
        threshold: float = option(2.0, "Lowest photon energy", above=0, unit="GeV")

Values are checked when a group is created, here and nowhere else. This module imports neither numpy nor a process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from math import inf, isfinite
from numbers import Real
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

from darktarget.errors import InputError, UnknownName, chosen

T = TypeVar("T")
G = TypeVar("G", bound="OptionGroup")

#: What an option can be.
OptionValue: TypeAlias = str | float | bool

KEY = "darktarget.option"  # of the metadata of a field


@dataclass(frozen=True, eq=False)
class Option:
    """One option, as its field describes it.

    Attributes:
        name: keyword; the command line writes it with hyphens.
        kind: str, float, int or bool.
        default: value where none is given.
        help: one line, without the allowed values.
        unit: of a number, such as GeV; "" for none.
        choices: returns the names that are allowed; empty for any.
        above, below: open bounds of a number. least, most: closed ones.
        older: former names, still accepted. older_values: former spelling of a value -> spelling of today.
    """

    name: str
    kind: type
    default: OptionValue
    help: str = ""
    unit: str = ""
    choices: Callable[[], tuple[str, ...]] = tuple
    above: float = -inf
    below: float = inf
    older: tuple[str, ...] = ()
    older_values: Mapping[str, str] = field(default_factory=dict)
    least: float = -inf
    most: float = inf

    @property
    def allowed(self) -> str:
        """The allowed values in words.

        >>> Option("scale", float, 1.0, above=0).allowed
        'a finite number > 0'
        """
        if names := self.choices():
            return "one of " + ", ".join(names)
        if self.kind is bool:
            return "True or False"
        if self.kind is str:
            return "a text"
        bounds = ((" > ", self.above), (" >= ", self.least)), ((" < ", self.below), (" <= ", self.most))
        lower, upper = ("".join(f"{sign}{bound:g}" for sign, bound in side if isfinite(bound)) for side in bounds)
        both = " and" if lower and upper else ""
        number = "a whole number" if self.kind is int else "a finite number"
        return f"{number}{lower}{both}{upper}{f' {self.unit}' if self.unit else ''}"

    def check(self, value: Any, given_as: str = "") -> OptionValue:
        """Return an allowed value, in the spelling of today.

        Args:
            value: as given. given_as: the name that the user wrote, where it is an older one.

        Raises:
            UnknownName: not one of the choices. InputError: of another type, or out of range.

        >>> Option("form", str, "exact", choices=lambda: ("exact", "ww"), older_values={"etl": "exact"}).check("etl")
        'exact'
        """
        name = given_as or self.name
        if names := self.choices():
            value = self.older_values.get(value, value) if isinstance(value, str) else value
            if not isinstance(value, str) or value not in names:
                raise UnknownName(name, value, names)
            return value
        if not self._fits(value):
            raise InputError(name, value, self.allowed)
        return cast(OptionValue, self.kind(value))

    def _fits(self, value: Any) -> bool:
        if self.kind in (str, bool):
            return isinstance(value, self.kind)
        if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
            return False
        number = float(value)
        inside = self.above < number < self.below and self.least <= number <= self.most
        return inside and (self.kind is not int or number.is_integer())


def option(
    default: T,
    help: str,
    *,
    unit: str = "",
    choices: Callable[[], tuple[str, ...]] | None = None,
    above: float = -inf,
    below: float = inf,
    least: float = -inf,
    most: float = inf,
    older: tuple[str, ...] = (),
    older_values: Mapping[str, str] | None = None,
) -> T:
    """Declare a field of an ``OptionGroup``; arguments as the attributes of ``Option``.

    The allowed names of a field annotated with ``Literal[...]`` are those; ``choices`` is for names that are
    found, such as files of a folder.
    """
    described = {"help": help, "unit": unit, "above": above, "below": below, "older": older}
    described |= {"least": least, "most": most}
    described |= {"choices": choices} if choices else {}
    return field(default=default, metadata={KEY: {**described, "older_values": older_values or {}}})


@dataclass(frozen=True)
class OptionGroup:
    """The options of one process or step; a process without options has this empty group.

    A group that inherits all of its fields needs no decorator.

    Raises:
        UnknownName, InputError: a value that the field does not allow.
    """

    def __post_init__(self) -> None:
        for item in options_of(type(self)):
            object.__setattr__(self, item.name, item.check(getattr(self, item.name)))


def options_of(group: type[OptionGroup]) -> tuple[Option, ...]:
    """The options of a group, in the order of its fields.

    >>> @dataclass(frozen=True)
    ... class Mine(OptionGroup):
    ...     scale: float = option(1.0, "Factor on the yield", above=0)
    >>> [(o.name, o.default, o.allowed) for o in options_of(Mine)]
    [('scale', 1.0, 'a finite number > 0')]
    """
    return _options_of(cast(Any, group))  # a class is hashable


def checked(group: type[G], **given: OptionValue) -> G:
    """A group from values that may be of any spelling and type, such as those of a user.

    Raises:
        UnknownName, InputError: a value that its field does not allow.
    """
    return group(**given)


def given_by(group: type[G], given: Mapping[str, OptionValue], owner: str) -> G:
    """A group from keywords.

    Args:
        given: value by keyword, older ones included. owner: what has the options, for the message.

    Raises:
        UnknownName, InputError: no such option, a value that it does not allow, or two spellings of one option.
    """
    found: dict[str, OptionValue] = {}
    for keyword, value in given.items():
        item = _known(group, keyword, owner)
        if item.name in found:
            raise InputError(keyword, value, f"given once, as {item.name}")
        found[item.name] = item.check(value, keyword)
    return checked(group, **found)


def from_words(group: type[OptionGroup], words: Sequence[str], owner: str) -> dict[str, OptionValue]:
    """Options from the words that follow a name, as in ``NAME:VALUE`` or ``NAME:OPTION=VALUE``.

    Args:
        words: OPTION=VALUE, or VALUE for the first option of the group. owner: the name, for messages.

    Raises:
        UnknownName: no such option. InputError: one given twice, or a value for a name without options.

    >>> @dataclass(frozen=True)
    ... class Mine(OptionGroup):
    ...     form: str = option("exact", "Formula", choices=lambda: ("exact", "ww"))
    ...     scale: float = option(1.0, "Factor on the yield", above=0)
    >>> from_words(Mine, ["ww", "scale=2"], "mine")
    {'form': 'ww', 'scale': 2.0}
    """
    first = next((item.name for item in options_of(group)), "")
    found: dict[str, OptionValue] = {}
    for word in words:
        before, equals, after = word.partition("=")
        name, text = (before, after) if equals else (first, before)
        if name in found:
            raise InputError(f"option of {owner}", word, f"{name} given once")
        found[name] = _READ[_known(group, name or word, owner).kind](text)
    return found


def spelled(values: OptionGroup) -> tuple[str, ...]:
    """The words after a name that give the options which differ from their defaults, as ``from_words`` reads them.

    >>> spelled(OptionGroup())
    ()
    """
    items = options_of(type(values))
    changed = [(item, getattr(values, item.name)) for item in items if getattr(values, item.name) != item.default]
    return tuple(
        value if item is items[0] and item.kind is str else f"{item.name}={_WRITTEN.get(item.kind, str)(value)}"
        for item, value in changed
    )


def _known(group: type[OptionGroup], keyword: str, owner: str) -> Option:
    """The option of a group that a keyword means.

    Raises:
        UnknownName: none. InputError: the group has no options at all.
    """
    known = {name: item for item in options_of(group) for name in (item.name, *item.older)}
    if not known:
        raise InputError(f"option of {owner}", keyword, f"nothing, as {owner} has no options")
    return chosen(f"option of {owner}", keyword, known)


def _number(text: str) -> OptionValue:
    """A number where the text is one; else the text, which the check of the option refuses."""
    try:
        return float(text)
    except ValueError:
        return text


#: How the text of an option is read, by its kind.
_READ: Final[Mapping[type, Callable[[str], OptionValue]]] = {
    str: str,
    float: _number,
    int: _number,
    bool: lambda text: {"true": True, "false": False}.get(text, text),
}

#: How the value of an option is written, by its kind, where not as Python does.
_WRITTEN: Final[Mapping[type, Callable[[Any], str]]] = {float: "{:.12g}".format, bool: lambda value: str(value).lower()}


def names_of(*groups: type[OptionGroup]) -> frozenset[str]:
    """Names of the options of some groups."""
    return frozenset(item.name for group in groups for item in options_of(group))


@cache
def _options_of(group: Any) -> tuple[Option, ...]:
    hints = get_type_hints(group)
    return tuple(_read(group, f.name, hints[f.name], f.default, f.metadata.get(KEY, {})) for f in fields(group))


def _read(group: type, name: str, hint: Any, default: Any, described: Mapping[str, Any]) -> Option:
    names = cast(tuple[str, ...], get_args(hint)) if get_origin(hint) is Literal else ()
    kind = str if names else hint
    if default is MISSING or kind not in (str, float, int, bool):
        allowed = "a field with a default that is a Literal, str, float, int or bool"
        raise InputError(f"option of {group.__name__}", name, allowed)
    return Option(name, kind, default, **{"choices": lambda: names, **described})
