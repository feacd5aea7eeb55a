r"""Differential cross sections of the electromagnetic shower, per atom, in cm^2 (per energy or per fraction).

Nothing here is fitted: each function is one formula of one reference, with the energies and the material as
its only inputs. T is kinetic energy, E = T + m total energy, k photon energy, tau = T/m, gamma = E/m.
"""

from __future__ import annotations

import numpy as np

from darktarget.matter.ionisation import density_effect
from darktarget.matter.materials import Material
from darktarget.matter.radiation_length import coulomb_correction, radiation_logarithms
from darktarget.shower.lpm import Floats, lpm_energy, plasma_energy, suppression
from darktarget.shower.seltzer_berger import HIGHEST, seltzer_berger, tabulated
from darktarget.units import ALPHA, CLASSICAL_ELECTRON_RADIUS, ELECTRON_MASS, MeV, eV

_RE2 = CLASSICAL_ELECTRON_RADIUS**2
#: Below this energy the high-energy Coulomb correction of Davies, Bethe and Maximon does not hold.
COULOMB_CORRECTION_FROM = 50 * MeV
BARN = 1e-24  # cm^2


def screening(momentum: Floats, E: Floats, Z: int) -> tuple[Floats, Floats]:
    r"""Screened logarithms A and B of radiation in the field of an atom, nucleus plus Z electrons.

    .. math:: A = Z^2(\phi_1 - \tfrac43\ln Z - 4f) + Z(\psi_1 - \tfrac83\ln Z),\quad
              B = Z^2(\phi_1-\phi_2) + Z(\psi_1-\psi_2)

    Args:
        momentum: m_e times the minimum momentum transfer variable, 100 m k/(E_1 E_2), any shape.
        E: energy that decides on the Coulomb correction, same shape.
        Z: charge number.

    Returns:
        (A, B), dimensionless, A >= 0.

    Reference: Tsai, Rev. Mod. Phys. 46 (1974) 815, Eqs. 3.38-3.41; complete screening for Z < 5 keeps the
    energy dependence of the Thomas-Fermi functions and takes the logarithms of his table B.2.
    """
    gamma, epsilon = momentum * Z ** (-1 / 3), momentum * Z ** (-2 / 3)
    phi1 = -2 * np.log1p(0.311877 * gamma**2) + 2.4 * np.exp(-0.9 * gamma) + 1.6 * np.exp(-1.5 * gamma) - 4
    psi1 = -2 * np.log1p(13.111641 * epsilon**2) + 2.8 * np.exp(-8 * epsilon) + 1.2 * np.exp(-29.2 * epsilon) - 4
    radiation, inelastic = radiation_logarithms(Z)
    f = np.where(E > COULOMB_CORRECTION_FROM, coulomb_correction(Z), 0.0)
    a = Z**2 * (4 * radiation + phi1 - 4 * f) + Z * (4 * inelastic + psi1)
    b1 = 2 / (3 * (1 + 6.5 * gamma + 6 * gamma**2))
    b2 = 2 / (3 * (1 + 40 * epsilon + 400 * epsilon**2))
    return np.maximum(a, 0.0), Z**2 * b1 + Z * b2


def bremsstrahlung(k: Floats, T: Floats, Z: int, medium: Material) -> Floats:
    r"""Bremsstrahlung of e- or e+ on an atom in a medium, with LPM and dielectric suppression.

    .. math:: \frac{d\sigma}{dk} = \frac{\alpha r_e^2}{k}
              \Big\{\frac{\xi}{3}\big[y^2 G + 2(1+(1-y)^2)\phi\big] A + \frac23(1-y) B\Big\},\quad y = k/E

    Args:
        k: photon energy, any shape.
        T: kinetic energy, same shape; zero outside 0 < k <= T.
        Z: charge number of the atom.
        medium: the material around it.

    Returns:
        cm^2 per energy.

    Above 50 MeV (and in hydrogen at all energies) this formula, below it the tables of seltzer_berger.py.

    Reference: Tsai, Rev. Mod. Phys. 46 (1974) 815, Eq. 3.83;
    Stanev et al., Phys. Rev. D 25 (1982) 1291, Eq. 1.
    """
    E = T + ELECTRON_MASS
    y = np.minimum(k / E, 1 - ELECTRON_MASS / E)
    a, b = screening(100 * ELECTRON_MASS * y / (E * (1 - y)), E, Z)
    dielectric = 1 + (plasma_energy(medium) / ELECTRON_MASS * E / k) ** 2
    s_prime = np.sqrt(lpm_energy(medium) * y / (8 * E * (1 - y)))
    g, phi = suppression(s_prime, Z, dielectric)
    bracket = (y**2 * g + 2 * (1 + (1 - y) ** 2) * phi) / 3 * a + 2 / 3 * (1 - y) * b
    high = np.where(k <= T, ALPHA * _RE2 / k * bracket, 0.0)
    if not tabulated(Z) or np.min(T) > HIGHEST:
        return high
    return np.where(T > HIGHEST, high, seltzer_berger(k, T, Z) / dielectric)


