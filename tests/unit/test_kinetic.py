"""Early kinetic decoupling: the equations against limits, events of scattering, scipy, and momentum space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.special import kn

import darktarget as dt
from darktarget.core import Array, Model
from darktarget.errors import PhysicsError, UnknownName
from darktarget.thermal import boltzmann, decoupling, elastic, kinetic
from darktarget.thermal.average import density
from darktarget.thermal.exchange import exchange
from darktarget.units import ALPHA, ELECTRON_MASS
from tests import momentum

RESONANT = (1.9, 2.05, 2.2)
COUPLING = np.array([2.5e-6, 1.2e-6, 5e-6])  # near Omega h^2 = 0.12


def _model(dm: str = "dirac", ratios: tuple[float, ...] = RESONANT, mass: float = 0.03, **more: float) -> Model:
    ratio = list(ratios)
    return dt.model("dark-photon", mass=[mass * r for r in ratio], mass_ratio=ratio, dm=dm, **more)


def _relaxation(model: Model, x: float) -> float:
    """gamma of a model with one state at T = m/x and unit coupling."""
    mass = model.states()[0].mass
    T = np.array([[float(mass[0]) / x]])
    total = sum(v * np.exp(-g[:, None] / T) for v, g in elastic.exchanged(model, exchange(model), np.ones(1), T))
    number, _, _, capacity = kinetic.gas(model, T)
    return float((total / (2 * T**2 * number * capacity))[0, 0])


@pytest.mark.parametrize("dm", ["dirac", "scalar"])
@pytest.mark.parametrize("ratio", [0.7, 1.0001, 1.4])
def test_scattering_heats_as_its_events_do(dm: str, ratio: float) -> None:
    """c gamma (T - T_chi) against the mean energy that simulated collisions give a gas at T_chi."""
    m, M, x, size = 0.03, 0.06, 25.0, 1_000_000
    make: Callable[..., momentum.Dark] = {"dirac": momentum.dirac, "scalar": momentum.scalar}[dm]
    dark, random, T = make(m, M, 0.1, 1.0), np.random.default_rng(3), m / x
    # relativistic Maxwell momenta by weights
    p = np.sqrt(m * T * ratio) * np.sqrt(random.chisquare(3, size))
    weight = np.exp(-(np.hypot(p, m) - m) / (T * ratio) + p**2 / (2 * m * T * ratio))
    if ratio == pytest.approx(1, abs=0.01):  # by detailed balance: the mean of (Delta E)^2
        before, after, rate = momentum.events(dark, 0.51099895e-3, T, p, random)
        squared = np.average((np.hypot(after, m) - np.hypot(before, m)) ** 2 * rate, weights=weight)
        capacity = float(kinetic.gas(_model(dm, (2.0,), m), np.array([[T]]))[3][0, 0])
        found = squared / (2 * T**2 * capacity)
        assert found == pytest.approx(_relaxation(_model(dm, (2.0,), m), x), rel=0.02)
        return
    before, after, rate = momentum.events(dark, 0.51099895e-3, T, p, random)
    gained = np.average((np.hypot(after, m) - np.hypot(before, m)) * rate, weights=weight)
    capacity = float(kinetic.gas(_model(dm, (2.0,), m), np.array([[T]]))[3][0, 0])
    # linear response far from equilibrium: what the coupled equations leave out
    assert gained / (capacity * T * (1 - ratio)) == pytest.approx(_relaxation(_model(dm, (2.0,), m), x), rel=0.12)


def test_scattering_of_a_heavy_particle_is_the_published_rate() -> None:
    """arXiv:1706.07433: gamma = 1/(3 g m T) sum int d3k/(2 pi)^3 f (1 - f) int dt (-t) dsigma/dt v, for m >> T."""
    x, M, m = 3e3, 3.0, 1.0
    model = _model("dirac", (M / m,), m)
    T = m / x

    def moment(k: float) -> float:
        omega = np.hypot(k, ELECTRON_MASS)
        square = (4 * np.pi) ** 2 * 0.1 * ALPHA
        # vector exchange at rest: |M|^2 = 8 m^2 (2 omega^2 + t/2) and -t from 0 to 4 k^2
        q2, weight = np.polynomial.legendre.leggauss(4)
        q2 = 2 * k**2 * (1 + q2)
        amplitude = square * 8 * m**2 * (2 * omega**2 - q2 / 2) / (M**2 + q2) ** 2 / 2
        inner = float((q2 * amplitude * weight).sum() * 2 * k**2) / (64 * np.pi * k * omega * m**2) * 4
        f = 1 / (np.exp(omega / T) + 1)
        return float(k**2 / (2 * np.pi**2) * f * (1 - f) * inner * 4)

    expected = quad(moment, 0, 60 * T, epsrel=1e-8, limit=200)[0] / (3 * m * T)
    assert _relaxation(model, x) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("T", [0.03, 0.005, 0.0039])
def test_energies_of_a_gas(T: float) -> None:
    """Mean energy, capacity, and the pressure n T that the equations use, by quadrature; and the expansion."""
    p = np.linspace(0, 60 * np.sqrt(0.1 * T) + 60 * T, 400_001)
    E = np.hypot(p, 0.1)
    weight = p**2 * np.exp(-(E - 0.1) / T)
    _, mean, capacity, _ = kinetic.gas(_model("dirac", (3.0,), 0.1), np.array([[T]]))
    assert mean[0, 0] == pytest.approx((np.average(E, weights=weight) - 0.1) / T, rel=1e-5)
    spread = np.average((E - np.average(E, weights=weight)) ** 2, weights=weight)
    assert capacity[0, 0] == pytest.approx(spread / T**2, rel=1e-4)
    assert np.average(p**2 / E, weights=weight) / 3 == pytest.approx(T, rel=1e-6)


def test_mean_energy_of_pairs() -> None:
    """K_2 for K_1 is the mean energy of the pairs, and its expansion is continuous with it."""
    root, value = np.array([2.0, 2.1, 2.5]), np.array([1.0, 2.0, 0.5])
    for T in (0.2, 2 / kinetic.ASYMPTOTIC * 1.001, 2 / kinetic.ASYMPTOTIC * 0.999, 0.02):
        count, excess = kinetic.pair_moments(root[None], value[None], np.array([2.0]), np.array([[T]]))
        one, two = (value * kn(1, root / T)).sum(), (value * root * kn(2, root / T)).sum()
        assert count[0, 0] == pytest.approx(one * np.exp(2.0 / T), rel=1e-6)
        assert excess[0, 0] == pytest.approx((two / one - 2.0) / T, rel=1e-6)


@pytest.mark.parametrize("dm", ["dirac", "scalar", "majorana"])
def test_strong_scattering_is_kinetic_equilibrium(dm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard answer to 1e-3, with enough nodes for its narrow resonances."""
    monkeypatch.setattr(boltzmann, "NODES", 150)
    boltzmann.grids.cache_clear()
    monkeypatch.setattr(kinetic, "NODES", 150)
    model = _model(dm, (1.7, 1.9, 2.1, 3.0), 0.1)
    coupling = dt.relic_target(model, kinetic="equilibrium").coupling
    through, one = exchange(model), np.ones(4)
    history = kinetic.history(model, through, coupling)
    strong = replace(history, scattering=1e8 * history.scattering + 1e3).omega(one)
    expected = boltzmann.history(model, through, coupling).omega(one)
    boltzmann.grids.cache_clear()
    np.testing.assert_allclose(strong, expected, rtol=1e-3)


