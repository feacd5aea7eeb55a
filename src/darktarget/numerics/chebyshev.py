"""Chebyshev interpolation on [0, 1] at first-kind nodes: spectral accuracy for smooth tables."""

from __future__ import annotations

import numpy as np

from darktarget.numerics.arrays import Array


def nodes(n: int) -> Array:
    """The n Chebyshev nodes on (0, 1), increasing."""
    return np.asarray((1 - np.cos(np.pi * (np.arange(n) + 0.5) / n)) / 2)


def basis(n: int, z: Array) -> Array:
    """Chebyshev polynomials T_0..T_{n-1} at z in [0, 1] (clipped), shape z.shape + (n,)."""
    angle = np.arccos(np.clip(2 * np.asarray(z) - 1, -1, 1))
    return np.cos(angle[..., None] * np.arange(n))


def clenshaw(c: Array, z: Array) -> Array:
    """Sum of c[..., k] T_k at z in [0, 1] (clipped) without the basis; c[..., k] broadcasts against z.

    >>> c = coefficients(np.exp(nodes(12)))
    >>> f"{clenshaw(c, np.array([0.3]))[0]:.9f}"
    '1.349858808'
    """
    x = 4 * np.clip(z, 0, 1) - 2
    after = now = np.zeros_like(x)
    for k in range(c.shape[-1] - 1, 0, -1):
        after, now = now, x * now - after + c[..., k]
    return np.asarray(x / 2 * now - after + c[..., 0])


def coefficients(values: Array, axis: int = 0) -> Array:
    """Chebyshev coefficients of values given at ``nodes`` along an axis, same shape."""
    return np.asarray(np.moveaxis(np.tensordot(_transform(values.shape[axis]), values, axes=(1, axis)), 0, axis))


def matrix(n: int, z: Array) -> Array:
    """Weights [..., n] of the values at ``nodes`` in the interpolated value at z in [0, 1] (clipped), [...].

    >>> print(f"{(matrix(12, np.array([0.3])) @ np.exp(nodes(12)))[0]:.9f}")
    1.349858808
    """
    return np.asarray(basis(n, z) @ _transform(n))


def _transform(n: int) -> Array:
    """From values at ``nodes`` to coefficients, [n, n]."""
    transform = basis(n, nodes(n)).T * (2 / n)
    transform[0] /= 2
    return np.asarray(transform)


def interpolate(values: Array, z: Array) -> tuple[Array, float]:
    """Values at z of the polynomial through ``nodes``, and the size of its last two coefficients.

    >>> value, tail = interpolate(np.exp(nodes(12)), np.array([0.3]))
    >>> print(f"{value[0]:.9f}", tail < 1e-9)
    1.349858808 True
    """
    c = coefficients(np.asarray(values))
    return np.asarray(basis(c.size, z) @ c), float(np.abs(c[-2:]).max())
