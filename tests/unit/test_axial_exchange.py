"""Axial and chiral mediators: annihilation and scattering against explicit traces in unitary gauge, relic densities."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.special import k1

import darktarget as dt
from darktarget.constraints.base.mono_photon import Collider
from darktarget.constraints.cmb import annihilation_at_rest
from darktarget.core import AXIAL, VECTOR, Array, LorentzStructure
from darktarget.decays.currents import AXIAL_FERMIONS, VECTOR_FERMIONS, combined
from darktarget.decays.two_body import axial_to_dirac, vector_to_dirac
from darktarget.dump.scattering import Scatterer, struck
from darktarget.errors import PhysicsError
from darktarget.limits.exclusion import COUPLINGS
from darktarget.models.base.gauged import neutrino_width
from darktarget.models.base.mediator import MediatorModel, Pair
from darktarget.models.i2dm import I2dm
from darktarget.thermal import average, elastic
from darktarget.thermal.deposition import of_particle
from darktarget.thermal.exchange import exchange
from darktarget.thermal.scattering import axial as axial_conversion
from darktarget.thermal.scattering import of_exchanges
from darktarget.units import ALPHA, ELECTRON_MASS, LEPTON_MASS, MUON_MASS, TAU_MASS, GeV, MeV
from tests import boltzmann
from tests.trace import GAMMA, GAMMA5, METRIC

Matrix = np.ndarray[Any, np.dtype[np.complex128]]
LOW = [g * s for g, s in zip(GAMMA, METRIC, strict=True)]  # gamma_mu
ONE = np.eye(4)
LEPTONS = ("electron", "muon", "tau")


class Chiral(MediatorModel):
    """A vector with vector and axial couplings to one kind of dark fermion and to every lepton."""

    name = "chiral"
    mediator = "X"
    structure = VECTOR
    references = ("1510.02110",)
    lepton: ClassVar[tuple[float, float]] = (1.0, 0.0)
    dark: ClassVar[tuple[float, float]] = (1.0, 0.0)
    heavier: ClassVar[float] = 1.0  # mass of chi2 over that of chi1, 1 for one particle

    def lepton_parts(self, lepton: str) -> tuple[tuple[LorentzStructure, Array], ...]:
        """Vector and axial."""
        return tuple((s, np.full(self.points, g)) for s, g in zip((VECTOR, AXIAL), self.lepton, strict=True))

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """Of both."""
        widths = (vector_to_dirac, axial_to_dirac)
        each = (w(mass, LEPTON_MASS[lepton], ALPHA * g**2) for w, g in zip(widths, self.lepton, strict=True))
        return np.asarray(sum(each))

    def pairs(self) -> tuple[Pair, ...]:
        """One pair with a mixed current."""
        (pair,) = super().pairs()
        current = combined(tuple(zip((VECTOR_FERMIONS, AXIAL_FERMIONS), self.dark, strict=True)))
        names = pair.names if self.heavier == 1 else ("chi", "chi2bar")
        return (Pair(names, (self.dark_mass, self.dark_mass * self.heavier), current, pair.alpha),)


def chiral(dark: tuple[float, float], lepton: tuple[float, float], heavier: float = 1.0, **given: Any) -> Chiral:
    """A model with these (vector, axial) couplings."""
    made = type("Chiral", (Chiral,), {"dark": dark, "lepton": lepton, "heavier": heavier})
    return made(**given)  # type: ignore[no-any-return]


def slash(p: Array) -> Matrix:
    """p_mu gamma^mu."""
    return np.asarray(np.einsum("m,mab->ab", p, np.array(LOW)))


def tensor(p: Array, m: float, out: Array, m_out: float, couplings: tuple[float, float], sign: int) -> Matrix:
    """Sum over spins of J^mu J*^nu, J = ubar(out) gamma^mu (gV + gA gamma5) u(p) times ``sign`` for -m (a v spinor)."""
    vertices = [g @ (couplings[0] * ONE + couplings[1] * GAMMA5) for g in GAMMA]
    bars = [GAMMA[0] @ v.conj().T @ GAMMA[0] for v in vertices]
    into, away = slash(p) + sign * m * ONE, slash(out) + m_out * ONE
    return np.array([[np.trace(away @ a @ into @ b) for b in bars] for a in vertices])


def propagator(q: Array, M: float, imaginary: float) -> Matrix:
    """Unitary gauge, lower indices; ``imaginary`` = I(s) is in the part of spin 1, which has the pole."""
    s, low = float((q * q * METRIC).sum()), q * METRIC
    if imaginary == 0:
        return np.asarray((-np.diag(METRIC) + np.outer(low, low) / M**2) / (s - M**2), complex)
    transverse = -np.diag(METRIC) + np.outer(low, low) / s
    return np.asarray(transverse / (s - M**2 + 1j * imaginary) + np.outer(low, low) / (s * M**2))


def summed(dark: Matrix, P: Matrix, lepton: Matrix) -> float:
    """Sum over spins of the squared amplitude at unit couplings."""
    return float(np.einsum("mn,ma,nb,ab->", dark, P, P.conj(), lepton).real)


def momenta(root: float, m: float, cosine: float) -> tuple[Array, Array]:
    """Two particles of mass m at rest together, in the x-z plane."""
    E = root / 2
    p = np.sqrt(E**2 - m**2)
    along = np.array([0, p * np.sqrt(1 - cosine**2), 0, p * cosine])
    rest = np.array([E, 0, 0, 0])
    return rest + along, rest - along


def annihilation(
    root: float, m: float, M: float, dark: tuple[float, float], lepton: tuple[float, float], imaginary: float
) -> float:
    """sigma(chi chibar -> leptons) at unit g_D and e, averaged over 4 spin states, summed over flavours."""
    one, two = momenta(root, m, 1.0)
    # vbar(p2) J u(p1): -1 for the projector of v
    D = -tensor(-two, m, one, m, dark, 1)  # the same sum with both exchanged, D^{nu mu}
    P = propagator(one + two, M, imaginary)
    x, w = np.polynomial.legendre.leggauss(6)
    total = 0.0
    for mass in (LEPTON_MASS[name] for name in LEPTONS):
        if root <= 2 * mass:
            continue
        beta = np.sqrt(1 - (2 * mass / root) ** 2)
        for cosine, weight in zip(x, w, strict=True):
            k1, k2 = momenta(root, mass, float(cosine))
            L = -tensor(-k2, mass, k1, mass, lepton, 1)
            total += weight / 2 * beta / (8 * np.pi) * summed(D.T, P, L)
    return float(total / 4 / (2 * root**2 * np.sqrt(1 - (2 * m / root) ** 2)))


MIXED = ((1.0, 0.0), (0.0, 1.0), (0.6, -0.8))


@pytest.mark.parametrize("lepton", MIXED)
@pytest.mark.parametrize(("dm", "dark"), [*(("dirac", d) for d in MIXED), ("majorana", (0.0, 1.0))])
def test_annihilation_against_explicit_traces(dm: str, dark: tuple[float, float], lepton: tuple[float, float]) -> None:
    """Below, at and above the resonance, thresholds of muons and taus between."""
    M, m, alpha = 1.0 * GeV, 0.15 * GeV, 1e-3
    model = chiral(dark, lepton, mass=1.0, mass_ratio=1 / 0.15, dm=dm, alpha_D=alpha)
    through = exchange(model)
    (pair,) = through.pairs
    for root in np.array([0.31, 0.6, 0.95, 1.0, 1.05, 2.5, 5.0]) * GeV:
        at, coupling = np.full((1, 1), root), np.full((1, 1), 1e-9)
        imaginary = float(root * through.width_at(at, coupling)[0, 0])
        expected = annihilation(root, m, M, dark, lepton, imaginary)
        expected *= (4 * np.pi) ** 2 * alpha * ALPHA * 1e-18
        identical = 2 if dm == "majorana" else 1
        front = 4 * np.pi * (2 * through.spin + 1) * identical * root**2 / (4 * (root**2 / 4 - m**2))
        assert front * through.rate(pair, at, coupling)[0, 0] == pytest.approx(expected, rel=1e-8)


def test_the_split_propagator_is_that_of_unitary_gauge() -> None:
    q = np.array([1.3, 0.2, -0.4, 0.6])
    np.testing.assert_allclose(propagator(q, 0.7, 1e-13), propagator(q, 0.7, 0.0), rtol=1e-11, atol=1e-12)


def scattering(model: Chiral, lepton: float, E: float, kinetic: float, particle: int) -> float:
    """|M|^2 averaged over spins at unit couplings, a lepton at rest hit by chi (1) or chibar (-1), T of the lepton."""
    m, M = float(model.dark_mass[0]), float(model.mass[0])
    heavy = m * model.heavier
    p, k = np.array([E, 0, 0, np.sqrt(E**2 - m**2)]), np.array([lepton, 0, 0, 0])
    final = np.array([E - kinetic, np.sqrt((E - kinetic) ** 2 - heavy**2)])
    size = np.sqrt(kinetic * (kinetic + 2 * lepton))
    cosine = (p[3] ** 2 + size**2 - final[1] ** 2) / (2 * p[3] * size)
    struck_lepton = np.array([lepton + kinetic, size * np.sqrt(1 - cosine**2), 0, size * cosine])
    after = p + k - struck_lepton
    D = tensor(p, m, after, heavy, model.dark, 1)
    if particle < 0:  # vbar(p) J v(p'): both projectors with -m, and the momenta exchanged
        D = tensor(after, -heavy, p, -m, model.dark, 1)
    L = tensor(k, lepton, struck_lepton, lepton, model.lepton, 1)
    return summed(D, propagator(p - after, M, 0.0), L) / 4


@pytest.mark.parametrize("lepton", MIXED)
@pytest.mark.parametrize("dark", MIXED)
@pytest.mark.parametrize("heavier", [1.0, 1.5])
def test_scattering_against_explicit_traces(
    dark: tuple[float, float], lepton: tuple[float, float], heavier: float
) -> None:
    """Integrated over a window of the electron's energy, the mean of particle and antiparticle; M^2 near Q^2."""
    m, E = 0.8 * MeV, 9.0 * MeV
    model = chiral(dark, lepton, heavier, mass=2.4e-3, mass_ratio=3.0, alpha_D=0.1)
    low, high = 1.5 * MeV, 2.5 * MeV
    x, w = np.polynomial.legendre.leggauss(24)
    kinetic = (high + low) / 2 + (high - low) / 2 * x - ELECTRON_MASS
    both = [sum(scattering(model, ELECTRON_MASS, E, float(T), sign) for sign in (1, -1)) / 2 for T in kinetic]
    strength = (4 * np.pi) ** 2 * 0.1 * ALPHA / (32 * np.pi * ELECTRON_MASS * (E**2 - m**2))
    expected = strength * float(np.array(both) @ w) * (high - low) / 2
    assert struck(model, np.array([E]), (low, high))["chi"][0, 0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("second", MIXED)
@pytest.mark.parametrize("first", MIXED)
def test_conversions_against_explicit_traces(first: tuple[float, float], second: tuple[float, float]) -> None:
    """22 -> 11, 22 -> 12 and 2 l -> 1 l in unitary gauge, the mean over particles and antiparticles."""
    M, root, cosine, strength = 0.7, 0.9, 0.3, (4 * np.pi * 0.1) ** 2
    for a, b, c, d in ((0.3, 0.3, 0.2, 0.2), (0.3, 0.3, 0.2, 0.3), (0.3, 0.1, 0.2, 0.1)):
        p, q = (np.sqrt((root**2 - (x + y) ** 2) * (root**2 - (x - y) ** 2)) / (2 * root) for x, y in ((a, b), (c, d)))
        way = np.array([np.sqrt(1 - cosine**2), 0, cosine])
        pa, pb = np.array([np.hypot(p, a), 0, 0, p]), np.array([np.hypot(p, b), 0, 0, -p])
        pc, pd = np.append(np.hypot(q, c), q * way), np.append(np.hypot(q, d), -q * way)
        P, other = propagator(pa - pc, M, 0.0), tensor(pb, b, pd, d, second, 1)
        ends = tensor(pa, a, pc, c, first, 1), tensor(pc, -c, pa, -a, first, 1)
        expected = sum(summed(end, P, other) for end in ends) / 2 * strength
        models = [
            chiral(v, (0.0, 1.0), y / x, mass=M / GeV, mass_ratio=M / x, alpha_D=0.1)
            for v, x, y in ((first, a, c), (second, b, d))
        ]
        amplitude = of_exchanges(models[0].exchanges()[0], models[1].exchanges()[0])
        s, t = np.full((1, 1, 1), root**2), np.full((1, 1, 1), float(((pa - pc) ** 2 * METRIC).sum()))
        masses = tuple(np.full((1, 1, 1), m) for m in (a, b, c, d))
        found = amplitude(s, t, masses, np.full((1, 1, 1), M))  # type: ignore[arg-type]
        assert float(found[0, 0, 0]) == pytest.approx(expected, rel=1e-8)
        if first == second == (0.0, 1.0):
            unit = axial_conversion(s, t, masses, np.full((1, 1, 1), M))  # type: ignore[arg-type]
            assert float(unit[0, 0, 0]) * strength == pytest.approx(expected, rel=1e-8)


def test_two_axial_states_are_solved_for() -> None:
    """With axial leptons: in chemical equilibrium for a large mixing angle, out of it for a small one."""
    model = axial_doublet(theta=0.5, mass=0.3)
    solved, imposed = (dt.relic_target(model, equilibrium=e, kinetic="equilibrium") for e in ("solved", "imposed"))
    assert solved.coupling[0] == pytest.approx(imposed.coupling[0], rel=0.02)
    alone = axial_doublet(theta=1e-4, mass=0.3)
    apart, together = (dt.relic_target(alone, equilibrium=e, kinetic="equilibrium") for e in ("solved", "imposed"))
    assert apart.coupling[0] > 3 * together.coupling[0]


def axial_doublet(**given: Any) -> I2dm:
    """The two states of i2dm with leptons that couple axially, without hadrons."""
    about = {"structure": AXIAL, "hadronic": False}
    return type("Doublet", (I2dm,), about)(**{"splitting": 0.05, **given})  # type: ignore[no-any-return]


def test_particle_and_antiparticle_differ_for_chiral_couplings_alone() -> None:
    for dark, lepton in (((1.0, 0.0), (0.6, -0.8)), ((0.6, -0.8), (0.0, 1.0)), ((0.6, -0.8), (0.6, -0.8))):
        model = chiral(dark, lepton, mass=2.4e-3, mass_ratio=3.0, alpha_D=0.1)
        one, other = (scattering(model, ELECTRON_MASS, 9 * MeV, 1.5 * MeV, sign) for sign in (1, -1))
        assert (abs(one / other - 1) > 0.05) == (0.0 not in (*dark, *lepton))


def test_scattering_on_muons_has_their_mass() -> None:
    """What the relic density takes: the contraction scaled from electrons, and the part of spin 0."""
    m, E, kinetic = 0.1 * GeV, 0.4 * GeV, 0.05 * GeV
    model = chiral((0.0, 1.0), (0.0, 1.0), 1.2, mass=0.3, mass_ratio=3.0, alpha_D=1 / (4 * np.pi))
    met, square = Scatterer(model, model.exchanges()[0], AXIAL, MUON_MASS), np.full((1, 1, 1), 2 * MUON_MASS * kinetic)
    along = MUON_MASS * (2 * E - kinetic) - ((1.2 * m) ** 2 - m**2) / 2
    contact = met.spin_zero(square)
    assert contact is not None
    found = met.contracted(square, np.full((1, 1, 1), along)) / ((0.3 * GeV) ** 2 + square) ** 2 + contact
    assert found[0, 0, 0] == pytest.approx(scattering(model, MUON_MASS, E, kinetic, 1), rel=1e-8)


def test_partners_of_a_mixture_are_its_forms() -> None:
    """Squared couplings of each form from the widths; neutrinos scatter as massless vectors, whatever the structure."""
    model = chiral((1.0, 0.0), (0.6, -0.8), mass=0.1)
    found = [(p.mass, p.structure.name, float(p.square[0])) for p in elastic.partners(model, exchange(model))]
    square = 4 * np.pi * ALPHA
    expected = [(LEPTON_MASS[n], s, square * g**2) for n in LEPTONS for s, g in (("vector", 0.6), ("axial", 0.8))]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other)
    assert dt.relic_target(model, kinetic="coupled").extra["kinetic_ratio"][0] == pytest.approx(1, abs=0.02)
    left = type("Left", (type(dt.model("axial", mass=0.1)),), {"neutrino_widths": lambda _: {"nu_e": neutrino_width}})
    axial = left(mass=0.1)
    (nu,) = (p for p in elastic.partners(axial, exchange(axial)) if p.degrees == 2)
    assert nu.structure == VECTOR
    assert float(nu.square[0]) == pytest.approx(1.0)


