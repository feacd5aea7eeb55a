"""The keywords of a calculation: which process or step reads which option.

``dt.limit``, ``dt.produce``, ``dt.sampler``, ``dt.measurement`` and ``dt.cross_section`` take the same keywords: the
options of every process and of the steps ``STEPS``. Nothing is imported but the groups of options.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Final, TypeVar

from darktarget.errors import InputError, UnknownName
from darktarget.limits.options import RecastOptions, ReportOptions, StatisticOptions
from darktarget.options import Option, OptionGroup, OptionValue, checked, names_of, options_of
from darktarget.production.options import OPTIONS
from darktarget.registry import warn_once
from darktarget.shower.options import TracksOptions

G = TypeVar("G", bound=OptionGroup)
Group = type[OptionGroup]

#: Steps of the flow with options of their own, besides the processes (read-only).
STEPS: Final[Mapping[str, Group]] = MappingProxyType({"tracks": TracksOptions, "recast": RecastOptions})

#: Keywords of ``dt.limit`` that belong to no process: a process of another package cannot use them.
TAKEN: Final = names_of(StatisticOptions, ReportOptions)


@dataclass(frozen=True)
class Options:
    """The options that a user gave, checked; each process and step takes its own from them.

    Attributes:
        given: value by name; what is absent has its default.
        defaults: values of an experiment by process or step and name, which ``given`` overrides.
    """

    given: Mapping[str, OptionValue]
    defaults: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=dict)

    def of(self, group: type[G]) -> G:
        """The options of one group.

        >>> choose({"tracks": "first-radiation-length"}).of(TracksOptions)
        TracksOptions(tracks='first-radiation-length')
        """
        return self._of(group, next((name for name, step in STEPS.items() if step is group), ""))

    def process(self, name: str) -> OptionGroup:
        """The options of one process.

        >>> choose({"form_factor": "helm", "cross_section": "etl"}).process("bremsstrahlung")
        BremsstrahlungOptions(form_factor='helm', cross_section='exact')
        """
        return self._of(group_of(name), name)

    def from_experiment(self, *owners: str) -> tuple[str, ...]:
        """A line for each default of the experiment that takes effect for some processes or steps.

        >>> choose({}, defaults={"annihilation": {"width": "fixed"}}).from_experiment("annihilation")
        ('option of annihilation from the experiment: width = fixed',)
        """
        return tuple(
            f"option of {owner} from the experiment: {name} = {value}"
            for owner in owners
            for name, value in self.defaults.get(owner, {}).items()
            if name not in self.given
        )

    def _of(self, group: type[G], owner: str) -> G:
        values = {**self.defaults.get(owner, {}), **self.given}
        return checked(group, **{o.name: values[o.name] for o in options_of(group) if o.name in values})


def group_of(process: str) -> Group:
    """The group of a process; the empty one where it has no options."""
    try:
        return OPTIONS[process]
    except UnknownName:
        return OptionGroup


def process_groups(plugins: bool = True) -> dict[str, Group]:
    """The groups of all processes by name; ``plugins`` adds those of other packages."""
    return OPTIONS.loaded(plugins)


def choose(
    given: Mapping[str, OptionValue],
    processes: Sequence[str] = (),
    function: Callable[..., object] | None = None,
    defaults: Mapping[str, Mapping[str, OptionValue]] = MappingProxyType({}),
) -> Options:
    """Checked options from keywords, older spellings replaced.

    Args:
        given: value by keyword. processes: whose options an error message lists; all by default.
        function: that was called; an error message lists its own keywords as well.
        defaults: of an experiment, by process or step.

    Raises:
        UnknownName: no process or step has such an option, or it does not have this value.
        InputError: a value of another type or out of range, or an option given in two spellings.

    >>> choose({"meson_scale": 2}).given["vector_meson_yield_scale"]
    2.0
    """
    found: dict[str, OptionValue] = {}
    for keyword, value in given.items():
        item = _find(keyword, processes, function)
        if item.name in found:
            raise InputError(keyword, value, f"given once, as {item.name}")
        found[item.name] = item.check(value, keyword)
    return Options(MappingProxyType(found), defaults)


def _find(keyword: str, processes: Sequence[str], function: Callable[..., object] | None) -> Option:
    """The option that a keyword means; other packages are searched only if none of the shipped ones is meant."""
    for plugins in (False, True):
        for item, _ in declared({**process_groups(plugins), **STEPS}, TAKEN):
            if keyword in (item.name, *item.older):
                return item
    groups = {name: group_of(name) for name in processes} or process_groups()
    notes = {item.name: ", ".join(owners) for item, owners in declared({**groups, **STEPS}, TAKEN)}
    raise UnknownName("option", keyword, (*(own_keywords(function) if function else ()), *notes), notes)


def option_names(plugins: bool = True) -> frozenset[str]:
    """The keywords that are options of processes and steps, older spellings included.

    Args:
        plugins: adds those of other packages.

    >>> {"form_factor", "meson_scale", "tracks"} <= option_names(plugins=False)
    True
    """
    found = declared({**process_groups(plugins), **STEPS}, TAKEN)
    return frozenset(name for item, _ in found for name in (item.name, *item.older))


def own_keywords(function: Callable[..., object]) -> tuple[str, ...]:
    """Keywords that a function names in its signature.

    >>> def draw(model: str, *, colour: str = "red", **options: str) -> None: ...
    >>> own_keywords(draw)
    ('colour',)
    """
    named = (p for p in signature(function).parameters.values() if p.kind is not Parameter.VAR_KEYWORD)
    return tuple(p.name for p in named if p.kind is Parameter.KEYWORD_ONLY or p.default is not Parameter.empty)


def refuse(given: Mapping[str, object], function: Callable[..., object]) -> None:
    """Refuse keywords that a function does not take.

    Args:
        given: what its ``**`` received. function: that was called.

    Raises:
        UnknownName: any was given; the message lists those that the function takes.
    """
    for keyword in given:
        raise UnknownName("option", keyword, own_keywords(function))


def statistic(method: str, nuisances: str, cl: float) -> None:
    """Check the options of the statistic.

    Raises:
        UnknownName: no such method or treatment; a method of the cross section is named as such.
        InputError: cl out of range.

    >>> statistic("cls", "none", 0.9)
    """
    try:
        checked(StatisticOptions, method=method, nuisances=nuisances, cl=cl)
    except UnknownName as error:
        owners = [item for item, _ in declared({**process_groups(), **STEPS}, TAKEN) if _allows(item, error.value)]
        if error.field != "method" or not owners:
            raise
        name = owners[0].name
        advice = f"{error.value!r} is a value of {name} (--{name.replace('_', '-')} on the command line)."
        raise UnknownName(error.field, error.value, error.valid, advice=advice) from None


def _allows(item: Option, value: object) -> bool:
    """Whether a name is one of the choices of an option, in any spelling."""
    return isinstance(value, str) and value in (*item.choices(), *item.older_values)


def declared(groups: Mapping[str, Group], taken: Collection[str] = ()) -> Iterator[tuple[Option, tuple[str, ...]]]:
    """Every option of some groups once, with the names of the groups that have it; those of other packages last.

    An option of another package that has a name of another option is left out, with a ``PluginWarning``.

    Args:
        taken: further names that an option of another package cannot have.

    Raises:
        InputError: two shipped groups declare one name in two ways.
    """
    first: dict[str, Option] = {}  # by every name, former ones included
    owners: dict[str, tuple[str, ...]] = {}
    for owner in sorted(groups, key=lambda name: _is_foreign(groups[name])):
        foreign = _is_foreign(groups[owner])
        for item in options_of(groups[owner]):
            names = (item.name, *item.older)
            clashes = [n for n in names if n in first and _fact(first[n]) != _fact(item)]
            clashes += [n for n in names if foreign and n in taken]
            if clashes:
                rivals = [other for n in clashes if n in first for other in owners[first[n].name]]
                _refuse(item, owner, groups[owner], ", ".join(rivals) or "the command")
            else:
                first |= dict.fromkeys(names, item)
                owners[item.name] = (*owners.get(item.name, ()), owner)
    return ((first[name], having) for name, having in owners.items())


def _is_foreign(group: Group) -> bool:
    """Whether another package defines the group."""
    return group.__module__.split(".")[0] != "darktarget"


def _refuse(item: Option, owner: str, group: Group, rival: str) -> None:
    """Leave out an option of another package; a shipped one is an error."""
    advice = "Inherit the field, or choose another name."
    if not _is_foreign(group):
        raise InputError(f"option of {owner}", item.name, f"as {rival} declares it", advice)
    where = f"option {item.name} of {owner} ({group.__module__}:{group.__qualname__})"
    warn_once(f"left out: {where}, since {rival} has another option of this name. {advice}")


def _fact(item: Option) -> tuple[object, ...]:
    """What two declarations of one option have to agree in."""
    return (item.name, item.kind, item.default, item.choices(), item.above, item.below)
