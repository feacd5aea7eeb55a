"""Materials: the nuclei, their mass fractions and what the passage of particles needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from darktarget.units import AVOGADRO


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


@dataclass(frozen=True)
class Material:
    """A homogeneous material; two are equal if their names and all their numbers are.

    Attributes:
        name: its registry name, or the name that a user chose.
        elements: its nuclei.
        mass_fractions: their mass fractions, summing to 1.
        density: g/cm^3.
        radiation_length: X0 in g/cm^2.
        mean_excitation: I in eV.
        density_effect: Sternheimer's parameters.
        note: how its numbers were obtained, in words.
    """

    name: str
    elements: tuple[Element, ...]
    mass_fractions: tuple[float, ...]
    density: float
    radiation_length: float
    mean_excitation: float
    density_effect: DensityEffect
    note: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        return self.name

    @property
    def radiation_length_cm(self) -> float:
        """X0 in cm.

        >>> from darktarget.matter.materials import material
        >>> round(material("Pb").radiation_length_cm, 4)
        0.5612
        """
        return self.radiation_length / self.density

    @property
    def nuclei_per_cm2_per_X0(self) -> tuple[float, ...]:
        r"""Nuclei of each element per cm^2 in one radiation length, :math:`w_i N_A X_0/A_i`.

        >>> from darktarget.matter.materials import material
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

    @property
    def Z_over_A(self) -> float:
        r"""Electrons per nucleon, :math:`\sum_i w_i Z_i/A_i` (mol/g)."""
        return sum(w * e.Z / e.A for e, w in zip(self.elements, self.mass_fractions, strict=True))

    @property
    def summary(self) -> str:
        """Density and radiation length in one line."""
        return f"{self.density:.4g} g/cm3; X0 {self.radiation_length:.4g} g/cm2, {self.radiation_length_cm:.4g} cm"


#: The name of a registered material, or a material of the user's own.
Medium = str | Material
