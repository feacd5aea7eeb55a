"""Interactions of the shower kernel: what a particle turns into, with energies and angles.

Of two products the softer is followed first and the other waits on the stack, which therefore never holds
more than log2(E0/cut) particles.
"""

from __future__ import annotations

import math

from darktarget.shower.random import draw, rate, uniform
from darktarget.shower.scoring import close_pick, deposit
from darktarget.shower.state import (
    ANNIHILATION,
    BHABHA,
    BREMSSTRAHLUNG,
    CHANCE,
    COMPTON,
    ELECTRON,
    ENERGY,
    HEIGHT,
    LAYER,
    LEAST,
    MAIN,
    MOLLER,
    PAIR,
    PHOTON,
    PICKED_AT,
    POSITRON,
    SIZE,
    SPECIES,
    Floats,
    Geometry,
    ShowerState,
    Tables,
    U,
    V,
    W,
)


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


def push(s: ShowerState, species: int, energy: float) -> None:
    """Put a new particle on the stack, at the place and in the direction of the current one."""
    n = s.counts[HEIGHT]
    for j in range(7):
        s.stack_p[n, j] = s.p[j]
    s.stack_p[n, ENERGY] = energy
    s.stack_q[n, SPECIES], s.stack_q[n, LAYER] = species, s.q[LAYER]
    s.counts[HEIGHT] = n + 1


def pop(s: ShowerState) -> None:
    """Take the last particle of the stack; below the height of the pick its shower has ended."""
    n = s.counts[HEIGHT] - 1
    if n < s.counts[PICKED_AT]:
        close_pick(s)
    for j in range(7):
        s.p[j] = s.stack_p[n, j]
    s.q[SPECIES], s.q[LAYER] = s.stack_q[n, SPECIES], s.stack_q[n, LAYER]
    s.counts[HEIGHT] = n


def swap(s: ShowerState) -> None:
    """Exchange the current particle with the top of the stack (both are at the same place)."""
    n = s.counts[HEIGHT] - 1
    for j in range(7):
        s.p[j], s.stack_p[n, j] = s.stack_p[n, j], s.p[j]
    s.q[SPECIES], s.stack_q[n, SPECIES] = s.stack_q[n, SPECIES], s.q[SPECIES]


def absorb(t: Tables, g: Geometry, s: ShowerState, species: int, energy: float) -> None:
    """End a particle below the cut; a positron also gives its annihilation photons."""
    deposit(g, s, energy)
    if species != POSITRON:
        return
    if t.mass < t.cut:
        deposit(g, s, 2 * t.mass)
    else:
        annihilate_at_rest(t, g, s)


def annihilate_at_rest(t: Tables, g: Geometry, s: ShowerState) -> None:
    """Two photons of energy m back to back."""
    push(s, PHOTON, t.mass)
    if g.lateral:
        turn(s.stack_p[s.counts[HEIGHT] - 1], 2 * uniform(s.rng, MAIN) - 1, 2 * math.pi * uniform(s.rng, MAIN))
    push(s, PHOTON, t.mass)
    if g.lateral:
        n = s.counts[HEIGHT]
        for j in range(U, W + 1):
            s.stack_p[n - 1, j] = -s.stack_p[n - 2, j]


def products(
    t: Tables,
    g: Geometry,
    s: ShowerState,
    first: int,
    e1: float,
    cos1: float,
    second: int,
    e2: float,
    cos2: float,
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
            turn(s.stack_p[s.counts[HEIGHT] - 1], cos2, azimuth + math.pi)
    elif e1 < t.cut:
        first, e1, cos1, azimuth = second, e2, cos2, azimuth + math.pi
    s.q[SPECIES], s.p[ENERGY] = first, e1
    if g.lateral:
        turn(s.p, cos1, azimuth)
    if e1 >= t.cut and e2 >= t.cut and e2 < e1:
        swap(s)
    return True


def forward(t: Tables, g: Geometry, s: ShowerState, total_energy: float) -> float:
    """Cosine of the radiation angle: x = (E theta/m)^2 follows 1/(1+x)^2 (Tsai, Eq. 3.80, small angles)."""
    if not g.lateral:
        return 1.0
    r = uniform(s.rng, MAIN)
    square = (t.mass / total_energy) ** 2 * r / (1 - r)
    return math.cos(min(math.sqrt(square), math.pi))


def scatter_angle(t: Tables, kinetic: float, transfer: float, recoil: bool) -> float:
    """Cosine of an electron's angle after scattering on an electron at rest (two-body kinematics)."""
    energy, m = transfer if recoil else kinetic - transfer, t.mass
    return min(1.0, math.sqrt(energy * (kinetic + 2 * m) / (kinetic * (energy + 2 * m))))


def scatter(t: Tables, g: Geometry, s: ShowerState, mean: float) -> None:
    """Deflect the current particle: 1 - cos(theta) exponential (Gaussian in space angle) with this mean.

    Where the tables say so, single scatterings by larger angles come on top: 1 - cos(theta) falls as its inverse square
    from a least value, times the squared form factor of the nucleus.
    """
    x = -mean * math.log(uniform(s.rng, MAIN))
    cosine = 1.0 - x if x < 2.0 else 2 * uniform(s.rng, MAIN) - 1.0
    turn(s.p, cosine, 2 * math.pi * uniform(s.rng, MAIN))
    m = g.material[s.q[LAYER]]
    if t.single[m, CHANCE] > 0.0 and uniform(s.rng, MAIN) < t.single[m, CHANCE]:
        x = mean * t.single[m, LEAST] / uniform(s.rng, MAIN)
        squared = (s.p[ENERGY] + t.mass) ** 2 * x * t.single[m, SIZE]
        if x < 2.0 and uniform(s.rng, MAIN) * (1.0 + squared) ** 2 < 1.0:
            turn(s.p, 1.0 - x, 2 * math.pi * uniform(s.rng, MAIN))


def interact(t: Tables, g: Geometry, s: ShowerState, i: int, f: float, r: float) -> int:
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


def knock_on(t: Tables, g: Geometry, s: ShowerState, m: int, i: int, f: float) -> int:
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


def radiate(t: Tables, g: Geometry, s: ShowerState, m: int, i: int, f: float) -> int:
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


def annihilate(t: Tables, g: Geometry, s: ShowerState, m: int, i: int, f: float) -> bool:
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


def convert(t: Tables, g: Geometry, s: ShowerState, i: int, f: float, r: float) -> bool:
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


def compton(t: Tables, g: Geometry, s: ShowerState, m: int, i: int, f: float) -> bool:
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
