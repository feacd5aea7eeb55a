r"""Vector coupling, :math:`g\,X_\mu\bar l\gamma^\mu l`, the photon's."""

from typing import Final

from darktarget.particles import MEDIATOR_NUMBER
from darktarget.structures import LorentzStructure

VECTOR: Final = LorentzStructure(
    name="vector",
    spin=1,
    particle_id=MEDIATOR_NUMBER[1],
    lepton_width="darktarget.decays.two_body:vector_to_dirac",
    lepton_current="darktarget.decays.currents:VECTOR_FERMIONS",
    dark_currents={
        "dirac": "darktarget.decays.currents:VECTOR_FERMIONS",
        "majorana": "darktarget.decays.currents:AXIAL_FERMIONS",  # a Majorana fermion has no vector current
        "scalar": "darktarget.decays.currents:VECTOR_SCALARS",
    },
    exact_amplitude="darktarget.production.amplitudes.exact:VECTOR_AMPLITUDE",
    weizsaecker_williams="darktarget.production.amplitudes.weizsaecker_williams:VECTOR_FLUX",
    magnetic_moment="darktarget.decays.magnetic_moment:vector",
    electron_scattering="darktarget.dump.scattering:vector",
    mono_photon="darktarget.constraints.base.mono_photon:vector",
    conversion="darktarget.thermal.scattering:vector",
    conserved_current=True,
    photon_like=True,
)
