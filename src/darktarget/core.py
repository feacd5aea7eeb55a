"""The nouns: what passes between the steps model -> tracks -> yields -> counts -> limit.

Axes are named once and for all: point (P, parameter points of a model), node (K, nodes of an energy
quadrature), depth, bin. Energies are in the internal unit (``units.GeV``), lengths in X0 of the material.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LorentzStructure:
    """How a mediator couples to a lepton line; any file may create one."""

    name: str


VECTOR = LorentzStructure("vector")  # g gamma^mu


@dataclass(frozen=True)
class Beam:
    """The primary particle and its energy."""

    particle: str
    energy: float


@dataclass(frozen=True)
class Layer:
    """One slab of material: name and thickness in cm."""

    material: str
    thickness: float


@dataclass(frozen=True)
class Target:
    """A stack of layers, repeated; a homogeneous target is one layer, once."""

    layers: tuple[Layer, ...]
    repeat: int = 1

    @property
    def radiator(self) -> str:
        """The material of the first layer, where a beam starts to shower."""
        return self.layers[0].material


@dataclass(frozen=True)
class Tracks:
    """Track length of each species per primary.

    Attributes:
        beam: the primary.
        species: names of the charged and neutral species, axis 0 of ``length``.
        materials: material names, axis 1.
        depth: depth edges in X0 of the whole stack, axis 2.
        energy: energy edges, axis 3.
        length: length[species, material, depth, bin] in X0 of that material, per primary.
        line: line[species, material], the length travelled at exactly the beam energy.
        error: statistical error of ``length``, same shape.
        method: how it was obtained, in words.
        references: arXiv numbers.
    """

    beam: Beam
    species: tuple[str, ...]
    materials: tuple[str, ...]
    depth: Array
    energy: Array
    length: Array
    line: Array
    error: Array
    method: str
    references: tuple[str, ...] = ()

    def nodes(self, species: str, material: str, minimum: float) -> tuple[Array, Array]:
        """Energies above ``minimum`` and the track length at each (X0 per primary), summed over depth."""
        i, j = self.species.index(species), self.materials.index(material)
        length = self.length[i, j].sum(axis=0)
        centre = np.sqrt(self.energy[1:] * self.energy[:-1])
        energy = np.append(centre, self.beam.energy)
        weight = np.append(length, self.line[i, j])
        keep = (weight > 0) & (energy > minimum)
        return energy[keep], weight[keep]


@dataclass(frozen=True)
class Yield:
    """Mediators produced per primary at unit coupling, as weights on energy nodes.

    Attributes:
        process: the process name.
        energy: mediator energy, [point, node].
        weight: mediators per primary at unit coupling, [point, node]; its sum over nodes is the yield.
        power: the yield grows as coupling**power.
        error: relative numerical error, [point].
        systematics: named relative uncertainties, each [point].
        method: the approximations used.
        references: arXiv numbers.
    """

    process: str
    energy: Array
    weight: Array
    power: float
    error: Array
    systematics: Mapping[str, Array] = field(default_factory=dict)
    method: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def total(self) -> Array:
        """Mediators per primary at unit coupling, [point]."""
        return np.asarray(self.weight.sum(axis=1))


@dataclass(frozen=True)
class CrossSection:
    """A cross section per nucleus at unit coupling.

    Attributes:
        mass: mediator mass, [point].
        sigma: cross section in (energy unit)^-2; divide by ``units.PB`` for pb, [point].
        relative_error: numerical error of the integral, [point].
        systematics: named relative uncertainties, each [point].
        method: the approximations used.
        reason: why a point is zero, or None, [point].
        references: arXiv numbers.
    """

    mass: Array
    sigma: Array
    relative_error: Array
    systematics: Mapping[str, Array]
    method: tuple[str, ...]
    reason: tuple[str | None, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Differential:
    """A differential cross section per nucleus at unit coupling, with its numerical error.

    Attributes:
        value: (energy unit)^-2 per unit of the variables, [point, n].
        relative_error: [point, n].
        method: the approximations used. references: arXiv numbers.
    """

    value: Array
    relative_error: Array
    method: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """One decay channel: partial width = width * coupling**power (energy unit), [point]."""

    parent: str
    daughters: tuple[str, ...]
    width: Array
    power: float
    dark: bool

    @property
    def label(self) -> str:
        """Daughters as the command line writes them."""
        return " ".join(self.daughters)


class Model(ABC):
    """A Lagrangian at P parameter points: couplings, states and decay channels.

    A model file declares ``parameters`` and implements the methods; ``registry`` finds it by its file name.
    """

    name: str
    mediator: str  # symbol of the mediator
    mass: Array
    values: Mapping[str, Any]
    references: tuple[str, ...]
    processes: tuple[str, ...]
    structure: LorentzStructure

    @abstractmethod
    def charge(self, lepton: str) -> Array:
        """Coupling of the mediator to a lepton in units of e * coupling, [point]."""

    @property
    @abstractmethod
    def dark_mass(self) -> Array:
        """Mass of the lightest dark particle, [point]."""

    @abstractmethod
    def channels(self) -> tuple[Channel, ...]:
        """Every decay channel of every unstable dark-sector state."""

    @property
    def points(self) -> int:
        """Number of parameter points P."""
        return int(self.mass.size)

    def invisible_width(self) -> Array:
        """Width of the mediator into dark particles at lowest order in the coupling, [point]."""
        return self._width(dark=True)

    def visible_width(self) -> Array:
        """Width of the mediator into visible particles at unit coupling, [point]."""
        return self._width(dark=False)

    def _width(self, dark: bool) -> Array:
        total = np.zeros(self.points)
        for channel in self.channels():
            if channel.parent == self.mediator and channel.dark is dark:
                total = total + channel.width
        return total


class Process(Protocol):
    """One way of producing the mediator."""

    name: str

    def cross_section(self, model: Model, beam: Beam, material: str, *, method: str, form_factor: str) -> CrossSection:
        """Cross section per nucleus of a material at unit coupling."""
        ...

    def produce(self, model: Model, tracks: Tracks, minimum: float, *, method: str, form_factor: str) -> Yield:
        """Mediators with energy above ``minimum`` made along the tracks."""
        ...


@dataclass(frozen=True)
class Signal:
    """Expected accepted events per primary: unit[point] * coupling**power.

    ``reason`` says, per point, why there is no signal (or None).
    """

    unit: Array
    power: float
    reason: tuple[str | None, ...]
    notes: tuple[str, ...] = ()


class Signature(Protocol):
    """One way of seeing the mediator: turns yields into accepted events."""

    name: str

    @property
    def minimum_energy(self) -> float:
        """Mediator energy below which nothing can be accepted."""
        ...

    def efficiency(self, energy: Array, beam: Beam) -> Array:
        """Probability in [0, 1] that a mediator of this energy is accepted."""
        ...

    def select(self, model: Model, made: Yield, beam: Beam) -> Signal:
        """Accepted events per primary at unit coupling."""
        ...


@dataclass(frozen=True)
class Run:
    """One data-taking period: particles on target, efficiency and its relative uncertainty."""

    name: str
    exposure: float
    efficiency: float
    efficiency_uncertainty: float = 0.0


@dataclass(frozen=True)
class SignalBin:
    """One counting bin: what is seen in it and how."""

    name: str
    signature: Signature
    observed: int
    background: float
    background_error: float


@dataclass(frozen=True)
class Experiment:
    """A published analysis or a projection, as its TOML file declares it."""

    name: str
    title: str
    beam: Beam
    target: Target
    runs: tuple[Run, ...]
    bins: tuple[SignalBin, ...]
    exposure_uncertainty: float
    projection: bool
    assumptions: tuple[str, ...]
    references: tuple[str, ...]
    published: str

    @property
    def exposure(self) -> float:
        """Particles on target, summed over runs."""
        return sum(run.exposure for run in self.runs)

    @property
    def effective_exposure(self) -> float:
        """Particles on target times efficiency, summed over runs."""
        return sum(run.exposure * run.efficiency for run in self.runs)


@dataclass(frozen=True)
class Limit:
    """An exclusion limit on the coupling at each parameter point, which explains itself.

    Attributes:
        model, experiment: names. title, projection, analysis_references: those of the experiment.
        parameters: the model parameters as given.
        mass, dark_mass: mediator and lightest dark mass, [point].
        alpha_D: dark coupling, [point] (nan where the model has none).
        coupling_upper: upper edge of the allowed couplings (nan where there is no limit), [point].
        intervals: excluded couplings, per point a tuple of (lower, upper) pairs.
        expected_counts: expected signal events at unit coupling, [point].
        count_limit: excluded number of signal events.
        power: how the counts scale with the coupling.
        cl, statistic: confidence level and name of the statistical method.
        relative_error: numerical error on the coupling, [point].
        systematics: named relative uncertainties of the coupling, each [point].
        method: the approximations used.
        reason: why there is no limit, or None, [point].
        references: arXiv numbers. version: of darktarget.
    """

    model: str
    experiment: str
    title: str
    projection: bool
    analysis_references: tuple[str, ...]
    parameters: Mapping[str, Any]
    mass: Array
    dark_mass: Array
    alpha_D: Array
    coupling_upper: Array
    intervals: tuple[tuple[tuple[float, float], ...], ...]
    expected_counts: Array
    count_limit: float
    power: float
    cl: float
    statistic: str
    relative_error: Array
    systematics: Mapping[str, Array]
    method: tuple[str, ...]
    reason: tuple[str | None, ...]
    references: tuple[str, ...]
    version: str

    @property
    def y(self) -> Array:
        r"""The relic variable :math:`y = \epsilon^2\alpha_D (m_\chi/m_{A'})^4` at the limit, [point]."""
        return np.asarray(self.coupling_upper**2 * self.alpha_D * (self.dark_mass / self.mass) ** 4)
