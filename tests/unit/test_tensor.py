"""Spin-2 amplitudes against explicit gamma matrices, and the numbers that follow from them."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

import darktarget as dt
from darktarget.core import TENSOR, TENSOR_LEPTONS, VECTOR, Beam, LorentzStructure
from darktarget.matter.form_factors import elastic, form_factor
from darktarget.matter.materials import material
from darktarget.numerics.quadrature import gauss
from darktarget.production.amplitudes import weizsaecker_williams as wizard
from darktarget.production.amplitudes.exact import EXACT, Collision, energy_angle, spectrum
from darktarget.production.amplitudes.spin2 import leptons_only, universal
from darktarget.production.events import recoil as _recoil
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.production.spectra import table as st
from darktarget.production.spectra.calculation import calculation
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED, ELECTRON_MASS, MUON_MASS, NUCLEON_UNIT, PB
from tests import tensor_trace as tt
from tests import trace

LEAD, TUNGSTEN = material("Pb").elements[0], material("W").elements[0]
MN = LEAD.A * NUCLEON_UNIT
UNIT = ELECTRON_CHARGE_SQUARED * PB  # cross sections of kernels are at c = e/GeV


def _point(M: float, t: float, E: float = 2.0, nucleus: float = MN) -> trace.Point:
    mp.dps = 50
    point = trace.phase_space(E, MUON_MASS, M, nucleus, 0.5, 0.1, mpf(t), mpf("0.7"))
    assert point is not None
    return point


def _momenta(point: trace.Point) -> tuple[tt.Tensor, ...]:
    return tuple(tt.floats(v) for v in (point.p, point.k, point.q, point.J, point.out))


def _with_nucleus(point: trace.Point, nucleus: float) -> tuple[tt.Tensor, tt.Tensor]:
    """Amplitude of lepton and photon, and that of a point-like nucleus, both times q^2."""
    p, k, q, J, _ = _momenta(point)
    r, P = k - q, np.array([nucleus, 0, 0, 0])
    own = tt.of_nucleus(P, P - q, r, k, tt.GAMMA / tt.dot(r, r), nucleus) * tt.dot(q, q)
    return tt.universal(p, k, q, J, MUON_MASS), own


@pytest.mark.parametrize(("M", "t"), [(0.5, 0.3), (0.05, 0.3), (0.05, 0.01)])
def test_gauge_invariance(M: float, t: float) -> None:
    """q in place of the nuclear current gives nothing, for the leptons alone and with photons."""
    p, k, q, J, out = _momenta(_point(M, t))
    for make in (tt.universal, tt.of_lepton):
        gauge, normal = (tt.size(make(p, k, q, a, MUON_MASS), p, out, MUON_MASS) for a in (q, J))
        assert gauge < 1e-9 * normal


@pytest.mark.parametrize(("M", "t"), [(0.5, 0.3), (0.05, 0.3), (0.3, 0.1)])
def test_energy_and_momentum_are_conserved_with_the_nucleus(M: float, t: float) -> None:
    """k_mu T^{mu nu} of lepton and photons is the force on the nucleus, which the nucleus' own T balances."""
    point = _point(M, t)
    p, k, _, _, out = _momenta(point)
    parts = _with_nucleus(point, MN)
    force, reaction = (np.einsum("m,mnij->nij", k * tt.G, T) for T in parts)
    pull = tt.size(force, p, out, MUON_MASS)
    assert tt.size(force + reaction, p, out, MUON_MASS) < 1e-6 * pull


@pytest.mark.parametrize(("M", "t", "nucleus", "neglected"), [
    (0.5, 0.3, MN, 4e-4), (0.05, 0.3, MN, 3e-4), (0.5, 0.3, MN / 10, 4e-3), (0.3, 0.1, MN, 3e-4),
])  # fmt: skip
def test_temporal_polarisations_stand_for_the_nucleus(M: float, t: float, nucleus: float, neglected: float) -> None:
    """All diagrams with the massive sum against lepton and photon with temporal polarisations: q/M_N is neglected."""
    point = _point(M, t, nucleus=nucleus)
    p, k, _, _, out = _momenta(point)
    lepton, own = _with_nucleus(point, nucleus)
    everything = tt.squared(lepton + own, tt.massive(k), p, out, MUON_MASS)
    rest = np.array([1.0, 0, 0, 0])
    same = tt.squared(lepton + own, tt.temporal(k, rest), p, out, MUON_MASS)
    assert same == pytest.approx(everything, rel=1e-6)
    assert tt.squared(lepton, tt.temporal(k, rest), p, out, MUON_MASS) == pytest.approx(everything, rel=neglected)


