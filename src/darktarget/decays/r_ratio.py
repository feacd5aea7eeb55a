r"""R(s) = sigma(e+e- -> hadrons)/sigma(e+e- -> mu+mu-) of any vector current of the quarks, from amplitudes.

A vector mediator that couples to quarks as :math:`\sum_q c_q\bar q\gamma^\mu q` (c_q in units of e times the coupling)
decays to hadrons with :math:`\Gamma = \epsilon^2\alpha\frac{M}{3}R(M^2)`. Below 2 GeV the current is a sum of rho,
omega and phi currents with weights :math:`c_u-c_d`, :math:`3(c_u+c_d)` and :math:`-3c_s`, all 1 for the photon:

- pi pi: Gounaris-Sakurai rho, rho', rho'', rho''' with rho-omega mixing, parameters of BaBar's fit (arXiv:1205.2228
  Table VI; formula Phys. Rev. Lett. 21 (1968) 244);
- 3 pi (with the radiative decays of omega and phi): omega and phi to rho pi with their relative phase
  (hep-ex/0305049), widths and branching fractions of the PDG (Phys. Rev. D 110 (2024) 030001);
- K K: rho, omega and phi with the quark-model weights (hep-ph/0409080), phi normalised to its PDG widths;
- all else (4 pi, K K pi, eta pi pi, ...): a smooth remainder of each current, the difference of the PDG compilation
  of R (pdg.lbl.gov/2020/hadronic-xsections) to the channels above at the nodes listed here; shared between the
  currents as in arXiv:1801.04847 Fig. 2.

Above 2 GeV: perturbative QCD to alpha_s^3 (PDG review 9), with the charm and bottom resonances as Breit-Wigners.
The step between the two is spread over 1.9-2.1 GeV. pi0 gamma below the pi pi threshold (R < 1e-3) is neglected.

Root mean square distance to the PDG compilation: 4 % below 1 GeV (mostly the difference between BaBar's pion form
factor and the average), 3 % from 1.05 to 2 GeV (the remainder is read off there), 3 % from 2 to 3.7 GeV, 4 %
above 5 GeV; 15 % (20 % at worst) in the open-charm region. The sharing between the three currents, which only matters
for currents other than the photon's, is good to about 30 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from darktarget import particles
from darktarget.core import Array
from darktarget.decays.quark_current import perturbative
from darktarget.numerics.distinct import distinct
from darktarget.numerics.quadrature import gauss_on
from darktarget.units import ALPHA, PION_MASS, GeV, MeV

Amplitude = npt.NDArray[np.complex128]

NEUTRAL_PION: Final = particles.NEUTRAL_PION.mass_MeV * MeV

#: Couplings of the photon to the quarks, and of baryon number (read-only).
ELECTROMAGNETIC: Final[Mapping[str, float]] = MappingProxyType(
    {"u": 2 / 3, "d": -1 / 3, "s": -1 / 3, "c": 2 / 3, "b": -1 / 3}
)
BARYON: Final[Mapping[str, float]] = MappingProxyType(dict.fromkeys("udscb", 1 / 3))


@dataclass(frozen=True)
class Kaon:
    """A kaon: mass and Br(phi -> its pair)."""

    mass: float
    share: float


CHARGED_KAON: Final = Kaon(particles.CHARGED_KAON.mass_MeV * MeV, 0.491)  # PDG 2024
NEUTRAL_KAON: Final = Kaon(particles.NEUTRAL_KAON.mass_MeV * MeV, 0.339)  # PDG 2024


@dataclass(frozen=True)
class Vector:
    """A vector meson: mass, width and width to e+ e-."""

    mass: float
    width: float
    electrons: float

    @classmethod
    def of(cls, meson: particles.Particle) -> Vector:
        """The measured one."""
        width = meson.width_MeV * MeV
        return cls(meson.mass_MeV * MeV, width, width * meson.electron_fraction)


OMEGA: Final = Vector.of(particles.OMEGA)
PHI: Final = Vector.of(particles.PHI)
RHO_PI_OMEGA: Final = 0.892 + 0.0835  # Br(omega -> 3 pi) + Br(pi0 gamma), PDG 2024
RHO_PI_PHI: Final = 0.154 + 0.0130  # Br(phi -> 3 pi) + Br(eta gamma), PDG 2024
PHI_PHASE: Final = np.deg2rad(163.0)  # of the phi against the omega in 3 pi, hep-ex/0305049

# parameters of a fit of the pion form factor, not measured masses: (mass, width, modulus, phase) of the rho family and
# of rho-omega mixing, arXiv:1205.2228 Table VI
FITTED_RHO: Final = (775.02 * MeV, 149.59 * MeV)
EXCITED: Final = (
    (1493 * MeV, 427 * MeV, 0.158, 3.76),
    (1861 * MeV, 316 * MeV, 0.068, 1.39),
    (2254 * MeV, 109 * MeV, 0.0051, 0.70),
)
MIXING: Final = 1.644e-3 * np.exp(-0.011j)
FITTED_OMEGA: Final = (781.91 * MeV, 8.13 * MeV)

# remainder of each current below 2.1 GeV at these sqrt(s) (GeV): PDG compilation minus the channels above
NODES: Final = (
    0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.55, 1.6, 1.65, 1.7, 1.75, 1.8, 1.85,
    1.9, 1.95, 2, 2.1,
)  # fmt: skip
RHO_LIKE: Final = (
    0, 0.01, 0.05, 0.11, 0.2, 0.27, 0.361, 0.515, 0.73, 0.94, 1.231, 1.53, 1.745, 1.76, 1.8, 1.885, 1.79, 1.695,
    1.62, 1.5, 1.48, 1.55, 1.615, 1.63,
)  # fmt: skip
OMEGA_LIKE: Final = (
    0, 0, 0, 0.01, 0.04, 0.06, 0.07, 0.065, 0.06, 0.06, 0.07, 0.08, 0.1, 0.14, 0.2, 0.25, 0.23, 0.21, 0.2, 0.19,
    0.18, 0.18, 0.18, 0.18,
)  # fmt: skip
PHI_LIKE: Final = (
    0, 0, 0, 0.02, 0.07, 0.11, 0.145, 0.16, 0.165, 0.165, 0.165, 0.18, 0.2, 0.26, 0.34, 0.38, 0.38, 0.33, 0.3,
    0.3, 0.32, 0.34, 0.36, 0.36,
)  # fmt: skip
BLEND: Final = (1.9 * GeV, 2.1 * GeV)
REPEATED: Final = 1000  # masses, up to which results are kept for the next call


def hadronic_ratio(s: Array, current: Mapping[str, float] = ELECTROMAGNETIC, *, narrow: bool = True) -> Array:
    r"""R(s), exactly 0 below the pi pi threshold.

    Args:
        s: squared virtual mass (energy^2), any shape.
        current: coupling to each quark u, d, s, c, b; those of the photon by default.
        narrow: whether J/psi, psi' and Upsilon(1S, 2S, 3S), narrower than 1 MeV, are in.

    Returns:
        the shape of ``s``.

    >>> hadronic_ratio(np.array([0.07, 0.6, 6.25])).round(2).tolist()
    [0.0, 11.71, 2.19]
    """
    s = np.asarray(s, float)
    if s.size > REPEATED:
        return _ratio(s, current, narrow)
    return _repeated(s.tobytes(), tuple(sorted(current.items())), narrow).reshape(s.shape)


@lru_cache(maxsize=256)
def _repeated(s: bytes, current: tuple[tuple[str, float], ...], narrow: bool) -> Array:
    """R for a few masses: the widths of a model ask for the same ones many times."""
    found = _ratio(np.frombuffer(s), dict(current), narrow)
    found.setflags(write=False)
    return found


def _ratio(s: Array, current: Mapping[str, float], narrow: bool) -> Array:
    root = np.sqrt(np.maximum(s, 0))
    total = np.zeros_like(root)
    low, high = (root > 2 * PION_MASS) & (root < BLEND[1]), root > BLEND[0]
    share = np.clip((root - BLEND[0]) / (BLEND[1] - BLEND[0]), 0, 1)
    total[low] += (1 - share[low]) * sum(exclusive(s[low], current).values())
    total[high] += share[high] * perturbative(s[high], current, narrow)
    return total


def smooth_ratio(root: Array, current: Mapping[str, float] = ELECTROMAGNETIC) -> Array:
    """R without its narrow resonances from a table in ``root`` = sqrt(s), to 1e-3: for integrals over s."""
    grid, value = _smooth_table(tuple(sorted(current.items())))
    return np.where(root > grid[0], np.interp(root, grid, value), 0.0)


@lru_cache(maxsize=8)
def _smooth_table(current: tuple[tuple[str, float], ...]) -> tuple[Array, Array]:
    threshold = 2 * PION_MASS / GeV
    wide = threshold * np.exp(np.log(200 / threshold) * np.linspace(0, 1, 4001) ** 1.5)
    peaks = [np.linspace(*edges, 801) for edges in ((0.74, 0.83), (0.98, 1.08), (3.73, 3.82))]
    grid = distinct(np.concatenate([wide, *peaks])) * GeV
    return grid, hadronic_ratio(grid**2, dict(current), narrow=False)


def meson_weights(current: Mapping[str, float]) -> dict[str, float]:
    """Coupling of a quark current to each vector meson, over the photon's.

    >>> {name: round(weight, 3) for name, weight in meson_weights(BARYON).items()}
    {'rho': 0.0, 'omega': 2.0, 'phi': -1.0, 'J/psi': 0.5}
    """
    up, down = current["u"], current["d"]
    return {"rho": up - down, "omega": 3 * (up + down), "phi": -3 * current["s"], "J/psi": 1.5 * current["c"]}


def exclusive(s: Array, current: Mapping[str, float] = ELECTROMAGNETIC) -> dict[str, Array]:
    """R(s) below 2.1 GeV by final state: pi pi, 3 pi, K K and the rest; ``s`` in energy^2, each its shape."""
    rho, omega, phi = (meson_weights(current)[name] for name in ("rho", "omega", "phi"))
    root = np.sqrt(s) / GeV
    rest = sum(w**2 * np.interp(root, NODES, n) for w, n in ((rho, RHO_LIKE), (omega, OMEGA_LIKE), (phi, PHI_LIKE)))
    return {
        "pi+ pi-": _squared(pion_form_factor(s, rho, omega), s, PION_MASS),
        "pi+ pi- pi0": _three_pions(s, omega, phi),
        "K+ K-": _squared(kaon_form_factor(s, CHARGED_KAON, rho, omega, phi), s, CHARGED_KAON.mass),
        "K0 K0bar": _squared(kaon_form_factor(s, NEUTRAL_KAON, -rho, omega, phi), s, NEUTRAL_KAON.mass),
        "rest": np.asarray(rest),
    }


def _speed(s: Array, mass: float) -> Array:
    return np.sqrt(np.maximum(1 - 4 * mass**2 / s, 0))


def _squared(form_factor: Amplitude, s: Array, mass: float) -> Array:
    """A pair of pseudoscalars: beta^3 |F|^2/4."""
    return np.asarray(_speed(s, mass) ** 3 / 4 * np.abs(form_factor) ** 2)


def pion_form_factor(s: Array, rho: float = 1.0, omega: float = 1.0) -> Amplitude:
    """F_pi(s) for weights of the rho and the omega current; 1 at s = 0 for the photon."""
    ground = gounaris_sakurai(s, *FITTED_RHO)
    mass, width = FITTED_OMEGA
    mixed = MIXING * mass**2 / (mass**2 - s - 1j * mass * width)
    weights = [c * np.exp(1j * phase) for _, _, c, phase in EXCITED]
    excited = sum(w * gounaris_sakurai(s, m, g) for w, (m, g, _, _) in zip(weights, EXCITED, strict=True))
    total = ground * (rho + omega * mixed) / (1 + MIXING) + rho * excited
    return np.asarray(total / (1 + sum(weights)))


def gounaris_sakurai(s: Array, mass: float, width: float) -> Amplitude:
    """Propagator of a vector that decays to pi pi, 1 at s = 0."""
    k, k0 = np.sqrt(s) / 2 * _speed(s, PION_MASS), mass / 2 * float(_speed(np.array(mass**2), PION_MASS))

    def h(momentum: Array, root: Array) -> Array:
        return 2 / np.pi * momentum / root * np.log((root + 2 * momentum) / (2 * PION_MASS))

    h0 = float(h(np.array(k0), np.array(mass)))
    slope = h0 * (1 / (8 * k0**2) - 1 / (2 * mass**2)) + 1 / (2 * np.pi * mass**2)
    shift = width * mass**2 / k0**3 * (k**2 * (h(k, np.sqrt(s)) - h0) + (mass**2 - s) * k0**2 * slope)
    log = np.log((mass + 2 * k0) / (2 * PION_MASS))
    d = 3 / np.pi * PION_MASS**2 / k0**2 * log + mass / (2 * np.pi * k0) - PION_MASS**2 * mass / (np.pi * k0**3)
    running = width * (k / k0) ** 3 * mass / np.sqrt(s)
    return np.asarray(mass**2 * (1 + d * width / mass) / (mass**2 - s + shift - 1j * mass * running))


def kaon_form_factor(s: Array, kaon: Kaon, rho: float, omega: float, phi: float) -> Amplitude:
    """F_K(s) of one charge state: rho/2 + omega/6 + phi/3, the phi normalised to its measured widths."""
    speed = float(_speed(np.array(PHI.mass**2), kaon.mass))
    peak = 9 / ALPHA**2 * PHI.electrons / PHI.width * kaon.share
    strength = np.sqrt(4 * peak / speed**3) * PHI.width / PHI.mass
    open_ = strength * PHI.mass**2 / (PHI.mass**2 - s - 1j * PHI.mass * _phi_width(s))
    narrow = OMEGA.mass**2 / (OMEGA.mass**2 - s - 1j * OMEGA.mass * OMEGA.width)
    return np.asarray(rho / 2 * gounaris_sakurai(s, *FITTED_RHO) + omega / 6 * narrow + phi * open_)


def _phi_width(s: Array) -> Array:
    """Width of the phi at virtual mass sqrt(s): K K pairs by phase space, the rest constant."""
    at = np.array(PHI.mass**2)
    width = np.full_like(s, 1 - CHARGED_KAON.share - NEUTRAL_KAON.share)
    for kaon in (CHARGED_KAON, NEUTRAL_KAON):
        width = width + kaon.share * (_speed(s, kaon.mass) / _speed(at, kaon.mass)) ** 3 * np.sqrt(s) / PHI.mass
    return np.asarray(PHI.width * width)


def _three_pions(s: Array, omega: float, phi: float) -> Array:
    r""":math:`|\sum_V A_V|^2 W(s)/\sqrt s` with W the phase space of rho pi."""
    amplitude: Amplitude = np.zeros_like(s, dtype=complex)
    for v, share, weight in (
        (OMEGA, RHO_PI_OMEGA, omega),
        (PHI, RHO_PI_PHI, phi * np.exp(1j * PHI_PHASE)),
    ):
        size = np.sqrt(9 / ALPHA**2 * v.electrons * v.mass**3 * v.width * share / rho_pi(np.array([v.mass]))[0])
        amplitude = amplitude + weight * size / (v.mass**2 - s - 1j * v.mass * v.width)
    return np.asarray(np.abs(amplitude) ** 2 * rho_pi(np.sqrt(s)) / np.sqrt(s))


def rho_pi(mass: Array) -> Array:
    """Phase space W of a vector of this mass to rho pi -> 3 pi, arbitrary normalisation, 0 below threshold."""
    grid, value = _rho_pi_table()
    logs = np.interp(np.maximum(mass, grid[0]), grid, np.log(value))
    return np.where(mass > 2 * PION_MASS + NEUTRAL_PION, np.exp(logs), 0.0)


@lru_cache(maxsize=1)
def _rho_pi_table() -> tuple[Array, Array]:
    """W on a grid of masses: Dalitz integral of |p+ x p-|^2 |sum of rho propagators|^2."""
    threshold = 2 * PION_MASS + NEUTRAL_PION
    grid = threshold + (2.2 * GeV - threshold) * np.linspace(0.01, 1, 140) ** 2
    x, w = gauss_on(-1.0, 1.0, 24)
    m, m0 = PION_MASS, NEUTRAL_PION
    total = grid[:, None, None]
    low, high = 4 * m**2, (total - m0) ** 2
    s1 = low + (high - low) * (x[:, None] + 1) / 2  # pi+ pi-
    k = np.sqrt(s1) / 2 * _speed(s1, m)
    e0 = (total**2 - s1 - m0**2) / (2 * np.sqrt(s1))
    p0 = np.sqrt(np.maximum(e0**2 - m0**2, 0))
    s2 = m**2 + m0**2 + 2 * (np.sqrt(s1) / 2 * e0 - k * p0 * x)  # pi+ pi0
    s3 = total**2 + 2 * m**2 + m0**2 - s1 - s2
    cross = (k * p0) ** 2 * (1 - x**2) * s1  # |p+ x p-|^2 M^2 in the rest frame of M
    sum_ = sum(gounaris_sakurai(np.maximum(t, 4.0001 * m**2), *FITTED_RHO) for t in (s1, s2, s3))
    density = cross * np.abs(sum_) ** 2 * k * p0 * (high - low) / total**5
    return grid, np.einsum("gij,i,j->g", density, w, w)
