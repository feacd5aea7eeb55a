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

from darktarget.core import VECTOR, Array, Channel, Exchange, LorentzStructure, Model
from darktarget.decays.kinematics import momentum
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.dump.scattering import Scatterer, unknown
from darktarget.numerics.quadrature import gauss
from darktarget.thermal.exchange import CHARGED, ThermalExchange
from darktarget.thermal.scattering import energies
from darktarget.units import ALPHA, ELECTRON_MASS, LEPTON_MASS

TRANSFERS: Final = 16  # nodes in Q^2
SCREENED: Final = 20.0  # x at which the screening of photon exchange is taken, m_D^2 = e^2 T^2/3
ABSENT: Final = 20.0  # m/T at the highest temperature from which a lepton does not count
MASSLESS: Final = 1e-3  # mass of a neutrino, in electron masses


@dataclass(frozen=True, eq=False)
class Partner:
    """A lepton of the plasma.

    Attributes:
        mass: its mass. degrees: of freedom, antiparticle included. square: its coupling^2 at unit coupling, [point].
        structure: of that coupling; a lepton with several forms of it is several partners.
    """

    mass: float
    degrees: int
    square: Array
    structure: LorentzStructure


def scatters(model: Model) -> bool:
    """Whether the amplitude of scattering on leptons is known."""
    return bool(model.exchanges()) and unknown(model) is None


def partners(model: Model, through: ThermalExchange) -> tuple[Partner, ...]:
    """The leptons that the mediator couples to, their couplings from the widths just above threshold."""
    found = []
    for channel in through.visible:
        if len(channel.masses) == 2 and (channel.masses[0] == channel.masses[1]).all():
            found += _charged(model, channel) if channel.masses[0].any() else _neutrinos(model, channel)
    return tuple(found)


def _charged(model: Model, channel: Channel) -> list[Partner]:
    """One partner for each form of the coupling, by its share of the width."""
    mass = float(channel.masses[0][0])
    at = np.full((model.points, 1), 4 * mass)
    name = next((name for name in CHARGED if LEPTON_MASS[name] == mass), None)
    parts = model.lepton_parts(name) if name else ((model.structure, np.ones(model.points)),)
    if len(parts) == 1:
        parts = ((parts[0][0], np.ones(model.points)),)
    units = [TO_LEPTONS.of(structure, model.name)(at, mass, 1.0)[:, 0] for structure, _ in parts]
    unit = np.asarray(sum(c**2 * u for (_, c), u in zip(parts, units, strict=True)))
    square = 4 * np.pi * np.divide(channel.at(at)[:, 0], unit, out=np.zeros(model.points), where=unit > 0)
    return [Partner(mass, 4, square * c**2, structure) for structure, c in parts]


def _neutrinos(model: Model, channel: Channel) -> list[Partner]:
    """A left-handed kind of a vector, Gamma = g^2 M/24 pi; nothing for two photons.

    Its vector and axial halves scatter alike, as it has no mass: together, over one spin state, as a vector with g^2.
    """
    if not channel.dark:
        return []
    at = np.full((model.points, 1), ELECTRON_MASS)
    structure = VECTOR if model.structure.spin == 1 else model.structure
    return [Partner(MASSLESS * ELECTRON_MASS, 2, 24 * np.pi * (channel.at(at) / at)[:, 0], structure)]


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
    zeroth, square = _moments(model, through, exchange, partner, root)
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
    model: Model, through: ThermalExchange, exchange: Exchange, partner: Partner, root: Array
) -> tuple[Array, Array]:
    """Integrals over t of the averaged |M|^2 and of Q^2 times it at sqrt(s), each [point, node]."""
    (first, second), lepton = (m[:, None] for m in exchange.masses), partner.mass
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
    along = root[..., None] ** 2 - first[..., None] ** 2 - lepton**2 - square / 2
    along = along - (second**2 - first**2)[..., None] / 2
    met = Scatterer(model, exchange, partner.structure, lepton)
    amplitude = np.maximum(met.contracted(square, along) / denominator**2, 0)
    if (spin_zero := met.spin_zero(square)) is not None:
        amplitude = amplitude + spin_zero
    step = amplitude * denominator * span * w
    return step.sum(axis=-1), (step * square).sum(axis=-1)