def test_without_the_nucleus_a_light_mediator_would_diverge() -> None:
    """The massive sum over the diagrams that are not conserved: 1/M^2 of the force squared."""
    p, k, q, J, out = _momenta(_point(0.05, 0.3))
    bare = tt.squared(tt.universal(p, k, q, J, MUON_MASS), tt.massive(k), p, out, MUON_MASS)
    whole = tt.squared(tt.universal(p, k, q, J, MUON_MASS), tt.temporal(k, np.array([1.0, 0, 0, 0])), p, out, MUON_MASS)
    assert bare > 30 * whole


@pytest.mark.parametrize(("x", "D", "m", "M"), [
    (0.5, 0.3, MUON_MASS, 0.05), (0.3, 0.1, MUON_MASS, 0.1), (0.9, 0.01, ELECTRON_MASS, 0.03), (0.7, 1e-4, 5e-4, 1e-3),
])  # fmt: skip
def test_photon_absorption_against_traces(x: float, D: float, m: float, M: float) -> None:
    at = np.array(x), np.array(D), m**2, M**2
    assert float(universal(*at)) == pytest.approx(tt.absorption(x, D, m, M, "tensor"), rel=1e-7)
    assert float(leptons_only(*at)) == pytest.approx(tt.absorption(x, D, m, M, "leptons"), rel=1e-7)


def _against_traces(
    E: float, m: float, M: float, x: float, theta: float, photons: str, nodes: int = 40, turns: int = 32
) -> None:
    def g2(t: float) -> float:
        return float(elastic(np.array([t]), LEAD)[0])

    kind = "tensor" if photons == "universal" else "leptons"
    expected = tt.energy_angle(E, m, M, MN, x, theta, g2, ALPHA, kind, nodes, turns)
    beam = Beam("electron" if m < 0.01 else "muon", E)
    found = dt.process("bremsstrahlung").energy_angle(  # type: ignore[attr-defined]
        dt.model("spin-2", mass=M, photons=photons), beam, "Pb", np.array([x]), np.array([theta]), ELASTIC
    )
    assert found.value[0, 0] == pytest.approx(expected, rel=1e-3)
    assert found.relative_error[0, 0] < 1e-3


ELASTIC = BremsstrahlungOptions(form_factor="elastic")
POINTS = [
    (160.0, MUON_MASS, 0.1, 0.4, 1e-3),
    (15.0, MUON_MASS, 1e-3, 0.7, 5e-3),
    (100.0, ELECTRON_MASS, 0.03, 0.8, 3e-6),
]


@pytest.mark.parametrize("photons", ["universal", "leptons-only"])
@pytest.mark.parametrize(("E", "m", "M", "x", "theta"), POINTS)
def test_energy_and_angle_against_traces(E: float, m: float, M: float, x: float, theta: float, photons: str) -> None:
    _against_traces(E, m, M, x, theta, photons)


def _on_a_grid(hit: Collision, x: float, theta: float, nodes: int, turns: int, limits: tuple[float, float]) -> float:
    """The density of single events summed as ``tt.energy_angle`` sums traces: Gauss in log(t), even in azimuth."""
    form = form_factor("elastic")
    a = _recoil.plane(hit, np.array([[1 - x]]), np.array([[2 * np.sin(theta / 2) ** 2]]))
    z, w = np.polynomial.legendre.leggauss(nodes)
    span = np.log(limits[1] / limits[0])
    t = limits[0] * np.exp(span * (z + 1) / 2)[:, None]
    phi = (np.arange(turns) + 0.5) / turns * 2 * np.pi
    value = _recoil.density(EXACT[TENSOR], hit, a, t, np.cos(phi), _recoil.propagator(hit, a, t), form)
    total = (value.mean(axis=1) * 2 * np.pi * t[:, 0] * w).sum() * span / 2
    return float(total * np.sin(theta) / ELECTRON_CHARGE_SQUARED)


@pytest.mark.parametrize(("M", "x", "theta"), [(0.1, 0.9, 2e-4), (0.01, 0.6, 2e-5)])
def test_collinear_photons_of_an_electron(M: float, x: float, theta: float) -> None:
    """Where the exchanged photon is collinear with the electron: traces and density on one coarse grid, then the
    density on a fine one, which resolves the peak by brute force, and the integral of the package."""
    hit = Collision(ELECTRON_MASS, M, 100.0, LEAD)
    mp.dps = 50
    low, high = (float(v) for v in trace._t_range(100.0, ELECTRON_MASS, M, MN, x, theta))

    def g2(t: float) -> float:
        return float(elastic(np.array([t]), LEAD)[0])

    traces = tt.energy_angle(100.0, ELECTRON_MASS, M, MN, x, theta, g2, ALPHA, "tensor", 40, 32)
    assert _on_a_grid(hit, x, theta, 40, 32, (low, high)) == pytest.approx(traces, rel=1e-6)
    y, tau = np.array([1 - x]), np.array([2 * np.sin(theta / 2) ** 2])
    found = energy_angle(EXACT[TENSOR], hit, form_factor("elastic"), y, tau, 48)[0]
    fine = _on_a_grid(hit, x, theta, 1500, 2048, (low, high))
    assert found * np.sin(theta) / ELECTRON_CHARGE_SQUARED == pytest.approx(fine, rel=1e-4)


