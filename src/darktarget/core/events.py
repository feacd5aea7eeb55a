"""Weighted samples of what was made, with four-momenta and vertices; and the particle numbers that files carry.

Numbers follow the Monte Carlo numbering scheme of the PDG review: leptons and nuclei as there, dark matter 51 (scalar),
52 (fermion), 53 (vector), mediators 54 (spin 0) and 55 (spin 1), 39 (spin 2). What other codes of the field call them:

========  ====  ==============================================================  ========
particle  here  DMG4                                                            LDMX
========  ====  ==============================================================  ========
spin-1    55    5500022 (A' invisible), 5500122 (visible), 5500322 (inelastic)  622 (A')
spin-0    54    numbers of its own per parity                                   -
spin-2    39    -                                                               -
========  ====  ==============================================================  ========
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.arrays import Array
from darktarget.numerics.values import ByValue, FrozenDict, freeze
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout
from darktarget.structures import Ability

Ids = NDArray[np.int64]
INCOMING: Final = -1
OUTGOING: Final = 1
DECAYED: Final = 2  # made and gone: its decay products are among the outgoing particles

#: PDG number of the mediator of each Lorentz structure.
MEDIATOR_ID: Final[Ability[int]] = Ability("particle_id")
_LAYOUT: Final = Layout(
    heading=lambda r: f"{r.process} of {r.model} at {r.experiment}",
    sentence=lambda r: f"{len(r)} weighted events of {r.process} of {r.model} at {r.experiment}, seed {r.seed}.",
    facts=lambda r: f"{len(r)} of {r.number} events from number {r.first}, seed {r.seed}",
    columns=(
        Column("weight", axes=("event",), text="expected number per primary that the event stands for"),
        Column("depth", "X0", axes=("event",), text="depth of production"),
        Column("vertex", "cm", axes=("event", "place"), text="place of production"),
        Column("particle", axes=("event", "member"), name="pdg", text="PDG number"),
        Column("momentum", "GeV", axes=("event", "member", "component"), name="p", text="four-momentum"),
        Column("mass", "GeV", axes=("event", "member"), text="mass"),
        Column("extra", axes=("event",), name="", text="further column"),
    ),
    rows=("event",),
    labels={"member": "role", "component": ("E", "x", "y", "z"), "place": ("ct", "x", "y", "z")},
    best="weight",
    extreme="largest",
)


@dataclass(frozen=True, eq=False, repr=False)
class Events(Result, ByValue):
    """A weighted sample of production events of one model point.

    Attributes:
        process, model, experiment: names.
        weight: expected number per primary at unit coupling that each event stands for, [event]; they sum to the
            yield. power: the number grows as coupling**power.
        momentum: (E, px, py, pz), energy unit, beam along z, [event, particle, 4].
        particle: PDG numbers, [event, particle]. mass: energy unit, same shape.
        status: INCOMING, OUTGOING or DECAYED, [particle].
        role: what each particle is, in words, [particle].
        vertex: (ct, x, y, z) of production in cm, from the front of the target, [event, 4].
        depth: of production, X0 of the whole target, [event].
        number: events of the whole sample, of which these may be a part.
        seed: of the sample. first: number of the first of these events.
        method: the approximations used. references: arXiv numbers.
        extra: more columns by name, each [event]: where decays happen and what a detector sees.
    """

    layout: ClassVar[Layout] = _LAYOUT

    process: str
    model: str
    experiment: str
    weight: Array
    power: float
    momentum: Array
    particle: Ids
    mass: Array
    status: tuple[int, ...]
    role: tuple[str, ...]
    vertex: Array
    depth: Array
    number: int
    seed: int
    first: int = 0
    method: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    extra: Mapping[str, Array] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        freeze(self, "extra")
        if not np.all(np.isfinite(self.weight)) or np.any(self.weight < 0):
            bad = self.weight[~(np.isfinite(self.weight) & (self.weight >= 0))]
            raise InputError("weight", float(bad[0]), "finite and >= 0", "An event without a weight means nothing.")

    def __len__(self) -> int:
        return int(self.weight.size)

    def of(self, role: str) -> Array:
        """Four-momenta of the particle with a role, [event, 4]."""
        return np.asarray(self.momentum[:, self.role.index(role)])

    def at(self, coupling: float, exposure: float = 1.0) -> Events:
        """The same events weighted with the number expected at a coupling for some primaries on target."""
        return replace(self, weight=self.weight * coupling**self.power * exposure, power=0.0)

    @property
    def effective_number(self) -> float:
        """Number of unweighted events with the same statistical power, (sum w)^2 / sum w^2."""
        total = float((self.weight**2).sum())
        return float(self.weight.sum()) ** 2 / total if total > 0 else 0.0
