"""Tables of the shower: rates, continuous losses and inverse distributions on a logarithmic energy grid.

The grid is also the grid of the track lengths: its first node is the tracking cut, its last the beam energy.
Every number is an integral of a formula of ``cross_sections.py`` or the formula itself; nothing is scaled.
The rate of pair production is the tabulated one (its fit) up to 30 GeV and the integral of Tsai's formula
with LPM suppression above; how the pair shares the energy is always Tsai's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from darktarget.matter.materials import Element, Material
from darktarget.numerics.quadrature import gauss
from darktarget.shower import cross_sections as xs
from darktarget.shower import state
from darktarget.shower.elastic import divided, transport
from darktarget.shower.lpm import Floats
from darktarget.shower.seltzer_berger import positron_ratio
from darktarget.units import ELECTRON_MASS, GeV

BINS_PER_DECADE = 40
POINTS = 1025  # of the mapped variable, for the integrals
# From 10 to 100 GeV screening makes the cross section constant, but the fit's polynomial falls by 1 %: in lead it is
# below Tsai's formula by more than its own mean accuracy (2.2 %) from 25 GeV up, and it knows no LPM effect.
PAIR_FIT_UP_TO = 30 * GeV  # where Geant4 11.4 leaves the fit, too
INVERSE_POINTS = 129  # of the inverse distributions
_V = 1 - np.linspace(1.0, 0.0, POINTS) ** 2  # dense at v = 1, where bremsstrahlung ends within about 10 MeV
Shape = Callable[[Floats, Floats], Floats]


def energy_edges(cut: float, energy: float) -> Floats:
    """Equal logarithmic bins, at least 40 per decade, with the cut and the beam energy as edges.

    >>> len(energy_edges(1.0, 100.0))
    81
    """
    n = max(1, math.ceil(BINS_PER_DECADE * math.log10(energy / cut) - 1e-9))
    edges = cut * (energy / cut) ** (np.arange(n + 1) / n)
    edges[0], edges[-1] = cut, energy
    return np.asarray(edges)


@lru_cache(maxsize=2)  # a run of many parts asks for them once for each
def build(
    materials: tuple[Material, ...],
    cut: float,
    soft_cut: float,
    energy: float,
    pair_fit: bool = True,
    single: bool = False,
) -> state.Tables:
    """Tables for these materials.

    Args:
        materials: the media.
        cut: tracking cut (kinetic energy), also the least energy of a knock-on electron.
        soft_cut: least energy of a bremsstrahlung photon; below it radiation is a continuous loss.
        energy: highest energy.
        pair_fit: pair rate from the fit to tabulated cross sections, or else from Tsai's formula everywhere.
        single: leave elastic scattering by large angles out of the transport, as single events (``elastic.divided``).

    Returns:
        the kernel's tables, rates per X0 of each material.
    """
    edges = energy_edges(cut, energy)
    rates = np.zeros((len(materials), 3, edges.size, 8))
    inverse = np.zeros((len(materials), 6, edges.size, INVERSE_POINTS))
    hard = np.zeros((len(materials), 3))
    for n, medium in enumerate(materials):
        _charged(rates[n], inverse[n], medium, edges, cut, soft_cut)
        _photon(rates[n], inverse[n], medium, edges, pair_fit)
        if single:
            rates[n, : state.PHOTON, :, state.TRANSPORT], hard[n] = divided(edges, atoms(medium), state.LEAST_TURNS)
    per_step = (edges.size - 1) / math.log(energy / cut)
    log_soft = math.log(cut / soft_cut)
    j = np.arange(256) + 0.5
    logs = np.stack([-np.log(j / 256), 2.0**-24 / j], axis=1)
    return state.Tables(
        edges, math.log(cut), per_step, rates, inverse, cut, soft_cut, log_soft, ELECTRON_MASS, logs, hard
    )


def _charged(rates: Floats, inverse: Floats, medium: Material, T: Floats, cut: float, soft_cut: float) -> None:
    electrons = medium.electrons_per_cm2_per_X0
    radiated, inverse[state.BREMSSTRAHLUNG] = integrate(bremsstrahlung_shape(medium, soft_cut), T)
    knocked, inverse[state.MOLLER] = integrate(moller_shape(cut), T)
    hit, inverse[state.BHABHA] = integrate(bhabha_shape(cut), T)
    _, inverse[state.ANNIHILATION] = integrate(annihilation_shape, T)
    annihilated = xs.annihilation_total(T)
    fewer, _ = integrate(bremsstrahlung_shape(medium, soft_cut, positron=True), T)
    for species, emitted, scattered, gone in (
        (state.ELECTRON, radiated, knocked, 0.0),
        (state.POSITRON, fewer, hit, annihilated),
    ):
        soft = soft_loss(medium, T, soft_cut, species == state.POSITRON)
        table = rates[species]
        table[:, 0] = emitted
        table[:, 1] = table[:, 0] + electrons * scattered
        table[:, 2] = table[:, 1] + electrons * gone
        highest = np.maximum.accumulate(table[:, 2])
        table[:, state.MAJORANT] = np.append(highest[1:], highest[-1])
        collisions = electrons * xs.ionisation(T, cut, species == state.POSITRON, medium)
        table[:, state.PATH] = 1 / table[:, state.MAJORANT]
        table[:, state.LOSS] = soft + collisions
        slope = np.diff(table[:, state.LOSS]) / np.diff(np.log(T))
        table[:, state.SLOPE] = np.append(slope, slope[-1])
        turned = (n * transport(T, e.Z, species == state.POSITRON) for e, n in atoms(medium))
        table[:, state.TRANSPORT] = sum(turned)


def _photon(rates: Floats, inverse: Floats, medium: Material, k: Floats, pair_fit: bool) -> None:
    made, inverse[state.PAIR] = integrate(pair_shape(medium), k)
    if pair_fit:
        made = np.where(k < PAIR_FIT_UP_TO, sum(n * xs.pair_total(k, e.Z) for e, n in atoms(medium)), made)
    scattered, inverse[state.COMPTON] = integrate(compton_shape, k)
    absorbed = sum(n * xs.photoelectric(k, e.Z) for e, n in atoms(medium))
    table = rates[state.PHOTON]
    table[:, 0] = made
    table[:, 1] = made + medium.electrons_per_cm2_per_X0 * scattered
    table[:, 2] = table[:, 1] + absorbed
    table[:, state.MAJORANT] = table[:, 2]


def atoms(medium: Material) -> list[tuple[Element, float]]:
    """Elements with their number per cm^2 in one radiation length."""
    return list(zip(medium.elements, medium.nuclei_per_cm2_per_X0, strict=True))


def integrate(shape: Shape, energy: Floats) -> tuple[Floats, Floats]:
    """Integral over the mapped variable v in [0, 1], and v at equal steps of the distribution.

    Args:
        shape: d sigma/dv as a function of (v, energy), arrays that broadcast.
        energy: [n].

    Returns:
        (integral [n], v [n, INVERSE_POINTS]); a closed process has integral 0 and the uniform distribution.
    """
    density = np.maximum(shape(_V[None, :], energy[:, None]), 0.0)
    steps = (density[:, 1:] + density[:, :-1]) / 2 * np.diff(_V)
    running = np.concatenate([np.zeros((energy.size, 1)), np.cumsum(steps, axis=1)], axis=1)
    total = running[:, -1]
    wanted = np.linspace(0.0, 1.0, INVERSE_POINTS)
    rows = [np.interp(wanted, r / t, _V) if t > 0 else wanted for r, t in zip(running, total, strict=True)]
    return total, np.array(rows)


def bremsstrahlung_shape(medium: Material, soft_cut: float, positron: bool = False) -> Shape:
    """d(rate per X0)/dv of bremsstrahlung, k = k_c (T/k_c)^v."""

    def shape(v: Floats, T: Floats) -> Floats:
        log_range = np.log(T / soft_cut)
        k = np.minimum(soft_cut * np.exp(v * log_range), T)
        return _radiation(k, T + 0 * k, medium, positron) * k * log_range

    return shape


def pair_shape(medium: Material) -> Shape:
    """d(rate per X0)/dv of pair production, T_+ = v (k - 2m)."""

    def shape(v: Floats, k: Floats) -> Floats:
        kinetic = np.maximum(k - 2 * ELECTRON_MASS, 0.0)
        safe = np.maximum(k, 2.0001 * ELECTRON_MASS)
        x = (ELECTRON_MASS * (1 + 1e-12) + v * np.maximum(safe - 2 * ELECTRON_MASS * (1 + 2e-12), 0)) / safe
        return sum(n * xs.pair(x, safe + 0 * x, e.Z, medium) for e, n in atoms(medium)) * kinetic / safe

    return shape


def compton_shape(v: Floats, k: Floats) -> Floats:
    """d sigma/dv of Compton scattering, k' = k r, r = r_min^(1-v)."""
    log_range = np.log(1 + 2 * k / ELECTRON_MASS)
    r = np.exp((v - 1) * log_range)
    return np.asarray(xs.compton(r, k) * r * log_range)


