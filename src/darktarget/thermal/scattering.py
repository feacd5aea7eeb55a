r"""Reaction densities of a b -> c d by exchange in the t channel, all masses kept; for vectors, the amplitude as well.

.. math:: \gamma = \frac{g_ag_bT}{8\pi^4}\int ds\,\sqrt s\,K_1(\sqrt s/T)\,p^2\sigma,\qquad
          p^2\sigma = \frac1{64\pi s}\int dt\,\overline{|M|^2}

with, for vector currents, q = p_a - p_c, M^2 the squared mediator mass,

.. math:: \sum|M|^2 = \frac{16g_{ac}^2g_{bd}^2}{(t-M^2)^2}\bigl[2(p_a\!\cdot\!p_b)(p_c\!\cdot\!p_d)
          + 2(p_a\!\cdot\!p_d)(p_c\!\cdot\!p_b) - 2B\,p_a\!\cdot\!p_c - 2A\,p_b\!\cdot\!p_d + 4AB\bigr]

where A = p_a.p_c - m_a m_c and B = p_b.p_d - m_b m_d. Maxwell statistics; one of the two currents is conserved. Other
currents of spin 1 have the functions of :mod:`darktarget.decays.exchange` at either end, in unitary gauge:

.. math:: \overline{|M|^2} = \frac{3W_1W_1'-W_1W_2'K'^2-W_1'W_2K^2+W_2W_2'(K\!\cdot\!K')^2}{(t-M^2)^2}
          + \frac{W_0W_0'}{t^2M^4} + \frac{2W_2W_2'\,(m_c^2-m_a^2)(m_d^2-m_b^2)\,K\!\cdot\!K'}{t\,M^2(t-M^2)}

with :math:`K\cdot K'=s-u+(m_c^2-m_a^2)(m_d^2-m_b^2)/t`. The interference of V and A at both ends cancels in the sum
over particles and antiparticles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from darktarget.core import Array, Exchange
from darktarget.decays.currents import AXIAL_FERMIONS
from darktarget.decays.exchange import convection, crossed, crossed_divergence
from darktarget.decays.kinematics import momentum
from darktarget.dump.scattering import Scatterer
from darktarget.numerics.quadrature import gauss_on, gauss_panels
from darktarget.structures import Ability

Masses = tuple[Array, Array, Array, Array]
#: (s, t, masses, mediator mass) -> sum over spins of |M|^2 over the squared couplings of both vertices; broadcasts.
Square = Callable[[Array, Array, Masses, Array], Array]
#: That of each Lorentz structure.
CONVERSION: Final[Ability[Square]] = Ability("conversion")
S_PANELS, S_NODES, T_NODES, TOP = 30, 4, 16, 60.0


def vector(s: Array, t: Array, masses: Masses, mediator: Array) -> Array:
    """Sum over spins of |M|^2 over the squared couplings of two vector currents; all arguments broadcast."""
    a, b, c, d = masses
    ab, cd = (s - a**2 - b**2) / 2, (s - c**2 - d**2) / 2
    u = a**2 + b**2 + c**2 + d**2 - s - t
    ad, bc = (a**2 + d**2 - u) / 2, (b**2 + c**2 - u) / 2
    ac, bd = (a**2 + c**2 - t) / 2, (b**2 + d**2 - t) / 2
    A, B = ac - a * c, bd - b * d
    bracket = 2 * ab * cd + 2 * ad * bc - 2 * B * ac - 2 * A * bd + 4 * A * B
    return np.asarray(16 * bracket / (t - mediator**2) ** 2)


#: (W_1, W_2, W_0) of the current at one end, averaged over the incoming spins; they broadcast against t.
Ends = tuple[Array, Array, Array]


def contracted(s: Array, t: Array, masses: Masses, mediator: Array, ends: tuple[Ends, Ends]) -> Array:
    """|M|^2 of two currents of spin 1, couplings included, averaged over spins; all arguments broadcast.

    Args:
        s, t: invariants. masses: a, b, c, d. ends: of a -> c and of b -> d.
    """
    a, b, c, d = masses
    (one, two, zero), (one_b, two_b, zero_b) = ends
    steps = (c**2 - a**2) * (d**2 - b**2)
    along = 2 * s + t - a**2 - b**2 - c**2 - d**2 + steps / t  # s - u and the rest of K.K'
    whole = 3 * one * one_b - one * two_b * convection(-t, b, d) - one_b * two * convection(-t, a, c)
    pole = t - mediator**2
    spin_one = (whole + two * two_b * along**2) / pole**2
    contact = zero * zero_b / (t * mediator**2) ** 2 + 2 * two * two_b * steps * along / (t * mediator**2 * pole)
    return np.asarray(spin_one + contact)


def axial(s: Array, t: Array, masses: Masses, mediator: Array) -> Array:
    """Sum over spins of |M|^2 over the squared couplings of two axial currents of fermions; all arguments broadcast."""
    a, b, c, d = masses
    ends = [(*crossed(AXIAL_FERMIONS, -t, *m), crossed_divergence(AXIAL_FERMIONS, -t, *m)) for m in ((a, c), (b, d))]
    return 4 * contracted(s, t, masses, mediator, (ends[0], ends[1]))


def of_exchanges(first: Exchange, second: Exchange) -> Square:
    """The ``Square`` of two dark particles that exchange the mediator, their couplings included."""

    def square(s: Array, t: Array, masses: Masses, mediator: Array) -> Array:
        ends = tuple(_ends(exchange, t) for exchange in (first, second))
        return 4 * contracted(s, t, masses, mediator, (ends[0], ends[1]))

    return square


def _ends(exchange: Exchange, t: Array) -> Ends:
    flat = -t.reshape(t.shape[0], -1)
    zero = np.zeros_like(flat) if exchange.divergence is None else exchange.divergence(flat)
    one, two, zero = (w.reshape(t.shape) for w in (*exchange.current(flat), zero))
    return one, two, zero


def of_scatterer(met: Scatterer) -> Square:
    """The ``Square`` of a dark particle and a lepton, the coupling of the dark particle included."""

    def square(s: Array, t: Array, masses: Masses, mediator: Array) -> Array:
        a, b, c, _ = masses
        value = met.contracted(-t, s - a**2 - b**2 + t / 2 - (c**2 - a**2) / 2) / (t - mediator**2) ** 2
        spin_zero = met.spin_zero(-t)
        return np.asarray(4 * (value if spin_zero is None else value + spin_zero))

    return square


def reduced(root: Array, masses: Masses, mediator: Array, amplitude: Square = vector) -> Array:
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
    masses: Masses,
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
