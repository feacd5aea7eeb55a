"""Units and constants: internal energy unit, lengths in cm, times in s; every number with its source.

``GeV`` fixes the internal energy unit. Change it and every yield stays the same (a test does so), because
numbers enter the physics only as ``value * GeV`` and leave it as ``value / GeV``.
"""

from __future__ import annotations

from typing import Final

from darktarget import particles

GeV: Final = 1.0
MeV: Final = 1e-3 * GeV
keV: Final = 1e-6 * GeV
eV: Final = 1e-9 * GeV

ALPHA: Final = 1 / 137.035999084  # fine-structure constant, CODATA 2018

# masses in the internal unit; the numbers and their sources are in ``particles``
ELECTRON_MASS: Final = particles.ELECTRON.mass_MeV * MeV
MUON_MASS: Final = particles.MUON.mass_MeV * MeV
TAU_MASS: Final = particles.TAU.mass_MeV * MeV
PROTON_MASS: Final = particles.PROTON.mass_MeV * MeV
PION_MASS: Final = particles.CHARGED_PION.mass_MeV * MeV
NUCLEON_UNIT: Final = particles.ATOMIC_MASS_UNIT.value * MeV

AVOGADRO: Final = 6.02214076e23  # 1/mol, SI
HBARC_CM: Final = 1.973269804e-14 * GeV  # hbar c in GeV cm, SI
SPEED_OF_LIGHT: Final = 2.99792458e10  # cm/s, SI
PB_CM2: Final = 1e-36  # 1 pb in cm^2
PB: Final = PB_CM2 / HBARC_CM**2  # 1 pb in (energy unit)^-2; 1 GeV^-2 = 0.3893793721e9 pb
ELECTRON_CHARGE_SQUARED: Final = 4 * 3.141592653589793 * ALPHA  # e^2, Heaviside-Lorentz
FERMI_CONSTANT: Final = 1.1663788e-5 / GeV**2  # PDG 2024
CLASSICAL_ELECTRON_RADIUS: Final = 2.8179403262e-13  # cm, CODATA 2018

#: Masses of the charged leptons by name.
LEPTON_MASS: Final = {
    "electron": ELECTRON_MASS,
    "positron": ELECTRON_MASS,
    "muon": MUON_MASS,
    "tau": TAU_MASS,
}

PLANCK_MASS: Final = 1.220890e19 * GeV  # G^(-1/2), CODATA 2018
BOLTZMANN: Final = 8.617333262e-5 * eV  # per kelvin, SI
CMB_TEMPERATURE: Final = 2.7255 * BOLTZMANN  # arXiv:0911.1955
HUBBLE_100: Final = 1e7 / 3.0856775814913673e24 / SPEED_OF_LIGHT * HBARC_CM  # 100 km/s/Mpc
