"""Relic density: the issue's numbers, and each step against a second route."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import k1, kn

import darktarget as dt
from darktarget.core import VECTOR, Array, Channel, Model, State
from darktarget.decays.r_ratio import hadronic_ratio
from darktarget.errors import InputError, PhysicsError
from darktarget.models.base.mediator import MediatorModel
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO, Parameter
from darktarget.thermal import boltzmann
from darktarget.thermal.average import density, reaction_densities
from darktarget.thermal.degrees import ideal, standard_model
from darktarget.thermal.exchange import exchange
from darktarget.units import ALPHA, ELECTRON_MASS, LEPTON_MASS, PLANCK_MASS, GeV
from tests.boltzmann import freeze_out


class Inelastic(MediatorModel):
    """A minimal inelastic pair, written here from the formula of the width, with hadrons."""

    name, mediator, structure, references = "inelastic", "A'", VECTOR, ("none",)
    parameters = (MASS, COUPLING, ALPHA_D, MASS_RATIO, Parameter("splitting", "(m2-m1)/m1", default=0.4))

    def channels(self) -> tuple[Channel, ...]:
        m1, m2 = self.dark_mass, self.dark_mass * (1 + self.values["splitting"])
        g2 = 4 * np.pi * self.values["alpha_D"][:, None]

        def dark(M: Array) -> Array:
            a, b = m1[:, None], m2[:, None]
            kallen = np.maximum((M**2 - (a + b) ** 2) * (M**2 - (a - b) ** 2), 0)
            mean_square = 2 * (M**2 - (a - b) ** 2) * ((a + b) ** 2 + 2 * M**2) / M**2 / 3
            return np.asarray(g2 / (2 * M) * mean_square * np.sqrt(kallen) / (8 * np.pi * M**2) * (a + b < M))

        def hadrons(M: Array) -> Array:
            return np.asarray(ALPHA * M / 3 * hadronic_ratio(M**2))

        def leptons(name: str) -> Channel:
            m = LEPTON_MASS[name]

            def width(M: Array) -> Array:
                return np.asarray(ALPHA * M / 3 * (1 + 2 * m**2 / M**2) * np.sqrt(np.maximum(1 - 4 * m**2 / M**2, 0)))

            return Channel("A'", (name, name), width, 2.0, False, (np.full(self.points, m),) * 2)

        pair = Channel("A'", ("chi1", "chi2"), dark, 0.0, True, (m1, m2))
        return (
            pair,
            *(leptons(n) for n in ("electron", "muon", "tau")),
            Channel("A'", ("hadrons",), hadrons, 2.0, False),
        )

    def states(self) -> tuple[State, ...]:
        m1 = self.dark_mass
        return State("chi1", m1, 2), State("chi2", m1 * (1 + self.values["splitting"]), 2)


def _target(model: Model) -> Array:
    return dt.relic_target(model).coupling


def test_targets_of_the_issue() -> None:
    """Omega h^2 = 0.12, R = 3, alpha_D = 0.1."""
    light, heavy = 0.01, 0.1
    np.testing.assert_allclose(
        _target(Inelastic(mass=[3 * light, 3 * heavy], splitting=1e-6)), [2.10e-5, 2.18e-4], rtol=0.05
    )
    np.testing.assert_allclose(
        _target(Inelastic(mass=[3 * light, 3 * heavy], splitting=0.4)), [3.10e-4, 4.54e-3], rtol=0.05
    )
    assert _target(dt.model("dark-photon", mass=3 * light, dm="majorana"))[0] == pytest.approx(7.35e-5, rel=0.05)
    assert _target(dt.model("dark-photon", mass=3 * heavy, dm="scalar"))[0] == pytest.approx(1.15e-3, rel=0.05)


def test_pseudo_dirac_without_splitting_is_dirac() -> None:
    both = _target(Inelastic(mass=0.03, splitting=1e-7)), _target(dt.model("dark-photon", mass=0.03))
    np.testing.assert_allclose(*both, rtol=1e-5)


@pytest.mark.acceptance("1.28")
def test_y_is_linear_in_alpha_d_at_fixed_coupling_and_invariant_on_the_target() -> None:
    """Row 1.28, and y of the relic line does not know how it is shared between eps and alpha_D."""
    models = [dt.model("dark-photon", mass=0.03, alpha_D=a) for a in (0.1, 0.5)]
    weak, strong = (dt.relic_target(m) for m in models)
    np.testing.assert_allclose(weak.as_y(np.array([1e-4])) * 5, strong.as_y(np.array([1e-4])))
    np.testing.assert_allclose(weak.y, strong.y, rtol=0.01)
    fixed = dt.relic_target(models[1], width="fixed")
    np.testing.assert_allclose(fixed.coupling / strong.coupling, 1.037, atol=0.003)  # (5/9)^2 + 0.152^2 over (5/9)^2
    assert float(weak.y[0]) == pytest.approx(0.25 * 2e-14 * 10**2, rel=0.1)  # row 3.1: f = 0.24-0.26 for pseudo-Dirac


@pytest.mark.acceptance("3.1")
def test_factor_f_of_s003() -> None:
    """Row 3.1: y = f 2e-14 (m_chi/MeV)^2 with f = O(1); published curves have 5.8-7.2, 2.8-3.5 and 0.24-0.26."""
    chi = np.array([0.01, 0.03, 0.1])
    f = {
        dm: dt.relic_target(dt.model("dark-photon", mass=3 * chi, dm=dm)).y / (2e-14 * (chi * 1e3) ** 2)
        for dm in ("scalar", "majorana", "dirac")
    }
    np.testing.assert_allclose(f["scalar"], [6.69, 7.92, 8.28], rtol=0.05)
    np.testing.assert_allclose(f["majorana"], [3.36, 3.97, 4.14], rtol=0.05)
    np.testing.assert_allclose(f["dirac"], [0.273, 0.287, 0.296], rtol=0.05)


def test_thermal_average_agrees_with_the_integral_in_the_centre_of_mass() -> None:
    """<sigma v> n1 n2 = g1 g2 T/(8 pi^4) int sigma p^2 sqrt(s) K1 ds with sigma of arXiv:1011.3085's form, by quad."""
    alpha, eps, m1, m2, M = 0.1, 1e-3, 0.1, 0.14, 0.3
    model = Inelastic(mass=M)
    width = float(model.width()[0])

    def sigma(s: float) -> float:
        kallen = (s - (m1 + m2) ** 2) * (s - (m1 - m2) ** 2)
        leptons = sum(
            (1 + 2 * m**2 / s) * np.sqrt(1 - 4 * m**2 / s) for m in (ELECTRON_MASS, LEPTON_MASS["muon"]) if s > 4 * m**2
        )
        visible = s / (6 * np.pi) * (leptons + float(hadronic_ratio(np.array([s]))[0]))
        dark = 0.5 * (s - (m2 - m1) ** 2) * ((m1 + m2) ** 2 + 2 * s) / s
        g2, e2 = 4 * np.pi * alpha, 4 * np.pi * ALPHA
        return float(g2 * dark * eps**2 * e2 * visible / (2 * np.sqrt(kallen) * ((s - M**2) ** 2 + (M * width) ** 2)))

    temperature = 0.01

    def integrand(root: float) -> float:
        s = root**2
        square = (s - (m1 + m2) ** 2) * (s - (m1 - m2) ** 2) / (4 * s)
        return 2 * root * sigma(s) * square * root * k1(root / temperature)

    edges = [m1 + m2, 0.279, 0.29, 0.31, 0.4, 0.7, 0.78, 0.79, 1.0]
    total = sum(quad(integrand, a, b, epsrel=1e-9, epsabs=0, limit=400)[0] for a, b in itertools.pairwise(edges))
    expected = 2 * 2 * temperature / (8 * np.pi**4) * total
    gamma, threshold = reaction_densities(exchange(model), np.array([eps]), np.array([[temperature]]), "fixed")
    found = gamma[0, 0, 0] * np.exp(-threshold[0, 0] / temperature)
    assert found == pytest.approx(expected, rel=2e-4)


