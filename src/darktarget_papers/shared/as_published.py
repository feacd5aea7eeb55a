"""How the papers calculate what the defaults of the package calculate otherwise; every figure of theirs keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from darktarget import api
from darktarget.core import Curve, Model

#: Options of every limit and yield in the figures; a figure that differs says so where it does.
AS_PUBLISHED: Final[Mapping[str, Any]] = MappingProxyType(
    {"form_factor": "elastic", "width": "fixed", "electrons": "rest", "radiation": False}
)
#: What the captions say of figures with annihilation.
NOTE: Final = "elastic form factor; annihilation on electrons at rest, without radiation"


def thermal_target(model: Model) -> Curve:
    """Coupling that leaves the observed density, with a fixed width in the propagator and in kinetic equilibrium."""
    return api.relic_target(model, width=AS_PUBLISHED["width"], kinetic="equilibrium")
