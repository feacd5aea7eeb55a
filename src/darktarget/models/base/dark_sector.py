"""Dark particles of a declared model: kinds, masses and currents, any number of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from darktarget.errors import DeclarationError, UnknownName
from darktarget.models.base.forms import ALL_FORMS, DARK_FORMS, FORMS, NO_DARK
from darktarget.models.base.tables import MASS_KEYS, RATIO, STRENGTH

#: Names that a dark state may have.
STATE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")
#: Names of particles that a dark state may not have.
TAKEN: Final = ("e", "mu", "tau", "gamma", "hadrons", "nu")


@dataclass(frozen=True)
class DarkState:
    """A dark particle.

    Attributes:
        name: its symbol. kinds: that it can be. given: how its mass is given, a key of the table. value: the default.
    """

    name: str
    kinds: tuple[str, ...]
    given: str
    value: float


@dataclass(frozen=True)
class DarkCurrent:
    """A current of one particle, or of two.

    Attributes:
        states: both names. kinds: of particle with this current. forms: (form, coupling over g_D) of each.
    """

    states: tuple[str, str]
    kinds: tuple[str, ...]
    forms: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class DarkSector:
    """All dark particles; none by default.

    Attributes:
        states: the reference of the splittings first. currents: those of the mediator. alpha_D: default.
    """

    states: tuple[DarkState, ...] = ()
    currents: tuple[DarkCurrent, ...] = ()
    alpha_D: float = STRENGTH

    @property
    def choices(self) -> tuple[str, ...]:
        """Values of the parameter ``dm``; empty where particles are of different kinds."""
        kinds = {state.kinds for state in self.states}
        return next(iter(kinds)) if len(kinds) == 1 else ()


def dark_sector(table: Any, spin: int, mediator: str, source: str) -> DarkSector:
    """The dark particles of a file.

    Args:
        table: [dark] as ``tables`` checks it, or None. spin, mediator: of the mediator. source: name of the file.

    Raises:
        DeclarationError: a mass or a current that does not exist. UnknownName: a state that does not.
    """
    if table is None:
        return DarkSector()
    where = f"{source}: dark"
    states: dict[str, DarkState] = {}
    for name, inner in table["states"].items():
        _check_state_name(name, mediator, f"{where}.states")
        states[name] = _state(name, inner, first=not states, where=f"{where}.states.{name}")
    lists = {state.kinds for state in states.values()}
    if len(lists) > 1 and any(len(kinds) > 1 for kinds in lists):
        raise DeclarationError(f"{where}.states", sorted(map(str, lists)), "the same list of kinds for every state")
    currents = tuple(
        _current(inner, states, spin, f"{where}.currents[{k}]") for k, inner in enumerate(table["currents"])
    )
    _check_twice(currents, where)
    return DarkSector(tuple(states.values()), currents, table["alpha_D"])


def _check_state_name(name: str, mediator: str, where: str) -> None:
    if not STATE_NAME.fullmatch(name) or name.endswith("bar"):
        allowed = 'up to 16 letters and digits, a letter in front, not ending in "bar" (an antiparticle)'
        raise DeclarationError(where, name, allowed)
    if name in (*TAKEN, mediator):
        raise DeclarationError(where, name, "a name that no other particle has")


def _state(name: str, given: Mapping[str, Any], first: bool, where: str) -> DarkState:
    masses = [key for key in MASS_KEYS if given[key] is not None]
    allowed = MASS_KEYS[:-1] if first else MASS_KEYS
    if len(masses) > 1 or (not masses and not first) or not set(masses) <= set(allowed):
        raise DeclarationError(where, masses, f"exactly one of {', '.join(allowed)}")
    kinds = tuple(given["kind"]) if isinstance(given["kind"], list) else (given["kind"],)
    if len(set(kinds)) < len(kinds):
        raise DeclarationError(f"{where}.kind", given["kind"], "a list that has every kind once")
    key = masses[0] if masses else MASS_KEYS[0]
    return DarkState(name, kinds, key, given[key] if masses else RATIO)


def _current(given: Mapping[str, Any], states: Mapping[str, DarkState], spin: int, where: str) -> DarkCurrent:
    names = given["states"]
    for name in names:
        if name not in states:
            raise UnknownName(f"{where}.states", name, states)
    one, two = (states[name] for name in names)
    if one.kinds != two.kinds:
        raise DeclarationError(f"{where}.states", names, "two particles of the same kind")
    own = tuple(kind for kind in one.kinds if kind != NO_DARK)
    kinds = tuple(own if given["kinds"] is None else given["kinds"])
    for kind in kinds:
        if kind not in own:
            raise UnknownName(f"{where}.kinds", kind, own)
    forms = tuple((form, given[form]) for form in ALL_FORMS if given[form])
    if not forms:
        allowed = f"at least one of {', '.join(FORMS[spin])} that is not 0"
        raise DeclarationError(where, names, allowed)
    for kind in kinds:
        for form, size in forms:
            _check_form(kind, form, size, spin, names[0] == names[1], where)
    return DarkCurrent((names[0], names[1]), kinds, forms)


def _check_form(kind: str, form: str, size: float, spin: int, diagonal: bool, where: str) -> None:
    known = DARK_FORMS[spin, kind]
    fitting = [name for name, about in known.items() if (about.diagonal if diagonal else about.off_diagonal)]
    if form in fitting:
        return
    which = "one particle" if diagonal else "two different particles"
    listed = f"one of {', '.join(fitting)}" if fitting else "no current at all"
    why = known[form].absent if form in known else f"there is no {form} current of it"
    raise DeclarationError(
        f"{where}.{form}", size, f"{listed} for {which} of kind {kind} and spin {spin}", f"{why[0].upper()}{why[1:]}."
    )


def _check_twice(currents: tuple[DarkCurrent, ...], where: str) -> None:
    seen = [(frozenset(current.states), kind) for current in currents for kind in current.kinds]
    for pair, kind in seen:
        if seen.count((pair, kind)) > 1:
            allowed = "one current per pair and kind, with all its forms"
            raise DeclarationError(f"{where}.currents", " ".join(sorted(pair)), allowed)
