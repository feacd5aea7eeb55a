"""What gauge bosons of lepton and baryon numbers share: ``coupling`` is g', dark matter may be absent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

import numpy as np

from darktarget.core import Array
from darktarget.models.base.mediator import DM
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO
from darktarget.models.base.vector import VectorModel
from darktarget.units import ELECTRON_CHARGE_SQUARED

GAUGE: Final = replace(COUPLING, text="gauge coupling g'")
OR_NONE: Final = replace(DM, default="none")
UNIT_ALPHA: Final = 1 / (4 * np.pi)  # g'^2/(4 pi) at unit coupling
E: Final = float(np.sqrt(ELECTRON_CHARGE_SQUARED))


class GaugedModel(VectorModel):
    """A Z' with charges of the leptons; ``neutrinos`` names those that it couples to with charge +-1."""

    mediator = "Z'"
    parameters = (MASS, GAUGE, ALPHA_D, MASS_RATIO, OR_NONE)
    neutrinos: ClassVar[tuple[str, ...]] = ()

    def neutrino_widths(self) -> dict[str, Callable[[Array], Array]]:
        r""":math:`\Gamma = g'^2M/(24\pi)` for each left-handed neutrino, at unit coupling."""
        return dict.fromkeys(self.neutrinos, neutrino_width)


def neutrino_width(mass: Array) -> Array:
    r""":math:`M/(24\pi)`, the shape of ``mass``."""
    return mass * UNIT_ALPHA / 6
