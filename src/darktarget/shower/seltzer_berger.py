r"""Tabulated bremsstrahlung below 50 MeV, where the high-energy formula with its Coulomb correction fails.

In lead Tsai's formula is 10 % high at 20-40 MeV without the Coulomb correction and 25 % low at 1 MeV.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darktarget.units import ELECTRON_MASS, MeV

if TYPE_CHECKING:
    from scipy.interpolate import RegularGridInterpolator

Floats = npt.NDArray[np.float64]
HIGHEST = 50 * MeV
_MILLIBARN = 1e-27  # cm^2
_BETWEEN = np.linspace(0.0, 1.0, 81)  # k/T where the curves are read off: straight lines would be 1.7 % high in lead


@cache
def _tables() -> tuple[npt.NDArray[np.int64], RegularGridInterpolator]:
    """Charge numbers, and scaled cross sections over (ln Z, x, ln T)."""
    from scipy.interpolate import PchipInterpolator, RegularGridInterpolator  # heavy, and limits do not need it

    rows = np.loadtxt(str(files("darktarget.shower") / "data" / "bremsstrahlung.csv"), delimiter=",")
    Z, x, T = np.unique(rows[1:, 0]), np.unique(rows[1:, 1]), rows[0, 2:] * MeV
    values = rows[1:, 2:].reshape(Z.size, x.size, T.size)
    fine = np.union1d(x, _BETWEEN)
    smooth = PchipInterpolator(x, values, axis=1)(fine)
    return Z.astype(np.int64), RegularGridInterpolator((np.log(Z), fine, np.log(T)), smooth)


def tabulated(Z: int) -> bool:
    """Whether the tables hold this element, or heavier and lighter ones to interpolate between."""
    known, _ = _tables()
    return bool(known[0] <= Z <= known[-1])


def seltzer_berger(k: Floats, T: Floats, Z: int) -> Floats:
    r"""Bremsstrahlung of electrons on an atom, nucleus and electrons, interpolated in ln Z, k/T (cubic) and ln T.

    .. math:: \frac{d\sigma}{dk} = \frac{Z^2}{\beta^2 k}\,\chi(Z, T, k/T)

    Args:
        k: photon energy, any shape.
        T: kinetic energy, same shape, 0.1 to 50 MeV (outside, the value of the edge).
        Z: charge number.

    Returns:
        cm^2 per energy, 0 for k > T.

    Reference: S. M. Seltzer and M. J. Berger, At. Data Nucl. Data Tables 35 (1986) 345; from exact partial waves
    (Pratt et al. 1977) below 2 MeV, the high-energy theory with Coulomb correction above 50 MeV, and
    their interpolation.
    """
    _, table = _tables()
    inside = np.log(np.clip(T, 0.1 * MeV, HIGHEST))
    scaled = table(np.stack([np.full(k.shape, np.log(Z)), np.clip(k / T, 0.0, 1.0), inside], axis=-1))
    beta2 = T * (T + 2 * ELECTRON_MASS) / (T + ELECTRON_MASS) ** 2
    return np.where(k <= T, Z**2 / beta2 / k * scaled * _MILLIBARN, 0.0)


def positron_ratio(T: Floats, Z: int) -> Floats:
    r"""Radiative loss of a positron over that of an electron, 0.5 at 1 MeV in lead, 1 above some GeV.

    :math:`F = 1 - e^{-P(t)}`, :math:`t = \ln(1 + 10^6 T/(Z^2 m_e))`, P a polynomial fitted to exact calculations.

    Reference: L. Kim, R. H. Pratt, S. M. Seltzer and M. J. Berger, Phys. Rev. A 33 (1986) 3002; the fit is that of
    the PENELOPE manual (F. Salvat, NEA/MBDAV/R(2019)1), section 3.3.4.

    >>> positron_ratio(np.array([1e-3, 10.0]), 82).round(3).tolist()
    [0.492, 1.0]
    """
    t = np.minimum(np.log1p(1e6 * T / (Z**2 * ELECTRON_MASS)), 16.0)  # 1 to 1e-3 there; the fit ends soon after
    powers = (0.0, -1.2359e-1, 6.1274e-2, -3.1516e-2, 7.7446e-3, -1.0595e-3, 7.0568e-5, -1.8080e-6)
    return np.asarray(-np.expm1(np.polynomial.polynomial.polyval(t, powers)))
