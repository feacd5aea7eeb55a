r"""Exchange of a massive vector between two fermion lines from explicit gamma matrices, in unitary gauge.

Nothing is split into spins, forms or widths: the propagator is
:math:`(-g+qq/s)/(s-M^2+i\sqrt s\,\Gamma) + qq/(sM^2)`, and both lines have gamma^mu (g_V + g_A gamma5).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from darktarget.core import Array
from tests.trace import GAMMA, GAMMA5, METRIC, ONE

Matrices = npt.NDArray[np.complex128]
Forms = tuple[float, float]  # g_V, g_A


def slash(p: Array) -> Matrices:
    """p_mu gamma^mu of momenta [..., 4]."""
    return np.asarray(np.einsum("...m,m,mij->...ij", p, METRIC, np.array(GAMMA)))


def tensor(first: Matrices, second: Matrices, forms: Forms) -> Matrices:
    """Tr[first V^m second Vbar^n], [..., m, n]."""
    vertices = np.array([g @ (forms[0] * ONE + forms[1] * GAMMA5) for g in GAMMA])
    bars = np.array([GAMMA[0] @ v.conj().T @ GAMMA[0] for v in vertices])
    return np.asarray(np.einsum("...ab,mbc,...cd,nda->...mn", first, vertices, second, bars, optimize=True))


def squared(dark: Matrices, visible: Matrices, q: Array, mass: float, width: Array | float = 0.0) -> Array:
    """Sum over all spins of |M|^2 at momenta q [n, 4] of the vector, [n]."""
    s = np.einsum("xm,xm,m->x", q, q, METRIC)[:, None, None]
    lower = q * METRIC
    outer = lower[:, :, None] * lower[:, None, :]
    pole = s - mass**2 + 1j * np.sqrt(s) * np.asarray(width).reshape(-1, 1, 1)
    exchange = (-np.diag(METRIC) + outer / s) / pole + outer / (s * mass**2)
    value = np.einsum("xma,xnb,xmn,xab->x", dark, visible, exchange, exchange.conj(), optimize=True)
    return np.asarray(value.real)


def three_body(masses: tuple[float, float, float, float], dark: Forms, visible: Forms, nodes: int) -> float:
    """Width of chi2 -> chi1 l+ l- over the Dalitz plane at unit couplings.

    Args:
        masses: of chi2, chi1, the vector and the lepton.
    """
    heavy, light, _, lepton = masses
    z, w = np.polynomial.legendre.leggauss(nodes)
    place, slope = np.sin(np.pi * (z + 1) / 4) ** 2, np.pi / 4 * np.sin(np.pi * (z + 1) / 2)
    low, high = (light + lepton) ** 2, (heavy - lepton) ** 2  # mass^2 of chi1 l+
    root = np.sqrt(low + (high - low) * place)[:, None]
    e2, e3 = (heavy**2 - root**2 - lepton**2) / (2 * root), (root**2 - light**2 + lepton**2) / (2 * root)
    p2, p3 = (np.sqrt(np.maximum(e**2 - lepton**2, 0)) for e in (e2, e3))
    smallest, largest = (e2 + e3) ** 2 - (p2 + p3) ** 2, (e2 + e3) ** 2 - (p2 - p3) ** 2
    s = smallest + (largest - smallest) * place
    cosine = ((e2 + e3) ** 2 - s - p2**2 - p3**2) / (2 * p2 * p3)
    zero = np.zeros_like(s)
    minus = np.stack([zero + e2, zero, zero, zero + p2], axis=-1).reshape(-1, 4)
    plus = np.stack([zero + e3, p3 * np.sqrt(np.maximum(1 - cosine**2, 0)), zero, p3 * cosine], axis=-1).reshape(-1, 4)
    child = -plus + np.stack([zero + root, zero, zero, zero], axis=-1).reshape(-1, 4)
    value = decay_squared(child, minus, plus, masses, dark, visible).reshape(s.shape) / 2
    inner = (value * slope * w).sum(axis=1) * (largest - smallest)[:, 0]
    return float((inner * slope * w).sum() * (high - low) / ((2 * np.pi) ** 3 * 32 * heavy**3))


def decay_squared(
    child: Array, minus: Array, plus: Array, masses: tuple[float, float, float, float], dark: Forms, visible: Forms
) -> Array:
    """Sum over all spins of |M(chi2 -> chi1 l- l+)|^2 at unit couplings, [n]."""
    heavy, light, mediator, lepton = masses
    above = tensor(slash(child) + light * ONE, slash(child + minus + plus) + heavy * ONE, dark)
    below = tensor(slash(minus) + lepton * ONE, slash(plus) - lepton * ONE, visible)
    return squared(above, below, minus + plus, mediator)


def annihilation(
    s: float, masses: tuple[float, float, float], width: float, visible: Forms, dark: Forms, nodes: int = 6
) -> float:
    """Cross section of l- l+ -> chi chibar at unit couplings, unpolarised.

    Args:
        masses: of the lepton, the dark particle and the vector. width: of the vector at sqrt(s).
    """
    lepton, chi, mediator = masses
    cosine, weight = np.polynomial.legendre.leggauss(nodes)
    E, zero = np.sqrt(s) / 2, np.zeros(nodes)
    p, k = np.sqrt(E**2 - lepton**2), np.sqrt(E**2 - chi**2)
    minus, plus = (np.stack([zero + E, zero, zero, zero + sign * p], axis=1) for sign in (1, -1))
    sine = np.sqrt(1 - cosine**2)
    one, two = (np.stack([zero + E, sign * k * sine, zero, sign * k * cosine], axis=1) for sign in (1, -1))
    below = tensor(slash(plus) - lepton * ONE, slash(minus) + lepton * ONE, visible)
    above = tensor(slash(one) + chi * ONE, slash(two) - chi * ONE, dark)
    mean = float((squared(above, below, minus + plus, mediator, width) * weight).sum() / 2)
    return float(mean / 4 * k / p / (16 * np.pi * s))
