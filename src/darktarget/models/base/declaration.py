"""What a model file declares, checked and in one frozen record; nothing is calculated here.

``tables`` describes and checks the keys of the file one by one; here is what depends on the spin or on other keys.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from darktarget.errors import DeclarationError
from darktarget.models.base.axis_labels import mass_label
from darktarget.models.base.couplings import Couplings, electric, of_particles
from darktarget.models.base.dark_sector import DarkSector, dark_sector
from darktarget.models.base.forms import CHARGED, UNITS
from darktarget.models.base.tables import ALL, ModelTable
from darktarget.schemas.messages import validate

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}")


@dataclass(frozen=True)
class LoopMixing:
    """Kinetic mixing by loops of the charged leptons.

    Attributes:
        scale_GeV: at which it vanishes; None where it is finite. everywhere: whether particles with a coupling at tree
            level get it as well.
    """

    scale_GeV: float | None
    everywhere: bool


@dataclass(frozen=True)
class Declaration:
    """A model as declared.

    Attributes:
        name: of the model, that of the file. title, description, references: as in the file.
        symbol, spin: of the mediator. unit: of the couplings, a key of ``forms.UNITS``.
        text: what ``coupling`` is. labels: of mass and coupling on axes.
        couplings: (particle, form) -> number, kinetic mixing not included. kinetic_mixing: at tree level.
        photons: coupling to photons, or None. loop: kinetic mixing by loops, or None. dark: the dark particles.
    """

    name: str
    title: str
    description: str
    references: tuple[str, ...]
    symbol: str
    spin: int
    unit: str
    text: str
    labels: tuple[str, str]
    couplings: Couplings
    kinetic_mixing: float
    photons: float | None
    loop: LoopMixing | None
    dark: DarkSector


def declared(name: str, table: Mapping[str, Any], source: str) -> Declaration:
    """The model that the tables of a file declare.

    Args:
        name: of the model. table: as parsed. source: name of the file, for messages.

    Raises:
        DeclarationError: an unknown, missing or malformed key, or couplings that do not exist.
        UnknownName: a dark state or kind that does not exist.
    """
    check_name(name, source)
    top = validate(
        ModelTable, table, f"{source}: ", "A file that changes another model names it in extends."
    ).model_dump()
    mediator, coupling = top["mediator"], top["coupling"]
    spin, symbol, mixing = mediator["spin"], mediator["symbol"], coupling["kinetic_mixing"]
    if mixing and spin != 1:
        allowed = f"left out for spin {spin}: only a vector mixes with the photon"
        raise DeclarationError(f"{source}: coupling.kinetic_mixing", mixing, allowed)
    couplings = (
        *of_particles(top["leptons"], spin, f"{source}: leptons"),
        *of_particles(top["quarks"], spin, f"{source}: quarks"),
    )
    photons = _photons(top["photons"], spin, couplings, source)
    if not (mixing or photons or any(value for _, _, value in couplings)):
        advice = "Give couplings in [leptons], [quarks] or [photons], or kinetic_mixing in [coupling]."
        raise DeclarationError(f"{source}: leptons", None, "at least one coupling that is not 0", advice)
    return Declaration(
        name,
        top["title"],
        top["description"],
        tuple(top["references"]),
        symbol,
        spin,
        _unit(coupling["unit"], spin, source),
        coupling["text"],
        (mediator["mass_label"] or mass_label(symbol), coupling["label"]),
        couplings,
        mixing,
        photons,
        _loop(top["loop_mixing"], spin, couplings, source),
        dark_sector(top["dark"], spin, symbol, source),
    )


def check_name(name: str, source: str) -> None:
    """Check the name of a model, which is part of file names.

    Raises:
        DeclarationError: it has other characters.
    """
    if not _NAME.fullmatch(name):
        allowed = "up to 64 letters, digits and ._+-, with a letter or digit in front"
        raise DeclarationError(f"{source}: name of the file", name, allowed)


def _unit(given: str | None, spin: int, source: str) -> str:
    units = UNITS[spin]
    if given is not None and given not in units:
        raise DeclarationError(f"{source}: coupling.unit", given, f"one of {', '.join(units)} for spin {spin}")
    return given or units[0]


def _photons(table: Any, spin: int, couplings: Couplings, source: str) -> float | None:
    """Coupling to photons; a tensor couples to conserved energy and momentum, or to that of leptons alone."""
    if table is None:
        return None
    value: float = table["coupling"]
    if spin == 1:
        allowed = "left out for spin 1: a vector does not decay to two photons"
        raise DeclarationError(f"{source}: photons.coupling", value, allowed)
    to_leptons = {c for name, _, c in couplings if name in CHARGED}
    if spin == 2 and value and to_leptons != {value}:
        allowed = f"0, or the coupling of all charged leptons ({', '.join(f'{c:g}' for c in sorted(to_leptons))})"
        raise DeclarationError(f"{source}: photons.coupling", value, allowed, "Energy and momentum are conserved.")
    return value


def _loop(table: Any, spin: int, couplings: Couplings, source: str) -> LoopMixing | None:
    if table is None:
        return None
    where = f"{source}: loop_mixing"
    charges = [value for name, form, value in couplings if name in CHARGED and form == "vector"]
    if spin != 1 or not any(charges):
        allowed = "left out where no charged lepton has a vector coupling"
        raise DeclarationError(f"{where}.leptons", True, allowed)
    finite = abs(sum(charges)) <= 1e-9 * max(map(abs, charges))
    scale = table["scale_GeV"]
    if not finite and scale is None:
        allowed = f"left out: the vector couplings of the charged leptons sum to {sum(charges):g}, not 0"
        advice = "The mixing is not finite; scale_GeV is the scale at which it vanishes."
        raise DeclarationError(f"{where}.leptons", True, allowed, advice)
    return LoopMixing(scale, table["adds_to"] == ALL)


def tree(declared: Declaration, particle: str, form: str) -> float:
    """Coupling of a particle at tree level in the unit of the file, kinetic mixing included."""
    own = sum(value for name, kind, value in declared.couplings if (name, kind) == (particle, form))
    return own + (declared.kinetic_mixing * electric(particle) if form == "vector" else 0.0)
