r"""Pre-shower efficiency: does an event in which a shower electron radiates a mediator leave enough energy in front?

In a simulated shower one point of the e- or e+ track length is picked (energy E, depth). There the particle
radiates a mediator and keeps the residual energy E', or annihilates (E' = 0). The rest of the shower stays, the
residual particle showers on from that point, and the scintillator energy of the pre-shower, divided by the sampling
fraction, is compared with the threshold. The probability depends on E and E' only, whatever the mediator is.

References: arXiv:1906.00176 (cut of 0.5 GeV, 16 layers).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from darktarget import cache
from darktarget.core import Array, Beam, Target
from darktarget.numerics.interpolation import cells
from darktarget.progress import Task, task
from darktarget.shower.track_lengths import PRIMARY, recipe_of, shower_of, stack_of
from darktarget.units import GeV, MeV

SHOWERS: Final = 8000  # of shipped tables
OWN_SHOWERS: Final = 2000  # of other targets: a quarter of the time; the statistical error is part of the result
CALIBRATION_SHOWERS: Final = 300
CHUNKS: Final = 20  # of the showers of one species; they only divide the progress
COST: Final = 0.01  # of a shower of almost no energy, in units of one of the beam energy
SEED: Final = 2
CUT: Final = 2 * MeV
DEPTH_REPEATS: Final = 2  # simulate twice the depth of the pre-shower: beyond, it is full or empty already
LEAST: Final = 0.4  # picked particles carry at least this fraction of the beam energy
RESIDUALS: Final = (0.0, 0.0002, 0.0006, 0.002, 0.005, 0.012, 0.03, 0.07, 0.15, 0.3, 0.6)  # of the beam energy
ENERGY_EDGES: Final = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0)  # of the beam energy
PICKED: Final = ("e-", "e+")
SPECIES: Final = ("electron", "positron")


def efficiency(beam: Beam, target: Target, threshold: float, species: str, parent: Array, residual: Array) -> Array:
    """Probability that the calibrated pre-shower energy is above a threshold.

    A photon that turns into a meson was radiated by the primary, which keeps the rest: it counts as that.

    Args:
        threshold: energy unit.
        species: of the particle that radiates, annihilates or (photon) turns into a meson.
        parent: its energy. residual: what it keeps. Same shape.

    Returns:
        probability in [0, 1], the shape of ``parent``.
    """
    return _look_up("probability", beam, target, threshold, species, parent, residual)


def statistical_error(
    beam: Beam, target: Target, threshold: float, species: str, parent: Array, residual: Array
) -> Array:
    """Statistical error of ``efficiency``, same arguments and shape; 0 for shipped tables, where it is negligible."""
    return _look_up("error", beam, target, threshold, species, parent, residual)


def _look_up(
    what: str, beam: Beam, target: Target, threshold: float, species: str, parent: Array, residual: Array
) -> Array:
    if species == "photon":
        species, parent, residual = beam.particle, np.full_like(parent, beam.energy), beam.energy - parent + residual
    stored = _stored(beam, target, threshold)
    if what not in stored:
        return np.zeros_like(residual)
    table = stored[what][SPECIES.index(species)]
    return bilinear(stored["energy"], stored["residual"], table, parent / beam.energy, residual / beam.energy)


def _stored(beam: Beam, target: Target, threshold: float) -> cache.Arrays:
    """The shipped table of a target, otherwise one of fewer showers."""
    shipped = recipe(beam, target, threshold)
    if cache.held(shipped):
        return cache.recall(shipped, lambda: build(beam, target, threshold))
    own = {**shipped, "showers": OWN_SHOWERS, "version": 3}
    return cache.recall(own, lambda: build(beam, target, threshold, OWN_SHOWERS))


def bilinear(rows: Array, columns: Array, table: Array, x: Array, y: Array) -> Array:
    """Interpolation in a table [row, column], linear in both axes, constant beyond the edges.

    >>> grid = np.array([0.0, 1.0])
    >>> bilinear(grid, grid, np.array([[0.0, 1.0], [1.0, 2.0]]), np.array([0.5]), np.array([0.25]))
    array([0.75])
    """

    def place(nodes: Array, value: Array) -> tuple[Any, Array]:
        index, share = cells(nodes, value)
        return index, np.clip(share, 0, 1)

    (i, s), (j, t) = place(rows, x), place(columns, y)  # x may have fewer axes than y
    low = table[i, j] * (1 - t) + table[i, j + 1] * t
    high = table[i + 1, j] * (1 - t) + table[i + 1, j + 1] * t
    return np.asarray(low * (1 - s) + high * s)


def recipe(beam: Beam, target: Target, threshold: float) -> dict[str, Any]:
    """Everything that the table depends on."""
    base = recipe_of(beam, target, CUT)
    visible = [x.visible for x in target.layers]
    return {
        **base,
        "kind": "preshower",
        "showers": SHOWERS,
        "seed": SEED,
        "threshold_GeV": threshold / GeV,
        "visible": visible,
        "preshower_repeats": target.preshower_repeats,
        "residuals": list(RESIDUALS),
        "energy_edges": list(ENERGY_EDGES),
    }


def sampling_fraction(beam: Beam, target: Target) -> float:
    """Visible over deposited energy of the whole stack, simulated; 1 where every layer is read out."""
    if all(layer.visible for layer in target.layers):
        return 1.0
    from darktarget.shower.simulate import simulate  # cold start

    run = simulate(stack_of(target), PRIMARY[beam.particle], beam.energy, CUT, CALIBRATION_SHOWERS, SEED, lateral=True)
    return float(run.event("visible").sum() / run.event("deposited").sum())


def build(beam: Beam, target: Target, threshold: float, showers: int = SHOWERS) -> cache.Arrays:
    """Simulate the table: probability [species, energy, residual], and its statistical error unless it is shipped."""
    edges = np.array(ENERGY_EDGES) * beam.energy
    table = np.zeros((2, len(PICKED), edges.size - 1, len(RESIDUALS)))
    # the time grows with the number of showers and their energy
    costs = [showers * (residual + COST) for residual in RESIDUALS]
    total = CALIBRATION_SHOWERS + len(PICKED) * (showers + sum(costs))
    with task(f"simulating the pre-shower of {shower_of(beam, target)}", total) as work:
        least = threshold * sampling_fraction(beam, target)
        work.advance(CALIBRATION_SHOWERS)
        for s, species in enumerate(PICKED):
            chosen = picks(beam, target, species, showers, work)
            for r, (residual, cost) in enumerate(zip(RESIDUALS, costs, strict=True)):
                energy = chosen[:, 7] + _residual_energy(beam, target, species, chosen, residual * beam.energy)
                table[:, s, :, r] = _fractions(chosen, energy > least, edges)
                work.advance(cost)
    error = {} if showers == SHOWERS else {"error": table[1]}
    return {
        "probability": table[0],
        "energy": (edges[1:] + edges[:-1]) / 2 / beam.energy,
        "residual": np.array(RESIDUALS),
        **error,
    }


def _front(target: Target) -> Any:
    """The front part of the target, up to a multiple of the pre-shower's depth, as layers for the shower."""
    repeats = min(target.repeat, DEPTH_REPEATS * target.preshower_repeats)
    return stack_of(Target(target.layers, repeats, target.preshower_repeats, target.cell_cm))


