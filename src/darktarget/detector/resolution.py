r"""Declared energy resolution of calorimeter slabs, on top of the simulated sampling fluctuation of their layers.

The energy E of all decays of an event in a slab is measured as a Gaussian of mean E and standard deviation

.. math:: \frac{\sigma}{E} = \frac{a}{\sqrt{E/{\rm GeV}}}\oplus b

with a = ``stochastic`` and b = ``constant`` of the slab, cut off at 0: a negative energy is measured as 0. E already
fluctuates from shower to shower (sampling and leakage), so a and b describe the rest: photostatistics, non-uniformity,
calibration. The resolution of the target is that of the signature, and is not applied here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from darktarget.core import Array, Slab
from darktarget.decays.kinematics import uniforms
from darktarget.numerics.special import normal_quantile
from darktarget.units import GeV

STREAM: Final = 0x27D4EB2F  # keeps these random numbers apart from those of places and showers
SHIFT: Final = 64  # bits: slab and flight are above those of any seed


def width(slab: Slab, energy: Array) -> Array:
    """Standard deviation of the declared resolution at some energies, same unit and shape as ``energy``.

    >>> hcal = Slab("hcal", "calorimeter", 0.0, 150.0, (), stochastic=0.6, constant=0.05)
    >>> float(width(hcal, np.array([4.0 * GeV]))[0] / GeV)
    1.2165525060596438
    """
    return np.asarray(np.hypot(slab.stochastic * np.sqrt(energy * GeV), slab.constant * energy))


def texts(slabs: Sequence[Slab]) -> tuple[str, ...]:
    """The declared resolutions of calorimeters in words, one line; nothing where none has one.

    >>> texts((Slab("hcal", "calorimeter", 0.0, 150.0, (), stochastic=0.6, constant=0.05),))
    ('energy resolution in addition to the simulated sampling: hcal 60 %/sqrt(E/GeV) (+) 5 %',)
    """
    parts = [
        f"{s.name} {100 * s.stochastic:g} %/sqrt(E/GeV) (+) {100 * s.constant:g} %"
        for s in slabs
        if s.stochastic > 0 or s.constant > 0
    ]
    return (f"energy resolution in addition to the simulated sampling: {', '.join(parts)}",) if parts else ()


def smeared(slab: Slab, energy: Array, uniform: Array) -> Array:
    """Measured energies, truncated at 0; the declared resolution alone.

    Args:
        slab: with its resolution.
        energy: of each event before the resolution, any shape (energy unit).
        uniform: random numbers in [0, 1), the shape of ``energy``.
    """
    return np.asarray(np.maximum(energy + width(slab, energy) * normal_quantile(uniform), 0.0))


def numbers(seed: int, first: int, index: int, shapes: Sequence[tuple[int, ...]]) -> Array:
    """Random numbers in [0, 1) for the measurement of one slab, the same however a run is divided.

    Args:
        seed: of the run. first: number of the first event. index: of the slab.
        shapes: of the places of each flight, [n, piece] with axes of length 1 for those of other flights.

    Returns:
        the shape to which ``shapes`` broadcast: one number per event and combination of places. The numbers of two
        flights are added modulo 1, which leaves them uniform.
    """
    total: Array = np.zeros(1)
    for k, shape in enumerate(shapes):
        key = seed ^ (STREAM + ((2 * index + k) << SHIFT))
        pieces = int(np.prod(shape[1:]))
        total = total + uniforms(key, first, shape[0], pieces).reshape(shape)
    return np.asarray(total % 1.0)