@pytest.mark.parametrize("dm", ["dirac", "majorana"])
def test_relic_density_against_an_independent_solution(dm: str) -> None:
    """Cross sections written out, plain quadrature, scipy: 10 MeV, 0.2 GeV, just above the tau."""
    make = {"dirac": boltzmann.dirac_axial, "majorana": boltzmann.majorana}[dm]
    masses = np.array([0.01, 0.2, 1.8])
    curve = dt.relic_target(dt.model("axial", mass=3 * masses, dm=dm), kinetic="equilibrium")
    for m, eps in zip(masses, curve.coupling, strict=True):
        assert boltzmann.omega(make(m), 3 * m, 0.1, eps, axial=True) == pytest.approx(0.12, rel=0.01)


def test_annihilation_at_rest_is_that_of_helicity_suppressed_pairs() -> None:
    """sigma v = g_D^2 e^2 sum of m_l^2 beta_l/(2 pi M^4) of Majorana pairs; f_eff of the taus that dominate it."""
    model = dt.model("axial", mass=[0.03, 0.6, 5.7], dm="majorana", alpha_D=0.1)
    found = annihilation_at_rest(model)[:, 0] / COUPLINGS[0] ** 2
    for m, M, value in zip(model.dark_mass, model.mass, found, strict=True):
        leptons = sum(
            mass**2 * np.sqrt(max(1 - (mass / m) ** 2, 0)) for mass in (LEPTON_MASS[name] for name in LEPTONS)
        )
        assert value == pytest.approx((4 * np.pi) ** 2 * 0.1 * ALPHA * leptons / (2 * np.pi * M**4), rel=1e-3)
    share = dt.constraint("cmb", model).extra["f_eff"]
    assert share[2] == pytest.approx(float(of_particle("tau", model.dark_mass[2:])[0]), rel=0.02)


