"""Options of the track lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from darktarget.options import OptionGroup, option


@dataclass(frozen=True)
class TracksOptions(OptionGroup):
    """How the track lengths in the target are obtained."""

    tracks: Literal["shower", "first-radiation-length", "with-photons"] = option(
        "shower", "Track lengths of a simulated shower, of the first X0, or with the photons that muons radiate"
    )
