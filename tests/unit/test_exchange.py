"""Dark currents: against explicit matrices, against the decays that they cross to, and scattering on electrons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import AXIAL, Array, Model
from darktarget.decays.exchange import axion_current, convection, dipole_current
from darktarget.dump.scattering import struck
from darktarget.errors import PhysicsError
from darktarget.units import ALPHA, ELECTRON_MASS
from tests.trace import GAMMA, METRIC, Matrix

FIRST, SECOND = 0.10, 0.17
P, K = np.array([0.4, 0.1, -0.2, np.sqrt(0.16 - 0.05 - FIRST**2)]), np.array([0.5, -0.3, 0.1, 0.0])
OUT = np.append(np.sqrt(SECOND**2 + K[1:] @ K[1:]), K[1:])


def _square() -> float:
    q = OUT - P
    return float(-(q**2) @ METRIC)


def _conserved(one: float, two: float) -> Array:
    q = OUT - P
    whole = P + OUT + q * (SECOND**2 - FIRST**2) / _square()
    return one * (-np.diag(METRIC) - np.outer(q, q) / _square()) + two * np.outer(whole, whole)


def _slash(v: Array) -> Matrix:
    return np.asarray(np.einsum("m,mab->ab", v * METRIC, np.array(GAMMA)))


def _spin_half(vertex: list[Matrix]) -> Array:
    """1/2 Tr[(p'-slash + m') G^mu (p-slash + m) Gbar^nu]."""
    after, before = _slash(OUT) + SECOND * np.eye(4), _slash(P) + FIRST * np.eye(4)
    bar = [GAMMA[0] @ g.conj().T @ GAMMA[0] for g in vertex]
    return np.real([[np.trace(after @ vertex[m] @ before @ bar[n]) / 2 for n in range(4)] for m in range(4)])


@pytest.mark.parametrize("moment", ["magnetic", "electric"])
def test_dipole_against_explicit_matrices(moment: str) -> None:
    """Vertex (2/Lambda) i sigma^{mu nu} q_nu, with gamma5 for the electric moment, at 1/Lambda = 3."""
    q = (OUT - P) * METRIC
    five = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3] if moment == "electric" else np.eye(4)
    sigma = [sum((-q[n] / 2) * (GAMMA[m] @ GAMMA[n] - GAMMA[n] @ GAMMA[m]) for n in range(4)) for m in range(4)]
    light = FIRST if moment == "magnetic" else -FIRST
    one, two = dipole_current(np.array(_square()), light, SECOND, 3.0)
    np.testing.assert_allclose(
        _spin_half([6 * s @ five for s in sigma]), _conserved(float(one), float(two)), atol=1e-12
    )


def test_axion_against_the_antisymmetric_tensor() -> None:
    """g eps^{mu nu a b} q_nu p'_a, contracted with the sum over the polarisations of the vector."""
    tensor = np.zeros((4, 4, 4, 4))
    for order in np.ndindex(4, 4, 4, 4):
        if len(set(order)) == 4:
            tensor[order] = np.linalg.det(np.eye(4)[list(order)])
    q, out = (OUT - P) * METRIC, OUT * METRIC
    free = 2.0 * np.einsum("mnab,n,a->mb", tensor, q, out)
    found = -np.einsum("mb,nb,b->mn", free, free, METRIC)
    one, two = axion_current(np.array(_square()), FIRST, SECOND, 2.0)
    np.testing.assert_allclose(found, _conserved(float(one), float(two)), atol=1e-12)


def _models() -> list[Model]:
    every = [dt.model(name, mass=0.1) for name in dt.names("models")]
    kinds = [
        dt.model(name, mass=0.3, dm=dm)
        for name, kinds in (("dark-photon", ("majorana", "scalar")), ("scalar", ("majorana", "scalar", "vector")))
        for dm in kinds
    ]
    given = [dt.model("dipole-idm", mass=0.1, splitting=0.5, moment="electric"), dt.model("idm", mass=0.3, dm="scalar")]
    return [m for m in (*every, *kinds, *given) if m.exchanges()]


