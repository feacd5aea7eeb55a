r"""Dark particles that scatter on electrons at rest, by exchange of the mediator or of the photon.

With the kinetic energy T of the electron, :math:`Q^2 = 2m_eT` and p the momentum of a dark particle of energy E,

.. math:: \frac{d\sigma}{dT} = \frac{e^2q_e^2}{32\pi m_ep^2}\,\frac{L}{(M^2+Q^2)^2}

where L contracts the dark current (:mod:`darktarget.decays.exchange`) with that of the electron: for a vector
:math:`L = W_1(2Q^2-4m_e^2)+W_2[4(K\cdot k)^2-Q^2K^2]`, :math:`K\cdot k = m_e(2E-T)-(m'^2-m^2)/2`, for a scalar
:math:`L = W_1(4m_e^2+Q^2)`. For a Dirac particle and a vector it is arXiv:1406.2698 Eq. (5).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from darktarget.core import Array, Exchange, Model
from darktarget.decays.exchange import convection
from darktarget.decays.kinematics import kallen_root
from darktarget.numerics.quadrature import gauss_log
from darktarget.structures import Ability
from darktarget.units import ELECTRON_CHARGE_SQUARED, ELECTRON_MASS

NODES: Final = 24  # in the logarithm of the electron's energy
#: L from (W_1, W_2, Q^2, K.k, K^2).
Contraction = Callable[[Array, Array, Array, Array, Array], Array]


def vector(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of a vector coupling."""
    return np.asarray(one * (2 * square - 4 * ELECTRON_MASS**2) + two * (4 * along**2 - square * length))


def scalar(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of a scalar coupling."""
    return np.asarray(one * (4 * ELECTRON_MASS**2 + square))


#: L of each Lorentz structure.
KNOWN: Final[Ability[Contraction]] = Ability("electron_scattering")


def struck(model: Model, energy: Array, window: tuple[float, float]) -> dict[str, Array]:
    """sigma(chi e -> chi' e) with an electron between two energies, summed over chi', at unit coupling.

    Args:
        model: whose ``exchanges`` are taken. energy: of chi, [energy].
        window: lowest and highest energy of the electron.

    Returns:
        By the name of chi, energy^-2, [point, energy]; 0 below threshold; empty where no dark particle scatters.

    Raises:
        PhysicsError: the Lorentz structure has no ``electron_scattering``.
    """
    found: dict[str, Array] = {}
    for exchange in model.exchanges():
        found[exchange.incoming] = found.get(exchange.incoming, 0.0) + _cross_section(model, exchange, energy, window)
    return found


def _cross_section(model: Model, exchange: Exchange, energy: Array, window: tuple[float, float]) -> Array:
    """That of one exchange, [point, energy]."""
    first, second = (m[:, None] for m in exchange.masses)
    electron, weight = _nodes(energy, first, second, *window)
    kinetic = electron - ELECTRON_MASS
    square = 2 * ELECTRON_MASS * kinetic
    one, two = (w.reshape(square.shape) for w in exchange.current(square.reshape(model.points, -1)))
    along = ELECTRON_MASS * (2 * energy[:, None] - kinetic) - (second**2 - first**2)[..., None] / 2
    length = convection(square, first[..., None], second[..., None])
    amplitude = KNOWN.of(model.structure, f"scattering in {model.name}")(one, two, square, along, length)
    propagator = (model.mediator_mass[:, None, None] ** 2 + square) ** 2
    flux = 32 * np.pi * ELECTRON_MASS * np.maximum(energy**2 - first**2, 1e-30)
    coupling = ELECTRON_CHARGE_SQUARED * model.lepton_coupling("electron")[:, None] ** 2
    return np.asarray(coupling * (np.maximum(amplitude, 0) / propagator * weight).sum(axis=-1) / flux)


def _nodes(energy: Array, first: Array, second: Array, low: float, high: float) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in the logarithm of the electron's energy and weights in it, [point, energy, node]."""
    root = np.sqrt(first**2 + ELECTRON_MASS**2 + 2 * ELECTRON_MASS * energy)
    before = (root**2 + ELECTRON_MASS**2 - first**2) / (2 * root)
    after = (root**2 + ELECTRON_MASS**2 - second**2) / (2 * root)
    swing = ELECTRON_MASS * np.sqrt(np.maximum(energy**2 - first**2, 0)) / root
    swing = swing * kallen_root(root, second, ELECTRON_MASS) / (2 * root)
    ends = [np.clip((before * after + sign * swing) / ELECTRON_MASS, low, high) for sign in (-1, 1)]
    return gauss_log(ends[0], np.where(root > second + ELECTRON_MASS, ends[1], ends[0]), NODES)
