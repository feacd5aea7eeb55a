"""What a law is, the model that it is checked for, and where a width of a model comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MethodType
from typing import Any, Final

import numpy as np

from darktarget.core import Array, Channel, Model
from darktarget.core.guard import OwnFunction
from darktarget.decays.currents import PairWidth
from darktarget.decays.lepton_pair import LeptonPair
from darktarget.models.sources import Factory

#: Masses in GeV at which laws are checked by default.
MASSES: Final = (1e-3, 0.03, 0.3, 1.7)
#: (particle, energy in GeV, material) of the beams of the cross sections; a process takes the first that it knows.
BEAMS: Final = (("electron", 100.0, "Pb"), ("positron", 8.0, "W"), ("photon", 70.0, "Pb"))
NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True)
class Subject:
    """A model with what its laws are checked at.

    Attributes:
        build: builds the model from its parameters. given: parameters besides the mass. masses: GeV.
        beams: (particle, energy in GeV, material) for cross sections. every_beam: whether each is tried, not only the
            first that a process knows. processes: names, by default those of the model. experiment: for limits.
    """

    build: Factory
    given: Mapping[str, Any] = field(default_factory=dict)
    masses: tuple[float, ...] = MASSES
    beams: tuple[tuple[str, float, str], ...] = BEAMS
    every_beam: bool = False
    processes: tuple[str, ...] = ()
    experiment: str = "na64e-2018"

    def model(self, mass: Any = None, **changed: Any) -> Model:
        """The model at the masses of the laws, or at others, with some parameters changed."""
        return self.build(**{"mass": list(self.masses) if mass is None else mass, **self.given, **changed})

    def at(self, *masses: float) -> Subject:
        """The same at other masses."""
        return replace(self, masses=masses)


@dataclass(frozen=True)
class Law:
    """Something that holds for every model.

    Attributes:
        name: in words. broken: of a subject -> texts, one for each way in which the law is broken.
        once: whether it is slow, and checked for the defaults of the parameters only.
        remark: whether a model may break it for a reason.
    """

    name: str
    broken: Callable[[Subject], Iterator[str]]
    once: bool = False
    remark: bool = False


def law(name: str, *, once: bool = False, remark: bool = False) -> Callable[[Callable[[Subject], Iterator[str]]], Law]:
    """Make a law of a function; the arguments are those of ``Law``."""
    return partial(Law, name, once=once, remark=remark)


def mass_of(model: Model, parent: str) -> Array:
    """Mass of the mediator or of a dark state, [point]."""
    return model.mediator_mass if parent == model.mediator else model.state(parent).mass


def virtual_masses(model: Model, channel: Channel) -> Array:
    """Masses of the parent around the threshold of a channel and its own, [point, 5]."""
    threshold = np.sum(channel.masses, axis=0) if channel.masses else mass_of(model, channel.parent)
    scale = np.maximum(threshold, mass_of(model, channel.parent))
    return np.asarray(scale[:, None] * np.array([0.3, 0.999, 1.001, 1.4, 3.0]))


def source_of(model: Model, channel: Channel) -> str:
    """The method that a channel comes from, in words, with the channel.

    >>> from darktarget.models.dark_photon import DarkPhoton
    >>> model = DarkPhoton(mass=0.1)
    >>> [source_of(model, channel) for channel in model.channels()[:2]]
    ["DarkPhoton.pairs (A' -> chi chibar)", "DarkPhoton.lepton_coupling (A' -> e+ e-)"]
    """
    return f"{type(model).__name__}.{_method(channel.at)} ({channel.parent} -> {channel.label})"


def _method(function: Any) -> str:
    if isinstance(function, OwnFunction):
        return function.place.method.partition(":")[0]
    while isinstance(function, partial):
        function = function.func
    if isinstance(function, PairWidth):
        return "pairs"
    if isinstance(function, LeptonPair):
        return "lepton_coupling"
    if isinstance(function, MethodType):
        return function.__name__ if isinstance(function.__self__, Model) else "transitions"
    return "channels"


def first(values: Any, bad: Any, *axes: Any) -> str:
    """The first value that is bad, and where it is.

    Args:
        values, bad: arrays of one shape. axes: arrays that broadcast to it, which are quoted.
    """
    index = tuple(i[0] for i in np.nonzero(np.broadcast_to(bad, np.shape(values))))
    where = ", ".join(f"{np.broadcast_to(axis, np.shape(values))[index]:.4g} GeV" for axis in axes)
    return f"{np.asarray(values)[index]:.4g}" + (f" at {where}" if where else "")
