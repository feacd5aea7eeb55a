"""Files that enter and leave: curves, tables, events, likelihoods and published records."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darktarget.io.imports import read_curve as read_curve

__all__ = ["read_curve"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name == "read_curve":
            from darktarget.io.imports import read_curve  # cold start: a limit without curves of a user

            return read_curve
        raise AttributeError(f"module 'darktarget.io' has no attribute {name!r}")