def picks(beam: Beam, target: Target, species: str, showers: int, work: Task) -> Array:
    """Rows (species, layer, depth, energy, length, then energies of the rest of the shower), one per picked shower.

    Args:
        showers: how many are simulated. work: advances by 1 for each.
    """
    from darktarget.shower.simulate import simulate  # cold start

    found, size = [], -(-showers // CHUNKS)
    for first in range(0, showers, size):
        number = min(size, showers - first)
        run = simulate(
            _front(target),
            PRIMARY[beam.particle],
            beam.energy,
            CUT,
            number,
            SEED,
            first_primary=first,
            lateral=True,
            pick=(species,),
            pick_above=LEAST * beam.energy,
        )
        found.append(run.picks[run.picks[:, 4] > 0])
        work.advance(number)
    return np.concatenate(found)


def _residual_energy(beam: Beam, target: Target, species: str, picks: Array, residual: float) -> Array:
    """Pre-shower energy that the residual particles of the picks leave, one per pick."""
    from darktarget.shower.simulate import Start, simulate  # cold start

    stack = _front(target)
    energy, layer = np.zeros(len(picks)), picks[:, 1].astype(np.int64)
    inside = layer < stack.preshower_layers
    if residual <= CUT or not inside.any():
        return energy
    rows = picks[inside]
    start = Start(
        np.full(len(rows), PICKED.index(species), dtype=np.int64),
        np.full(len(rows), residual),
        layer[inside],
        rows[:, 2],
    )
    run = simulate(stack, species, beam.energy, CUT, len(rows), SEED + 1, lateral=True, start=start)
    energy[inside] = run.event("preshower")
    return energy


def _fractions(picks: Array, passed: npt.NDArray[np.bool_], edges: Array) -> Array:
    """Length-weighted fraction that passes in each energy bin, and its statistical error, [2, bin].

    An empty bin takes its neighbour's values.
    """
    index = np.clip(np.searchsorted(edges, picks[:, 3]) - 1, 0, edges.size - 2)
    total = np.bincount(index, picks[:, 4], edges.size - 1)
    good = np.bincount(index, picks[:, 4] * passed, edges.size - 1)
    filled = np.flatnonzero(total > 0)
    fraction = np.interp(np.arange(edges.size - 1), filled, good[filled] / total[filled])
    square = np.bincount(index, (picks[:, 4] * (passed - fraction[index])) ** 2, edges.size - 1)
    error = np.interp(np.arange(edges.size - 1), filled, np.sqrt(square[filled]) / total[filled])
    return np.stack([fraction, error])
