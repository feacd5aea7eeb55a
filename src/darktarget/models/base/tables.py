"""The tables of a model's TOML file: every key with its type, range, default and meaning.

What depends on the spin of the mediator is checked afterwards, in ``declaration``, ``couplings`` and ``dark_sector``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import GenericAlias
from typing import Annotated, Any, Final, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag, create_model

from darktarget.models.base.forms import (
    ALL_FORMS,
    CHARGED,
    CHIRAL,
    DARK_KINDS,
    FORMS,
    NEUTRINOS,
    NO_DARK,
    QUARKS,
    UNITS,
)
from darktarget.models.base.parameters import ALPHA_D, MASS_RATIO, Parameter
from darktarget.schemas.keys import STRICT
from darktarget.schemas.words import Advice


def _default(parameter: Parameter) -> float:
    assert isinstance(parameter.default, float)
    return parameter.default


def _one_of(names: Iterable[Any]) -> Any:
    """A Literal of values that a table holds; true is not 1."""
    values = tuple(dict.fromkeys(names))

    def same_type(value: Any) -> Any:
        if type(value) not in set(map(type, values)):
            raise ValueError(f"a value of type {type(value).__name__}")
        return value

    return Annotated[Literal.__getitem__(values), BeforeValidator(same_type)]


def _many(kind: type, *entries: Any) -> Any:
    """The type of a list or table of entries that are a type of their own."""
    return GenericAlias(kind, entries)


def _form_of(value: Any) -> str:
    """Tag of a value, as given or as checked, that can have two forms."""
    return "table" if isinstance(value, Mapping | BaseModel) else "list" if isinstance(value, list) else "one"


def _either(one: Any, tag: str, other: Any) -> Any:
    """One value, or instead a table or a list."""
    return Annotated[Annotated[one, Tag("one")] | Annotated[other, Tag(tag)], Discriminator(_form_of)]


def _needed(hint: Any, meaning: str) -> tuple[Any, Any]:
    """A required key."""
    return hint, Field(..., description=meaning)


def _optional(hint: Any, meaning: str, default: Any = None) -> tuple[Any, Any]:
    """An optional key; a table that is left out has the defaults of its keys."""
    return hint, Field(default, validate_default=default == {}, description=meaning)


def _table(name: str, about: str, /, **keys: tuple[Any, Any]) -> Any:
    """A table from (type, field) of each key."""
    wanted: dict[str, Any] = keys
    return create_model(name, __config__=STRICT, __doc__=about, **wanted)


#: Defaults of alpha_D and of the mass ratio, those of all models.
STRENGTH: Final = _default(ALPHA_D)
RATIO: Final = _default(MASS_RATIO)
#: Keys that give the mass of a dark state; the last one not for the first state.
MASS_KEYS: Final = ("mass_ratio", "mass_GeV", "splitting")
ALL, UNCOUPLED = "all", "uncoupled"

Text = Annotated[str, Field(pattern=r"\S")]
Positive = Annotated[float, Gt(0)]
#: A coupling beside `coupling`: larger numbers are mistakes, and their squares soon no numbers any more.
Size = Annotated[float, Ge(-1e6), Le(1e6)]
#: Every entry of a list once, for JSON Schema; ``dark_sector`` checks it.
_ONCE: Final = Field(json_schema_extra={"uniqueItems": True})
_KIND: Final = _one_of((*DARK_KINDS, NO_DARK))


def _couplings(hint: Any, meanings: Mapping[str, str], default: float | None = None) -> dict[str, Any]:
    """Optional keys of one type, from their meanings."""
    return {name: _optional(hint, text, default) for name, text in meanings.items()}


#: A coupling as a table of its forms.
FormsTable: Final = _table(
    "FormsTable",
    "The forms of a coupling, as in `electron = { vector = 1, axial = -1 }`.",
    **_couplings(Size, {form: f"{form} coupling (spin {spin})" for spin, forms in FORMS.items() for form in forms}),
    **_couplings(
        Size, {c: f"coupling of the {c}-handed field (spin 1), instead of {' and '.join(FORMS[1])}" for c in CHIRAL}
    ),
)
_COUPLING: Final = Annotated[
    _either(Size, "table", FormsTable),
    Advice("A table has forms, such as { vector = 1, axial = -1 } or { left = 1 }."),
]
LeptonsTable: Final = _table(
    "LeptonsTable",
    "Couplings of charged leptons and neutrinos; a number is a vector, scalar or tensor coupling.",
    **_couplings(_COUPLING, {name: f"coupling of the {name}" for name in CHARGED}),
    **_couplings(
        Annotated[float, Advice("It is the coupling of the left-handed neutrino.")],
        dict.fromkeys(NEUTRINOS, "coupling of the left-handed neutrino (spin 1)"),
    ),
)
QuarksTable: Final = _table(
    "QuarksTable",
    "Couplings of quarks; a number is a vector or scalar coupling.",
    **_couplings(_COUPLING, {name: f"coupling of the {name} quark" for name in QUARKS}),
)
MediatorTable: Final = _table(
    "MediatorTable",
    "The mediator.",
    symbol=_needed(Text, "its symbol in results and labels"),
    spin=_needed(_one_of(FORMS), "its spin"),
    mass_label=_optional(Text, "label of the mass on axes"),
)
CouplingTable: Final = _table(
    "CouplingTable",
    "What the parameter `coupling` of the model multiplies.",
    unit=_optional(
        _one_of(unit for units in UNITS.values() for unit in units),
        "what a coupling of 1 in this file means: `coupling` itself (1), e times `coupling` (e), or "
        "`coupling` in 1/GeV (spin 2); by default e, for spin 2 1/GeV",
    ),
    text=_optional(Text, "what `coupling` is, in the list of parameters", "coupling"),
    label=_optional(Text, "label of `coupling` on axes", "coupling"),
    kinetic_mixing=_optional(
        float,
        "added times the electric charge to the vector coupling of every charged lepton and quark: 1 with "
        "unit e is a dark photon",
        0.0,
    ),
)
PhotonsTable: Final = _table(
    "PhotonsTable",
    "Two photons (spin 0), or their energy and momentum (spin 2).",
    coupling=_needed(
        Annotated[float, Ge(0)],
        "spin 0: g_gamma over `coupling` in 1/GeV, for -(g_gamma/4) X F F (scalar) or F Ftilde; default of "
        "the parameter `photon_coupling`. Spin 2: c_g, the coupling of the photon's energy and momentum: 0, or that of "
        "the charged leptons",
    ),
)
LoopMixingTable: Final = _table(
    "LoopMixingTable",
    "Kinetic mixing by loops of the charged leptons.",
    leptons=_needed(_one_of([True]), "loops of the charged leptons mix the mediator with the photon"),
    scale_GeV=_optional(
        Positive,
        "scale at which the mixing vanishes; only where the vector couplings of the charged leptons do not sum to 0",
    ),
    adds_to=_optional(
        _one_of((ALL, UNCOUPLED)),
        "what the mixing adds to: all charged leptons and quarks, or the uncoupled ones alone",
        ALL,
    ),
)
StateTable: Final = _table(
    "StateTable",
    "A dark particle; at most one key gives its mass.",
    kind=_needed(
        _either(_KIND, "list", Annotated[_many(list, _KIND), MinLen(1), _ONCE]),
        "kind of particle, or a list: the choices of the parameter `dm`, the default first; none is no dark particle",
    ),
    mass_ratio=_optional(
        Positive, f"default of the parameter: mass of the mediator over its own ({RATIO:g} for the first state)"
    ),
    mass_GeV=_optional(Positive, "instead: default of the parameter `dark_mass`"),
    splitting=_optional(
        Positive,
        "instead, not for the first state: default of the parameter, (m - m_1)/m_1 with the mass m_1 of the first",
    ),
)
CurrentTable: Final = _table(
    "CurrentTable",
    "A current of one dark particle, or of two.",
    states=_needed(
        Annotated[list[Text], MinLen(2), MaxLen(2)], "the two particles; the same twice for a diagonal current"
    ),
    kinds=_optional(list[Text], "the kinds of particle with this current; by default all"),
    **_couplings(
        Size,
        dict.fromkeys(
            ALL_FORMS,
            "coupling over g_D; half of it in the Lagrangian for a pair of one Majorana fermion or real scalar",
        ),
        0.0,
    ),
)
DarkTable: Final = _table(
    "DarkTable",
    "Dark particles and the currents that couple to the mediator.",
    alpha_D=_optional(
        Positive,
        "default of the parameter: g_D^2/(4 pi); in GeV^2 for scalars and GeV^-2 for vectors with a "
        "mediator of spin 0, in GeV^-2 for spin 2",
        STRENGTH,
    ),
    states=_needed(Annotated[_many(dict, str, StateTable), MinLen(1)], "one table per particle"),
    currents=_needed(Annotated[_many(list, CurrentTable), _ONCE], "one table per current"),
)
ModelTable: Final = _table(
    "ModelTable",
    "A mediator, its couplings and dark particles.",
    title=_needed(Text, "what the model is, in one line"),
    references=_optional(list[Text], 'arXiv numbers, such as `["2104.03297"]`', []),
    description=_optional(str, "the Lagrangian in words or LaTeX", ""),
    mediator=_needed(MediatorTable, "the mediator"),
    coupling=_optional(CouplingTable, "what `coupling` multiplies", {}),
    leptons=_optional(LeptonsTable, "couplings of charged leptons and neutrinos", {}),
    quarks=_optional(QuarksTable, "couplings of quarks", {}),
    photons=_optional(PhotonsTable, "coupling to photons"),
    loop_mixing=_optional(LoopMixingTable, "kinetic mixing by loops of the charged leptons"),
    dark=_optional(DarkTable, "dark particles"),
)
ExtensionTable: Final = _table(
    "ExtensionTable",
    "A registered model, or that of another file, with other defaults.",
    extends=_needed(Text, "a registered model, or the path of a model file relative to this one"),
    title=_optional(Text, "what the model is, in one line; by default that of the other model"),
    references=_optional(list[Text], "arXiv numbers, added to those of the other model", []),
    defaults=_optional(dict[str, float | str], "parameter = value, in the units of the parameters", {}),
)
