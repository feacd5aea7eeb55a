"""Options of bremsstrahlung."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import option
from darktarget.production.options import FormFactorOptions


@dataclass(frozen=True)
class BremsstrahlungOptions(FormFactorOptions):
    """How the cross section is calculated, and the form factor."""

    cross_section: Literal["exact", "ww", "iww"] = option(
        "exact",
        "Exact tree level, Weizsaecker-Williams, or its improved variant",
        older_values={"etl": "exact"},
    )
