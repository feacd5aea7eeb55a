"""Figures of the papers: one file each, built from the public API; a figure draws Axes and lists its data."""

from __future__ import annotations

from typing import Protocol

from darktarget.figures._sheet import Sheet
from darktarget.registry import Registry


class Figure(Protocol):
    """One figure (or table) of a paper."""

    name: str
    caption: str
    source: str

    def draw(self) -> Sheet:
        """Calculate and draw it."""
        ...


#: The figures by name.
FIGURES: Registry[type[Figure]] = Registry("figure", __name__)

__all__ = ["FIGURES", "Figure", "Sheet"]
