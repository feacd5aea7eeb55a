r"""Migdal's suppression of bremsstrahlung and pair production in matter (LPM and dielectric effects).

References: A. B. Migdal, Phys. Rev. 103 (1956) 1811; the fits to his functions are those of T. Stanev et al.,
Phys. Rev. D 25 (1982) 1291, Eqs. 7-14; review: S. Klein, Rev. Mod. Phys. 71 (1999) 1501.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from darktarget.matter import ionisation
from darktarget.matter.materials import Material
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM

Floats = npt.NDArray[np.float64]


def lpm_energy(material: Material) -> float:
    r"""Energy scale of the LPM effect, :math:`\alpha m_e^2 X_0/(4\pi\hbar c)`.

    Args:
        material: the medium.

    Returns:
        Energy (4.3 TeV in lead).

    Reference: Klein, Rev. Mod. Phys. 71 (1999) 1501, Eq. 20.

    >>> from darktarget.matter.materials import material
    >>> round(lpm_energy(material("Pb")))
    4313
    """
    return ALPHA * ELECTRON_MASS**2 * material.radiation_length_cm / (4 * np.pi * HBARC_CM)


def plasma_energy(material: Material) -> float:
    r"""Plasma energy of the medium, :math:`\hbar c\sqrt{4\pi n_e r_e}` (61 eV in lead).

    Args:
        material: the medium; n_e is its electron density (1/cm^3).

    Returns:
        Energy.

    Reference: PDG, Passage of particles through matter, table 34.1.
    """
    return ionisation.plasma_energy(material.density, material.elements, material.mass_fractions)


def phi(s: Floats) -> Floats:
    """Migdal's phi(s): 0 for full suppression, 1 for none (Stanev et al., Eq. 14)."""
    s = np.minimum(s, 10.0)  # the fit is 1 to 1e-6 there, and its exponential would overflow
    middle = 1 - np.exp(-6 * s * (1 + (3 - np.pi) * s) + s**3 / (0.623 + 0.796 * s + 0.658 * s**2))
    high = 1 - 0.012 / np.maximum(s, 1.0) ** 4
    return np.where(s < 0.01, 6 * s * (1 - np.pi * s), np.where(s < 1.55, middle, high))


def big_g(s: Floats) -> Floats:
    """Migdal's G(s): 0 for full suppression, 1 for none (Stanev et al., Eq. 15)."""
    psi = 1 - np.exp(-4 * s - 8 * s**2 / (1 + 3.936 * s + 4.97 * s**2 - 0.05 * s**3 + 7.5 * s**4))
    middle = np.tanh(-0.160723 + 3.755030 * s - 1.798138 * s**2 + 0.672827 * s**3 - 0.120772 * s**4)
    high = 1 - 0.0230655 / np.maximum(s, 1.0) ** 4
    low = 3 * psi - 2 * phi(s)
    return np.where(s < 0.415827397755, low, np.where(s < 1.9156, middle, high))


def suppression(s_prime: Floats, Z: int, dielectric: Floats | float = 1.0) -> tuple[Floats, Floats]:
    r"""Factors xi G and xi phi of the two helicity terms of a radiation cross section.

    .. math:: s = s'\,\Gamma/\sqrt{\xi(s')}, \quad
              \xi = 1 + h - 0.08\,(1-h)[1-(1-h)^2]/\ln(\sqrt2 s_1), \quad h = \ln s'/\ln(\sqrt2 s_1)

    Args:
        s_prime: Migdal's variable without logarithmic correction, any shape.
        Z: charge number of the nucleus, s_1 = Z^(2/3)/184.15^2.
        dielectric: Gamma = 1 + k_p^2/k^2, same shape (1 for pair production).

    Returns:
        (xi G, xi phi), each of the shape of s_prime, never above 1.

    Reference: Stanev et al., Phys. Rev. D 25 (1982) 1291, Eqs. 7-15.
    """
    s1 = np.sqrt(2.0) * Z ** (2 / 3) / 184.15**2
    h = np.log(np.clip(s_prime, s1, 1.0)) / np.log(s1)
    xi = 1 + h - 0.08 * (1 - h) * (2 * h - h**2) / np.log(s1)
    s = s_prime * dielectric / np.sqrt(xi)
    phi_s, g_s = phi(s), big_g(s)
    # Where xi would make an enhancement of a suppression, Migdal's logarithm has left its range.
    xi = np.where((xi * phi_s > 1) | (s > 0.57), 1 / np.maximum(phi_s, 1e-300), xi)
    return np.minimum(xi * g_s, 1.0), xi * phi_s / dielectric
