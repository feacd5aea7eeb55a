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


@dataclass(frozen=True)
class Channel:
    """One decay channel: partial width = at(mass) * coupling**power.

    Attributes:
        parent, daughters: names of the states.
        at: virtual masses of the parent, [point, any] -> partial width at unit coupling (energy unit), same shape.
        power: how the width grows with the coupling.
        dark: whether all daughters are dark.
    """

    parent: str
    daughters: tuple[str, ...]
    at: Callable[[Array], Array]
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

    def width(self, *, dark: bool, at: Array | None = None) -> Array:
        """Width of the mediator at unit coupling into dark, or into visible particles.

        Args:
            at: virtual masses, [point, any]; the mediator's mass by default.

        Returns:
            energy unit; [point], or the shape of ``at``.
        """
        mass = self.mass[:, None] if at is None else at
        total = np.zeros_like(mass)
        for channel in self.channels():
            if channel.parent == self.mediator and channel.dark is dark:
                total = total + channel.at(mass)
        return total[:, 0] if at is None else total
