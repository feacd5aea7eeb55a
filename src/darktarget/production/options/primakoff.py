"""Options of Primakoff production."""

from __future__ import annotations

from dataclasses import dataclass

from darktarget.production.options import FormFactorOptions


@dataclass(frozen=True)
class PrimakoffOptions(FormFactorOptions):
    """The form factor."""
