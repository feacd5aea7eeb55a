r"""Dark particles that scatter on electrons at rest, through the mediator that made them or through the photon.

With the kinetic energy T of the electron, t = -2 m_e T and p the momentum of a dark particle of energy E,

.. math:: \frac{d\sigma}{dT} = 4\pi\alpha\alpha_D\epsilon^2\frac{B}{p^2(M^2+2m_eT)^2}

where B depends on the Lorentz structure: for a vector and Dirac dark matter it is that of arXiv:1406.2698 Eq. (5), for
a scalar :math:`B = D(t)(2m_e+T)/4`, D being the squared dark current averaged over spins. Through the photon
:math:`\frac{d\sigma}{dT} = \frac{e^2}{32\pi m_ep^2Q^4}[W_1(2Q^2-4m_e^2)+W_2(4(K\cdot k)^2-Q^2K^2)]` with
:math:`Q^2 = 2m_eT`, :math:`K\cdot k = m_e(2E-T)-(m'^2-m^2)/2` and the structure functions of
:mod:`darktarget.decays.photon_current`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.constraints._flight import dark_channels
from darktarget.core import SCALAR, VECTOR, Array, LorentzStructure, Model
from darktarget.decays.kinematics import kallen_root
from darktarget.decays.photon_current import convection
from darktarget.errors import PhysicsError
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED, ELECTRON_MASS

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
    energy: Array,
    mass: float,
    mediator: float,
    alpha: float,
    window: tuple[float, float],
    bracket: Bracket = vector_dirac,
) -> Array:
    """sigma(chi e -> chi e) with an electron between two energies, per eps^2 (energy^-2), [n].

    Args:
        energy: of the dark particles, [n]. mass, mediator: masses. alpha: dark coupling^2/(4 pi).
        window: lowest and highest energy of the electron. bracket: B.
    """
    m = ELECTRON_MASS
    square = np.maximum(energy**2 - mass**2, 1e-30)
    top = m + 2 * m * square / (m**2 + mass**2 + 2 * m * energy)  # largest electron energy
    x, w = np.polynomial.legendre.leggauss(NODES)
    low = max(window[0], m)
    span = np.log(np.maximum(np.minimum(top, window[1]) / low, 1.0))[:, None]
    electron = low * np.exp(span * (x + 1) / 2)
    kinetic = electron - m
    value = np.maximum(bracket(energy[:, None], kinetic, mass), 0) / (mediator**2 + 2 * m * kinetic) ** 2
    return np.asarray(4 * np.pi * ALPHA * alpha * (value * electron * span * w / 2).sum(axis=1) / square)


def photon_scattering(
    model: Model, incoming: str, masses: tuple[Array, Array], energy: Array, low: float, high: float
) -> Array:
    """sigma(chi e -> chi' e) by photon exchange, with an electron between two energies, at unit coupling.

    Args:
        model: with a current that couples to the photon. incoming: name of the state that scatters.
        masses: of the incoming and of the outgoing state, each [point].
        energy: of the incoming state, [energy]. low, high: of the electron.

    Returns:
        energy^-2, [point, energy]; 0 below threshold.

    Raises:
        PhysicsError: the model has no such current.
    """
    first, second = (m[:, None] for m in masses)
    electron, weight = _window(energy, first, second, low, high)
    kinetic = electron - ELECTRON_MASS
    square = 2 * ELECTRON_MASS * kinetic
    if (current := model.photon_current(incoming, square.reshape(model.points, -1))) is None:
        raise PhysicsError(f"{incoming} of {model.name} does not couple to the photon itself")
    one, two = (w.reshape(square.shape) for w in current)
    along = ELECTRON_MASS * (2 * energy[:, None] - kinetic) - (second**2 - first**2)[..., None] / 2
    length = convection(square, first[..., None], second[..., None])
    amplitude = one * (2 * square - 4 * ELECTRON_MASS**2) + two * (4 * along**2 - square * length)
    flux = 32 * np.pi * ELECTRON_MASS * np.maximum(energy**2 - first**2, 1e-30)
    return np.asarray(ELECTRON_CHARGE_SQUARED * (amplitude / square**2 * weight).sum(axis=-1) / flux)


def _window(energy: Array, first: Array, second: Array, low: float, high: float) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in the logarithm of the electron's energy and weights in it, [point, energy, node]."""
    root = np.sqrt(first**2 + ELECTRON_MASS**2 + 2 * ELECTRON_MASS * energy)
    before = (root**2 + ELECTRON_MASS**2 - first**2) / (2 * root)
    after = (root**2 + ELECTRON_MASS**2 - second**2) / (2 * root)
    swing = ELECTRON_MASS * np.sqrt(np.maximum(energy**2 - first**2, 0)) / root
    swing = swing * kallen_root(root, second, ELECTRON_MASS) / (2 * root)
    ends = [np.clip((before * after + sign * swing) / ELECTRON_MASS, low, high) for sign in (-1, 1)]
    span = np.where(root > second + ELECTRON_MASS, np.log(ends[1] / ends[0]), 0.0)[..., None]
    x, w = np.polynomial.legendre.leggauss(NODES)
    nodes = ends[0][..., None] * np.exp(span * (x + 1) / 2)
    return nodes, nodes * span * w / 2
