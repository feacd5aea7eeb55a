"""Coupled equations of two dark states: equilibrium limit, co-scattering, amplitudes against explicit traces."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import darktarget as dt
from darktarget.core import Array
from darktarget.errors import UnknownName
from darktarget.thermal import conversion
from darktarget.thermal.boltzmann import abundance
from darktarget.thermal.exchange import exchange
from darktarget.thermal.scattering import density, vector
from tests.trace import GAMMA, METRIC, Matrix

CHI = np.array([0.01, 0.05, 0.1])


def _slash(p: Array) -> Matrix:
    return np.asarray(np.einsum("m,mab->ab", p * METRIC, np.array(GAMMA)))


def test_scattering_amplitude_against_explicit_traces() -> None:
    """Sum over spins of [ubar_c gamma^mu u_a][ubar_d gamma_mu u_b]/(t - M^2) squared, by matrices."""
    random = np.random.default_rng(2)
    a, b, c, d, M, root = 0.14, 0.0005, 0.1, 0.0005, 0.3, 0.2
    for _ in range(4):
        k = np.sqrt((root**2 - (a + b) ** 2) * (root**2 - (a - b) ** 2)) / (2 * root)
        q = np.sqrt((root**2 - (c + d) ** 2) * (root**2 - (c - d) ** 2)) / (2 * root)
        cosine = random.uniform(-1, 1)
        way = np.array([np.sqrt(1 - cosine**2), 0, cosine])
        pa, pb = np.array([np.hypot(k, a), 0, 0, k]), np.array([np.hypot(k, b), 0, 0, -k])
        pc, pd = np.append(np.hypot(q, c), q * way), np.append(np.hypot(q, d), -q * way)
        t = float(((pa - pc) ** 2 * METRIC).sum())
        one = np.eye(4)
        total = 0.0
        for mu in range(4):
            for nu in range(4):
                first = np.trace((_slash(pc) + c * one) @ GAMMA[mu] @ (_slash(pa) + a * one) @ GAMMA[nu])
                second = np.trace((_slash(pd) + d * one) @ GAMMA[mu] @ (_slash(pb) + b * one) @ GAMMA[nu])
                total += float((first * second).real) * METRIC[mu] * METRIC[nu]
        found = vector(np.array(root**2), np.array(t), tuple(map(np.array, (a, b, c, d))), np.array(M))  # type: ignore[arg-type]
        assert float(found) == pytest.approx(total / (t - M**2) ** 2, rel=1e-9)


def test_detailed_balance_of_scattering() -> None:
    """gamma(chi2 e -> chi1 e) = gamma(chi1 e -> chi2 e)."""
    one, two, m, M = (np.array([v]) for v in (0.1, 0.105, 0.000511, 0.3))
    T = np.array([[0.003, 0.01, 0.03]])
    down = density((two, m, one, m), M, (4, 4), T) * np.exp(-(two + m) / T)
    up = density((one, m, two, m), M, (4, 4), T) * np.exp(-(one + m) / T)
    np.testing.assert_allclose(up, down, rtol=1e-3)


def test_contact_limit_of_scattering() -> None:
    """Heavy chi at rest and massless electrons: sigma = E^2/(2 pi M^4) at unit couplings, averaged over the plasma."""
    chi, m, M, T = np.array([50.0]), np.array([1e-6]), np.array([1e4]), np.array([[0.01]])
    found = density((chi, m, chi, m), M, (4, 4), T)[0, 0]
    n_chi = 4 * (50 * 0.01 / (2 * np.pi)) ** 1.5
    mean = 4 / (2 * np.pi**2) * 24 * 0.01**5  # int E^2 dn over Maxwell statistics, 4 degrees of freedom
    assert found / (n_chi * mean / (2 * np.pi * 1e4**4)) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("theta", [0.3, 1e-2, 1e-4])
def test_equilibrium_is_reproduced_when_imposed(theta: float) -> None:
    """Conversions made fast by hand give the single equation of the sum."""
    model = dt.model("i2dm", mass=3 * CHI, splitting=0.05, theta=theta)
    coupled = dt.relic_target(model, equilibrium="imposed").coupling
    through = exchange(model)
    np.testing.assert_allclose(
        conversion.history(model, through, coupled).omega(np.ones(3), imposed=True), 0.12, rtol=8e-3
    )


@pytest.mark.validate
def test_small_angles_have_one_line_in_equilibrium_and_three_without() -> None:
    """S001 Fig. 8: tan theta = 1e-2, 1e-3, 1e-4; the imposed equilibrium knows no theta there."""
    lines = {}
    for theta in (1e-2, 1e-3, 1e-4):
        model = dt.model("i2dm", mass=3 * CHI, splitting=0.05, theta=theta)
        solved, imposed = (dt.relic_target(model, equilibrium=e, kinetic="equilibrium") for e in ("solved", "imposed"))
        lines[theta] = solved.y, imposed.y
    for theta in (1e-3, 1e-4):
        np.testing.assert_allclose(lines[theta][1], lines[1e-2][1], rtol=2e-3)
    assert np.all(lines[1e-4][0] > 3 * lines[1e-3][0])
    assert np.all(lines[1e-3][0][1:] > 1.2 * lines[1e-2][0][1:])


@pytest.mark.parametrize("ratio", [3.0, 2.0])
def test_large_angles_stay_in_equilibrium(ratio: float) -> None:
    """Also where chi1 annihilates at the resonance long after freeze-out."""
    model = dt.model("i2dm", mass=ratio * CHI, mass_ratio=ratio, splitting=0.05, theta=0.3)
    solved, imposed = (dt.relic_target(model, equilibrium=e, kinetic="equilibrium") for e in ("solved", "imposed"))
    np.testing.assert_allclose(solved.coupling, imposed.coupling, rtol=5e-3)


def test_coupled_equations_against_a_stiff_integrator() -> None:
    """The implicit Euler rule with extrapolation against scipy's BDF on the same rates, out of equilibrium."""
    model = dt.model("i2dm", mass=[0.3], splitting=0.05, theta=1e-3)
    rates = conversion.history(model, exchange(model), np.array([1e-3]))
    grid = np.linspace(np.log(conversion.START), np.log(conversion.END), rates.soft.shape[1])
    columns = [*rates.annihilation, rates.soft, *rates.hard, rates.equilibrium, rates.ratio]
    logs = np.array([np.log(np.maximum(c[0], 1e-300)) for c in columns])

    def slope(x: float, Y: Array) -> Array:
        a11, a12, a22, soft, h2212, h2211, h1211, e1, r = (np.exp(np.interp(x, grid, row)) for row in logs)
        one, two = Y
        gap = two - r * one
        back = gap * (soft + h2212 * two + 2 * h2211 * (two + r * one) + h1211 * one)
        mixed = a12 * (one * two - e1**2 * r)
        return np.array(
            [-2 * a11 * (one**2 - e1**2) - mixed + back, -2 * a22 * (two**2 - (r * e1) ** 2) - mixed - back]
        )

    start = [float(rates.equilibrium[0, 0]), float(rates.equilibrium[0, 0] * rates.ratio[0, 0])]
    done = solve_ivp(slope, (grid[0], grid[-1]), start, method="BDF", rtol=1e-7, atol=1e-18)
    expected = float(done.y[:, -1].sum() * rates.mass[0]) * abundance()
    assert float(rates.omega(np.ones(1))[0]) == pytest.approx(expected, rel=1e-2)


def test_choices_are_checked() -> None:
    model = dt.model("i2dm", mass=0.1)
    with pytest.raises(UnknownName, match="solved, imposed"):
        dt.relic_target(model, equilibrium="partial")
    with pytest.raises(UnknownName, match="fixed, s003, energy-dependent"):
        dt.relic_target(model, width="narrow")
