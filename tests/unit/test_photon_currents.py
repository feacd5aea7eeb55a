"""Dark currents of the photon: against explicit matrices, against the decays that they cross to, and scattering."""

from __future__ import annotations

import numpy as np
import pytest

import darktarget as dt
from darktarget.constraints._scattering import photon_scattering, vector_dirac
from darktarget.core import Array, Model
from darktarget.decays.photon_current import axion_current, charge_current, convection, dipole_current
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


def _currents() -> list[Model]:
    every = [dt.model(name, mass=0.1) for name in dt.names("models")]
    given = [dt.model("dipole-idm", mass=0.1, splitting=0.5, moment="electric"), dt.model("alp-dark-photon", mass=0.1)]
    return [m for m in (*every, *given) if m.photon_current(m.states()[0].name if m.states() else "", np.ones((1, 1)))]


@pytest.mark.parametrize("model", _currents(), ids=lambda m: m.name)
def test_currents_cross_to_the_widths(model: Model) -> None:
    """Gamma(gamma* -> pair) = S lambda^1/2/(48 pi s^3/2), S the spin sum 3 W_1 - W_2 K^2 at Q^2 = -s."""
    channel = model.decays_of(model.mediator)[0]
    first, second = (float(m[0]) for m in channel.masses)
    root = np.linspace(1.05, 6, 9) * (first + second)
    name = channel.daughters[0].removesuffix("bar")
    degrees = model.state(name).degrees
    fermions = any(d.endswith("bar") for d in channel.daughters)
    found = model.photon_current(name, -(root**2)[None, :])
    assert found is not None
    one, two = (w[0] for w in found)
    spins, sign = (degrees // 2, -1) if fermions else (degrees, 1)
    summed = sign * spins * (3 * one - two * convection(-(root**2), first, second))
    opening = np.sqrt((root**2 - (first + second) ** 2) * (root**2 - (first - second) ** 2))
    np.testing.assert_allclose(channel.at(root[None, :])[0], summed * opening / (48 * np.pi * root**3), rtol=1e-10)


def test_both_photon_models_and_their_law_are_found() -> None:
    assert {m.name for m in _currents()} == {"alp-dark-photon", "dipole-idm", "millicharge"}


def test_charges_scatter_as_through_a_massless_mediator() -> None:
    """The bracket of arXiv:1406.2698 at M = 0 with alpha_D = alpha is the millicharge's current."""
    model, energy, kinetic = dt.model("millicharge", mass=0.05), np.array([5.0, 40.0]), np.geomspace(1, 3, 200_001)
    ends = kinetic[[0, -1]] + ELECTRON_MASS
    found = photon_scattering(model, "chi", (model.mass, model.mass), energy, *ends)[0]
    bracket = vector_dirac(energy[:, None], kinetic, 0.05)
    rate = 4 * np.pi * ALPHA**2 * bracket / ((energy[:, None] ** 2 - 0.05**2) * (2 * ELECTRON_MASS * kinetic) ** 2)
    np.testing.assert_allclose(found, np.trapezoid(rate, kinetic, axis=1), rtol=1e-7)
    one, two = charge_current(np.array([2.0]), 1.0)
    assert (one[0], two[0]) == (2.0, 1.0)


def _masses(model: Model) -> tuple[Array, Array]:
    """Of chi0 and chi1."""
    return model.state("chi0").mass, model.state("chi1").mass


def test_dipoles_scatter_as_neutrinos_with_a_moment() -> None:
    r"""Fast and light, :math:`d\sigma/dT = \alpha\mu^2(1/T-1/E)` with mu = 2/Lambda."""
    model, E = dt.model("dipole-idm", mass=1e-4, splitting=1e-6), 100.0
    low, high = 3.0, 24.0
    found = photon_scattering(model, "chi0", _masses(model), np.array([E]), low, high)[0, 0]
    assert found == pytest.approx(4 * ALPHA * (np.log(high / low) - (high - low) / E), rel=1e-3)


def test_up_scattering_has_a_threshold() -> None:
    """chi0 e -> chi1 e opens at s = (m_1 + m_e)^2."""
    model = dt.model("dipole-idm", mass=0.1, splitting=0.5)
    opens = ((0.15 + ELECTRON_MASS) ** 2 - 0.1**2 - ELECTRON_MASS**2) / (2 * ELECTRON_MASS)
    energy = opens * np.array([0.999, 1.02])
    up = photon_scattering(model, "chi0", _masses(model), energy, ELECTRON_MASS, 1e3)[0]
    assert up[0] == 0.0
    assert up[1] > 0.0
    down = photon_scattering(model, "chi1", _masses(model)[::-1], energy, ELECTRON_MASS, 1e3)[0]
    assert (down > 0).all()
