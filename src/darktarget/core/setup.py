"""Experiments: beam, target, runs, counting bins and how each sees a signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from darktarget.core.arrays import Array
from darktarget.core.model import Model
from darktarget.core.signal import Signal
from darktarget.core.yields import Beam, Target, Yield


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


@dataclass(frozen=True)
class Run:
    """One data-taking period: particles on target, efficiency and its relative uncertainty."""

    name: str
    exposure: float
    efficiency: float
    efficiency_uncertainty: float = 0.0


@dataclass(frozen=True)
class SignalBin:
    """One counting bin: what is seen in it and how.

    A projection has seen nothing yet: ``observed`` is None and ``expected_from_background`` says which limit
    of its background it quotes (median, average or nearest).
    """

    name: str
    signature: Signature
    observed: int | None
    background: float
    background_error: float
    expected_from_background: str | None = None


@dataclass(frozen=True)
class Experiment:
    """A published analysis or a projection, as its TOML file declares it.

    ``signal_uncertainty``: relative uncertainty of the signal by process, at every mass.
    """

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
    signal_uncertainty: Mapping[str, float] = field(default_factory=dict)

    @property
    def exposure(self) -> float:
        """Particles on target, summed over runs."""
        return sum(run.exposure for run in self.runs)

    @property
    def effective_exposure(self) -> float:
        """Particles on target times efficiency, summed over runs."""
        return sum(run.exposure * run.efficiency for run in self.runs)
