"""What a model consists of: states, decay channels, exchanges, and what the methods of a model have to return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Protocol

from darktarget.core.guard import LIKE_MASS, MASS_PER_POINT, PER_POINT, Own, Returns, numbers, sequence_of
from darktarget.numerics.arrays import Array
from darktarget.numerics.values import ByValue
from darktarget.structures import LorentzStructure

#: Antiparticles of beams -> the leptons whose couplings they have (read-only).
ANTILEPTONS: Final[Mapping[str, str]] = MappingProxyType({"positron": "electron"})


@dataclass(frozen=True, eq=False)
class State(ByValue):
    """A particle of the dark sector.

    Attributes:
        name: its symbol. mass: [point].
        degrees: internal degrees of freedom, those of a distinct antiparticle included.
    """

    name: str
    mass: Array
    degrees: int


class Decay(Protocol):
    """How the daughters of a channel fly.

    ``dimensions`` is the number of random numbers that one decay uses.
    """

    dimensions: int

    def sample(self, uniform: Array, point: int = 0, mass: Array | None = None) -> Array:
        """Momenta in the rest frame of the parent.

        Args:
            uniform: in [0, 1), [n, dimensions]. point: which parameter point.
            mass: of each virtual parent, [n]; on shell by default.

        Returns:
            (E, px, py, pz) of each daughter (hadrons are one system), [n, daughter, 4]; nan where closed.
        """
        ...


@dataclass(frozen=True, eq=False)
class Channel(ByValue):
    """One decay channel: partial width = at(mass) * coupling**power.

    Attributes:
        parent, daughters: names of the states.
        at: virtual masses of the parent, [point, any] -> partial width at unit coupling (energy unit), same shape.
        power: how the width grows with the coupling.
        dark: whether all daughters leave no trace (dark particles and neutrinos).
        masses: of the daughters, each [point]; empty where the final state is not resolved (hadrons).
        decay: samples the daughters' momenta; None where nothing is resolved.
        divergence: as ``at``, of the part of spin 0 of a virtual vector, which has no pole (``decays.currents``); None
            where the current is conserved.
    """

    parent: str
    daughters: tuple[str, ...]
    at: Callable[[Array], Array]
    power: float
    dark: bool
    masses: tuple[Array, ...] = ()
    decay: Decay | None = None
    divergence: Callable[[Array], Array] | None = None

    @property
    def label(self) -> str:
        """Daughters as the command line writes them."""
        return " ".join(self.daughters)


@dataclass(frozen=True, eq=False)
class Exchange(ByValue):
    """A dark particle that turns into another one, or stays, by exchange of the mediator.

    Attributes:
        incoming, outgoing: names of the states. masses: of both, each [point].
        current: Q^2 [point, any] -> (W_1, W_2) of :mod:`darktarget.decays.exchange`, each of that shape.
        divergence: Q^2 [point, any] -> W_0 of the same module, of that shape; None where the current is conserved.
    """

    incoming: str
    outgoing: str
    masses: tuple[Array, Array]
    current: Callable[[Array], tuple[Array, Array]]
    divergence: Callable[[Array], Array] | None = None


def _as_lepton(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The particle in place of its antiparticle, whose couplings are the same ones."""
    return tuple(ANTILEPTONS.get(a, a) if isinstance(a, str) else a for a in arguments)


#: Forms of a coupling: Lorentz structures of one spin, each with its coupling, [point].
Parts = tuple[tuple[LorentzStructure, Array], ...]


def _parts(value: Any, points: int, given: tuple[Any, ...], own: Own) -> Parts:
    """What ``lepton_parts`` returned, with one number as that of every point."""
    found = tuple((structure, numbers(coupling, (points,))) for structure, coupling in value)
    if not all(isinstance(structure, LorentzStructure) for structure, _ in found):
        raise TypeError("structures")
    if len({structure.spin for structure, _ in found}) > 1:
        raise ValueError("several spins")
    return found


def _channel(channel: Channel, own: Own) -> Channel:
    """A channel whose functions are guarded where they are the user's."""
    at = own.function(channel.at, channel.label)
    spin_zero = channel.divergence and own.function(channel.divergence, channel.label)
    same = at is channel.at and spin_zero is channel.divergence
    return channel if same else replace(channel, at=at, divergence=spin_zero)


#: What the methods of every model have to return (read-only).
RETURNS: Final[Mapping[str, Returns]] = MappingProxyType(
    {
        "lepton_coupling": replace(PER_POINT, arguments=_as_lepton),
        "lepton_parts": Returns(
            "a tuple of pairs (LorentzStructure, coupling), all structures of one spin, each coupling one number or an "
            "array of shape ({points},)",
            _parts,
            _as_lepton,
        ),
        "dark_mass": MASS_PER_POINT,
        "mediator_mass": MASS_PER_POINT,
        "quark_charge": PER_POINT,
        "photon_width": LIKE_MASS,
        "channels": sequence_of(Channel, "Channel", _channel),
        "exchanges": sequence_of(Exchange, "Exchange"),
        "states": sequence_of(State, "State"),
        "notes": sequence_of(str, "texts"),
        "flags": sequence_of(str, "texts"),
    }
)