def test_cold_average_is_the_cross_section_at_rest() -> None:
    """<sigma v> of an s wave at T << m is sigma v at threshold: 2 gamma/n^2 = (sigma v)/2 for Dirac particles."""
    model = dt.model("dark-photon", mass=0.3)
    T = np.array([[1e-6]])
    gamma, threshold = reaction_densities(exchange(model), np.array([1.0]), T, "fixed")
    number, lightest = density(model.states(), T)
    effective = 2 * gamma.sum(axis=0) / number.sum(axis=0) ** 2 * np.exp(-(threshold - 2 * lightest) / T)
    m, M, s = 0.1, 0.3, 0.04
    at_rest = (
        8
        * np.pi
        * 0.1
        * ALPHA
        * (2 * m**2 + ELECTRON_MASS**2)
        * np.sqrt(1 - 4 * ELECTRON_MASS**2 / s)
        / ((s - M**2) ** 2 + (M * float(exchange(model).width(np.array([1.0]))[0])) ** 2)
    )
    assert effective[0, 0] == pytest.approx(at_rest / 2, rel=1e-3)


def test_equilibrium_density() -> None:
    model = dt.model("dark-photon", mass=0.3)
    value, m = density(model.states(), np.array([[0.02]]))
    direct = 4 / (2 * np.pi**2) * quad(lambda p: p**2 * np.exp(-np.sqrt(p**2 + 0.01) / 0.02), 0, 3)[0]
    assert value[0, 0, 0] * np.exp(-m[0] / 0.02) == pytest.approx(direct, rel=1e-7)


