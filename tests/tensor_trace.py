"""Spin-2 amplitudes from explicit gamma matrices: an independent route that knows no production code.

An amplitude is an array [mu, nu, spinor, spinor] of upper Lorentz indices between spinors (or [mu, nu] without).
Momenta come from ``tests.trace``, boosted to where the lepton line has no large components.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from mpmath import mp, mpf

from tests import trace

Tensor = npt.NDArray[Any]
G = trace.METRIC
ETA = np.diag(G)
GAMMA = np.array(trace.GAMMA)
ONE = np.eye(4)


def floats(a: trace.Vector) -> Tensor:
    """A momentum as floats."""
    return np.array([float(x) for x in a])


def dot(a: Tensor, b: Tensor) -> float:
    """Minkowski product."""
    return float(np.sum(a * b * G))


def slash(a: Tensor) -> Tensor:
    """a_mu gamma^mu."""
    return np.asarray(np.einsum("m,mij->ij", a * G, GAMMA))


def _symmetric(a: Tensor, b: Tensor) -> Tensor:
    """gamma^(mu b^nu) with weight 1/2 each."""
    one = np.einsum("mij,n->mnij", a, b)
    return np.asarray((one + one.transpose(1, 0, 2, 3)) / 2)


def of_lepton(p: Tensor, k: Tensor, q: Tensor, J: Tensor, m: float) -> Tensor:
    """s, u and contact diagrams of T_l^{mu nu} = (i/4) lbar (gamma^mu D^nu + gamma^nu D^mu) l with the source J."""
    out = p + q - k
    s, u = dot(p + q, p + q) - m**2, dot(p - k, p - k) - m**2
    absorbed = (slash(p + q) + m * ONE) @ slash(J) / s
    emitted = slash(J) @ (slash(p - k) + m * ONE) / u
    first = np.einsum("mnij,jk->mnik", _symmetric(GAMMA, (2 * out + k) / 2), absorbed)
    second = np.einsum("ij,mnjk->mnik", emitted, _symmetric(GAMMA, (2 * p - k) / 2))
    return np.asarray(first + second - _symmetric(GAMMA, J))


def of_photons(first: Tensor, A: Tensor, second: Tensor, a: Tensor) -> Tensor:
    """-T_gamma^{mu nu} of two fields with momenta ``first``, ``second``; a [mu, ...] may be a matrix."""
    one = np.einsum("m,n->mn", first, A)
    one = one - one.T
    two = np.einsum("m,n...->mn...", second, a)
    two = two - np.swapaxes(two, 0, 1)
    product = np.einsum("ma,a,na...->mn...", one, G, two)
    trace_ = np.einsum("ab,a,b,ab...->...", one, G, G, two)
    return np.asarray(-(product + np.swapaxes(product, 0, 1) - np.multiply.outer(ETA, trace_) / 2))


def of_nucleus(P: Tensor, Pp: Tensor, r: Tensor, k: Tensor, a: Tensor, MN: float) -> Tensor:
    """s, u and contact diagrams of a point-like scalar nucleus that absorbs a field a [mu, ...] of momentum r."""

    def vertex(before: Tensor, after: Tensor) -> Tensor:
        both = np.outer(before, after)
        return np.asarray(both + both.T - ETA * (dot(before, after) - MN**2))

    def along(w: Tensor) -> Tensor:
        return np.asarray(np.einsum("m,m...->...", w * G, a))

    total = P + Pp
    s = np.multiply.outer(vertex(P + r, Pp), along(2 * P + r)) / (dot(P + r, P + r) - MN**2)
    u = np.multiply.outer(vertex(P, P - k), along(2 * Pp - r)) / (dot(P - k, P - k) - MN**2)
    contact = np.multiply.outer(total, a)
    contact = contact + np.swapaxes(contact, 0, 1) - np.multiply.outer(ETA, along(total))
    return np.asarray(s + u - contact)


def universal(p: Tensor, k: Tensor, q: Tensor, J: Tensor, m: float) -> Tensor:
    """Lepton and photon diagrams."""
    r = k - q
    return of_lepton(p, k, q, J, m) + of_photons(q, J, r, GAMMA / dot(r, r))


def massive(k: Tensor) -> Tensor:
    """-g + kk/M^2, lower indices."""
    return -ETA + np.outer(k * G, k * G) / dot(k, k)


def temporal(k: Tensor, n: Tensor) -> Tensor:
    """The same without components along n: what the recoiling nucleus adds, for an infinite mass."""
    low, rest, nk = k * G, n * G, dot(n, k)
    return -ETA + (np.outer(low, rest) + np.outer(rest, low)) / nk - np.outer(low, low) * dot(n, n) / nk**2


def spin_2(P: Tensor) -> Tensor:
    """(PP + PP)/2 - PP/3."""
    straight, crossed = np.einsum("mr,ns->mnrs", P, P), np.einsum("ms,nr->mnrs", P, P)
    return np.asarray((straight + crossed) / 2 - np.einsum("mn,rs->mnrs", P, P) / 3)


def squared(T: Tensor, P: Tensor, p: Tensor, out: Tensor, m: float) -> float:
    """Half the sum over spins and polarisations of |ubar(out) T u(p)|^2."""
    contracted = np.einsum("mnij,mnrs->rsij", T, spin_2(P))
    bar = np.einsum("ij,mnkj,kl->mnil", GAMMA[0], T.conj(), GAMMA[0])
    into, away = slash(p) + m * ONE, slash(out) + m * ONE
    return float(np.einsum("ij,rsjk,kl,rsli->", away, contracted, into, bar).real) / 2


def size(T: Tensor, p: Tensor, out: Tensor, m: float) -> float:
    """Root of the spin sum of the squares of all components."""
    into, away = slash(p) + m * ONE, slash(out) + m * ONE
    bar = np.einsum("ij,...kj,kl->...il", GAMMA[0], T.conj(), GAMMA[0])
    return float(np.sqrt(np.abs(np.einsum("ij,...jk,kl,...li->...", away, T, into, bar)).sum()))


def point_squared(point: trace.Point, m: float, kind: str) -> float:
    """Spin-averaged |A|^2 of a mediator that couples to all (``tensor``) or to leptons alone."""
    moved, plain = trace.boosted(point, shift=True), trace.boosted(point, shift=False)
    p, k, q, J, out = (floats(v) for v in (moved.p, moved.k, moved.q, moved.J, moved.out))
    rest = floats(plain.J) + q  # 2 P
    if kind == "tensor":
        return squared(universal(p, k, q, J, m), temporal(k, rest / np.sqrt(dot(rest, rest))), p, out, m)
    return squared(of_lepton(p, k, q, J, m), massive(k), p, out, m)


def energy_angle(
    E: float,
    m: float,
    M: float,
    MN: float,
    x: float,
    theta: float,
    g2: Callable[[float], float],
    alpha: float,
    kind: str,
    nodes: int = 40,
    turns: int = 32,
) -> float:
    """d sigma/(dx d theta) at c = 1/GeV (GeV^-2 per rad) by quadrature over t and azimuth of the traces."""
    mp.dps = 50
    z, w = np.polynomial.legendre.leggauss(nodes)
    low, high = trace._t_range(E, m, M, MN, x, theta)
    total = 0.0
    for zi, wi in zip(z, w, strict=True):
        t = low * mp.exp(mp.log(high / low) * mpf((zi + 1) / 2))
        azimuth = 0.0
        for j in range(turns // 2):  # symmetric about the plane of p and k
            point = trace.phase_space(E, m, M, MN, x, theta, t, 2 * mp.pi * (j + mpf(1) / 2) / turns)
            if point is not None:
                azimuth += point_squared(point, m, kind) * 4 * np.pi / turns
        total += wi / 2 * float(mp.log(high / low) * t) * g2(float(t)) / float(t) ** 2 * azimuth
    p, k = np.sqrt(E**2 - m**2), np.sqrt((x * E) ** 2 - M**2)
    V = np.sqrt(p**2 + k**2 - 2 * p * k * np.cos(theta))
    front = k * E / (8 * np.pi**2) / (32 * np.pi**2 * MN * V) / (4 * MN * p)
    return float(front * (4 * np.pi * alpha) ** 2 * total * np.sin(theta))


def absorption(x: float, D: float, m: float, M: float, kind: str) -> float:
    """Spin-averaged |A|^2 of gamma l -> l G at unit e and c, with s - m^2 = D/(1-x) and m^2 - u = D."""
    lead = D / (1 - x)
    root = np.sqrt(lead + m**2)
    photon = lead / (2 * root)
    momentum = np.sqrt((root**2 - (m + M) ** 2) * (root**2 - (m - M) ** 2)) / (2 * root)
    energy = np.hypot(momentum, M)
    p, q = np.array([root - photon, 0, 0, -photon]), np.array([photon, 0, 0, photon])
    cosine = (M**2 + D - 2 * p[0] * energy) / (2 * photon * momentum)
    k = np.array([energy, momentum * np.sqrt(1 - cosine**2), 0, momentum * cosine])
    make = universal if kind == "tensor" else of_lepton
    sides = (make(p, k, q, np.eye(4)[i], m) for i in (1, 2))
    return sum(squared(T, massive(k), p, p + q - k, m) for T in sides) / 2
