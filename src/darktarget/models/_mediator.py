"""What all models with one mediator and a pair of dark particles share; a model file states the rest."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from darktarget.core import Array, Channel, Model, State
from darktarget.decays.two_body import TO_DARK, TO_LEPTONS
from darktarget.models._parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter, resolve
from darktarget.units import ALPHA, LEPTON_MASS, GeV

DM = Parameter("dm", "kind of dark matter", default="dirac", choices=("dirac", "majorana", "scalar"))
DEGREES = MappingProxyType({"dirac": 4, "majorana": 2, "scalar": 2})
LEPTONS = MappingProxyType({"e": "electron", "mu": "muon", "tau": "tau"})


class MediatorModel(Model):
    """A mediator of one Lorentz structure, coupled to leptons with eps e and to one kind of dark matter with g_D.

    A subclass sets ``name``, ``mediator``, ``structure``, ``references`` and may add ``parameters``.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = (MASS, COUPLING, ALPHA_D, MASS_RATIO, DM)
    processes = ("bremsstrahlung", "annihilation")

    def __init__(self, **given: Any) -> None:
        self.values = MappingProxyType(resolve(self.parameters, given))
        self.mass: Array = self.values["mass"]

    @property
    def dark_mass(self) -> Array:
        """Mass of the lightest dark particle, [point]."""
        return np.asarray(self.mass / self.values["mass_ratio"])

    def charge(self, lepton: str) -> Array:
        """1: ``coupling`` is that of the lepton in question, in units of e."""
        return np.ones(self.points)

    def lepton_ratio(self, lepton: str) -> float:
        """Coupling to a lepton over that to the electron, for visible decays."""
        return 1.0

    @property
    def dark_alpha(self) -> Array:
        """Strength of the dark coupling in internal units, [point] (energy^2 for spin 0 and scalar dark matter)."""
        dimension = 2 if self.structure.spin == 0 and self.values["dm"] == "scalar" else 0
        return np.asarray(self.values["alpha_D"] * GeV**dimension)

    def channels(self) -> tuple[Channel, ...]:
        """Mediator to dark matter (coupling^0) and to charged leptons (coupling^2); hadrons are not included yet."""
        kind = self.values["dm"]
        to_dark, to_leptons = TO_DARK[self.structure][kind], TO_LEPTONS[self.structure]
        dark_mass, dark_alpha = self.dark_mass[:, None], self.dark_alpha[:, None]

        def dark(mass: Array) -> Array:
            return to_dark(mass, dark_mass, dark_alpha)

        def visible(lepton: str) -> Channel:
            strength = ALPHA * self.lepton_ratio(LEPTONS[lepton]) ** 2

            def width(mass: Array) -> Array:
                return to_leptons(mass, LEPTON_MASS[LEPTONS[lepton]], strength)

            pair = (np.full(self.points, LEPTON_MASS[LEPTONS[lepton]]),) * 2
            return Channel(self.mediator, (f"{lepton}+", f"{lepton}-"), width, 2.0, False, pair)

        pair = ("chi", "chi") if kind == "majorana" else ("chi", "chibar")
        to_pair = Channel(self.mediator, pair, dark, 0.0, True, (self.dark_mass, self.dark_mass))
        return to_pair, *(visible(lepton) for lepton in LEPTONS)

    def states(self) -> tuple[State, ...]:
        """One dark particle, with its antiparticle where that is another one."""
        return (State("chi", self.dark_mass, DEGREES[self.values["dm"]]),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.points} points)"