def test_free_streaming() -> None:
    """Without annihilation and scattering T_chi falls as 1/a^2: y = m T_chi/s^(2/3) is constant for slow particles."""
    model = _model()
    history = kinetic.history(model, exchange(model), COUPLING, scatters=False)
    _, ratio = history.evolve(np.full(3, 1e-30))
    x, start = history.x[2::2], 300
    entropy = density(model.states(), model.states()[0].mass[:, None] / x)[0].sum(axis=0) / np.exp(
        history.decline[2::2].T + x
    )
    y = (ratio / x[:, None] / entropy.T ** (2 / 3))[np.searchsorted(x, start) :]
    np.testing.assert_allclose(y / y[0], 1, rtol=0.02)  # (T/m) corrections at x = 300


def test_agrees_with_a_stiff_integrator() -> None:
    """Radau on ln Y and ln T_chi/T with the same tables."""
    model = _model()
    history = kinetic.history(model, exchange(model), COUPLING)
    found = history.omega(np.ones(3))
    assert _radau(history, 1) == pytest.approx(found[1], rel=2e-3)


def _radau(history: kinetic.CoupledHistory, point: int) -> float:
    log, at = np.log(history.x), np.linspace(0, kinetic.SPAN, kinetic.TABLE)
    tables = [v[point] for v in (history.averages.cross, history.averages.loss, history.averages.capacity)]
    smooth = [v[:, point] for v in (history.loss, history.decline, history.slope)]
    logs = [np.log(np.maximum(v[:, point], 1e-290)) for v in (history.to_rate, history.cross, history.scattering)]

    def change(u: float, state: Array) -> list[float]:
        loss, decline, slope = (np.interp(u, log, v) for v in smooth)
        rate, plasma, heat = (np.interp(u, log, v) for v in logs)
        cross, dark, capacity = (np.interp(u - state[1], at, v) for v in tables)
        removed = np.exp(rate + cross + state[0])
        created = np.exp(rate + plasma + 2 * decline - state[0]) if u < 6 else 0.0
        cooler = np.exp(-state[1])
        kept = removed * dark + created * ((1 - loss) * cooler - 1)
        return [created - removed, 1 - 3 * slope / capacity + np.exp(heat) * (cooler - 1) + kept]

    done = solve_ivp(change, (log[0], log[-1]), [smooth[1][0], 0.0], method="Radau", rtol=1e-5, atol=1e-8)
    last, ratio = done.y[:, -1]
    rest = np.exp(logs[0][-1] + np.interp(log[-1] - ratio, at, tables[0]))
    return float(history.mass[point] * boltzmann.abundance() / (np.exp(-last) + rest))


