r"""The electromagnetic shower, one primary at a time: plain functions that Python, numba and CUDA can all run.

No decorator stands here: ``shower.py`` compiles a copy of these functions (``HOT`` ones inlined
into ``follow_block``), and the debugger steps through the originals. A primary uses only its own counter-based
random stream and adds only integers to the tallies, so neither threads nor chunks can change a bit of the sum.

A particle is ``p`` = (kinetic energy, depth in its layer [X0], x, y [cm], direction) and ``q`` = (species,
layer). Of two products the softer is followed first and the other waits on the stack, which therefore never
holds more than log2(E0/cut) particles. See ``shower_tables.py`` for the physics in the tables.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

ELECTRON, POSITRON, PHOTON = 0, 1, 2
BREMSSTRAHLUNG, MOLLER, BHABHA, ANNIHILATION, PAIR, COMPTON = 0, 1, 2, 3, 4, 5  # rows of Tables.inverse
# columns of Tables.rates after three cumulative rates; SLOPE is d LOSS/d ln E, PATH is 1/MAJORANT
MAJORANT, LOSS, TRANSPORT, SLOPE, PATH = 3, 4, 5, 6, 7
ENERGY, DEPTH, X, Y, U, V, W = 0, 1, 2, 3, 4, 5, 6  # of a particle p
SPECIES, LAYER = 0, 1  # of a particle q
DEPOSITED, VISIBLE, PRESHOWER, CELLS, BACK, FRONT = 0, 1, 2, 3, 4, 5  # of State.now
HEIGHT, TOUCHED, PICKED_AT = 0, 1, 2  # of State.count; PICKED_AT is -1 when no pick is open
MAIN, PICK = 0, 1  # random streams
MAX_LOSS = 0.1  # largest fraction of energy that a step may lose continuously
MAX_TURN = 0.2  # largest 1 - <cos theta> of a step
STACK = 64

_GOLDEN, _M1, _M2 = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_S32, _LOW32, _TO_UNIT = np.uint64(32), np.uint64(0xFFFFFFFF), 2.0**-32
_LOW = np.int64(2**31 - 1)


class Tables(NamedTuple):
    """Cross sections on the energy grid; rates per X0 of the material."""

    edges: Floats  # [energy + 1]
    log_low: float
    per_step: float  # 1/(spacing of ln E)
    rates: Floats  # [material, species, energy + 1, 8]
    inverse: Floats  # [material, process, energy + 1, u + 1]
    cut: float
    soft_cut: float
    log_soft: float  # ln(cut/soft_cut)
    mass: float
    logs: Floats  # [256, 2]: -ln((j+1/2)/256) and 2^-24/(j+1/2)


class Geometry(NamedTuple):
    """The layers, and what is scored in them."""

    thickness: Floats  # [layer], X0 of its own material
    material: Ints  # [layer]
    depth: Ints  # [layer] -> depth bin
    visible: Floats  # [layer], 1 where the energy is seen
    preshower: Floats  # [layer], 1 where it is seen and belongs to the pre-shower
    X0_cm: Floats  # [material]
    half_width: float  # of the square of cells, cm
    lateral: bool


class State(NamedTuple):
    """Scratch memory of one worker."""

    p: Floats  # [7]
    q: Ints  # [2]
    stack_p: Floats  # [STACK, 7]
    stack_q: Ints  # [STACK, 2]
    rng: Words  # [2]
    count: Ints  # [3]
    now: Floats  # [6] energies so far
    pick: Floats  # [8] species, layer, depth, energy, next length, total length, least energy, species mask
    at_pick: Floats  # [6] energies at the picked point
    under: Floats  # [6] energies of the picked particle's own shower
    length: Floats  # [depth * species * material * energy]
    touched: Ints  # same size
    above: Floats  # [species * material * energy]
    layer: Floats  # [layer]


class Tally(NamedTuple):
    """Sums over primaries in fixed point: q, low and high word of q^2, 0 (so that a row fits a cache line)."""

    length: Ints  # [depth * species * material * energy, 4]
    above: Ints  # [species * material * energy, 4]
    layer: Ints  # [layer, 4]
    per_X0: float  # fixed-point units per X0
    per_energy: float  # fixed-point units per energy


def mix(z: np.uint64) -> np.uint64:
    """Finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