#: Share of annihilations in the part of spin 0 at x = 20, R = 3, dark matter 1 % heavier than muon and tau
THRESHOLD = {MUON_MASS: 0.342, TAU_MASS: 0.214}


@pytest.mark.parametrize("lepton", THRESHOLD)
def test_the_longitudinal_part_matters_at_a_threshold(lepton: float) -> None:
    """Against both cross sections written out and a trapezoid over s."""
    m, alpha = 1.01 * lepton, 0.1
    M, T = 3 * m, m / 20
    through = exchange(dt.model("axial", mass=M / GeV, dm="majorana", alpha_D=alpha))
    without = replace(through, pairs=tuple(replace(pair, divergence=None) for pair in through.pairs))
    both, one = (
        average.reaction_densities(t, np.full(1, 1e-6), np.full((1, 1), T))[0][0, 0, 0] for t in (through, without)
    )
    s = 4 * m**2 * (1 + np.geomspace(1e-10, 20, 400_001))
    width = alpha * np.sqrt(s) / 6 * (1 - 4 * m**2 / s) ** 1.5
    squares = [LEPTON_MASS[name] ** 2 for name in LEPTONS]
    beta = [np.sqrt(np.maximum(1 - 4 * square / s, 0)) for square in squares]
    transverse = (s - 4 * m**2) * s / (6 * np.pi) * sum(b**3 for b in beta) / ((s - M**2) ** 2 + s * width**2)
    longitudinal = 2 * m**2 * sum(q * b for q, b in zip(squares, beta, strict=True)) / (np.pi * M**4)
    falling = np.sqrt(s - 4 * m**2) * k1(np.sqrt(s) / T)
    first, second = (np.trapezoid(v * falling, s) for v in (transverse, longitudinal))
    assert 1 - one / both == pytest.approx(second / (first + second), rel=1e-3)
    assert 1 - one / both == pytest.approx(THRESHOLD[lepton], abs=1e-3)


