"""Results as JSON files that are read back bit for bit.

A file holds a schema version, the kind (the name of the class) and the fields. JSON has no tuples, arrays or nan, so
that each of them is an object with one key that names what it is::

    {"tuple": [...]}   {"frozen": {...}}   {"dict": {...}}   {"float": "nan"}   {"bytes": "00ff"}
    {"array": [1.0, "nan", ...], "dtype": "<f8", "shape": [2, 3]}           {"scalar": 1.0, "dtype": "<f4"}
    {"object": "FittedNumber", "fields": {...}}

Numbers are written with as many digits as distinguish them. Nothing in a file is executed: classes are found by name
among the types of the fields of the class that is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import singledispatch
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_args, get_type_hints

import numpy as np

from darktarget import files
from darktarget._version import __version__
from darktarget.errors import DarktargetError, DataCorrupt, InputError, NotStorable
from darktarget.numerics.values import FrozenDict

SCHEMA: Final = 1
FORMAT: Final = "darktarget-result"
KINDS_OF_ARRAYS: Final = "biufU"  # truth values, integers, floats of 2 to 8 bytes, text
Classes = Mapping[str, type]


def save(result: Any, path: Path, *, force: bool = False) -> Path:
    """Write a result; see ``Result.save``."""
    text = json.dumps(document(result), allow_nan=False, indent=1) + "\n"

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    return files.write_all(path.parent, {path.name: write}, force=force)[0]


def document(result: Any) -> dict[str, Any]:
    """The content of a file.

    Raises:
        NotStorable: a field has a value that no file can hold; the message names it.
    """
    head = {"format": FORMAT, "schema": SCHEMA, "kind": type(result).__name__, "version": __version__}
    return {**head, "fields": _fields(result, type(result).__name__)}


def restored(text: str, source: str, find: Callable[[str], type]) -> Any:
    """The result of a file.

    Args:
        text: content of the file. source: its name, for messages. find: kind -> class, or an InputError.

    Raises:
        DataCorrupt: no such file, one that is damaged, or one of a newer schema.
    """
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataCorrupt(f"{source}: no JSON document ({error}); the file is damaged or not a saved result") from None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise DataCorrupt(f"{source}: not a result that darktarget saved: it has no format = {FORMAT!r}")
    if not isinstance(stored.get("schema"), int) or stored["schema"] > SCHEMA:
        raise DataCorrupt(
            f"{source}: schema {stored.get('schema')} of darktarget {stored.get('version')}, but this is version "
            f"{__version__}, which reads schema {SCHEMA} and older. Update darktarget."
        )
    try:
        kind = find(stored["kind"])
        return _instance(kind, stored["fields"], {**nested_classes(kind), kind.__name__: kind})
    except (DarktargetError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DataCorrupt(f"{source}: the stored {stored.get('kind')} cannot be restored: {error}") from error


def nested_classes(kind: type) -> dict[str, type]:
    """Dataclasses and named tuples among the types of the fields of a class, by name, at any depth."""
    found: dict[str, type] = {}
    waiting = list(_hints(kind))
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if isinstance(hint, type) and hint.__name__ not in found and (is_dataclass(hint) or _is_named_tuple(hint)):
            found[hint.__name__] = hint
            waiting += _hints(hint)
    return found


def _hints(kind: type) -> Iterator[Any]:
    names = {f.name for f in fields(kind)} if is_dataclass(kind) else set(getattr(kind, "_fields", ()))
    return (hint for name, hint in get_type_hints(kind).items() if name in names)


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and getattr(kind, "_fields", None) is not None


def _instance(kind: type, stored: Mapping[str, Any], classes: Classes) -> Any:
    """An object from its stored fields; one that the file does not have takes its default."""
    values = {name: _decoded(value, classes) for name, value in stored.items()}
    if not is_dataclass(kind):
        return kind(**values)
    known = {f.name: f for f in fields(kind)}
    unknown = values.keys() - known.keys()
    needed = {n for n, f in known.items() if f.default is MISSING and f.default_factory is MISSING}
    missing = needed - values.keys()
    if unknown or missing:
        named = {"unknown": sorted(unknown), "missing": sorted(missing)}
        parts = (f"{word} fields {', '.join(names)}" for word, names in named.items() if names)
        raise DataCorrupt(f"{kind.__name__} has {' and '.join(parts)}")
    return kind(**values)


def _fields(value: Any, path: str) -> dict[str, Any]:
    return {f.name: _encoded(getattr(value, f.name), f"{path}.{f.name}") for f in fields(value)}


@singledispatch
def _encoded(value: Any, path: str) -> Any:
    """A value as JSON; ``path`` says where it is, for messages."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"object": type(value).__name__, "fields": _fields(value, path)}
    if value is None:
        return None
    advice = "Leave it out with dataclasses.replace, or use to_frame or to_xarray."
    text = "a function" if callable(value) else f"an object of type {type(value).__name__}"
    raise NotStorable(path, text, "numbers, words, arrays, and tuples and mappings of them", advice)


@_encoded.register(bool)
@_encoded.register(str)
@_encoded.register(int)
def _(value: Any, path: str) -> Any:
    return value


