"""What scalar and pseudoscalar mediators share: Yukawa couplings to leptons, and vector dark matter."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from darktarget.models.base.mediator import DM
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models.base.two_photon import PHOTON_COUPLING, TwoPhotonModel
from darktarget.units import LEPTON_MASS

YUKAWA: Final = Parameter(
    "yukawa",
    "Yukawa couplings of the other leptons",
    default="electrophilic",
    choices=("electrophilic", "mass-proportional"),
)
STRENGTH: Final = replace(
    ALPHA_D, text="dark coupling^2/(4 pi); in GeV^2 for dm=scalar (c_S^2), in GeV^-2 for dm=vector (c_V^2)"
)


class YukawaModel(TwoPhotonModel):
    """A spin-0 mediator; ``coupling`` = y/e of the beam lepton, ``yukawa`` says how the others follow."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        MASS,
        COUPLING,
        STRENGTH,
        MASS_RATIO,
        replace(DM, choices=(*DM.choices, "vector")),
        YUKAWA,
        PHOTON_COUPLING,
    )
    references: tuple[str, ...] = ("1609.06781", "2312.15697")

    def lepton_ratio(self, lepton: str) -> float:
        """Coupling to a lepton over that to the electron: its mass over the electron's, or 0 (electrophilic)."""
        if self.values["yukawa"] == "electrophilic":
            return float(lepton == "electron")
        return LEPTON_MASS[lepton] / LEPTON_MASS["electron"]