def _total(
    M: float, m: float, E: float, nucleus: object, x_cut: float, method: str, theta: tuple[float, float] = (0.0, np.pi)
) -> float:
    """Cross section in pb at c = 1/GeV above x_cut and within angles, integrated outside the package."""
    hit = Collision(m, M, E, nucleus)  # type: ignore[arg-type]
    z, w = gauss(160)
    span = np.log((1 - x_cut) / 1e-9)
    y, weight = 1e-9 * np.exp(span * z), 1e-9 * np.exp(span * z) * span * w
    if method == "exact":
        end = 1 - hit.x_range[1]
        span = np.log((1 - x_cut - end) / (1e-4 * end))
        y, weight = end + 1e-4 * end * np.exp(span * z), 1e-4 * end * np.exp(span * z) * span * w
        return float(spectrum(EXACT[TENSOR], hit, form_factor("elastic"), y, (32, 56)) @ weight) / UNIT
    first, last = (np.log(2 * np.sin(a / 2) ** 2 + 1e-17) for a in theta)
    tau, dtau = np.exp(first + (last - first) * z), np.exp(first + (last - first) * z) * (last - first) * w
    density = wizard.energy_angle(
        wizard.FLUX[TENSOR], hit, form_factor("elastic"), y[:, None], tau, improved=method == "iww"
    )
    return float(weight @ density @ dtau) / UNIT


def test_weizsaecker_williams_cross_section() -> None:
    """100 GeV e on Pb, c = 1/GeV, x > 0.5, theta < 0.1 at 10 MeV, by two quadratures; see test_spin_2_flux."""
    own = _total(0.01, ELECTRON_MASS, 100.0, LEAD, 0.5, "ww", (0.0, 0.1))
    process, model = dt.process("bremsstrahlung"), dt.model("spin-2", mass=0.01)
    x = 1 - np.geomspace(0.5, 1e-8, 1200)
    how = BremsstrahlungOptions(form_factor="elastic", cross_section="ww")
    row = process.spectrum(model, Beam("electron", 100.0), "Pb", x, how)  # type: ignore[attr-defined]
    spectrum_ = np.trapezoid(row.value[0], x) / PB
    assert own == pytest.approx(1.072e9, rel=2e-3)
    assert spectrum_ == pytest.approx(own, rel=3e-3)


def test_the_exact_rate_beside_the_approximations() -> None:
    """x > 0.5 at 10 MeV, electrons: the flux stops at t = M^2, photons of the nucleus go on to its size."""
    exact, ww, iww = (_total(0.01, ELECTRON_MASS, 100.0, LEAD, 0.5, m) for m in ("exact", "ww", "iww"))
    assert exact == pytest.approx(1.522e9, rel=3e-3)
    assert ww / exact == pytest.approx(0.705, rel=0.01)
    assert iww / exact == pytest.approx(1.62, rel=0.02)
    muons = [_total(0.1, MUON_MASS, 160.0, LEAD, 0.5, m) for m in ("exact", "ww")]
    assert muons[1] / muons[0] == pytest.approx(0.97, abs=0.03)


@pytest.mark.parametrize(("m", "E", "limit"), [(ELECTRON_MASS, 100.0, 1.564e9), (MUON_MASS, 160.0, 1.8307e8)])
def test_the_universal_coupling_has_a_finite_limit(m: float, E: float, limit: float) -> None:
    values = [_total(M, m, E, LEAD, 0.5, "exact") for M in (1e-6, 1e-5, 1e-4)]
    np.testing.assert_allclose(values, limit, rtol=3e-3)
    assert values[1] == pytest.approx(values[0], rel=1e-4)


def test_leptons_alone_diverge() -> None:
    sigma = dt.cross_section(dt.model("spin-2", mass=[1e-4, 1e-3], photons="leptons-only"), energy=100, target="Pb")
    assert sigma.sigma[0] / sigma.sigma[1] == pytest.approx(1e4, rel=0.03)