@pytest.mark.parametrize("model", _models(), ids=lambda m: m.name)
def test_exchanges_cross_to_the_widths(model: Model) -> None:
    """Gamma(X* -> pair) = S lambda^1/2/(16 pi (2J+1) s^3/2), S the spin sum (3 W_1 - W_2 K^2, or W_1) at Q^2 = -s."""
    dark = {tuple(d.removesuffix("bar") for d in c.daughters): c for c in model.decays_of(model.mediator)}
    for exchange in model.exchanges():
        names = (exchange.incoming, exchange.outgoing)
        channel = dark.get(names) or dark[names[::-1]]
        first, second = (float(m[0]) for m in exchange.masses)
        root = np.linspace(1.05, 6, 9) * (first + second)
        one, two = (w[0] for w in exchange.current(-(root**2)[None, :]))
        summed = one if model.structure.spin == 0 else 3 * one - two * convection(-(root**2), first, second)
        spins = model.state(exchange.incoming).degrees
        own = any(d.endswith("bar") for d in channel.daughters) or model.values.get("dm") == "scalar"
        distinct = own and model.name != "idm"
        fermions = SPIN[model.values.get("dm", model.name)]
        summed = summed * (spins // 2 if distinct else spins) * (-1 if fermions else 1)
        alike = 2 if channel.daughters[0] == channel.daughters[1] else 1
        opening = np.sqrt((root**2 - (first + second) ** 2) * (root**2 - (first - second) ** 2))
        width = summed * opening / (16 * np.pi * (2 * model.structure.spin + 1) * root**3) / alike
        np.testing.assert_allclose(channel.at(root[None, :])[0], width, rtol=1e-9)


#: Whether it is a fermion, by kind of dark matter or by model where that has no kinds
SPIN = {
    "dirac": True, "majorana": True, "scalar": False, "vector": False, "dipole-idm": True, "millicharge": True,
    "i2dm": True, "scalar-idm": True, "alp-dark-photon": False,
}  # fmt: skip


def test_models_with_dark_matter_scatter() -> None:
    found = {m.name for m in _models()}
    assert {"alp-dark-photon", "dipole-idm", "millicharge", "dark-photon", "idm", "i2dm", "scalar"} <= found


def test_dirac_particles_against_the_known_formula() -> None:
    """d sigma/dT of arXiv:1406.2698 Eq. (5) for a vector of any mass; the photon with alpha_D = alpha is its M = 0."""
    energy, kinetic, m, me = np.array([5.0, 40.0]), np.geomspace(1, 3, 200_001), 0.05, ELECTRON_MASS
    window = (float(kinetic[0] + me), float(kinetic[-1] + me))
    E = energy[:, None]
    bracket = 2 * me * E**2 - (2 * me * E - me * (kinetic + me) + m**2 + 2 * me**2) * kinetic
    models = [(dt.model("dark-photon", mass=M, mass_ratio=M / m, alpha_D=0.3), M, 0.3) for M in (0.15, 3.0)]
    for model, M, alpha in (*models, (dt.model("millicharge", mass=m), 0.0, ALPHA)):
        rate = 4 * np.pi * ALPHA * alpha * bracket / ((E**2 - m**2) * (M**2 + 2 * me * kinetic) ** 2)
        found = struck(model, energy, window)["chi"][0]
        np.testing.assert_allclose(found, np.trapezoid(rate, kinetic, axis=1), rtol=1e-7)


def test_scalars_against_a_sum_over_angles() -> None:
    """|M|^2 = g_D^2 e^2 (4 m^2 - t)(4 m_e^2 - t)/(t - M^2)^2 in the centre of mass."""
    E, m, M, a, me = 5.0, 0.05, 0.15, 0.1, ELECTRON_MASS
    s = m**2 + me**2 + 2 * E * me
    k2 = me**2 * (E**2 - m**2) / s
    t = -2 * k2 * (1 - np.linspace(-1, 1, 200_001))
    square = 16 * np.pi**2 * a * ALPHA * (4 * m**2 - t) * (4 * me**2 - t) / (t - M**2) ** 2
    kept = np.where(-t / (2 * me) + me > 1.0, square, 0)
    expected = np.trapezoid(kept, t) / (64 * np.pi * s * k2)
    model = dt.model("scalar", mass=M, dm="dirac", alpha_D=a)
    assert struck(model, np.array([E]), (1.0, np.inf))["chi"][0, 0] == pytest.approx(expected, rel=1e-3)


def test_pseudoscalars_against_a_sum_over_angles() -> None:
    """|M|^2 = g_D^2 e^2 t^2/(t - M^2)^2 in the centre of mass."""
    E, m, M, a, me = 5.0, 0.05, 0.15, 0.1, ELECTRON_MASS
    s = m**2 + me**2 + 2 * E * me
    k2 = me**2 * (E**2 - m**2) / s
    t = -2 * k2 * (1 - np.linspace(-1, 1, 200_001))
    square = np.where(-t / (2 * me) + me > 1.0, 16 * np.pi**2 * a * ALPHA * t**2 / (t - M**2) ** 2, 0)
    expected = np.trapezoid(square, t) / (64 * np.pi * s * k2)
    model = dt.model("pseudoscalar", mass=M, dm="dirac", alpha_D=a)
    assert struck(model, np.array([E]), (1.0, np.inf))["chi"][0, 0] == pytest.approx(expected, rel=1e-3)


def test_dipoles_scatter_as_neutrinos_with_a_moment() -> None:
    r"""Fast and light, :math:`d\sigma/dT = \alpha\mu^2(1/T-1/E)` with mu = 2/Lambda."""
    model, E = dt.model("dipole-idm", mass=1e-4, splitting=1e-6), 100.0
    low, high = 3.0, 24.0
    found = struck(model, np.array([E]), (low, high))
    for name in ("chi0", "chi1"):
        assert found[name][0, 0] == pytest.approx(4 * ALPHA * (np.log(high / low) - (high - low) / E), rel=1e-3)


@pytest.mark.parametrize(("name", "light", "heavy"), [("dipole-idm", "chi0", "chi1"), ("idm", "chi1", "chi2")])
def test_up_scattering_has_a_threshold(name: str, light: str, heavy: str) -> None:
    """chi e -> chi* e opens at s = (m* + m_e)^2; there is none on the way down."""
    model = dt.model(name, mass=0.1 if name == "dipole-idm" else 0.3, splitting=0.5)
    opens = ((0.15 + ELECTRON_MASS) ** 2 - 0.1**2 - ELECTRON_MASS**2) / (2 * ELECTRON_MASS)
    found = struck(model, opens * np.array([0.999, 1.02]), (ELECTRON_MASS, 1e3))
    assert found[light][0, 0] == 0.0
    assert found[light][0, 1] > 0.0
    assert (found[heavy] > 0).all()


def test_structures_without_scattering_are_refused() -> None:
    toy = replace(AXIAL, name="toy", electron_scattering=None)
    model = type("Toy", (type(dt.model("axial", mass=0.3)),), {"structure": toy})(mass=0.3)
    with pytest.raises(PhysicsError, match="scattering in axial: the Lorentz structure toy has no electron_scatt"):
        struck(model, np.array([10.0]), (1.0, 5.0))
    assert struck(dt.model("axial", mass=0.3, dm="none"), np.array([10.0]), (1.0, 5.0)) == {}