def pair(x: Floats, k: Floats, Z: int, medium: Material) -> Floats:
    r"""Pair production by a photon on an atom in a medium, with LPM suppression.

    .. math:: \frac{d\sigma}{dx} = \alpha r_e^2\Big\{\frac{\xi}{3}\big[G + 2(x^2+(1-x)^2)\phi\big] A
              - \frac23 x(1-x) B\Big\},\quad x = E_+/k

    Args:
        x: fraction of the photon energy (total energy) given to the positron, any shape.
        k: photon energy, same shape; zero where a lepton would have less than its mass.
        Z: charge number of the atom.
        medium: the material around it.

    Returns:
        cm^2 per unit x.

    Reference: Tsai, Rev. Mod. Phys. 46 (1974) 815, Eq. 3.9;
    Stanev et al., Phys. Rev. D 25 (1982) 1291, Eq. 2.
    """
    edge = ELECTRON_MASS / k
    open_ = (x >= edge) & (x <= 1 - edge)
    product = np.where(open_, x * (1 - x), 0.25)
    a, b = screening(100 * ELECTRON_MASS / (k * product), k, Z)
    g, phi = suppression(np.sqrt(lpm_energy(medium) / (8 * k * product)), Z)
    bracket = (g + 2 * (1 - 2 * product) * phi) / 3 * a - 2 / 3 * product * b
    return np.where(open_, ALPHA * _RE2 * np.maximum(bracket, 0.0), 0.0)


def pair_total(k: Floats, Z: int) -> Floats:
    r"""Total cross section of pair production on an atom, nucleus and electrons, 2m < k < 100 GeV.

    .. math:: \sigma = Z(Z+1)\big[F_1(X) + F_2(X) Z + F_3(X)/Z\big],\quad X = \ln(k/m),\
              F_i = \textstyle\sum_{j=0}^5 a_{ij} X^j

    and below 1.5 MeV the value at 1.5 MeV times ((k-2m)/(1.5 MeV-2m))^2. A fit, good to 5 % (2.2 % on
    average), to the tables of Hubbell, Gimm and Overbo, which hold what Tsai's high-energy formula leaves
    out below 100 MeV: exact Coulomb corrections and the triplet threshold.

    Args:
        k: photon energy, any shape.
        Z: charge number.

    Returns:
        cm^2 per atom, 0 below threshold.

    Reference: GEANT3 manual, CERN W5013, PHYS210 and PHYS211 (L. Urban), and Geant4 physics reference manual,
    gamma conversion; data: J. H. Hubbell et al., J. Phys. Chem. Ref. Data 9 (1980) 1023.
    """
    x = np.log(np.maximum(k, 1.5 * MeV) / ELECTRON_MASS)
    f1, f2, f3 = (np.polynomial.polynomial.polyval(x, np.array(c)) for c in _PAIR_FIT)
    near = np.clip((k - 2 * ELECTRON_MASS) / (1.5 * MeV - 2 * ELECTRON_MASS), 0.0, 1.0) ** 2
    return np.asarray(np.maximum(Z * (Z + 1) * (f1 + f2 * Z + f3 / Z), 0.0) * 1e-6 * BARN * near)


_PAIR_FIT = (  # microbarn
    (8.7842e2, -1.9625e3, 1.2949e3, -2.0028e2, 1.2575e1, -2.8333e-1),
    (-1.0342e1, 1.7692e1, -8.2381, 1.3063, -9.0815e-2, 2.3586e-3),
    (-4.5263e2, 1.1161e3, -8.6749e2, 2.1773e2, -2.0467e1, 6.5372e-1),
)


