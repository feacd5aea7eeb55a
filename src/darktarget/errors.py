"""Named errors: each says which field, which value, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

T = TypeVar("T")


class DarktargetError(Exception):
    """Base of every error that darktarget raises on purpose."""


class InputError(DarktargetError, ValueError):
    """A value given by the user is outside what is allowed.

    Args:
        field: name of the offending parameter or key.
        value: the value as given.
        allowed: the allowed range or set, in words.
        advice: what to do about it.
    """

    def __init__(self, field: str, value: Any, allowed: str, advice: str = "") -> None:
        self.field, self.value, self.allowed, self.advice = field, value, allowed, advice
        tail = f" {advice}" if advice else ""
        super().__init__(f"{field} = {_short(value)}: allowed is {allowed}.{tail}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, vars(self))  # an error of a worker process has to reach its parent


def _restored(kind: type[InputError], args: tuple[Any, ...], state: dict[str, Any]) -> InputError:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


class UnknownName(InputError):
    """A name that does not exist; the message lists the valid ones and suggests the closest.

    Args:
        kind: what was named. name: as given. valid: the valid names.
        notes: what the message adds to some of them, by name.
        advice: what to do about it, by default the suggestion.

    >>> print(UnknownName("colour", "gren", ("red", "green"), {"green": "leaves"}))
    colour = 'gren': allowed is one of red, green (leaves). Did you mean green?
    """

    def __init__(
        self, kind: str, name: Any, valid: Iterable[str], notes: Mapping[str, str] | None = None, advice: str = ""
    ) -> None:
        self.valid = tuple(valid)
        listed = (f"{v} ({notes[v]})" if notes and v in notes else v for v in self.valid)
        super().__init__(kind, name, "one of " + ", ".join(listed), advice or suggestion(name, self.valid))


class DeclarationError(InputError):
    """A TOML declaration that cannot be read or does not fit the schema."""


class OutputExists(InputError):
    """A file that would be overwritten without the user's consent."""

    def __init__(self, path: Any) -> None:
        super().__init__("output", str(path), "a path that does not exist yet", "Use --force (force=True).")


class OutputError(InputError):
    """A result that cannot be written (no such directory, not writable, disk full)."""


class PhysicsError(DarktargetError):
    """A calculation that is not defined for the given input, with the reason."""


class PluginError(DarktargetError):
    """A member of a registry, shipped or of another package, that cannot be loaded, with its place and the reason."""


class PluginWarning(UserWarning):
    """A plug-in, or an option of one, is left out; the message names the place and the reason."""


class DataCorrupt(DarktargetError):
    """A stored table whose checksum or schema does not match its content."""


def chosen(kind: str, name: str, known: Mapping[str, T]) -> T:
    """Return the entry of a table that a user named.

    Args:
        kind: what the table holds, for the message. name: as given. known: the table.

    Raises:
        UnknownName: the table has no such entry.

    >>> chosen("colour", "red", {"red": 1})
    1
    """
    try:
        return known[name]
    except (KeyError, TypeError):
        raise UnknownName(kind, name, known) from None


def suggestion(name: Any, valid: Iterable[str]) -> str:
    """The closest valid name as a question; empty where none is close.

    >>> suggestion("gren", ("red", "green"))
    'Did you mean green?'
    """
    close = get_close_matches(name, valid, 1) if isinstance(name, str) else []
    return f"Did you mean {close[0]}?" if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
