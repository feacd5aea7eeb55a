"""The keywords of a calculation: which process or step reads which option.

``dt.limit``, ``dt.produce``, ``dt.sampler``, ``dt.measurement`` and ``dt.cross_section`` take the same keywords: the
options of every process and of the steps ``STEPS``. Nothing is imported but the groups of options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

from darktarget.errors import InputError, UnknownName
from darktarget.limits.options import RecastOptions
from darktarget.options import Option, OptionGroup, OptionValue, checked, options_of
from darktarget.production.options import OPTIONS
from darktarget.shower.options import TracksOptions

G = TypeVar("G", bound=OptionGroup)
Group = type[OptionGroup]

#: Steps of the flow with options of their own, besides the processes (read-only).
STEPS: Final[Mapping[str, Group]] = MappingProxyType({"tracks": TracksOptions, "recast": RecastOptions})


@dataclass(frozen=True)
class Options:
    """The options that a user gave, checked; each process and step takes its own from them.

    Attributes:
        given: value by name; what is absent has its default.
    """

    given: Mapping[str, OptionValue]

    def of(self, group: type[G]) -> G:
        """The options of one group.

        >>> choose({"tracks": "first-radiation-length"}).of(TracksOptions)
        TracksOptions(tracks='first-radiation-length')
        """
        return checked(group, **{o.name: self.given[o.name] for o in options_of(group) if o.name in self.given})

    def process(self, name: str) -> OptionGroup:
        """The options of one process.

        >>> choose({"form_factor": "helm", "cross_section": "etl"}).process("bremsstrahlung")
        BremsstrahlungOptions(form_factor='helm', cross_section='exact')
        """
        return self.of(group_of(name))


def group_of(process: str) -> Group:
    """The group of a process; the empty one where it has no options."""
    try:
        return OPTIONS[process]
    except UnknownName:
        return OptionGroup


def process_groups(plugins: bool = True) -> dict[str, Group]:
    """The groups of all processes by name; ``plugins`` adds those of other packages."""
    return {name: OPTIONS[name] for name in OPTIONS.names(plugins)}


def choose(given: Mapping[str, OptionValue], processes: Sequence[str] = ()) -> Options:
    """Checked options from keywords, older spellings replaced.

    Args:
        given: value by keyword. processes: whose options an error message lists; all by default.

    Raises:
        UnknownName: no process or step has such an option, or it does not have this value.
        InputError: a value of another type or out of range, or an option given in two spellings.

    >>> choose({"meson_scale": 2}).given["vector_meson_yield_scale"]
    2.0
    """
    found: dict[str, OptionValue] = {}
    for keyword, value in given.items():
        item = _find(keyword, processes)
        if item.name in found:
            raise InputError(keyword, value, f"given once, as {item.name}")
        found[item.name] = item.check(value, keyword)
    return Options(MappingProxyType(found))


def _find(keyword: str, processes: Sequence[str]) -> Option:
    """The option that a keyword means; other packages are searched only if none of the shipped ones is meant."""
    for plugins in (False, True):
        for item, _ in declared({**process_groups(plugins), **STEPS}):
            if keyword in (item.name, *item.older):
                return item
    groups = {name: group_of(name) for name in processes} or process_groups()
    known = declared({**groups, **STEPS})
    raise UnknownName("option", keyword, [f"{item.name} ({', '.join(owners)})" for item, owners in known])


def declared(groups: Mapping[str, Group]) -> Iterator[tuple[Option, tuple[str, ...]]]:
    """Every option of some groups once, with the names of the groups that have it.

    Raises:
        InputError: two groups declare one name in two ways.
    """
    first: dict[str, Option] = {}
    owners: dict[str, tuple[str, ...]] = {}
    for owner, group in groups.items():
        for item in options_of(group):
            if _fact(first.setdefault(item.name, item)) != _fact(item):
                others, advice = ", ".join(owners[item.name]), "Inherit the field, or choose another name."
                raise InputError(f"option of {owner}", item.name, f"as {others} declares it", advice)
            owners[item.name] = (*owners.get(item.name, ()), owner)
    return ((item, owners[name]) for name, item in first.items())


def _fact(item: Option) -> tuple[object, ...]:
    """What two declarations of one option have to agree in."""
    return (item.kind, item.default, item.choices(), item.above, item.below)