def test_resonance_is_narrower_for_a_colder_sector() -> None:
    """Above 2 m the resonance is lost sooner: Omega grows (arXiv:1706.07433); below it annihilation at rest wins."""
    for dm, above in (("dirac", 1.08), ("scalar", 1.2)):
        ratio = dt.relic_target(_model(dm, (1.98, 2.02, 2.05))).extra["kinetic_ratio"]
        assert ratio[1] > ratio[2] > above
    assert dt.relic_target(_model("dirac", (1.98,))).extra["kinetic_ratio"][0] < 0.9


def test_choices() -> None:
    """auto is coupled within 0.2 of the resonance and equilibrium beyond 0.25; both are named in the method."""
    model = _model("dirac", (1.4, 1.9, 2.1, 3.0))
    auto, coupled, equal = (dt.relic_target(model, kinetic=k) for k in ("auto", "coupled", "equilibrium"))
    np.testing.assert_allclose(auto.coupling[1:3], coupled.coupling[1:3], rtol=1e-4)
    np.testing.assert_allclose(auto.coupling[[0, 3]], equal.coupling[[0, 3]], rtol=1e-4)
    assert abs(auto.coupling[2] / equal.coupling[2] - 1) > 0.01
    assert "kinetic_ratio" not in equal.extra
    assert "solved together" in auto.method[0]
    assert "0.25" not in coupled.method[0]
    shape = decoupling.SHAPE / 2
    assert auto.uncertainty == pytest.approx(np.hypot(2e-3, shape), rel=1e-6)
    far = dt.relic_target(_model("dirac", (3.0,)))
    effect = abs(np.log(far.extra["kinetic_ratio"][0])) / 2
    assert far.uncertainty == pytest.approx(np.hypot(2e-3, effect), rel=1e-6)
    with pytest.raises(UnknownName, match="kinetic"):
        dt.relic_target(model, kinetic="always")


def test_the_weight_is_smooth() -> None:
    ratios = np.linspace(1.4, 2.6, 601)
    found = decoupling.weight(exchange(_model("dirac", tuple(ratios))))
    away = np.abs(ratios / 2 - 1)
    assert (found[away < 0.2] == 1).all()
    assert (found[away > 0.25] == 0).all()
    assert np.abs(np.diff(found)).max() < 0.035


def test_omega_inverts_the_target_where_both_are_blended() -> None:
    ratios = (1.56, 2.2, 2.45)
    coupling = dt.relic_target(_model("scalar", ratios)).coupling
    full = dt.model(
        "dark-photon", mass=[0.03 * r for r in ratios], mass_ratio=list(ratios), dm="scalar", coupling=coupling
    )
    np.testing.assert_allclose(dt.omega(full), 0.12, rtol=1e-3)


