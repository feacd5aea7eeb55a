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
    electron_scattering="darktarget.dump.scattering:axial",
    conversion="darktarget.thermal.scattering:axial",
    mono_photon="darktarget.constraints.base.mono_photon:vector",  # m_e = 0; the part of spin 0 is added
    absent={
        "conserved_current": "the axial current of leptons is not conserved, and the channels of the mediator lack "
        "their divergence, which gives the m_l^2/m_X^2 terms",
        "photon_like": "an axial current of quarks has neither R(s) nor the decays of pi0 and K+ of kinetic mixing, "
        "and a boson that couples to the axial current of leptons does not mix with the photon",
    },
)
