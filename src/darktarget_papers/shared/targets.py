"""Thermal targets of the figures: the mediator's width on shell in its propagator, as their sources have it."""

from __future__ import annotations

from darktarget import api
from darktarget.core import Curve, Model


def thermal_target(model: Model) -> Curve:
    """Coupling that leaves the observed density, with a fixed width in the propagator."""
    return api.relic_target(model, width="fixed")
