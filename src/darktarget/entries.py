"""What an entry point of a package names: an object of a module, or the folder of a package."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from darktarget.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

OWN: Final = "darktarget"  # the distribution whose entry points come first


def distribution(point: EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution of an entry point; empty where it has none."""
    return (point.dist.name or "", point.dist.version or "") if point.dist else ("", "")


def by_distribution(point: EntryPoint) -> tuple[bool, str, str]:
    """Entry points of darktarget come first, then those of other distributions by their names."""
    name, _ = distribution(point)
    return name != OWN, name, point.name


def _imported(module: str, load: Callable[[str], Any] = import_module) -> Any:
    """The module, or what ``load`` returns for it.

    Raises:
        PluginError: it does not exist, or raises an error when it is imported, which is the cause.
    """
    try:
        return load(module)
    except ModuleNotFoundError as error:
        raise PluginError(f"no module named {error.name}" if error.name else str(error)) from error
    except (Exception, SystemExit) as error:
        raise PluginError(f"importing {module} raised {type(error).__name__}: {error}") from error


def attribute(module: str, name: str) -> Any:
    """An object of a module, by its name, which may have dots.

    Raises:
        PluginError: the module cannot be imported, or has no such object; the message lists what it defines.
    """
    found = _imported(module)
    try:
        return reduce(getattr, name.split("."), found)
    except AttributeError as error:
        public = {n: v for n, v in vars(found).items() if not n.startswith("_")}
        defined = [n for n, v in public.items() if (v.__module__ == module if isinstance(v, type) else n.isupper())]
        listed = ", ".join(defined) or "no class or constant"
        raise PluginError(f"the module {module} must define {name}; it defines {listed}") from error


def announced_object(point: EntryPoint) -> Any:
    """The object that an entry point names.

    Raises:
        PluginError: there is none, with the reason.
    """
    try:
        module, name = point.module, point.attr
    except (AttributeError, ValueError) as error:
        raise PluginError(f"{point.value!r} is not of the form package or module:Class") from error
    if name:
        return attribute(module, name)
    return folder_of(module)


def folder_of(package: str) -> Path:
    """The folder of a package, which is not imported (its parents are).

    Raises:
        PluginError: there is no such package, or it is a module.
    """
    spec = _imported(package, find_spec)
    if spec is None:
        raise PluginError(f"no module named {package}")
    if not spec.submodule_search_locations:
        raise PluginError(f"{package} is a module, not a package: an entry point names a package or module:Class")
    return Path(next(iter(spec.submodule_search_locations)))
