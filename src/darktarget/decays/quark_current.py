r"""The quark current above 2 GeV: perturbative QCD with charm and bottom thresholds and their resonances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.units import ALPHA, GeV, MeV

Z_MASS, ALPHA_S_Z = 91.188 * GeV, 0.1180  # PDG 2024
CHARM, BOTTOM = 1.27 * GeV, 4.18 * GeV  # MS-bar masses, where the number of flavours of alpha_s changes


@dataclass(frozen=True)
class Resonance:
    """A heavy vector meson: mass, width, width to e+ e-, hadronic branching fraction, its quark."""

    mass: float
    width: float
    electrons: float
    hadrons: float
    quark: str


#: PDG 2024. The branching fraction of J/psi, psi', Upsilon(nS) is 1 less the leptons.
RESONANCES: Final = (
    Resonance(3.0969 * GeV, 0.0926 * MeV, 5.53e-3 * MeV, 0.881, "c"),
    Resonance(3.6861 * GeV, 0.293 * MeV, 2.33e-3 * MeV, 0.981, "c"),
    Resonance(3.7737 * GeV, 27.2 * MeV, 0.262e-3 * MeV, 1.0, "c"),
    Resonance(4.040 * GeV, 84 * MeV, 0.86e-3 * MeV, 1.0, "c"),
    Resonance(4.191 * GeV, 69 * MeV, 0.48e-3 * MeV, 1.0, "c"),
    Resonance(4.415 * GeV, 110 * MeV, 0.58e-3 * MeV, 1.0, "c"),
    Resonance(9.4604 * GeV, 0.05402 * MeV, 1.340e-3 * MeV, 0.925, "b"),
    Resonance(10.0234 * GeV, 0.03198 * MeV, 0.612e-3 * MeV, 0.942, "b"),
    Resonance(10.3551 * GeV, 0.02032 * MeV, 0.443e-3 * MeV, 0.935, "b"),
    Resonance(10.5794 * GeV, 20.5 * MeV, 0.272e-3 * MeV, 1.0, "b"),
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
    """Two-loop running: 1/a + c ln(a c'...) solved by iteration of its implicit form."""
    b0, b1 = (33 - 2 * flavours) / (12 * np.pi), (153 - 19 * flavours) / (24 * np.pi**2)

    def implicit(a: Array) -> Array:
        return 1 / a + b1 / b0 * np.log(b1 * a / (b0 + b1 * a))

    goal = implicit(np.array(start)) + b0 * np.log(q**2 / scale**2)
    value = np.full(np.shape(q), start)
    for _ in range(60):
        value = 1 / (goal - b1 / b0 * np.log(b1 * value / (b0 + b1 * value)))
    return np.asarray(value)


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
