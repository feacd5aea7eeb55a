"""Options of the process, in a module that is quick to import: ``--help`` reads it."""

from dataclasses import dataclass

from darktarget.options import option
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions


@dataclass(frozen=True)
class HalfBremsstrahlungOptions(BremsstrahlungOptions):
    """Those of bremsstrahlung, and how much of it."""

    part: float = option(0.5, "Part of the bremsstrahlung", above=0)
