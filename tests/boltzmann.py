"""Relic densities by a second route: nothing of ``darktarget.thermal`` or ``darktarget.models`` is used.

Cross sections are written out, thermal averages are plain trapezoids in sqrt(s), the plasma is a gas of the known
particles summed here, and scipy integrates the Boltzmann equation. Only R(s), which is data, and masses are shared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import k0e, k1e

from darktarget.core import Array
from darktarget.decays.r_ratio import hadronic_ratio

ALPHA, PLANCK = 1 / 137.035999, 1.220890e19  # GeV, PDG 2024
LEPTONS = (0.51099895e-3, 0.1056583755, 1.77693)  # GeV, PDG 2024
DENSITY_TODAY = 2891.2 / 1.053672e-5  # entropy over critical density at h = 1, 1/GeV, PDG 2024
MATTER, TODAY = 0.1430, 2.7255 * 8.617333e-14  # Omega_m h^2 (Planck 2018), temperature in GeV
DECOUPLED = 2e-3  # GeV: neutrinos leave the plasma at once, a few per mille of g_*
#: (mass in GeV, degrees of freedom, fermion) of what is in the plasma below 120 MeV, PDG 2024
GAS = (
    (0.0, 2, False), (0.000511, 4, True), (0.10566, 4, True), (0.13957, 2, False), (0.13498, 1, False),
    (0.4937, 4, False), (0.5479, 1, False), (0.7753, 9, False), (0.7827, 3, False), (0.8917, 12, False),
    (0.9389, 8, True),
)  # fmt: skip


def plasma(T: Array) -> tuple[Array, Array]:
    """Energy density and entropy density (GeV^4, GeV^3) of photons, leptons and hadrons with neutrinos, [T]."""
    u = np.linspace(1e-4, 45, 900)[:, None]

    def one(mass: float, degrees: int, fermion: bool, at: Array) -> tuple[Array, Array]:
        E = np.hypot(u, mass / at)
        f = 1 / (np.exp(np.minimum(E, 600)) + (1 if fermion else -1))
        rho = np.trapezoid(u**2 * E * f, u, axis=0) * degrees * at**4 / (2 * np.pi**2)
        pressure = np.trapezoid(u**4 / (3 * E) * f, u, axis=0) * degrees * at**4 / (2 * np.pi**2)
        return rho, (rho + pressure) / at

    def charged(at: Array) -> tuple[Array, Array]:
        parts = [one(*kind, at) for kind in GAS]
        return np.sum([p[0] for p in parts], axis=0), np.sum([p[1] for p in parts], axis=0)

    rho, s = charged(T)
    start = charged(np.array([DECOUPLED]))[1][0] / DECOUPLED**3
    cold = np.where(T < DECOUPLED, T * (s / T**3 / start) ** (1 / 3), T)
    extra_rho, extra_s = one(0.0, 6, True, cold)
    return rho + extra_rho, s + extra_s


@dataclass(frozen=True)
class Dark:
    """A dark photon's dark matter: ``pair`` masses, degrees of each, H'(s), and the width over alpha_D.

    The width is a function of sqrt(s) and of s minus its least value.
    """

    masses: tuple[float, float]
    degrees: int
    shape: Callable[[Array], Array]
    width: Callable[[Array, Array], Array]
    states: int  # how many species of ``degrees`` there are; two species annihilate with each other only


def pseudo_dirac(m1: float, delta: float) -> Dark:
    """chi1 chi2 of two Majorana fermions."""
    m2 = m1 * (1 + delta)

    def width(M: Array, above: Array) -> Array:
        kallen = np.maximum(above, 0.0) * (M**2 - (m1 - m2) ** 2)
        square = (M**2 - (m1 - m2) ** 2) * ((m1 + m2) ** 2 + 2 * M**2) / M**2
        return np.asarray(4 * np.pi / (2 * M) * square * 2 / 3 * np.sqrt(kallen) / (8 * np.pi * M**2))

    def shape(s: Array) -> Array:
        return np.asarray((s - (m1 - m2) ** 2) * ((m1 + m2) ** 2 + 2 * s) / (2 * s))

    return Dark((m1, m2), 2, shape, width, 2)


def majorana(m: float) -> Dark:
    """One Majorana fermion with an axial current."""
    return Dark((m, m), 2, lambda s: s - 4 * m**2, lambda M, up: M / 6 * (np.maximum(up, 0) / M**2) ** 1.5, 1)


def dirac_axial(m: float) -> Dark:
    """A Dirac fermion with an axial current: particle and antiparticle are two species."""
    return Dark((m, m), 2, lambda s: s - 4 * m**2, lambda M, up: M / 3 * (np.maximum(up, 0) / M**2) ** 1.5, 2)


def scalar(m: float) -> Dark:
    """A complex scalar: particle and antiparticle are two species."""
    return Dark((m, m), 1, lambda s: s - 4 * m**2, lambda M, up: M / 12 * (np.maximum(up, 0) / M**2) ** 1.5, 2)


def averages(
    dark: Dark, M: float, alpha_D: float, T: Array, fixed: bool = False, axial: bool = False
) -> tuple[Array, Array]:
    """<sigma v>_eff at eps = 1 (GeV^-2) and equilibrium density (GeV^3) of all dark particles, [T].

    The propagator has the width of the mediator to dark pairs at s, or (``fixed``) on the mass shell. The mediator
    couples to the electromagnetic current, or (``axial``) to the axial current of leptons alone.
    """
    low, top = sum(dark.masses), sum(dark.masses) + 45 * T.max()
    on_shell = alpha_D * float(dark.width(np.array(M), np.array(M**2 - low**2)))
    # distances from the threshold, so that none of their digits is lost
    knots = [low * np.geomspace(1e-16, 1, 2000), np.linspace(0, top - low, 2500)]
    for place, half in ((M, on_shell), (0.78266, 0.00868), (1.019461, 0.004249), (0.7753, 0.149)):
        if place > low:
            knots.append(place - low + half * np.sinh(np.linspace(-12, 12, 1501)) / 50)
    knots += [2 * m * (1 + np.geomspace(1e-9, 1, 300)) - low for m in LEPTONS]
    away = np.unique(np.clip(np.concatenate(knots), 0, top - low))
    root, above = low + away, away * (2 * low + away)
    s, (m1, m2) = root**2, dark.masses
    kallen = above * (s - (m1 - m2) ** 2)
    visible = np.zeros_like(s) if axial else hadronic_ratio(s)
    for m in LEPTONS:
        beta = np.sqrt(np.maximum(1 - 4 * m**2 / s, 0))
        visible = visible + (beta**3 if axial else (1 + 2 * m**2 / s) * beta)
    imaginary = M * on_shell if fixed else root * alpha_D * dark.width(root, above)
    propagator = (above + (low - M) * (low + M)) ** 2 + imaginary**2
    # sigma lambda: one of the two roots of lambda in the flux cancels against the average
    coupling = 4 * np.pi * alpha_D * 4 * np.pi * ALPHA / (6 * np.pi)
    propagator[0] = 1.0  # at the threshold itself nothing is open, and there may be no width
    weighted = coupling * dark.shape(s) * s * visible * np.sqrt(kallen) / (2 * propagator) / root
    if axial:  # (q.J_D)(q.J_l)/(s M^2) of two axial currents, sums over spins 8 m^2 s and 8 m_l^2 s
        helicity = sum(m**2 * np.sqrt(np.maximum(1 - 4 * m**2 / s, 0)) for m in LEPTONS)
        weighted = (
            weighted + (4 * np.pi) ** 2 * alpha_D * ALPHA * m1**2 * helicity / (np.pi * M**4) * np.sqrt(kallen) / root
        )
    exponent = np.exp(-away[:, None] / T)
    integral = np.trapezoid(2 * root[:, None] * weighted[:, None] * k1e(root[:, None] / T) * exponent, root, axis=0)
    reactions = dark.degrees**2 * T / (32 * np.pi**4) * integral  # times exp(-low/T)
    kinds = (m1, m2)[: dark.states]
    second = [k0e(m / T) + 2 * T / m * k1e(m / T) for m in kinds]  # exp K_2; scipy's own ends at 1e9
    each = [
        dark.degrees * m**2 * T / (2 * np.pi**2) * k * np.exp(-(m - m1) / T) for m, k in zip(kinds, second, strict=True)
    ]
    number = np.sum(each, axis=0)
    orders = 2 if dark.states == 2 else 1  # chi1 chi2 and chi2 chi1
    return orders * reactions * np.exp(-(low - 2 * m1) / T) / number**2, number


def omega(
    dark: Dark,
    M: float,
    alpha_D: float,
    eps: float,
    fixed: bool = False,
    end: float = 3e4,
    nodes: int = 180,
    axial: bool = False,
) -> float:
    """Omega h^2 that a coupling leaves, from x = 8 to ``end`` (at most today); width as in ``averages``."""
    log = np.linspace(np.log(8.0), np.log(min(end, dark.masses[0] / TODAY)), nodes)
    T = dark.masses[0] / np.exp(log)
    cross, number = averages(dark, M, alpha_D, T, fixed, axial)
    rho, entropy = plasma(T)
    rho = rho + MATTER * entropy / DENSITY_TODAY
    slope = 1 + (np.gradient(np.log(entropy / T**3), np.log(T))) / 3
    rate = eps**2 * entropy * cross / np.sqrt(8 * np.pi / 3 * rho) * PLANCK * slope
    equilibrium = number * np.exp(-dark.masses[0] / T) / entropy
    return freeze_out(log, rate, equilibrium) * dark.masses[0] * DENSITY_TODAY


def freeze_out(log: Array, rate: Array, equilibrium: Array, rtol: float = 1e-5) -> float:
    """Yield Y at the last node, from dY / d(log x) = -rate (Y^2 - equilibrium^2) and equilibrium at the first node.

    Y in units of its first value is the variable, not its logarithm: the derivative is a polynomial in Y, so no trial
    value of Radau's Newton steps can overflow. An exponential of a trial value can, depending on its last bit.

    Args:
        log: Nodes in log x, [n]; the logarithms of both functions are interpolated between them.
        rate: Annihilation rate over the Hubble rate and over Y, [n].
        equilibrium: Number density over entropy density in equilibrium, [n].
        rtol: Relative tolerance of the integrator.
    """
    unit = equilibrium[0]
    log_rate, log_equilibrium = (np.log(np.maximum(v, 1e-250)) for v in (rate * unit, equilibrium / unit))

    def change(x: float, y: Array) -> Array:
        equal = np.exp(np.interp(x, log, log_equilibrium))
        return np.asarray(-np.exp(np.interp(x, log, log_rate)) * (y - equal) * (y + equal))

    def jacobian(x: float, y: Array) -> Array:
        return np.asarray([-2 * np.exp(np.interp(x, log, log_rate)) * y])

    span = (log[0], log[-1])
    done = solve_ivp(change, span, [1.0], method="Radau", rtol=rtol, atol=1e-30, jac=jacobian)
    assert done.success, done.message
    return float(done.y[0, -1] * unit)
