r"""Proton beams that stop in a dump: mediators of pi0, eta and bremsstrahlung, and dark pairs of virtual photons.

Charged-pion spectra of arXiv:hep-ph/0101163 (radial scaling), pi0 as the mean of both charges, eta as a fraction of
them, and proton bremsstrahlung (arXiv:1311.3870 Eq. (4), form factor of arXiv:0910.5589).

Dark pairs that couple to the photon come from virtual photons of pi0, eta -> gamma gamma*, and from rho, omega and phi
on their mass shell,

.. math:: \frac{N_{\rm pairs}}{N_V} = {\rm Br}(V\to ee)\,\frac{\Gamma(\gamma^*\to{\rm pair})}{\Gamma(\gamma^*\to ee)}
          \Big|_{s=m_V^2}.

Bremsstrahlung of pairs is left out: integrated over the poles of the proton's form factor it corresponds to 10 omega
per proton, where 0.4 are measured, and below them its approximation alone would double the reach of a 70 GeV beam.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Final

import numpy as np

from darktarget import particles
from darktarget.core import Channel, Model
from darktarget.decays.kinematics import momentum
from darktarget.decays.r_ratio import NEUTRAL_PION
from darktarget.dump.flight import virtual_masses
from darktarget.dump.samples import SEED, MomentumSample, boosted, isotropic
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.units import ALPHA, PION_MASS, PROTON_MASS, GeV, MeV

ETA_MASS: Final = particles.ETA.mass_MeV * MeV
BR_PION, BR_ETA = 0.98823, 0.3936  # to gamma gamma, PDG 2024
SIGMA_BERYLLIUM: Final = 199.0  # mb, inelastic, PDG
#: (A, B, alpha, beta, a, gamma, delta, r0, r1) for pi+ and the ratio pi+/pi-, arXiv:hep-ph/0101163 Tables 3 and 4
PIONS: Final = (62.3, 1.57, 3.45, 0.517, 6.10, 0.153, 0.478, 1.05, 2.65)
#: Shares, masses and widths (GeV) of the rho and omega families in a fit of the proton's form factor, arXiv:0910.5589
FORM_FACTOR: Final = (
    (0.616, 0.770, 0.150), (0.223, 1.25, 0.300), (-0.339, 1.45, 0.500),
    (1.011, 0.770, 0.0085), (-0.881, 1.25, 0.300), (0.370, 1.45, 0.500),
)  # fmt: skip
#: Mesons per pi0 in pp at 400 GeV: 0.385, 0.390 and 0.019 of 3.87, Z. Phys. C 50 (1991) 405.
PER_PION: Final = (("rho", 0.385 / 3.87), ("omega", 0.390 / 3.87), ("phi", 0.019 / 3.87))
#: Longitudinal momenta of vector mesons over those of pi0 at equal shares of them (0.01-0.1, 70 and 450 GeV), SIBYLL
#: 2.3d (arXiv:1806.04140): pi0 come from their decays.
HARDER: Final = 1.3
NUMBER: Final = 6000  # of pions


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


def proton_sample(beam: float, mass: float, eta_to_pion: float, number: int = NUMBER) -> MomentumSample:
    """All mediators of one mass from a proton beam that stops, per proton at unit coupling; always the same sample."""
    random = np.random.default_rng(SEED)
    made = from_light_mesons(pions(beam, number, random), mass, eta_to_pion, random)
    return made + proton_bremsstrahlung(beam, mass, number, random)


def pair_parents(
    beam: float, eta_to_pion: float, model: Model, point: int, channel: Channel
) -> Iterator[tuple[float, MomentumSample]]:
    """Masses of the parents of dark pairs, and how many pairs they produce per proton at unit coupling.

    Args:
        beam: energy of the protons. eta_to_pion: eta per pi0. model, point: whose pairs. channel: into the pair.
    """

    def width(root: float) -> float:
        return float(channel.at(np.full((model.points, 1), root))[point, 0])

    least = float(np.sum([m[point] for m in channel.masses]))
    for root, weight in zip(*virtual_masses(least, ETA_MASS, 8, (NEUTRAL_PION,)), strict=True):
        made = _light_mesons(beam, float(root), eta_to_pion)
        yield float(root), MomentumSample(made.momentum, made.weight * width(root) / (np.pi * root**3) * weight)
    parents = _vector_mesons(beam)
    for meson, per_pion in ((MESONS[name], ratio) for name, ratio in PER_PION):
        share = meson.electrons * width(meson.mass) / float(meson.to_electrons(np.array(meson.mass)))
        if share > 0:
            yield meson.mass, MomentumSample(parents.momentum, parents.weight * per_pion * share)


@lru_cache(maxsize=8)
def _pions(beam: float) -> tuple[MomentumSample, np.random.Generator]:
    """pi0 of a beam, always the same, and the generator after them, to be copied before it is used."""
    random = np.random.default_rng(SEED)
    return pions(beam, NUMBER, random), random


def _light_mesons(beam: float, root: float, eta_to_pion: float) -> MomentumSample:
    """Virtual photons of one mass from pi0 and eta, before their propagator."""
    parents, random = _pions(beam)
    return from_light_mesons(parents, root, eta_to_pion, deepcopy(random))


@lru_cache(maxsize=8)
def _vector_mesons(beam: float) -> MomentumSample:
    """Vector mesons of a beam, as many as pi0."""
    light, _ = _pions(beam)
    harder = light.momentum * np.array([1.0, 1.0, HARDER])
    return MomentumSample(harder, light.weight * (harder[:, 2] < beam))
