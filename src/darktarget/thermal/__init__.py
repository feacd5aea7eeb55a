"""Relic density from the same widths and amplitudes that the yields use."""
