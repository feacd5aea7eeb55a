"""Numerical rules that every part shares: arrays, quadrature, Chebyshev, interpolation, intervals, roots, special."""
