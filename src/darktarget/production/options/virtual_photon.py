"""Options of dark pairs from a virtual photon."""

from __future__ import annotations

from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions


class VirtualPhotonOptions(BremsstrahlungOptions):
    """Those of the bremsstrahlung of the virtual photon."""
