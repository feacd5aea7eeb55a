r"""Share f_eff of the energy of annihilating dark matter that the gas absorbs, weighted with the response of the CMB.

arXiv:1506.03811 Fig. 3 gives it for e+ e- pairs and for photons of one energy. Every other final state is followed to
those, :math:`f = \sum_i\int dE\,E\,\frac{dN_i}{dE}\,f_i(E)\big/E_{\rm tot}`: muons with the Michel spectrum, charged
pions by pi -> mu nu, neutral pions by two photons, both isotropic; taus and kaons by the energy shares of their decays
at typical energies (branching fractions of the Particle Data Group); hadrons by the exclusive channels of R(s) below
2 GeV, above and for the remainder as four pions, a third of the energy in pi0. Neutrinos deposit nothing. Photons that
the final state radiates are left out (a few per cent).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array, Channel, Model
from darktarget.decays.r_ratio import NEUTRAL_PION, exclusive
from darktarget.errors import PhysicsError
from darktarget.numerics.quadrature import gauss, gauss_on
from darktarget.thermal.exchange import ThermalExchange
from darktarget.units import ELECTRON_MASS, MUON_MASS, PION_MASS, GeV, eV

#: log10 of the kinetic energy in eV: nodes of the tables, each the mean of two readings of arXiv:1506.03811 Fig. 3
#: that agree to 2 % (rms); between the nodes to 5 %.
NODES: Final = (
    3.75, 4, 4.25, 4.5, 4.75, 5, 5.2, 5.4, 5.6, 5.7, 5.8, 5.9, 6, 6.1, 6.2, 6.3, 6.4, 6.5, 6.6, 6.8, 7, 7.25, 7.5, 7.75,
    8, 8.25, 8.5, 8.625, 8.75, 8.875, 9, 9.125, 9.25, 9.5, 9.75, 10, 10.25, 10.5,
)  # fmt: skip
#: Of an e+ e- pair, over its energy with the masses; at rest it is that of the photons of its annihilation.
PAIR: Final = (
    0.307, 0.306, 0.303, 0.299, 0.287, 0.265, 0.243, 0.215, 0.181, 0.162, 0.153, 0.16, 0.176, 0.22, 0.316, 0.418, 0.532,
    0.638, 0.73, 0.867, 0.943, 0.982, 0.993, 0.971, 0.881, 0.759, 0.611, 0.534, 0.457, 0.42, 0.401, 0.412, 0.463, 0.572,
    0.639, 0.622, 0.546, 0.477,
)  # fmt: skip
PHOTON: Final = (
    0.848, 0.745, 0.697, 0.697, 0.697, 0.632, 0.535, 0.416, 0.304, 0.254, 0.213, 0.172, 0.146, 0.147, 0.157, 0.178,
    0.24, 0.312, 0.384, 0.52, 0.622, 0.694, 0.724, 0.727, 0.707, 0.658, 0.579, 0.53, 0.477, 0.425, 0.374, 0.343, 0.325,
    0.34, 0.393, 0.425, 0.42, 0.379,
)  # fmt: skip

Fraction = Callable[[Array], Array]
ANGLES: Final = 16  # nodes of angles and of the Michel spectrum
TOP: Final = 2.0 * GeV  # sqrt(s) up to which R(s) is a sum of exclusive channels


def electron(energy: Array) -> Array:
    """Share that an electron or positron deposits; ``energy`` with its mass, any shape.

    >>> electron(np.array([30.0]) * 1e6 * eV).round(2).tolist()
    [0.99]
    """
    return _read(np.maximum(energy - ELECTRON_MASS, 0), PAIR)


def photon(energy: Array) -> Array:
    """Share that a photon deposits, any shape.

    >>> photon(np.array([1.0]) * 1e6 * eV).round(2).tolist()
    [0.15]
    """
    return _read(energy, PHOTON)


def muon(energy: Array) -> Array:
    r"""Of a muon: its electron with :math:`dN/dx = 2x^2(3-2x)`, x = 2E/m_mu at rest, isotropic; any shape."""
    gamma, beta = (v[..., None, None] for v in _boost(energy, MUON_MASS))
    (x, weight), (cosine, even) = gauss(ANGLES), gauss_on(-1.0, 1.0, ANGLES)
    lab = gamma * x[:, None] * MUON_MASS / 2 * (1 + beta * cosine)
    spectrum = (weight * 2 * x**2 * (3 - 2 * x))[:, None] * even / 2
    return np.asarray((spectrum * lab * electron(lab)).sum(axis=(-2, -1)) / (gamma * MUON_MASS)[..., 0, 0])


def charged_pion(energy: Array) -> Array:
    """Of a charged pion: its muon, isotropic in pi -> mu nu; any shape."""
    gamma, beta = (v[..., None] for v in _boost(energy, PION_MASS))
    own, momentum = (PION_MASS**2 + MUON_MASS**2) / (2 * PION_MASS), (PION_MASS**2 - MUON_MASS**2) / (2 * PION_MASS)
    cosine, even = gauss_on(-1.0, 1.0, ANGLES)
    lab = gamma * (own + beta * momentum * cosine)
    return np.asarray((even / 2 * lab * muon(lab)).sum(axis=-1) / (gamma * PION_MASS)[..., 0])


def neutral_pion(energy: Array) -> Array:
    """Of a neutral pion: two photons, isotropic; any shape."""
    gamma, beta = (v[..., None] for v in _boost(energy, NEUTRAL_PION))
    cosine, even = gauss_on(-1.0, 1.0, ANGLES)
    boost = 1 + beta * cosine
    return np.asarray((even / 2 * boost * photon(gamma * NEUTRAL_PION / 2 * boost)).sum(axis=-1))


#: Particles that are followed to electrons and photons exactly, by symbol (read-only).
EXACT: Final[Mapping[str, Fraction]] = MappingProxyType(
    {"e": electron, "mu": muon, "pi+": charged_pion, "pi0": neutral_pion, "gamma": photon}
)
#: Particles by what they decay to: (share of the energy, symbol, its energy over the parent's); the remainder of the
#: energy goes to neutrinos (read-only).
DECAYS: Final[Mapping[str, tuple[tuple[float, str, float], ...]]] = MappingProxyType(
    {
        # e, mu nu nu 17.8 and 17.4 % with 0.35 of the energy; pi 11, pi pi0 26, pi 2pi0 9.5, 3pi 10, 3pi pi0 5 %
        "tau": ((0.062, "e", 0.35), (0.061, "mu", 0.35), (0.256, "pi+", 0.3), (0.132, "pi0", 0.27)),
        # mu nu 64, pi pi0 21, 3 pi 7, pi0 l nu 8 %
        "K+": ((0.344, "mu", 0.52), (0.165, "pi+", 0.45), (0.145, "pi0", 0.5), (0.016, "e", 0.3)),
        # half K_S (pi+ pi- 69, 2pi0 31 %), half K_L (pi e nu 41, pi mu nu 27, 3pi0 20, pi+ pi- pi0 13 %)
        "K0": ((0.53, "pi+", 0.45), (0.27, "pi0", 0.43), (0.06, "e", 0.3), (0.04, "mu", 0.3)),
    }
)
#: Exclusive hadronic channels: (share of the energy, symbol, energy of the particle over sqrt(s)) (read-only).
HADRONS: Final[Mapping[str, tuple[tuple[float, str, float], ...]]] = MappingProxyType(
    {
        "pi+ pi-": ((1.0, "pi+", 1 / 2),),
        "pi+ pi- pi0": ((2 / 3, "pi+", 1 / 3), (1 / 3, "pi0", 1 / 3)),
        "K+ K-": ((1.0, "K+", 1 / 2),),
        "K0 K0bar": ((1.0, "K0", 1 / 2),),
        "rest": ((2 / 3, "pi+", 1 / 4), (1 / 3, "pi0", 1 / 4)),
    }
)
#: Daughters of a channel -> the particle of which it is a pair (read-only).
PAIRS: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {
        ("e+", "e-"): "e",
        ("electron", "electron"): "e",
        ("mu+", "mu-"): "mu",
        ("muon", "muon"): "mu",
        ("tau+", "tau-"): "tau",
        ("tau", "tau"): "tau",
        ("gamma", "gamma"): "gamma",
    }
)


def of_particle(symbol: str, energy: Array) -> Array:
    """Share that a particle deposits, any shape.

    >>> of_particle("K+", np.array([0.5]) * GeV).round(2).tolist()
    [0.25]
    """
    if symbol in EXACT:
        return EXACT[symbol](energy)
    return _sum(DECAYS[symbol], energy)


def of_hadrons(model: Model, root: Array) -> Array:
    """Share that the hadrons of a virtual mediator deposit; ``root`` = sqrt(s), [point, any]."""
    by_channel = {name: _sum(parts, root) for name, parts in HADRONS.items()}
    found = by_channel["rest"].copy()
    for k, current in enumerate(_currents(model)):
        exact = (root[k] > 2 * PION_MASS) & (root[k] < TOP)
        ratio = exclusive(root[k][exact] ** 2, current)
        total = sum(ratio.values(), np.zeros(int(exact.sum())))
        mean = sum(ratio[name] * by_channel[name][k][exact] for name in ratio)
        found[k][exact] = np.where(total > 0, mean / np.where(total > 0, total, 1.0), found[k][exact])
    return np.asarray(found)


def deposited(model: Model, through: ThermalExchange, root: Array, rates: Sequence[Array] | None = None) -> Array:
    """f_eff of all that a virtual mediator turns into, 0 where only neutrinos or nothing is open.

    Args:
        model: whose hadronic current is used. through: its s channel. root: sqrt(s), [point, any].
        rates: into each channel of ``through.visible``, up to a common factor, the shape of ``root``; or widths.

    Raises:
        PhysicsError: an open channel is not tabulated.
    """
    widths = [channel.at(root) for channel in through.visible] if rates is None else rates
    total = np.asarray(sum(widths, np.zeros_like(root)))
    parts = [w * _of(model, c, root) for c, w in zip(through.visible, widths, strict=True) if w.any() and not c.dark]
    return np.divide(sum(parts, np.zeros_like(root)), total, out=np.zeros_like(root), where=total > 0)


def _of(model: Model, channel: Channel, root: Array) -> Array:
    if channel.daughters == ("hadrons",):
        return of_hadrons(model, root)
    if channel.daughters not in PAIRS:
        text = f"the energy that {channel.label} deposits in the early universe is not tabulated"
        raise PhysicsError(f"{text} for {model.name}; give one number for every final state, f_eff")
    return of_particle(PAIRS[channel.daughters], root / 2)


def _currents(model: Model) -> list[dict[str, float]]:
    """Couplings to u, d and s of each point, from those to the vector mesons; the photon's where there are none."""
    mesons = np.array([model.quark_charge(name) for name in ("rho", "omega", "phi")])
    mesons = np.where(mesons.any(axis=0), mesons, 1.0)
    return [
        {"u": (w / 3 + r) / 2, "d": (w / 3 - r) / 2, "s": -p / 3, "c": 0.0, "b": 0.0} for r, w, p in mesons.T.tolist()
    ]


def _sum(parts: tuple[tuple[float, str, float], ...], energy: Array) -> Array:
    shares = (share * of_particle(symbol, fraction * energy) for share, symbol, fraction in parts)
    return np.asarray(sum(shares, np.zeros_like(energy)))


def _boost(energy: Array, mass: float) -> tuple[Array, Array]:
    gamma = np.maximum(np.asarray(energy, float) / mass, 1.0)
    return gamma, np.sqrt(1 - 1 / gamma**2)


def _read(kinetic: Array, table: tuple[float, ...]) -> Array:
    """Linear in the logarithm of the energy, constant beyond the ends."""
    return np.asarray(np.interp(np.log10(np.maximum(kinetic / eV, 1.0)), NODES, table))
