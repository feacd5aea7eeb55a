r"""Relic densities from the Boltzmann equation in momentum space: no temperature of the dark sector, no Maxwell form.

Cells of comoving momentum carry the yields Y_i = n_i/s of one kind of dark matter with its antiparticle,

    dY_i/dln x = (g/H) [sum_j (K_ij Y_j - K_ji Y_i) - s/2 sum_j <sigma v>_ij (Y_i Y_j - Y_i^eq Y_j^eq)].

K is the full kernel of scattering on electrons and muons: events are drawn with Fermi-Dirac statistics and Pauli
blocking, their momentum transfer is not expanded in; detailed balance is imposed on the noise. <sigma v>_ij is averaged
over the angle. Nothing of ``darktarget.thermal`` or ``darktarget.models`` is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from darktarget.core import Array
from darktarget.decays.r_ratio import hadronic_ratio
from tests.boltzmann import ALPHA, DENSITY_TODAY, LEPTONS, PLANCK, plasma

EVENTS = 6000  # per cell and temperature
CELLS = 150


@dataclass(frozen=True)
class Dark:
    """Dark matter with an antiparticle, coupled to a dark photon.

    Attributes:
        mass: in GeV. mediator: its mass. alpha: dark coupling. eps: kinetic mixing. degrees: both counted.
        shape: s -> H'(s) of annihilation. width: of the mediator to it over alpha.
        square: (s, t, lepton mass) -> |M|^2 (t - M^2)^2 of scattering over the couplings, averaged over spins.
    """

    mass: float
    mediator: float
    alpha: float
    eps: float
    degrees: int
    shape: Callable[[Array], Array]
    width: float
    square: Callable[[Array, Array, float], Array]


def dirac(m: float, M: float, alpha: float, eps: float) -> Dark:
    """A Dirac fermion."""

    def square(s: Array, t: Array, lepton: float) -> Array:
        both = m**2 + lepton**2
        u = 2 * both - s - t
        return np.asarray(2 * ((s - both) ** 2 + (u - both) ** 2 + 2 * t * both))

    speed = np.sqrt(max(1 - 4 * m**2 / M**2, 0.0))
    return Dark(m, M, alpha, eps, 4, lambda s: s + 2 * m**2, M / 3 * speed * (1 + 2 * m**2 / M**2), square)


def scalar(m: float, M: float, alpha: float, eps: float) -> Dark:
    """A complex scalar."""

    def square(s: Array, t: Array, lepton: float) -> Array:
        u = 2 * m**2 + 2 * lepton**2 - s - t
        return np.asarray((s - u) ** 2 + t * (4 * m**2 - t))

    return Dark(m, M, alpha, eps, 2, lambda s: s - 4 * m**2, M / 12 * max(1 - 4 * m**2 / M**2, 0.0) ** 1.5, square)


@dataclass(frozen=True)
class Cells:
    """Cells of p/s^(1/3) in units in which it is p/T at the highest temperature.

    Attributes:
        edges: [cell + 1]. x: of the steps, [x]. temperature, entropy, hubble, slope: there, [x].
    """

    edges: Array
    x: Array
    temperature: Array
    entropy: Array
    hubble: Array
    slope: Array

    def momenta(self, k: int) -> tuple[Array, Array]:
        """Momenta at the centres and widths of the cells at step k (GeV), each [cell]."""
        scale = self.temperature[0] * (self.entropy[k] / self.entropy[0]) ** (1 / 3)
        return scale * (self.edges[1:] + self.edges[:-1]) / 2, scale * np.diff(self.edges)

    def equilibrium(self, dark: Dark, k: int) -> Array:
        """ln Y_i in equilibrium, [cell]."""
        p, dp = self.momenta(k)
        states = dark.degrees / (2 * np.pi**2) * p**2 * dp / self.entropy[k]
        return np.asarray(np.log(states) - np.hypot(p, dark.mass) / self.temperature[k])

    def balance(self, dark: Dark, k: int) -> Array:
        """sqrt(Y_j/Y_i) in equilibrium, between cells that scattering connects, [cell i, cell j]."""
        log = self.equilibrium(dark, k) / 2
        return np.exp(np.clip(log - log[:, None], -60, 60))


def cells(dark: Dark, steps: int) -> Cells:
    """Momenta from far below to far above thermal ones, x from 8 to 1e5."""
    x = np.concatenate([np.geomspace(8, 150, steps + 1), np.geomspace(150, 1e5, steps + 1)[1:]])
    T = dark.mass / x
    rho, entropy = plasma(T)
    slope = 1 + np.gradient(np.log(entropy / T**3), np.log(T)) / 3
    stretch = np.log1p(400 / 4.0)
    edges = 4.0 * np.expm1(stretch * np.linspace(0, 1, CELLS + 1))
    return Cells(edges, x, T, entropy, np.sqrt(8 * np.pi / 3 * rho) / PLANCK, slope)


def annihilation(dark: Dark) -> Callable[[Array], Array]:
    """p -> sigma v averaged over the angle between two momenta (GeV^-2), [cell, cell]."""
    m, M = dark.mass, dark.mediator
    gamma = dark.alpha * dark.width + dark.eps**2 * ALPHA * M / 3 * float(_visible(np.array([M**2]))[0])
    low, peak = 4 * m**2, (M**2 - 4 * m**2)
    knots = [np.geomspace(1e-12, 60, 6000) * low, peak + M * gamma * np.sinh(np.linspace(-14, 14, 4001))]
    above = np.unique(np.concatenate([[0.0], *(k[(k > 0) & (k < 60 * low)] for k in knots)]))
    s = low + above
    # (s - M^2) without the difference of large numbers
    propagator = (above - peak) ** 2 + (M * gamma) ** 2
    strength = 4 * np.pi * dark.alpha * 4 * np.pi * ALPHA * dark.eps**2 / (6 * np.pi)
    flux = strength * dark.shape(s) * s * _visible(s) / (4 * propagator)  # sigma times p sqrt(s)
    whole = np.concatenate([[0.0], np.cumsum((flux[1:] + flux[:-1]) / 2 * np.diff(above))])

    def at(p: Array) -> Array:
        E = np.hypot(p, m)
        energy, product = E[:, None] * E, p[:, None] * p
        # E E' - m^2 - p p' = (p - p')^2 m^2 over the sum
        least = 2 * m**2 * (p[:, None] - p) ** 2 / (energy + m**2 + product)
        ends = [np.interp(v, above, whole) for v in (least, least + 4 * product)]
        return np.asarray((ends[1] - ends[0]) / (4 * product * energy))

    return at


def _visible(s: Array) -> Array:
    total = hadronic_ratio(s)
    for m in LEPTONS:
        total = total + (1 + 2 * m**2 / s) * np.sqrt(np.maximum(1 - 4 * m**2 / s, 0))
    return np.asarray(total)


def events(dark: Dark, lepton: float, T: float, p: Array, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Collisions of dark particles of given momenta with leptons of the plasma.

    Returns:
        momenta before and after, and rates (GeV) to be averaged, each the shape of ``p``.
    """
    m, size = dark.mass, p.shape
    k = T * random.gamma(4.0, 1.0, size)
    density = (k / T) ** 3 * np.exp(-k / T) / 6 / T
    omega, E = np.hypot(k, lepton), np.hypot(p, m)
    cosine = random.uniform(-1, 1, size)
    s = m**2 + lepton**2 + 2 * (E * omega - p * k * cosine)
    star = np.sqrt(np.maximum((s - (m + lepton) ** 2) * (s - (m - lepton) ** 2), 0) / (4 * s))
    total = np.sqrt(p**2 + k**2 + 2 * p * k * cosine)
    e_star = (s + m**2 - lepton**2) / (2 * np.sqrt(s))
    boost, energy = total / np.sqrt(s), E + omega
    along = (E * np.sqrt(s) - energy * e_star) / np.maximum(total, 1e-300)  # of p* on the boost
    new, angle = random.uniform(-1, 1, size), random.uniform(0, 2 * np.pi, size)
    across = np.sqrt(np.maximum(star**2 - along**2, 0))
    final = along * new + across * np.sqrt(1 - new**2) * np.cos(angle)
    t = -2 * star**2 * (1 - new)
    after = np.clip(E + boost * (final - along), m, None)
    occupied, blocked = (1 / (np.exp(np.minimum(w / T, 600)) + 1) for w in (omega, omega + E - after))
    strength = (4 * np.pi) ** 2 * dark.alpha * ALPHA * dark.eps**2
    cross = strength * dark.square(s, t, lepton) / (t - dark.mediator**2) ** 2 / (16 * np.pi * s)
    speed = star * np.sqrt(s) / (E * omega)
    rate = 4 * k**2 / (2 * np.pi**2) * occupied * (1 - blocked) / density * cross * speed
    return p, np.sqrt(np.maximum(after**2 - m**2, 0)), rate


