r"""Axial vector coupling, :math:`g\,X_\mu\bar l\gamma^\mu\gamma_5l`."""

from typing import Final

from darktarget.particles import MEDIATOR_NUMBER
from darktarget.structures import LorentzStructure

AXIAL: Final = LorentzStructure(
    name="axial",
    spin=1,
    particle_id=MEDIATOR_NUMBER[1],
    lepton_width="darktarget.decays.two_body:axial_to_dirac",
    lepton_current="darktarget.decays.currents:AXIAL_FERMIONS",
    dark_currents={
        "dirac": "darktarget.decays.currents:AXIAL_FERMIONS",
        "majorana": "darktarget.decays.currents:AXIAL_FERMIONS",
        "scalar": "darktarget.decays.currents:VECTOR_SCALARS",
    },
    exact_amplitude="darktarget.production.amplitudes.exact:AXIAL_AMPLITUDE",
    weizsaecker_williams="darktarget.production.amplitudes.weizsaecker_williams:AXIAL_FLUX",
    magnetic_moment="darktarget.decays.magnetic_moment:axial",
    absent={
        "conserved_current": "the axial current of leptons is not conserved, and away from the mediator's mass shell "
        "widths at virtual mass miss the m_l^2/m_X^2 terms",
    },
)
