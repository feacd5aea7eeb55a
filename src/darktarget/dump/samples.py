"""Weighted samples of mediators from a dump: proton beams (pi0, eta, bremsstrahlung) and electron beams.

Proton beams: charged-pion spectra of arXiv:hep-ph/0101163 (radial scaling), pi0 as the mean of both charges, eta as a
fraction of them, and proton bremsstrahlung (arXiv:1311.3870 Eq. (4), form factor of arXiv:0910.5589).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from darktarget import particles
from darktarget.core import Array
from darktarget.decays.kinematics import boost_vectors, directions, momentum
from darktarget.decays.r_ratio import NEUTRAL_PION
from darktarget.units import ALPHA, PION_MASS, PROTON_MASS, GeV, MeV

ETA_MASS: Final = particles.ETA.mass_MeV * MeV
BR_PION, BR_ETA = 0.98823, 0.3936  # to gamma gamma, PDG 2024
SIGMA_BERYLLIUM: Final = 199.0  # mb, inelastic, PDG
SEED: Final = 20180419
#: (A, B, alpha, beta, a, gamma, delta, r0, r1) for pi+ and the ratio pi+/pi-, arXiv:hep-ph/0101163 Tables 3 and 4
PIONS: Final = (62.3, 1.57, 3.45, 0.517, 6.10, 0.153, 0.478, 1.05, 2.65)
#: (share, mass, width) in GeV of the rho and omega families in a fit of the proton's form factor, arXiv:0910.5589
FORM_FACTOR: Final = (
    (0.616, 0.770, 0.150), (0.223, 1.25, 0.300), (-0.339, 1.45, 0.500),
    (1.011, 0.770, 0.0085), (-0.881, 1.25, 0.300), (0.370, 1.45, 0.500),
)  # fmt: skip


class Area(Protocol):
    """What particles must hit."""

    @property
    def cone(self) -> float:
        """Half of the angle, at the dump, of a round detector on the axis."""

    def accepts(self, momentum: Array) -> Array:
        """Chance to be hit, momenta [n, 3] -> [n]."""


class Made(Protocol):
    """Mediators at unit coupling and their number per primary, [n]."""

    @property
    def weight(self) -> Array:
        """Mediators per primary, [n]."""

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """Absolute momenta of the mediators and how many of them fly towards the area, both [n]."""

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """The same for one daughter of isotropic two-body decays, from the masses, both [m]."""


@dataclass(frozen=True)
class MomentumSample:
    """Mediators at unit coupling: momentum (px, py, pz) [n, 3] and number per primary [n]."""

    momentum: Array
    weight: Array

    def __add__(self, other: MomentumSample) -> MomentumSample:
        return MomentumSample(
            np.concatenate([self.momentum, other.momentum]), np.concatenate([self.weight, other.weight])
        )

    def reaching(self, area: Area) -> tuple[Array, Array]:
        """As in ``Made``."""
        return absolute(self.momentum), self.weight * area.accepts(self.momentum)

    def daughters(self, area: Area, parent: float, mass: float, other: float) -> tuple[Array, Array]:
        """As in ``Made``, always with the same decay angles."""
        flown = two_body(self, parent, mass, other, np.random.default_rng(SEED + 1))
        return absolute(flown), self.weight * area.accepts(flown)


def absolute(momentum: Array) -> Array:
    """Absolute values of momenta [n, 3]."""
    return np.asarray(np.sqrt((momentum**2).sum(axis=1)))


def two_body(made: MomentumSample, parent: float, mass: float, other: float, random: np.random.Generator) -> Array:
    """Lab momenta of one daughter of isotropic two-body decays, [n, 3]."""
    k = float(momentum(parent, mass, other))
    return boosted(made.momentum, parent, k * isotropic(random, made.weight.size), np.hypot(k, mass))


def isotropic(random: np.random.Generator, number: int) -> Array:
    """Isotropic unit vectors, [n, 3]."""
    cosine, sine, cos_phi, sin_phi = directions(random.random((2, number)).T)
    return np.stack([sine * cos_phi, sine * sin_phi, cosine], axis=1)


def boosted(parents: Array, mass: Array | float, rest: Array, rest_energy: Array | float) -> Array:
    """Lab momenta [n, 3] of daughters with momenta ``rest`` [n, 3] in the frame of parents with momenta [n, 3]."""
    return boost_vectors(rest, rest_energy, parents, np.hypot(absolute(parents), mass), mass)


def pions(beam: float, number: int, random: np.random.Generator) -> MomentumSample:
    """pi0 per inelastic interaction of a proton of this energy."""
    big = 2 * PROTON_MASS**2 + 2 * PROTON_MASS * beam
    gamma, root = (beam + PROTON_MASS) / np.sqrt(big), np.sqrt(big)
    beta = np.sqrt(1 - 1 / gamma**2)
    top = (big + PION_MASS**2 - 4 * PROTON_MASS**2) / (2 * root)
    span = np.log(beam / (0.3 * GeV))
    pz = 0.3 * GeV * np.exp(span * random.uniform(size=number))
    pt = random.exponential(0.2 * GeV, number) + random.exponential(0.2 * GeV, number)
    density = pt / (0.2 * GeV) ** 2 * np.exp(-pt / (0.2 * GeV)) / (span * pz)
    energy = np.sqrt(pz**2 + pt**2 + PION_MASS**2)
    x = np.clip(gamma * (energy - beta * pz) / top, 1e-6, None)
    A, B, alpha, power, a, g, d, r0, r1 = PIONS
    inside = np.maximum(1 - x, 0)
    fall, curve = a / x**g, a**2 / (2 * x**d)
    q = pt / GeV
    invariant = A * inside**alpha * (1 + B * x) * x**-power * (1 + fall * q + curve * q**2) * np.exp(-fall * q)
    both = invariant * (1 + 1 / (r0 * (1 + np.minimum(x, 1)) ** r1)) / 2  # pi0 as the mean of pi+ and pi-
    weight = both / SIGMA_BERYLLIUM * 2 * np.pi * pt / energy / density / GeV**2 / number
    phi = random.uniform(0, 2 * np.pi, number)
    return MomentumSample(np.stack([pt * np.cos(phi), pt * np.sin(phi), pz], axis=1), weight)


def from_meson(
    parents: MomentumSample, parent: float, fraction: float, mass: float, random: np.random.Generator
) -> MomentumSample:
    r"""Mediators from M -> gamma X, :math:`{\rm Br} = 2\epsilon^2(1-m^2/M^2)^3{\rm Br}(\gamma\gamma)`."""
    if mass >= parent:
        return MomentumSample(np.zeros((0, 3)), np.zeros(0))
    k = float(momentum(parent, mass, 0.0))
    rest = k * isotropic(random, parents.weight.size)
    weight = parents.weight * 2 * fraction * (1 - (mass / parent) ** 2) ** 3
    return MomentumSample(boosted(parents.momentum, parent, rest, np.hypot(k, mass)), weight)


def proton_bremsstrahlung(beam: float, mass: float, number: int, random: np.random.Generator) -> MomentumSample:
    """Mediators radiated by a proton of this energy, per inelastic interaction; 0.1 < z < 0.9, pT < 1 GeV."""
    z = random.uniform(0.1, 0.9, number)
    square = (1.0 * GeV) ** 2 * random.uniform(size=number)
    h = square + (1 - z) * mass**2 + (z * PROTON_MASS) ** 2
    m, p = mass**2, PROTON_MASS**2
    w = (1 + (1 - z) ** 2) / z - 2 * z * (1 - z) * ((2 * p + m) / h - 2 * z**2 * p**2 / h**2)
    w += 2 * z * (1 - z) * (z + (1 - z) ** 2) * p * m / h**2 + 2 * z * (1 - z) ** 2 * m**2 / h**2
    form = np.abs(sum(f * (v * GeV) ** 2 / ((v * GeV) ** 2 - m - 1j * v * g * GeV**2) for f, v, g in FORM_FACTOR)) ** 2
    weight = np.maximum(ALPHA / (2 * np.pi) / h * w, 0) * 0.8 * GeV**2 * form / number
    pz = np.sqrt(np.maximum((z * beam) ** 2 - mass**2 - square, 0))
    phi, pt = random.uniform(0, 2 * np.pi, number), np.sqrt(square)
    return MomentumSample(np.stack([pt * np.cos(phi), pt * np.sin(phi), pz], axis=1), weight)


def from_light_mesons(
    parents: MomentumSample, mass: float, eta_to_pion: float, random: np.random.Generator
) -> MomentumSample:
    """Mediators of pi0 (the parents) and of eta with the same momenta, at unit coupling."""
    etas = MomentumSample(parents.momentum, parents.weight * eta_to_pion)
    made = from_meson(parents, NEUTRAL_PION, BR_PION, mass, random)
    return made + from_meson(etas, ETA_MASS, BR_ETA, mass, random)


def proton_sample(beam: float, mass: float, eta_to_pion: float, number: int = 6000) -> MomentumSample:
    """All mediators of one mass from a proton beam that stops, per proton at unit coupling; always the same sample."""
    random = np.random.default_rng(SEED)
    made = from_light_mesons(pions(beam, number, random), mass, eta_to_pion, random)
    return made + proton_bremsstrahlung(beam, mass, number, random)
