"""What is made where: beam, target, track lengths, cross sections and yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from darktarget.core.detector import Layer, Slab
from darktarget.core.material import Medium
from darktarget.core.model import Model
from darktarget.numerics.arrays import Array
from darktarget.numerics.interpolation import semilog
from darktarget.numerics.values import ByValue, FrozenDict, freeze
from darktarget.options import OptionGroup
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout
from darktarget.units import GeV

Own = TypeVar("Own", bound=OptionGroup, contravariant=True)

_TRACKS: Final = Layout(
    heading=lambda r: f"in {', '.join(map(str, r.materials))}, {r.beam.energy / GeV:g} GeV {r.beam.particle} beam",
    sentence=lambda r: f"Track lengths per {r.beam.particle} of {r.beam.energy / GeV:g} GeV, by species and material.",
    columns=(
        Column("depth", "X0", axes=("depth_edge",), coordinate=True, text="edges of the depth bins"),
        Column("energy", "GeV", axes=("energy_edge",), coordinate=True, text="edges of the energy bins"),
        Column("length", "X0", axes=("species", "material", "depth", "energy"), text="track length per primary"),
        Column("error", "X0", axes=("species", "material", "depth", "energy"), text="its statistical error"),
        Column("line", "X0", axes=("species", "material"), text="length travelled at the beam energy"),
    ),
    rows=("species", "material", "depth", "energy"),
    labels={"species": "species", "material": "materials"},
)
_YIELD: Final = Layout(
    heading=lambda r: f"of {r.process}",
    sentence=lambda r: (
        f"{'Dark pairs' if r.decayed else 'Mediators'} produced per primary by {r.process} at unit coupling, growing "
        f"as the power {r.power:g} of the coupling."
    ),
    facts=lambda r: f"{len(r.weight)} points, {r.weight.shape[1]} energies, coupling^{r.power:g}",
    columns=(
        Column("energy", "GeV", axes=("point", "node"), text="energy of the mediator or dark pair"),
        Column("weight", axes=("point", "node"), text="number per primary at unit coupling"),
        Column("pair_mass", "GeV", axes=("point", "node"), text="invariant mass of the dark pair"),
        Column("without", axes=("point", "node"), name="weight_without", text="number without an effect"),
        Column("total", text="number per primary at unit coupling, summed over energies"),
        Column("error", name="relative_error", text="relative numerical error"),
        Column("systematics", name="systematic", text="relative uncertainty"),
    ),
    rows=("point", "node"),
    best="total",
    extreme="largest",
)
_SIGMA: Final = Layout(
    heading=lambda r: "per nucleus at unit coupling",
    sentence=lambda r: "Production cross section per nucleus at unit coupling.",
    columns=(
        Column("mass", "GeV", text="mediator mass", coordinate=True),
        Column("sigma", "pb", text="cross section per nucleus at unit coupling"),
        Column("relative_error", text="numerical error of the integral"),
        Column("systematics", name="systematic", text="relative uncertainty"),
        Column("reason", text="why it is zero"),
    ),
    horizontal="mass_GeV",
    best="sigma_pb",
    extreme="largest",
)
_DIFFERENTIAL: Final = Layout(
    heading=lambda r: "per nucleus at unit coupling",
    sentence=lambda r: "Differential cross section per nucleus at unit coupling.",
    columns=(
        Column("value", "per_GeV2", axes=("point", "value"), name="sigma", text="per unit of the variables"),
        Column("relative_error", axes=("point", "value"), text="numerical error"),
    ),
    rows=("point", "value"),
    best="sigma_per_GeV2",
    extreme="largest",
)


@dataclass(frozen=True)
class Beam:
    """The primary particle and its energy."""

    particle: str
    energy: float


@dataclass(frozen=True)
class Target:
    """A stack of layers, repeated; a homogeneous target is one layer, once.

    Attributes:
        layers: in the order the beam meets them. repeat: how often.
        preshower_repeats: how many repetitions from the front are read out as pre-shower.
        cell_cm: width of a readout cell, 0 for none.
        slabs: the volumes along the beam, this target among them, ascending; empty where only the target matters.
    """

    layers: tuple[Layer, ...]
    repeat: int = 1
    preshower_repeats: int = 0
    cell_cm: float = 0.0
    slabs: tuple[Slab, ...] = ()

    @property
    def radiator(self) -> Medium:
        """The material of the first layer, where a beam starts to shower."""
        return self.layers[0].material


@dataclass(frozen=True, eq=False, repr=False)
class Tracks(Result, ByValue):
    """Track length of each species per primary.

    Attributes:
        beam: the primary.
        species: names of the charged and neutral species, axis 0 of ``length``.
        materials: names of materials, or materials of the user's own; axis 1.
        depth: depth edges in X0 of the whole stack, axis 2.
        energy: energy edges, axis 3.
        length: length[species, material, depth, bin] in X0 of that material, per primary.
        line: line[species, material], the length travelled at exactly the beam energy.
        error: statistical error of ``length``, same shape.
        method: how it was obtained, in words.
        references: arXiv numbers.
        showered: whether a shower was simulated; without one a cut on its shape has no efficiency.
    """

    layout: ClassVar[Layout] = _TRACKS

    beam: Beam
    species: tuple[str, ...]
    materials: tuple[Medium, ...]
    depth: Array
    energy: Array
    length: Array
    line: Array
    error: Array
    method: str
    references: tuple[str, ...] = ()
    showered: bool = True

    def density(self, species: str, material: Medium, energy: Array) -> Array:
        """Track length per energy (X0 per energy unit and primary), summed over depth; the line is not in it.

        Linear in the logarithm of the energy between bin centres and on to the outer edges, 0 outside.
        """
        i, j = self.species.index(species), self.materials.index(material)
        centre = np.sqrt(self.energy[1:] * self.energy[:-1])
        per_log = self.length[i, j].sum(axis=0) / np.log(self.energy[1:] / self.energy[:-1])
        inside = (energy > self.energy[0]) & (energy < self.energy[-1])
        if centre.size > 1:
            ends = per_log[[0, -1]] + (per_log[[0, -1]] - per_log[[1, -2]]) / 2
            centre = np.concatenate([self.energy[:1], centre, self.energy[-1:]])
            per_log = np.concatenate([ends[:1], per_log, ends[1:]]).clip(0)
        value = semilog(centre, per_log, np.maximum(energy, self.energy[0]))
        return np.asarray(np.where(inside, value / np.maximum(energy, self.energy[0]), 0.0))

    def nodes(self, species: str, material: Medium, minimum: float, merge: int = 1) -> tuple[Array, Array]:
        """Energies above ``minimum`` and the track length at each (X0 per primary), summed over depth.

        Args:
            merge: bins taken together, at their mean energy.
        """
        i, j = self.species.index(species), self.materials.index(material)
        length = self.length[i, j].sum(axis=0)
        centre = np.sqrt(self.energy[1:] * self.energy[:-1])
        inside = centre > minimum
        group = np.cumsum(inside[::-1])[::-1][inside] // merge  # counted from the top
        total = np.bincount(group, length[inside], 1)[::-1]
        mean = np.bincount(group, length[inside] * centre[inside], 1)[::-1]
        energy = np.append(mean[total > 0] / total[total > 0], self.beam.energy)
        weight = np.append(total[total > 0], self.line[i, j])
        keep = (weight > 0) & (energy > minimum)
        return energy[keep], weight[keep]


#: Energies of a struck nucleon above which a yield tells its share.
RECOILS_GEV: Final = (0.0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
#: Fractions u of the mediators, as ln[u/(1-u)], whose angles a yield tells.
LOGITS: Final = (-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0)


def angle_at(logs: Array, fraction: Array) -> Array:
    r"""theta^2 that a fraction u of the mediators stays below, linear in :math:`\ln\theta^2` over ln[u/(1-u)].

    Args:
        logs: ln(theta^2) at ``LOGITS``, [node, fraction]. fraction: u in (0, 1), [node, any].

    Returns:
        [node, any].

    >>> law = np.array([LOGITS])  # theta^2 = u/(1-u)
    >>> angle_at(law, np.array([[0.001, 0.5, 0.9]])).round(3).tolist()
    [[0.001, 1.0, 9.0]]
    """
    place = np.log(fraction / (1 - fraction))
    step = LOGITS[1] - LOGITS[0]
    index = np.clip((place - LOGITS[0]) // step, 0, len(LOGITS) - 2).astype(int)
    left, right = (np.take_along_axis(logs, index + i, axis=1) for i in (0, 1))
    over = place - np.take(LOGITS, index)
    inside = left + (right - left) * np.clip(over / step, 0, 1)
    return np.asarray(np.exp(inside + np.minimum(over, 0) + np.maximum(over - step, 0)))


def joined_angles(points: int, parts: Sequence[Callable[[], Array]]) -> Array:
    """What several parts of a yield calculate as its ``angle``, one behind the other, [point, node, fraction]."""
    return np.concatenate([np.zeros((points, 0, len(LOGITS))), *(part() for part in parts)], axis=1)


@dataclass(frozen=True, eq=False, repr=False)
class Yield(Result, ByValue):
    """Mediators (or dark pairs) produced per primary at unit coupling, as weights on energy nodes.

    Attributes:
        process: the process name.
        energy: mediator (or dark pair) energy, [point, node].
        parent: energy of the particle that radiated or annihilated, [point, node] ([1, node] if all agree).
        species: what that particle was, one name per node.
        weight: mediators per primary at unit coupling, [point, node]; its sum over nodes is the yield.
        power: the yield grows as coupling**power.
        decayed: the final state is the dark pair already (virtual mediators included), not the mediator.
        error: relative numerical error, [point].
        systematics: named relative uncertainties, each [point].
        method: the approximations used.
        references: arXiv numbers.
        pair_mass: invariant mass of the dark pair, [point, node]; None where the mediator is on shell.
        without: the weights without an effect that they include, [point, node], by the name of the effect.
        angle: calculates ln(theta^2) of the angle between the mediator and what made it at the fractions
            ``LOGITS``, [point, node, fraction], for those who ask. None: along it.
        struck: share of the yield in which a nucleon is struck out of the nucleus and takes more than each of
            ``RECOILS_GEV``, [point, recoil]. None: the nucleus stays whole.
        showered: that of the tracks.
        on_shell: of dark pairs through a mediator: calculates the mediators on their mass shell whatever they decay
            to, for signatures that follow them to their decay. None: the yield has all that there is.
    """

    layout: ClassVar[Layout] = _YIELD

    process: str
    energy: Array
    parent: Array
    species: npt.NDArray[np.str_]
    weight: Array
    power: float
    error: Array
    decayed: bool = False
    systematics: Mapping[str, Array] = field(default_factory=FrozenDict)
    method: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    angle: Callable[[], Array] | None = None
    pair_mass: Array | None = None
    without: Mapping[str, Array] = field(default_factory=FrozenDict)
    struck: Array | None = None
    showered: bool = True
    on_shell: Callable[[], Yield] | None = None

    def __post_init__(self) -> None:
        freeze(self, "systematics", "without")

    @property
    def total(self) -> Array:
        """Mediators per primary at unit coupling, [point]."""
        return np.asarray(self.weight.sum(axis=1))

    def struck_above(self, recoil: float) -> Array:
        """Share of the yield in which a struck nucleon takes more than an energy (energy unit), [point].

        Between ``RECOILS_GEV`` it is straight in the logarithm of the energy, below the first in the energy itself.
        """
        if self.struck is None:
            return np.zeros(len(self.weight))
        first = RECOILS_GEV[1] * GeV
        place = recoil / first - 1 if recoil < first else float(np.log(recoil / first))
        known = [-1.0, *np.log(np.array(RECOILS_GEV[1:]) / RECOILS_GEV[1])]
        return np.array([np.interp(place, known, row) for row in self.struck])


@dataclass(frozen=True, eq=False, repr=False)
class CrossSection(Result, ByValue):
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

    layout: ClassVar[Layout] = _SIGMA

    mass: Array
    sigma: Array
    relative_error: Array
    systematics: Mapping[str, Array]
    method: tuple[str, ...]
    reason: tuple[str | None, ...]
    references: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self, "systematics")


@dataclass(frozen=True, eq=False, repr=False)
class DifferentialCrossSection(Result, ByValue):
    """A differential cross section per nucleus at unit coupling, with its numerical error.

    Attributes:
        value: (energy unit)^-2 per unit of the variables, [point, n].
        relative_error: [point, n].
        method: the approximations used. references: arXiv numbers.
    """

    layout: ClassVar[Layout] = _DIFFERENTIAL

    value: Array
    relative_error: Array
    method: tuple[str, ...]
    references: tuple[str, ...]


class Process(Protocol[Own]):
    """One way of producing the mediator; ``beams`` are the particles it has a cross section for.

    ``Own`` is the group of its options, which the entry ``darktarget.options`` of the same name declares.
    """

    name: str
    beams: tuple[str, ...]

    def cross_section(self, model: Model, beam: Beam, target: Medium, options: Own) -> CrossSection:
        """Cross section per nucleus of a material at unit coupling."""
        ...

    def produce(self, model: Model, tracks: Tracks, minimum: float, options: Own) -> Yield:
        """Mediators with energy above ``minimum`` made along the tracks."""
        ...
