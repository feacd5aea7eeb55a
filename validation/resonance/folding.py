r"""Annihilation events of NA64e 2016-2018 from written-out formulas, so that each step can be replaced.

.. math:: N = N_{\rm EOT}\,\epsilon_{\rm run}\sum_m n_m\int dE\,T_m(E)\,\sigma(E)\,a(E),\qquad
          \sigma = \frac{4\pi\alpha\alpha_D\,(q/\sqrt s)\,K}{(s-M^2)^2+M^2\Gamma^2}

with K = s - 4/3 q^2 (Dirac) or 2/3 q^2 (complex scalar), electrons n_m per cm^2 and X0, positron track lengths T_m and
the probability a of passing the cuts (arXiv:2108.04195 Eqs. 3-5).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np
from scipy.special import erf

import darktarget as dt
from darktarget.core import Tracks
from darktarget.matter.materials import material
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV
from validation.resonance.published import EXCLUDED_EVENTS, Floats

EXPERIMENT: Final = "na64e-2018"
BEAM_GEV: Final = 100.0
PRODUCTION_CUT_GEV: Final = 42.5
CUT_GEV: Final = 50.0
NODES: Final = 6001
#: What the calculation of the published curves used; given explicitly, whatever the defaults are.
AS_PUBLISHED: Final[Mapping[str, str | bool]] = MappingProxyType(
    {"electrons": "rest", "radiation": False, "width": "fixed", "form_factor": "elastic", "nuisances": "none"}
)
Acceptance = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Resonance:
    """e+ e- -> A' -> dark pair for m_A' = 3 m_chi.

    Attributes:
        dark_matter: dirac or scalar. mass: of the mediator, GeV.
        alpha_D: coupling to dark matter.
        own_width: dark matter whose width the propagator has, if it is another one.
        propagator: fixed (M Gamma), s003 (s Gamma/M) or energy-dependent (sqrt(s) Gamma(sqrt s)).
    """

    dark_matter: str
    mass: float
    alpha_D: float = 0.1
    own_width: str = ""
    propagator: str = "fixed"

    ratio: ClassVar = 3.0

    @property
    def peak(self) -> float:
        """Positron energy at s = M^2, GeV."""
        return float(self.mass**2 / (2 * ELECTRON_MASS / GeV) - ELECTRON_MASS / GeV)

    @property
    def width(self) -> float:
        """Width into dark matter, GeV."""
        return float(self.width_at(np.array(self.mass**2)))

    def width_at(self, s: Floats) -> Floats:
        """Width into dark matter of a mediator of mass sqrt(s), GeV; 0 below the threshold."""
        r2 = (self.mass / self.ratio) ** 2 / s
        b = np.sqrt(np.maximum(1 - 4 * r2, 0.0))
        shape = {"dirac": (1 + 2 * r2) * b / 3, "scalar": b**3 / 12}
        return np.asarray(self.alpha_D * np.sqrt(s) * shape[self.own_width or self.dark_matter])

    @property
    def half_width(self) -> float:
        """Half width of the peak in the positron energy, GeV."""
        return self.mass * self.width / (2 * ELECTRON_MASS / GeV)

    def sigma(self, positron: Floats) -> Floats:
        """Cross section per electron at eps = 1, cm^2, at positron energies in GeV."""
        m_e = ELECTRON_MASS / GeV
        s = 2 * m_e * positron + 2 * m_e**2
        square = np.maximum(s / 4 - (self.mass / self.ratio) ** 2, 0.0)  # q^2
        spin = {"dirac": s - 4 / 3 * square, "scalar": 2 / 3 * square}[self.dark_matter]
        damping = {
            "fixed": self.mass * self.width + 0 * s,
            "s003": s * self.width / self.mass,
            "energy-dependent": np.sqrt(s) * self.width_at(s),
        }[self.propagator]
        top = 4 * np.pi * ALPHA * self.alpha_D * np.sqrt(square / s) * spin
        return np.asarray(top / ((s - self.mass**2) ** 2 + damping**2) * HBARC_CM**2 / GeV**2)

    def nodes(self) -> tuple[Floats, Floats]:
        """Positron energies (GeV), dense on the peak, and the weights of the trapezium rule."""
        low, high = (math.asinh((e - self.peak) / self.half_width) for e in (PRODUCTION_CUT_GEV, BEAM_GEV))
        place = np.linspace(low, high, NODES)
        weight = self.half_width * np.cosh(place) * (high - low) / (NODES - 1)
        weight[[0, -1]] /= 2
        return self.peak + self.half_width * np.sinh(place), weight


def calorimeter(shift: float = 0.0, scale: float = 1.0, linear: bool = False) -> Acceptance:
    """Probability that the calorimeter measures less than 50 GeV at some missing energy (GeV).

    Args:
        shift: by how much the threshold on the measured energy is raised, GeV.
        scale: factor of the resolution. linear: its terms added linearly, not in quadrature.
    """

    def acceptance(missing: Floats) -> Floats:
        seen = np.maximum(BEAM_GEV - missing, 1e-9)
        terms = 0.1 * np.sqrt(seen), 0.04 * seen
        spread = scale * (sum(terms) if linear else np.hypot(*terms))
        inside = 0.5 * (1 + erf((CUT_GEV + shift - seen) / (np.sqrt(2) * spread)))
        return np.asarray(np.where(missing >= PRODUCTION_CUT_GEV, inside, 0.0))

    return acceptance


@cache
def _tracks() -> Tracks:
    """Positron track lengths of the experiment."""
    known = dt.experiment(EXPERIMENT)
    return dt.tracks(known.beam, known.target, cut=PRODUCTION_CUT_GEV * GeV)


def track_length(energy: Floats, stuff: str = "Pb") -> Floats:
    """Track length of positrons in one material, in X0 of it per GeV and electron on target."""
    return np.asarray(_tracks().density("positron", stuff, energy * GeV) * GeV)


def electrons_per_X0(stuff: str = "Pb") -> float:
    """Electrons per cm^2 in one X0."""
    return float(material(stuff).electrons_per_cm2_per_X0)


def events(
    resonance: Resonance,
    acceptance: Acceptance,
    materials: tuple[str, ...] = ("Pb", "polystyrene"),
    length: Callable[[Floats, str], Floats] = track_length,
) -> float:
    """Accepted annihilations at eps = 1 in the exposure of 2016-2018, without the pre-shower cut."""
    energy, weight = resonance.nodes()
    rate = sum(electrons_per_X0(m) * length(energy, m) for m in materials)
    number = float((rate * resonance.sigma(energy) * acceptance(energy) * weight).sum())
    return number * dt.experiment(EXPERIMENT).effective_exposure


def calculated(dark_matter: str, mass: Floats, **choices: str | bool) -> Floats:
    """Accepted annihilations at eps = 1 by the package, with the choices of the published calculation."""
    model = dt.model("dark-photon", mass=mass, dm=dark_matter, alpha_D=0.1, mass_ratio=3)
    chosen = {**AS_PUBLISHED, **choices}
    bound = dt.limit(model, dt.experiment(EXPERIMENT), processes=["annihilation"], **chosen)  # type: ignore[arg-type]
    return np.asarray(EXCLUDED_EVENTS / bound.coupling_upper**2)