def test_the_longitudinal_mode_radiated_by_light_electrons() -> None:
    """e+ e- -> gamma X of an axial vector from explicit traces with the mass of the electron, at 100 MeV."""
    lab = Collider(100 * MeV, top=80 * MeV, cosine=0.6, radius=1.0, threshold=1.0)
    x, w = np.polynomial.legendre.leggauss(16)
    for mass in (0.3 * MeV, 1.0 * MeV, 10 * MeV):
        mean = np.array([_radiated(lab.root_s, mass, float(0.6 * c)) for c in x])
        flux = (4 * np.pi * ALPHA) ** 2 * (1 - mass**2 / lab.root_s**2) / (32 * np.pi * lab.root_s**2)
        rate = float(lab.rate(np.array([mass]), AXIAL)[0])
        assert rate == pytest.approx(flux * 0.6 * float(mean @ w), rel=1e-3)
    longitudinal = lab.rate(np.array([0.3 * MeV]), AXIAL) / lab.rate(np.array([0.3 * MeV]), VECTOR)
    assert longitudinal[0] > 2


def _radiated(root: float, mass: float, cosine: float) -> float:
    """Spin-averaged |M|^2 of e+ e- -> gamma X at unit couplings, axial vertex in unitary gauge."""
    E, me = root / 2, ELECTRON_MASS
    p, size = np.sqrt(E**2 - me**2), (root**2 - mass**2) / (2 * root)
    one, two = np.array([E, 0, 0, p]), np.array([E, 0, 0, -p])
    photon = size * np.array([1, np.sqrt(1 - cosine**2), 0, cosine])
    X = one + two - photon
    first, second = one - photon, photon - two
    below = [float((q * q * METRIC).sum()) - me**2 for q in (first, second)]
    total = 0.0
    vertices = [*((-METRIC[a], GAMMA[a] @ GAMMA5) for a in range(4)), (mass**-2.0, slash(X) @ GAMMA5)]
    for weight, vertex in vertices:
        for nu in range(4):
            M = vertex @ (slash(first) + me * ONE) @ GAMMA[nu] / below[0]
            M = M + GAMMA[nu] @ (slash(second) + me * ONE) @ vertex / below[1]
            bar = GAMMA[0] @ M.conj().T @ GAMMA[0]
            square = np.trace((slash(two) - me * ONE) @ M @ (slash(one) + me * ONE) @ bar).real
            total += -METRIC[nu] * weight * float(square)
    return total / 4


