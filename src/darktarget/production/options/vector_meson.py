"""Options of vector mesons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import OptionGroup, option


@dataclass(frozen=True)
class VectorMesonOptions(OptionGroup):
    """Multiple scattering in the nucleus, and a factor on the yields."""

    glauber: Literal["full", "classical"] = option("full", "Glauber's multiple scattering of vector mesons in nuclei")
    vector_meson_yield_scale: float = option(
        1.0, "Factor on the yields of vector mesons", above=0, older=("meson_scale",)
    )
