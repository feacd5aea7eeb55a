"""What the slabs of a detector see of particles that start anywhere along the beam.

An electron or photon that starts in a slab leaves there, in the veto behind it and beyond what one simulated shower of
its library does; what gets out enters the next slab as one particle of its kind. Muons ionise at the minimum and go
on; hadrons are absorbed exponentially and always notice a veto they enter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget.core import Array, Slab, Target
from darktarget.core.detector import CALORIMETER, TARGET, VETO
from darktarget.detector.lateral_profile import square
from darktarget.detector.shower_library import ESCAPED, LEFT, MIDDLE, NOTICED, SEEN, SHOWERS, Library, Slice, library
from darktarget.matter.materials import Medium, material
from darktarget.units import MeV

MINIMUM_IONISATION: Final = 1.5 * MeV  # per g/cm^2: 1.1 (Pb), 1.45 (Fe), 1.94 (polystyrene), PDG 2024
NUCLEAR_INTERACTION: Final = 35.0  # g/cm^2 A^(1/3): nuclear interaction length (PDG, passage of particles), +-10 %
LEAST_ESCAPE: Final = 1e-4  # of a particle's energy that is followed into the next slab


@dataclass(eq=False)
class Deposits:
    """Energies of n decays (energy unit), filled particle by particle.

    Attributes:
        energy: in each slab, [slab, n], with the simulated sampling of its layers; in the target what is deposited.
            Declared resolutions (``resolution.py``) and that of the target come later.
        centre: of it in the middle cell, [slab, n].
        front: scintillator energy of the pre-shower, calibrated, [n].
        veto: scintillator energy of vetos by the number of the slab, [n] each; none where nothing entered.
    """

    energy: Array
    centre: Array
    front: Array
    veto: dict[int, Array]

    @classmethod
    def none(cls, slabs: int, size: int) -> Deposits:
        """Nothing yet."""
        return cls(np.zeros((slabs, size)), np.zeros((slabs, size)), np.zeros(size), {})

    def collect(self, part: Deposits, rows: Any) -> None:
        """Add those of some of the decays, in place; ``rows`` has no repetition."""
        self.energy[:, rows] += part.energy
        self.centre[:, rows] += part.centre
        self.front[rows] += part.front
        for slab, energy in part.veto.items():
            self.notice(slab, rows, energy)

    def notice(self, slab: int, rows: Any, energy: Array) -> None:
        """Add scintillator energy in a veto for some of the decays, in place."""
        self.veto.setdefault(slab, np.zeros_like(self.front))[rows] += energy


@dataclass(frozen=True, eq=False)
class IncidentRays:
    """Particles that start somewhere: energy, place (cm) and direction, each [n]; three random numbers for each."""

    energy: Array
    x: Array
    y: Array
    z: Array
    slope_x: Array
    slope_y: Array
    uniform: Array = field(repr=False)

    def entering(self, rows: Any, slab: Slab, energy: Array) -> IncidentRays:
        """Some of them, with another energy, where they enter a slab or, inside it, are; x from its middle cell."""
        z = np.maximum(self.z[rows], slab.start)
        u, v, step = self.slope_x[rows], self.slope_y[rows], z - self.z[rows]
        return IncidentRays(
            energy, self.x[rows] - slab.middle(z) + u * step, self.y[rows] + v * step, z, u, v, self.uniform[rows]
        )


#: What the detector takes each visible particle for (read-only): e, gamma, muon or hadrons.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {"e+": "e", "e-": "e", "gamma": "gamma", "mu+": "muon", "mu-": "muon", "hadrons": "hadrons",
     "tau+": "hadrons", "tau-": "hadrons"}
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Response:
    """The slabs with their libraries.

    Attributes:
        target: with its slabs.
    """

    target: Target

    @property
    def slabs(self) -> tuple[Slab, ...]:
        """The slabs along the beam."""
        return self.target.slabs

    def slice_of(self, index: int) -> Slice:
        """The structure of a slab, with the veto that follows it, if one does."""
        slab = self.slabs[index]
        veto = index + 1 < len(self.slabs) and self.slabs[index + 1].role == VETO
        behind = self.slabs[index + 1].layers * self.slabs[index + 1].repeat if veto else ()
        cell = 0.0 if slab.role == TARGET else slab.cell / slab.spread
        return Slice(slab.layers, slab.repeat, behind, veto, round(cell, 6))

    @cached_property
    def front(self) -> Library | None:
        """Library of the pre-shower: its repetitions, and as many behind that scatter back; None without one."""
        t = self.target
        if t.preshower_repeats == 0:
            return None
        behind = t.layers * min(t.preshower_repeats, t.repeat - t.preshower_repeats)
        return library(Slice(t.layers, t.preshower_repeats, behind))

    @cached_property
    def sampling(self) -> float:
        """Sampling fraction of the target, by which its pre-shower is calibrated."""
        index = next(i for i, s in enumerate(self.slabs) if s.role == TARGET)
        return library(self.slice_of(index)).sampling

    def add(self, kind: str, rays: IncidentRays, to: Deposits) -> None:
        """Add what particles of one kind (see ``KINDS``) leave, in place."""
        starts, ends = np.array([s.start for s in self.slabs]), np.array([s.end for s in self.slabs])
        index = np.searchsorted(starts, rays.z, side="right") - 1
        inside = (index >= 0) & (rays.z < ends[np.maximum(index, 0)])
        enters, energy = np.where(inside, index, index + 1), rays.energy.copy()
        for i, slab in enumerate(self.slabs):
            rows = np.flatnonzero((enters == i) & (energy > LEAST_ESCAPE * rays.energy))
            if rows.size == 0:
                continue
            part = rays.entering(rows, slab, energy[rows])
            hit = np.maximum(np.abs(part.x), np.abs(part.y)) < slab.half_width
            found = PASSAGES[kind](self, i, part)
            to.energy[i, rows] += np.where(hit, found.measured, 0.0)
            if slab.role == VETO:
                to.notice(i, rows, np.where(hit, found.noticed, 0.0))
            if self.guarded(i):
                to.notice(i + 1, rows, np.where(hit, found.behind, 0.0))
            if slab.role == CALORIMETER and slab.cell > 0:
                aside = self.aside(i, part, found.depth)
                to.centre[i, rows] += np.where(hit, found.measured * found.middle * aside, 0.0)
            energy[rows] = np.where(hit, found.escaped, energy[rows])
            enters[rows] = np.where(hit & (kind in SHOWERING and self.guarded(i)), i + 2, i + 1)
        self.add_front(kind, rays, to)

    def add_front(self, kind: str, rays: IncidentRays, to: Deposits) -> None:
        """Add what particles leave in the pre-shower alone, in place."""
        if kind in SHOWERING:
            to.front += self._front(kind, rays)

    def guarded(self, i: int) -> bool:
        """Whether a veto follows the slab."""
        return i + 1 < len(self.slabs) and self.slabs[i + 1].role == VETO

    def aside(self, i: int, part: IncidentRays, depth: Array) -> Array:
        """Energy in the middle cell, relative to that of a particle which hits it in the middle, where it is simulated.

        Args:
            depth: of the middle of its energy behind where it starts, cm, [n]: what counts is where its axis is there.
        """
        slab = self.slabs[i]
        cell = square(Slice(slab.layers, slab.repeat), slab.cell / 2 / slab.spread)
        x, y = part.x + (part.slope_x - slab.tilt) * depth, part.y + part.slope_y * depth
        mean = cell.inside(part.energy, x / slab.spread, y / slab.spread)
        relative = (mean / cell.inside(part.energy, 0 * part.x, 0 * part.y)).clip(0, 1)
        return cell.fluctuated(part.energy, relative, part.uniform[:, 2] * SHOWERS % 1.0)  # what chose no shower

    def _front(self, kind: str, rays: IncidentRays) -> Array:
        """Calibrated scintillator energy that showers leave in the pre-shower, [n]."""
        found, near = np.zeros_like(rays.energy), self.front
        slab = next(s for s in self.slabs if s.role == TARGET)
        end = slab.start + slab.length * self.target.preshower_repeats / self.target.repeat
        rows = np.flatnonzero((rays.z >= slab.start) & (rays.z < end) & (rays.energy > 0))
        if near is not None and rows.size:
            distance = (end - rays.z[rows]) * near.thickness / (end - slab.start)
            seen = near.look_up(kind, rays.energy[rows], distance, rays.uniform[rows])[:, SEEN]
            found[rows] = rays.energy[rows] * seen / self.sampling
        return found


@dataclass(frozen=True, eq=False)
class SlabResponse:
    """What particles do in one slab, each [n], energies in energy unit.

    Attributes:
        measured: energy there. middle: part of it in the cell that is hit, if it is hit in its middle.
        escaped: energy that goes on. depth: of the middle of the deposited energy behind the start, cm.
        noticed: by the slab, if it is a veto. behind: by the veto that follows, if the slab's library includes it.
    """

    measured: Array
    middle: Array
    escaped: Array
    depth: Array
    noticed: Array
    behind: Array


def _shower(response: Response, i: int, kind: str, part: IncidentRays) -> SlabResponse:
    """What a shower leaves in slab i and in the veto behind it, and what gets out."""
    slab, showers = response.slabs[i], library(response.slice_of(i))
    distance = (slab.end - part.z) * showers.thickness / slab.length
    found = showers.look_up(kind, part.energy, distance, part.uniform) * part.energy[:, None]
    sampled = slab.role != TARGET and showers.sampling > 0
    measured = found[:, SEEN] / showers.sampling if sampled else found[:, LEFT]
    depth = showers.depth(kind, part.energy, distance) * slab.length / showers.thickness
    middle = found[:, MIDDLE] / part.energy
    return SlabResponse(measured, middle, found[:, ESCAPED], depth, found[:, SEEN], found[:, NOTICED])


def _electron(response: Response, i: int, part: IncidentRays) -> SlabResponse:
    return _shower(response, i, "e", part)


def _photon(response: Response, i: int, part: IncidentRays) -> SlabResponse:
    return _shower(response, i, "gamma", part)


def _muon(response: Response, i: int, part: IncidentRays) -> SlabResponse:
    slab = response.slabs[i]
    left = np.minimum(MINIMUM_IONISATION * _grammage(slab) * (slab.end - part.z) / slab.length, part.energy)
    return SlabResponse(
        left, np.ones_like(left), part.energy - left, (slab.end - part.z) / 2, left, np.zeros_like(left)
    )


def _hadrons(response: Response, i: int, part: IncidentRays) -> SlabResponse:
    slab = response.slabs[i]
    lengths = sum(x.thickness * material(x.material).density / _interaction_length(x.material) for x in slab.layers)
    passed = np.exp(-slab.repeat * lengths * (slab.end - part.z) / slab.length)
    always = np.full_like(part.energy, np.inf)
    left, escaped, depth = part.energy * (1 - passed), part.energy * passed, (slab.end - part.z) / 2
    return SlabResponse(left, np.ones_like(passed), escaped, depth, always, np.zeros_like(passed))


def _grammage(slab: Slab) -> float:
    """g/cm^2 of a slab."""
    return slab.repeat * sum(x.thickness * material(x.material).density for x in slab.layers)


def _interaction_length(name: Medium) -> float:
    """Nuclear interaction length in g/cm^2, of the heaviest element."""
    heaviest: float = max(e.A for e in material(name).elements)
    return float(NUCLEAR_INTERACTION * heaviest ** (1 / 3))


#: (response, slab, rays) -> what happens in one slab, by kind of particle (read-only).
PASSAGES: Final[Mapping[str, Callable[[Response, int, IncidentRays], SlabResponse]]] = MappingProxyType(
    {"e": _electron, "gamma": _photon, "muon": _muon, "hadrons": _hadrons}
)
#: Kinds whose libraries know the veto behind a slab.
SHOWERING: Final = ("e", "gamma")
