r"""Kinetic mixing of a vector mediator with the photon by loops of charged leptons.

Leptons that couple to the mediator as :math:`g'c_l\,\bar l\gamma^\mu l` and to the photon with their charge -e give

.. math:: \epsilon(q^2) = \frac{e g'}{2\pi^2}\sum_lc_l\int_0^1dx\,x(1-x)\ln\frac{\mu^2}{m_l^2-x(1-x)q^2}

for :math:`\mathcal L=\epsilon e\,Z'_\mu J^\mu_{\rm em}`: electrons get -eps e, quarks eps e times their charge. It is
finite where the :math:`c_l` sum to zero (L_i - L_j); otherwise :math:`\mu` is a scale at which the mixing vanishes.
Axial couplings do not mix: the product of an axial and a vector current has no vacuum polarisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from darktarget.core import Array
from darktarget.units import ELECTRON_CHARGE_SQUARED, LEPTON_MASS

Amplitude = npt.NDArray[np.complex128]

SMALL: Final = 1e-3  # q^2/m^2 below which the loop is its series


def loop_mixing(mass: Array, charges: Mapping[str, float], scale: float | None = None) -> Amplitude:
    """eps(q^2)/g' at q^2 = mass^2, complex above the threshold of a pair.

    Args:
        mass: virtual masses of the mediator, any shape.
        charges: vector coupling of each charged lepton over g'.
        scale: at which the mixing vanishes; not needed where the charges sum to zero.

    Returns:
        the shape of ``mass``.

    >>> print(f"1/{1 / loop_mixing(np.array([1e-3]), {'muon': 1.0, 'tau': -1.0})[0].real:.1f}")
    1/69.3
    """
    total = np.zeros(np.shape(mass), complex)
    for lepton, charge in charges.items():
        own = LEPTON_MASS[lepton]
        total = total - charge * (np.log(own / (scale or 1.0)) / 3 + lepton_loop(np.square(mass), own))
    return np.asarray(np.sqrt(ELECTRON_CHARGE_SQUARED) / (2 * np.pi**2) * total)


def lepton_loop(q2: Array, mass: float) -> Amplitude:
    r""":math:`\int_0^1dx\,x(1-x)\ln(1-x(1-x)q^2/m^2)`, complex above the threshold of the pair (q^2 + i0).

    Args:
        q2: squared momentum of the mediator, at least 0, any shape. mass: of the lepton.

    >>> print(f"{lepton_loop(np.array([1e4]), 1.0)[0]:.3f}")
    1.257-0.524j
    """
    r = np.asarray(q2 / mass**2)
    below, above = np.clip(r, SMALL, 4.0), np.maximum(r, 4.0)
    speed = np.sqrt(4 / below - 1)
    bound = 2 * speed * np.arctan2(1.0, speed)
    beta = np.sqrt(1 - 4 / above)
    # log((1 + beta)/(1 - beta)) without the difference, which loses digits far above threshold
    free = beta * (2 * np.log((1 + beta) * np.sqrt(above) / 2) - 1j * np.pi)
    safe = np.where(r < 4, below, above)
    exact = -5 / 18 - 2 / (3 * safe) + (1 + 2 / safe) / 6 * np.where(r < 4, bound, free)
    series = -r / 30 - r**2 / 280 - r**3 / 1890
    return np.asarray(np.where(r < SMALL, series, exact))
