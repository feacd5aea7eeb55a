r"""Where in the target a mediator is made, and what the rest of that shower leaves in the pre-shower.

A library of simulated showers of the beam, each with one point of its e- or e+ track length: energy, depth, the track
length it stands for, and the pre-shower energy of everything else in that shower. The point's particle then radiates
or annihilates; its remainder showers on from there (``containment``).

References: the shower of ``shower/simulate.py``; ``preshower.py`` is the same as a probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from darktarget import cache
from darktarget.core import Array, Beam, Layer, Target
from darktarget.detector import preshower
from darktarget.matter.materials import material
from darktarget.progress import task
from darktarget.shower.track_lengths import shower_of
from darktarget.units import GeV

SHOWERS: Final = 20_000  # with a quarter of them S001's reach on the published curve is 0.004 GeV higher
NEIGHBOURS: Final = 20  # half of the fewest rows of similar energy that are exchanged
DEEPEST: Final = 32  # repetitions that are simulated where there is no pre-shower: 9 X0 of NA64's target


@dataclass(frozen=True, eq=False)
class ShowerVertices:
    """Points of the track length of one species, by ascending energy.

    Attributes:
        energy: of the particle there, [row]. depth: cm from the front of the target, [row].
        rest: scintillator energy of the rest of the shower in the pre-shower, [row].
        cumulative: track length up to and including each row, [row].
    """

    energy: Array
    depth: Array
    rest: Array
    cumulative: Array

    def choose(self, low: Array, high: Array, uniform: Array) -> Any:
        """A row for particles with energies between two values, or of the nearest ones, by its track length, [n]."""
        start, stop = np.searchsorted(self.energy, low), np.searchsorted(self.energy, high, side="right")
        few, last = np.maximum(2 * NEIGHBOURS - (stop - start), 0), self.energy.size - 1
        start, stop = np.clip(start - few // 2, 0, last), np.clip(stop - 1 + few - few // 2, 0, last)
        below = np.where(start > 0, self.cumulative[start - 1], 0.0)
        goal = below + uniform * (self.cumulative[stop] - below)
        return np.clip(np.searchsorted(self.cumulative, goal, side="right"), start, stop)


@lru_cache(maxsize=16)
def origins(beam: Beam, target: Target, species: str) -> ShowerVertices:
    """The library of a species (electron or positron): shipped, cached or simulated now."""
    bare = Target(target.layers, target.repeat, target.preshower_repeats, target.cell_cm)
    stored = cache.recall(recipe(beam, bare), lambda: build(beam, bare))[species]
    energy, depth, length, rest = stored[np.argsort(stored[:, 0], kind="stable")].T
    return ShowerVertices(energy * GeV, depth, rest * GeV, np.cumsum(length))


def recipe(beam: Beam, target: Target) -> dict[str, Any]:
    """Everything that the library depends on."""
    base = preshower.recipe(beam, target, GeV)
    return {
        **{k: v for k, v in base.items() if k not in ("threshold_GeV", "residuals")},
        "kind": "origins",
        "showers": SHOWERS,
        "deepest": DEEPEST,
        "version": 1,
    }


def build(beam: Beam, target: Target) -> cache.Arrays:
    """Simulate the points of both species: rows of energy (GeV), depth (cm), length (X0) and rest (GeV)."""
    thickness = [x.thickness for x in target.layers]
    edges = np.concatenate([[0.0], np.cumsum(thickness * target.repeat)])
    found = {}
    text = f"simulating where mediators are produced by {shower_of(beam, target)}"
    with task(text, len(preshower.PICKED) * SHOWERS) as work:
        for name, kind in zip(preshower.SPECIES, preshower.PICKED, strict=True):
            picks = preshower.picks(beam, with_front(target), kind, SHOWERS, work)
            layer = picks[:, 1].astype(np.intp)
            cm = np.array([_x0_cm(x) for x in target.layers])[layer % len(target.layers)]
            depth = edges[layer] + picks[:, 2] * cm
            found[name] = np.stack([picks[:, 3] / GeV, depth, picks[:, 4], picks[:, 7] / GeV], axis=1)
    return found


def with_front(target: Target) -> Target:
    """The target with a pre-shower: where there is none, half of what is simulated takes its place."""
    if target.preshower_repeats > 0:
        return target
    return Target(target.layers, target.repeat, max(1, min(target.repeat, DEEPEST) // 2), target.cell_cm)


def _x0_cm(layer: Layer) -> float:
    return material(layer.material).radiation_length_cm
