"""Units at the end of keys: ``energy_GeV`` is in GeV; keys with another unit are recognised."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

#: Units by what they measure, each with its size relative to the others (read-only).
SIZES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "energy": {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3},
        "length": {"nm": 1e-7, "um": 1e-4, "mm": 0.1, "cm": 1.0, "m": 100.0, "km": 1e5},
        "angle": {"urad": 1e-3, "mrad": 1.0, "deg": 1e3 * math.pi / 180, "rad": 1e3},
        "density": {"g_cm3": 1.0, "kg_m3": 1e-3},
        "column density": {"g_cm2": 1.0, "kg_m2": 0.1},
        "radiation lengths": {"X0": 1.0},
        "per area": {"per_cm2": 1.0, "per_m2": 1e-4},
    }
)
_DIMENSION: Final = {unit: what for what, units in SIZES.items() for unit in units}
_SPELLING: Final = {"g_cm3": "g/cm3", "g_cm2": "g/cm2", "kg_m3": "kg/m3", "kg_m2": "kg/m2", "per_cm2": "1/cm2",
                    "per_m2": "1/m2"}  # fmt: skip


def split(key: str) -> tuple[str, str]:
    """Quantity and unit of a key; the unit is empty where the key ends in none.

    >>> split("density_g_cm3"), split("energy_GeV"), split("exposure")
    (('density', 'g_cm3'), ('energy', 'GeV'), ('exposure', ''))
    """
    found = [unit for unit in _DIMENSION if key.endswith(f"_{unit}")]
    unit = max(found, key=len, default="")
    return key.removesuffix(f"_{unit}") if unit else key, unit


def unit_of(key: str) -> str:
    """The unit of a key as it is written in text.

    >>> unit_of("density_g_cm3"), unit_of("calorimeter_energy_below_GeV")
    ('g/cm3', 'GeV')
    """
    unit = split(key)[1]
    return _SPELLING.get(unit, unit)


def in_another_unit(key: str, value: Any, valid: Iterable[str]) -> str:
    """Advice for a key that differs from a valid one in its unit alone; empty where there is none.

    >>> in_another_unit("energy_MeV", 4000, ["particle", "energy_GeV"])
    'The unit is GeV: energy_GeV = 4.'
    >>> in_another_unit("energy", 4, ["energy_GeV"])
    'The key carries its unit: energy_GeV.'
    """
    quantity, unit = split(key)
    for other in valid:
        same, wanted = split(other)
        if not wanted or same.lower() != quantity.lower() or other == key:
            continue
        if not unit:
            return f"The key carries its unit: {other}."
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and _DIMENSION[unit] == _DIMENSION[wanted]:
            sizes = SIZES[_DIMENSION[unit]]
            return f"The unit is {unit_of(other)}: {other} = {value * sizes[unit] / sizes[wanted]:.6g}."
        return f"The unit is {unit_of(other)}: use {other}."
    return ""
