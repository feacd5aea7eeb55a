"""File formats of events: one file per format, found by its name; all stream, none holds a sample in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from darktarget.core import Events
from darktarget.io.event_records import EventsHeader
from darktarget.registry import Registry, class_with


class EventFormat(Protocol):
    """One file format of events."""

    name: str

    def write(self, path: Path, header: EventsHeader, chunks: Iterable[Events]) -> None:
        """Write a whole file."""
        ...

    def read(self, path: Path) -> tuple[EventsHeader, Iterator[Events]]:
        """Header and events of a file."""
        ...


#: The formats by name.
FORMATS: Registry[type[EventFormat]] = Registry("event format", __name__, check=class_with("write", "read"))
