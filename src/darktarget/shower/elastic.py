r"""Elastic scattering of electrons and positrons on a screened nucleus: how fast their direction is lost.

The transport cross section, :math:`\int(1-\cos\theta)d\sigma`, is the screened Rutherford one with Moliere's
angle plus what the exact cross section of a point charge (Mott) adds: a quarter in lead at 1 MeV for electrons;
for positrons, which the nucleus repels, it takes a fifth away.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import eval_legendre, loggamma

from darktarget.matter.form_factors import nuclear_scale
from darktarget.matter.materials import Element
from darktarget.numerics.quadrature import gauss_on
from darktarget.units import ALPHA, CLASSICAL_ELECTRON_RADIUS, ELECTRON_MASS

Floats = npt.NDArray[np.float64]
_WAVES = 400  # partial waves of the reduced series
_SMALLEST = 0.05  # sin(theta/2) from which the series is summed; (R-1)/s hardly changes below
SINGLE = 0.1  # share of the deflections with a single scattering; half of it or twice it changes angles by 1 %
_REDUCED = 3  # times that the series is divided by 1 - cos(theta)


def transport(T: Floats, Z: int, positron: bool = False) -> Floats:
    r"""Transport cross section of elastic scattering, cm^2 per atom.

    .. math:: 2\pi\Big(\frac{r_em}{p\beta}\Big)^2\Big\{Z(Z+1)\Big[\ln\Big(1+\frac1\eta\Big)
              - \frac1{1+\eta}\Big] + Z^2 M(\beta)\Big\},
              \quad \eta = \Big(\frac{\hbar}{2pa}\Big)^2\Big[1.13 + 3.76\frac{(\alpha Z)^2}{\beta^2}\Big]

    with the Thomas-Fermi radius a = 0.885 a_0 Z^(-1/3) and M of ``mott_excess``.

    Args:
        T: kinetic energy, any shape.
        Z: charge number.
        positron: of positrons, not electrons.

    Reference: G. Z. Moliere, Z. Naturforsch. A 2 (1947) 133; for this use of the screened Rutherford form,
    I. Kawrakow and A. F. Bielajew, Nucl. Instrum. Meth. B 134 (1998) 325, Eqs. 2-6.
    """
    tau = np.asarray(T) / ELECTRON_MASS
    p2 = tau * (tau + 2)  # (p/m)^2
    beta2 = p2 / (tau + 1) ** 2
    chi2 = (ALPHA * Z ** (1 / 3) / 0.885) ** 2 / p2 * (1.13 + 3.76 * (ALPHA * Z) ** 2 / beta2)
    eta = chi2 / 4
    rutherford = Z * (Z + 1) * (np.log1p(1 / eta) - 1 / (1 + eta))
    betas, excess = _excess_table(-Z if positron else Z)
    mott = Z**2 * np.interp(np.sqrt(beta2), betas, excess)
    return np.asarray(2 * np.pi * CLASSICAL_ELECTRON_RADIUS**2 / (p2 * beta2) * (rutherford + mott))


def divided(T: Floats, atoms: Sequence[tuple[Element, float]], turns: float) -> tuple[Floats, Floats]:
    r"""Scattering at high energies, divided at an angle into many small deflections and few single ones.

    The screened cross section per radiation length is :math:`\chi_c^2/(\theta^2+\chi_a^2)^2\,d\theta^2`. With n
    deflections per radiation length, a share s of which has a single scattering above :math:`\theta_h^2 =
    \chi_c^2/(ns)`, the transport cross section of the rest is

    .. math:: \frac{\chi_c^2}2\Big(\ln\frac{\theta_h^2}{\chi_a^2}-1\Big)

    Args:
        T: kinetic energy, [energy]. atoms: elements with their number per cm^2 and X0. turns: deflections per X0.

    Returns:
        The transport cross section per X0, [energy], and CHANCE, LEAST, SIZE of ``Tables.single``.
    """
    strength = np.array([4 * np.pi * n * e.Z * (e.Z + 1) for e, n in atoms]) * CLASSICAL_ELECTRON_RADIUS**2
    share, total = strength / strength.sum(), strength.sum()
    charge = np.array([e.Z for e, _ in atoms])
    screened = (ALPHA * charge ** (1 / 3) / 0.885) ** 2 * (1.13 + 3.76 * (ALPHA * charge) ** 2)
    logarithm = np.log(total / (turns * SINGLE)) - share @ np.log(screened) - 1
    tau = T / ELECTRON_MASS
    momentum = tau * (tau + 2) / (tau + 1)  # p beta/m
    size = share @ np.array([2 / nuclear_scale(e) for e, _ in atoms])
    return total / 2 * logarithm / momentum**2, np.array([SINGLE, 1 / (SINGLE * logarithm), size])


@cache
def _excess_table(Z: int) -> tuple[Floats, Floats]:
    betas = np.append(np.linspace(0.4, 0.99, 30), 1.0)
    return betas, np.array([mott_excess(b, Z) for b in betas])


def mott_excess(beta: float, Z: int) -> float:
    r"""What Mott's cross section adds to the bracket of the Rutherford transport cross section.

    .. math:: M = 2\int_0^1\frac{ds}s\,(R-1),\quad s = \sin(\theta/2)

    In second Born approximation (McKinley and Feshbach, Phys. Rev. 74 (1948) 1759) it is
    :math:`\pi\alpha Z\beta - \beta^2`.

    Args:
        beta: velocity.
        Z: charge number, negative for the scattering of positrons.

    >>> round(mott_excess(0.94, 82), 2)
    2.14
    """
    nodes, weights = gauss_on(_SMALLEST, 1.0, 32)
    s = np.append(_SMALLEST, nodes)
    slope = 2 * (mott_ratio(s, beta, Z) - 1) / s
    return float(_SMALLEST * slope[0] + (weights * slope[1:]).sum())


def mott_ratio(s: Floats, beta: float, Z: int) -> Floats:
    r"""Mott's cross section over Rutherford's for electrons or positrons on a point charge.

    .. math:: R = 4 s^4\Big[(1-\beta^2)\frac{|F|^2}{s^2} + \frac{|G|^2}{q^2(1-s^2)}\Big],
              \quad q = \alpha Z/\beta

    Args:
        s: sin(theta/2), any shape, 0 < s < 1.
        beta: velocity.
        Z: charge number, negative for positrons: the amplitudes depend on the product of the charges.

    Reference: N. Sherman, Phys. Rev. 103 (1956) 1601, Eqs. 2-9, with the series reduced as in Yennie,
    Ravenhall and Wilson, Phys. Rev. 95 (1954) 500, Eq. 24.
    """
    a = ALPHA * Z
    q = a / beta
    k = np.arange(_WAVES + 2.0)
    rho = np.sqrt(np.maximum(k**2 - a**2, 0.0))
    d = np.zeros(k.size, dtype=complex)
    n, r = k[1:], rho[1:]
    d[1:] = np.exp(loggamma(n - 1j * q) - loggamma(n + 1 + 1j * q))
    d[1:] -= np.exp(-1j * np.pi * (r - n) + loggamma(r - 1j * q) - loggamma(r + 1 + 1j * q))
    # D_k of the reference is (-1)^k d_k
    f = k[:-1] * d[:-1] - k[1:] * d[1:]
    g = k[:-1] ** 2 * d[:-1] + k[1:] ** 2 * d[1:]
    f0 = 0.5j * np.exp(loggamma(1 - 1j * q) - loggamma(1 + 1j * q)) * s ** (2j * q)
    g0 = -1j * q * (1 - s**2) / s**2 * f0
    amplitude_f = f0 + 0.5j * _series(f, s)
    amplitude_g = g0 + 0.5j * _series(g, s)
    return np.asarray(
        4 * s**4 * ((1 - beta**2) * np.abs(amplitude_f) ** 2 / s**2 + np.abs(amplitude_g) ** 2 / (q**2 * (1 - s**2)))
    )


def _series(terms: npt.NDArray[np.complex128], s: Floats) -> npt.NDArray[np.complex128]:
    """Legendre series of cos(theta) = 1 - 2 s^2, reduced so that it converges."""
    a = terms
    for _ in range(_REDUCED):
        k = np.arange(a.size - 1.0)
        lower = np.append(0.0, a[:-2])
        a = a[:-1] - (k + 1) / (2 * k + 3) * a[1:] - k / np.maximum(2 * k - 1, 1) * lower
    x = 1 - 2 * s**2
    values = _legendre(a.size, tuple(x.ravel().tolist())).reshape(*x.shape, a.size)
    return np.asarray((values * a).sum(axis=-1) / (1 - x) ** _REDUCED)


@lru_cache(maxsize=2)
def _legendre(count: int, x: tuple[float, ...]) -> Floats:
    """The first Legendre polynomials at some points, [point, order]: the same for every velocity and nucleus."""
    return np.asarray(eval_legendre(np.arange(count), np.array(x)[:, None]))
