"""Experiments: beam, target, runs, counting bins and how each sees a signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol, runtime_checkable

from darktarget.core.curve import FittedNumber
from darktarget.core.model import Model
from darktarget.core.signal import Signal
from darktarget.core.yields import Beam, Target, Yield
from darktarget.numerics.arrays import Array
from darktarget.numerics.interpolation import log_linear
from darktarget.numerics.values import ByValue, FrozenDict, freeze
from darktarget.options import OptionValue
from darktarget.results.base import Described
from darktarget.results.layout import Column, Layout
from darktarget.units import GeV

_LAYOUT: Final = Layout(
    heading=lambda r: r.name,
    sentence=lambda r: (
        f"{r.title}: a {'projection' if r.projection else 'measurement'} with {r.exposure:.3g} {r.beam.particle}s of "
        f"{r.beam.energy / GeV:g} GeV on target, {len(r.bins)} signal region{'s' * (len(r.bins) > 1)}."
    ),
    facts=lambda r: (
        f"{r.exposure:.3g} {r.beam.particle}s of {r.beam.energy / GeV:g} GeV on target, {len(r.bins)} signal "
        f"region{'s' * (len(r.bins) > 1)}, {'projection' if r.projection else 'measurement'}"
    ),
    columns=(
        Column("runs.name", axes=("run",), name="run", text="data-taking period"),
        Column("runs.exposure", axes=("run",), text="particles on target"),
        Column("runs.efficiency", axes=("run",), text="efficiency"),
        Column("runs.efficiency_uncertainty", axes=("run",), text="its relative uncertainty"),
    ),
    rows=("run",),
)


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

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary at unit coupling."""
        ...


@runtime_checkable
class ReadsSlabs(Signature, Protocol):
    """A signature that needs a detector: optional ability of signatures with simulated decays.

    Attributes:
        needs: roles of slabs that the detector must have. named_slabs: names of slabs that its cuts are on.
        cell_slabs: those of them whose middle cell is read out.
    """

    @property
    def needs(self) -> tuple[str, ...]: ...

    @property
    def named_slabs(self) -> tuple[str, ...]: ...

    @property
    def cell_slabs(self) -> tuple[str, ...]: ...


@runtime_checkable
class IgnoresKeys(Signature, Protocol):
    """A signature some keys of which have no effect in some configurations."""

    def ignored(self, target: Target) -> Mapping[str, str]:
        """Keys without effect for a target, each with the reason."""
        ...


@runtime_checkable
class CutsOnShowers(Signature, Protocol):
    """A signature with cuts on the shape of the shower, which need tracks of a simulated one."""

    def without_shower(self) -> Signature:
        """The same without those cuts."""
        ...


