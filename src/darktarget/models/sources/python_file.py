"""Models in a Python file of the user's own: ``PATH.py:Class``.

The file becomes a module below this one whose name is its path, so that a worker process, spawned or forked, imports it
again by that name when it receives a model. Only a file that was named is loaded.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn
from urllib.parse import quote, unquote

from darktarget.core import Model
from darktarget.errors import InputError, ModelError, UnknownName, last_line

FORM: Final = re.compile(r"(?P<path>.+\.py)(:(?P<name>[^:]*))?")
ALLOWED: Final = "PATH.py:Class, the path of a Python file and a class in it"
__path__: list[str] = []  # modules can be imported below this one
_PREFIX: Final = f"{__name__}."


def is_python(word: Any) -> bool:
    """Whether a word names a Python file.

    >>> is_python("my.py:MyModel"), is_python("my.py"), is_python("dark-photon")
    (True, True, False)
    """
    return isinstance(word, str | Path) and FORM.fullmatch(str(word)) is not None


def class_in(word: str | Path) -> type:
    """The class that ``PATH.py:Class`` names, whose file is loaded.

    Raises:
        InputError: no class is named, or there is no such file. UnknownName: the file defines no such class.
        ModelError: the file raises an error; the message has the line.
    """
    found = FORM.fullmatch(str(word))
    path, name = (found["path"], found["name"]) if found else (str(word), None)
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise InputError("model", str(word), ALLOWED, f"There is no file {file}.")
    if not name:
        raise InputError("model", str(word), ALLOWED, f"Add the class: {path}:MyModel.")
    module = loaded(file)
    kind = vars(module).get(name)
    if isinstance(kind, type):
        return kind
    if not models_in(module):
        allowed = "the name of a model in a file that defines one"
        advice = f"{path} defines no subclass of darktarget.models.base.MediatorModel or Model."
        raise InputError(f"class in {file}", name, allowed, advice)
    advice = "" if kind is None else f"It is no class but of type {type(kind).__name__}."
    raise UnknownName(f"class in {file}", name, models_in(module), advice=advice)


def models_in(module: ModuleType) -> tuple[str, ...]:
    """The names of the models that a module defines itself, in its order."""
    kinds = {n: v for n, v in vars(module).items() if isinstance(v, type) and issubclass(v, Model)}
    return tuple(n for n, v in kinds.items() if v.__module__ == module.__name__)


def loaded(file: Path) -> ModuleType:
    """The module of a file, loaded again if the file has changed.

    Args:
        file: absolute path.

    Raises:
        ModelError: loading it raises an error.
    """
    name = _PREFIX + quote(str(file), safe="/\\:").replace(".", "%2E")
    known = sys.modules.get(name)
    if known is not None and known.__spec__ is not None and known.__spec__.loader_state == _stamp(file):
        return known
    sys.modules.pop(name, None)
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:
        line = last_line(error, str(file))
        at = f", line {line}" if line else ""
        raise ModelError(f"{file}{at}: loading it raised {type(error).__name__}: {error}.{_hint(error)}") from error


def _hint(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return " Modules beside the file are found if their folder is in PYTHONPATH."
    return ""


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when a file does."""
    about = file.stat()
    return about.st_mtime_ns, about.st_size


class _Loader(SourceFileLoader):
    """Compiles the source every time and writes nothing beside the user's file."""

    def path_stats(self, path: Any) -> NoReturn:
        raise OSError("no compiled file is kept")


class _Finder(MetaPathFinder):
    """Finds the modules below this one, and no others."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX):
            return None
        file = unquote(fullname.removeprefix(_PREFIX))
        spec = spec_from_file_location(fullname, file, loader=_Loader(fullname, file))
        if spec is not None and Path(file).is_file():
            spec.loader_state = _stamp(Path(file))
        return spec


sys.meta_path.append(_Finder())
