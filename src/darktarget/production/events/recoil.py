r"""One collision l(p) N(P) -> l(p') N(P') X(k) in all its variables: x, the mediator's angle, t and the azimuth.

.. math:: \frac{d\sigma}{dx\,d\tau\,dt\,d\phi} = \frac{e^6 k E}{2\pi\,4M p\,8\pi^2\,16\pi M V}\,
          \frac{N}{\tilde s^2\tilde u^2}\,\frac{G_2(t)}{t^2},\qquad V = |\vec p-\vec k|,\quad \tau = 1-\cos\theta,

with the squared amplitudes and the shifted nuclear current of ``amplitudes.exact`` (here for two diagrams), before the
azimuth phi of q = P - P' about V is integrated. phi is counted from the plane of p and k. The four-momenta follow from
the same variables, the recoil of the nucleus included.

In an inelastic event the transfer goes to a proton at rest, which takes the energy t/(2 m_p), and the other nucleons
stay behind (quasi-elastic, without binding energy: the residual nucleus has the mass M - m_p). x, theta, t and phi are
those of the cross section; the lepton loses the energy of the proton. Where it has less, the proton takes what energy
and momentum conservation allow, like one that was moving against the transfer, and the residual nucleus the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.matter.form_factors import FormFactor
from darktarget.production.amplitudes.exact import Collision, ExactKernel, Invariants, minimal_u
from darktarget.units import ELECTRON_CHARGE_SQUARED, PROTON_MASS

HALVINGS: Final = 40  # of the energy that a proton can take


@dataclass(frozen=True, eq=False)
class ScatteringPlane:
    """Kinematics of p and k; everything broadcasts over events.

    Attributes:
        y, tau: 1 - x and 1 - cos(theta). k: momentum of the mediator. u: u~ < 0. V: |p - k|.
        recoil: E - E_X. t_min, t_max: range of t. lead: see ``q_across``.
        one_minus_beta: 1 - cos of the angle between p and V, per unit of that; D: see ``amplitudes.exact``.
        inside: whether there is phase space.
    """

    y: Array
    tau: Array
    k: Array
    u: Array
    V: Array
    recoil: Array
    t_min: Array
    t_max: Array
    lead: Array
    one_minus_beta: Array
    D: Array
    inside: Array


def plane(c: Collision, y: Array, tau: Array) -> ScatteringPlane:
    """Kinematics of mediators with energy fraction 1 - y and angle arccos(1 - tau)."""
    E, m, M, MN, p = c.energy, c.lepton_mass, c.mediator_mass, c.nuclear_mass, c.momentum
    x, recoil = 1 - y, y * E
    k = np.sqrt(np.maximum((x * E) ** 2 - M**2, 0))
    u = -(minimal_u(c, y) + 2 * p * k * tau)
    V2 = np.maximum(recoil**2 - m**2 - u, 1e-300)
    half = 2 * V2 + u * (1 + recoil / MN)
    root = np.sqrt(V2 * np.maximum(4 * V2 + 4 * u * (1 + recoil / MN) + (u / MN) ** 2, 0))
    inside = (-u < 2 * MN * (recoil - m)) & (k > 0)
    lead = 1 + 2 * recoil / MN + (m**2 + u) / MN**2
    p_k = (E**2 * y * (1 + x) - m**2 + M**2) / (p + k)  # p - k without cancellation
    return ScatteringPlane(
        y=y,
        tau=tau,
        k=k,
        u=u,
        V=np.sqrt(V2),
        recoil=recoil,
        t_min=np.where(inside, u**2 / np.where(inside, half + root, 1), 1e-30 * E**2),
        t_max=np.where(inside, (half + root) / lead, 2e-30 * E**2),
        lead=lead,
        one_minus_beta=k * (p * tau - p_k) / V2,
        D=(p_k * (M**2 - (x * m) ** 2) / (x * p + k) + p * k * (1 + x) * tau) / V2,
        inside=inside,
    )


def q_across(a: ScatteringPlane, t: Array) -> Array:
    """Component of q across p - k."""
    return np.asarray(np.sqrt(np.maximum(a.lead * (t - a.t_min) * (a.t_max - t), 0)) / (2 * a.V))


def sine(c: Collision, a: ScatteringPlane) -> Array:
    """Sine of the angle between p and p - k."""
    return np.asarray(a.k * np.sqrt(np.maximum(a.tau * (2 - a.tau), 0)) / a.V)


def propagator(c: Collision, a: ScatteringPlane, t: Array) -> tuple[Array, Array]:
    """s0 and s1 of s~ = s0 - s1 cos(phi)."""
    m, M = c.lepton_mass, c.mediator_mass
    q0 = -t / (2 * c.nuclear_mass)
    s0 = 2 * q0 * c.energy * a.D - t * a.one_minus_beta - (1 - a.one_minus_beta) * a.u
    s0 = np.where(a.inside, s0, 1.0)
    s1 = np.minimum(2 * c.momentum * sine(c, a) * q_across(a, t), s0 - M * (M + 2 * m))
    return s0, np.where(a.inside, np.maximum(s1, 0.0), 0.0)


def density(
    kernel: ExactKernel,
    c: Collision,
    a: ScatteringPlane,
    t: Array,
    cosine: Array,
    s: tuple[Array, Array],
    form: FormFactor,
) -> Array:
    """d sigma/(dx d tau dt d phi) at unit coupling; 0 outside phase space.

    Args:
        kernel: of the Lorentz structure. cosine: of phi. s: s0 and s1 at this t.
    """
    E, MN = c.energy, c.nuclear_mass
    s0, s1 = s
    shift = 4 * MN * a.recoil / (t - a.u)
    jj, qj = 4 * MN**2 + 2 * shift * t - shift**2 * t, (shift - 1) * t
    w0, kappa = 2 * MN * E * a.D * (1 + a.recoil * t / (MN * (t - a.u))), 2 * MN * a.recoil / (t - a.u)
    j0, x = 2 * MN + shift * t / (2 * MN), 1 - a.y
    m2, M2 = c.lepton_mass**2, c.mediator_mass**2
    total = kernel.point(Invariants(a.u, t, m2, M2, s0, s1, w0, kappa, jj, qj, j0, MN, x, x * E), cosine)
    flux = ELECTRON_CHARGE_SQUARED**3 * a.k * E / (4 * MN * c.momentum * 8 * np.pi**2 * 16 * np.pi * MN * a.V)
    flux = flux / (2 * np.pi)
    value = flux * total * form.g2(t, c.nucleus) / t**2
    return np.asarray(np.where(a.inside, np.maximum(value, 0.0), 0.0))


def _along(c: Collision, a: ScatteringPlane, t: Array, transfer: Array) -> Array:
    """Component of q along p - k if the nucleus takes some energy."""
    return np.asarray(((a.recoil - transfer) ** 2 - c.lepton_mass**2 - a.V**2 - (t + transfer**2)) / (2 * a.V))


def proton_energy(c: Collision, a: ScatteringPlane, t: Array) -> Array:
    """Energy that goes to the nucleus in an inelastic event: t/(2 m_p), or less where the lepton cannot pay for it."""

    def allowed(transfer: Array) -> Array:
        across2 = t + transfer**2 - _along(c, a, t, transfer) ** 2
        return np.asarray((a.recoil - transfer >= c.lepton_mass) & (across2 >= 0))

    wanted, least = t / (2 * PROTON_MASS), t / (2 * c.nuclear_mass)
    low, high = least, wanted
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fits = allowed(middle)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.where(allowed(wanted), wanted, low)


def broken(c: Collision, nucleus: Array, t: Array, transfer: Array) -> tuple[Array, Array]:
    """Four-momenta of the struck proton and of the residual nucleus, each [event, 4].

    Args:
        nucleus: their sum, [event, 4]. t: of the collision. transfer: energy that the nucleus took.
    """
    rest = c.nuclear_mass - PROTON_MASS
    excess = np.maximum(2 * c.nuclear_mass * transfer - t, 0.0)  # of the squared invariant mass over (m_p + M_rest)^2
    mass2 = c.nuclear_mass**2 + excess
    own = np.sqrt(excess * (mass2 - (rest - PROTON_MASS) ** 2) / (4 * mass2))
    own_energy = np.sqrt(own**2 + PROTON_MASS**2)
    size = np.sqrt(np.sum(nucleus[:, 1:] ** 2, axis=1))
    mass = np.sqrt(mass2)
    momentum = (own * nucleus[:, 0] + own_energy * size) / mass  # along the transfer
    proton = np.empty_like(nucleus)
    proton[:, 0] = np.sqrt(momentum**2 + PROTON_MASS**2)
    proton[:, 1:] = nucleus[:, 1:] * (momentum / np.maximum(size, 1e-300))[:, None]
    return proton, nucleus - proton


def four_momenta(
    c: Collision, a: ScatteringPlane, t: Array, phi: Array, azimuth: Array, transfer: Array | None = None
) -> Array:
    """(E, px, py, pz) of lepton in, nucleus in, mediator, lepton out, nucleus out, [event, 5, 4]; the beam along z.

    Args:
        phi: of q about p - k. azimuth: of the mediator about the beam.
        transfer: energy that the nucleus takes, [event]; t/(2 M_N), that of a nucleus that stays whole, by default.
    """
    E, p, MN = (np.broadcast_to(v, t.shape) for v in (c.energy, c.momentum, c.nuclear_mass))
    side, along = np.sqrt(np.maximum(a.tau * (2 - a.tau), 0)) * a.k, (1 - a.tau) * a.k
    sin, cos = sine(c, a), (p - along) / a.V
    whole = t / (2 * MN)
    q0 = -whole if transfer is None else -transfer
    q_along, across = _along(c, a, t, -q0), q_across(a, t)
    if transfer is not None:
        across = np.where(transfer == whole, across, np.sqrt(np.maximum(t + q0**2 - q_along**2, 0)))
    # axes: n along p - k in the plane of p and k (k to +x), e1 across it towards p, e2 = n x e1
    qx = -sin * q_along + cos * across * np.cos(phi)
    qy = -across * np.sin(phi)
    qz = cos * q_along + sin * across * np.cos(phi)
    zero = np.zeros_like(t)
    k = (E - a.recoil, side, zero, along)
    lepton = (a.recoil + q0, -side + qx, qy, p - along + qz)
    nucleus = (MN - q0, -qx, -qy, -qz)
    flat = np.stack([np.stack(v, axis=-1) for v in ((E, zero, zero, p), (MN, zero, zero, zero), k, lepton, nucleus)], 1)
    turned = flat.copy()
    turned[..., 1] = flat[..., 1] * np.cos(azimuth)[:, None] - flat[..., 2] * np.sin(azimuth)[:, None]
    turned[..., 2] = flat[..., 1] * np.sin(azimuth)[:, None] + flat[..., 2] * np.cos(azimuth)[:, None]
    return turned + 0.0  # no -0.0