@_encoded.register(float)
def _(value: float, path: str) -> Any:
    return value if math.isfinite(value) else {"float": _special(np.float64(value))}


@_encoded.register(bytes)
def _(value: bytes, path: str) -> Any:
    return {"bytes": value.hex()}


@_encoded.register(tuple)
def _(value: tuple[Any, ...], path: str) -> Any:
    names = getattr(value, "_fields", None)
    if names is not None:
        inner = {n: _encoded(v, f"{path}.{n}") for n, v in zip(names, value, strict=True)}
        return {"object": type(value).__name__, "fields": inner}
    return {"tuple": [_encoded(v, f"{path}[{i}]") for i, v in enumerate(value)]}


@_encoded.register(list)
def _(value: list[Any], path: str) -> Any:
    return [_encoded(v, f"{path}[{i}]") for i, v in enumerate(value)]


@_encoded.register(Mapping)
def _(value: Mapping[Any, Any], path: str) -> Any:
    for key in value:
        if not isinstance(key, str):
            raise NotStorable(f"key of {path}", key, "text")
    name = "frozen" if isinstance(value, FrozenDict | MappingProxyType) else "dict"
    return {name: {k: _encoded(v, f"{path}[{k!r}]") for k, v in value.items()}}


@_encoded.register(np.generic)
def _(value: np.generic, path: str) -> Any:
    return {"scalar": _elements(np.asarray(value), path)[0], "dtype": value.dtype.str}


@_encoded.register(np.ndarray)
def _(value: np.ndarray[Any, Any], path: str) -> Any:
    return {"array": _elements(value, path), "dtype": value.dtype.str, "shape": list(value.shape)}


def _elements(array: np.ndarray[Any, Any], path: str) -> list[Any]:
    """The elements in C order; floats that are not finite are text."""
    kind = array.dtype.kind
    if kind not in KINDS_OF_ARRAYS or (kind == "f" and array.dtype.itemsize > 8):
        raise NotStorable(path, f"an array of {array.dtype}", "an array of numbers, truth values or text")
    flat = array.ravel()
    if kind != "f":
        return list(flat.tolist())
    values, odd = flat.tolist(), np.flatnonzero(~np.isfinite(flat))
    for i in odd:
        values[i] = _special(flat[i])
    return list(values)


def _special(value: Any) -> str:
    """A float that is not finite as text: nan with its bits where they are not those of ``numpy.nan``."""
    if not np.isnan(value):
        return "inf" if value > 0 else "-inf"
    bits = np.asarray(value).astype(value.dtype.newbyteorder(">")).tobytes().hex()
    usual = np.array(np.nan, value.dtype.newbyteorder(">")).tobytes().hex()
    return "nan" if bits == usual else f"nan:{bits}"


def _number(text: Any, dtype: np.dtype[Any]) -> Any:
    """The float that ``_special`` wrote, or a number as it is."""
    if not isinstance(text, str):
        return text
    if text.startswith("nan:"):
        return np.frombuffer(bytes.fromhex(text[4:]), dtype.newbyteorder(">"))[0].astype(dtype)
    return {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}[text]


def _array(stored: Mapping[str, Any], values: list[Any]) -> np.ndarray[Any, Any]:
    dtype = np.dtype(stored["dtype"])
    if dtype.kind not in KINDS_OF_ARRAYS:
        raise DataCorrupt(f"arrays of {dtype} are not stored")
    if dtype.kind != "f":
        return np.array(values, dtype)
    array = np.empty(len(values), dtype)
    for i, value in enumerate(values):
        array[i] = _number(value, dtype)
    return array


def _restored_array(stored: Mapping[str, Any], classes: Classes) -> Any:
    return _array(stored, stored["array"]).reshape(stored["shape"])


#: Key of a stored object -> how it is read.
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any], Classes], Any]]] = MappingProxyType(
    {
        "tuple": lambda stored, classes: tuple(_decoded(v, classes) for v in stored["tuple"]),
        "frozen": lambda stored, classes: FrozenDict({k: _decoded(v, classes) for k, v in stored["frozen"].items()}),
        "dict": lambda stored, classes: {k: _decoded(v, classes) for k, v in stored["dict"].items()},
        "float": lambda stored, _: float(_number(stored["float"], np.dtype(float))),
        "bytes": lambda stored, _: bytes.fromhex(stored["bytes"]),
        "scalar": lambda stored, _: _array(stored, [stored["scalar"]])[0],
        "array": _restored_array,
        "object": lambda stored, classes: _instance(classes[stored["object"]], stored["fields"], classes),
    }
)


def _decoded(stored: Any, classes: Classes) -> Any:
    """The value that ``_encoded`` wrote."""
    if isinstance(stored, list):
        return [_decoded(v, classes) for v in stored]
    if not isinstance(stored, dict):
        return stored
    return _READERS[next(iter(stored), "")](stored, classes)


def read(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: it cannot be opened. DataCorrupt: it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataCorrupt(f"{path}: not a result that darktarget saved: the file is no text") from None
    except OSError as error:
        raise InputError("path", str(path), "a file that can be read", str(error)) from None