def compton(r: Floats, k: Floats) -> Floats:
    r"""Compton scattering on a free electron at rest, r = k'/k.

    .. math:: \frac{d\sigma}{dr} = \pi r_e^2\frac{m}{k}\Big[\frac1r + r - \sin^2\theta\Big],\quad
              \sin^2\theta = t(2-t),\ t = \frac mk\Big(\frac1r-1\Big)

    Args:
        r: fraction of energy kept by the photon, 1/(1+2k/m) <= r <= 1.
        k: photon energy, same shape.

    Returns:
        cm^2 per unit r, per electron.

    Reference: Klein and Nishina, Z. Phys. 52 (1929) 853.
    """
    t = ELECTRON_MASS / k * (1 / r - 1)
    return np.asarray(np.pi * _RE2 * ELECTRON_MASS / k * (1 / r + r - t * (2 - t)))


def moller(r: Floats, T: Floats) -> Floats:
    r"""Moller scattering e- e- -> e- e-, r = (kinetic energy of the slower one)/T <= 1/2.

    .. math:: \frac{d\sigma}{dr} = \frac{2\pi r_e^2}{\beta^2(\gamma-1)}\Big[\frac{(\gamma-1)^2}{\gamma^2}
              + \frac1r\Big(\frac1r-c\Big) + \frac1{1-r}\Big(\frac1{1-r}-c\Big)\Big],
              \quad c=\frac{2\gamma-1}{\gamma^2}

    Returns:
        cm^2 per unit r, per electron.

    Reference: C. Moller, Ann. Phys. 406 (1932) 531; Messel and Crawford, Electron-photon shower distribution
    function (1970), section 1.
    """
    g = 1 + T / ELECTRON_MASS
    c, q = (2 * g - 1) / g**2, 1 - r
    bracket = (g - 1) ** 2 / g**2 + (1 / r - c) / r + (1 / q - c) / q
    return 2 * np.pi * _RE2 * g**2 / (g**2 - 1) / (g - 1) * bracket


def bhabha(r: Floats, T: Floats) -> Floats:
    r"""Bhabha scattering e+ e- -> e+ e-, r = (kinetic energy of the electron)/T <= 1.

    .. math:: \frac{d\sigma}{dr} = \frac{2\pi r_e^2}{\gamma-1}
              \Big[\frac1{\beta^2r^2} - \frac{B_1}r + B_2 - B_3 r + B_4 r^2\Big]

    with y = 1/(gamma+1), B1 = 2-y^2, B2 = (1-2y)(3+y^2), B4 = (1-2y)^3, B3 = (1-2y)^2 + B4.

    Returns:
        cm^2 per unit r, per electron.

    Reference: H. J. Bhabha, Proc. R. Soc. A 154 (1936) 195; Messel and Crawford (1970), section 1.
    """
    g = 1 + T / ELECTRON_MASS
    y = 1 / (g + 1)
    w = 1 - 2 * y
    bracket = g**2 / (g**2 - 1) / r**2 - (2 - y**2) / r + w * (3 + y**2) - (w**2 + w**3) * r + w**3 * r**2
    return 2 * np.pi * _RE2 / (g - 1) * bracket


def annihilation(r: Floats, T: Floats) -> Floats:
    r"""Annihilation in flight e+ e- -> gamma gamma, r = k/(T + 2m), half of the photons (r <= 1/2).

    .. math:: \frac{d\sigma}{dr} = \frac{2\pi r_e^2}{\gamma-1}\frac1r\Big[1 + \frac{2\gamma}{(\gamma+1)^2} - r
              - \frac1{(\gamma+1)^2 r}\Big]\ \text{symmetrised over}\ r\leftrightarrow1-r

    Returns:
        cm^2 per unit r, per electron, normalised on r_min <= r <= 1/2.

    Reference: W. Heitler, The quantum theory of radiation (1954), section 27.
    """
    g = 1 + T / ELECTRON_MASS
    c = 1 / (g + 1) ** 2

    def one(z: Floats) -> Floats:
        return np.asarray((1 + 2 * g * c - z - c / z) / z)

    return np.pi * _RE2 / (g - 1) * (one(r) + one(1 - r))


