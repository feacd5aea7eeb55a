"""Options of resonant annihilation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import option
from darktarget.production.options import WidthOptions


@dataclass(frozen=True)
class AnnihilationOptions(WidthOptions):
    """The propagator, the electrons of the target, and radiation in the initial state."""

    electrons: Literal["bound", "rest"] = option("bound", "Electrons of the target, bound in atoms or at rest")
    radiation: bool = option(True, "Let positrons and electrons radiate before they annihilate")

    @property
    def at_rest(self) -> bool:
        """Whether electrons are at rest and nothing radiates, so that the energy of a positron gives s."""
        return self.electrons == "rest" and not self.radiation
