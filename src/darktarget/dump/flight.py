"""Dark pairs in flight: lifetimes of unstable dark states, their energies, and where they decay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Model
from darktarget.decays.kinematics import momentum
from darktarget.limits.exclusion import COUPLINGS
from darktarget.numerics.quadrature import gauss_log, gauss_on
from darktarget.units import HBARC_CM

ANGLES: Final = 12  # Gauss-Legendre nodes in the decay angle of the mediator


@dataclass(frozen=True, eq=False)
class Unstable:
    """An unstable dark state.

    Attributes:
        name: of the state. mass: [point].
        parts: (width at unit coupling [point], its power of the coupling, whether it is seen) of each channel.
        pair: mean share of its energy that the visible particles take (phase-space estimate), [point].
    """

    name: str
    mass: Array
    parts: tuple[tuple[Array, float, bool], ...]
    pair: Array

    def width(self, coupling: Array, seen: bool = False, point: int | None = None) -> Array:
        """Total (or visible) width at couplings [c]: [point, c], or [c] at one point."""
        at = slice(None) if point is None else slice(point, point + 1)
        zero = np.zeros((self.mass[at].size, coupling.size))
        chosen = (w[at, None] * coupling**power for w, power, visible in self.parts if visible or not seen)
        total = np.asarray(sum(chosen, zero))
        return total if point is None else total[0]


def bare(name: str) -> str:
    """Name of a state without the mark of its antiparticle."""
    return name.removesuffix("bar")


def mediator_channels(model: Model) -> list[Channel]:
    """All decays of the mediator."""
    return [c for c in model.channels() if c.parent == model.mediator]


def into_states(model: Model, channel: Channel) -> bool:
    """Whether a channel goes to dark states (not to neutrinos)."""
    names = {s.name for s in model.states()}
    return all(bare(d) in names for d in channel.daughters)


def dark_channels(model: Model) -> list[Channel]:
    """Decays of the mediator into dark states."""
    return [c for c in mediator_channels(model) if into_states(model, c)]


def unstable(model: Model) -> dict[str, Unstable]:
    """Dark states that decay, by name."""
    found, masses = {}, {s.name: s.mass for s in model.states()}
    for name, mass in masses.items():
        own = [c for c in model.channels() if c.parent == name]
        parts = tuple((c.at(mass[:, None])[:, 0], c.power, not c.dark) for c in own)
        if not any((w > 0).any() for w, _, _ in parts):
            continue
        child = min((masses[bare(d)] for d in own[0].daughters if bare(d) in masses), key=lambda m: float(m[0]))
        pair = (mass**2 - child**2 + (mass - child) ** 2 / 4) / (2 * mass**2)  # pair mass near half of its largest
        found[name] = Unstable(name, mass, parts, pair)
    return found


def virtual_masses(threshold: float, top: float, number: int, breaks: Sequence[float] = ()) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in ln s of a virtual photon's mass sqrt(s), and weights in s; empty where closed.

    Args:
        threshold, top: least and largest sqrt(s). number: of nodes, between neighbouring ``breaks`` (sqrt(s)).
    """
    if threshold >= top:
        return np.zeros(0), np.zeros(0)
    edges = np.square([threshold, *(b for b in breaks if threshold < b < top), top])
    s, w = gauss_log(edges[:-1], edges[1:], number)
    return np.sqrt(s).ravel(), w.ravel()


def daughter_energies(energy: Array, mass: Array, first: Array, second: Array) -> tuple[Array, Array, Array]:
    """Lab energies of the two daughters of a moving parent that decays isotropically.

    Args:
        energy, mass: of the parent; first, second: masses of the daughters; all broadcast.

    Returns:
        (E of the first, E of the second, probability), each with one more axis, the angle.
    """
    x, w = gauss_on(-1.0, 1.0, ANGLES)
    rest = (mass**2 + first**2 - second**2) / (2 * mass)
    gamma = energy / mass
    boost = np.sqrt(np.maximum(gamma**2 - 1, 0))
    one = gamma[..., None] * rest[..., None] + (boost * momentum(mass, first, second))[..., None] * x
    return one, energy[..., None] - one, np.broadcast_to(w / 2, one.shape)


def decay_length(energy: Array, mass: Array, width: Array) -> Array:
    """Mean length in cm, :math:`(p/m)\\hbar c/\\Gamma`; inf where the width is 0."""
    size = np.sqrt(np.maximum(energy**2 - mass**2, 0))
    with np.errstate(divide="ignore"):
        return np.asarray(np.divide(size * HBARC_CM, mass * width))


def between(length: Array, first: float, last: float) -> Array:
    """Probability to decay between two distances (cm)."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(
            np.exp(-first / np.maximum(length, 1e-300)) * -np.expm1(-(last - first) / np.maximum(length, 1e-300))
        )


def survive(
    channel: Channel,
    states: Mapping[str, Unstable],
    energy: Array,
    mass: Array,
    masses: Sequence[Array],
    radius: float,
    threshold: float,
    point: int | None = None,
) -> Array:
    """Probability that no daughter of a dark channel decays visibly within a radius, [n, COUPLINGS].

    Args:
        energy, mass: of the parents, [n]; masses: of the daughters, each [n].
        radius: in cm. threshold: a decay is seen where twice its mean visible energy, its largest, is above it.
        point: whose lifetimes are taken for all parents; the parents are the points by default.
    """
    ones = np.ones((mass.size, COUPLINGS.size))
    if not any(bare(d) in states for d in channel.daughters):
        return ones
    first, second, probability = daughter_energies(energy, mass, *masses)
    alive = np.ones((*ones.shape, probability.shape[-1]))
    chosen = slice(None) if point is None else slice(point, point + 1)
    for lab, name, own in zip((first, second), channel.daughters, masses, strict=True):
        if (state := states.get(bare(name))) is None:
            continue
        width, seen = state.width(COUPLINGS)[chosen], state.width(COUPLINGS, seen=True)[chosen]
        length = decay_length(lab[:, None, :], own[:, None, None], width[:, :, None])
        share = np.divide(seen, width, out=np.zeros_like(width), where=width > 0)
        enough = 2 * state.pair[chosen, None] * lab > threshold
        alive = alive * (1 - share[:, :, None] * enough[:, None, :] * between(length, 0.0, radius))
    return np.asarray((alive * probability[:, None, :]).sum(axis=-1))
