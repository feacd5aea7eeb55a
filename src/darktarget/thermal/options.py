"""Options of the relic density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import option
from darktarget.production.options import WidthOptions


@dataclass(frozen=True)
class RelicOptions(WidthOptions):
    """The propagator, the equilibrium between two dark states, and that of the dark sector with the plasma."""

    # the older name means another width here than in annihilation
    width: Literal["fixed", "s003", "energy-dependent"] = option(
        "energy-dependent", "Width in the propagator of the mediator", older_values={"running": "energy-dependent"}
    )
    equilibrium: Literal["solved", "imposed"] = option("solved", "Chemical equilibrium between two dark states")
    kinetic: Literal["auto", "coupled", "equilibrium"] = option(
        "auto", "Temperature of the dark sector: solved for near resonances, everywhere, or that of the plasma"
    )