def uniform(rng: Words, stream: int) -> float:
    """Next number of a stream, strictly between 0 and 1."""
    rng[stream] = rng[stream] + _GOLDEN
    return (np.int64(mix(rng[stream]) >> _S11) + 0.5) * 1.1102230246251565e-16


def next_word(rng: Words) -> np.uint64:
    """Next 64 random bits of the main stream; two numbers of 32 bits come from one word where speed counts."""
    rng[MAIN] = rng[MAIN] + _GOLDEN
    return mix(rng[MAIN])


def high_half(word: np.uint64) -> float:
    """The upper 32 bits as a number strictly between 0 and 1."""
    return (np.int64(word >> _S32) + 0.5) * _TO_UNIT


def low_half(word: np.uint64) -> float:
    """The lower 32 bits as a number strictly between 0 and 1."""
    return (np.int64(word & _LOW32) + 0.5) * _TO_UNIT


def free_path(t: Tables, word: np.uint64) -> float:
    """-ln u for u from the upper half of a word, to 1e-8: by table and series, as a logarithm costs 3 times more."""
    n = np.int64(word >> _S32)
    j = n >> 24
    if j < 16:
        return -math.log((n + 0.5) * _TO_UNIT)
    d = (n + 0.5) * t.logs[j, 1] - 1.0
    return t.logs[j, 0] - d * (1 - d * (0.5 - d * (1 / 3 - d * (0.25 - 0.2 * d))))


def log_ratio(r: float) -> float:
    """ln r for 1 - MAX_LOSS <= r <= 1, to 2e-7: cheaper than a logarithm at every step."""
    d = 1.0 - r
    return -d * (1 + d * (0.5 + d * (1 / 3 + d * (0.25 + 0.2 * d))))


def rate(t: Tables, m: int, species: int, i: int, f: float, column: int) -> float:
    """A column of the rate table, linear in ln E."""
    low = t.rates[m, species, i, column]
    return low + f * (t.rates[m, species, i + 1, column] - low)


def draw(t: Tables, m: int, process: int, i: int, f: float, rng: Words) -> float:
    """Mapped variable in [0, 1] of a process, from the inverse distribution at one of the two nearest energies."""
    word = next_word(rng)  # its low half chooses the energy, its high half the point of the distribution
    node = i + 1 if low_half(word) < f else i
    r = high_half(word) * (t.inverse.shape[3] - 1)
    j = int(r)
    low = t.inverse[m, process, node, j]
    return low + (r - j) * (t.inverse[m, process, node, j + 1] - low)


def deposit(g: Geometry, s: State, energy: float) -> None:
    """Leave energy in the layer of the current particle."""
    layer = s.q[LAYER]
    s.layer[layer] += energy
    s.now[DEPOSITED] += energy
    if g.visible[layer] > 0.0:
        s.now[VISIBLE] += energy
        s.now[PRESHOWER] += energy * g.preshower[layer]
        if abs(s.p[X]) < g.half_width and abs(s.p[Y]) < g.half_width:
            s.now[CELLS] += energy


def add_length(t: Tables, g: Geometry, s: State, i: int, length: float) -> None:
    """Score a track length in energy bin i of the current layer."""
    layer = s.q[LAYER]
    rows = g.X0_cm.size
    row = (g.depth[layer] * 3 + s.q[SPECIES]) * rows + g.material[layer]
    k = row * (t.edges.size - 1) + i
    if s.length[k] == 0.0:
        s.touched[s.count[TOUCHED]] = k
        s.count[TOUCHED] += 1
    s.length[k] += length


def add_slowing(t: Tables, g: Geometry, s: State, i: int, length: float, high: float, low: float) -> None:
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


def maybe_pick(g: Geometry, s: State, length: float, high: float, low: float) -> None:
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


def take_pick(g: Geometry, s: State, fraction: float, length: float, high: float, low: float) -> None:
    """Make the point at this fraction of the step the picked one; what was seen before it belongs to the rest."""
    layer = s.q[LAYER]
    lost = fraction * (high - low)
    s.pick[0], s.pick[1] = s.q[SPECIES], layer
    s.pick[2] = s.p[DEPTH] + fraction * length * s.p[W]
    s.pick[3] = high - lost
    for j in range(6):
        s.at_pick[j] = s.now[j]
        s.under[j] = 0.0
    s.at_pick[DEPOSITED] += lost
    s.at_pick[VISIBLE] += lost * g.visible[layer]
    s.at_pick[PRESHOWER] += lost * g.preshower[layer]
    if abs(s.p[X]) < g.half_width and abs(s.p[Y]) < g.half_width:
        s.at_pick[CELLS] += lost * g.visible[layer]
    s.count[PICKED_AT] = s.count[HEIGHT]


