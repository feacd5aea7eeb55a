"""The bremsstrahlung amplitude against explicit gamma matrices; nothing is imported from production."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

import darktarget as dt
from darktarget.core import Beam
from darktarget.matter.form_factors import elastic
from darktarget.matter.materials import material
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.units import ALPHA, ELECTRON_MASS, MUON_MASS, NUCLEON_UNIT
from tests import trace
from tests.covering import slow_if

LEAD = material("Pb").elements[0]
MN = LEAD.A * NUCLEON_UNIT
POINTS = [
    (100.0, ELECTRON_MASS, 0.1, 0.9, 2e-4),
    (100.0, ELECTRON_MASS, 0.01, 0.7, 5e-5),
    (100.0, ELECTRON_MASS, 1.0, 0.999, 3e-3),
    (160.0, MUON_MASS, 0.1, 0.4, 1e-3),
]


def _random_points() -> list[trace.Point]:
    mp.dps = 50
    generator = np.random.default_rng(7)
    points: list[trace.Point] = []
    while len(points) < 12:
        E, m, M, x, theta = POINTS[len(points) % len(POINTS)]
        t = mpf(10) ** mpf(generator.uniform(-7, -2))
        point = trace.phase_space(E, m, M, MN, x, theta * generator.uniform(0.2, 3), t, generator.uniform(0, 6))
        if point is not None:
            points.append(point)
    return points


def test_momenta_are_on_shell_and_the_nuclear_current_is_conserved() -> None:
    for point in _random_points():
        assert abs(trace.dot(point.q, point.J)) < 1e-40
        recoil = mp.sqrt(trace.dot(point.out, point.out))
        assert abs(recoil / mp.sqrt(trace.dot(point.p, point.p)) - 1) < 1e-25


def test_gauge_invariance() -> None:
    """Replacing the nuclear current by q gives nothing: without it the shift of the current would be wrong."""
    for point in _random_points():
        moved, m = trace.boosted(point, shift=True), float(mp.sqrt(trace.dot(point.p, point.p)))
        size = sum(
            abs(trace.squared(moved, m, [(1.0, trace.line(moved, m, trace.GAMMA[a], moved.q))])) for a in range(4)
        )
        one_diagram = trace.GAMMA[1] @ (trace.slash(trace.add(moved.p, moved.q)) + m * np.eye(4)) @ trace.slash(moved.q)
        scale = abs(trace.squared(moved, m, [(1.0, one_diagram / float(moved.s))]))
        assert size < 1e-10 * scale


def test_mediator_current_is_conserved() -> None:
    """k.V = 0, which is why polarisations may be summed with -g."""
    for point in _random_points():
        moved, m = trace.boosted(point, shift=True), float(mp.sqrt(trace.dot(point.p, point.p)))
        along_k = trace.squared(moved, m, [(1.0, trace.line(moved, m, trace.slash(moved.k), moved.J))])
        assert abs(along_k) < 1e-12 * trace.vector_squared(moved, m, moved.J) * float(moved.k[0]) ** 2


def test_shifted_current_gives_the_same_square() -> None:
    """The current shifted along q and the plain one agree where plain double precision still has digits."""
    mp.dps = 50
    for x in (0.3, 0.8):
        point = trace.phase_space(2.0, MUON_MASS, 0.5, MN, x, 0.1, mpf("0.3"), mpf("0.7"))
        assert point is not None
        shifted, plain = trace.boosted(point, shift=True), trace.boosted(point, shift=False)
        a, b = (
            trace.vector_squared(shifted, MUON_MASS, shifted.J),
            trace.vector_squared(plain, MUON_MASS, plain.J),
        )
        assert a == pytest.approx(b, rel=1e-6)
        assert a > 0


ELASTIC = BremsstrahlungOptions(form_factor="elastic")
MODELS = {"vector": "dark-photon", "axial": "axial", "scalar": "scalar", "pseudoscalar": "pseudoscalar"}
#: every kind at one point and for muons, where the mass of the lepton matters; the others are left to `make validate`
CASES = [
    slow_if(place != number and point[1] != MUON_MASS, *point, kind)
    for number, kind in enumerate(MODELS)
    for place, point in enumerate(POINTS)
]


@pytest.mark.acceptance("1.1", "2.1")
@pytest.mark.parametrize(("E", "m", "M", "x", "theta", "kind"), CASES)
def test_energy_and_angle_against_traces(E: float, m: float, M: float, x: float, theta: float, kind: str) -> None:
    def g2(t: float) -> float:
        return float(elastic(np.array([t]), LEAD)[0])

    expected = trace.energy_angle(E, m, M, MN, x, theta, g2, ALPHA, 40, kind)
    beam = Beam("electron" if m < 0.01 else "muon", E)
    found = dt.process("bremsstrahlung").energy_angle(  # type: ignore[attr-defined]
        dt.model(MODELS[kind], mass=M), beam, "Pb", np.array([x]), np.array([theta]), ELASTIC
    )
    assert found.value[0, 0] == pytest.approx(expected, rel=1e-3)
    assert found.relative_error[0, 0] < 1e-3


@pytest.mark.parametrize("kind", list(MODELS))
def test_gauge_invariance_of_every_mediator(kind: str) -> None:
    """q.J = 0 for each vertex, axial and pseudoscalar ones with their gamma5 included."""
    for point in _random_points()[:6]:
        moved, m = trace.boosted(point, shift=True), float(mp.sqrt(trace.dot(point.p, point.p)))
        gauge = abs(trace.mediator_squared(moved, m, kind, moved.q))
        t = -float(trace.dot(moved.q, moved.q))
        normal = abs(trace.mediator_squared(moved, m, kind, moved.J)) * t / abs(float(trace.dot(moved.J, moved.J)))
        assert gauge < 1e-6 * normal
