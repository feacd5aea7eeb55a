"""Radiation lengths from composition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darktarget.core.material import Element
from darktarget.units import ALPHA, AVOGADRO, CLASSICAL_ELECTRON_RADIUS


def coulomb_correction(Z: int) -> float:
    r"""Coulomb correction f(Z) to the Born approximation (Davies, Bethe and Maximon 1954; PDG Eq. 34.28).

    .. math:: f = a^2[1/(1+a^2) + 0.20206 - 0.0369 a^2 + 0.0083 a^4 - 0.002 a^6],\quad a = \alpha Z

    >>> round(coulomb_correction(82), 4)
    0.3316
    """
    a2 = (ALPHA * Z) ** 2
    return a2 * (1 / (1 + a2) + 0.20206 - 0.0369 * a2 + 0.0083 * a2**2 - 0.002 * a2**3)


def radiation_logarithms(Z: int) -> tuple[float, float]:
    r""":math:`L_{\rm rad}` and :math:`L'_{\rm rad}` of Tsai, Rev. Mod. Phys. 46 (1974) 815, table B.2 (Z < 5) and
    Eqs. 3.67-68: :math:`\ln(184.15\,Z^{-1/3})` and :math:`\ln(1194\,Z^{-2/3})`."""
    table = {1: (5.31, 6.144), 2: (4.79, 5.621), 3: (4.74, 5.805), 4: (4.71, 5.924)}
    return table.get(Z, (np.log(184.15 * Z ** (-1 / 3)), np.log(1194 * Z ** (-2 / 3))))


def of_element(element: Element) -> float:
    r"""Radiation length of an element, g/cm^2.

    .. math:: \frac1{X_0} = \frac{4\alpha r_e^2N_A}{A}\{Z^2[L_{\rm rad}-f(Z)]+Z\,L'_{\rm rad}\}

    References: Y.-S. Tsai, Rev. Mod. Phys. 46 (1974) 815; PDG, Passage of particles through matter, Eq. 34.25.

    >>> round(of_element(Element("Pb", 82, 207.2)), 2)
    6.37
    """
    nucleus, electrons = radiation_logarithms(element.Z)
    per_atom = element.Z**2 * (nucleus - coulomb_correction(element.Z)) + element.Z * electrons
    return float(element.A / (4 * ALPHA * CLASSICAL_ELECTRON_RADIUS**2 * AVOGADRO * per_atom))


def of_mixture(elements: Sequence[Element], mass_fractions: Sequence[float]) -> float:
    r"""Radiation length of a mixture or compound, :math:`1/X_0 = \sum_i w_i/X_i` (g/cm^2)."""
    return 1 / sum(w / of_element(e) for e, w in zip(elements, mass_fractions, strict=True))
