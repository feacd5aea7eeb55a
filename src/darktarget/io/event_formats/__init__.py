"""File formats of events: one file per format, found by its name; all stream, none holds a sample in memory."""

from typing import Any

from darktarget.registry import Registry

#: The formats by name.
FORMATS: Registry[Any] = Registry("event format", __name__)
