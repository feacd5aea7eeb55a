"""Target materials: composition, density, radiation length and ionisation data, with their sources.

Atomic numbers and weights, densities, radiation lengths and mean excitation energies are the values of
the PDG tables of atomic and nuclear properties (pdg.lbl.gov, 2024). The density-effect parameters
are those of Sternheimer, Berger and Seltzer, At. Data Nucl. Data Tables 30 (1984) 261.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.errors import chosen
from darktarget.units import AVOGADRO, ELECTRON_MASS


@dataclass(frozen=True)
class Element:
    """One kind of nucleus: Z (charge number) and A (g/mol)."""

    symbol: str
    Z: int
    A: float


@dataclass(frozen=True)
class DensityEffect:
    """Sternheimer's parameters of the density-effect correction (dimensionless)."""

    a: float
    k: float
    x0: float
    x1: float
    cbar: float
    delta0: float


def density_effect(T: Array, p: DensityEffect) -> Array:
    """Sternheimer's density-effect correction delta (At. Data Nucl. Data Tables 30 (1984) 261, Eq. 6)."""
    tau = np.asarray(T) / ELECTRON_MASS
    x = 0.5 * np.log10(tau * (tau + 2))
    asymptote = 2 * np.log(10) * x - p.cbar
    middle = asymptote + p.a * np.maximum(p.x1 - x, 0.0) ** p.k
    low = p.delta0 * 10 ** (2 * np.minimum(x - p.x0, 0.0))
    return np.asarray(np.where(x >= p.x1, asymptote, np.where(x >= p.x0, middle, low)))


@dataclass(frozen=True)
class Material:
    """A homogeneous target material.

    Attributes:
        name: its registry name.
        elements: the nuclei it is made of.
        mass_fractions: their mass fractions, summing to 1.
        density: g/cm^3.
        radiation_length: X0 in g/cm^2.
        mean_excitation: I in eV.
        density_effect: Sternheimer's parameters.
    """

    name: str
    elements: tuple[Element, ...]
    mass_fractions: tuple[float, ...]
    density: float
    radiation_length: float
    mean_excitation: float
    density_effect: DensityEffect

    @property
    def radiation_length_cm(self) -> float:
        """X0 in cm.

        >>> round(material("Pb").radiation_length_cm, 4)
        0.5612
        """
        return self.radiation_length / self.density

    @property
    def nuclei_per_cm2_per_X0(self) -> tuple[float, ...]:
        r"""Nuclei of each element per cm^2 in one radiation length, :math:`w_i N_A X_0/A_i`.

        >>> print(f"{material('Pb').nuclei_per_cm2_per_X0[0]:.4e}")
        1.8514e+22
        """
        pairs = zip(self.elements, self.mass_fractions, strict=True)
        return tuple(w * AVOGADRO * self.radiation_length / e.A for e, w in pairs)

    @property
    def electrons_per_cm2_per_X0(self) -> float:
        r"""Electrons per cm^2 in one radiation length, :math:`\sum_i Z_i w_i N_A X_0/A_i`."""
        pairs = zip(self.elements, self.nuclei_per_cm2_per_X0, strict=True)
        return sum(e.Z * n for e, n in pairs)


_H, _C = Element("H", 1, 1.008), Element("C", 6, 12.0107)


def _pure(e: Element, rho: float, x0: float, i_ev: float, density_effect: DensityEffect) -> Material:
    return Material(e.symbol, (e,), (1.0,), rho, x0, i_ev, density_effect)


_ALL = (
    _pure(_H, 0.0708, 63.04, 21.8, DensityEffect(0.13483, 5.6249, 0.4400, 1.8856, 3.0977, 0.00)),  # liquid
    _pure(_C, 2.210, 42.70, 78.0, DensityEffect(0.20762, 2.9532, -0.0090, 2.4817, 2.8926, 0.14)),  # graphite
    _pure(Element("Al", 13, 26.9815385), 2.699, 24.01, 166.0,
          DensityEffect(0.08024, 3.6345, 0.1708, 3.0127, 4.2395, 0.12)),
    _pure(Element("Si", 14, 28.0855), 2.329, 21.82, 173.0,
          DensityEffect(0.14921, 3.2546, 0.2015, 2.8716, 4.4355, 0.14)),
    _pure(Element("Fe", 26, 55.845), 7.874, 13.84, 286.0,
          DensityEffect(0.14680, 2.9632, -0.0012, 3.1531, 4.2911, 0.12)),
    _pure(Element("Cu", 29, 63.546), 8.960, 12.86, 322.0,
          DensityEffect(0.14339, 2.9044, -0.0254, 3.2792, 4.4190, 0.08)),
    _pure(Element("W", 74, 183.84), 19.30, 6.76, 727.0,
          DensityEffect(0.15509, 2.8447, 0.2167, 3.4960, 5.4059, 0.14)),
    _pure(Element("Pb", 82, 207.2), 11.35, 6.37, 823.0,
          DensityEffect(0.09359, 3.1608, 0.3776, 3.8073, 6.2018, 0.14)),
    Material("polystyrene", (_H, _C), (0.077418, 0.922582), 1.060, 43.79, 68.7,
             DensityEffect(0.16454, 3.2224, 0.1647, 2.5031, 3.2999, 0.00)),
)  # fmt: skip

#: Every known material by name (read-only).
MATERIALS: Final[Mapping[str, Material]] = MappingProxyType({m.name: m for m in _ALL})


def material(name: str) -> Material:
    """Return a material by name.

    Raises:
        UnknownName: the name is not in ``MATERIALS``.

    >>> material("W").elements[0].Z
    74
    """
    return chosen("material", name, MATERIALS)
