"""Tabulated energy and angular spectra of bremsstrahlung."""
