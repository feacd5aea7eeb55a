"""What a model file declares, checked and in one frozen record; nothing is calculated here.

The tables and keys of the file are lists of ``Key``: the reference in the documentation is generated from them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from darktarget.errors import DeclarationError
from darktarget.models.base import keys
from darktarget.models.base.axis_labels import mass_label
from darktarget.models.base.couplings import Couplings, electric, number, of_particles
from darktarget.models.base.dark_sector import CURRENT_KEYS, DARK_KEYS, STATE_KEYS, DarkSector, dark_sector
from darktarget.models.base.forms import CHARGED, NEUTRINOS, QUARKS, UNITS
from darktarget.models.base.keys import Key

SPINS: Final = (0, 1, 2)
ALL, UNCOUPLED = "all", "uncoupled"
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}")

TOP_KEYS: Final = (
    Key("title", "what the model is, in one line", keys.is_text, "a text", required=True),
    Key("references", "arXiv numbers", keys.are_texts, 'a list of texts, such as ["2104.03297"]', default=[]),
    Key("description", "the Lagrangian in words or LaTeX", keys.is_text, "a text", default=""),
    Key("mediator", "[mediator]", keys.is_table, "a table", required=True),
    Key("coupling", "[coupling]", keys.is_table, "a table", default={}),
    Key("leptons", "[leptons]: charged leptons and neutrinos", keys.is_table, "a table", default={}),
    Key("quarks", "[quarks]", keys.is_table, "a table", default={}),
    Key("photons", "[photons]: two photons (spin 0), their energy and momentum (spin 2)", keys.is_table, "a table"),
    Key("loop_mixing", "[loop_mixing]: kinetic mixing by loops of the charged leptons", keys.is_table, "a table"),
    Key("dark", "[dark]: dark particles", keys.is_table, "a table"),
)
MEDIATOR_KEYS: Final = (
    Key("symbol", "its symbol in results and labels", keys.is_text, 'a text, such as "X"', required=True),
    Key(
        "spin",
        "its spin",
        lambda value: keys.is_number(value) and isinstance(value, int) and value in SPINS,
        "0, 1 or 2",
        required=True,
    ),
    Key("mass_label", "label of the mass on axes", keys.is_text, "a text"),
)
COUPLING_KEYS: Final = (
    Key(
        "unit",
        "what a coupling of 1 in this file means: `coupling` itself (1), e times `coupling` (e), or `coupling` in "
        "1/GeV (spin 2); by default e, for spin 2 1/GeV",
        keys.is_text,
        "one of " + ", ".join(dict.fromkeys(unit for units in UNITS.values() for unit in units)),
    ),
    Key("text", "what `coupling` is, in the list of parameters", keys.is_text, "a text", default="coupling"),
    Key("label", "label of `coupling` on axes", keys.is_text, "a text", default="coupling"),
    Key(
        "kinetic_mixing",
        "added times the electric charge to the vector coupling of every charged lepton and quark: 1 with unit e is a "
        "dark photon",
        keys.is_number,
        "a finite number",
        default=0.0,
    ),
)
PHOTON_KEYS: Final = (
    Key(
        "coupling",
        "spin 0: g_gamma over `coupling` in 1/GeV, for -(g_gamma/4) X F F (scalar) or F Ftilde; default of the "
        "parameter `photon_coupling`. Spin 2: c_g, the coupling of the photon's energy and momentum: 0, or that of "
        "the charged leptons",
        lambda value: keys.is_number(value) and value >= 0,
        "a finite number, at least 0",
        required=True,
    ),
)
LOOP_KEYS: Final = (
    Key("leptons", "whether loops of the charged leptons mix it with the photon", lambda v: v is True, "true",
        required=True),
    Key("scale_GeV", "scale at which the mixing vanishes; only where the vector couplings of the charged leptons do "
        "not sum to 0", keys.is_positive, "a finite number above 0"),
    Key("adds_to", "what the mixing adds to: all charged leptons and quarks, or the uncoupled ones alone",
        lambda value: value in (ALL, UNCOUPLED), f"{ALL} or {UNCOUPLED}", default=ALL),
)  # fmt: skip

#: Table of a model file -> its keys, for the reference of the documentation (read-only).
TABLES: Final[Mapping[str, tuple[Key, ...]]] = MappingProxyType(
    {
        "": TOP_KEYS,
        "[mediator]": MEDIATOR_KEYS,
        "[coupling]": COUPLING_KEYS,
        "[leptons]": tuple(number(name) for name in (*CHARGED, *NEUTRINOS)),
        "[quarks]": tuple(number(name) for name in QUARKS),
        "[photons]": PHOTON_KEYS,
        "[loop_mixing]": LOOP_KEYS,
        "[dark]": DARK_KEYS,
        "[dark.states.NAME]": STATE_KEYS,
        "[[dark.currents]]": CURRENT_KEYS,
    }
)


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
        UnknownName: a particle or a dark state that does not exist.
    """
    check_name(name, source)
    top = keys.read(table, TOP_KEYS, source)
    mediator = keys.read(top["mediator"], MEDIATOR_KEYS, f"{source}: mediator")
    spin, symbol = mediator["spin"], mediator["symbol"]
    coupling = keys.read(top["coupling"], COUPLING_KEYS, f"{source}: coupling")
    mixing = float(coupling["kinetic_mixing"])
    if mixing and spin != 1:
        allowed = f"left out for spin {spin}: only a vector mixes with the photon"
        raise DeclarationError(f"{source}: coupling.kinetic_mixing", mixing, allowed)
    couplings = (
        *of_particles(top["leptons"], (*CHARGED, *NEUTRINOS), spin, f"{source}: leptons"),
        *of_particles(top["quarks"], tuple(QUARKS), spin, f"{source}: quarks"),
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
    value = float(keys.read(table, PHOTON_KEYS, f"{source}: photons")["coupling"])
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
    given = keys.read(table, LOOP_KEYS, where)
    charges = [value for name, form, value in couplings if name in CHARGED and form == "vector"]
    if spin != 1 or not any(charges):
        allowed = "left out where no charged lepton has a vector coupling"
        raise DeclarationError(f"{where}.leptons", True, allowed)
    finite = abs(sum(charges)) <= 1e-9 * max(map(abs, charges))
    scale = given["scale_GeV"]
    if not finite and scale is None:
        allowed = f"left out: the vector couplings of the charged leptons sum to {sum(charges):g}, not 0"
        advice = "The mixing is not finite; scale_GeV is the scale at which it vanishes."
        raise DeclarationError(f"{where}.leptons", True, allowed, advice)
    return LoopMixing(None if scale is None else float(scale), given["adds_to"] == ALL)


def tree(declared: Declaration, particle: str, form: str) -> float:
    """Coupling of a particle at tree level in the unit of the file, kinetic mixing included."""
    own = sum(value for name, kind, value in declared.couplings if (name, kind) == (particle, form))
    return own + (declared.kinetic_mixing * electric(particle) if form == "vector" else 0.0)
