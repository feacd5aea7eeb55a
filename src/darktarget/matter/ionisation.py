r"""What ionisation needs to know of a material: plasma energy, mean excitation energy and density effect.

Mean excitation energies follow Bragg's additivity, :math:`\ln I = \sum_i w_i(Z_i/A_i)\ln I_i\big/\sum_i w_iZ_i/A_i`,
with the constituent energies of ICRU Report 37 (table 2.11; S. M. Seltzer and M. J. Berger, Int. J. Appl. Radiat. Isot.
33 (1982) 1189): in condensed compounds H, C, N, O, F and Cl have their own values and every other element 1.13 times
that of the element (the 13 % rule); in gases H, C, N and O have their own values and the others those of the element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.core.material import DensityEffect, Element
from darktarget.matter.elements import atomic_data
from darktarget.units import AVOGADRO, CLASSICAL_ELECTRON_RADIUS, ELECTRON_MASS, HBARC_CM, eV

_CONDENSED: Final = MappingProxyType({"H": 19.2, "C": 81.0, "N": 82.0, "O": 106.0, "F": 112.0, "Cl": 180.0})  # eV
_GAS: Final = MappingProxyType({"H": 19.2, "C": 70.0, "N": 82.0, "O": 97.0})  # eV
CONDENSED_FACTOR: Final = 1.13  # on I of the other elements in a condensed compound
# of gases: (C below, x0, x1); beyond the last, x0 = 0.326 C - 2.5 and x1 = 5
_GAS_ENDS: Final = ((10.0, 1.6, 4.0), (10.5, 1.7, 4.0), (11.0, 1.8, 4.0), (11.5, 1.9, 4.0), (12.25, 2.0, 4.0),
                    (13.804, 2.0, 5.0))  # fmt: skip


def plasma_energy(density: float, elements: Sequence[Element], mass_fractions: Sequence[float]) -> float:
    r"""Plasma energy, :math:`\hbar c\sqrt{4\pi n_e r_e}` with the electron density n_e (energy unit).

    Args:
        density: g/cm^3.

    Reference: PDG, Passage of particles through matter, table 34.1.

    >>> print(f"{plasma_energy(11.35, [Element('Pb', 82, 207.2)], [1.0]) / eV:.1f} eV")
    61.1 eV
    """
    pairs = zip(elements, mass_fractions, strict=True)
    per_gram = sum(e.Z * w * AVOGADRO / e.A for e, w in pairs)
    return HBARC_CM * float(np.sqrt(4 * np.pi * density * per_gram * CLASSICAL_ELECTRON_RADIUS))


def mean_excitation(elements: Sequence[Element], mass_fractions: Sequence[float], gas: bool) -> float:
    """Mean excitation energy I from composition, eV (see the module); an element alone has its own.

    >>> water = [atomic_data()[s].element for s in ("H", "O")]
    >>> round(mean_excitation(water, [0.1119, 0.8881], gas=False), 1)
    75.3
    """
    if len(elements) == 1:
        return atomic_data()[elements[0].symbol].mean_excitation
    special, factor = (_GAS, 1.0) if gas else (_CONDENSED, CONDENSED_FACTOR)
    electrons = [w * e.Z / e.A for e, w in zip(elements, mass_fractions, strict=True)]
    logs = [n * log(_constituent(e, special, factor)) for n, e in zip(electrons, elements, strict=True)]
    return exp(sum(logs) / sum(electrons))


def _constituent(element: Element, special: Mapping[str, float], factor: float) -> float:
    return special.get(element.symbol, factor * atomic_data()[element.symbol].mean_excitation)


def sternheimer(mean_excitation_eV: float, plasma: float, gas: bool) -> DensityEffect:
    r"""Parameters of the density effect by the general prescription, from I and the plasma energy.

    :math:`\bar C = 2\ln(I/\hbar\omega_p)+1`, k = 3, :math:`a = (\bar C - 2\ln10\,x_0)/(x_1-x_0)^3`, with x_0 and x_1
    tabulated in I and :math:`\bar C` for condensed matter and gases; no density effect below x_0.

    Args:
        mean_excitation_eV: I in eV. plasma: plasma energy (energy unit). gas: or condensed.

    References: R. M. Sternheimer and R. F. Peierls, Phys. Rev. B 3 (1971) 3681; R. M. Sternheimer, M. J. Berger and
    S. M. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261.

    >>> round(sternheimer(823.0, 61.07 * eV, gas=False).cbar, 2)  # 6.2018 in the tables for lead
    6.2
    """
    cbar = 2 * log(mean_excitation_eV * eV / plasma) + 1
    x0, x1 = _gas_ends(cbar) if gas else _condensed_ends(mean_excitation_eV, cbar)
    return DensityEffect((cbar - 2 * log(10) * x0) / (x1 - x0) ** 3, 3.0, x0, x1, cbar, 0.0)


def _condensed_ends(mean_excitation_eV: float, cbar: float) -> tuple[float, float]:
    x1, bound, shift = (2.0, 3.681, 1.0) if mean_excitation_eV < 100 else (3.0, 5.215, 1.5)
    return (0.2 if cbar < bound else 0.326 * cbar - shift), x1


def _gas_ends(cbar: float) -> tuple[float, float]:
    beyond = (0.326 * cbar - 2.5, 5.0)
    return next(((x0, x1) for below, x0, x1 in _GAS_ENDS if cbar < below), beyond)


def density_effect(T: Array, p: DensityEffect) -> Array:
    """Sternheimer's density-effect correction delta (At. Data Nucl. Data Tables 30 (1984) 261, Eq. 6).

    Args:
        T: kinetic energy of an electron (energy unit), any shape. p: parameters of the material.
    """
    tau = np.asarray(T) / ELECTRON_MASS
    x = 0.5 * np.log10(tau * (tau + 2))
    asymptote = 2 * np.log(10) * x - p.cbar
    middle = asymptote + p.a * np.maximum(p.x1 - x, 0.0) ** p.k
    low = p.delta0 * 10 ** (2 * np.minimum(x - p.x0, 0.0))
    return np.asarray(np.where(x >= p.x1, asymptote, np.where(x >= p.x0, middle, low)))
