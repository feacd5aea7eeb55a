"""Numerical rules that every part shares: arrays, quadrature, Chebyshev interpolation, roots, special functions."""
