"""Dark pairs of virtual mediators and photons: fewer nodes that stand for the same pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from darktarget.core import Array, Yield

MANY: Final = 250  # nodes of a point that are merged; fewer are not
MASS_STEP, ENERGY_STEP = 0.01, 0.02  # of ln(mass) and ln(energy): nodes closer than this are one


def merged(pairs: Yield, least: float) -> Yield:
    """The same pairs above an energy on fewer nodes, which keep their mean mass and energies.

    Pairs whose parents are of several species, or that fly at an angle to them, stay as they are.

    Args:
        pairs: with ``pair_mass``. least: energy of a pair (energy unit).
    """
    alike = pairs.angle is None and np.unique(pairs.species).size == 1
    if not alike or pairs.pair_mass is None or pairs.weight.shape[1] < MANY:
        return pairs
    parent = np.broadcast_to(pairs.parent, pairs.weight.shape)
    columns = zip(pairs.weight * (pairs.energy >= least), pairs.pair_mass, pairs.energy, parent, strict=True)
    rows = [_merged(*column) for column in columns]
    size = max(row.shape[1] for row in rows)
    weight, *means = (_padded([row[k] for row in rows], size, float(k > 0)) for k in range(4))
    mass, energy, parent = means
    filled = np.full(size, pairs.species[0])
    return replace(pairs, weight=weight, pair_mass=mass, energy=energy, parent=parent, species=filled)


def _merged(weight: Array, *means: Array) -> Array:
    """Weights and the means of mass, energy and parent energy of groups of one point's nodes, [4, group]."""
    live = weight > 0
    mass, energy = (np.log(v[live]) // step for v, step in zip(means, (MASS_STEP, ENERGY_STEP), strict=False))
    _, group = np.unique(mass * 1e6 + energy, return_inverse=True)
    total = np.bincount(group, weight[live])
    return np.array([total, *(np.bincount(group, weight[live] * v[live]) / total for v in means)])


def _padded(rows: list[Array], size: int, value: float) -> Array:
    """Rows of one length, filled up with a value, [row, size]."""
    return np.array([np.concatenate([row, np.full(size - row.size, value)]) for row in rows])
