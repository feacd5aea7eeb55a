"""Lagrangians as the rest of the package sees them: coupling structures, decay channels, models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darktarget.core.arrays import Array


@dataclass(frozen=True)
class LorentzStructure:
    """How a mediator couples to a lepton line, and its spin; any file may create one."""

    name: str
    spin: int


VECTOR = LorentzStructure("vector", 1)  # g gamma^mu
AXIAL = LorentzStructure("axial", 1)  # g gamma^mu gamma5
SCALAR = LorentzStructure("scalar", 0)  # g
PSEUDOSCALAR = LorentzStructure("pseudoscalar", 0)  # i g gamma5
TENSOR = LorentzStructure("tensor", 2)  # c T^{mu nu} of leptons, photons and all else
TENSOR_LEPTONS = LorentzStructure("tensor-leptons", 2)  # c T^{mu nu} of the leptons alone


@dataclass(frozen=True)
class State:
    """A particle of the dark sector.

    Attributes:
        name: its symbol. mass: [point].
        degrees: internal degrees of freedom, those of a distinct antiparticle included.
    """

    name: str
    mass: Array
    degrees: int


@dataclass(frozen=True)
class Channel:
    """One decay channel: partial width = at(mass) * coupling**power.

    Attributes:
        parent, daughters: names of the states.
        at: virtual masses of the parent, [point, any] -> partial width at unit coupling (energy unit), same shape.
        power: how the width grows with the coupling.
        dark: whether all daughters leave no trace (dark particles and neutrinos).
        masses: of the daughters, each [point]; empty where the final state is not resolved (hadrons).
    """

    parent: str
    daughters: tuple[str, ...]
    at: Callable[[Array], Array]
    power: float
    dark: bool
    masses: tuple[Array, ...] = ()

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

    def states(self) -> tuple[State, ...]:
        """The stable and unstable dark particles, the lightest first; the mediator is not one of them."""
        return ()

    @property
    def dark_threshold(self) -> Array:
        """Least invariant mass of anything dark that the mediator can turn into, [point]."""
        thresholds = [np.sum(c.masses, axis=0) for c in self._mediated(dark=True) if c.masses]
        return np.asarray(np.min(thresholds or [2 * self.dark_mass], axis=0))

    def _mediated(self, dark: bool | None = None) -> list[Channel]:
        of_mediator = [c for c in self.channels() if c.parent == self.mediator]
        return [c for c in of_mediator if dark is None or c.dark is dark]

    def width(self, *, dark: bool | None = None, at: Array | None = None, coupling: float = 1.0) -> Array:
        """Width of the mediator into dark or visible particles, or (None) into all.

        Args:
            at: virtual masses, [point, any]; the mediator's mass by default.
            coupling: at which it is evaluated.

        Returns:
            energy unit; [point], or the shape of ``at``.
        """
        mass = self.mass[:, None] if at is None else at
        parts = [channel.at(mass) * coupling**channel.power for channel in self._mediated(dark)]
        total = np.asarray(sum(parts, np.zeros_like(mass)))
        return total[:, 0] if at is None else total

    def invisible_fraction(self) -> Array:
        """Branching fraction of the mediator into dark channels for a small coupling, [point]; 0 where none is open.

        Only the channels of the lowest power of the coupling count: a visible width of order coupling^2 is
        neglected next to a dark one of order 1, but not next to neutrinos of the same order.
        """
        mass, fraction = self.mass[:, None], np.full(self.points, np.nan)
        for power in sorted({c.power for c in self._mediated()}):
            total, dark = np.zeros(self.points), np.zeros(self.points)
            for channel in self._mediated():
                if channel.power == power:
                    width = channel.at(mass)[:, 0]
                    total, dark = total + width, dark + width * channel.dark
            leads = np.isnan(fraction) & (total > 0)
            fraction[leads] = dark[leads] / total[leads]
        return np.asarray(np.nan_to_num(fraction))
