"""Plug-in discovery by file name; members are listed without importing them.

A file ``dark_photon.py`` is the name ``dark-photon`` and defines the class ``DarkPhoton``. Other packages add members
through entry points of the group ``darktarget.<kind>``: either one object, or a package whose folder is searched in the
same way, which is how the figures of the papers are found::

    [project.entry-points."darktarget.models"]
    my-boson = "my_package.my_boson:MyBoson"

    [project.entry-points."darktarget.experiments"]
    mine = "my_package.experiments"

Shared bases live in subfolders, which are not searched; files that start with an underscore are helpers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from darktarget.errors import UnknownName

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


def plural(kind: str) -> str:
    """Plural of a kind, as the command line and the entry points write it.

    >>> plural("process"), plural("model")
    ('processes', 'models')
    """
    return kind + ("es" if kind.endswith("s") else "s")


class Registry(Generic[T]):
    """The members of one kind, found by file name and loaded only when asked for.

    Args:
        kind: singular name of the kind, used in error messages and for entry points (plural).
        package: the package whose folder is searched; None where every member is a plug-in.
        suffix: file suffix that makes a file a member.
        load: turns (name, path) into the member; by default an object of the module, such as its class.
        attribute: name of that object from the name of the member.
        shown: attributes of a member that a listing shows beside its name.
    """

    def __init__(
        self,
        kind: str,
        package: str | None,
        suffix: str = ".py",
        load: Callable[[str, Path], T] | None = None,
        shown: tuple[str, ...] = (),
        attribute: Callable[[str], str] = camel,
    ) -> None:
        self.shown, self._attribute = shown, attribute
        self.kind, self.package, self.suffix = kind, package, suffix
        self._load = load
        self._loaded: dict[str, T] = {}

    @cached_property
    def folder(self) -> Path:
        """The folder of the package that ships this kind."""
        assert self.package is not None
        return _folder(self.package)

    @cached_property
    def _own(self) -> Mapping[str, _Member]:
        return self._search(self.package) if self.package else {}

    @cached_property
    def _plugins(self) -> Mapping[str, _Member]:
        from importlib.metadata import entry_points

        found: dict[str, _Member] = {}
        for point in entry_points(group=f"darktarget.{plural(self.kind)}"):
            found |= {point.name: _Member(entry=point)} if point.attr else self._search(point.module)
        return found

    def _search(self, package: str) -> dict[str, _Member]:
        """The members in the folder of a package."""
        return {name: _Member(package, path) for name, path in _members(_folder(package), self.suffix).items()}

    def names(self, plugins: bool = True) -> tuple[str, ...]:
        """All names, sorted; ``plugins`` adds those of other packages."""
        return tuple(sorted({*self._own, *(self._plugins if plugins else ())}))

    def __getitem__(self, name: str) -> T:
        """The member called ``name``.

        Raises:
            UnknownName: listing the valid names.
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
        if member.entry is not None:
            return cast(T, member.entry.load())
        assert member.path is not None
        if self._load is not None:
            return self._load(name, member.path)
        return cast(T, getattr(import_module(f"{member.package}.{member.path.stem}"), self._attribute(name)))

    def line(self, name: str) -> str:
        """The name, with what the registry shows beside it."""
        about = [str(getattr(self[name], attribute)) for attribute in self.shown]
        return f"{name:16s} {'; '.join(about)}" if about else name

    def require(self, name: Any) -> None:
        """Check that the name exists, without loading the member.

        Raises:
            UnknownName: listing the valid names.
        """
        self._member(name)

    def path(self, name: str) -> Path:
        """The file of a name.

        Raises:
            UnknownName: no file carries it.
        """
        path = self._member(name).path
        if path is None:
            raise UnknownName(f"file of a {self.kind}", name, self.names())
        return path


@dataclass(frozen=True)
class _Member:
    """Where a member comes from: a file of a package, or an entry point of its own."""

    package: str = ""
    path: Path | None = None
    entry: EntryPoint | None = None


def _members(folder: Path, suffix: str) -> dict[str, Path]:
    """File by name of a member: ``dark_photon.py`` is dark-photon; those that start with an underscore are helpers."""
    return {p.stem.replace("_", "-"): p for p in folder.glob(f"*{suffix}") if p.stem[0] != "_"}


def _folder(package: str) -> Path:
    """The folder of a package, which is not imported (its parents are)."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UnknownName("package of a plug-in", package, ["an installed package with a folder"])
    return Path(next(iter(spec.submodule_search_locations)))
