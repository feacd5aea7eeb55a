"""What the shower kernel works on: the names of its array columns and its four bundles of arrays."""

from __future__ import annotations

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
DEPOSITED, VISIBLE, PRESHOWER, CELLS, BACK, FRONT = 0, 1, 2, 3, 4, 5  # of ShowerState.now
HEIGHT, TOUCHED, PICKED_AT = 0, 1, 2  # of ShowerState.counts; PICKED_AT is -1 when no pick is open
CHANCE, LEAST, SIZE = 0, 1, 2  # of Tables.single: per deflection, least 1 - cos(theta) over its mean, energy^-2
ASLANT = 8  # of ShowerState.pick: sin^2(theta)
MAIN, PICK = 0, 1  # random streams
MAX_LOSS = 0.1  # largest fraction of energy that a step may lose continuously
MAX_TURN = 0.15  # largest 1 - <cos theta> of a deflection; its second moment is then that of lead's
LEAST_TURNS = 10.0  # fewest deflections per X0
STACK = 64
PHYSICS = 2  # raised when the physics of the shower changes: stored results of another number are made again


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
    single: Floats  # [material, 3]: CHANCE, LEAST, SIZE of single scatterings; 0 where all are in TRANSPORT


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


class ShowerState(NamedTuple):
    """Scratch memory of one worker."""

    p: Floats  # [7]
    q: Ints  # [2]
    stack_p: Floats  # [STACK, 7]
    stack_q: Ints  # [STACK, 2]
    rng: Words  # [2]
    counts: Ints  # [3]
    now: Floats  # [6] energies so far
    pick: Floats  # [9] species, layer, depth, energy, next length, total length, least energy, species mask, ASLANT
    at_pick: Floats  # [6] energies at the picked point
    under: Floats  # [6] energies of the picked particle's own shower
    length: Floats  # [depth * species * material * energy]
    touched: Ints  # same size
    above: Floats  # [species * material * energy]
    layer: Floats  # [layer]


class Tally(NamedTuple):
    """Sums over primaries in fixed point: q, low and high word of q^2, padding to a cache line."""

    length: Ints  # [depth * species * material * energy, 4]
    above: Ints  # [species * material * energy, 4]
    layer: Ints  # [layer, 4]
    per_X0: float  # fixed-point units per X0
    per_energy: float  # fixed-point units per energy
