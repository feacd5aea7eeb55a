"""What every constraint declares, and how event counts become excluded intervals of the coupling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Curve, FittedNumber, LorentzStructure, Model, PublishedNumber
from darktarget.errors import PhysicsError
from darktarget.limits.exclusion import COUPLINGS
from darktarget.numerics.interpolation import SMALLEST
from darktarget.numerics.intervals import positive
from darktarget.options import OptionGroup, OptionValue, given_by, spelled
from darktarget.structures import Ability
from darktarget.units import GeV

Intervals = tuple[tuple[tuple[float, float], ...], ...]
NOTHING = "nothing excluded at any coupling"
#: Whether bounds on kinetic mixing apply to a Lorentz structure.
PHOTON_LIKE: Final[Ability[bool]] = Ability("photon_like")


class Search(ABC):
    """A search by someone else, recomputed for a model.

    Attributes:
        name: that of the file. title: for plots. references: arXiv numbers (or journals).
        published: the numbers that were typed in. cl: confidence level of them.
        uncertainty: relative uncertainty of the coupling as a recast. not_recomputed: quoted as published.
        fitted: numbers that were chosen so that a published limit is met.
        options: group of the options of this search; empty by default. chosen: their values.

    Args:
        given: options by name.

    Raises:
        UnknownName: no such option, or no such value of it. InputError: a value out of range.
    """

    options: ClassVar[type[OptionGroup]] = OptionGroup
    chosen: OptionGroup

    name: ClassVar[str]
    title: ClassVar[str]
    references: ClassVar[tuple[str, ...]]
    published: ClassVar[tuple[PublishedNumber, ...]]
    cl: ClassVar[float] = 0.9
    uncertainty: ClassVar[float]
    not_recomputed: ClassVar[bool] = False
    fitted: ClassVar[tuple[FittedNumber, ...]] = ()

    def __init__(self, **given: OptionValue) -> None:
        self.chosen = given_by(self.options, given, self.name)

    @abstractmethod
    def apply(self, model: Model) -> Curve:
        """Excluded couplings of a model at its points.

        Raises:
            PhysicsError: the search says nothing about this model, with the reason.
        """

    def curve(
        self, model: Model, intervals: Intervals, method: Sequence[str], reason: Sequence[str | None] | None = None
    ) -> Curve:
        """The result: intervals with the provenance of this search."""
        lowest = np.array([pairs[0][0] if pairs else np.nan for pairs in intervals])
        given = reason or (None,) * model.points
        return Curve(
            name=":".join([self.name, *spelled(self.chosen)]),
            title=self.title,
            kind="exclusion",
            model=model.name,
            parameters=model.values,
            mass=model.mass,
            dark_mass=model.dark_mass,
            alpha_D=np.asarray(model.values.get("alpha_D", np.full(model.points, np.nan))),
            coupling=lowest,
            intervals=intervals,
            uncertainty=self.uncertainty,
            cl=self.cl,
            method=tuple(dict.fromkeys([*method, *model.notes, *(str(number) for number in self.fitted)])),
            reason=tuple(r or (None if p else NOTHING) for r, p in zip(given, intervals, strict=True)),
            references=self.references,
            version=__version__,
            published=self.published,
            fitted=self.fitted,
            not_recomputed=self.not_recomputed,
            labels=model.labels,
        )


class Bound(Search):
    """A bound as published, on a coupling of mediators below a mass; nothing is recomputed."""

    not_recomputed = True
    top: ClassVar[float]

    @abstractmethod
    def strength(self, model: Model) -> Array:
        """What is bounded over the coupling of the model, [point].

        Raises:
            PhysicsError: the bound says nothing about this model.
        """

    def apply(self, model: Model) -> Curve:
        """Everything above the published number is excluded, below the mass ``top``."""
        edge = np.where(model.mass < self.top, self.published[0].value / self.strength(model), np.nan)
        method = f"stated bound, nothing recomputed; masses below {self.top / GeV:g} GeV"
        return self.curve(model, above(edge), (method,))


def above(edge: Array) -> Intervals:
    """Everything above an edge is excluded; nothing where it is not finite.

    >>> above(np.array([0.03, np.nan]))
    (((0.03, inf),), ())
    """
    return tuple(((float(e), np.inf),) if np.isfinite(e) else () for e in edge)


def exceeding(ratio: Array, coupling: Array = COUPLINGS) -> Intervals:
    """Couplings at which expected over excluded counts is above 1, islands kept.

    Args:
        ratio: [point, coupling]. coupling: the grid, ascending.

    Returns:
        Intervals per point; edges between grid points are interpolated in the logarithms, those at an end of the grid
        are 0 or inf.

    >>> (found,) = exceeding(np.array([[0.5, 2.0, 2.0, 0.5]]), np.array([1.0, 2.0, 3.0, 4.0]))
    >>> [[round(v, 3) for v in pair] for pair in found]
    [[1.414, 3.464]]
    """
    found = positive(coupling, np.log(np.maximum(ratio, SMALLEST)))
    return tuple(
        tuple((0.0 if i.from_start else i.lower, np.inf if i.to_end else i.upper) for i in point) for point in found
    )


def through_photon(model: Model) -> bool:
    """Whether dark pairs couple to the photon itself: there is no mediator of its own."""
    return not bool(model.mediator_mass.any())


def electron_vector(model: Model, search: str) -> Array:
    """Vector coupling to the electron in units of e * coupling, [point].

    Raises:
        PhysicsError: the mediator is not a massive vector, or has other forms of coupling to the electron.
    """
    parts = electron_coupling(model, search, PHOTON_LIKE)
    return np.asarray(np.abs(np.sum([coupling for _, coupling in parts], axis=0)))


def electron_coupling(model: Model, search: str, needed: Ability[Any]) -> tuple[tuple[LorentzStructure, Array], ...]:
    """Every form of the coupling to the electron that is not 0, in units of e * coupling, [point].

    Args:
        needed: what the search needs of each Lorentz structure.

    Raises:
        PhysicsError: a structure lacks it, the mediator has no mass, or it does not couple to electrons.
    """
    if through_photon(model):
        raise PhysicsError(f"{search} is recomputed for mediators; {model.name} has none of its own")
    parts = tuple((s, coupling) for s, coupling in model.lepton_parts("electron") if coupling.any())
    for structure, _ in parts or ((model.structure, None),):
        needed.of(structure, f"{search} cannot be recomputed for {model.name}")
    if not parts:
        raise PhysicsError(f"{search} says nothing about {model.name}: its mediator does not couple to electrons")
    return parts


def photon_like(model: Model, search: str) -> Array:
    """Coupling to the electron, in units of e * coupling, of a mediator that couples as the photon does, [point].

    Raises:
        PhysicsError: it couples to quarks in another way, and production from hadrons is not known.
    """
    charge = electron_vector(model, search)
    mesons = ("rho", "omega", "phi")
    like = [np.allclose(model.quark_charge(m), model.lepton_coupling("electron")) for m in mesons]
    if not all(like):
        text = f"{search} needs production from hadrons, which is known for kinetic mixing, not {model.name}"
        raise PhysicsError(text)
    return charge
