r"""Dark currents, squared and summed over spins, for scattering by exchange of what they couple to.

A conserved current between particles of momenta p and p' = p + q, averaged over the incoming spins, is

.. math:: D^{\mu\nu} = W_1\Big(-g^{\mu\nu}+\frac{q^\mu q^\nu}{q^2}\Big) + W_2K^\mu K^\nu,\qquad
          K = p+p'-q\,\frac{m'^2-m^2}{q^2}

with two functions of :math:`Q^2=-q^2`; for spin 0, :math:`W_1` is the squared amplitude and :math:`W_2=0`. Crossed to
:math:`q^2=s`, :math:`3W_1-W_2K^2` is that of a decay to the pair, of which :math:`W_1` is one transverse polarisation.

A current that is not conserved has :math:`W_0=q_\mu q_\nu D^{\mu\nu}` as well, by exchange of spin 0. Vector and axial
parts add; their interference, antisymmetric in the indices, is of opposite sign for particle and antiparticle, for a
lepton and its antilepton, and there is none for a Majorana particle. Whoever uses these functions averages over
particles and antiparticles, which are produced alike, so that it cancels.
"""

from __future__ import annotations

import numpy as np

from darktarget.core import Array
from darktarget.decays.currents import Current

Real = Array | float


def crossed(current: Current, square: Array, first: Real, second: Real) -> tuple[Array, Array]:
    r"""(W_1, W_2) of a current at unit coupling from its decay: :math:`W_1=\pm S_T(s=-Q^2)/n` with n spin states.

    Args:
        current: of the pair, - for fermions. square: Q^2. first, second: masses, broadcast against it.

    >>> from darktarget.decays.currents import VECTOR_FERMIONS, VECTOR_SCALARS
    >>> [float(w) for w in crossed(VECTOR_FERMIONS, np.array(2.0), 0.5, 0.5)]
    [2.0, 1.0]
    >>> [float(w) for w in crossed(VECTOR_SCALARS, np.array(2.0), 0.5, 0.5)]
    [0.0, 1.0]
    """
    sign = -1 if current.spin_states == 2 else 1
    whole, one = (sign * f(-square, first, second) / current.spin_states for f in (current.squared, current.transverse))
    if current.spin == 0:
        return np.asarray(whole), np.zeros_like(whole)
    return np.asarray(one), np.asarray((3 * one - whole) / convection(square, first, second))


def crossed_divergence(current: Current, square: Array, first: Real, second: Real) -> Array:
    r""":math:`W_0` of a current of spin 1 at unit coupling, averaged over the incoming spins (energy^4).

    Args:
        current, square, first, second: as for ``crossed``.

    >>> from darktarget.decays.currents import AXIAL_FERMIONS
    >>> float(crossed_divergence(AXIAL_FERMIONS, np.array(2.0), 0.5, 0.5))
    2.0
    """
    sign = -1 if current.spin_states == 2 else 1
    return np.asarray(sign * current.divergence(-square, first, second) / current.spin_states)


def dipole_current(square: Array, light: Real, heavy: Real, moment: Real) -> tuple[Array, Array]:
    r"""(W_1, W_2) of a magnetic transition moment between Dirac particles, in either direction,
    :math:`\frac{4}{\Lambda^2}(m_1+m_0)^2[(m_1-m_0)^2+Q^2],\;\frac{4}{\Lambda^2}Q^2`.

    L = (1/Lambda) chi1bar sigma^{mu nu} chi0 F_{mu nu} + h.c.; an electric moment is the same with m_0 -> -m_0.

    Args:
        square: Q^2. light, heavy: m_0 (negative: electric) and m_1. moment: 1/Lambda.

    >>> [float(w) for w in dipole_current(np.array(1.0), 1.0, 1.0, 0.5)]
    [4.0, 1.0]
    """
    total, difference = np.add(heavy, light), np.subtract(heavy, light)
    scale = 4 * np.square(moment)
    return np.asarray(scale * total**2 * (difference**2 + square)), np.asarray(scale * square)


def axion_current(square: Array, axion: Real, vector: Real, coupling: Real) -> tuple[Array, Array]:
    r"""(W_1, W_2) of a -> gamma_D through :math:`\frac g2aF\tilde F'`, :math:`\frac{g^2}{4}Q^2K^2,\;\frac{g^2}{4}Q^2`.

    gamma_D -> a is a third of it, the average over three spins.

    Args:
        square: Q^2. axion, vector: masses. coupling: g.

    >>> [float(w) for w in axion_current(np.array(1.0), 0.0, 0.0, 2.0)]
    [1.0, 1.0]
    """
    second = np.asarray(np.square(coupling) / 4 * square)
    return np.asarray(second * convection(square, axion, vector)), second


def convection(square: Array, first: Real, second: Real) -> Array:
    r""":math:`K^2=2m^2+2m'^2+Q^2+(m'^2-m^2)^2/Q^2` of two masses, square of the conserved part of p + p'."""
    a, b = np.square(first), np.square(second)
    return np.asarray(2 * a + 2 * b + square + (b - a) ** 2 / square)
