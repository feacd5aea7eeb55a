"""Materials of targets and detectors: one TOML file each, with the numbers not calculated from composition.

Densities, and where given radiation lengths and mean excitation energies, are those of the PDG tables of atomic and
nuclear properties (pdg.lbl.gov, 2024) or of NIST's STAR tables of materials; given density-effect parameters are those
of R. M. Sternheimer, M. J. Berger and S. M. Seltzer, At. Data Nucl. Data Tables 30 (1984) 261. Gases are at 20 C and
1 atm.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from darktarget.core.material import DensityEffect as DensityEffect
from darktarget.core.material import Element as Element
from darktarget.core.material import Material as Material
from darktarget.core.material import Medium as Medium
from darktarget.matter.declared import from_file
from darktarget.registry import Registry, instance_of

SUFFIX: Final = ".toml"


def _load(_: str, path: Path) -> Material:
    return from_file(path)


#: The materials by name.
MATERIALS: Final[Registry[Material]] = Registry(
    "material", __name__, SUFFIX, _load, shown=("summary",), check=instance_of(Material)
)


def material(medium: Medium | Path) -> Material:
    """Return a material by name, or from a TOML file (a path that ends in .toml); a material is returned as it is.

    Raises:
        UnknownName: no such material; the message lists the valid names.
        DeclarationError: the file cannot be read or does not fit.

    >>> material("W").elements[0].Z
    74
    """
    if isinstance(medium, Material):
        return medium
    if isinstance(medium, Path) or (isinstance(medium, str) and medium.endswith(SUFFIX)):
        return from_file(Path(medium))
    return MATERIALS[medium]


def is_shipped(medium: Medium | Path) -> bool:
    """Whether this names a material that is shipped, so that its name is enough to find its numbers again."""
    return isinstance(medium, str) and medium in MATERIALS.names(plugins=False)


def recorded(medium: Medium) -> Any:
    """What the recipe of a stored table says of a material: its name if it is shipped, otherwise all its numbers.

    >>> recorded("Pb")
    'Pb'
    >>> sorted(recorded(material("Pb")))
    ['density', 'density_effect', 'elements', 'mass_fractions', 'mean_excitation', 'radiation_length']
    """
    if is_shipped(medium):
        return medium
    numbers = asdict(material(medium))
    return {key: _rounded(value) for key, value in numbers.items() if key not in ("name", "note")}


def _rounded(value: Any) -> Any:
    """Numbers with 12 digits: two ways to write one composition differ in the last."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, tuple) else value
