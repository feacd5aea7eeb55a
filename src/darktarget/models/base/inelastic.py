"""What models with two dark states share: chi2 is heavier than chi1 by the parameter ``splitting``."""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.models.base.mediator import MediatorModel
from darktarget.models.base.parameters import Parameter

SPLITTING: Final = Parameter("splitting", "mass splitting (m2 - m1)/m1", default=0.4, below=100.0)


class Inelastic(MediatorModel):
    """Two dark states: chi1 of mass m/mass_ratio, chi2 heavier by the factor 1 + splitting."""

    @property
    def heavy_mass(self) -> Array:
        """Mass of chi2, [point]."""
        return np.asarray(self.dark_mass * (1 + self.values["splitting"]))