def kernel(dark: Dark, grid: Cells, k: int, seed: int) -> Array:
    """Symmetric rates K_ij sqrt(Y_j/Y_i) in equilibrium at step k (GeV), [cell, cell]."""
    T, random = float(grid.temperature[k]), np.random.default_rng(seed)
    p, dp = grid.momenta(k)
    edges = np.append(p - dp / 2, p[-1] + dp[-1] / 2)
    before = (p + dp * random.uniform(-0.5, 0.5, (EVENTS, CELLS))).T
    weights = np.exp((np.hypot(p, dark.mass)[:, None] - np.hypot(before, dark.mass)) / T) * before**2
    norm = weights.sum(axis=1, keepdims=True)
    found = np.zeros((CELLS, CELLS))
    for lepton in LEPTONS[:2]:
        if lepton > 40 * T:
            continue
        _, after, rate = events(dark, lepton, T, before, random)
        to = np.searchsorted(edges, after) - 1
        inside = to < CELLS
        index = (to * CELLS + np.arange(CELLS)[:, None])[inside]
        found += np.bincount(index, (rate * weights / norm)[inside], CELLS**2).reshape(CELLS, CELLS)
    scaled = found * grid.balance(dark, k)
    np.fill_diagonal(scaled, 0)
    return np.asarray((scaled + scaled.T) / 2)


