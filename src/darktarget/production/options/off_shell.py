"""Options of dark pairs from a mediator below their threshold."""

from __future__ import annotations

from dataclasses import dataclass

from darktarget.production.options.virtual_photon import VirtualPhotonOptions


@dataclass(frozen=True)
class OffShellOptions(VirtualPhotonOptions):
    """Those of a virtual photon."""
