"""Gauss-Legendre quadrature on any interval; maps to other variables are up to the integrand."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from darktarget.numerics.arrays import Array


@lru_cache(maxsize=64)
def gauss(n: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on [0, 1], each [n]; shared between calls, read-only.

    >>> x, w = gauss(3)
    >>> print(f"{(w * x**4).sum():.6f}")
    0.200000
    """
    z, w = np.polynomial.legendre.leggauss(n)
    rule = (z + 1) / 2, w / 2
    for values in rule:
        values.setflags(write=False)
    return rule


def gauss_on(low: Array | float, high: Array | float, n: int) -> tuple[Array, Array]:
    r"""Gauss-Legendre nodes and weights on [low, high], :math:`\int_a^b f\,dx \approx \sum_i w_i f(x_i)`.

    Args:
        low, high: ends, which broadcast against each other to [...]. n: nodes of each interval.

    Returns:
        nodes and weights, each [..., n].

    >>> x, w = gauss_on(np.array([0.0, 1.0]), np.array([1.0, 3.0]), 3)
    >>> print([f"{v:.3f}" for v in (w * x**2).sum(axis=-1)])
    ['0.333', '8.667']
    """
    z, w = gauss(n)
    first = np.asarray(low)[..., None]
    span = np.asarray(high)[..., None] - first
    return first + span * z, span * w


def gauss_log(low: Array | float, high: Array | float, n: int) -> tuple[Array, Array]:
    r"""The same with even places in ln x, for integrands that vary over decades: :math:`dx = x\,d\ln x`.

    Args:
        low, high: ends > 0, as in ``gauss_on``. n: nodes of each interval.

    Returns:
        nodes and weights in x, each [..., n].

    >>> x, w = gauss_log(1e-3, 1e3, 8)
    >>> print(f"{(w / x).sum() / np.log(1e6):.6f}")
    1.000000
    """
    z, w = gauss(n)
    first = np.asarray(low)[..., None]
    span = np.log(np.asarray(high)[..., None] / first)
    x = first * np.exp(span * z)
    return x, x * span * w


def gauss_panels(edges: Array, n: int) -> tuple[Array, Array]:
    """Nodes and weights on neighbouring intervals, n on each.

    Args:
        edges: of the intervals, [..., edge]. n: nodes of each.

    Returns:
        nodes and weights, each [..., (edge - 1) * n].

    >>> x, w = gauss_panels(np.array([0.0, 0.1, 2.0]), 2)
    >>> print(f"{(w * x**3).sum():.6f}")
    4.000000
    """
    nodes, weights = gauss_on(edges[..., :-1], edges[..., 1:], n)
    shape = (*edges.shape[:-1], -1)
    return nodes.reshape(shape), weights.reshape(shape)
