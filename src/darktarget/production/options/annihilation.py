"""Options of resonant annihilation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import option
from darktarget.production.options import WidthOptions


@dataclass(frozen=True)
class AnnihilationOptions(WidthOptions):
    """The propagator, the electrons of the target, and radiation in the initial state."""

    electrons: Literal["rest", "bound"] = option("rest", "Electrons of the target, at rest or bound in atoms")
    radiation: bool = option(False, "Let positrons radiate before they annihilate")
