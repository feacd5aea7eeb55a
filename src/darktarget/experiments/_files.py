"""The files of an experiment: reading, inheritance (``extends``) and removal of inherited keys (``drop``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.experiments._materials import located
from darktarget.matter.materials import SUFFIX

MOST_FILES: Final = 100  # of a chain of files that extend each other


def parse(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        DeclarationError: it is missing or broken; the message carries the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(str(path), str(error), "valid TOML (UTF-8)") from error
    except OSError as error:
        raise DeclarationError("experiment", str(path), "a readable TOML file", str(error)) from error


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Base declaration with the tables and keys of a variant laid over it; a number that changes is no longer fitted.

    >>> merge({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    >>> merge({"x": 1, "y": 2, "fitted": {"x": "a limit", "y": "a limit"}}, {"y": 3})
    {'x': 1, 'y': 3, 'fitted': {'x': 'a limit'}}
    """
    merged = dict(base)
    for key, value in change.items():
        old = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(old, value) if both else value  # type: ignore[arg-type]
    if isinstance(marks := base.get("fitted"), Mapping):
        moved = {key for key in marks if merged.get(key) != base.get(key)}
        own = change.get("fitted", {})
        merged["fitted"] = {k: v for k, v in merged["fitted"].items() if k not in moved or k in own}
    return merged


def drop(table: dict[str, Any], names: list[str], source: str) -> None:
    """Remove dotted names (``drop = ["runs.2016-I"]``) from a declaration, in place."""
    for name in names:
        *parents, last = name.split(".")
        inner: Any = table
        for parent in parents:
            inner = inner.get(parent, {}) if isinstance(inner, dict) else {}
        if not isinstance(inner, dict) or last not in inner:
            raise DeclarationError(f"{source}: drop", name, "a name that the extended declaration has")
        del inner[last]


def gather(path: Path, find: Any) -> dict[str, Any]:
    """A declaration with what it extends, as in its files."""
    return _gather(path, find, (path,))


def _gather(path: Path, find: Any, seen: tuple[Path, ...]) -> dict[str, Any]:
    table = located(parse(path), path.parent)
    base = table.pop("extends", None)
    removed = table.pop("drop", [])
    if not isinstance(removed, list) or not all(isinstance(r, str) for r in removed):
        raise DeclarationError(f"{path.name}: drop", removed, "a list of names")
    if "mediator" in table and not table.keys() & {"runs", "bins", "target"}:
        advice = "This is the file of a model: give it as the model."
        raise DeclarationError(f"{path.name}: mediator", table["mediator"], "no key of an experiment", advice)
    if base is None:
        if removed:
            raise InputError(f"{path.name}: drop", removed, "used together with extends")
        return table
    parent = _parent(path, base, find)
    if parent.resolve() in {p.resolve() for p in seen}:
        raise DeclarationError(f"{path.name}: extends", base, "a declaration that does not extend this one")
    if len(seen) > MOST_FILES:
        raise DeclarationError(f"{path.name}: extends", base, f"the last of at most {MOST_FILES} files")
    below = _gather(parent, find, (*seen, parent))
    drop(below, removed, path.name)
    return merge(below, table)


def _parent(path: Path, base: Any, find: Any) -> Path:
    """The file that a declaration extends."""
    field = f"{path.name}: extends"
    if not isinstance(base, str):
        raise DeclarationError(field, base, "the name of an experiment, or the path of a TOML file")
    if base.endswith(SUFFIX):
        return path.parent / base
    try:
        return Path(find(base))
    except UnknownName as error:
        raise UnknownName(field, base, (*error.valid, f"the path of a {SUFFIX} file")) from None
