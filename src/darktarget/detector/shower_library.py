r"""What a shower that starts inside a slab leaves there, in the veto behind it and beyond, from simulated showers.

For electrons and photons of a few energies that start at a few distances (X0) before the end of a slab, a library holds
whole showers: energy left in the slab, energy in its scintillator, energy in the scintillator of the veto that follows,
and energy that gets out of the back. To answer for any energy and distance, a node is chosen at random around it,
with the weights of a linear interpolation in log(energy) and in distance, and then one of its showers. Means are
thus interpolated, and the fluctuations and correlations are those of the showers.

References: the shower of ``shower/simulate.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np

from darktarget import cache
from darktarget.core import Array, Layer
from darktarget.matter.materials import material, recorded
from darktarget.numerics.interpolation import cells, semilog
from darktarget.progress import track
from darktarget.shower.state import PHYSICS
from darktarget.units import GeV, MeV

CUT: Final = 2 * MeV
SEED: Final = 3
SHOWERS: Final = 96  # per node
ENERGIES_GEV: Final = (0.05, 0.3, 1.5, 6.0, 20.0, 60.0)
DISTANCES: Final = (0.0, 0.7, 1.5, 2.5, 4.0, 6.0, 8.0, 10.0, 12.5, 15.0, 18.0, 22.0, 27.0, 33.0, 40.0)  # X0
SPECIES: Final = ("e", "gamma")
#: Columns: energies relative to the particle's, and the part of SEEN in the cell that it hits in the middle.
LEFT, SEEN, NOTICED, ESCAPED, MIDDLE = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Slice:
    """A sampling structure in which showers start, and what stands directly behind it.

    Attributes:
        layers: repeated ``repeat`` times. behind: layers of the veto, or whatever scatters back.
        notice: whether the scintillator behind is a veto to be read out.
        cell: width of a readout cell, cm, 0 for none.
    """

    layers: tuple[Layer, ...]
    repeat: int
    behind: tuple[Layer, ...] = ()
    notice: bool = False
    cell: float = 0.0


@dataclass(frozen=True, eq=False)
class Library:
    """Simulated showers, rows[species, energy, distance, shower, column].

    Attributes:
        energy: of the nodes (energy unit). distance: of the nodes, X0 before the end of the slab.
        thickness: of the slab, X0.
        sampling: energy in the scintillator over the energy of a contained shower.
    """

    energy: Array
    distance: Array
    rows: Array
    thickness: float
    sampling: float

    def look_up(self, species: str, energy: Array, distance: Array, uniform: Array) -> Array:
        """Rows (left, seen, noticed, escaped, middle).

        Args:
            species: e or gamma. energy: energy unit, [n]. distance: X0 before the end of the slab, [n].
            uniform: random numbers, [n, 3].

        Returns:
            [n, 5]; ``seen`` is to be divided by ``sampling``.
        """
        i = self._node(np.log(self.energy), np.log(np.maximum(energy, 1e-9 * self.energy[0])), uniform[:, 0])
        j = self._node(self.distance, distance, uniform[:, 1])
        k = np.minimum((uniform[:, 2] * self.rows.shape[3]).astype(np.intp), self.rows.shape[3] - 1)
        return np.asarray(self.rows[SPECIES.index(species), i, j, k])

    def mean(self, species: str, energy: float, distance: Array, column: int) -> Array:
        """Mean of a column at one energy and some distances, [n]."""
        means = self.rows[SPECIES.index(species), :, :, :, column].mean(axis=-1)
        at = np.array([semilog(self.energy, row, energy) for row in means.T])
        return np.asarray(np.interp(distance, self.distance, at))

    def depth(self, species: str, energy: Array, distance: Array) -> Array:
        """Mean depth of the energy that a shower leaves in the slab, X0 from where it starts, [n].

        With e(d) the part of the energy that gets further than d, it is (int_0^D e - D e(D)) / (1 - e(D)).
        """
        table = self._depths[SPECIES.index(species)]
        i, t = self._place(np.log(self.energy), np.log(np.maximum(energy, 1e-9 * self.energy[0])))
        j, u = self._place(self.distance, distance)
        low, high = ((1 - u) * table[k, j] + u * table[k, j + 1] for k in (i, i + 1))
        return np.asarray(low * (1 - t) + high * t)

    @cached_property
    def _depths(self) -> Array:
        """Mean depths at the nodes, [species, energy, distance]."""
        escaped = self.rows[..., ESCAPED].mean(axis=-1)
        steps = (escaped[..., 1:] + escaped[..., :-1]) / 2 * np.diff(self.distance)
        below = np.concatenate([np.zeros((*escaped.shape[:2], 1)), np.cumsum(steps, axis=-1)], axis=-1)
        left = np.maximum(1 - escaped, 1e-3)
        return np.asarray(((below - self.distance * escaped) / left).clip(0, self.distance / 2))

    @staticmethod
    def _place(nodes: Array, value: Array) -> tuple[Any, Array]:
        """The node below, and how far it is to the next one (from 0 to 1)."""
        i, share = cells(nodes, value)
        return i, np.clip(share, 0, 1)

    @staticmethod
    def _node(nodes: Array, value: Array, uniform: Array) -> Any:
        i, share = cells(nodes, value)
        return i + (uniform < share)


def library(part: Slice) -> Library:
    """The library of a slice: shipped, cached or simulated now."""
    return _library(part)


@lru_cache(maxsize=16)
def _library(part: Slice) -> Library:
    stored = cache.recall(recipe(part), lambda: build(part))
    rows = stored["rows"]
    return Library(
        stored["energy_GeV"] * GeV,
        stored["distance"],
        rows,
        _thickness(part),
        float(rows[0, -2:, -1, :, SEEN].mean() / rows[0, -2:, -1, :, LEFT].mean()),  # of the deepest, hardest showers
    )


def recipe(part: Slice) -> dict[str, Any]:
    """Everything that the library depends on."""
    name = "-".join(str(x.material) for x in part.layers)
    return {
        "kind": "containment",
        "label": f"{name}-{part.repeat}",
        "layers": [[recorded(x.material), x.thickness, x.visible] for x in part.layers],
        "repeat": part.repeat,
        "behind": [[recorded(x.material), x.thickness, x.visible] for x in part.behind],
        "notice": part.notice,
        "cell_cm": part.cell,
        "energies_GeV": list(ENERGIES_GEV),
        "distances_X0": list(DISTANCES),
        "showers": SHOWERS,
        "cut_MeV": round(CUT / MeV, 9),
        "seed": SEED,
        "version": 2,
        "physics": PHYSICS,
    }


def _thickness(part: Slice) -> float:
    return part.repeat * sum(x.thickness / material(x.material).radiation_length_cm for x in part.layers)


def build(part: Slice) -> cache.Arrays:
    """Simulate every node."""
    thickness = _thickness(part)
    distances = np.array([d for d in DISTANCES if d < thickness] + ([thickness] if thickness < DISTANCES[-1] else []))
    rows = np.zeros((len(SPECIES), len(ENERGIES_GEV), distances.size, SHOWERS, 5))
    # the hardest showers first: the time is proportional to the energy where it is long, which gives the estimate
    nodes = [(s, i) for i in reversed(range(len(ENERGIES_GEV))) for s in range(len(SPECIES))]
    text = f"simulating showers that start inside {'-'.join(str(x.material) for x in part.layers)}"
    for s, i in track(nodes, text, cost=lambda node: ENERGIES_GEV[node[1]]):
        rows[s, i] = _simulate(part, SPECIES[s], ENERGIES_GEV[i] * GeV, distances)
    return {"rows": rows, "energy_GeV": np.array(ENERGIES_GEV), "distance": distances}


def _simulate(part: Slice, species: str, energy: float, distances: Array) -> Array:
    """Showers of one energy at every distance, [distance, shower, column]."""
    from darktarget.shower.simulate import Start, simulate  # cold start

    stack = _stack(part)
    layer, depth = _places(part, stack, distances)
    kind = 0 if species == "e" else 2
    n = distances.size
    start = Start(np.full(n, kind), np.full(n, energy), layer, depth)
    run = simulate(stack, "e-", energy, CUT, n * SHOWERS, SEED, lateral=True, start=start)
    inside, total = run.event("preshower"), run.event("visible")
    behind = total - inside if part.notice else np.zeros_like(total)
    middle = np.divide(run.event("cells"), total, out=np.ones_like(total), where=total > 0) * energy
    columns = np.stack([run.event("deposited") - behind, inside, behind, run.event("back"), middle], axis=1) / energy
    return np.asarray(columns.reshape(SHOWERS, n, 5).swapaxes(0, 1))


def _stack(part: Slice) -> Any:
    from darktarget.matter.layers import Stack  # cold start
    from darktarget.matter.layers import StackLayer as Solid  # cold start

    own = [Solid(material(x.material), x.thickness, x.visible) for x in part.layers] * part.repeat
    behind = [Solid(material(x.material), x.thickness, x.visible and part.notice) for x in part.behind]
    bins = (0,) * (len(own) + len(behind))
    return Stack((*own, *behind), bins, preshower_layers=len(own), cell_cm=part.cell / 3, name="slice")  # 3 are scored


def _places(part: Slice, stack: Any, distances: Array) -> tuple[Any, Array]:
    """Layer, and depth in it (X0), of points at some distances before the end of the slice."""
    own = len(part.layers) * part.repeat
    edges = np.concatenate([[0.0], np.cumsum([x.thickness_X0 for x in stack.layers[:own]])])
    depth = np.clip(edges[-1] - distances, 0.0, math.nextafter(edges[-1], 0.0))
    layer = np.clip(np.searchsorted(edges, depth, side="right") - 1, 0, own - 1)
    return layer, np.minimum(depth - edges[layer], [stack.layers[k].thickness_X0 for k in layer])
