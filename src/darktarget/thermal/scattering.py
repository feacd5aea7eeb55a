r"""Reaction densities of a b -> c d by exchange in the t channel, all masses kept; for vectors, the amplitude as well.

.. math:: \gamma = \frac{g_ag_bT}{8\pi^4}\int ds\,\sqrt s\,K_1(\sqrt s/T)\,p^2\sigma,\qquad
          p^2\sigma = \frac1{64\pi s}\int dt\,\overline{|M|^2}

with, for vector currents, q = p_a - p_c, M^2 the squared mediator mass,

.. math:: \sum|M|^2 = \frac{16g_{ac}^2g_{bd}^2}{(t-M^2)^2}\bigl[2(p_a\!\cdot\!p_b)(p_c\!\cdot\!p_d)
          + 2(p_a\!\cdot\!p_d)(p_c\!\cdot\!p_b) - 2B\,p_a\!\cdot\!p_c - 2A\,p_b\!\cdot\!p_d + 4AB\bigr]

where A = p_a.p_c - m_a m_c and B = p_b.p_d - m_b m_d. Maxwell statistics; one of the two currents is conserved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.decays.kinematics import momentum
from darktarget.numerics.quadrature import gauss_on, gauss_panels
from darktarget.structures import Ability

#: (s, t, masses, mediator mass) -> sum over spins of |M|^2 over the squared couplings of both vertices; broadcasts.
Square = Callable[[Array, Array, tuple[Array, Array, Array, Array], Array], Array]
#: That of each Lorentz structure.
CONVERSION: Final[Ability[Square]] = Ability("conversion")
S_PANELS, S_NODES, T_NODES, TOP = 30, 4, 16, 60.0


def vector(s: Array, t: Array, masses: tuple[Array, Array, Array, Array], mediator: Array) -> Array:
    """Sum over spins of |M|^2 over the squared couplings of two vector currents; all arguments broadcast."""
    a, b, c, d = masses
    ab, cd = (s - a**2 - b**2) / 2, (s - c**2 - d**2) / 2
    u = a**2 + b**2 + c**2 + d**2 - s - t
    ad, bc = (a**2 + d**2 - u) / 2, (b**2 + c**2 - u) / 2
    ac, bd = (a**2 + c**2 - t) / 2, (b**2 + d**2 - t) / 2
    A, B = ac - a * c, bd - b * d
    bracket = 2 * ab * cd + 2 * ad * bc - 2 * B * ac - 2 * A * bd + 4 * A * B
    return np.asarray(16 * bracket / (t - mediator**2) ** 2)


def reduced(
    root: Array, masses: tuple[Array, Array, Array, Array], mediator: Array, amplitude: Square = vector
) -> Array:
    """p^2 sigma at unit squared couplings, averaged over 2 x 2 spins, sqrt(s) [point, any]; 0 below threshold."""
    a, b, c, d = (np.asarray(m)[:, None] for m in masses)
    s = root**2
    before, after = momentum(root, a, b), momentum(root, c, d)
    e_a, e_c = np.sqrt(before**2 + a**2), np.sqrt(after**2 + c**2)
    middle = a**2 + c**2 - 2 * e_a * e_c
    x, w = gauss_on(-1.0, 1.0, T_NODES)
    t = middle[:, :, None] + 2 * (before * after)[:, :, None] * x
    square = amplitude(
        s[:, :, None], t, (a[..., None], b[..., None], c[..., None], d[..., None]), mediator[:, None, None]
    )
    return np.asarray((square * w).sum(axis=-1) * 2 * before * after / 4 / (64 * np.pi * s))


def energies(start: Array, temperature: Array) -> tuple[Array, Array]:
    """Nodes in sqrt(s) above thresholds ``start`` [point] and weights in s, each [point, node].

    Args:
        temperature: to be covered, [point, t].
    """
    hot, cold = temperature.max(axis=1), temperature.min(axis=1)
    edges = np.concatenate([[0.0], np.geomspace(1e-3, 1.0, S_PANELS)])
    v, dv = gauss_panels(edges, S_NODES)
    # sqrt(s) - start = TOP cold (hot/cold)^v would start too late: quadratic below the coldest temperature
    span = np.log(TOP * hot / (1e-3 * cold))[:, None]
    above = 1e-3 * cold[:, None] * (np.expm1(span * v))
    root = start[:, None] + above
    return root, 2 * root * (above + 1e-3 * cold[:, None]) * span * dv


def density(
    masses: tuple[Array, Array, Array, Array],
    mediator: Array,
    degrees: tuple[int, int],
    temperature: Array,
    amplitude: Square = vector,
) -> Array:
    """gamma over exp(-(m_a + m_b)/T) at unit squared couplings, [point, t] (energy^4).

    Args:
        masses: a, b, c, d, each [point]. degrees: of a and of b, antiparticles included.
        temperature: [point, t]. amplitude: of the Lorentz structure.
    """
    from scipy.special import k1e

    start = np.maximum(masses[0] + masses[1], masses[2] + masses[3])
    root, weight = energies(start, temperature)
    shape = weight * root * reduced(root, masses, mediator, amplitude)
    value = np.empty_like(temperature)
    for k in range(temperature.shape[0]):
        T = temperature[k][:, None]
        scaled = k1e(root[k] / T) * np.exp(-(root[k] - masses[0][k] - masses[1][k]) / T)
        value[k] = scaled @ shape[k]
    return degrees[0] * degrees[1] * temperature / (8 * np.pi**4) * value
