"""Parameters of a declared model, with the defaults of its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from darktarget.models.base.dark_sector import DarkSector, DarkState
from darktarget.models.base.declaration import Declaration
from darktarget.models.base.inelastic import SPLITTING
from darktarget.models.base.mediator import DM
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.models.base.two_photon import PHOTON_COUPLING

SPLITTING_OF: Final = "splitting"
#: Unit of alpha_D in words, by spin of the mediator (read-only).
_ALPHA_TEXT: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "dark coupling^2/(4 pi); in GeV^2 for scalars, in GeV^-2 for vectors",
        1: ALPHA_D.text,
        2: "dark coupling^2/(4 pi) to energy and momentum, in GeV^-2",
    }
)


def parameters(declared: Declaration) -> tuple[Parameter, ...]:
    """Mass and coupling, then what the dark particles and photons need."""
    sector = declared.dark
    found = [replace(MASS, text=f"mass of {declared.symbol}"), replace(COUPLING, text=declared.text)]
    if sector.states:
        found.append(replace(ALPHA_D, text=_ALPHA_TEXT[declared.spin], default=sector.alpha_D))
        found += [mass_parameter(sector, state) for state in sector.states]
    if sector.choices:
        found.append(replace(DM, default=sector.choices[0], choices=sector.choices))
    if declared.photons is not None and declared.spin == 0:
        found.append(replace(PHOTON_COUPLING, default=declared.photons, optional=False, closed=True))
    return tuple(found)


def mass_parameter(sector: DarkSector, state: DarkState) -> Parameter:
    """The parameter of the mass of a dark state; its name has that of the state where several are alike."""
    return _MASS[state.given](sector, state)


def _mass_ratio(sector: DarkSector, state: DarkState) -> Parameter:
    text = MASS_RATIO.text if len(sector.states) == 1 else f"mediator mass over the mass of {state.name}"
    return replace(MASS_RATIO, name=_named("mass_ratio", sector, state), text=text, default=state.value)


def _dark_mass(sector: DarkSector, state: DarkState) -> Parameter:
    return Parameter(_named("dark_mass", sector, state), f"mass of {state.name}", "GeV", default=state.value)


def _splitting(sector: DarkSector, state: DarkState) -> Parameter:
    first = sector.states[0].name
    alone = sum(other.given == SPLITTING_OF for other in sector.states) == 1
    name = SPLITTING_OF if alone else f"{SPLITTING_OF}_{state.name}"
    text = f"mass splitting (m - m1)/m1 of {state.name} and {first}"
    return replace(SPLITTING, name=name, text=text, default=state.value)


def _named(word: str, sector: DarkSector, state: DarkState) -> str:
    """The word alone for the first state."""
    return word if state is sector.states[0] else f"{word}_{state.name}"


_MASS: Final[Mapping[str, Callable[[DarkSector, DarkState], Parameter]]] = MappingProxyType(
    {"mass_ratio": _mass_ratio, "mass_GeV": _dark_mass, SPLITTING_OF: _splitting}
)
