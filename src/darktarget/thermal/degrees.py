r"""Relativistic degrees of freedom g_*(T) (energy) and h_*(T) (entropy) of the Standard Model, from its particles.

.. math:: \rho = \frac{\pi^2}{30}g_*T^4,\qquad s = \frac{2\pi^2}{45}h_*T^3

Below: photon, leptons and hadrons as ideal gases with their exact Bose and Fermi integrals. Above: the published
fit of arXiv:1803.01038 (lattice and perturbative QCD), blended at 120 MeV.
Neutrinos keep the photon temperature until electrons annihilate and then follow from the conserved entropy of the
electromagnetic plasma; the little heat they take (N_eff = 3.044, arXiv:2008.01074) grows with the annihilated entropy.
Against arXiv:1803.01038 the own evaluation agrees within 0.4 % up to 80 MeV (a test holds it to that).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from darktarget import particles
from darktarget.core import Array
from darktarget.numerics.interpolation import semilog
from darktarget.numerics.quadrature import gauss
from darktarget.units import ELECTRON_MASS, MUON_MASS, TAU_MASS, GeV, MeV

N_EFF: Final = 3.044  # arXiv:2008.01074
FIT_FROM: Final = 120 * MeV  # lowest temperature of the fit; the hadron gas is 3 % lower there
FIT_WIDTH: Final = 2.5 * MeV  # of the blend
#: numerators and denominators of g_* and of g_*/h_* - 1 in powers of ln(T/GeV), arXiv:1803.01038 Table 1
FIT: Final = (
    (1, 1.11724, 3.12672e-1, -4.68049e-2, -2.65004e-2, -1.19760e-3, 1.82812e-4, 1.36436e-4, 8.55051e-5, 1.2284e-5,
     3.82259e-7, -6.87035e-9),
    (1.43382e-2, 1.37559e-2, 2.92108e-3, -5.38533e-4, -1.62496e-4, -2.87906e-5, -3.84278e-6, 2.78776e-6, 7.40342e-7,
     1.1721e-7, 3.72499e-9, -6.74107e-11),
    (1, 6.07869e-1, -1.54485e-1, -2.24034e-1, -2.82147e-2, 2.9062e-2, 6.86778e-3, -1.00005e-3, -1.69104e-4, 1.06301e-5,
     1.69528e-6, -9.33311e-8),
    (7.07388e1, 9.18011e1, 3.31892e1, -1.39779, -1.52558, -1.97857e-2, -1.60146e-1, 8.22615e-5, 2.02651e-2, -1.82134e-5,
     7.83943e-5, 7.13518e-5),
)  # fmt: skip

#: (mass in MeV, degrees of freedom, fermions?) of the hadrons up to 1.3 GeV; antiparticles counted. Those that are not
#: in ``particles`` are isospin multiplets at their mean mass, PDG 2024: K*, f0, a0, Lambda, Sigma, Delta, h1, a1, b1,
#: K1, f2, f1, eta(1295), a2, Xi.
HADRONS: Final = (
    *((p.mass_MeV, 1, False) for p in (particles.NEUTRAL_PION, particles.ETA, particles.ETA_PRIME)),
    *((p.mass_MeV, 2, False) for p in (particles.CHARGED_PION, particles.CHARGED_KAON, particles.NEUTRAL_KAON)),
    (particles.RHO.mass_MeV, 9, False), (particles.OMEGA.mass_MeV, 3, False), (particles.PHI.mass_MeV, 3, False),
    (particles.PROTON.mass_MeV, 4, True), (particles.NEUTRON.mass_MeV, 4, True),
    (891.67, 6, False), (895.55, 6, False), (990.0, 1, False), (980.0, 3, False), (1115.683, 4, True),
    (1193.15, 12, True), (1232.0, 32, True), (1166.0, 3, False), (1230.0, 9, False), (1229.5, 9, False),
    (1253.0, 12, False), (1275.4, 5, False), (1281.8, 3, False), (1294.0, 1, False), (1318.2, 15, False),
    (1318.28, 8, True),
)  # fmt: skip


@dataclass(frozen=True)
class Plasma:
    """g_* and h_* on a temperature grid (energy unit), and the entropy derivative for the Boltzmann equation."""

    temperature: Array
    energy: Array
    entropy: Array

    def g(self, temperature: Array) -> Array:
        """g_*(T), the shape of ``temperature``."""
        return semilog(self.temperature, self.energy, temperature)

    def h(self, temperature: Array) -> Array:
        """h_*(T), the shape of ``temperature``."""
        return semilog(self.temperature, self.entropy, temperature)

    def slope(self, temperature: Array) -> Array:
        """1 + (1/3) d ln h/d ln T, the shape of ``temperature``."""
        gradient = np.gradient(np.log(self.entropy), np.log(self.temperature))
        return 1 + semilog(self.temperature, gradient, temperature) / 3


def ideal(ratio: Array, fermion: bool) -> tuple[Array, Array]:
    r"""Energy and entropy of one degree of freedom of mass m over those of a massless boson.

    .. math:: \frac{15}{\pi^4}\int_z^\infty\!du\,\frac{u^2\sqrt{u^2-z^2}}{e^u\pm1},\qquad
              \frac{15}{4\pi^4}\int_z^\infty\!du\,\frac{(4u^2-z^2)\sqrt{u^2-z^2}}{e^u\pm1}

    Args:
        ratio: z = m/T, any shape. fermion: sign of the statistics.

    >>> [round(float(v[0]), 6) for v in ideal(np.array([0.0]), True)]
    [0.875, 0.875]
    """
    node, weight = gauss(64)
    top = 50.0  # momenta in units of T; the rest is e^-50
    v, w = top * node**2, 2 * weight * top * node  # p/T, dense where it is small
    z = np.asarray(ratio, float)[..., None]
    u = np.sqrt(v**2 + z**2)
    occupied = v**2 * w / (np.exp(np.minimum(u, 700.0)) + (1 if fermion else -1))
    energy = (occupied * u).sum(axis=-1)
    pressure = (occupied * v**2 / (3 * u)).sum(axis=-1)
    return np.asarray(15 / np.pi**4 * energy), np.asarray(45 / (4 * np.pi**4) * (energy + pressure))


def fit(temperature: Array) -> tuple[Array, Array]:
    """g_* and h_* of the whole Standard Model from 120 MeV up, arXiv:1803.01038 Eqs. (C.1) and (C.2)."""
    log = np.log(np.maximum(temperature, 110 * MeV) / GeV)
    a, b, c, d = (np.polynomial.polynomial.polyval(log, np.array(row)) for row in FIT)
    return np.asarray(a / b), np.asarray(a / b / (1 + c / d))


def _charged_plasma(temperature: Array) -> tuple[Array, Array]:
    """Photon and charged leptons: all that electrons can heat."""
    energy, entropy = np.full_like(temperature, 2.0), np.full_like(temperature, 2.0)
    for mass in (ELECTRON_MASS, MUON_MASS, TAU_MASS):
        rho, s = ideal(mass / temperature, True)
        energy, entropy = energy + 4 * rho, entropy + 4 * s
    return energy, entropy


def _hadrons(temperature: Array) -> tuple[Array, Array]:
    """Ideal gas of the hadrons up to 1.3 GeV."""
    energy, entropy = np.zeros_like(temperature), np.zeros_like(temperature)
    for mass, degrees, fermion in HADRONS:
        rho, s = ideal(mass * MeV / temperature, fermion)
        energy, entropy = energy + degrees * rho, entropy + degrees * s
    return energy, entropy


@lru_cache(maxsize=1)
def standard_model() -> Plasma:
    """The Standard Model plasma from 1 eV to 10 GeV.

    >>> today = standard_model()
    >>> round(float(today.h(np.array([1e-9 * GeV]))[0]), 3), round(float(today.g(np.array([1e-9 * GeV]))[0]), 3)
    (3.93, 3.383)
    """
    temperature = np.geomspace(1e-9 * GeV, 10 * GeV, 700)
    energy, entropy = _charged_plasma(temperature)
    cold, hot = 2.0, 2.0 + 3.5  # photon alone; with relativistic electrons
    left = np.clip((entropy - cold) / (hot - cold), 0.0, 1.0)  # fraction of the electrons' entropy not yet released
    cubed = np.minimum(entropy / hot, 1.0)  # (T_nu/T)^3 from the entropy of the plasma that neutrinos left
    heated = 1 + (N_EFF / 3 - 1) * (1 - left)  # of their energy
    hadron_g, hadron_h = _hadrons(temperature)
    own_g = energy + 6 * 0.875 * cubed ** (4 / 3) * heated + hadron_g
    own_h = entropy + 6 * 0.875 * cubed * heated**0.75 + hadron_h
    above = 1 / (1 + np.exp(np.clip((FIT_FROM - temperature) / FIT_WIDTH, -500, 500)))
    fit_g, fit_h = fit(temperature)
    return Plasma(temperature, own_g + above * (fit_g - own_g), own_h + above * (fit_h - own_h))
