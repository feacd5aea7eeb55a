"""What all models without a mediator share: dark pairs from a virtual photon; a model file states the rest."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from darktarget.core import VECTOR, Array, FrozenDict, Model
from darktarget.models.base.declared import require_declared
from darktarget.models.base.parameters import Parameter, resolve

LIGHTEST = Parameter("mass", "mass of the lightest dark particle", "GeV")
SPLITTING = Parameter("splitting", "(heavier - lighter mass)/lighter mass", default=1e-3, closed=True)


class PhotonModel(Model):
    """Dark particles that couple to the photon directly; ``mass`` is that of the lightest.

    The virtual photon is the parent of the dark pairs: its channels are all that production needs. A subclass sets
    ``name``, ``references``, ``parameters`` and ``channels``.
    """

    parameters: ClassVar[tuple[Parameter, ...]]
    mediator = "gamma*"
    structure = VECTOR
    processes = ("virtual-photon", "vector-meson", "annihilation")
    reference_coupling = 1.0

    def __init__(self, **given: Any) -> None:
        require_declared(self)
        self.values = FrozenDict(resolve(self.parameters, given))
        self.mass: Array = self.values["mass"]

    @property
    def mediator_mass(self) -> Array:
        """0, the photon's, [point]."""
        return np.zeros(self.points)

    @property
    def dark_mass(self) -> Array:
        """Mass of the lightest dark particle, [point]."""
        return self.mass

    @property
    def heavy_mass(self) -> Array:
        """Mass of the heavier particle of a pair, [point]; needs the parameter ``splitting``."""
        return np.asarray(self.mass * (1 + self.values["splitting"]))

    def lepton_coupling(self, lepton: str) -> Array:
        """1: the photon's."""
        return np.ones(self.points)

    def quark_charge(self, meson: str) -> Array:
        """1: the photon's."""
        return np.ones(self.points)
