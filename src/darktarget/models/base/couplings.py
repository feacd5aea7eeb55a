"""Couplings of a declared mediator to leptons and quarks: one number, or one per form or chirality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darktarget.decays.r_ratio import ELECTROMAGNETIC
from darktarget.errors import DeclarationError, UnknownName, suggestion
from darktarget.models.base import keys
from darktarget.models.base.forms import CHARGED, CHIRAL, FORMS, NEUTRINOS, QUARKS
from darktarget.models.base.keys import Key

#: (particle, form, number) of each coupling that is declared.
Couplings = tuple[tuple[str, str, float], ...]

#: Words of the key reference.
EXAMPLES: Final = "a number (vector, scalar or tensor), or a table such as { vector = 1, axial = -1 }, { left = 1 }"


def electric(particle: str) -> float:
    """Electric charge of a lepton or quark in units of e.

    >>> electric("electron"), electric("nu_e"), round(electric("up"), 3)
    (-1.0, 0.0, 0.667)
    """
    if particle in QUARKS:
        return ELECTROMAGNETIC[QUARKS[particle]]
    return -1.0 if particle in CHARGED else 0.0


def number(particle: str) -> Key:
    """The key of a particle, for the reference."""
    left = particle in NEUTRINOS
    text = "coupling of the left-handed neutrino (spin 1)" if left else f"coupling of the {particle} quark"
    text = text if left or particle in QUARKS else f"coupling of the {particle}"
    return Key(particle, text, keys.is_number, "a number" if left else EXAMPLES, default=0.0)


def of_particles(table: Mapping[str, Any], particles: Sequence[str], spin: int, where: str) -> Couplings:
    """The couplings of a table of particles.

    Args:
        table: particle -> number, or table of forms. particles: that it may have. spin: of the mediator.
        where: file and table, for messages.

    Raises:
        UnknownName: no such particle. DeclarationError: a coupling that is not a number or does not exist.

    >>> of_particles({"electron": {"right": 1.0}}, ("electron",), 1, "my.toml: leptons")
    (('electron', 'vector', 0.5), ('electron', 'axial', 0.5))
    """
    found: list[tuple[str, str, float]] = []
    for particle, value in table.items():
        if particle not in particles:
            raise UnknownName(where, particle, particles)
        place = f"{where}.{particle}"
        check = _neutrino if particle in NEUTRINOS else _charged
        found += [(particle, form, size) for form, size in check(value, particle, spin, place).items()]
    return tuple(found)


def _neutrino(value: Any, particle: str, spin: int, where: str) -> dict[str, float]:
    """That of a left-handed neutrino."""
    if spin != 1:
        allowed = f"left out for spin {spin}: left-handed neutrinos couple to a vector alone"
        raise DeclarationError(where, value, allowed)
    if not keys.is_number(value):
        raise DeclarationError(where, value, "a finite number", "It is the coupling of the left-handed neutrino.")
    return {"left": float(value)}


def _charged(value: Any, particle: str, spin: int, where: str) -> dict[str, float]:
    """Form -> number of a charged lepton or quark."""
    if particle in QUARKS and spin == 2:
        raise DeclarationError(where, value, "left out for spin 2: quarks are not supported")
    forms = FORMS[spin]
    if not isinstance(value, Mapping):
        return {forms[0]: _number(value, where, f"or a table with {', '.join(forms)}")}
    chiral = {name: share for name, share in CHIRAL.items() if spin == 1}
    given = {
        name: _number(size, f"{where}.{name}") for name, size in value.items() if _known(name, forms, chiral, where)
    }
    if set(given) & set(chiral) and set(given) & set(forms):
        raise DeclarationError(where, dict(value), "either left and right, or vector and axial")
    if set(given) <= set(chiral):
        left, right = given.get("left", 0.0), given.get("right", 0.0)
        parts = [left * chiral["left"][k] + right * chiral["right"][k] for k in range(2)] if given else []
        return {form: size for form, size in zip(forms, parts, strict=False) if size}
    return given


def _known(name: str, forms: Sequence[str], chiral: Mapping[str, Any], where: str) -> bool:
    valid = (*forms, *chiral)
    if name not in valid:
        allowed = f"one of {', '.join(valid)} for this spin"
        raise DeclarationError(f"{where}: form of the coupling", name, allowed, suggestion(name, valid))
    return True


def _number(value: Any, where: str, alternative: str = "") -> float:
    if not keys.is_number(value):
        raise DeclarationError(where, value, f"a finite number {alternative}".rstrip())
    return float(value)
