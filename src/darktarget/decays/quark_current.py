r"""The quark current above 2 GeV: perturbative QCD with charm and bottom thresholds and their resonances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from darktarget import particles
from darktarget.core import Array
from darktarget.numerics.roots import root
from darktarget.units import ALPHA, GeV, MeV, keV

Z_MASS, ALPHA_S_Z = particles.Z_BOSON.mass_MeV * MeV, 0.1180  # PDG 2024
SMALLEST_COUPLING, LARGEST_COUPLING = 1e-3, 10.0  # between which alpha_s is searched for
CHARM, BOTTOM = 1.27 * GeV, 4.18 * GeV  # MS-bar masses, where the number of flavours of alpha_s changes


@dataclass(frozen=True)
class Resonance:
    """A heavy vector meson: mass, width, width to e+ e-, hadronic branching fraction, its quark."""

    mass: float
    width: float
    electrons: float
    hadrons: float
    quark: str

    @classmethod
    def of(cls, meson: particles.Particle, electrons_keV: float, hadrons: float, quark: str) -> Resonance:
        """A meson of the table, with its measured width to e+ e- and hadronic branching fraction."""
        return cls(meson.mass_MeV * MeV, meson.width_MeV * MeV, electrons_keV * keV, hadrons, quark)


#: PDG 2024. The branching fraction of J/psi, psi', Upsilon(nS) is 1 less the leptons.
RESONANCES: Final = (
    Resonance.of(particles.J_PSI, 5.53, 0.881, "c"),
    Resonance.of(particles.PSI_2S, 2.33, 0.981, "c"),
    Resonance.of(particles.PSI_3770, 0.262, 1.0, "c"),
    Resonance.of(particles.PSI_4040, 0.86, 1.0, "c"),
    Resonance.of(particles.PSI_4160, 0.48, 1.0, "c"),
    Resonance.of(particles.PSI_4415, 0.58, 1.0, "c"),
    Resonance.of(particles.UPSILON_1S, 1.340, 0.925, "b"),
    Resonance.of(particles.UPSILON_2S, 0.612, 0.942, "b"),
    Resonance.of(particles.UPSILON_3S, 0.443, 0.935, "b"),
    Resonance.of(particles.UPSILON_4S, 0.272, 1.0, "b"),
)
NARROW: Final = 1 * MeV
LIGHT: Final = ("u", "d", "s")
#: Where the continuum of a heavy quark starts and how wide its rise is.
THRESHOLDS: Final = (("c", 3.73 * GeV, 0.6 * GeV), ("b", 10.56 * GeV, 0.3 * GeV))


def strong_coupling(q: Array) -> Array:
    """alpha_s(q) by two-loop running from the Z, matched at the quark masses; frozen below 1 GeV.

    >>> round(float(strong_coupling(np.array([2.0]))[0]), 2)
    0.3
    """
    q = np.maximum(np.asarray(q, float), 1.0 * GeV)
    at_charm, at_bottom = _matched()
    value = np.zeros(q.shape)
    for start, scale, flavours, here in (
        (at_charm, CHARM, 3, q < CHARM),
        (at_bottom, BOTTOM, 4, (q >= CHARM) & (q < BOTTOM)),
        (ALPHA_S_Z, Z_MASS, 5, q >= BOTTOM),
    ):
        if here.any():
            value[here] = _run(start, scale, q[here], flavours)
    return value


@cache
def _matched() -> tuple[float, float]:
    """alpha_s at the charm and at the bottom mass."""
    at_bottom = float(_run(ALPHA_S_Z, Z_MASS, np.array(BOTTOM), 5))
    return float(_run(at_bottom, BOTTOM, np.array(CHARM), 4)), at_bottom


def _run(start: float, scale: float, q: Array, flavours: int) -> Array:
    """Two-loop running: 1/a + c ln[c a/(1 + c a)] grows as b0 ln q^2; solved for 1/a, where it is almost straight."""
    b0, b1 = (33 - 2 * flavours) / (12 * np.pi), (153 - 19 * flavours) / (24 * np.pi**2)

    def implicit(inverse: Array | float) -> Array:
        return np.asarray(inverse - b1 / b0 * np.log1p(b0 * inverse / b1))

    goal = (implicit(1 / start) + b0 * np.log(q**2 / scale**2)).ravel()
    ends = np.full(goal.size, LARGEST_COUPLING**-1), np.full(goal.size, SMALLEST_COUPLING**-1)
    inverse = root(lambda x, which: implicit(x) - goal[which], *ends)
    return np.asarray(1 / inverse.reshape(np.shape(q)))


def perturbative(s: Array, current: Mapping[str, float], narrow: bool = True) -> Array:
    """R(s) above 2 GeV of a quark current; ``s`` in energy^2, any shape; ``narrow`` as in ``hadronic_ratio``."""
    root = np.sqrt(s)
    a = strong_coupling(root) / np.pi
    flavours = 3.0 + (root > THRESHOLDS[0][1]) + (root > THRESHOLDS[1][1])
    correction = (
        1 + a + (1.9857 - 0.1152 * flavours) * a**2 - (6.6369 + 1.2001 * flavours + 0.0052 * flavours**2) * a**3
    )
    weight = np.full_like(root, sum(current[q] ** 2 for q in LIGHT))
    for quark, start, rise in THRESHOLDS:
        weight = weight + current[quark] ** 2 * (1 - np.exp(-np.maximum(root - start, 0) / rise))
    photon = {"c": 2 / 3, "b": -1 / 3}
    peaks = sum(
        (current[r.quark] / photon[r.quark]) ** 2 * _peak(s, r) for r in RESONANCES if narrow or r.width > NARROW
    )
    return np.asarray(3 * weight * correction + peaks)


def _peak(s: Array, r: Resonance) -> Array:
    top = 9 / ALPHA**2 * r.electrons * r.hadrons * r.width * r.mass**2
    return np.asarray(top / ((s - r.mass**2) ** 2 + (r.mass * r.width) ** 2))
