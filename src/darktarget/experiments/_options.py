"""The [options] tables of an experiment's TOML file: default options of processes and steps for this experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.limits.options import RecastOptions
from darktarget.numerics.values import FrozenDict
from darktarget.options import OptionGroup, OptionValue, given_by, options_of
from darktarget.production.options import OPTIONS
from darktarget.schemas.messages import unknown_key
from darktarget.shower.options import TracksOptions

#: Steps whose options an experiment may set, besides those of the processes.
STEPS: Mapping[str, type[OptionGroup]] = {"tracks": TracksOptions, "recast": RecastOptions}


def groups() -> dict[str, type[OptionGroup]]:
    """The groups of options by the name of their process or step; those without any option are left out."""
    return {name: group for name, group in {**OPTIONS.loaded(), **STEPS}.items() if options_of(group)}


def own_options(tables: Mapping[str, Mapping[str, Any]], source: str) -> dict[str, FrozenDict[str, OptionValue]]:
    """The options that an experiment sets, checked, older spellings replaced.

    Raises:
        UnknownName: no such process or step, or a value that is none of the choices.
        UnknownKey: it has no such option. DeclarationError: another value than allowed.
    """
    return {owner: FrozenDict(_checked(owner, table, f"{source}: options.{owner}")) for owner, table in tables.items()}


def _checked(owner: str, table: Mapping[str, Any], field: str) -> dict[str, OptionValue]:
    known = groups()
    if owner not in known:
        raise UnknownName(field, owner, known)
    names = {name for item in options_of(known[owner]) for name in (item.name, *item.older)}
    found: dict[str, OptionValue] = {}
    for key, value in table.items():
        if key not in names:
            raise unknown_key(f"{field}.{key}", value, {item.name: item for item in options_of(known[owner])})
        try:
            group = given_by(known[owner], {key: value}, owner)
        except UnknownName as error:
            raise UnknownName(f"{field}.{key}", value, error.valid) from None
        except InputError as error:
            raise DeclarationError(f"{field}.{key}", value, error.allowed, error.advice) from None
        name = next(item.name for item in options_of(known[owner]) if key in (item.name, *item.older))
        found[name] = getattr(group, name)
    return found
