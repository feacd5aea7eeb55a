"""Options of dark pairs from a virtual photon."""

from __future__ import annotations

from dataclasses import dataclass

from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions


@dataclass(frozen=True)
class VirtualPhotonOptions(BremsstrahlungOptions):
    """Those of the bremsstrahlung of the virtual photon."""