@pytest.mark.parametrize("model", [Inelastic(mass=0.3), dt.model("dark-photon", mass=0.03, dm="majorana")], ids=repr)
def test_freeze_out_agrees_with_a_stiff_integrator(model: Model) -> None:
    """The exact-step solver against scipy's Radau with the same rates, interpolated on a finer grid."""
    coupling = dt.relic_target(model).coupling
    through, states, plasma = exchange(model), model.states(), standard_model()
    m1 = float(states[0].mass[0])

    def rates(log_x: float) -> tuple[float, float]:
        T = np.array([[m1 / np.exp(log_x)]])
        gamma, start = reaction_densities(through, coupling, T)
        number = float(density(states, T)[0].sum())
        g, h, slope = (float(v[0, 0]) for v in (plasma.g(T), plasma.h(T), plasma.slope(T)))
        t = float(T[0, 0])
        entropy, hubble = 2 * np.pi**2 / 45 * h * t**3, np.sqrt(8 * np.pi**3 / 90 * g) * t**2 / PLANCK_MASS
        cross = 2 * np.sum(gamma[:, 0, 0] * np.exp(-(start[:, 0] - 2 * m1) / t)) / number**2
        return float(cross * entropy / hubble * slope), number / entropy * np.exp(-m1 / t)

    grid = np.linspace(np.log(5), np.log(2e4), 700)
    rate, equilibrium = np.transpose([rates(x) for x in grid])
    left = freeze_out(grid, rate, equilibrium, rtol=1e-7)
    assert m1 * left * boltzmann.abundance() == pytest.approx(0.12, rel=4e-3)


def test_plasma_agrees_with_a_published_fit() -> None:
    """g_* and h_* of arXiv:1803.01038 Eqs. (C.3) and (C.4) at points below 120 MeV."""
    T = np.array([1e-5, 1e-4, 1e-3, 1e-2, 5e-2]) * GeV
    np.testing.assert_allclose(standard_model().g(T), [3.3830, 4.3182, 10.545, 10.743, 14.620], rtol=2e-3)
    np.testing.assert_allclose(standard_model().h(T), [3.9310, 4.7982, 10.548, 10.742, 14.314], rtol=2e-3)
    assert np.all(standard_model().slope(T) > 0.99)


def test_ideal_gas_limits() -> None:
    energy, entropy = ideal(np.array([0.0, 30.0]), False)
    assert energy[0] == pytest.approx(1.0, rel=1e-9)
    assert entropy[0] == pytest.approx(1.0, rel=1e-9)
    cold = 15 / np.pi**4 * 30**3 * (kn(1, 30.0) + 3 * kn(2, 30.0) / 30)
    assert energy[1] == pytest.approx(cold, rel=1e-9)


def test_omega_inverts_the_target() -> None:
    for parameters in ({"mass": 0.03}, {"mass": 0.3, "dm": "scalar"}, {"mass": 0.21, "mass_ratio": 2.1}):
        coupling = _target(dt.model("dark-photon", **parameters))
        reached = dt.omega(dt.model("dark-photon", coupling=coupling, **parameters))
        np.testing.assert_allclose(reached, 0.12, rtol=1e-3)


@pytest.mark.acceptance("1.35", "4.9")
def test_resonance_lowers_the_target() -> None:
    """Row 1.35: 2 < R < 3 is enhanced by the resonance."""
    ratio = np.array([2.05, 2.5, 3.0])
    coupling = np.array([_target(dt.model("dark-photon", mass=0.1 * r, mass_ratio=r))[0] for r in ratio])
    assert np.all(np.diff(coupling / ratio**2) > 0)


def test_refusals() -> None:
    with pytest.raises(PhysicsError, match="secluded"):
        dt.relic_target(dt.model("dark-photon", mass=0.1, mass_ratio=0.8))
    with pytest.raises(InputError, match="leave it out"):
        dt.relic_target(dt.model("dark-photon", mass=0.1, coupling=1e-3))
    with pytest.raises(InputError, match="coupling"):
        dt.omega(dt.model("dark-photon", mass=0.1))
    for wrong in (0, -1, float("nan"), float("inf"), "0.12", True):
        with pytest.raises(InputError, match="omega_h2"):
            dt.relic_target(dt.model("dark-photon", mass=0.1), omega_h2=wrong)  # type: ignore[arg-type]


def test_no_solution_names_the_closest_density() -> None:
    curve = dt.relic_target(Inelastic(mass=[0.3, 3000.0], splitting=0.9))
    assert curve.reason[0] is None
    assert np.isnan(curve.coupling[1])
    assert "closest" in str(curve.reason[1])


def test_spin_zero_offers_both_readings_of_y() -> None:
    curve = dt.relic_target(dt.model("scalar", mass=0.03, dm="majorana"))
    np.testing.assert_allclose(curve.extra["y_yukawa"], 4 * np.pi * ALPHA * curve.y)


def test_a_model_without_dark_matter_says_how_to_get_one() -> None:
    with pytest.raises(PhysicsError, match=r"no dark particle.*dm=dirac"):
        dt.relic_target("b-l", mass=0.1)
