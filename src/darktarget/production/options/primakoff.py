"""Options of Primakoff production."""

from __future__ import annotations

from darktarget.production.options import FormFactorOptions


class PrimakoffOptions(FormFactorOptions):
    """The form factor."""
