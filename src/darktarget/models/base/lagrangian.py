r"""A mediator that is declared, not programmed: couplings to leptons, neutrinos, quarks, photons and dark particles.

.. math:: \mathcal L = g\,X\Big[\sum_f\bar f\,\Gamma_f\,f\Big] + g_D\,X J_D

with :math:`g` times the numbers of the declaration for each fermion f and form of the coupling Gamma. Couplings of a
lepton are relative to that of the photon, as in all models: a charge of -1 in units of e is ``lepton_coupling`` 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np

from darktarget.core import TENSOR_LEPTONS, Array, FrozenDict, LorentzStructure, State
from darktarget.decays.currents import Current, combined
from darktarget.decays.loop_mixing import loop_mixing
from darktarget.decays.r_ratio import ELECTROMAGNETIC, hadronic_ratio, meson_weights, smooth_ratio
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.errors import InputError
from darktarget.models.base.declaration import Declaration, tree
from darktarget.models.base.forms import (
    CHARGED,
    DARK_FORMS,
    DARK_KINDS,
    FORMS,
    NEUTRINOS,
    NO_DARK,
    QUARKS,
    STRUCTURE_OF,
)
from darktarget.models.base.from_file import FromFile
from darktarget.models.base.generated import SPLITTING_OF, mass_parameter, parameters
from darktarget.models.base.mediator import Pair, Transition
from darktarget.models.base.two_photon import TwoPhotonModel
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.registry import camel
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED, LEPTON_MASS, GeV

E: Final = float(np.sqrt(ELECTRON_CHARGE_SQUARED))
#: Unit of a declaration -> couplings of 1 in units of e * coupling (read-only).
UNIT: Final[Mapping[str, float]] = MappingProxyType({"e": 1.0, "1": 1 / E, "1/GeV": 1 / (E * GeV)})
#: Spin -> width to two photons over M^3 and squared coupling in 1/GeV (read-only).
PHOTONS: Final[Mapping[int, float]] = MappingProxyType({0: 1 / (64 * np.pi * GeV**2), 2: 1 / (80 * np.pi * GeV**2)})
Ratio = Callable[[Mapping[str, float]], Array]


class LagrangianModel(FromFile, TwoPhotonModel):
    """The base of declared models; ``model_class`` adds the declaration.

    Attributes:
        declared: what the file declares. charges: (particle, form) -> coupling at tree level in the unit of the file.
    """

    declared: ClassVar[Declaration]
    charges: ClassVar[Mapping[tuple[str, str], float]]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._check_order()

    def _check_order(self) -> None:
        """The lightest state, and which one decays to which, is the same at all points."""
        masses = self._masses()
        for one, two in ((a, b) for a in masses for b in masses if a != b):
            if (masses[one] > masses[two]).any() and (masses[one] < masses[two]).any():
                allowed = "in the same order at all points"
                raise InputError(f"masses of {one} and {two}", "in different orders", allowed, "Use several models.")

    # --- couplings to leptons and quarks

    @property
    def unit(self) -> float:
        """A coupling of 1 in the file in units of e * coupling."""
        return UNIT[self.declared.unit]

    def mixing(self, mass: Array) -> Any:
        """Kinetic mixing eps(q^2) by loops over ``coupling``, complex, the shape of ``mass``; 0 if not declared."""
        loop = self.declared.loop
        if loop is None:
            return 0.0
        own = {name: c for name, form, c in self.declared.couplings if name in CHARGED and form == "vector"}
        return self.unit * E * loop_mixing(mass, own, None if loop.scale_GeV is None else loop.scale_GeV * GeV)

    def _mixes(self, particle: str) -> bool:
        loop = self.declared.loop
        return loop is not None and (loop.everywhere or self.charges[particle, "vector"] == 0)

    def amplitude(self, lepton: str, form: str, mass: Array) -> Any:
        """Coupling of a charged lepton at a virtual mass in units of e * coupling, relative to the photon's.

        Returns:
            a number, or complex with loops, the shape of ``mass``.
        """
        sign = -1.0 if self.declared.spin == 1 else 1.0  # the photon's charge
        own = sign * self.unit * self.charges[lepton, form]
        return own + self.mixing(mass) if form == "vector" and self._mixes(lepton) else own

    def lepton_coupling(self, lepton: str) -> Array:
        """That of the first form on the mass shell, [point]."""
        (form,) = (form for form in FORMS[self.declared.spin] if STRUCTURE_OF[form].name == _form_name(self.structure))
        return _real(self.amplitude(_particle(lepton), form, self.mass), self.mass)

    def lepton_parts(self, lepton: str) -> tuple[tuple[LorentzStructure, Array], ...]:
        """Every form that the lepton couples with; the first form where it does not couple."""
        if self.declared.spin == 2:
            return ((self.structure, self.lepton_coupling(lepton)),)
        parts = [(f, _real(self.amplitude(_particle(lepton), f, self.mass), self.mass)) for f in self._forms()]
        found = tuple((STRUCTURE_OF[form], size) for form, size in parts if size.any())
        return found or ((self.structure, np.zeros(self.points)),)

    def _forms(self) -> tuple[str, ...]:
        return FORMS[self.declared.spin]

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """Sum over the forms, which do not interfere, with loops at this virtual mass."""
        total = np.zeros_like(mass)
        for form in self._forms():
            strength = ALPHA * np.abs(self.amplitude(lepton, form, mass)) ** 2
            if np.any(strength):
                structure = STRUCTURE_OF[form] if self.declared.spin < 2 else self.structure
                total = total + TO_LEPTONS.of(structure, self.name)(mass, LEPTON_MASS[lepton], strength)
        return np.asarray(total)

    def neutrino_widths(self) -> dict[str, Callable[[Array], Array]]:
        r""":math:`g^2M/(24\pi)` for the left-handed neutrinos with a coupling g."""
        squares = {name: self.charges[name, "left"] ** 2 * ALPHA * self.unit**2 for name in NEUTRINOS}
        return {name: partial(_linear, square / 6) for name, square in squares.items() if square}

    def photon_strength(self) -> Array:
        """Width to two photons over M^3 at unit coupling, [point]."""
        if self.declared.photons is None:
            return np.zeros(self.points)
        value = self.values.get("photon_coupling", np.full(self.points, self.declared.photons))
        return np.asarray(value**2 * PHOTONS[self.declared.spin])

    # --- hadrons: vector couplings of quarks alone

    @property
    def _quarks(self) -> dict[str, float]:
        return {letter: self.charges[quark, "vector"] for quark, letter in QUARKS.items()}

    @property
    def _mixed_quarks(self) -> dict[str, float]:
        """Electric charges of the quarks that get the kinetic mixing by loops."""
        return {x: ELECTROMAGNETIC[x] if self._mixes(quark) else 0.0 for quark, x in QUARKS.items()}

    def quark_charge(self, meson: str) -> Array:
        """Coupling to the quarks of a vector meson over the photon's, at its mass and unit coupling, [point]."""
        if not self.hadronic:
            return np.zeros(self.points)
        at = np.full(self.points, MESONS[meson].mass)
        own = self.unit * meson_weights(self._quarks)[meson]
        return _real(own + self.mixing(at) * meson_weights(self._mixed_quarks)[meson], at)

    def hadron_width(self, mass: Array) -> Array:
        """Width to hadrons at any virtual mass and unit coupling through vector currents; 0 below two pions."""
        return self._hadrons(mass, partial(_ratio, mass))

    def smooth_hadrons(self, mass: Array) -> Array:
        """The same without J/psi, psi' and Upsilon, interpolated: for integrals over virtual masses."""
        return self._hadrons(mass, partial(smooth_ratio, mass))

    def _hadrons(self, mass: Array, ratio: Ratio) -> Array:
        """R is quadratic in the current: that of both is the sum of the squares and of the mixed term."""
        own, electric = self._quarks, self._mixed_quarks
        tree = ratio(own) if any(own.values()) else np.zeros_like(mass)
        total = self.unit**2 * tree
        if any(electric.values()):
            eps, loop = self.mixing(mass), ratio(electric)
            total = total + np.abs(eps) ** 2 * loop
            if any(own.values()):
                both = ratio({quark: own[quark] + electric[quark] for quark in own})
                total = total + self.unit * np.real(eps) * (both - tree - loop)
        return np.asarray(ALPHA * total * mass / 3)

    # --- dark particles

    @property
    def _dark_kinds(self) -> dict[str, str]:
        """Kind of each dark state; nothing where there is none."""
        chosen = self.values.get("dm")
        kinds = {state.name: chosen or state.kinds[0] for state in self.declared.dark.states}
        return {name: kind for name, kind in kinds.items() if kind != NO_DARK}

    def _masses(self) -> dict[str, Array]:
        """Mass of each dark state, [point]; nothing where there is none."""
        found: dict[str, Array] = {}
        sector = self.declared.dark
        for state in sector.states if self._dark_kinds else ():
            value = self.values[mass_parameter(sector, state).name]
            first = next(iter(found.values()), self.mass)
            found[state.name] = np.asarray(_MASS[state.given](value, self.mass, first))
        return found

    @property
    def dark_mass(self) -> Array:
        """Mass of the lightest dark particle, [point]; nan where there is none."""
        masses = self._masses()
        return np.min(list(masses.values()), axis=0) if masses else np.full(self.points, np.nan)

    @property
    def dark_alpha(self) -> Array:
        """Strength of the coupling to the first dark particle in internal units, [point]."""
        return self._dark_strength(next(iter(self._dark_kinds.values()), ""))

    def _dark_strength(self, kind: str) -> Array:
        spin = self.declared.spin
        dimension = {0: DARK_KINDS[kind].dimension if kind else 0, 2: -2}.get(spin, 0)
        return np.asarray(self.values["alpha_D"] * GeV**dimension)

    def states(self) -> tuple[State, ...]:
        """The dark particles, the lightest first."""
        masses, kinds = self._masses(), self._dark_kinds
        return tuple(
            State(name, masses[name], DARK_KINDS[kinds[name]].degrees)
            for name in sorted(masses, key=lambda n: float(masses[n].sum()))
        )

    def pairs(self) -> tuple[Pair, ...]:
        """Dark pairs of all currents, both charge orders of different particles that have antiparticles."""
        masses, found = self._masses(), []
        for names, kind, current, alpha in self._dark_currents():
            self_conjugate = DARK_KINDS[kind].self_conjugate
            one, two = names
            orders = (names,) if self_conjugate or one == two else (names, names[::-1])
            share = alpha / 2 if self_conjugate and one == two else alpha  # identical particles
            for a, b in orders:
                found.append(Pair((a, b if self_conjugate else f"{b}bar"), (masses[a], masses[b]), current, share))
        return tuple(found)

    def transitions(self) -> tuple[Transition, ...]:
        """The heavier particle of each off-diagonal current to the lighter one."""
        masses, found = self._masses(), []
        for names, _, current, alpha in self._dark_currents():
            parent, child = sorted(names, key=lambda name: -float(masses[name].sum()))
            if (masses[parent] > masses[child]).any():
                found.append(Transition(parent, child, (masses[parent], masses[child]), current, alpha))
        return tuple(found)

    def _dark_currents(self) -> list[tuple[tuple[str, str], str, Current, Array]]:
        """States, their kind, the current and its strength of each that exists for the chosen kind."""
        kinds, found = self._dark_kinds, []
        for declared in self.declared.dark.currents:
            kind = kinds.get(declared.states[0], NO_DARK)
            if kind not in declared.kinds:
                continue
            forms = DARK_FORMS[self.declared.spin, kind]
            strength = self._dark_strength(kind)
            if len(declared.forms) == 1:
                ((form, size),) = declared.forms
                found.append((declared.states, kind, forms[form].current, strength * size**2))
            else:
                current = combined(tuple((forms[form].current, size) for form, size in declared.forms))
                found.append((declared.states, kind, current, strength))
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out."""
        declared = self.declared
        other = sorted({form for name, form, c in declared.couplings if name in QUARKS and c} - {"vector"})
        found = []
        if other:
            forms = " and ".join(other)
            found.append(
                f"{forms} couplings of quarks are not used: hadrons are produced through vector currents alone"
            )
        if declared.loop is not None:
            found.append("kinetic mixing by loops of charged leptons; loops of quarks are not included")
            if any(self._quarks.values()):
                found.append("hadrons: the imaginary part of the loops does not interfere with the couplings of quarks")
        return tuple(found)


def _particle(lepton: str) -> str:
    return "electron" if lepton == "positron" else lepton


def _form_name(structure: LorentzStructure) -> str:
    return structure.name.removesuffix("-leptons")


def _real(amplitude: Any, like: Array) -> Array:
    """A real amplitude, or the modulus of a complex one with the sign of its real part, the shape of ``like``."""
    value = np.broadcast_to(np.asarray(amplitude), like.shape)
    return np.where(np.imag(value) == 0, np.real(value), np.copysign(np.abs(value), np.real(value)))


def _linear(slope: float, mass: Array) -> Array:
    return np.asarray(slope * mass)


def _ratio(mass: Array, current: Mapping[str, float]) -> Array:
    return hadronic_ratio(mass**2, current)


#: How the mass of a dark state is given -> (value, mediator mass, mass of the first state) -> mass (read-only).
_MASS: Final[Mapping[str, Callable[[Array, Array, Array], Array]]] = MappingProxyType(
    {
        "mass_ratio": lambda value, mediator, first: mediator / value,
        "mass_GeV": lambda value, mediator, first: value,
        "splitting": lambda value, mediator, first: first * (1 + value),
    }
)
assert SPLITTING_OF in _MASS


@cache
def model_class(declared: Declaration) -> type[LagrangianModel]:
    """The class of a declared model, the same one for equal declarations."""
    charges = {
        (particle, form): tree(declared, particle, form)
        for particle in (*CHARGED, *NEUTRINOS, *QUARKS)
        for form in (*(f for forms in FORMS.values() for f in forms), "left")
    }
    members: dict[str, Any] = {
        "declared": declared,
        "charges": FrozenDict(charges),
        "origin": (model_class, declared),
        "name": declared.name,
        "title": declared.title,
        "description": declared.description,
        "mediator": declared.symbol,
        "structure": _structure(declared, charges),
        "references": declared.references,
        "labels": declared.labels,
        "parameters": parameters(declared),
        **_produced(declared, charges),
        "__doc__": f"{declared.title}.\n\n{declared.description}",
        "__module__": __name__,
    }
    return type(camel(declared.name), (LagrangianModel,), members)


def _structure(declared: Declaration, charges: Mapping[tuple[str, str], float]) -> LorentzStructure:
    """That of the first form with a coupling to charged leptons; the first of this spin where there is none."""
    forms = FORMS[declared.spin]
    used = [form for form in forms if any(charges[lepton, form] for lepton in CHARGED)]
    first = forms[0] if declared.loop is not None or not used else used[0]
    return TENSOR_LEPTONS if declared.spin == 2 and not declared.photons else STRUCTURE_OF[first]


def _produced(declared: Declaration, charges: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    """Processes that follow from the couplings; photons add theirs when a model is built."""
    forms, loop = FORMS[declared.spin], declared.loop is not None
    couple = {lepton: loop or any(charges[lepton, form] for form in forms) for lepton in CHARGED}
    hadronic = declared.spin == 1 and (loop or any(charges[quark, "vector"] for quark in QUARKS))
    processes = [
        *(["bremsstrahlung"] if couple["electron"] or couple["muon"] else []),
        *(["annihilation"] if couple["electron"] else []),
    ]
    return {
        "hadronic": hadronic,
        "processes": tuple(processes or ["bremsstrahlung"]),  # which gives nothing
        "on_request": ("vector-meson",) if hadronic else (),
    }
