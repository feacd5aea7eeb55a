"""Plug-in discovery by file name; members are listed without importing them.

A file ``dark_photon.py`` is the name ``dark-photon`` and defines the class ``DarkPhoton``. Other packages add members
through entry points of the group ``darktarget.<kind>``: either one object, or a package whose folder is searched in the
same way, which is how the figures of the papers are found::

    [project.entry-points."darktarget.models"]
    my-boson = "my_package.my_boson:MyBoson"

    [project.entry-points."darktarget.experiments"]
    mine = "my_package.experiments"

Shared bases live in subfolders, which are not searched; files that start with an underscore are helpers. A kind may
have files of several sorts, such as models in Python and in TOML.

A plug-in that cannot be loaded never affects the other members: lists omit it with a ``PluginWarning``, and requesting
it by name raises a ``PluginError``. Of two members with one name the shipped one is used, otherwise the first in
the order of the distributions' names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from darktarget.entries import OWN, announced_object, attribute, by_distribution, distribution, folder_of
from darktarget.errors import DarktargetError, PluginError, PluginWarning, UnknownName, warn_user
from darktarget.listing import first_sentence, plural, summary, title

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


def camel(name: str) -> str:
    """The class name that belongs to a registry name.

    >>> camel("dark-photon")
    'DarkPhoton'
    """
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


def constant(name: str) -> str:
    """The constant that belongs to a registry name.

    >>> constant("tensor-leptons")
    'TENSOR_LEPTONS'
    """
    return name.replace("-", "_").upper()


def member_names(folder: Path, suffix: str = ".py") -> tuple[str, ...]:
    """Names of the members in a folder, sorted; nothing is imported.

    Args:
        folder: one file per member. suffix: of their names.
    """
    return tuple(sorted(_members(folder, suffix)))


@cache
def warn_once(text: str) -> None:
    """Issue a ``PluginWarning``, once per text."""
    warn_user(text, PluginWarning)


def class_with(*attributes: str) -> Callable[[Any], None]:
    """A check that a member is a class with some attributes, such as the methods of its protocol.

    >>> class_with("bit_length")(int)
    >>> class_with("beams")(int)
    Traceback (most recent call last):
    ...
    TypeError: a class with beams is required, not <class 'int'>
    """

    def check(member: Any) -> None:
        if not isinstance(member, type) or any(getattr(member, name, None) is None for name in attributes):
            raise TypeError(f"a class with {', '.join(attributes)} is required, not {member!r}")

    return check


def subclass_of(base: type) -> Callable[[Any], None]:
    """A check that a member is a class that inherits ``base``.

    >>> subclass_of(int)(bool)
    """

    def check(member: Any) -> None:
        if not (isinstance(member, type) and issubclass(member, base)):
            raise TypeError(f"a subclass of {base.__module__}.{base.__name__} is required, not {member!r}")

    return check


def instance_of(kind: type) -> Callable[[Any], None]:
    """A check that a member is an instance of ``kind``.

    >>> instance_of(int)(5)
    """

    def check(member: Any) -> None:
        if not isinstance(member, kind):
            raise TypeError(f"an instance of {kind.__module__}.{kind.__name__} is required, not {member!r}")

    return check


class Registry(Generic[T]):
    """The members of one kind, found by file name and loaded only when asked for.

    Args:
        kind: singular name of the kind, used in error messages and for entry points (plural).
        package: the package whose folder is searched; None where every member is a plug-in.
        suffix: file suffix that makes a file a member.
        load: turns (name, path) into the member; by default an object of the module, such as its class.
        attribute: name of that object from the name of the member.
        shown: attributes of a member that a listing shows beside its name.
        check: raises an error for an object that is not a member of this kind.
        others: further suffixes, each with what turns (name, path) into the member.
    """

    def __init__(
        self,
        kind: str,
        package: str | None,
        suffix: str = ".py",
        load: Callable[[str, Path], T] | None = None,
        shown: tuple[str, ...] = (),
        attribute: Callable[[str], str] = camel,
        check: Callable[[Any], object] | None = None,
        others: Mapping[str, Callable[[str, Path], T]] | None = None,
    ) -> None:
        self.shown, self._attribute, self._check = shown, attribute, check
        self.kind, self.package, self.suffix = kind, package, suffix
        self._load, self._loaders = load, {suffix: load, **(others or {})}
        self._loaded: dict[str, T] = {}

    @cached_property
    def folder(self) -> Path:
        """The folder of the package that ships this kind."""
        assert self.package is not None
        return folder_of(self.package)

    @cached_property
    def _own(self) -> Mapping[str, _Member]:
        return self._search(self.package) if self.package else {}

    @cached_property
    def _plugins(self) -> Mapping[str, _Member]:
        """The members of other packages: a shipped name is not replaced, and of two plug-ins the first is used."""
        from importlib.metadata import entry_points

        found: dict[str, _Member] = {}
        for point in sorted(entry_points(group=f"darktarget.{plural(self.kind)}"), key=by_distribution):
            for name, member in self._announced(point).items():
                first = self._own.get(name) or found.setdefault(name, member)
                if first is not member:
                    warn_once(f"the {self.kind} {name} is taken from {first.place}; that of {member.place} is left out")
        return found

    def _announced(self, point: EntryPoint) -> Mapping[str, _Member]:
        """The members that an entry point announces; itself where it names one object, or no package that exists."""
        alone = {point.name: _Member(entry=point)}
        try:
            return alone if point.attr else self._search(point.module, point)
        except (PluginError, AttributeError, ValueError):  # the latter two: not of the form of an entry point
            return alone  # which cannot be loaded

    def _search(self, package: str, entry: EntryPoint | None = None) -> dict[str, _Member]:
        """The members in the folder of a package."""
        folder, found = folder_of(package), dict[str, _Member]()
        for suffix in self._loaders:
            for name, path in _members(folder, suffix).items():
                first = found.setdefault(name, member := _Member(package, path, entry))
                if first is not member:
                    warn_once(f"the {self.kind} {name} is taken from {first.place}; that of {member.place} is left out")
        return found

    def names(self, plugins: bool = True) -> tuple[str, ...]:
        """All names, sorted; ``plugins`` adds those of other packages.

        An object that another package announces is loaded, to leave it out with a warning where that fails.
        """
        found = set(self._own)
        if plugins:
            found |= {n for n, m in self._plugins.items() if m.path or self._works(n)}
        return tuple(sorted(found))

    def loaded(self, plugins: bool = True) -> dict[str, T]:
        """All members by name, sorted; those of other packages that cannot be loaded are left out with a warning."""
        return {name: self[name] for name in self.names(plugins) if name in self._own or self._works(name)}

    def _works(self, name: str) -> bool:
        error = _error(self.__getitem__, name)
        if error:
            warn_once(f"left out: {error}")
        return error is None

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._plugins

    def __getitem__(self, name: str) -> T:
        """The member called ``name``.

        Raises:
            UnknownName: listing the valid names.
            PluginError: its module, or an object of the right name and kind in it, cannot be loaded.
        """
        if not isinstance(name, str) or name not in self._loaded:
            self._loaded[name] = self._find(self._member(name), name)
        return self._loaded[name]

    def _member(self, name: Any) -> _Member:
        member = None
        if isinstance(name, str):  # what is shipped is found without asking for entry points
            member = self._own.get(name) or self._plugins.get(name)
        if member is None:
            raise UnknownName(self.kind, name, self.names())
        return member

    def _find(self, member: _Member, name: str) -> T:
        load = self._loaders[member.path.suffix] if member.path else None
        if member.path is not None and load is not None:
            return load(name, member.path)  # its errors name the file and the key
        try:
            found = self._object(member, name)
            if self._check is not None:
                self._check(found)
        except Exception as error:
            raise PluginError(f"{member.place}: {error}") from error
        return cast(T, found)

    def _object(self, member: _Member, name: str) -> Any:
        if member.path is not None:
            return attribute(f"{member.package}.{member.path.stem}", self._attribute(name))
        assert member.entry is not None
        return announced_object(member.entry)

    def listed(self) -> tuple[str, ...]:
        """All names, sorted; nothing is loaded, so that members of other packages may turn out to be broken."""
        return tuple(sorted({*self._own, *self._plugins}))

    def describe(self, name: str) -> str:
        """Title or first sentence of a member's file with what is ``shown``, or the reason why it cannot be loaded."""
        path = self.file(name)
        if path is not None and not self.shown and path.suffix == ".py":
            return summary(path.read_text(encoding="utf-8"))  # nothing is imported
        error = _error(self.__getitem__, name)
        if error:
            return str(error)
        parts = [str(getattr(self[name], attribute, "")) for attribute in self.shown]
        first = title(path) if path is not None and path.suffix == ".toml" else ""
        return ": ".join(filter(None, (first, "; ".join(parts)))) or first_sentence(getdoc(self[name]))

    @property
    def about(self) -> str:
        """What this kind is: the docstring of its package up to the first colon."""
        folder = self.folder if self.package else folder_of(f"{OWN}.{plural(self.kind)}")
        return summary((folder / "__init__.py").read_text(encoding="utf-8")).split(":")[0]

    def require(self, name: Any) -> None:
        """Check that the name exists, without loading the member.

        Raises:
            UnknownName: listing the valid names.
        """
        self._member(name)

    def file(self, name: str) -> Path | None:
        """The file of a name; None for an object that an entry point announces."""
        return self._member(name).path

    def path(self, name: str) -> Path:
        """The file of a name.

        Raises:
            UnknownName: no file carries it.
        """
        path = self.file(name)
        if path is None:
            raise UnknownName(f"file of a {self.kind}", name, self.names())
        return path


@dataclass(frozen=True)
class _Member:
    """Where a member comes from: a file of a package, or an entry point; both for a file of another package."""

    package: str = ""
    path: Path | None = None
    entry: EntryPoint | None = None

    @property
    def place(self) -> str:
        """The file, and the entry point with its group and distribution."""
        parts = [str(self.path)] if self.path else []
        if self.entry is not None:
            name, version = distribution(self.entry)
            origin = f" (distribution {name} {version})" if name else ""
            parts.append(f"entry point {self.entry.name} of {self.entry.group}{origin}")
        return ", ".join(parts)


def _members(folder: Path, suffix: str) -> dict[str, Path]:
    """File by name of a member: ``dark_photon.py`` is dark-photon; those that start with an underscore are helpers."""
    return {p.stem.replace("_", "-"): p for p in folder.glob(f"*{suffix}") if p.stem[0] != "_"}


def _error(load: Callable[..., object], *arguments: Any) -> DarktargetError | None:
    """The error that loading a member raises, or None."""
    try:
        load(*arguments)
    except DarktargetError as error:
        return error
    return None
