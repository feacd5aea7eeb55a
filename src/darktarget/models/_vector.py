"""What all models with one vector mediator share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from darktarget.core import VECTOR, Array, LorentzStructure, Model
from darktarget.models._parameters import Parameter, resolve


class VectorModel(Model):
    """A model declared by its parameters, with mediator mass ``mass`` and dark mass ``mass / mass_ratio``."""

    parameters: ClassVar[tuple[Parameter, ...]]
    structure: LorentzStructure = VECTOR

    def __init__(self, **given: Any) -> None:
        values = resolve(self.parameters, given)
        self.values = MappingProxyType(values)
        self.mass: Array = values["mass"]

    @property
    def dark_mass(self) -> Array:
        """Mass of the lightest dark particle, [point]."""
        return np.asarray(self.mass / self.values["mass_ratio"])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.points} points)"