def omega(dark: Dark, steps: int = 240, kernels: int = 36, scattering: float = 1.0, seed: int = 1) -> float:
    """Omega h^2 today; ``scattering`` multiplies the kernel."""
    fine, coarse = (_omega(dark, n, kernels, scattering, seed) for n in (2 * steps, steps))
    return 2 * fine - coarse


def _omega(dark: Dark, steps: int, kernels: int, scattering: float, seed: int) -> float:
    grid = cells(dark, steps)
    return float(evolve(dark, grid, kernels, scattering, seed).sum() * dark.mass * DENSITY_TODAY)


def evolve(dark: Dark, grid: Cells, kernels: int, scattering: float, seed: int) -> Array:
    """Y_i at the last step by implicit steps, [cell]."""
    pairs, log = annihilation(dark), np.log(grid.x)
    places = np.unique(np.linspace(0, log.size - 1, kernels).astype(int))
    tables = [kernel(dark, grid, k, seed) for k in places]
    Y = np.exp(grid.equilibrium(dark, 0))
    for k in range(1, log.size):
        h = (log[k] - log[k - 1]) * grid.slope[k] / grid.hubble[k]
        low = int(np.clip(np.searchsorted(places, k) - 1, 0, places.size - 2))
        share = (k - places[low]) / (places[low + 1] - places[low])
        mixed = tables[low] * (1 - share) + tables[low + 1] * share
        rates = scattering * mixed / grid.balance(dark, k)
        np.fill_diagonal(rates, -rates.sum(axis=0))
        p, _ = grid.momenta(k)
        Y = _newton(Y, np.exp(grid.equilibrium(dark, k)), h * rates, h * grid.entropy[k] / 2 * pairs(p))
    return Y


def _newton(old: Array, equal: Array, moved: Array, lost: Array) -> Array:
    """Y of an implicit step: Y - old = moved Y - Y (lost Y) + equal (lost equal)."""
    Y, gain = old.copy(), equal * (lost @ equal)
    for _ in range(6):
        loss = lost @ Y
        wrong = Y - old - moved @ Y + Y * loss - gain
        step = np.linalg.solve(np.eye(Y.size) - moved + np.diag(loss) + Y[:, None] * lost, wrong)
        Y = np.maximum(Y - step, 1e-3 * Y)
        if np.abs(step).max() < 1e-9 * np.abs(Y).max():
            break
    return Y
