"""Names are file names: what exists is what lies in the folder; nothing is imported to list it.

A file ``dark_photon.py`` is the name ``dark-photon`` and defines the class ``DarkPhoton``. Other packages add
names through entry points of the group ``darktarget.<kind>``; they are asked for names that no file
carries and for listings. Files that start with an underscore are helpers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from darktarget.errors import UnknownName

T = TypeVar("T")


def camel(name: str) -> str:
    """The class name that belongs to a registry name.

    >>> camel("dark-photon")
    'DarkPhoton'
    """
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


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
        package: the package whose folder is scanned.
        suffix: file suffix that makes a file a member.
        load: turns (name, path) into the member; by default the class named after the file.
        shown: attributes of a member that a listing shows beside its name.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        suffix: str = ".py",
        load: Callable[[str, Path], T] | None = None,
        shown: tuple[str, ...] = (),
    ) -> None:
        self.shown = shown
        self.kind, self.package, self.suffix = kind, package, suffix
        self._load = load or self._import
        self._loaded: dict[str, T] = {}

    @cached_property
    def folder(self) -> Path:
        """The folder that is scanned."""
        root = import_module(self.package).__file__
        assert root is not None
        return Path(root).parent

    def names(self, plugins: bool = True) -> tuple[str, ...]:
        """All names, sorted; ``plugins`` adds those of other packages."""
        found = {p.stem.replace("_", "-") for p in self.folder.glob(f"*{self.suffix}") if p.stem[0] != "_"}
        if plugins:
            found |= set(self._entry_points())
        return tuple(sorted(found))

    def __getitem__(self, name: str) -> T:
        """The member called ``name``.

        Raises:
            UnknownName: listing the valid names.
        """
        if not isinstance(name, str) or name not in self._loaded:
            self._loaded[name] = self._find(name)
        return self._loaded[name]

    def _find(self, name: str) -> T:
        if isinstance(name, str) and name in self.names(plugins=False):
            return self._load(name, self.path(name))
        plugins = self._entry_points()
        if isinstance(name, str) and name in plugins:
            return cast(T, plugins[name].load())
        raise UnknownName(self.kind, name, self.names())

    def line(self, name: str) -> str:
        """The name, with what the registry shows beside it."""
        about = [str(getattr(self[name], attribute)) for attribute in self.shown]
        return f"{name:16s} {'; '.join(about)}" if about else name

    def require(self, name: Any) -> None:
        """Check that a file carries the name.

        Raises:
            UnknownName: listing the valid names.
        """
        if name not in self.names(plugins=False):
            raise UnknownName(self.kind, name, self.names())

    def path(self, name: str) -> Path:
        """The file of a name (underscores in place of hyphens for Python files)."""
        stem = name.replace("-", "_") if self.suffix == ".py" else name
        return self.folder / (stem + self.suffix)

    def _import(self, name: str, path: Path) -> T:
        module = import_module(f"{self.package}.{path.stem}")
        return cast(T, getattr(module, camel(name)))

    def _entry_points(self) -> dict[str, Any]:
        from importlib.metadata import entry_points

        return {e.name: e for e in entry_points(group=f"darktarget.{plural(self.kind)}")}