def test_babar_adds_the_forms_of_a_coupling() -> None:
    """g_V = g_A = g/2 (left-handed) is as good as g/sqrt(2)."""
    left = chiral((1.0, 0.0), (0.5, -0.5), mass=0.3)
    plain = dt.constraint("babar-2017", dt.model("dark-photon", mass=0.3)).coupling[0]
    assert dt.constraint("babar-2017", left).coupling[0] == pytest.approx(np.sqrt(2) * plain, rel=1e-3)


def test_searches_for_kinetic_mixing_refuse_a_mixture() -> None:
    for name in ("lep", "na62", "charm", "electroweak"):
        with pytest.raises(PhysicsError, match=f"{name} cannot be recomputed for chiral: .* axial has no photon_like"):
            dt.constraint(name, chiral((1.0, 0.0), (0.5, -0.5), mass=0.08))


def test_mediators_without_electrons_are_refused() -> None:
    for name in ("babar-2017", "lep", "na62"):
        with pytest.raises(PhysicsError, match=f"{name} says nothing about chiral: .* does not couple to electrons"):
            dt.constraint(name, chiral((1.0, 0.0), (0.0, 0.0), mass=0.08))


def test_a_lepton_channel_without_a_divergence_is_refused() -> None:
    """An axial structure whose divergence is not given, and a model that writes its channels without."""
    bare = type(
        "Bare", (type(dt.model("axial", mass=0.1)),), {"structure": replace(AXIAL, name="toy", lepton_current=None)}
    )
    with pytest.raises(PhysicsError, match=r"relic density of axial is refused: .* toy has no conserved_current"):
        dt.relic_target(bare(mass=0.1))
    with pytest.raises(PhysicsError, match="toy has no lepton_current"):
        struck(bare(mass=0.1), np.array([10.0]), (1.0, 5.0))


