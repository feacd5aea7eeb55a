"""Options of dark pairs from a mediator below their threshold."""

from __future__ import annotations

from darktarget.production.options.virtual_photon import VirtualPhotonOptions


class OffShellOptions(VirtualPhotonOptions):
    """Those of a virtual photon."""
