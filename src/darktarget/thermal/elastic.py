r"""Energy of motion that dark particles exchange with the plasma by scattering on leptons.

In a gas of temperature :math:`T_\chi` near T the mean energy of motion relaxes as

.. math:: \frac{dT_\chi}{dt} = \gamma\,(T-T_\chi),\qquad
          \gamma = \frac{1}{2T^2c\,n}\sum\int dR\,(\Delta K)^2,\qquad c = \frac{d\langle K\rangle}{dT},\quad K = E-m

by detailed balance, where dR is the rate of each process in equilibrium. For a b -> c d with Maxwell statistics

.. math:: \int dR\,(\Delta K)^2 = \frac{g_ag_b}{8\pi^4}\int\frac{ds\,dt}{64\pi s}\,\overline{|M|^2}\left[
          \sqrt s\,T\{K_1(\Delta-\delta)^2-2\Delta\delta(K_2-K_1)\}+T^2K_2(4\Delta^2+Q^2)\right]

with :math:`K_n(\sqrt s/T)`, :math:`\delta = m_c-m_a` and :math:`\Delta = (m_c^2-m_a^2)/2\sqrt s`: no mass is neglected,
no momentum transfer is taken as small. For a dark particle much heavier than T it is the rate of arXiv:1706.07433. The
Fermi statistics of the lepton enters as f (1 - f) over its Maxwell form, at its energy in the rest frame of the dark
particle. Between states of different mass the energy of the splitting is not counted: it changes their ratio, not their
motion; decays are left out for the same reason.

Left out: hadrons (they are rare below the temperatures at which sub-GeV dark matter decouples).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Exchange, Model
from darktarget.decays.exchange import convection
from darktarget.decays.kinematics import momentum
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.dump.scattering import KNOWN
from darktarget.numerics.quadrature import gauss
from darktarget.thermal.exchange import ThermalExchange
from darktarget.thermal.scattering import energies
from darktarget.units import ALPHA, ELECTRON_MASS

TRANSFERS: Final = 16  # nodes in Q^2
SCREENED: Final = 20.0  # x at which the screening of photon exchange is taken, m_D^2 = e^2 T^2/3
ABSENT: Final = 20.0  # m/T at the highest temperature from which a lepton does not count
MASSLESS: Final = 1e-3  # mass of a neutrino, in electron masses


@dataclass(frozen=True, eq=False)
class Partner:
    """A lepton of the plasma.

    Attributes:
        mass: its mass. degrees: of freedom, antiparticle included. square: its coupling^2 at unit coupling, [point].
    """

    mass: float
    degrees: int
    square: Array


def scatters(model: Model) -> bool:
    """Whether the amplitude of scattering on leptons is known."""
    return bool(model.exchanges()) and model.structure in KNOWN


def partners(model: Model, through: ThermalExchange) -> tuple[Partner, ...]:
    """The leptons that the mediator couples to, their couplings from the widths just above threshold."""
    found = []
    for channel in through.visible:
        if len(channel.masses) == 2 and (channel.masses[0] == channel.masses[1]).all():
            found += [_charged(model, channel)] if channel.masses[0].any() else _neutrinos(channel, model.points)
    return tuple(found)


def _charged(model: Model, channel: Channel) -> Partner:
    mass = float(channel.masses[0][0])
    at = np.full((model.points, 1), 4 * mass)
    unit = TO_LEPTONS.of(model.structure, model.name)(at, mass, 1.0)
    return Partner(mass, 4, 4 * np.pi * (channel.at(at) / unit)[:, 0])


def _neutrinos(channel: Channel, points: int) -> list[Partner]:
    """A left-handed kind of a vector, Gamma = g^2 M/24 pi; nothing for two photons."""
    if not channel.dark:
        return []
    at = np.full((points, 1), ELECTRON_MASS)
    return [Partner(MASSLESS * ELECTRON_MASS, 2, 24 * np.pi * (channel.at(at) / at)[:, 0])]


def exchanged(
    model: Model, through: ThermalExchange, coupling: Array, temperature: Array
) -> Iterator[tuple[Array, Array]]:
    r""":math:`\sum\int dR\,(\Delta K)^2` of each process.

    Args:
        coupling: [point]. temperature: [point, t].

    Yields:
        values over exp(-(m_1 + gap)/T), [point, t] (energy^6), which vary slowly, and the gap, [point].

    Raises:
        PhysicsError: the Lorentz structure has no ``electron_scattering``.
    """
    strength = (coupling**through.power)[:, None]
    hottest = float(temperature.max())
    found = [p for p in partners(model, through) if p.mass < ABSENT * hottest]
    for exchange in model.exchanges():
        for partner in found:
            gap = np.maximum(*exchange.masses) + partner.mass - model.states()[0].mass
            yield _scattering(model, through, exchange, partner, temperature) * strength, gap


def _scattering(
    model: Model, through: ThermalExchange, exchange: Exchange, partner: Partner, temperature: Array
) -> Array:
    """That of one dark particle and one lepton at unit coupling."""
    from scipy.special import k0e, k1e

    (first, second), lepton = exchange.masses, partner.mass
    start = np.maximum(first, second) + lepton
    root, weight = energies(start, temperature)
    zeroth, square = _moments(model, through, exchange, lepton, root)
    jump, split = (second**2 - first**2)[:, None] / (2 * root), (second - first)[:, None]
    omega = (root**2 - first[:, None] ** 2 - lepton**2) / (2 * first[:, None])
    weight = weight / (64 * np.pi * root**2)
    flat, mixed = weight * root * zeroth * (jump - split) ** 2, -2 * weight * root * zeroth * jump * split
    grown = weight * (4 * jump**2 * zeroth + square)
    value = np.zeros_like(temperature)
    for point, row in enumerate(temperature):
        T = row[:, None]
        z = root[point] / T
        k1, k0 = k1e(z), k0e(z)
        k2 = k0 + 2 * k1 / z
        falling = np.exp(-(root[point] - start[point]) / T) / (1 + np.exp(-omega[point] / T)) ** 2
        each = (flat[point] * k1 + mixed[point] * (k2 - k1)) * T + grown[point] * k2 * T**2
        value[point] = (each * falling).sum(axis=1)
    degrees = model.state(exchange.incoming).degrees * partner.degrees
    return degrees * partner.square[:, None] / (8 * np.pi**4) * value


def _moments(
    model: Model, through: ThermalExchange, exchange: Exchange, lepton: float, root: Array
) -> tuple[Array, Array]:
    """Integrals over t of the averaged |M|^2 and of Q^2 times it at sqrt(s), each [point, node]."""
    first, second = (m[:, None] for m in exchange.masses)
    before, after = momentum(root, first, lepton), momentum(root, second, lepton)
    least = (np.hypot(before, first) - np.hypot(after, second)) ** 2
    low, high = (before - after) ** 2 - least, (before + after) ** 2 - least
    # the propagator alone is flat in the logarithm of M^2 + Q^2
    screening = np.sqrt(4 * np.pi * ALPHA / 3) * model.states()[0].mass / SCREENED
    mediator = np.where(through.mass > 0, through.mass, screening)[:, None, None] ** 2
    node, w = gauss(TRANSFERS)
    low, high = mediator + np.maximum(low, 0)[..., None], mediator + np.maximum(high, 0)[..., None]
    span = np.log(high / low)
    denominator = low * np.exp(span * node)
    square = np.maximum(denominator - mediator, 1e-12 * mediator)
    amplitude = _contracted(model, exchange, lepton, root[..., None], square) / denominator**2
    step = np.maximum(amplitude, 0) * denominator * span * w
    return step.sum(axis=-1), (step * square).sum(axis=-1)


def _contracted(model: Model, exchange: Exchange, lepton: float, root: Array, square: Array) -> Array:
    """|M|^2 without the propagator and the coupling of the lepton, averaged over spins, [point, node, transfer].

    The contraction is known for electrons; energies in units of the lepton's mass are the same for all leptons.
    """
    first, second = (m[:, None, None] for m in exchange.masses)
    one, two = (w.reshape(square.shape) for w in exchange.current(square.reshape(model.points, -1)))
    along = root**2 - first**2 - lepton**2 - square / 2 - (second**2 - first**2) / 2
    unit = (ELECTRON_MASS / lepton) ** 2
    contract = KNOWN.of(model.structure, f"scattering in {model.name}")
    length = convection(square, first, second)
    return contract(one / unit, two / unit**2, unit * square, unit * along, unit * length)
