"""Beam dumps: decays behind a shield, scattering on electrons, proton beams."""
