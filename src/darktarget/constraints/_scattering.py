r"""Dark particles that scatter on electrons at rest, through the mediator that made them.

With the kinetic energy T of the electron, t = -2 m_e T and p the momentum of a dark particle of energy E,

.. math:: \frac{d\sigma}{dT} = 4\pi\alpha\alpha_D\epsilon^2\frac{B}{p^2(M^2+2m_eT)^2}

where B depends on the Lorentz structure: for a vector and Dirac dark matter it is that of arXiv:1406.2698 Eq. (5), for
a scalar :math:`B = D(t)(2m_e+T)/4`, D being the squared dark current averaged over spins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.constraints._flight import dark_channels
from darktarget.core import SCALAR, VECTOR, Array, LorentzStructure, Model
from darktarget.units import ALPHA, ELECTRON_MASS

#: B from (E [n, 1], T [n, node], mass).
Bracket = Callable[[Array, Array, float], Array]
NODES: Final = 24  # in the logarithm of the electron's energy
#: D(t, m) of a scalar mediator by kind of dark matter: the current that decays, crossed (read-only).
SCALAR_CURRENTS: Final[Mapping[str, Callable[[Array, float], Array]]] = MappingProxyType(
    {
        "dirac": lambda t, m: 4 * m**2 - t,
        "majorana": lambda t, m: 4 * m**2 - t,
        "scalar": lambda t, m: np.ones_like(t),
        "vector": lambda t, m: 8 * t * (t - 4 * m**2) / 3,
    }
)


def vector_dirac(energy: Array, kinetic: Array, mass: float) -> Array:
    """B of a Dirac particle and a vector mediator, arXiv:1406.2698 Eq. (5)."""
    m = ELECTRON_MASS
    return np.asarray(2 * m * energy**2 - (2 * m * energy - m * (kinetic + m) + mass**2 + 2 * m**2) * kinetic)


def _through_vector(model: Model) -> tuple[Bracket, str]:
    said = "elastic, up- and down-scattering on electrons with the Dirac cross section, the mass splitting neglected"
    return vector_dirac, said


def _through_scalar(model: Model) -> tuple[Bracket, str] | None:
    kind = str(model.values.get("dm"))
    if kind not in SCALAR_CURRENTS:
        return None
    current = SCALAR_CURRENTS[kind]

    def bracket(energy: Array, kinetic: Array, mass: float) -> Array:
        return current(-2 * ELECTRON_MASS * kinetic, mass) * (2 * ELECTRON_MASS + kinetic) / 4

    return bracket, f"elastic scattering of {kind} dark matter on electrons"


#: What is known, by Lorentz structure (read-only).
KNOWN: Final[Mapping[LorentzStructure, Callable[[Model], tuple[Bracket, str] | None]]] = MappingProxyType(
    {VECTOR: _through_vector, SCALAR: _through_scalar}
)


def scattering(model: Model) -> tuple[Bracket, str] | None:
    """B of a model and what is said of it; None unless its only dark pair scatters with the full dark coupling."""
    known = KNOWN.get(model.structure)
    return known(model) if known is not None and len(dark_channels(model)) == 1 else None


def electron_scattering(
    energy: Array, mass: float, mediator: float, alpha: float, threshold: float, bracket: Bracket = vector_dirac
) -> Array:
    """sigma(chi e -> chi e) with an electron above a threshold, per eps^2 (energy^-2), [n].

    Args:
        energy: of the dark particles, [n]. mass, mediator: masses. alpha: dark coupling^2/(4 pi).
        threshold: on the energy of the electron. bracket: B.
    """
    m = ELECTRON_MASS
    square = np.maximum(energy**2 - mass**2, 1e-30)
    top = m + 2 * m * square / (m**2 + mass**2 + 2 * m * energy)  # largest electron energy
    x, w = np.polynomial.legendre.leggauss(NODES)
    low = max(threshold, m)
    span = np.log(np.maximum(top / low, 1.0))[:, None]
    electron = low * np.exp(span * (x + 1) / 2)
    kinetic = electron - m
    value = np.maximum(bracket(energy[:, None], kinetic, mass), 0) / (mediator**2 + 2 * m * kinetic) ** 2
    return np.asarray(4 * np.pi * ALPHA * alpha * (value * electron * span * w / 2).sum(axis=1) / square)
