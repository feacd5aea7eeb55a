"""Materials from TOML tables: composition and density are required, everything else can be calculated from them.

An example with all keys; ``MaterialTable`` describes them::

    title = "lead tungstate"           # optional
    formula = "PbWO4"                  # or by mass: elements = { Pb = 0.455, W = 0.404, O = 0.141 }
    density_g_cm3 = 8.3
    state = "solid"                    # default; or liquid, gas
    radiation_length_g_cm2 = 7.39      # default: Tsai's formula, additive in mass fractions (``radiation_length``)
    mean_excitation_energy_eV = 600.7  # default: Bragg's additivity with ICRU's constituent energies (``ionisation``)
    density_effect = { a = 0.13, k = 3.0, x0 = 0.40, x1 = 3.0, cbar = 5.84, delta0 = 0.0 }  # default: Sternheimer
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypedDict, get_args

from annotated_types import Gt, Le

from darktarget.core.material import DensityEffect, Element, Material
from darktarget.errors import DeclarationError, MissingKey, UnknownKey, UnknownName, suggestion
from darktarget.matter import radiation_length
from darktarget.matter.elements import atomic_data
from darktarget.matter.formula import mass_fractions, parse
from darktarget.matter.ionisation import mean_excitation, plasma_energy, sternheimer
from darktarget.schemas.units import in_another_unit
from darktarget.schemas.words import Meaning

SUM_TOLERANCE: Final = 1e-3  # of the mass fractions, which are then normalised
FAR: Final = 2.0  # ratio of a given to the calculated radiation length beyond which the note remarks on it
DENSEST: Final = 30.0  # g/cm^3: osmium has 22.6
State = Literal["solid", "liquid", "gas"]
Positive = Annotated[float, Gt(0)]


class _Required(TypedDict):
    density_g_cm3: Annotated[float, Gt(0), Le(DENSEST), Meaning("density")]


class MaterialTable(_Required, total=False):
    """A material: its composition (exactly one of formula, elements) and density; the rest can be calculated."""

    formula: Annotated[str, Meaning("chemical formula, such as PbWO4; or elements")]
    elements: Annotated[dict[str, float], Meaning("mass fraction by element; they sum to 1")]
    state: Annotated[State, Meaning("state of matter; solid by default")]
    radiation_length_g_cm2: Annotated[
        Positive, Meaning("radiation length; by default Tsai's formula, additive in mass fractions")
    ]
    mean_excitation_energy_eV: Annotated[
        Positive, Meaning("mean excitation energy; by default Bragg's additivity with ICRU 37 energies")
    ]
    density_effect: Annotated[
        dict[str, float], Meaning("parameters a, k, x0, x1, cbar, delta0; by default Sternheimer's rule")
    ]
    title: Annotated[str, Meaning("the material in words; informational")]


KEYS: Final = tuple(MaterialTable.__annotations__)
STATES: Final = get_args(State)
_NAME: Final = re.compile(r"[A-Za-z0-9][\w .+-]{0,63}")


def declared(name: str, table: Mapping[str, Any], where: str = "") -> Material:
    """The material that a table declares.

    Args:
        name: of the material. table: keys as in the module's example. where: put before the keys in messages.

    Raises:
        DeclarationError: an unknown, missing or malformed key, or fractions that do not sum to 1.
        UnknownName: an element that does not exist.

    >>> own = declared("mine", {"formula": "PbWO4", "density_g_cm3": 8.3})
    >>> own.summary
    '8.3 g/cm3; X0 7.389 g/cm2, 0.8903 cm'
    """
    _check_keys(name, table, where)
    fractions = _fractions(table, where)
    elements, shares = tuple(atomic_data()[s].element for s in fractions), tuple(fractions.values())
    density = _positive(table, "density_g_cm3", where, DENSEST)
    assert density is not None
    state = table.get("state", "solid")
    if state not in STATES:
        raise DeclarationError(f"{where}state", state, "one of " + ", ".join(STATES))
    gas = state == "gas"
    length = _positive(table, "radiation_length_g_cm2", where)
    excitation = _positive(table, "mean_excitation_energy_eV", where)
    calculated = radiation_length.of_mixture(elements, shares)
    own_length = length or calculated
    own_excitation = excitation or mean_excitation(elements, shares, gas)
    given = _density_effect(table, where)
    effect = given or sternheimer(own_excitation, plasma_energy(density, elements, shares), gas)
    note = _note(name, elements, shares, density, own_length, own_excitation, table) + _doubt(own_length, calculated)
    return Material(name, elements, shares, density, own_length, own_excitation, effect, note)


def from_file(path: Path) -> Material:
    """The material of a TOML file, named after the file.

    Raises:
        DeclarationError: it is missing, broken or does not fit.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(str(path), str(error), "valid TOML (UTF-8)") from error
    except OSError as error:
        raise DeclarationError("material", str(path), "a readable TOML file", str(error)) from error
    return declared(path.stem, table, f"{path.name}: ")