def moller_shape(cut: float) -> Shape:
    """d sigma/dv of Moller scattering, 1/r linear in v from T/cut to 2."""

    def shape(v: Floats, T: Floats) -> Floats:
        span = np.maximum(T / cut - 2.0, 0.0)
        r = np.minimum(1 / (T / cut - v * span), 0.5)
        return np.asarray(xs.moller(r, T) * r**2 * span)

    return shape


def bhabha_shape(cut: float) -> Shape:
    """d sigma/dv of Bhabha scattering, 1/r linear in v from T/cut to 1."""

    def shape(v: Floats, T: Floats) -> Floats:
        span = np.maximum(T / cut - 1.0, 0.0)
        r = 1 / (T / cut - v * span)
        return np.asarray(xs.bhabha(r, T) * r**2 * span)

    return shape


def annihilation_shape(v: Floats, T: Floats) -> Floats:
    """d sigma/dv of annihilation in flight, k/(T+2m) = (1/2) (2 r_min)^(1-v)."""
    g = 1 + T / ELECTRON_MASS
    log_range = -np.log(1 - np.sqrt((g - 1) / (g + 1)))
    r = 0.5 * np.exp((v - 1) * log_range)
    return np.asarray(xs.annihilation(r, T) * r * log_range)


def _radiation(k: Floats, T: Floats, medium: Material, positron: bool) -> Floats:
    """Photons radiated per X0 and photon energy by an electron or a positron."""
    parts = [n * xs.bremsstrahlung(k, T, e.Z, medium) for e, n in atoms(medium)]
    if positron:
        parts = [part * positron_ratio(T, e.Z) for part, (e, _) in zip(parts, atoms(medium), strict=True)]
    return np.asarray(sum(parts))


def soft_loss(medium: Material, T: Floats, soft_cut: float, positron: bool = False) -> Floats:
    """Energy radiated per X0 in photons below the soft-photon cut, [energy]."""
    x, weights = gauss(96)
    k = soft_cut * x[None, :] ** 2 + 0 * T[:, None]  # the square resolves the dielectric cut-off at small k
    spectrum = _radiation(k, T[:, None] + 0 * k, medium, positron)
    return np.asarray((k * spectrum * 2 * soft_cut * x * weights).sum(axis=1))