def test_strong_axial_couplings_are_flagged() -> None:
    """m > sqrt(pi/2) M/g_A, arXiv:1510.02110: alpha_D > M^2/(8 m^2), 9/8 for a ratio of 3."""
    for dm in ("dirac", "majorana"):
        weak, strong = (dt.model("axial", mass=0.3, dm=dm, alpha_D=a) for a in (1.12, 1.13))
        assert "unitarity" not in weak.flags
        assert "unitarity" in strong.flags
    assert "1510.02110" in " ".join(dt.relic_target(strong).method)
    assert "unitarity" not in dt.model("dark-photon", mass=0.3, alpha_D=3.0).flags


def test_an_axial_electron_needs_no_divergence_of_other_leptons(tmp_path: Path) -> None:
    """Leptons without an axial coupling have no part of spin 0: the relic density is that of the same couplings."""
    text = """
title = "axial"
mediator = { symbol = "X", spin = 1 }
coupling = { unit = "1" }
leptons = { electron = { right = 1 }, muon = { right = 1 }TAU }
[dark.states.chi]
kind = "dirac"
[[dark.currents]]
states = ["chi", "chi"]
axial = 1.0
"""
    found = []
    for tau in ("", ", tau = 1.0", ", tau = { right = 1 }"):  # whose pair is closed at this mass
        path = tmp_path / "own.toml"
        path.write_text(text.replace("TAU", tau))
        model = dt.model(path, mass=0.03)
        found.append([dt.relic_target(model).coupling[0], dt.constraint("cmb", model).coupling[0]])
    assert np.isfinite(found[0][0])
    np.testing.assert_allclose(found[0], found[2], rtol=1e-9)
    np.testing.assert_allclose(found[1], found[2], rtol=1e-9)
