"""Decay amplitudes against explicit gamma matrices, three-body widths and samplers against Dalitz integrals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from darktarget.core import Array
from darktarget.decays import currents, kinematics
from darktarget.decays.currents import Current, emission_width, pair_width
from darktarget.decays.three_body import ThreeBody
from darktarget.decays.two_body import TwoBody, scalar_to_dirac, vector_to_dirac
from darktarget.errors import InputError
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, MUON_MASS, PION_MASS, GeV
from tests.trace import GAMMA, GAMMA5, METRIC

Matrices = npt.NDArray[np.complex128]
ONE = np.eye(4, dtype=complex)
VERTICES = {
    currents.VECTOR_FERMIONS: [GAMMA[m] for m in range(4)],
    currents.AXIAL_FERMIONS: [GAMMA[m] @ GAMMA5 for m in range(4)],
    currents.SCALAR_FERMIONS: [ONE],
    currents.PSEUDOSCALAR_FERMIONS: [1j * GAMMA5],
}


def slash(p: Array) -> Matrices:
    """p_mu gamma^mu of momenta [..., 4]."""
    return np.asarray(np.einsum("...m,m,mij->...ij", p, METRIC, np.array(GAMMA)))


def bar(matrix: Matrices) -> Matrices:
    return np.asarray(GAMMA[0] @ np.conj(np.swapaxes(matrix, -1, -2)) @ GAMMA[0])


def tensor(first: Matrices, second: Matrices, vertices: list[Matrices]) -> Matrices:
    """Tr[first V_m second Vbar_n], [..., m, n]."""
    v, w = np.array(vertices), np.array([bar(x) for x in vertices])
    return np.asarray(np.einsum("...ab,mbc,...cd,nda->...mn", first, v, second, w))


def contracted(current: Current, tensor_: Matrices, q: Array, s: float) -> float:
    """Sum over the polarisations of the mediator: -g + q q/s, or nothing for spin 0."""
    if current.spin == 0:
        return float(tensor_[0, 0].real)
    lower = q * METRIC
    return float((np.einsum("mn,mn->", tensor_, -np.diag(METRIC) + np.outer(lower, lower) / s)).real)


@pytest.mark.parametrize("current", VERTICES, ids=lambda c: c.name)
@pytest.mark.parametrize("masses", [(1.0, 0.1, 0.1), (1.0, 0.1, 0.6), (0.3, 0.01, 0.2), (2.0, 1.1, 0.0)])
def test_pair_amplitude_is_the_trace(current: Current, masses: tuple[float, float, float]) -> None:
    mass, a, b = masses
    decay = TwoBody(*(np.array([m]) for m in masses))
    p, k = decay.sample(np.array([[0.3, 0.8]]))[0]
    both = tensor(slash(p) + a * ONE, slash(k) - b * ONE, VERTICES[current])
    traced = contracted(current, both, p + k, mass**2)
    assert float(current.squared(mass**2, a, b)) == pytest.approx(traced, rel=1e-10)


@pytest.mark.parametrize("current", VERTICES, ids=lambda c: c.name)
@pytest.mark.parametrize("masses", [(0.6, 0.1, 0.3), (0.14, 0.1, 0.01), (1.0, 0.0, 0.2)])
def test_emission_amplitude_is_the_trace(current: Current, masses: tuple[float, float, float]) -> None:
    heavy, light, root = masses
    p, q = TwoBody(*(np.array([m]) for m in (heavy, light, root))).sample(np.array([[0.7, 0.1]]))[0]
    both = tensor(slash(p) + light * ONE, slash(p + q) + heavy * ONE, VERTICES[current])
    traced = contracted(current, both, q, root**2)
    assert abs(float(current.squared(root**2, light, heavy))) == pytest.approx(traced, rel=1e-9)
    # one transverse polarisation, across the momentum of the mediator
    axis = q[1:] / np.linalg.norm(q[1:])
    across = np.cross(axis, [0.0, 0.0, 1.0])
    eps = np.concatenate([[0.0], across / np.linalg.norm(across)]) * METRIC
    if current.spin:
        one = float(np.einsum("mn,m,n->", both, eps, eps).real)
        assert abs(float(current.transverse(root**2, light, heavy))) == pytest.approx(one, rel=1e-9)


def test_scalar_amplitudes() -> None:
    mass, a, b = 1.0, 0.2, 0.5
    p, k = TwoBody(*(np.array([m]) for m in (mass, a, b))).sample(np.array([[0.3, 0.8]]))[0]
    v, q = (p - k) * METRIC, p + k
    polarisations = -np.diag(METRIC) + np.outer(q, q) / mass**2
    expected = float(v @ polarisations @ v)
    assert float(currents.VECTOR_SCALARS.squared(mass**2, a, b)) == pytest.approx(expected, rel=1e-12)
    assert float(currents.SCALAR_SCALARS.squared(mass**2, a, b)) == 1.0


def levi_civita() -> Array:
    out = np.zeros((4,) * 4)
    for permutation in np.ndindex(4, 4, 4, 4):
        if len(set(permutation)) == 4:
            matrix = np.zeros((4, 4))
            matrix[range(4), permutation] = 1
            out[permutation] = np.linalg.det(matrix)
    return out


def test_vector_pair_through_the_dual_field_strength() -> None:
    """phi V Vtilde has two equal contractions of 2 epsilon(dV, dV): M = 4 eps(k1 e1 k2 e2)."""
    mass, m = 1.0, 0.3
    p, k = TwoBody(*(np.array([x]) for x in (mass, m, m))).sample(np.array([[0.3, 0.8]]))[0]
    amplitude = 4 * np.einsum("mnrs,m,r->ns", levi_civita(), p * METRIC, k * METRIC)
    first, second = (-np.diag(METRIC) + np.outer(x * METRIC, x * METRIC) / m**2 for x in (p, k))
    traced = np.einsum("ns,tu,nt,su->", amplitude, amplitude, first, second)
    assert float(currents.PSEUDOSCALAR_VECTORS.squared(mass**2, m, m)) == pytest.approx(traced, rel=1e-10)
    # an axion-like particle, (g/4) a F Ftilde: g^2 M^3/(64 pi), massless
    g = 1e-3
    alpha = (g / 4) ** 2 / (4 * np.pi)
    width = pair_width(currents.PSEUDOSCALAR_VECTORS, np.array([1.0]), 0.0, 0.0, alpha)[0] / 2
    assert width == pytest.approx(g**2 / (64 * np.pi), rel=1e-12)


CLOSED_FORMS: list[tuple[Current, Callable[[Array, Array], Array]]] = [
    (currents.VECTOR_FERMIONS, lambda r, b: (1 + 2 * r**2) * b / 3),
    (currents.AXIAL_FERMIONS, lambda r, b: b**3 / 3),
    (currents.SCALAR_FERMIONS, lambda r, b: b**3 / 2),
    (currents.PSEUDOSCALAR_FERMIONS, lambda r, b: b / 2),
    (currents.VECTOR_SCALARS, lambda r, b: b**3 / 12),
    (currents.SCALAR_SCALARS, lambda r, b: b / 4),
    (currents.PSEUDOSCALAR_VECTORS, lambda r, b: 2 * b**3),
]


@pytest.mark.parametrize(("current", "form"), CLOSED_FORMS, ids=lambda x: getattr(x, "name", ""))
def test_equal_masses_give_the_closed_forms(current: Current, form: Callable[[Array, Array], Array]) -> None:
    r = np.array([0.0, 0.1, 1 / 3, 0.4999])
    width = pair_width(current, np.ones(4), r, r, 0.1)
    np.testing.assert_allclose(width, 0.1 * form(r, np.sqrt(1 - 4 * r**2)), rtol=1e-12)
    assert np.all(pair_width(current, np.ones(3), np.array([0.5, 0.6, 10.0]), np.array([0.5, 0.6, 0.0]), 0.1) == 0.0)
    just = pair_width(current, np.ones(1), 0.5 - 1e-12, 0.5 - 1e-12, 0.1)[0]
    assert 0 < just < 1e-5


def three_body(
    current: Current,
    masses: tuple[float, float, float],
    visible: Callable[[Array], Array],
    lepton: float | None,
    alpha: float = 0.1,
) -> ThreeBody:
    """chi2 -> chi1 X* of masses (chi2, chi1, X), X of no width, with a pair of leptons or hadrons."""
    strength, heavy, light, mediator = (np.array([x]) for x in (alpha, *masses))
    threshold = 2 * (PION_MASS if lepton is None else lepton)
    return ThreeBody(current, strength, heavy, light, mediator, (), visible, threshold, lepton)


def iDM(
    delta: float, mediator: float = 0.3, ratio: float = 3.0, lepton: float = ELECTRON_MASS
) -> tuple[float, ThreeBody]:
    """K of physics: the width over 4 eps^2 alpha alpha_D Delta^5/(15 pi m^4), and the decay."""
    light = mediator / ratio
    heavy = light * (1 + delta)

    def visible(root: Array) -> Array:
        return vector_to_dirac(root, lepton, ALPHA)

    decay = three_body(currents.VECTOR_FERMIONS, (heavy, light, mediator), visible, lepton)
    leading = 4 * ALPHA * 0.1 * (heavy - light) ** 5 / (15 * np.pi * mediator**4)
    return float(decay.at(decay.parent[:, None])[0, 0] / leading), decay


def contact(delta: float) -> float:
    """Closed form of K for an infinitely heavy mediator and massless leptons."""
    r = 1 / (1 + delta)
    x = r**2
    f = 1 - 8 * x + 8 * x**3 - x**4 - 12 * x**2 * np.log(x)
    g = 1 + 9 * x - 9 * x**2 - x**3 + 6 * x * (1 + x) * np.log(x)
    return float(5 / 32 * (f - 2 * r * g) / (1 - r) ** 5)


@pytest.mark.parametrize(("delta", "value"), [(0.1, 0.8706), (0.4, 0.6372), (0.6, 0.5484)])
def test_contact_limit(delta: float, value: float) -> None:
    """Numerical K for a mediator 1e8 times heavier, leptons of no mass, against the closed form to 1e-9."""
    light = 1.0
    heavy, mediator, lepton = light * (1 + delta), 1e6, 1e-9
    masses = (heavy, light, mediator)
    decay = three_body(currents.VECTOR_FERMIONS, masses, lambda root: vector_to_dirac(root, lepton, ALPHA), lepton)
    leading = 4 * ALPHA * 0.1 * (heavy - light) ** 5 / (15 * np.pi * mediator**4)
    k = decay.at(decay.parent[:, None])[0, 0] / leading
    assert k == pytest.approx(contact(delta), rel=1e-9)
    assert contact(delta) == pytest.approx(value, abs=5e-5)


def test_full_masses() -> None:
    assert iDM(0.4, 0.1)[0] == pytest.approx(0.6301, rel=1e-3)
    assert iDM(0.4, 0.3)[0] == pytest.approx(0.6422, rel=1e-3)
    for mediator in (0.2001, 0.3, 0.5, 0.7, 1.0):  # S004: 0.640 +- 0.004 above 0.2 GeV
        assert iDM(0.4, mediator)[0] == pytest.approx(0.640, abs=0.004)


def test_small_splitting_and_threshold() -> None:
    assert contact(0.01) == pytest.approx(1.0, abs=0.02)
    below, above = (2 * ELECTRON_MASS * x / 0.1 for x in (1 - 1e-12, 1.001))
    assert iDM(below, 0.3)[0] == 0.0
    assert 0 < iDM(above, 0.3)[0] < 1e-6


@pytest.mark.parametrize(("delta", "mean"), [(0.1, 0.088), (0.4, 0.257), (0.6, 0.325)])
def test_mean_energy_of_the_pair(delta: float, mean: float) -> None:
    """E_ee/E_chi2 in the lab: chi2 decays isotropically, so that the mean is that of E_ee/m2 at rest."""
    _, decay = iDM(delta)
    root, weight = decay.nodes(decay.parent - decay.child)
    density = decay.differential(root) * weight
    energy = (decay.parent**2 + root**2 - decay.child**2) / (2 * decay.parent)
    assert (density * energy).sum() / density.sum() / decay.parent[0] == pytest.approx(mean, rel=0.01)
    events = decay.sample(kinematics.uniforms(3, 0, 40_000, 5))
    lab = kinematics.boost(events, np.broadcast_to([50.0, 0, 0, np.sqrt(50.0**2 - decay.parent[0] ** 2)], (40_000, 4)))
    fraction = (lab[:, 1, 0] + lab[:, 2, 0]) / 50.0
    assert fraction.mean() == pytest.approx(mean, rel=0.01)


def dalitz(heavy: float, light: float, mediator: float, lepton: float, current: Current, nodes: int) -> float:
    """Width from traces over the Dalitz plane: no factorisation, no pair frame; unit couplings."""
    z, w = (np.polynomial.legendre.leggauss(nodes)[i] for i in (0, 1))
    place, slope = np.sin(np.pi * (z + 1) / 4) ** 2, np.pi / 4 * np.sin(np.pi * (z + 1) / 2)
    low, high = (light + lepton) ** 2, (heavy - lepton) ** 2  # mass^2 of chi1 l+
    total = 0.0
    for one, step in zip(place, slope * w, strict=True):
        m13 = low + (high - low) * one
        root = np.sqrt(m13)
        e2 = (heavy**2 - m13 - lepton**2) / (2 * root)  # l- in the frame of chi1 l+
        e3 = (m13 - light**2 + lepton**2) / (2 * root)  # l+
        p2, p3 = np.sqrt(max(e2**2 - lepton**2, 0)), np.sqrt(max(e3**2 - lepton**2, 0))
        smallest, largest = (e2 + e3) ** 2 - (p2 + p3) ** 2, (e2 + e3) ** 2 - (p2 - p3) ** 2
        s = smallest + (largest - smallest) * place
        cosine = ((e2 + e3) ** 2 - s - p2**2 - p3**2) / (2 * p2 * p3)
        sine = np.sqrt(np.maximum(1 - cosine**2, 0))
        zero = np.zeros(nodes)
        minus = np.stack([zero + e2, zero, zero, zero + p2], axis=1)
        plus = np.stack([zero + e3, p3 * sine, zero, p3 * cosine], axis=1)
        child = np.stack([zero + root - e3, -plus[:, 1], zero, -plus[:, 3]], axis=1)
        parent = child + plus + minus
        vertices = VERTICES[current]
        dark = tensor(slash(child) + light * ONE, slash(parent) + heavy * ONE, vertices)
        visible = tensor(slash(minus) + lepton * ONE, slash(plus) - lepton * ONE, vertices)
        metric = np.outer(METRIC, METRIC) if current.spin else np.ones((1, 1))
        squared = np.einsum("xmn,xmn,mn->x", dark, visible, metric).real / 2 / (s - mediator**2) ** 2
        total += step * (high - low) * float((squared * slope * w).sum() * (largest - smallest))
    return total / ((2 * np.pi) ** 3 * 32 * heavy**3)


@pytest.mark.parametrize(
    ("current", "visible"),
    [(currents.VECTOR_FERMIONS, vector_to_dirac), (currents.SCALAR_FERMIONS, scalar_to_dirac)],
    ids=("vector", "scalar"),
)
@pytest.mark.parametrize(
    ("heavy", "light", "mediator", "lepton"),
    [(0.14, 0.1, 0.3, ELECTRON_MASS), (1.0, 0.6, 1.8, MUON_MASS), (1.0, 0.3, 0.8, 0.3)],
)
def test_three_body_width_is_the_dalitz_integral_of_traces(
    current: Current, visible: Callable[..., Array], heavy: float, light: float, mediator: float, lepton: float
) -> None:
    unit = 1 / (4 * np.pi)
    decay = three_body(current, (heavy, light, mediator), lambda m: visible(m, lepton, unit), lepton, unit)
    traced = dalitz(heavy, light, mediator, lepton, current, 80)
    assert decay.at(decay.parent[:, None])[0, 0] == pytest.approx(traced, rel=1e-5)


@pytest.mark.parametrize("current", [currents.VECTOR_FERMIONS, currents.SCALAR_FERMIONS, currents.VECTOR_SCALARS])
def test_sampler_reproduces_the_matrix_element(current: Current) -> None:
    """Mass of the pair and angle in its frame: both marginals, within 4.5 standard deviations of the density."""
    lepton, heavy, light = MUON_MASS, 1.0, 0.55
    visible = vector_to_dirac if current.spin else scalar_to_dirac
    decay = three_body(current, (heavy, light, 1.6), lambda m: visible(m, lepton, ALPHA), lepton)
    number = 200_000
    child, first, second = np.moveaxis(decay.sample(kinematics.uniforms(7, 0, number, 5)), 1, 0)
    pair = first + second
    s = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(axis=1)
    for particle, mass in ((child, light), (first, lepton), (second, lepton)):
        squared = particle[:, 0] ** 2 - (particle[:, 1:] ** 2).sum(axis=1)
        np.testing.assert_allclose(squared, mass**2, atol=1e-10)
    np.testing.assert_allclose(child + pair, np.broadcast_to([heavy, 0, 0, 0], (number, 4)), atol=1e-12)
    edges = np.linspace(2 * lepton, heavy - light, 21)
    fine = np.linspace(edges[0], edges[-1], 4001)
    density = decay.differential(fine[None])[0] * 2 * fine
    below = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    expected = np.diff(np.interp(edges, fine, below / below[-1])) * number
    counts = np.histogram(np.sqrt(s), edges)[0]
    assert np.abs((counts - expected) / np.sqrt(expected + 1)).max() < 4.5
    # the angle of the lepton in the frame of the pair from invariants: child.(first - second)
    difference = first - second
    product = child[:, 0] * difference[:, 0] - (child[:, 1:] * difference[:, 1:]).sum(axis=1)
    root = np.sqrt(s)
    k, p = kinematics.momentum(root, lepton, lepton), kinematics.momentum(heavy, light, root) * heavy / root
    cosine = -product / (2 * k * p)
    speed = kinematics.kallen_root(root, lepton, lepton) / s
    a = currents.anisotropy(current, root, light, heavy, speed**2)
    second_moment = np.mean((1 / 3 + a / 5) / (1 + a / 3))
    assert np.mean(cosine**2) == pytest.approx(second_moment, abs=4.5 * 0.3 / np.sqrt(number))
    assert np.mean(cosine) == pytest.approx(0.0, abs=4.5 * 0.6 / np.sqrt(number))
    assert np.abs(cosine).max() <= 1 + 1e-9


def test_anisotropy_is_that_of_the_traces() -> None:
    """a from two angles of the full matrix element."""
    heavy, light, root, lepton = 1.0, 0.6, 0.33, MUON_MASS
    k, speed = np.sqrt(root**2 / 4 - lepton**2), np.sqrt(1 - 4 * lepton**2 / root**2)
    p = float(kinematics.momentum(heavy, light, root)) * heavy / root

    def at(cosine: float) -> float:
        sine = np.sqrt(1 - cosine**2)
        q = np.array([root, 0, 0, 0])
        first = np.array([root / 2, k * sine, 0, k * cosine])
        child = np.array([np.sqrt(light**2 + p**2), 0, 0, p])
        vertices = VERTICES[currents.VECTOR_FERMIONS]
        dark = tensor(slash(child) + light * ONE, slash(child + q) + heavy * ONE, vertices)
        pair = tensor(slash(first) + lepton * ONE, slash(q - first) - lepton * ONE, vertices)
        return float(np.einsum("mn,mn,m,n->", dark, pair, METRIC, METRIC).real)

    a = float(currents.anisotropy(currents.VECTOR_FERMIONS, np.array(root), light, heavy, np.array(speed) ** 2))
    assert at(1.0) / at(0.0) == pytest.approx(1 + a, rel=1e-9)
    assert at(-0.5) / at(0.0) == pytest.approx(1 + a / 4, rel=1e-9)


def test_hadrons_against_a_dense_sum() -> None:
    from darktarget.decays.r_ratio import hadronic_ratio, smooth_ratio

    def visible(root: Array) -> Array:
        return np.asarray(ALPHA * root / 3 * smooth_ratio(root))

    decay = three_body(currents.VECTOR_FERMIONS, (2.6, 1.2, 4.0), visible, None)
    fine = np.linspace(2 * PION_MASS, 1.4, 200_001)[1:]
    exact = ALPHA * fine / 3 * hadronic_ratio(fine**2, narrow=False)
    rough = decay.differential(fine[None])[0] / np.asarray(visible(fine)) * exact * 2 * fine
    assert decay.at(decay.parent[:, None])[0, 0] == pytest.approx(rough[:-1].sum() * (fine[1] - fine[0]), rel=1e-3)
    events = decay.sample(kinematics.uniforms(1, 0, 1000, 5))
    assert events.shape == (1000, 2, 4)
    mass = np.sqrt(events[:, 1, 0] ** 2 - (events[:, 1, 1:] ** 2).sum(axis=1))
    assert mass.min() >= 2 * PION_MASS * (1 - 1e-9)


def test_light_mediator_is_a_two_body_decay() -> None:
    """M < m2 - m1: the three-body channel is 0, chi2 -> chi1 X takes over, and near it the narrow width agrees."""
    closed = iDM(4.0, 0.1, 3.0)[1]
    assert closed.at(closed.parent[:, None])[0, 0] == 0.0
    # narrow-width limit of the factorisation: Gamma(chi2 -> chi1 X) Br
    root = np.array([[0.1]])
    emitted = emission_width(currents.VECTOR_FERMIONS, np.array([[0.3]]), 0.1, root, 0.1)
    assert emitted[0, 0] > 0
    assert emission_width(currents.VECTOR_FERMIONS, np.array([[0.2]]), 0.1, root, 0.1)[0, 0] == 0.0


def test_two_body_is_isotropic_and_conserves() -> None:
    decay = TwoBody(np.array([1.0]), np.array([0.2]), np.array([0.5]))
    first, second = np.moveaxis(decay.sample(kinematics.uniforms(5, 0, 50_000, 2)), 1, 0)
    np.testing.assert_allclose(first + second, np.broadcast_to([1.0, 0, 0, 0], first.shape), atol=1e-14)
    direction = first[:, 1:] / np.linalg.norm(first[:, 1:], axis=1)[:, None]
    np.testing.assert_allclose(direction.mean(axis=0), 0, atol=4.5 * 0.58 / np.sqrt(50_000))
    np.testing.assert_allclose(direction.T @ direction / 50_000, np.eye(3) / 3, atol=4.5 * 0.3 / np.sqrt(50_000))
    assert np.isnan(TwoBody(*(np.array([x]) for x in (1.0, 0.5, 0.5))).sample(np.zeros((1, 2)))).any()


def test_boost_keeps_masses_and_lengths() -> None:
    frame = np.array([[5.0, 1.0, 2.0, 3.0]])
    mass = np.sqrt(25.0 - 14.0)
    rest = np.array([[[mass, 0, 0, 0], [2.0, 0.3, 0.4, 0.5]]])
    moved = kinematics.boost(rest, frame)
    np.testing.assert_allclose(moved[0, 0], frame[0], rtol=1e-12)
    before, after = ((x[0, 1] ** 2 * METRIC).sum() for x in (rest, moved))
    assert after == pytest.approx(before)
    assert float(kinematics.decay_length(10.0, 2.0, 1e-15)) == pytest.approx(5 * HBARC_CM / 1e-15)
    assert kinematics.decay_length(10.0, 2.0, 0.0) == np.inf


def test_random_numbers_do_not_depend_on_the_split() -> None:
    whole = kinematics.uniforms(11, 0, 100, 5)
    parts = np.concatenate([kinematics.uniforms(11, start, 25, 5) for start in (0, 25, 50, 75)])
    assert (whole == parts).all()
    assert not (whole == kinematics.uniforms(12, 0, 100, 5)).any()
    with pytest.raises(InputError, match="seed"):
        kinematics.uniforms(-1, 0, 1, 1)
    with pytest.raises(InputError, match="number"):
        kinematics.uniforms(1, 0, 1.5, 1)  # type: ignore[arg-type]


def test_widths_scale_with_the_unit() -> None:
    assert GeV > 0
    one, _ = iDM(0.4, 0.3)
    many, _ = iDM(0.4, 300.0, lepton=ELECTRON_MASS * 1000)
    assert one == pytest.approx(many, rel=1e-12)