def annihilation_total(T: Floats) -> Floats:
    r"""Total cross section of annihilation in flight, cm^2 per electron (Heitler 1954, section 27, Eq. 6).

    .. math:: \frac{\pi r_e^2}{\gamma+1}
              \Big[\frac{\gamma^2+4\gamma+1}{\gamma^2-1}\ln(\gamma+p)
              - \frac{\gamma+3}{p}\Big],\quad p = \sqrt{\gamma^2-1}
    """
    g = 1 + T / ELECTRON_MASS
    p = np.sqrt(g**2 - 1)
    return np.asarray(np.pi * _RE2 / (g + 1) * ((g**2 + 4 * g + 1) / p**2 * np.log(g + p) - (g + 3) / p))


def photoelectric(k: Floats, Z: int) -> Floats:
    r"""Photoelectric absorption above the K edge, cm^2 per atom.

    .. math:: \sigma_K = Z^5\sum_n\frac{a_n+b_nZ}{1+c_nZ}k^{-p_n}\ \mathrm{b},\quad
              \sigma/\sigma_K = 1 + 0.01481\ln^2Z - 0.000788\ln^3Z\quad(k\ \text{in MeV})

    Args:
        k: photon energy, any shape; good to some per cent from 0.1 MeV up.
        Z: charge number.

    Reference: J. H. Hubbell, NSRDS-NBS 29 (1969), section 2.2 and Eq. 2.-9.
    """
    terms = (  # a_n, b_n, c_n, p_n of the reference
        (1.6268e-9, -2.683e-12, 4.173e-2, 1.0),
        (1.5274e-9, -5.110e-13, 1.027e-2, 2.0),
        (1.1330e-9, -2.177e-12, 2.013e-2, 3.5),
        (-9.12e-11, 0.0, 0.0, 4.0),
    )
    x = np.asarray(k) / MeV
    k_shell = sum((a + b * Z) / (1 + c * Z) * x**-p for a, b, c, p in terms)
    log_z = np.log(Z)
    return np.asarray(BARN * Z**5 * k_shell * (1 + 0.01481 * log_z**2 - 0.000788 * log_z**3))


def ionisation(T: Floats, cut: float, positron: bool, medium: Material) -> Floats:
    r"""Restricted collision loss per electron/cm^2: energy transfers below the cut only.

    .. math:: \frac{2\pi r_e^2m}{\beta^2}\Big[\ln\frac{2(\gamma+1)}{(I/m)^2} + F^\pm(\tau,\tau_\mathrm{up})
              - \delta\Big]

    Args:
        T: kinetic energy, any shape.
        cut: largest energy transfer that counts as continuous.
        positron: Bhabha (True) or Moller (False) form of F.
        medium: gives I and the density effect.

    Returns:
        energy cm^2 (per electron per cm^2).

    Reference: M. J. Berger and S. M. Seltzer, NASA SP-3012 (1964); ICRU report 37 (1984), section 3.
    """
    tau = np.asarray(T) / ELECTRON_MASS
    g = tau + 1
    beta2 = tau * (tau + 2) / g**2
    up = np.minimum(cut / ELECTRON_MASS, tau if positron else tau / 2)
    f = _f_plus(tau, up, beta2) if positron else _f_minus(tau, up, beta2)
    excitation = medium.mean_excitation * eV / ELECTRON_MASS
    bracket = np.log(2 * (g + 1) / excitation**2) + f - density_effect(T, medium.density_effect)
    return np.asarray(2 * np.pi * _RE2 * ELECTRON_MASS / beta2 * bracket)


def _f_minus(tau: Floats, up: Floats, beta2: Floats) -> Floats:
    last = (up**2 / 2 + (2 * tau + 1) * np.log1p(-up / tau)) / (tau + 1) ** 2
    return np.asarray(-1 - beta2 + np.log((tau - up) * up) + tau / (tau - up) + last)


def _f_plus(tau: Floats, up: Floats, beta2: Floats) -> Floats:
    y = 1 / (tau + 2)
    series = tau + 2 * up - 1.5 * up**2 * y - (up - up**3 / 3) * y**2
    series = series - (up**2 / 2 - tau * up**3 / 3 + up**4 / 4) * y**3
    return np.asarray(np.log(tau * up) - beta2 / tau * series)
