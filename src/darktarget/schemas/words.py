"""Annotations with words for the user; nothing is imported, so that any module can carry them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What a key of a file means, one sentence."""

    text: str


@dataclass(frozen=True)
class Advice:
    """A sentence that follows the allowed range of a number in the message on a wrong one."""

    text: str