def close_pick(s: State) -> None:
    """The picked particle's own shower is over: note what it left."""
    if s.count[PICKED_AT] >= 0:
        for j in range(6):
            s.under[j] = s.now[j] - s.at_pick[j]
        s.count[PICKED_AT] = -1


def turn(a: Floats, cosine: float, azimuth: float) -> None:
    """Rotate the direction of particle a by a polar and an azimuthal angle about itself."""
    sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
    side, up = sine * math.cos(azimuth), sine * math.sin(azimuth)
    u, v, w = a[U], a[V], a[W]
    flat = math.sqrt(u * u + v * v)
    if flat < 1e-10:
        a[U], a[V], a[W] = side, up, cosine * w
        return
    a[U] = u * cosine + (side * w * u - up * v) / flat
    a[V] = v * cosine + (side * w * v + up * u) / flat
    a[W] = w * cosine - side * flat
    norm = 1.0 / math.sqrt(a[U] * a[U] + a[V] * a[V] + a[W] * a[W])
    a[U], a[V], a[W] = a[U] * norm, a[V] * norm, a[W] * norm


def push(s: State, species: int, energy: float) -> None:
    """Put a new particle on the stack, at the place and in the direction of the current one."""
    n = s.count[HEIGHT]
    for j in range(7):
        s.stack_p[n, j] = s.p[j]
    s.stack_p[n, ENERGY] = energy
    s.stack_q[n, SPECIES], s.stack_q[n, LAYER] = species, s.q[LAYER]
    s.count[HEIGHT] = n + 1


def pop(s: State) -> None:
    """Take the last particle of the stack; below the height of the pick its shower has ended."""
    n = s.count[HEIGHT] - 1
    if n < s.count[PICKED_AT]:
        close_pick(s)
    for j in range(7):
        s.p[j] = s.stack_p[n, j]
    s.q[SPECIES], s.q[LAYER] = s.stack_q[n, SPECIES], s.stack_q[n, LAYER]
    s.count[HEIGHT] = n


def swap(s: State) -> None:
    """Exchange the current particle with the top of the stack (both are at the same place)."""
    n = s.count[HEIGHT] - 1
    for j in range(7):
        s.p[j], s.stack_p[n, j] = s.stack_p[n, j], s.p[j]
    s.q[SPECIES], s.stack_q[n, SPECIES] = s.stack_q[n, SPECIES], s.q[SPECIES]


def absorb(t: Tables, g: Geometry, s: State, species: int, energy: float) -> None:
    """End a particle below the cut; a positron also gives its annihilation photons."""
    deposit(g, s, energy)
    if species != POSITRON:
        return
    if t.mass < t.cut:
        deposit(g, s, 2 * t.mass)
    else:
        annihilate_at_rest(t, g, s)


def annihilate_at_rest(t: Tables, g: Geometry, s: State) -> None:
    """Two photons of energy m back to back."""
    push(s, PHOTON, t.mass)
    if g.lateral:
        turn(s.stack_p[s.count[HEIGHT] - 1], 2 * uniform(s.rng, MAIN) - 1, 2 * math.pi * uniform(s.rng, MAIN))
    push(s, PHOTON, t.mass)
    if g.lateral:
        n = s.count[HEIGHT]
        for j in range(U, W + 1):
            s.stack_p[n - 1, j] = -s.stack_p[n - 2, j]


