r"""Widths of a virtual photon of mass :math:`\sqrt s` into two different particles, and radiative decays.

With :math:`\lambda = \lambda(s, m_0^2, m_1^2)` the Kaellen function, f(s) = Gamma/(pi s^(3/2)) is the factor of
:math:`d\sigma(eN\to eN\,{\rm pair})/ds`. Closed channels are exactly 0. 1/Lambda and g are in 1/(energy unit).
"""

from __future__ import annotations

import numpy as np

from darktarget.core import Array
from darktarget.decays.kinematics import kallen_root


def opening(root: Array, first: Array | float, second: Array | float) -> Array:
    r""":math:`\lambda^{1/2}(s, m_0^2, m_1^2)/s`, which is twice the momentum over sqrt(s); 0 where closed.

    Args:
        root: sqrt(s), 0 allowed. first, second: masses of the daughters, broadcast against ``root``.
    """
    return np.asarray(kallen_root(root, first, second) / np.where(root > 0, root, 1.0) ** 2)


def photon_to_dipole(root: Array, light: Array | float, heavy: Array | float, moment: Array | float) -> Array:
    r"""Virtual photon to chi1 chi0bar (one charge assignment) through a magnetic transition moment,
    :math:`\frac{(s-(m_1-m_0)^2)(s+2(m_1+m_0)^2)\lambda^{1/2}}{6\pi\Lambda^2s^{3/2}}`.

    L = (1/Lambda) chi1bar sigma^{mu nu} chi0 F_{mu nu} + h.c.; an electric moment is the same with m_0 -> -m_0.

    Args:
        root: sqrt(s). light, heavy: m_0 (negative: electric) and m_1. moment: 1/Lambda.

    References:
        arXiv:2305.16781; S000 Eq. (1).

    >>> print(f"{photon_to_dipole(np.array([1.0]), 0.0, 0.0, 1.0)[0] * 6 * np.pi:.6f}")
    1.000000
    """
    s = np.where(root > 0, root, 1.0) ** 2
    total, difference = np.add(heavy, light), np.subtract(heavy, light)
    shape = (1 - difference**2 / s) * (1 + 2 * total**2 / s)
    value = np.square(moment) * root**3 / (6 * np.pi) * shape * opening(root, np.abs(light), heavy)
    return np.asarray(np.where(root > np.abs(light) + heavy, value, 0.0))


def photon_to_axion(root: Array, axion: Array | float, vector: Array | float, coupling: Array | float) -> Array:
    r"""Virtual photon to a gamma_D, :math:`g^2\lambda^{3/2}/(96\pi s^{3/2})`.

    :math:`\mathcal L = \frac g2aF_{\mu\nu}\tilde F'^{\mu\nu}`.

    Args:
        root: sqrt(s). axion, vector: masses of a and gamma_D. coupling: g.

    References:
        arXiv:2204.09978.
    """
    return np.asarray(np.square(coupling) * root**3 / (96 * np.pi) * opening(root, axion, vector) ** 3)


def radiative(heavy: Array | float, light: Array | float) -> Array:
    r""":math:`(m_1^2-m_0^2)^3/m_1^3`, the cube of twice the photon energy at rest; 0 where closed."""
    return np.asarray(np.maximum(np.subtract(np.square(heavy), np.square(light)), 0) ** 3 / np.power(heavy, 3))


def dipole_to_photon(heavy: Array | float, light: Array | float, moment: Array | float) -> Array:
    r"""chi1 to chi0 gamma through a magnetic or electric moment, :math:`\frac{1}{2\pi\Lambda^2}[(m_1^2-m_0^2)/m_1]^3`.

    References:
        S000 Eq. (4).

    >>> print(f"{dipole_to_photon(0.105, 0.1, 1e-3):.4e} GeV")
    1.4806e-13 GeV
    """
    return np.asarray(np.square(moment) * radiative(heavy, light) / (2 * np.pi))


def vector_to_axion_photon(vector: Array | float, axion: Array | float, coupling: Array | float) -> Array:
    r"""gamma_D to a gamma, :math:`\frac{g^2}{96\pi}[(m_1^2-m_0^2)/m_1]^3`: the virtual photon's by crossing."""
    return np.asarray(np.square(coupling) * radiative(vector, axion) / (96 * np.pi))


def axion_to_vector_photon(axion: Array | float, vector: Array | float, coupling: Array | float) -> Array:
    r"""a to gamma_D gamma, :math:`\frac{g^2}{32\pi}[(m_1^2-m_0^2)/m_1]^3`: three times the reverse, which averages."""
    return np.asarray(np.square(coupling) * radiative(axion, vector) / (32 * np.pi))


def photon_energy(energy: Array, heavy: Array | float, light: Array | float, cosine: Array) -> Array:
    r"""Energy of the photon of chi1 -> chi0 gamma in the laboratory, :math:`E^*[\gamma+\sqrt{\gamma^2-1}\cos\theta]`.

    :math:`E^* = (m_1^2-m_0^2)/(2m_1)`; S000 Eq. (6).

    Args:
        energy: of the decaying particle, any shape. heavy, light: masses. cosine: of the angle between the photon in
            the rest frame and the boost.

    >>> print(f"{float(photon_energy(np.array(100.0), 0.105, 0.1, np.array(1.0))):.4f}")
    9.2970
    """
    star = np.subtract(np.square(heavy), np.square(light)) / (2 * np.asarray(heavy))
    gamma = energy / heavy
    return np.asarray(star * (gamma + np.sqrt(np.maximum(gamma**2 - 1, 0)) * cosine))