@pytest.mark.parametrize(
    ("M", "m", "E", "target", "x_cut", "thickness", "leptons", "method", "expected"),
    [
        (1e-3, MUON_MASS, 160.0, "Pb", 0.5, 40, 5e13, "ww", 1.84e-5),  # NA64mu
        (1e-3, MUON_MASS, 15.0, "W", 0.4, 50, 1e13, "ww", 5.2e-5),  # M3
        (1e-2, ELECTRON_MASS, 100.0, "Pb", 0.5, 1, 5e12, "iww", 1.29e-4),  # NA64e
    ],
)
def test_projections_of_bremsstrahlung(
    M: float,
    m: float,
    E: float,
    target: str,
    x_cut: float,
    thickness: float,
    leptons: float,
    method: str,
    expected: float,
) -> None:
    """c = sqrt(2.3/(N n L sigma)): 2.3 events without background, every lepton at full energy, theta < 0.1 rad."""
    stuff = material(target)
    sigma = _total(M, m, E, stuff.elements[0], x_cut, method, (0.0, 0.1)) * 1e-36
    c = np.sqrt(2.3 / (leptons * thickness * stuff.nuclei_per_cm2_per_X0[0] * sigma))
    assert 1 / 1.2 < c / expected < 1.2


def test_quoted_error_covers_a_denser_quadrature() -> None:
    for M, m, E in ((1e-3, ELECTRON_MASS, 100.0), (1.0, ELECTRON_MASS, 100.0), (0.02, MUON_MASS, 15.0)):
        hit = Collision(m, M, E, LEAD)
        chart = calculation("exact").chart(hit)
        z, w = gauss(96)
        first = float(chart.zeta(1.001 * chart.low))
        zeta = first + (chart.last - first) * z
        dense = spectrum(EXACT[TENSOR], hit, form_factor("elastic"), chart.y(zeta), (48, 120)) * chart.jacobian(zeta)
        result = dt.cross_section(
            dt.model("spin-2", mass=M),
            beam="electron" if m < 0.01 else "muon",
            energy=E,
            target="Pb",
            form_factor="elastic",
        )
        assert result.sigma[0] / UNIT * ELECTRON_CHARGE_SQUARED == pytest.approx(
            float(dense @ w) * (chart.last - first) / UNIT, rel=max(2 * result.relative_error[0], 1e-3)
        )


@pytest.mark.parametrize("structure", [VECTOR, TENSOR, TENSOR_LEPTONS])
def test_kernels_resolve_the_total_with_any_number_of_nodes(structure: LorentzStructure) -> None:
    hit, y = Collision(MUON_MASS, 0.1, 160.0, LEAD), np.array([0.7, 0.2, 0.01])
    kernel = EXACT[structure]
    coarse, fine = (spectrum(kernel, hit, form_factor("elastic"), y, kernel.nodes(q)) for q in (1.0, 4.0))
    np.testing.assert_allclose(coarse, fine, rtol=2e-3)


@pytest.mark.parametrize("structure", [TENSOR, TENSOR_LEPTONS])
def test_t_and_azimuth_integrate_to_the_angular_cross_section(structure: LorentzStructure) -> None:
    """The density of single events, summed over a grid, against the integral done in closed form."""
    hit, form = Collision(MUON_MASS, 0.1, 160.0, LEAD), form_factor("elastic")
    y, tau = np.array([0.4]), np.array([2 * np.sin(2e-3 / 2) ** 2])
    exact = energy_angle(EXACT[structure], hit, form, y, tau, 96)[0]
    a = _recoil.plane(hit, y[:, None], tau[:, None])
    edges = np.geomspace(1e-15, min(float(a.t_max[0, 0]), 20.0), 1601)
    t = float(a.t_min[0, 0]) + np.sqrt(edges[1:] * edges[:-1])[:, None]
    phi = (np.arange(512) + 0.5) / 512 * 2 * np.pi
    value = _recoil.density(EXACT[structure], hit, a, t, np.cos(phi), _recoil.propagator(hit, a, t), form)
    assert float((value.mean(axis=1) * 2 * np.pi * np.diff(edges)).sum()) == pytest.approx(float(exact), rel=5e-4)


@pytest.mark.validate
def test_a_table_of_spectra_is_good_to_a_thousandth() -> None:
    """A table built now against integrals outside the package, up to the heaviest mediators; benchmarks time it."""
    recipe = st.recipe_of(TENSOR, ELECTRON_MASS, LEAD, ELASTIC, Beam("electron", 100.0), 42.5)
    request = st.Request(recipe, TENSOR, LEAD, calculation("exact"))
    built = st.build(request)
    assert built["error"][0] < 1e-3
    table = st.SpectrumTable.of(request, built)
    for M, E in ((1e-3, 88.0), (0.05, 47.0), (0.7, 71.0), (2.5, 95.0), (5.2, 69.0)):
        found = table.evaluate(np.array([M]), np.array([E]), 0.5 * E)[1].sum() / UNIT
        assert found == pytest.approx(_total(M, ELECTRON_MASS, E, LEAD, 0.5, "exact"), rel=1e-3)
