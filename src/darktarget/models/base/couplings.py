"""Couplings of a declared mediator to leptons and quarks: one number, or one per form or chirality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darktarget.decays.r_ratio import ELECTROMAGNETIC
from darktarget.errors import DeclarationError
from darktarget.models.base.forms import CHARGED, CHIRAL, FORMS, NEUTRINOS, QUARKS

#: (particle, form, number) of each coupling that is declared.
Couplings = tuple[tuple[str, str, float], ...]


def electric(particle: str) -> float:
    """Electric charge of a lepton or quark in units of e.

    >>> electric("electron"), electric("nu_e"), round(electric("up"), 3)
    (-1.0, 0.0, 0.667)
    """
    if particle in QUARKS:
        return ELECTROMAGNETIC[QUARKS[particle]]
    return -1.0 if particle in CHARGED else 0.0


def of_particles(table: Mapping[str, Any], spin: int, where: str) -> Couplings:
    """The couplings of a table of particles.

    Args:
        table: particle -> number, or table of forms, as ``tables`` checks them; None where a key is not given.
        spin: of the mediator. where: file and table, for messages.

    Raises:
        DeclarationError: a coupling that does not exist for this spin.

    >>> of_particles({"electron": {"right": 1.0}}, 1, "my.toml: leptons")
    (('electron', 'vector', 0.5), ('electron', 'axial', 0.5))
    """
    return tuple(
        (particle, form, size)
        for particle, value in table.items()
        if value is not None
        for form, size in _forms(value, particle, spin, f"{where}.{particle}").items()
    )


def _forms(value: Any, particle: str, spin: int, where: str) -> dict[str, float]:
    """Form -> number of a particle."""
    if particle in NEUTRINOS and spin != 1:
        allowed = f"left out for spin {spin}: left-handed neutrinos couple to a vector alone"
        raise DeclarationError(where, value, allowed)
    if particle in QUARKS and spin == 2:
        raise DeclarationError(where, value, "left out for spin 2: quarks are not supported")
    if particle in NEUTRINOS:
        return {"left": value}
    if not isinstance(value, Mapping):
        return {FORMS[spin][0]: value}
    return _of_table({form: size for form, size in value.items() if size is not None}, spin, where)


def _of_table(given: dict[str, float], spin: int, where: str) -> dict[str, float]:
    """Form -> number of a charged lepton or quark, from forms or chiralities."""
    forms = FORMS[spin]
    valid = forms_of(spin)
    for name, size in given.items():
        if name not in valid:
            raise DeclarationError(
                f"{where}.{name}", size, f"left out: the forms for spin {spin} are {', '.join(valid)}"
            )
    if set(given) & set(CHIRAL) and set(given) & set(forms):
        raise DeclarationError(where, given, "either left and right, or vector and axial")
    if not set(given) <= set(CHIRAL):
        return given
    parts = [sum(size * CHIRAL[name][k] for name, size in given.items()) for k in range(2)] if given else []
    return {form: size for form, size in zip(forms, parts, strict=False) if size}


def forms_of(spin: int) -> tuple[str, ...]:
    """The keys of a coupling in a table, for a mediator of some spin.

    >>> forms_of(0), forms_of(1)
    (('scalar', 'pseudoscalar'), ('vector', 'axial', 'left', 'right'))
    """
    return (*FORMS[spin], *(CHIRAL if spin == 1 else ()))
