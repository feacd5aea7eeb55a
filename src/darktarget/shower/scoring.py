"""What the shower kernel scores: energy, track length, the picked point, sums over primaries."""

from __future__ import annotations

import math

import numpy as np

from darktarget.shower.random import uniform
from darktarget.shower.state import (
    ASLANT,
    CELLS,
    DEPOSITED,
    DEPTH,
    HEIGHT,
    LAYER,
    PICK,
    PICKED_AT,
    PRESHOWER,
    SPECIES,
    TOUCHED,
    VISIBLE,
    Geometry,
    Ints,
    ShowerState,
    Tables,
    Tally,
    U,
    V,
    W,
    X,
    Y,
)

_LOW = np.int64(2**31 - 1)


def deposit(g: Geometry, s: ShowerState, energy: float) -> None:
    """Leave energy in the layer of the current particle."""
    layer = s.q[LAYER]
    s.layer[layer] += energy
    s.now[DEPOSITED] += energy
    if g.visible[layer] > 0.0:
        s.now[VISIBLE] += energy
        s.now[PRESHOWER] += energy * g.preshower[layer]
        if abs(s.p[X]) < g.half_width and abs(s.p[Y]) < g.half_width:
            s.now[CELLS] += energy


def add_length(t: Tables, g: Geometry, s: ShowerState, i: int, length: float) -> None:
    """Score a track length in energy bin i of the current layer."""
    layer = s.q[LAYER]
    rows = g.X0_cm.size
    row = (g.depth[layer] * 3 + s.q[SPECIES]) * rows + g.material[layer]
    k = row * (t.edges.size - 1) + i
    if s.length[k] == 0.0:
        s.touched[s.counts[TOUCHED]] = k
        s.counts[TOUCHED] += 1
    s.length[k] += length


def add_slowing(t: Tables, g: Geometry, s: ShowerState, i: int, length: float, high: float, low: float) -> None:
    """Share a step over the energy bins it crosses while slowing down from high (in bin i) to low."""
    if low >= t.edges[i] or i == 0:
        add_length(t, g, s, i, length)
        return
    per_energy = length / (high - low)
    top = high
    while i > 0 and low < t.edges[i]:
        if top > t.edges[i]:
            add_length(t, g, s, i, per_energy * (top - t.edges[i]))
            top = t.edges[i]
        i -= 1
    if top > low:
        add_length(t, g, s, i, per_energy * (top - low))


def maybe_pick(g: Geometry, s: ShowerState, length: float, high: float, low: float) -> None:
    """Reservoir sampling: the picked point is uniform in all track length above the least energy.

    The next record of a sum of length L lies at L/u (Vitter 1985), so that most steps only add and compare.
    """
    least = s.pick[6]
    if high <= least or (int(s.pick[7]) >> s.q[SPECIES]) & 1 == 0:
        return
    share = length if low >= least else length * (high - least) / (high - low)
    before = s.pick[5]
    s.pick[5] = before + share
    if before == 0.0:
        s.pick[4] = share * uniform(s.rng, PICK)
    while s.pick[4] <= s.pick[5]:
        take_pick(g, s, (s.pick[4] - before) / length, length, high, low)
        s.pick[4] = s.pick[4] / uniform(s.rng, PICK) if s.pick[4] < s.pick[5] else math.inf


def take_pick(g: Geometry, s: ShowerState, fraction: float, length: float, high: float, low: float) -> None:
    """Make the point at this fraction of the step the picked one; what was seen before is the rest's."""
    layer = s.q[LAYER]
    lost = fraction * (high - low)
    s.pick[0], s.pick[1] = s.q[SPECIES], layer
    s.pick[2] = s.p[DEPTH] + fraction * length * s.p[W]
    s.pick[3] = high - lost
    s.pick[ASLANT] = s.p[U] * s.p[U] + s.p[V] * s.p[V]
    for j in range(6):
        s.at_pick[j] = s.now[j]
        s.under[j] = 0.0
    s.at_pick[DEPOSITED] += lost
    s.at_pick[VISIBLE] += lost * g.visible[layer]
    s.at_pick[PRESHOWER] += lost * g.preshower[layer]
    if abs(s.p[X]) < g.half_width and abs(s.p[Y]) < g.half_width:
        s.at_pick[CELLS] += lost * g.visible[layer]
    s.counts[PICKED_AT] = s.counts[HEIGHT]


def close_pick(s: ShowerState) -> None:
    """The picked particle's own shower is over: note what it left."""
    if s.counts[PICKED_AT] >= 0:
        for j in range(6):
            s.under[j] = s.now[j] - s.at_pick[j]
        s.counts[PICKED_AT] = -1


def add_square(sums: Ints, k: int, q: int) -> None:
    """Add q and, in two words that cannot overflow, q^2."""
    sums[k, 0] += q
    square = q * q
    sums[k, 1] += square & _LOW
    sums[k, 2] += square >> 31


def flush(t: Tables, g: Geometry, s: ShowerState, y: Tally) -> None:
    """Add one primary to the sums and clear its scratch memory."""
    for n in range(s.counts[TOUCHED]):
        k = s.touched[n]
        length = s.length[k]
        add_square(y.length, k, int(length * y.per_X0 + 0.5))
        s.above[k % s.above.size] += length
        s.length[k] = 0.0
    bins = t.edges.size - 1
    for row in range(3 * g.X0_cm.size):
        total = 0.0
        for i in range(bins - 1, -1, -1):
            k = row * bins + i
            total += s.above[k]
            s.above[k] = 0.0
            if total > 0.0:
                add_square(y.above, k, int(total * y.per_X0 + 0.5))
    for k in range(s.layer.size):
        if s.layer[k] > 0.0:
            add_square(y.layer, k, int(s.layer[k] * y.per_energy + 0.5))
            s.layer[k] = 0.0