def products(
    t: Tables, g: Geometry, s: State, first: int, e1: float, cos1: float, second: int, e2: float, cos2: float
) -> bool:
    """Replace the current particle by two, at polar angles cos1 and cos2 back to back in azimuth.

    Returns whether a current particle is left to follow.
    """
    if e2 < t.cut:
        absorb(t, g, s, second, e2)
    if e1 < t.cut:
        absorb(t, g, s, first, e1)
    if e1 < t.cut and e2 < t.cut:
        return False
    azimuth = 2 * math.pi * uniform(s.rng, MAIN) if g.lateral else 0.0
    if e1 >= t.cut and e2 >= t.cut:
        push(s, second, e2)
        if g.lateral:
            turn(s.stack_p[s.count[HEIGHT] - 1], cos2, azimuth + math.pi)
    elif e1 < t.cut:
        first, e1, cos1, azimuth = second, e2, cos2, azimuth + math.pi
    s.q[SPECIES], s.p[ENERGY] = first, e1
    if g.lateral:
        turn(s.p, cos1, azimuth)
    if e1 >= t.cut and e2 >= t.cut and e2 < e1:
        swap(s)
    return True


def forward(t: Tables, g: Geometry, s: State, total_energy: float) -> float:
    """Cosine of the radiation angle, from (E theta/m)^2 = u/(1-u): 1/(1+x)^2 of Tsai's Eq. 3.80 at small angles."""
    if not g.lateral:
        return 1.0
    r = uniform(s.rng, MAIN)
    square = (t.mass / total_energy) ** 2 * r / (1 - r)
    return math.cos(min(math.sqrt(square), math.pi))


def scatter_angle(t: Tables, kinetic: float, transfer: float, recoil: bool) -> float:
    """Cosine of an electron's angle after scattering on an electron at rest, by energy and momentum conservation."""
    energy, m = transfer if recoil else kinetic - transfer, t.mass
    return min(1.0, math.sqrt(energy * (kinetic + 2 * m) / (kinetic * (energy + 2 * m))))


def advance(g: Geometry, s: State, step: float) -> None:
    """Move the current particle within its layer."""
    s.p[DEPTH] += step * s.p[W]
    if g.lateral:
        cm = step * g.X0_cm[g.material[s.q[LAYER]]]
        s.p[X] += s.p[U] * cm
        s.p[Y] += s.p[V] * cm


def to_wall(g: Geometry, s: State) -> float:
    """Distance (X0) to the boundary ahead; endless for a particle that flies along the layer."""
    if not g.lateral:
        return g.thickness[s.q[LAYER]] - s.p[DEPTH]
    if s.p[W] > 0.0:
        return (g.thickness[s.q[LAYER]] - s.p[DEPTH]) / s.p[W]
    return -s.p[DEPTH] / s.p[W] if s.p[W] < 0.0 else 1e30


def cross(t: Tables, g: Geometry, s: State) -> bool:
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


def scatter(t: Tables, s: State, mean: float) -> None:
    """Multiple scattering: 1 - cos(theta) exponential (Gaussian in space angle) with the exact mean."""
    x = -(1.0 - math.exp(-mean)) * math.log(uniform(s.rng, MAIN))
    cosine = 1.0 - x if x < 2.0 else 2 * uniform(s.rng, MAIN) - 1.0
    turn(s.p, cosine, 2 * math.pi * uniform(s.rng, MAIN))


def charged(t: Tables, g: Geometry, s: State) -> bool:
    """Follow an electron or positron to its first product above the cut, its end or its exit.

    Interaction points are drawn with the majorant rate and accepted with rate(E)/majorant, which is exact
    while the energy falls along the step. Returns whether a current particle is left to follow.
    """
    species = s.q[SPECIES]
    x = (math.log(s.p[ENERGY]) - t.log_low) * t.per_step
    i = min(max(int(x), 0), t.edges.size - 2)
    word = next_word(s.rng)
    depth_left = free_path(t, word)
    while True:
        m, energy = g.material[s.q[LAYER]], s.p[ENERGY]
        majorant = t.rates[m, species, i, MAJORANT]
        free, wall = depth_left * t.rates[m, species, i, PATH], to_wall(g, s)
        step = min(free, wall)
        # restricted loss at the middle of the step, with the slope of the table
        loss, per_energy = rate(t, m, species, i, x - i, LOSS), 1.0 / energy
        if loss * step > MAX_LOSS * energy:
            step = MAX_LOSS * energy / loss
        turning = 0.0
        if g.lateral:
            turning = rate(t, m, species, i, x - i, TRANSPORT)
            step = min(step, MAX_TURN / turning)
        loss -= t.rates[m, species, i, SLOPE] * 0.5 * loss * step * per_energy
        after = energy - loss * step
        if after <= t.cut:
            run_out(t, g, s, i, energy, (energy - t.cut) / loss)
            return False
        walk(t, g, s, i, step, energy, after)
        if g.lateral:
            scatter(t, s, step * turning)
        x += log_ratio(after * per_energy) * t.per_step
        i = min(max(int(x), 0), t.edges.size - 2)
        if step < free:
            depth_left -= step * majorant
            if step == wall and not cross(t, g, s):
                return False
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


