"""Published 90 % CL limits of NA64e on eps (m_A' in GeV), and the annihilation events that they imply."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Points = Mapping[float, float]

#: arXiv:1906.00176: bremsstrahlung alone, 2.84e11 electrons.
BREMSSTRAHLUNG: Final[Points] = MappingProxyType(
    {
        0.001: 7.544e-6,
        0.01: 3.302e-5,
        0.05: 1.565e-4,
        0.1: 3.46e-4,
        0.2: 8.483e-4,
        0.3: 1.52e-3,
        0.5: 3.357e-3,
        1.0: 1.09e-2,
    }
)
#: arXiv:2108.04195 Fig. 3, alpha_D = 0.1, m_A'/m_chi = 3, by the kind of dark matter.
WITH_ANNIHILATION: Final[Mapping[str, Points]] = MappingProxyType(
    {
        "dirac": MappingProxyType(
            {
                0.22: 2.991e-4,
                0.225: 2.43e-4,
                0.23: 2.249e-4,
                0.24: 2.47e-4,
                0.25: 2.961e-4,
                0.27: 4.424e-4,
                0.28: 5.67e-4,
                0.3: 1.014e-3,
            }
        ),
        "scalar": MappingProxyType(
            {
                0.22: 3.714e-4,
                0.225: 2.55e-4,
                0.23: 2.411e-4,
                0.24: 2.87e-4,
                0.25: 3.454e-4,
                0.27: 5.435e-4,
                0.28: 7.36e-4,
                0.3: 1.41e-3,
            }
        ),
    }
)
#: Masses of the comparison, GeV: resonances at 49.5, 56, 61, 71, 77 and 88 GeV.
MASSES_GEV: Final = (0.225, 0.24, 0.25, 0.27, 0.28, 0.3)
READING: Final = 0.03  # typical error of a value of eps read off a curve, relative
EXCLUDED_EVENTS: Final = 2.302585  # 90 % CL, no event observed, no uncertainties


def bremsstrahlung(mass: Floats) -> Floats:
    """The limit on eps without annihilation, straight in the logarithms between its points."""
    x, y = (np.log(list(v)) for v in (BREMSSTRAHLUNG, BREMSSTRAHLUNG.values()))
    return np.asarray(np.exp(np.interp(np.log(mass), x, y)))


def masses(dark_matter: str) -> Floats:
    """Masses (GeV) at which the limit with annihilation is known."""
    return np.array(list(WITH_ANNIHILATION[dark_matter]))


def annihilation(dark_matter: str, mass: Floats) -> tuple[Floats, Floats]:
    r"""Accepted annihilation events at eps = 1 that the published limits imply, and the reading error.

    .. math:: N = N_{\rm up}\,(\epsilon^{-2} - \epsilon_{\rm brems}^{-2})

    with eps the limit with annihilation and eps_brems the limit without (arXiv:2108.04195 Eq. 7).

    Args:
        dark_matter: dirac or scalar. mass: GeV, of ``masses(dark_matter)``.

    Returns:
        events at unit coupling; their relative error if each limit is read to ``READING``.
    """
    total = np.array([WITH_ANNIHILATION[dark_matter][m] for m in mass.tolist()]) ** -2
    plain = bremsstrahlung(mass) ** -2
    events = EXCLUDED_EVENTS * (total - plain)
    return events, 2 * READING * np.hypot(total, plain) / (total - plain)


#: arXiv:2307.02404: y at m_chi (GeV), 9.37e11 electrons; and the positron run of 2022, 1.01e10 positrons.
Y_2022: Final[Points] = MappingProxyType({0.002: 2.785e-13, 0.01: 4.217e-12, 0.1: 3.442e-10})
Y_POSITRON_2022: Final[Points] = MappingProxyType({0.002: 2.557e-11, 0.03: 3.859e-9})
POSITRONS_2022: Final = 1.01e10


def eps_of_y(y: float) -> float:
    """The eps of a limit on y = eps^2 alpha_D (m_chi/m_A')^4 for alpha_D = 0.1 and m_A' = 3 m_chi."""
    return float(np.sqrt(y / 0.1) * 9)
