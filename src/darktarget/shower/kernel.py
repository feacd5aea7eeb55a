r"""The electromagnetic shower, one primary at a time; Python, numba and CUDA can run it.

Plain functions, no decorators: ``run.py`` compiles a copy of them (``HOT`` ones inlined into
``follow_block``), and the debugger steps through the originals. A primary uses only its own counter-based
random stream and adds only integers to the sums, so neither threads nor chunks can change a bit of them.

A particle is ``p`` = (kinetic energy, depth in its layer [X0], x, y [cm], direction) and ``q`` = (species,
layer). See ``tables.py`` for the physics in the tables.
"""

from __future__ import annotations

import math

import numpy as np

from darktarget.shower.interactions import (
    absorb,
    annihilate,
    annihilate_at_rest,
    compton,
    convert,
    forward,
    interact,
    knock_on,
    pop,
    products,
    push,
    radiate,
    scatter,
    scatter_angle,
    swap,
    turn,
)
from darktarget.shower.random import (
    GOLDEN,
    M1,
    draw,
    free_path,
    high_half,
    log_ratio,
    low_half,
    mix,
    next_word,
    rate,
    uniform,
)
from darktarget.shower.scoring import (
    add_length,
    add_slowing,
    add_square,
    close_pick,
    deposit,
    flush,
    maybe_pick,
    take_pick,
)
from darktarget.shower.state import (
    ASLANT,
    BACK,
    CHANCE,
    DEPOSITED,
    DEPTH,
    ENERGY,
    FRONT,
    HEIGHT,
    LAYER,
    LEAST_TURNS,
    LOSS,
    MAIN,
    MAJORANT,
    MAX_LOSS,
    MAX_TURN,
    PATH,
    PHOTON,
    PICK,
    PICKED_AT,
    POSITRON,
    SLOPE,
    SPECIES,
    TOUCHED,
    TRANSPORT,
    Floats,
    Geometry,
    ShowerState,
    Tables,
    Tally,
    U,
    V,
    W,
    X,
    Y,
)


def advance(g: Geometry, s: ShowerState, step: float) -> None:
    """Move the current particle within its layer."""
    s.p[DEPTH] += step * s.p[W]
    if g.lateral:
        cm = step * g.X0_cm[g.material[s.q[LAYER]]]
        s.p[X] += s.p[U] * cm
        s.p[Y] += s.p[V] * cm


def to_wall(g: Geometry, s: ShowerState) -> float:
    """Distance (X0) to the boundary ahead; endless for a particle that flies along the layer."""
    if not g.lateral:
        return float(g.thickness[s.q[LAYER]] - s.p[DEPTH])
    if s.p[W] > 0.0:
        return float((g.thickness[s.q[LAYER]] - s.p[DEPTH]) / s.p[W])
    return float(-s.p[DEPTH] / s.p[W]) if s.p[W] < 0.0 else 1e30


def cross(t: Tables, g: Geometry, s: ShowerState) -> bool:
    """Enter the next layer, or count the energy as leaked; returns whether the particle is still inside."""
    ahead = s.p[W] > 0.0
    layer = s.q[LAYER] + 1 if ahead else s.q[LAYER] - 1
    if layer < 0 or layer >= g.thickness.size:
        rest = 2 * t.mass if s.q[SPECIES] == POSITRON else 0.0
        s.now[BACK if ahead else FRONT] += s.p[ENERGY] + rest
        return False
    s.q[LAYER] = layer
    s.p[DEPTH] = 0.0 if ahead else g.thickness[layer]
    return True


def charged(t: Tables, g: Geometry, s: ShowerState) -> bool:
    """Follow an electron or positron to its first product above the cut, its end or its exit.

    Interaction points are drawn with the majorant rate and accepted with rate(E)/majorant, which is exact
    while the energy falls along the step. Deflections come at random points, which makes the mean depth and
    the mean square displacement exact for any MAX_TURN. Returns whether a current particle is left to follow.
    """
    species = s.q[SPECIES]
    x = (math.log(s.p[ENERGY]) - t.log_low) * t.per_step
    i = min(max(int(x), 0), t.edges.size - 2)
    word = next_word(s.rng)
    depth_left = free_path(t, word)
    turns_left = free_path(t, next_word(s.rng)) if g.lateral else 0.0
    while True:
        m, energy = g.material[s.q[LAYER]], s.p[ENERGY]
        majorant = t.rates[m, species, i, MAJORANT]
        free, wall = depth_left * t.rates[m, species, i, PATH], to_wall(g, s)
        step = min(free, wall)
        # restricted loss at the middle of the step, with the slope of the table
        loss, per_energy = rate(t, m, species, i, x - i, LOSS), 1.0 / energy
        if loss * step > MAX_LOSS * energy:
            step = MAX_LOSS * energy / loss
        turns = 0.0
        if g.lateral:
            turns = max(rate(t, m, species, i, x - i, TRANSPORT) / MAX_TURN, LEAST_TURNS)
            step = min(step, turns_left / turns)
        loss -= t.rates[m, species, i, SLOPE] * 0.5 * loss * step * per_energy
        after = energy - loss * step
        if after <= t.cut:
            run_out(t, g, s, i, energy, (energy - t.cut) / loss)
            return False
        walk(t, g, s, i, step, energy, after)
        x += log_ratio(after * per_energy) * t.per_step
        i = min(max(int(x), 0), t.edges.size - 2)
        # stored tables of calorimeters are without the second case, which lowers the share of their cells by 0.2 %
        if step < free or t.single[m, CHANCE] > 0.0:
            turns_left -= step * turns
        if step < free:
            depth_left -= step * majorant
            if step == wall:
                if not cross(t, g, s):
                    return False
            elif g.lateral and turns_left <= 1e-12:
                scatter(t, g, s, rate(t, m, species, i, x - i, TRANSPORT) / turns)
                turns_left = free_path(t, next_word(s.rng))
            continue
        what = interact(t, g, s, i, x - i, low_half(word) * majorant)
        if what <= 0:
            return what < 0
        kept = s.p[ENERGY] / after
        if kept < 1.0:
            x += (log_ratio(kept) if kept > 1 - MAX_LOSS else math.log(kept)) * t.per_step
            i = min(max(int(x), 0), t.edges.size - 2)
        word = next_word(s.rng)
        depth_left = free_path(t, word)