def walk(t: Tables, g: Geometry, s: State, i: int, step: float, energy: float, after: float) -> None:
    """Move a charged particle by a step that takes it from one energy to another, and score it."""
    add_slowing(t, g, s, i, step, energy, after)
    if s.pick[7] > 0.0:
        maybe_pick(g, s, step, energy, after)
    deposit(g, s, energy - after)
    advance(g, s, step)
    s.p[ENERGY] = after


def run_out(t: Tables, g: Geometry, s: State, i: int, energy: float, step: float) -> None:
    """Last step of a charged particle, down to the cut."""
    walk(t, g, s, i, step, energy, t.cut)
    absorb(t, g, s, s.q[SPECIES], t.cut)


def interact(t: Tables, g: Geometry, s: State, i: int, f: float, r: float) -> int:
    """One interaction of an electron or positron, chosen by r in rate units.

    Returns 1: the flight goes on; 0: nothing is left to follow; -1: follow the (new) current particle.
    """
    m, species = g.material[s.q[LAYER]], s.q[SPECIES]
    if r < rate(t, m, species, i, f, 0):
        return radiate(t, g, s, m, i, f)
    if r < rate(t, m, species, i, f, 1):
        return knock_on(t, g, s, m, i, f)
    if r < rate(t, m, species, i, f, 2):
        return -1 if annihilate(t, g, s, m, i, f) else 0
    return 1


def knock_on(t: Tables, g: Geometry, s: State, m: int, i: int, f: float) -> int:
    """Moller or Bhabha scattering above the cut; codes as for interact."""
    species, energy = s.q[SPECIES], s.p[ENERGY]
    process, most = (MOLLER, 0.5) if species == ELECTRON else (BHABHA, 1.0)
    if t.cut >= most * energy:  # the table's first bin reaches below threshold
        return 1
    v = draw(t, m, process, i, f, s.rng)
    transfer = energy / (energy / t.cut + v * (1.0 / most - energy / t.cut))
    keeps = scatter_angle(t, energy, transfer, False)
    recoils = scatter_angle(t, energy, transfer, True)
    alive = products(t, g, s, species, energy - transfer, keeps, ELECTRON, transfer, recoils)
    return -1 if alive else 0


def radiate(t: Tables, g: Geometry, s: State, m: int, i: int, f: float) -> int:
    """Bremsstrahlung above the soft-photon cut; codes as for interact."""
    energy = s.p[ENERGY]
    k = t.soft_cut * math.exp(draw(t, m, BREMSSTRAHLUNG, i, f, s.rng) * (t.log_soft + (i + f) / t.per_step))
    left = max(energy - k, 0.0)
    k = energy - left
    if k < t.cut <= left:
        deposit(g, s, k)
        s.p[ENERGY] = left
        return 1
    angle = forward(t, g, s, energy + t.mass)
    return -1 if products(t, g, s, s.q[SPECIES], left, 1.0, PHOTON, k, angle) else 0


def annihilate(t: Tables, g: Geometry, s: State, m: int, i: int, f: float) -> bool:
    """Annihilation in flight to two photons."""
    kinetic = s.p[ENERGY]
    total = kinetic + 2 * t.mass
    gamma = 1 + kinetic / t.mass
    least = 0.5 * (1 - math.sqrt((gamma - 1) / (gamma + 1)))
    k = total * 0.5 * (2 * least) ** (1 - draw(t, m, ANNIHILATION, i, f, s.rng))
    momentum = math.sqrt(kinetic * total)
    cos1 = max(-1.0, (total - total * t.mass / k) / momentum)
    cos2 = max(-1.0, (total - total * t.mass / (total - k)) / momentum)
    return products(t, g, s, PHOTON, k, min(1.0, cos1), PHOTON, total - k, min(1.0, cos2))


def photon(t: Tables, g: Geometry, s: State) -> bool:
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
        advance(g, s, step)
        if free <= wall:
            return convert(t, g, s, i, x - i, uniform(s.rng, MAIN) * total)
        depth_left -= step * total
        if not cross(t, g, s):
            return False


