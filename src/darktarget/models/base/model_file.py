"""A model from a TOML file: its own declaration, or a registered model with other defaults. No code is run."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from darktarget.core import Model
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.models.base.declaration import check_name, declared
from darktarget.models.base.from_file import FromFile, Origin, itself
from darktarget.models.base.lagrangian import model_class
from darktarget.models.base.tables import ExtensionTable
from darktarget.registry import camel
from darktarget.schemas.messages import validate

SUFFIX: Final = ".toml"
MOST_FILES: Final = 100  # of a chain of files that extend each other
Find = Callable[[str], type[Model]]


@dataclass(frozen=True)
class Extension:
    """A model with other defaults.

    Attributes:
        name: of the new model. base: how the class of the other one is built. title: or None.
        references: added. defaults: (parameter, value).
    """

    name: str
    base: Origin
    title: str | None
    references: tuple[str, ...]
    defaults: tuple[tuple[str, float | str], ...]


def load(path: Path, find: Find) -> type[Model]:
    """The class of the model in a file.

    Args:
        path: of the TOML file; its name is that of the model. find: returns a registered model, for ``extends``.

    Raises:
        DeclarationError: the file cannot be read, or does not fit the schema. UnknownName: a name does not exist.
    """
    return _load(path, find, ())


def _load(path: Path, find: Find, seen: tuple[Path, ...]) -> type[Model]:
    table, name = parse(path), path.stem.replace("_", "-")
    if "extends" in table:
        return variant_class(_extension(name, table, path, find, (*seen, path.resolve())))
    return model_class(declared(name, table, path.name))


def parse(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        DeclarationError: it is missing, a folder, or broken; the message has the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DeclarationError(str(path), str(error), "a text file in UTF-8") from error
    except OSError as error:
        raise DeclarationError("model", str(path), "a readable TOML file", str(error)) from error
    if text.startswith("\ufeff"):
        raise DeclarationError(str(path), text[:1], "UTF-8 without a byte order mark", "Save it without one.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(str(path), str(error), "valid TOML") from error


def _extension(name: str, table: Mapping[str, Any], path: Path, find: Find, seen: tuple[Path, ...]) -> Extension:
    check_name(name, path.name)
    given = validate(ExtensionTable, table, f"{path.name}: ").model_dump()
    word = given["extends"]
    if word.endswith(SUFFIX):
        below = path.parent / word
        if below.resolve() in seen:
            raise DeclarationError(f"{path.name}: extends", word, "a model that does not extend this one")
        if len(seen) > MOST_FILES:
            raise DeclarationError(f"{path.name}: extends", word, f"the last of at most {MOST_FILES} files")
        base = _load(below, find, seen)
    else:
        try:
            base = find(word)
        except UnknownName as error:
            valid = (*error.valid, f"the path of a {SUFFIX} file")
            raise UnknownName(f"{path.name}: extends", word, valid) from None
    known = {p.name: p for p in _parameters(base)}
    defaults = []
    for parameter, value in given["defaults"].items():
        if parameter not in known:
            raise UnknownName(f"{path.name}: defaults", parameter, known)
        try:
            known[parameter].check(value)
        except InputError as error:
            raise DeclarationError(f"{path.name}: defaults.{parameter}", value, error.allowed) from None
        defaults.append((parameter, value))
    return Extension(name, _origin(base), given["title"], tuple(given["references"]), tuple(defaults))


def _origin(kind: type[Model]) -> Origin:
    return kind.origin if issubclass(kind, FromFile) else (itself, kind)


def _parameters(kind: Any) -> tuple[Any, ...]:
    return tuple(kind.parameters)


@cache
def variant_class(extension: Extension) -> type[Model]:
    """The class of a model with other defaults, the same one for equal extensions."""
    build, argument = extension.base
    base: Any = build(argument)
    defaults = dict(extension.defaults)
    members: dict[str, Any] = {
        "origin": (variant_class, extension),
        "name": extension.name,
        "title": extension.title or f"{base.name} with other defaults",
        "description": base.__doc__ or "",
        "references": (*base.references, *(r for r in extension.references if r not in base.references)),
        "parameters": tuple(
            replace(p, default=defaults[p.name]) if p.name in defaults else p for p in _parameters(base)
        ),
        "__doc__": base.__doc__,
        "__module__": __name__,
    }
    bases = (base,) if issubclass(base, FromFile) else (FromFile, base)
    return type(camel(extension.name), bases, members)