@runtime_checkable
class HasInvisible(Signature, Protocol):
    """A signature with an invisible counterpart: the search that a published limit is of."""

    def invisible(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted invisible events per primary at unit coupling."""
        ...


@dataclass(frozen=True)
class Run:
    """One data-taking period: particles on target, efficiency and its relative uncertainty, intensity of the beam.

    ``fitted``: which of its numbers were chosen to meet a published limit.
    """

    name: str
    exposure: float
    efficiency: float
    efficiency_uncertainty: float = 0.0
    particles_per_spill: float | None = None
    fitted: tuple[FittedNumber, ...] = ()

    @property
    def spills(self) -> float | None:
        """Exposure over intensity; None where no intensity is declared.

        >>> Run("2018", 18.7e10, 0.5, particles_per_spill=7e6).spills
        26714.285714285714
        """
        return None if self.particles_per_spill is None else self.exposure / self.particles_per_spill


@dataclass(frozen=True)
class Purity:
    """How pure a beam is, as stated by the experiment.

    Attributes:
        impurity: share of other particles in the beam. suppressed_to: share that passes as beam particles.
        momentum_window: accepted distance of the measured momentum from the nominal one, energy unit.
    """

    impurity: float
    suppressed_to: float
    momentum_window: float


@dataclass(frozen=True)
class SignalRegion:
    """One counting bin: what is seen in it and how.

    A projection has seen nothing yet: ``observed`` is None and ``expected_from_background`` says which limit
    of its background it quotes (median, average or nearest). ``fitted``: which of its numbers were chosen to meet a
    published limit.
    """

    name: str
    signature: Signature
    observed: int | None
    background: float
    background_error: float
    expected_from_background: str | None = None
    fitted: tuple[FittedNumber, ...] = ()

    def __repr__(self) -> str:
        count = f"expected: {self.expected_from_background}" if self.observed is None else f"observed {self.observed}"
        error = f" +- {self.background_error:g}" if self.background_error else ""
        return f"<{self.name}: {count}, background {self.background:g}{error}, signature {self.signature.name}>"


def applicable(signature: Signature, made: Yield) -> Signature:
    """The signature with the cuts that a yield allows: none on the shape of a shower that was not simulated."""
    return signature.without_shower() if not made.showered and isinstance(signature, CutsOnShowers) else signature


@dataclass(frozen=True, eq=False)
class PublishedLimit(ByValue):
    """A published limit of the invisible search of the same set-up.

    Attributes:
        mass: energy unit, ascending. coupling: the limit at each.
        effective_exposure: particles on target times efficiency behind it. text: where it is from.
        processes: what makes the mediators in it.
    """

    mass: Array
    coupling: Array
    effective_exposure: float
    text: str
    processes: tuple[str, ...]

    def at(self, mass: Array) -> Array:
        """The limit at other masses: linear in the logarithms, and on beyond the ends."""
        return log_linear(self.mass, self.coupling, mass)


@dataclass(frozen=True, eq=False, repr=False)
class Experiment(Described, ByValue):
    """A published analysis or a projection, as its TOML file declares it.

    ``signal_uncertainty``: relative uncertainty of the signal by process, at every mass.
    ``normalisation``: what yields may be rescaled to, see ``darktarget.limits.recast``.
    ``options``: default options of processes and steps, by name of the process or step; a user's keyword overrides.
    ``purity``, ``apparatus``: stated facts of beam and set-up that no yield uses; the declared efficiencies and
    backgrounds contain what they do.
    """

    layout: ClassVar[Layout] = _LAYOUT

    name: str
    title: str
    beam: Beam
    target: Target
    runs: tuple[Run, ...]
    bins: tuple[SignalRegion, ...]
    exposure_uncertainty: float
    projection: bool
    assumptions: tuple[str, ...]
    references: tuple[str, ...]
    published: str
    signal_uncertainty: Mapping[str, float] = field(default_factory=FrozenDict)
    normalisation: PublishedLimit | None = None
    purity: Purity | None = None
    apparatus: Mapping[str, float | str] = field(default_factory=FrozenDict)
    options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=FrozenDict)

    def __post_init__(self) -> None:
        freeze(self, "signal_uncertainty", "apparatus", "options")

    @property
    def exposure(self) -> float:
        """Particles on target, summed over runs."""
        return sum(run.exposure for run in self.runs)

    @property
    def effective_exposure(self) -> float:
        """Particles on target times efficiency, summed over runs."""
        return sum(run.exposure * run.efficiency for run in self.runs)

    @property
    def fitted(self) -> tuple[FittedNumber, ...]:
        """Numbers of runs and bins that were chosen to meet a published limit."""
        parts: tuple[Run | SignalRegion, ...] = (*self.runs, *self.bins)
        return tuple(number for part in parts for number in part.fitted)

    @property
    def assumed_efficiency(self) -> float:
        """Efficiency of the whole exposure that a projection assumes; nan for a measurement."""
        return self.effective_exposure / self.exposure if self.projection else float("nan")

    @property
    def caveats(self) -> tuple[str, ...]:
        """What every result says: the efficiency that a projection assumes, and fitted numbers."""
        assumed = (f"projection with efficiency {self.assumed_efficiency:.3g} assumed",) if self.projection else ()
        return (*assumed, *(str(number) for number in self.fitted))

    @property
    def impurities(self) -> float | None:
        """Other particles that pass as beam particles in the whole exposure; None where no purity is declared."""
        return None if self.purity is None else self.exposure * self.purity.suppressed_to