def convert(t: Tables, g: Geometry, s: State, i: int, f: float, r: float) -> bool:
    """Pair production, Compton scattering or photoelectric absorption of the current photon."""
    m, k = g.material[s.q[LAYER]], s.p[ENERGY]
    kinetic = k - 2 * t.mass
    if r < rate(t, m, PHOTON, i, f, 0) and kinetic > 0.0:
        plus = kinetic * draw(t, m, PAIR, i, f, s.rng)
        minus = kinetic - plus
        angle1, angle2 = forward(t, g, s, plus + t.mass), forward(t, g, s, minus + t.mass)
        return products(t, g, s, POSITRON, plus, angle1, ELECTRON, minus, angle2)
    if r >= rate(t, m, PHOTON, i, f, 1):
        s.q[SPECIES] = ELECTRON
        return True
    return compton(t, g, s, m, i, f)


def compton(t: Tables, g: Geometry, s: State, m: int, i: int, f: float) -> bool:
    """Compton scattering of the current photon."""
    k = s.p[ENERGY]
    least = 1 / (1 + 2 * k / t.mass)
    kept = k * least ** (1 - draw(t, m, COMPTON, i, f, s.rng))
    kinetic = k - kept
    if kinetic <= 0.0:
        return True
    cos_photon = max(-1.0, 1 - t.mass * (1 / kept - 1 / k))
    cos_electron = min(1.0, (1 + t.mass / k) * math.sqrt(kinetic / (kinetic + 2 * t.mass)))
    return products(t, g, s, PHOTON, kept, cos_photon, ELECTRON, kinetic, cos_electron)


def follow_primary(t: Tables, g: Geometry, s: State, start: Floats, seed: int, primary: int) -> None:
    """Follow one primary and all its descendants; start = (species, energy, layer, depth in layer)."""
    s.rng[MAIN] = mix(np.uint64(seed) ^ mix(np.uint64(primary) + _GOLDEN))
    s.rng[PICK] = mix(s.rng[MAIN] ^ _M1)
    for j in range(6):
        s.now[j] = s.at_pick[j] = s.under[j] = 0.0
        s.pick[j] = 0.0
    s.count[HEIGHT], s.count[TOUCHED], s.count[PICKED_AT] = 0, 0, -1
    s.q[SPECIES], s.q[LAYER] = int(start[0]), int(start[2])
    s.p[ENERGY], s.p[DEPTH] = start[1], start[3]
    s.p[X] = s.p[Y] = s.p[U] = s.p[V] = 0.0
    s.p[W] = 1.0
    alive = start[1] >= t.cut
    if not alive:
        absorb(t, g, s, s.q[SPECIES], start[1])
    while alive or s.count[HEIGHT] > 0:
        if not alive:
            pop(s)
        alive = photon(t, g, s) if s.q[SPECIES] == PHOTON else charged(t, g, s)
    close_pick(s)


def add_square(sums: Ints, k: int, q: int) -> None:
    """Add q and, in two words that cannot overflow, q^2."""
    sums[k, 0] += q
    square = q * q
    sums[k, 1] += square & _LOW
    sums[k, 2] += square >> 31


def flush(t: Tables, g: Geometry, s: State, y: Tally) -> None:
    """Add one primary to the sums and clear its scratch memory."""
    for n in range(s.count[TOUCHED]):
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


def follow_block(
    t: Tables,
    g: Geometry,
    s: State,
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
        events: [block, 7] energies of State.now and the ledger's residual, all in the energy unit.
        picks: [block or 0, 11] picked point (6 numbers) and rest of the shower.
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
        flush(t, g, s, y)


#: Rarely called functions, compiled as they are; callees first.
COLD = (turn, annihilate_at_rest, take_pick, close_pick, scatter, knock_on, annihilate, compton)
#: Functions to inline into the kernel ``follow_block``: an ordinary call would pass a hundred numbers.
HOT = (
    mix, uniform, next_word, high_half, low_half, free_path, log_ratio, rate, draw, deposit, add_length,
    add_slowing, maybe_pick, push, pop, swap, absorb, products, forward, scatter_angle, advance, to_wall, cross,
    radiate, interact, walk, run_out, charged, convert, photon, follow_primary, add_square, flush,
)  # fmt: skip
