"""Squared amplitudes of bremsstrahlung: exact, spin 2, and the Weizsaecker-Williams approximation."""
