"""Tabulated energy and angular spectra of bremsstrahlung, and of positrons that annihilate."""