def walk(t: Tables, g: Geometry, s: ShowerState, i: int, step: float, energy: float, after: float) -> None:
    """Move a charged particle by a step that takes it from one energy to another, and score it."""
    add_slowing(t, g, s, i, step, energy, after)
    if s.pick[7] > 0.0:
        maybe_pick(g, s, step, energy, after)
    deposit(g, s, energy - after)
    advance(g, s, step)
    s.p[ENERGY] = after


def run_out(t: Tables, g: Geometry, s: ShowerState, i: int, energy: float, step: float) -> None:
    """Last step of a charged particle, down to the cut."""
    walk(t, g, s, i, step, energy, t.cut)
    absorb(t, g, s, s.q[SPECIES], t.cut)


def photon(t: Tables, g: Geometry, s: ShowerState) -> bool:
    """Follow a photon to its interaction or exit; returns whether a current particle is left to follow."""
    x = (math.log(s.p[ENERGY]) - t.log_low) * t.per_step
    i = min(max(int(x), 0), t.edges.size - 2)
    depth_left = free_path(t, next_word(s.rng))
    while True:
        m = g.material[s.q[LAYER]]
        total = rate(t, m, PHOTON, i, x - i, 2)
        free, wall = depth_left / total, to_wall(g, s)
        step = min(free, wall)
        add_length(t, g, s, i, step)
        if s.pick[7] > 0.0:
            maybe_pick(g, s, step, s.p[ENERGY], s.p[ENERGY])
        advance(g, s, step)
        if free <= wall:
            return convert(t, g, s, i, x - i, uniform(s.rng, MAIN) * total)
        depth_left -= step * total
        if not cross(t, g, s):
            return False


def follow_primary(t: Tables, g: Geometry, s: ShowerState, start: Floats, seed: int, primary: int) -> None:
    """Follow one primary and all its descendants; start = (species, energy, layer, depth in layer)."""
    s.rng[MAIN] = mix(np.uint64(seed) ^ mix(np.uint64(primary) + GOLDEN))
    s.rng[PICK] = mix(s.rng[MAIN] ^ M1)
    for j in range(6):
        s.now[j] = s.at_pick[j] = s.under[j] = 0.0
        s.pick[j] = 0.0
    s.pick[ASLANT] = 0.0
    s.counts[HEIGHT], s.counts[TOUCHED], s.counts[PICKED_AT] = 0, 0, -1
    s.q[SPECIES], s.q[LAYER] = int(start[0]), int(start[2])
    s.p[ENERGY], s.p[DEPTH] = start[1], start[3]
    s.p[X] = s.p[Y] = s.p[U] = s.p[V] = 0.0
    s.p[W] = 1.0
    alive = start[1] >= t.cut
    if not alive:
        absorb(t, g, s, s.q[SPECIES], start[1])
    while alive or s.counts[HEIGHT] > 0:
        if not alive:
            pop(s)
        alive = photon(t, g, s) if s.q[SPECIES] == PHOTON else charged(t, g, s)
    close_pick(s)


def follow_block(
    t: Tables,
    g: Geometry,
    s: ShowerState,
    y: Tally,
    starts: Floats,
    seed: int,
    first: int,
    events: Floats,
    picks: Floats,
) -> None:
    """Follow primaries first, first + 1, ...: one per row of events.

    Args:
        t, g, s, y: tables, geometry, scratch memory and sums.
        starts: [n, 4] species, energy, layer, depth in layer (X0); primary i takes row i mod n.
        seed: of the run.
        first: number of the first primary of this block.
        events: [block, 7] energies of ShowerState.now and the ledger's residual, all in the energy unit.
        picks: [block or 0, 12] picked point (5 numbers), rest of the shower, squared sine of the picked angle.
    """
    for n in range(events.shape[0]):
        start = starts[(first + n) % starts.shape[0]]
        follow_primary(t, g, s, start, seed, first + n)
        for j in range(6):
            events[n, j] = s.now[j]
        brought = start[1] + (2 * t.mass if start[0] == POSITRON else 0.0)
        events[n, 6] = brought - (s.now[DEPOSITED] + s.now[BACK] + s.now[FRONT])
        if picks.shape[0] > 0:
            for j in range(4):
                picks[n, j] = s.pick[j]
            picks[n, 4] = s.pick[5]
            for j in range(6):
                picks[n, 5 + j] = s.now[j] - s.under[j]
            picks[n, 11] = s.pick[ASLANT]
        flush(t, g, s, y)


#: Rarely called functions, compiled as they are; callees first.
COLD = (turn, annihilate_at_rest, take_pick, close_pick, scatter, knock_on, annihilate, compton)
#: Functions to inline into the kernel ``follow_block``: an ordinary call would pass a hundred numbers.
HOT = (
    mix, uniform, next_word, high_half, low_half, free_path, log_ratio, rate, draw, deposit, add_length,
    add_slowing, maybe_pick, push, pop, swap, absorb, products, forward, scatter_angle, advance, to_wall,
    cross, radiate, interact, walk, run_out, charged, convert, photon, follow_primary, add_square, flush,
)  # fmt: skip
