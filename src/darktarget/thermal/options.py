"""Options of the relic density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import option
from darktarget.production.options import WidthOptions


@dataclass(frozen=True)
class RelicOptions(WidthOptions):
    """The propagator, and the equilibrium between two dark states."""

    equilibrium: Literal["solved", "imposed"] = option("solved", "Chemical equilibrium between two dark states")
