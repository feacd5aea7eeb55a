"""Writing and reading events: what every format shares.

A file says how many events it has, what they are of, and what its weights mean: the number of mediators expected from
the stated exposure at the stated coupling, so that they sum to the expected number. A reader counts and refuses a file
that ends early. Energies are in GeV, lengths in cm, z along the beam from the front of the target.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from darktarget import files
from darktarget.core import Events
from darktarget.errors import DataCorrupt, InputError
from darktarget.io.event_formats import FORMATS
from darktarget.io.event_records import EventsHeader


def write(path: Path, form: str, header: EventsHeader, chunks: Iterable[Events], *, force: bool = False) -> Path:
    """Write events to a file through a temporary name, chunk by chunk.

    Args:
        path: of the file. form: name of the format, one of ``FORMATS``.
        header: its header. chunks: events that together are as many as it says.
        force: replace an existing file.

    Raises:
        UnknownName: no such format. OutputExists, OutputError: as ``files.write_all``.
        InputError: other numbers of events than announced, a weight or momentum that is not finite, or a library that
            is not installed.
    """
    chosen = FORMATS[form]()
    path = Path(path)

    def fill(temporary: Path) -> None:
        chosen.write(temporary, header, _checked(header, chunks))

    files.write_all(path.parent, {path.name: fill}, force=force)
    return path


def _checked(header: EventsHeader, chunks: Iterable[Events]) -> Iterator[Events]:
    """The chunks, refused if they hold anything that is not finite or are not as many events as announced."""
    total = 0
    for chunk in chunks:
        for name in ("weight", "momentum", "vertex", "mass"):
            if not np.isfinite(getattr(chunk, name)).all():
                raise InputError(name, math.nan, "finite numbers", f"In events {chunk.first} and following.")
        total += len(chunk)
        yield chunk
    if total != header.events:
        raise InputError("events", total, f"{header.events}, as the header announces")


def read(path: Path, form: str) -> tuple[EventsHeader, Iterator[Events]]:
    """Header and events of a file, in chunks; the end of the iteration checks that it was complete.

    Raises:
        UnknownName: no such format. DataCorrupt: the header is missing or broken; while iterating, a line that cannot
            be read, a file that ends early, or another number of events than announced.
        InputError: the file cannot be opened, or a library is not installed.

    >>> read(Path("nothing.lhe"), "lhe")
    Traceback (most recent call last):
    darktarget.errors.InputError: path = 'nothing.lhe': allowed is a file that can be read.
    """
    chosen = FORMATS[form]()
    path = Path(path)
    if not path.is_file():
        raise InputError("path", str(path), "a file that can be read")
    header, chunks = chosen.read(path)
    return header, _counted(path, header, chunks)


def _counted(path: Path, header: EventsHeader, chunks: Iterable[Events]) -> Iterator[Events]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        yield chunk
    if total != header.events:
        raise DataCorrupt(f"{path}: {total} of {header.events} events, the file is not complete")
