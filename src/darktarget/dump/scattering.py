r"""Dark particles that scatter on electrons at rest, by exchange of the mediator or of the photon.

With the kinetic energy T of the electron, :math:`Q^2 = 2m_eT` and p the momentum of a dark particle of energy E,

.. math:: \frac{d\sigma}{dT} = \frac{e^2q_e^2}{32\pi m_ep^2}\,\frac{L}{(M^2+Q^2)^2}

where L contracts the dark current (:mod:`darktarget.decays.exchange`) with that of the electron: for a vector
:math:`L = W_1(2Q^2-4m_e^2)+W_2[4(K\cdot k)^2-Q^2K^2]`, :math:`K\cdot k = m_e(2E-T)-(m'^2-m^2)/2`, for an axial vector
:math:`L = W_1(2Q^2+8m_e^2)+W_2[4(K\cdot k)^2-(Q^2+4m_e^2)K^2]`, for a scalar :math:`L = W_1(4m_e^2+Q^2)`, for a
pseudoscalar :math:`L = W_1Q^2`. For a Dirac particle and a vector it is arXiv:1406.2698 Eq. (5).

Where the currents at both ends are not conserved, an exchange of spin 0 without a pole adds
:math:`4m_e^2Q^2\,W_0/(Q^4M^4)` for an axial vector to :math:`L/(M^2+Q^2)^2`. Several forms of the coupling to the
electron add. The interference of vector and axial parts at both ends is of opposite sign for a particle and its
antiparticle, which are produced alike: cross sections are the average of both, in which it cancels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array, Exchange, LorentzStructure, Model
from darktarget.decays.exchange import convection
from darktarget.decays.kinematics import kallen_root
from darktarget.decays.two_body import CONSERVED, LEPTON_CURRENT
from darktarget.numerics.quadrature import gauss_log
from darktarget.structures import Ability
from darktarget.units import ELECTRON_CHARGE_SQUARED, ELECTRON_MASS

NODES: Final = 24  # in the logarithm of the electron's energy
#: L from (W_1, W_2, Q^2, K.k, K^2).
Contraction = Callable[[Array, Array, Array, Array, Array], Array]


def vector(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of a vector coupling."""
    return np.asarray(one * (2 * square - 4 * ELECTRON_MASS**2) + two * (4 * along**2 - square * length))


def axial(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of an axial vector coupling: its part of spin 1."""
    apart = square + 4 * ELECTRON_MASS**2
    return np.asarray(one * (2 * apart) + two * (4 * along**2 - apart * length))


def scalar(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of a scalar coupling."""
    return np.asarray(one * (4 * ELECTRON_MASS**2 + square))


def pseudoscalar(one: Array, two: Array, square: Array, along: Array, length: Array) -> Array:
    """L of a pseudoscalar coupling."""
    return np.asarray(one * square)


#: L of each Lorentz structure.
KNOWN: Final[Ability[Contraction]] = Ability("electron_scattering")


def unknown(model: Model) -> LorentzStructure | None:
    """A form of the coupling to the electron whose scattering is not known; None where every form is known."""
    return next((s for s, _ in model.coupled_parts("electron") if s not in KNOWN), None)


@dataclass(frozen=True, eq=False)
class Scatterer:
    """A dark particle and a lepton that exchange the mediator through one form of its coupling to the lepton.

    Attributes:
        model: of both. exchange: of the dark particle. structure: of the lepton. lepton: its mass.
    """

    model: Model
    exchange: Exchange
    structure: LorentzStructure
    lepton: float

    def contracted(self, square: Array, along: Array) -> Array:
        """L of the lepton; :math:`|M|^2` over the propagator and its squared coupling, averaged over spins.

        The contraction is known for electrons; energies in units of the lepton's mass are the same for all leptons.

        Args:
            square: Q^2. along: K.k, both [point, a, b].

        Raises:
            PhysicsError: the Lorentz structure has no ``electron_scattering``.
        """
        first, second = (m[:, None, None] for m in self.exchange.masses)
        one, two = (w.reshape(square.shape) for w in self.exchange.current(self._flat(square)))
        unit = (ELECTRON_MASS / self.lepton) ** 2
        contract = KNOWN.of(self.structure, f"scattering in {self.model.name}")
        length = convection(square, first, second)
        return contract(one / unit, two / unit**2, unit * square, unit * along, unit * length)

    def spin_zero(self, square: Array) -> Array | None:
        """What the exchange of spin 0 adds to ``contracted`` over the propagator; None where a current is conserved.

        Raises:
            PhysicsError: both currents are not conserved, and the structure has no ``lepton_current``.
        """
        if self.structure in CONSERVED or self.exchange.divergence is None:
            return None
        purpose = f"scattering in {self.model.name}"
        current = LEPTON_CURRENT.of(self.structure, purpose)
        lepton = -current.divergence(-square, self.lepton, self.lepton) / 2
        dark = self.exchange.divergence(self._flat(square)).reshape(square.shape)
        return np.asarray(dark * lepton / (square * self.model.mediator_mass[:, None, None] ** 2) ** 2)

    def _flat(self, square: Array) -> Array:
        return square.reshape(self.model.points, -1)


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
    along = ELECTRON_MASS * (2 * energy[:, None] - kinetic) - (second**2 - first**2)[..., None] / 2
    propagator = (model.mediator_mass[:, None, None] ** 2 + square) ** 2
    flux = 32 * np.pi * ELECTRON_MASS * np.maximum(energy**2 - first**2, 1e-30)
    total = np.zeros((model.points, energy.size))
    for structure, form in model.lepton_parts("electron"):
        met = Scatterer(model, exchange, structure, ELECTRON_MASS)
        amplitude = np.maximum(met.contracted(square, along), 0) / propagator
        if (spin_zero := met.spin_zero(square)) is not None:
            amplitude = amplitude + spin_zero
        coupling = ELECTRON_CHARGE_SQUARED * form[:, None] ** 2
        total = total + coupling * (amplitude * weight).sum(axis=-1) / flux
    return np.asarray(total)


def _nodes(energy: Array, first: Array, second: Array, low: float, high: float) -> tuple[Array, Array]:
    """Gauss-Legendre nodes in the logarithm of the electron's energy and weights in it, [point, energy, node]."""
    root = np.sqrt(first**2 + ELECTRON_MASS**2 + 2 * ELECTRON_MASS * energy)
    before = (root**2 + ELECTRON_MASS**2 - first**2) / (2 * root)
    after = (root**2 + ELECTRON_MASS**2 - second**2) / (2 * root)
    swing = ELECTRON_MASS * np.sqrt(np.maximum(energy**2 - first**2, 0)) / root
    swing = swing * kallen_root(root, second, ELECTRON_MASS) / (2 * root)
    ends = [np.clip((before * after + sign * swing) / ELECTRON_MASS, low, high) for sign in (-1, 1)]
    return gauss_log(ends[0], np.where(root > second + ELECTRON_MASS, ends[1], ends[0]), NODES)