def test_annihilation_without_end_is_left_in_equilibrium() -> None:
    """A mediator at the threshold: <sigma v> grows as the sector cools; the effect is quoted."""
    model = _model("dirac", (2.0, 2.001), 0.1)
    curve, equal = dt.relic_target(model), dt.relic_target(model, kinetic="equilibrium")
    np.testing.assert_allclose(curve.coupling[0], equal.coupling[0], rtol=1e-4)
    assert abs(curve.coupling[1] / equal.coupling[1] - 1) > 0.05
    assert curve.extra["kinetic_ratio"][0] < 0.1
    assert curve.uncertainty > 1


def test_unknown_scattering_is_said() -> None:
    """No amplitude: equilibrium, with the effect of no scattering at all as the uncertainty near the resonance."""
    model = dt.model("spin-2", mass=[0.0615, 0.09], mass_ratio=[2.05, 3])
    curve, equal = dt.relic_target(model), dt.relic_target(model, kinetic="equilibrium")
    np.testing.assert_array_equal(curve.coupling, equal.coupling)
    assert "not known for spin-2" in curve.method[0]
    assert curve.uncertainty > 0.05
    assert np.isnan(curve.extra["kinetic_ratio"][1])
    with pytest.raises(PhysicsError, match="electron_scattering"):
        dt.relic_target(model, kinetic="coupled")


def test_photon_exchange_keeps_kinetic_equilibrium() -> None:
    for model in (dt.model("millicharge", mass=0.03), dt.model("dipole-idm", mass=0.03, splitting=0.05)):
        assert dt.relic_target(model).extra["kinetic_ratio"][0] == pytest.approx(1, abs=1e-3)


def test_inelastic_scattering_exchanges_energy_of_motion() -> None:
    """Pseudo-Dirac states without splitting scatter as a Dirac particle does."""
    kwargs = {"mass": 0.063, "mass_ratio": 2.1}
    dirac, pair = dt.model("dark-photon", **kwargs), dt.model("idm", splitting=1e-6, **kwargs)
    assert _relaxation(pair, 20.0) == pytest.approx(_relaxation(dirac, 20.0), rel=1e-3)
    split = dt.model("idm", splitting=0.1, **kwargs)
    assert _relaxation(split, 20.0) < _relaxation(dirac, 20.0)


@pytest.mark.validate
@pytest.mark.parametrize(("dm", "ratio"), [("dirac", 1.95), ("dirac", 2.05), ("scalar", 2.2)])
def test_momentum_space(dm: str, ratio: float) -> None:
    """The full equation in momentum space, without a Maxwell form: 20 % are asked for, SHAPE is what is quoted."""
    make: Callable[..., momentum.Dark] = {"dirac": momentum.dirac, "scalar": momentum.scalar}[dm]
    model = _model(dm, (ratio,))
    coupling = float(dt.relic_target(model, kinetic="equilibrium").coupling[0])
    full = dt.model("dark-photon", mass=0.03 * ratio, mass_ratio=ratio, dm=dm, coupling=coupling)
    expected = momentum.omega(make(0.03, 0.03 * ratio, 0.1, coupling), steps=120, kernels=24)
    assert dt.omega(full, kinetic="coupled")[0] == pytest.approx(expected, rel=decoupling.SHAPE)


def test_forbidden_annihilation_has_no_coupled_solution_and_says_so() -> None:
    """Below the electron mass losses are exponential in the dark temperature: equilibrium is used, no size quoted."""
    model = dt.model("dark-photon", mass=[1e-3, 1.4e-3, 0.03])
    curve, equal = dt.relic_target(model), dt.relic_target(model, kinetic="equilibrium")
    np.testing.assert_array_equal(curve.coupling, equal.coupling)
    assert np.isnan(curve.extra["kinetic_ratio"]).tolist() == [True, True, False], curve.extra
    assert curve.uncertainty < 0.01
    assert "not estimated where pairs at rest cannot annihilate" in curve.method[0]
    with pytest.raises(PhysicsError, match="lighter than everything that they annihilate to"):
        dt.relic_target(model, kinetic="coupled")
    near = dt.relic_target(dt.model("dark-photon", mass=[1e-3, 1.4e-3], mass_ratio=2.1))
    same = dt.relic_target(dt.model("dark-photon", mass=[1e-3, 1.4e-3], mass_ratio=2.1), kinetic="equilibrium")
    np.testing.assert_allclose(near.coupling[:1], same.coupling[:1], rtol=0.02)  # Omega hardly depends on it there
