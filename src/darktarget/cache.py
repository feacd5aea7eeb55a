"""Checksummed arrays on disk: shipped tables and the user's cache, never unpickled, never trusted blindly.

A file is one JSON header line (schema, recipe, shapes, SHA-256 of the payload) followed by
the arrays as little-endian float64. The recipe is what was asked for, so a table can be rebuilt from it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from darktarget.core import Array
from darktarget.errors import DataCorrupt
from darktarget.progress import building

LOGGER: Final = logging.getLogger(__name__)
SCHEMA = 1
SUFFIX = ".table"
SHIPPED = Path(__file__).parent / "tables"
Recipe = Mapping[str, Any]
Arrays = dict[str, Array]


def digest(recipe: Recipe) -> str:
    """Short name of a recipe: equal recipes, equal names.

    >>> digest({"a": 1.0, "b": "x"}) == digest({"b": "x", "a": 1.0})
    True
    """
    text = json.dumps(recipe, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def filename(recipe: Recipe) -> str:
    """File name of a recipe: its kind, what it is about and its digest."""
    return f"{recipe['kind']}-{recipe['label']}-{digest(recipe)}{SUFFIX}"


def write(path: Path, recipe: Recipe, arrays: Mapping[str, Array]) -> None:
    """Write arrays atomically: a reader sees the old file or the whole new one.

    Raises:
        OSError: the folder cannot be written; no partial file is left.
    """
    ordered = dict(sorted(arrays.items()))  # as the header's keys are
    payload = b"".join(np.ascontiguousarray(a, dtype="<f8").tobytes() for a in ordered.values())
    header = {
        "schema": SCHEMA,
        "recipe": dict(recipe),
        "shapes": {name: list(a.shape) for name, a in ordered.items()},
        "sha256": hashlib.sha256(payload).hexdigest(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(header, sort_keys=True).encode() + b"\n" + payload)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Read a recipe and its arrays.

    Raises:
        DataCorrupt: the header, the length or the checksum does not fit.
    """
    head, _, payload = path.read_bytes().partition(b"\n")
    try:
        header = json.loads(head)
        shapes, schema, sha = header["shapes"], header["schema"], header["sha256"]
        recipe = dict(header["recipe"])
        sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
    except (ValueError, KeyError, TypeError) as error:
        raise DataCorrupt(f"{path}: header cannot be read") from error
    if schema != SCHEMA or hashlib.sha256(payload).hexdigest() != sha or 8 * sum(sizes.values()) != len(payload):
        raise DataCorrupt(f"{path}: schema, length or checksum does not fit")
    arrays, start = {}, 0
    for name, size in sizes.items():
        flat = np.frombuffer(payload, dtype="<f8", count=size, offset=8 * start)
        arrays[name] = flat.reshape(shapes[name]).astype(np.float64)
        start += size
    return recipe, arrays


def user_folder() -> Path:
    """The user's cache folder (``DARKTARGET_CACHE`` overrides the platform's)."""
    override = os.environ.get("DARKTARGET_CACHE")
    if override:
        return Path(override)
    from platformdirs import user_cache_path

    return user_cache_path("darktarget")


_ONLY: ContextVar[Path | None] = ContextVar("only", default=None)


@contextmanager
def only(folder: Path) -> Iterator[None]:
    """Within the block, tables are looked for and written in one folder alone (to build what is shipped)."""
    token = _ONLY.set(folder)
    try:
        yield
    finally:
        _ONLY.reset(token)


_RECORD: ContextVar[set[str] | None] = ContextVar("record", default=None)


@contextmanager
def recorded(names: set[str]) -> Iterator[None]:
    """Within the block, the file names of all tables asked for are added to ``names``."""
    token = _RECORD.set(names)
    try:
        yield
    finally:
        _RECORD.reset(token)


def recall(recipe: Recipe, build: Callable[[], Arrays]) -> Arrays:
    """Return the arrays of a recipe: shipped, else cached, else built now and cached.

    A file that does not pass its checksum counts as absent; a cache that cannot be written is no error. Building is
    logged and, where it takes long, announced (``progress``); an interruption leaves no file.
    """
    name, only_here = filename(recipe), _ONLY.get()
    record = _RECORD.get()
    if record is not None:
        record.add(name)
    folder = SHIPPED if only_here is None else only_here
    found = _try(folder / name, recipe)
    if found is None and only_here is None:
        folder = user_folder()
        found = _try(folder / name, recipe)
    if found is not None:
        LOGGER.debug("table %s: from %s", name, folder)
        return found
    # the layout that a file gives back: sums over another one differ in the last bit
    with building(name):
        arrays = {key: np.ascontiguousarray(value, dtype=np.float64) for key, value in build().items()}
    try:
        write(folder / name, recipe, arrays)
    except OSError as error:  # a read-only home must not stop a calculation
        LOGGER.warning("table %s cannot be stored and will be built again: %s", name, error)
    return arrays


def held(recipe: Recipe) -> bool:
    """Whether the table of a recipe is stored, or is to be shipped: nothing is built for this user alone."""
    name = filename(recipe)
    return _ONLY.get() is not None or any(_try(place / name, recipe) is not None for place in (SHIPPED, user_folder()))


@lru_cache(maxsize=64)
def _verified(path: Path, changed: int, size: int) -> tuple[str, Arrays]:
    """Digest and read-only arrays of a file read and checked in this process; read again when it changes."""
    stored, arrays = read(path)
    for values in arrays.values():
        values.setflags(write=False)
    return digest(stored), arrays


def _try(path: Path, recipe: Recipe) -> Arrays | None:
    try:
        status = path.stat()
        stored, arrays = _verified(path, status.st_mtime_ns, status.st_size)
    except (FileNotFoundError, PermissionError, NotADirectoryError):
        return None
    except DataCorrupt as error:
        LOGGER.warning("%s; the table is built again", error)
        return None
    return dict(arrays) if stored == digest(recipe) else None
