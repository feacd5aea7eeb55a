"""The bremsstrahlung table digit by digit against its source, and what lies between its points.

The numbers below were taken, independently of the package's table, from the 57 x 32 grid of S. M. Seltzer (NBS, 5
September 1984) as the Monte Carlo program MontyCarlo (R. Campos) holds it, NIST_BREM1: (beta/Z)^2 k dsigma/dk in mb.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pytest

from darktarget.shower.seltzer_berger import seltzer_berger
from darktarget.units import ELECTRON_MASS, MeV

AT = (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)  # k/T of the package's table
BETWEEN = (0.3, 0.5, 0.7)  # in the source only
SOURCE: dict[tuple[int, int], tuple[tuple[float, ...], tuple[float, ...]]] = {
    (6, 1): ((16.3892, 11.0942, 8.24269, 5.17872, 3.248, 1.76867, 1.15327, 0.81444), (6.45956, 4.13455, 2.46706)),
    (6, 10): ((20.5294, 14.5622, 12.2735, 8.95922, 6.62055, 4.61512, 3.20187, 2.08267), (10.4575, 7.70321, 5.6312)),
    (6, 50): ((21.0892, 15.4224, 13.7385, 11.2217, 9.48638, 7.91331, 6.49494, 4.9407), (12.3591, 10.2843, 8.73794)),
    (29, 1): ((12.7795, 9.84481, 7.84131, 5.26704, 3.55054, 2.24181, 1.67945, 1.4128), (6.39109, 4.3395, 2.85502)),
    (29, 10): ((13.948, 11.5084, 9.98855, 7.62239, 5.86203, 4.26341, 3.09859, 2.19024), (8.71024, 6.68801, 5.0842)),
    (29, 50): ((13.9085, 11.7417, 10.5906, 8.81749, 7.65699, 6.64963, 5.6197, 4.43954), (9.62737, 8.16289, 7.19838)),
    (74, 1): ((11.9731, 9.84616, 8.22606, 5.9362, 4.37692, 3.19541, 2.68008, 2.43377), (6.95797, 5.09054, 3.7533)),
    (74, 10): ((11.5735, 9.85857, 8.62476, 6.72174, 5.35133, 4.13277, 3.2138, 2.45823), (7.59062, 5.98847, 4.75689)),
    (74, 50): ((11.3673, 9.94015, 8.97644, 7.5097, 6.57419, 5.83891, 5.10512, 4.20527), (8.16987, 6.98537, 6.22927)),
    (82, 1): ((11.8851, 9.83773, 8.27299, 6.05438, 4.53832, 3.39294, 2.88832, 2.64386), (7.04581, 5.23171, 3.93498)),
    (82, 10): ((11.3073, 9.61874, 8.39866, 6.53735, 5.21967, 4.10335, 3.26551, 2.51176), (7.38465, 5.82633, 4.6717)),
    (82, 50): ((11.04, 9.67048, 8.73166, 7.30585, 6.40343, 5.70371, 5.02017, 4.16957), (7.94666, 6.79917, 6.07234)),
}
# the whole row of lead at 10 MeV
FRACTIONS = (
    0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
    0.9, 0.925, 0.95, 0.97, 0.99, 0.995, 0.999, 1,
)  # fmt: skip
LEAD = (
    11.3073, 10.7926, 10.3288, 9.94941, 9.61874, 8.97907, 8.39866, 7.86854, 7.38465, 6.94228, 6.53735, 6.16651,
    5.82633, 5.51264, 5.21967, 4.94144, 4.6717, 4.39888, 4.10335, 3.74734, 3.26551, 2.93888, 2.51176, 2.082, 1.60118,
    1.49315, 1.44913, 1.44885,
)  # fmt: skip


def scaled(Z: int, T: float, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(beta/Z)^2 k dsigma/dk in mb, as the package interpolates it."""
    k = np.maximum(x, 1e-9) * T
    beta2 = T * (T + 2 * ELECTRON_MASS) / (T + ELECTRON_MASS) ** 2
    return seltzer_berger(k, np.full_like(k, T), Z) * k * beta2 / Z**2 / 1e-27


@pytest.mark.parametrize(("Z", "T"), SOURCE)
def test_table_holds_the_digits_of_its_source(Z: int, T: int) -> None:
    np.testing.assert_allclose(scaled(Z, T * MeV, np.array(AT)), SOURCE[Z, T][0], rtol=2e-5)


@pytest.mark.parametrize(("Z", "T"), SOURCE)
def test_interpolation_between_the_points(Z: int, T: int) -> None:
    """Within 1 %; straight lines were up to 4 % high (carbon, 1 MeV)."""
    np.testing.assert_allclose(scaled(Z, T * MeV, np.array(BETWEEN)), SOURCE[Z, T][1], rtol=0.01)


def test_radiated_energy_is_that_of_the_whole_source() -> None:
    """The energy loss of 10 MeV electrons in lead by nine points against all points of the source, 0.3 %."""
    fine = np.linspace(0, 1, 4001)
    from_source = np.trapezoid(np.interp(fine, FRACTIONS, LEAD), fine)
    assert np.trapezoid(scaled(82, 10 * MeV, fine), fine) == pytest.approx(from_source, rel=0.003)


def test_no_value_stands_out_from_its_neighbours() -> None:
    """A wrong digit would break the smooth course in ln T: the cubic through four neighbours misses by 2 % at most."""
    table = np.loadtxt(str(files("darktarget.shower") / "data" / "bremsstrahlung.csv"), delimiter=",")
    t, values = np.log(table[0, 2:]), table[1:, 2:]
    inside = table[1:, 1] < 0.9  # nearer the end of the spectrum the curves bend sharply
    for j in range(3, t.size - 2):  # from 0.3 MeV
        near = [j - 2, j - 1, j + 1, j + 2]
        others = [np.prod([(t[j] - t[m]) / (t[n] - t[m]) for m in near if m != n]) for n in near]
        missed = values[:, near] @ np.array(others) / values[:, j] - 1
        assert np.abs(missed[inside]).max() < 0.02
