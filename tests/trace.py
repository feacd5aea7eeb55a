r"""Bremsstrahlung l N -> l N X from explicit gamma matrices: an independent route that knows no production code.

Momenta are built with 50 digits, boosted to where the lepton line has no large components, and only
then turned into floats; the nuclear current is shifted along q, which gauge invariance allows (and a test checks).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from mpmath import mp, mpf

Matrix = npt.NDArray[np.complex128]
Vector = list[Any]

_I, _0 = np.eye(2), np.zeros((2, 2))
_PAULI = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
GAMMA = [np.block([[_I, _0], [_0, -_I]])] + [np.block([[_0, s], [-s, _0]]) for s in _PAULI]
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def dot(a: Vector, b: Vector) -> Any:
    """Minkowski product."""
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


def add(a: Vector, b: Vector, scale: Any = 1) -> Vector:
    """a + scale * b."""
    return [x + scale * y for x, y in zip(a, b, strict=True)]


def slash(a: Vector) -> Matrix:
    """a_mu gamma^mu as a float matrix."""
    return np.sum([float(x) * g * s for x, g, s in zip(a, GAMMA, METRIC, strict=True)], axis=0)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Point:
    """Momenta of one phase-space point and the invariants of its propagators."""

    p: Vector
    k: Vector
    out: Vector
    q: Vector
    J: Vector
    s: Any
    u: Any


def phase_space(E: float, m: float, M: float, MN: float, x: float, theta: float, t: Any, phi: Any) -> Point | None:
    """Momenta with the beam along z, the mediator in the xz plane and q at azimuth phi about p - k."""
    E, m, M, MN, x, theta = (mpf(v) for v in (E, m, M, MN, x, theta))
    p = [E, mpf(0), mpf(0), mp.sqrt(E**2 - m**2)]
    k0 = x * E
    kk = mp.sqrt(k0**2 - M**2)
    k = [k0, kk * mp.sin(theta), mpf(0), kk * mp.cos(theta)]
    V = add(p, k, -1)
    length = mp.sqrt(V[1] ** 2 + V[3] ** 2)
    q0 = -t / (2 * MN)
    qq = mp.sqrt(t + q0**2)
    # (E - k0 + q0)^2 = m^2 + |V + q|^2 fixes the component of q along V
    along = ((V[0] + q0) ** 2 - m**2 - length**2 - qq**2) / (2 * length)
    if abs(along) >= qq:
        return None
    across = mp.sqrt(qq**2 - along**2)
    e1 = [V[3] / length, mpf(0), -V[1] / length]
    n = [V[1] / length, mpf(0), V[3] / length]
    q = [
        q0,
        along * n[0] + across * mp.cos(phi) * e1[0],
        across * mp.sin(phi),
        along * n[2] + across * mp.cos(phi) * e1[2],
    ]
    out = add(add(p, q), k, -1)
    nucleus = [MN, mpf(0), mpf(0), mpf(0)]
    J = add(add(nucleus, nucleus), q, -1)
    s, u = dot(add(p, q), add(p, q)) - m**2, dot(add(p, k, -1), add(p, k, -1)) - m**2
    return Point(p, k, out, q, J, s, u)


def boosted(point: Point, shift: bool) -> Point:
    """The point in a frame where the beam has the energy of the mediator mass; J shifted such that p.J = 0."""
    c = dot(point.p, point.J) / dot(point.p, point.q) if shift else mpf(0)
    J = add(point.J, point.q, -c)
    gamma = point.p[0] / (mp.sqrt(dot(point.k, point.k)) + mp.sqrt(dot(point.p, point.p)))
    gamma = max(gamma, mpf(1))
    beta = mp.sqrt(1 - 1 / gamma**2)

    def boost(a: Vector) -> Vector:
        return [gamma * (a[0] - beta * a[3]), a[1], a[2], gamma * (a[3] - beta * a[0])]

    p, k, out, q, current = (boost(a) for a in (point.p, point.k, point.out, point.q, J))
    return Point(p, k, out, q, current, point.s, point.u)


Vertex = Callable[[int], Matrix]


def vector_vertex(alpha: int) -> Matrix:
    """gamma^alpha."""
    return GAMMA[alpha]


def line(point: Point, m: float, vertex: Matrix, current: Vector) -> Matrix:
    """Gamma (p+q+m) J/s + J (p-k+m) Gamma/u, the lepton line between spinors."""
    one = np.eye(4)
    s_channel = vertex @ (slash(add(point.p, point.q)) + m * one) @ slash(current) / float(point.s)
    u_channel = slash(current) @ (slash(add(point.p, point.k, -1)) + m * one) @ vertex / float(point.u)
    return s_channel + u_channel


def squared(point: Point, m: float, lines: list[tuple[float, Matrix]]) -> float:
    """Half the spin sum of |ubar(p') O u(p)|^2, with a weight for each O."""
    one = np.eye(4)
    out, into = slash(point.out) + m * one, slash(point.p) + m * one
    total = 0.0
    for weight, matrix in lines:
        bar = GAMMA[0] @ matrix.conj().T @ GAMMA[0]
        total += weight * float(np.trace(out @ matrix @ into @ bar).real)
    return total / 2


GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
ONE = np.eye(4, dtype=complex)
G_V, G_A, G_S, G_P = 0.6, -0.8, 0.5, 2.0  # of the mixtures
#: What follows gamma^mu in the vertex of a vector, and the vertex of a scalar.
RIGHT = {
    "vector": ONE,
    "axial": GAMMA5,
    "chiral": G_V * ONE + G_A * GAMMA5,
    "scalar": ONE,
    "pseudoscalar": 1j * GAMMA5,
    "mixed": G_S * ONE + 1j * G_P * GAMMA5,
}
SPIN_ZERO = ("scalar", "pseudoscalar", "mixed")


def polarisations(kind: str, point: Point) -> list[tuple[float, Matrix]]:
    """Vertices of a mediator and their weights: -g + kk/M^2 for spin 1, one for spin 0."""
    right = RIGHT[kind]
    if kind in SPIN_ZERO:
        return [(1.0, right)]
    transverse = [(-METRIC[a], GAMMA[a] @ right) for a in range(4)]
    return [*transverse, (1 / float(dot(point.k, point.k)), slash(point.k) @ right)]


def mediator_squared(point: Point, m: float, kind: str, current: Vector) -> float:
    """Spin-averaged |A|^2 of a mediator of some kind."""
    return squared(point, m, [(w, line(point, m, vertex, current)) for w, vertex in polarisations(kind, point)])


def vector_squared(point: Point, m: float, current: Vector) -> float:
    """Spin-averaged |A|^2 of a vector mediator."""
    return mediator_squared(point, m, "vector", current)


def energy_angle(
    E: float,
    m: float,
    M: float,
    MN: float,
    x: float,
    theta: float,
    g2: Callable[[float], float],
    alpha: float,
    nodes: int,
    kind: str,
) -> float:
    """d sigma/(dx d theta) at unit coupling (GeV^-2 per rad) by quadrature over t and azimuth of the traces."""
    mp.dps = 50
    z, w = np.polynomial.legendre.leggauss(nodes)
    low, high = _t_range(E, m, M, MN, x, theta)
    total = 0.0
    for zi, wi in zip(z, w, strict=True):
        t = low * mp.exp(mp.log(high / low) * mpf((zi + 1) / 2))
        azimuth = 0.0
        turns = 32
        for j in range(turns):
            point = phase_space(E, m, M, MN, x, theta, t, 2 * mp.pi * (j + mpf(1) / 2) / turns)
            if point is not None:
                moved = boosted(point, shift=True)
                azimuth += mediator_squared(moved, m, kind, moved.J) * 2 * np.pi / turns
        total += wi / 2 * float(mp.log(high / low) * t) * g2(float(t)) / float(t) ** 2 * azimuth
    p, k = np.sqrt(E**2 - m**2), np.sqrt((x * E) ** 2 - M**2)
    V = np.sqrt(p**2 + k**2 - 2 * p * k * np.cos(theta))
    charge = 4 * np.pi * alpha
    # d^3k/(2 k0 (2 pi)^3), the recoil phase space dt dphi/(32 pi^2 MN |p - k|) and the flux 4 MN p
    front = k * E / (8 * np.pi**2) / (32 * np.pi**2 * MN * V) / (4 * MN * p)
    return float(front * charge**3 * total * np.sin(theta))


def _t_range(E: float, m: float, M: float, MN: float, x: float, theta: float) -> tuple[Any, Any]:
    """Range of t by bisection on whether a phase-space point exists, up to where any form factor is dead."""
    inside = next(
        t for t in (mpf(10) ** (mpf(-i) / 8) for i in range(8, 140)) if phase_space(E, m, M, MN, x, theta, t, 0)
    )

    def edge(out: Any, into: Any) -> Any:
        for _ in range(200):
            middle = mp.sqrt(out * into)
            out, into = (out, middle) if phase_space(E, m, M, MN, x, theta, middle, 0) else (middle, into)
        return into

    return edge(mpf(10) ** -24, inside), min(edge(mpf(10) ** 4, inside), mpf(5))