def _check_keys(name: str, table: Mapping[str, Any], where: str) -> None:
    if not _NAME.fullmatch(name):
        allowed = "up to 64 letters, digits, blanks and ._+-, with a letter or digit in front"
        raise DeclarationError(f"{where}name", name, allowed)
    for key, value in table.items():
        if key not in KEYS:
            raise UnknownKey(f"{where}{key}", value, KEYS, in_another_unit(key, value, KEYS) or suggestion(key, KEYS))
    if "formula" not in table and "elements" not in table:
        raise MissingKey(f"{where}formula", "a formula or a table of elements", "composition of the material")
    if "formula" in table and "elements" in table:
        allowed = f"left out, as formula = {table['formula']!r} is given, too"
        raise DeclarationError(f"{where}elements", table["elements"], allowed)
    if "density_g_cm3" not in table:
        raise MissingKey(f"{where}density_g_cm3", f"a number above 0, at most {DENSEST:g},", "density of the material")
    if not isinstance(table.get("title", ""), str):
        raise DeclarationError(f"{where}title", table["title"], "text")


def _fractions(table: Mapping[str, Any], where: str) -> dict[str, float]:
    """Mass fractions by element, summing to 1."""
    if "formula" in table:
        return mass_fractions(parse(table["formula"], f"{where}formula"))
    given = table["elements"]
    if not isinstance(given, Mapping) or not given:
        raise DeclarationError(f"{where}elements", given, "mass fractions by element, such as { H = 0.112, O = 0.888 }")
    for symbol in given:
        if symbol not in atomic_data():
            raise UnknownName(f"{where}elements", symbol, atomic_data())
        _positive(given, symbol, f"{where}elements.", 1 + SUM_TOLERANCE)
    total = math.fsum(given.values())
    if abs(total - 1) > SUM_TOLERANCE:
        allowed = f"mass fractions that sum to 1 within {SUM_TOLERANCE:g}; these sum to {total:.6g}"
        raise DeclarationError(f"{where}elements", dict(given), allowed)
    return {symbol: share / total for symbol, share in given.items()}


def _positive(table: Mapping[str, Any], key: str, where: str, largest: float = math.inf) -> float | None:
    """A number above 0 that a table has, or None."""
    if key not in table:
        return None
    value = table[key]
    if not _is_number(value) or not 0 < value <= largest:
        bound = f", at most {largest:g}" if largest < math.inf else ""
        raise DeclarationError(f"{where}{key}", value, f"a finite number above 0{bound}")
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _density_effect(table: Mapping[str, Any], where: str) -> DensityEffect | None:
    if "density_effect" not in table:
        return None
    given, names = table["density_effect"], tuple(f.name for f in fields(DensityEffect))
    if not isinstance(given, Mapping) or set(given) != set(names) or not all(map(_is_number, given.values())):
        raise DeclarationError(f"{where}density_effect", given, "finite numbers " + ", ".join(names))
    if not given["x0"] < given["x1"]:
        raise DeclarationError(f"{where}density_effect.x1", given["x1"], f"above x0 = {given['x0']:g}")
    return DensityEffect(**{n: float(given[n]) for n in names})


def _doubt(length: float, calculated: float) -> str:
    """A remark on a radiation length that is far from the calculated one, such as one in cm."""
    if 1 / FAR <= length / calculated <= FAR:
        return ""
    return f"; the given radiation length is {length / calculated:.3g} times the calculated {calculated:.4g} g/cm2"


def _note(
    name: str,
    elements: tuple[Element, ...],
    shares: tuple[float, ...],
    density: float,
    length: float,
    excitation: float,
    table: Mapping[str, Any],
) -> str:
    """What the material is and which of its numbers are calculated."""
    parts = ", ".join(f"{e.symbol} {w:.4g}" for e, w in zip(elements, shares, strict=True))
    content = table.get("formula") or f"by mass {parts}"
    origin = {True: "given", False: "calculated"}
    rule = "the element's own" if len(elements) == 1 else "Bragg additivity with ICRU 37 constituent energies"
    how = "given" if "mean_excitation_energy_eV" in table else rule
    return (
        f"material {name}: {content}, {density:g} g/cm3; radiation length {length:.4g} g/cm2 "
        f"({origin['radiation_length_g_cm2' in table]}), I = {excitation:.4g} eV ({how}), density effect "
        f"{origin['density_effect' in table]}"
    )
