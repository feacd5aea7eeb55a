"""What scalar and pseudoscalar mediators share: Yukawa couplings to leptons."""

from __future__ import annotations

from darktarget.models._mediator import MediatorModel
from darktarget.models._parameters import Parameter
from darktarget.units import LEPTON_MASS


class YukawaModel(MediatorModel):
    """A spin-0 mediator; ``coupling`` = y/e of the beam lepton, ``yukawa`` says how the others follow."""

    parameters = (
        *MediatorModel.parameters,
        Parameter(
            "yukawa",
            "Yukawa couplings of the other leptons",
            default="electrophilic",
            choices=("electrophilic", "mass-proportional"),
        ),
    )
    references = ("1609.06781",)

    def lepton_ratio(self, lepton: str) -> float:
        """Coupling to a lepton over that to the electron: its mass over the electron's, or 0 (electrophilic)."""
        if self.values["yukawa"] == "electrophilic":
            return float(lepton == "electron")
        return LEPTON_MASS[lepton] / LEPTON_MASS["electron"]
