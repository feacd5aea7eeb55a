"""Quadrature rules."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from darktarget.numerics.arrays import Array


@lru_cache(maxsize=64)
def gauss(n: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on [0, 1].

    >>> x, w = gauss(3)
    >>> print(f"{(w * x**4).sum():.6f}")
    0.200000
    """
    z, w = np.polynomial.legendre.leggauss(n)
    return (z + 1) / 2, w / 2
