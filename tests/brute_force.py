r"""l N -> l N chi chibar by brute force: the whole 2 -> 4 phase space, explicit gamma matrices for both fermion lines.

Nothing is factorised: the lepton tensor is contracted with the tensor of the pair at every point of
(s, x, theta, t, azimuth, two angles of the pair), sampled quasi-randomly. Imports nothing from production.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from tests.trace import GAMMA, METRIC

Floats = npt.NDArray[np.float64]
Tensor = npt.NDArray[np.complex128]
ONE = np.eye(4, dtype=complex)
LOWERED = np.array([g * s for g, s in zip(GAMMA, METRIC, strict=True)])
UPPER = np.array(GAMMA)


def dot(a: Floats, b: Floats) -> Floats:
    """Minkowski product over the last axis."""
    return np.asarray((a * b * METRIC).sum(axis=-1))


def slash(a: Floats) -> Tensor:
    """a_mu gamma^mu, [n, 4, 4]."""
    return np.asarray(np.einsum("nm,mij->nij", a, LOWERED))


def bar(matrices: Tensor) -> Tensor:
    """gamma0 M^dagger gamma0 over the last two axes."""
    return np.asarray(GAMMA[0] @ np.conj(np.swapaxes(matrices, -1, -2)) @ GAMMA[0])


def vector_vertex(q: Floats) -> Tensor:
    """gamma_alpha, [n, alpha, 4, 4]."""
    return np.broadcast_to(LOWERED, (len(q), 4, 4, 4))


def dipole_vertex(q: Floats) -> Tensor:
    """2 sigma_{alpha nu} q^nu: what chi1bar sigma^{mu nu} chi0 F_{mu nu} gives a photon, [n, alpha, 4, 4]."""
    commutator = np.einsum("aij,bjk->abik", LOWERED, LOWERED)
    sigma = 0.5j * (commutator - np.swapaxes(commutator, 0, 1))
    return np.asarray(2 * np.einsum("abij,nb->naij", sigma, q))


def boosted(rest: Floats, frame: Floats, mass: Floats) -> Floats:
    """A four-vector in the rest frame of ``frame`` (of that mass), seen in the laboratory."""
    p, e = frame[:, 1:], frame[:, 0]
    along = (rest[:, 1:] * p).sum(axis=1)
    energy = (e * rest[:, 0] + along) / mass
    space = rest[:, 1:] + p * ((along / (e + mass) + rest[:, 0]) / mass)[:, None]
    return np.column_stack([energy, space])


def cross_section(
    energy: float,
    m: float,
    nucleus: float,
    pair: tuple[float, float],
    vertex: Callable[[Floats], Tensor],
    g2: Callable[[Floats], Floats],
    alpha: float,
    power: int = 17,
    seed: int = 1,
) -> tuple[float, float]:
    """sigma in GeV^-2 at unit coupling of the vertex (without e), and its error from eight scrambled samples.

    Args:
        energy, m: of the lepton. nucleus: its mass. pair: masses of chi and chibar.
        vertex: coupling of the pair to a photon of momentum q. power: log2 of the points of one sample.
    """
    parts = [
        _sample(energy, m, nucleus, pair, vertex, g2, alpha, qmc.Sobol(7, seed=seed + i).random_base2(power - 3))
        for i in range(8)
    ]
    return float(np.mean(parts)), float(np.std(parts) / np.sqrt(7))


def _sample(
    E: float,
    m: float,
    MN: float,
    pair: tuple[float, float],
    vertex: Callable[[Floats], Tensor],
    g2: Callable[[Floats], Floats],
    alpha: float,
    z: Floats,
) -> float:
    total = 0.0
    for block in np.array_split(z, max(1, len(z) // 8192)):
        total += float(_weights(E, m, MN, pair, vertex, g2, alpha, block).sum())
    return total / len(z)


def _weights(
    E: float, m: float, MN: float, pair: tuple[float, float], vertex: Any, g2: Any, alpha: float, z: Floats
) -> Floats:
    p_abs = np.sqrt(E**2 - m**2)
    first, last = pair[0] + pair[1], np.sqrt((MN + E) ** 2 - p_abs**2) - MN - m
    span = np.log(last / first)
    M = first * np.exp(span * z[:, 0])
    weight = 2 * M**2 * span  # ds
    low, high = M / E, 1 - m / E
    x = low + (high - low) * z[:, 1]
    weight *= np.maximum(high - low, 0)
    k = np.sqrt(np.maximum((x * E) ** 2 - M**2, 1e-12))
    u0 = 2 * (x * E**2 - p_abs * k) - M**2
    v_min = u0 / (u0 + 4 * p_abs * k)
    v = v_min + (1 - v_min) * z[:, 2] ** 2
    tau = u0 * (1 / v - 1) / (2 * p_abs * k)
    weight *= u0 / v**2 * (1 - v_min) * 2 * z[:, 2] / (2 * p_abs * k)
    t = 1e-7 * np.exp(np.log(5e7) * z[:, 3])
    weight *= t * np.log(5e7)
    phi = 2 * np.pi * z[:, 4]
    weight *= 2 * np.pi
    sine = np.sqrt(np.maximum(tau * (2 - tau), 0))
    zero = np.zeros_like(x)
    p = np.column_stack([zero + E, zero, zero, zero + p_abs])
    kk = np.column_stack([x * E, k * sine, zero, k * (1 - tau)])
    V = p - kk
    length = np.sqrt((V[:, 1:] ** 2).sum(axis=1))
    q0 = -t / (2 * MN)
    qq = np.sqrt(t + q0**2)
    recoil = V[:, 0] + q0
    along = (recoil**2 - m**2 - length**2 - qq**2) / (2 * length)
    inside = (np.abs(along) < qq) & (recoil > m) & (x * E > M) & (high > low)
    across = np.sqrt(np.maximum(qq**2 - along**2, 0))
    n = V[:, 1:] / length[:, None]
    e1 = np.column_stack([n[:, 2], zero, -n[:, 0]])
    e2 = np.array([0.0, 1.0, 0.0])
    q = np.column_stack([q0, along[:, None] * n + across[:, None] * (np.cos(phi)[:, None] * e1
                         + np.sin(phi)[:, None] * e2)])  # fmt: skip
    out = V + q
    J = np.column_stack([2 * MN - q0, -q[:, 1:]])
    J = J - q * (dot(p, J) / dot(p, q))[:, None]
    # the pair: isotropic in its rest frame
    cosine, azimuth = 2 * z[:, 5] - 1, 2 * np.pi * z[:, 6]
    s = M**2
    momentum = np.sqrt(np.maximum((s - first**2) * (s - (pair[0] - pair[1]) ** 2), 0)) / (2 * M)
    flat = momentum * np.sqrt(1 - cosine**2)
    one = np.column_stack([np.hypot(pair[0], momentum), flat * np.cos(azimuth), flat * np.sin(azimuth),
                           momentum * cosine])  # fmt: skip
    k1 = boosted(one, kk, M)
    weight *= 2 * momentum / M / (8 * np.pi) / (2 * np.pi)  # two-body phase space and ds/(2 pi)
    square = _lepton_times_pair(p, out, kk, q, J, k1, kk - k1, m, pair, vertex)
    e2_ = 4 * np.pi * alpha
    front = k * E / (8 * np.pi**2) / (32 * np.pi**2 * MN * length) / (4 * MN * p_abs)
    value = weight * front * e2_**3 * g2(t) / t**2 * square / s**2
    return np.asarray(np.where(inside, value, 0.0))


def _lepton_times_pair(
    p: Floats, out: Floats, kk: Floats, q: Floats, J: Floats, k1: Floats, k2: Floats, m: float,
    pair: tuple[float, float], vertex: Callable[[Floats], Tensor],
) -> Floats:  # fmt: skip
    s_line = (dot(p + q, p + q) - m**2)[:, None, None]
    u_line = (dot(p - kk, p - kk) - m**2)[:, None, None]
    J_ = slash(J)
    right = (slash(p + q) + m * ONE) @ J_ / s_line
    left = J_ @ (slash(p - kk) + m * ONE) / u_line
    lines = np.einsum("aij,njk->naik", UPPER, right) + np.einsum("nij,ajk->naik", left, UPPER)
    a = np.einsum("nij,najk->naik", slash(out) + m * ONE, lines)
    b = np.einsum("nij,najk->naik", slash(p) + m * ONE, bar(lines))
    lepton = 0.5 * np.einsum("naij,nbji->nab", a, b, optimize=True)
    vertices = vertex(kk)
    c = np.einsum("nij,najk->naik", slash(k1) + pair[0] * ONE, vertices)
    d = np.einsum("nij,najk->naik", slash(k2) - pair[1] * ONE, bar(vertices))
    dark = np.einsum("naij,nbji->nab", c, d, optimize=True)
    return np.asarray(np.einsum("nab,nab->n", lepton, dark).real)
