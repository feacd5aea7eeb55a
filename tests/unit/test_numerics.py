"""Quadrature, Chebyshev, interpolation, intervals and roots: exact cases, and laws over their whole input."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import darktarget
from darktarget.numerics import chebyshev
from darktarget.numerics.arrays import Array
from darktarget.numerics.interpolation import cells, log_between, log_linear, semilog
from darktarget.numerics.intervals import positive
from darktarget.numerics.quadrature import gauss, gauss_log, gauss_on, gauss_panels
from darktarget.numerics.roots import Index, boundary, jointly, root, secants

SOURCES = [*Path(darktarget.__file__).parent.rglob("*.py")]
unit = st.floats(0.01, 0.99)


@pytest.mark.parametrize("pattern", [r"leggauss", r"\bbrentq\b|root_scalar", r"chebval|arccos\(np\.clip\(2"])
def test_rules_have_one_place(pattern: str) -> None:
    places = [p.name for p in SOURCES if re.search(pattern, p.read_text()) and p.parent.name != "numerics"]
    assert places == []


@given(low=st.floats(-5, 5), span=st.floats(0.1, 20), power=st.integers(0, 9))
def test_gauss_is_exact_for_polynomials(low: float, span: float, power: int) -> None:
    x, w = gauss_on(low, low + span, 5)
    exact = ((low + span) ** (power + 1) - low ** (power + 1)) / (power + 1)
    assert (w * x**power).sum() == pytest.approx(exact, rel=1e-10, abs=1e-10 * (abs(low) + span) ** (power + 1))


def test_gauss_broadcasts_and_its_nodes_are_shared() -> None:
    low, high = np.zeros((3, 1)), np.arange(1.0, 5.0)
    x, w = gauss_on(low, high, 4)
    assert x.shape == w.shape == (3, 4, 4)
    np.testing.assert_allclose(w.sum(axis=-1), np.broadcast_to(high, (3, 4)))
    with pytest.raises(ValueError, match="read-only"):
        gauss(4)[0][0] = 1.0


@given(decades=st.floats(0.1, 8), power=st.floats(-2, 2))
def test_logarithmic_rule_integrates_powers(decades: float, power: float) -> None:
    x, w = gauss_log(1.0, 10.0**decades, 48)
    exact = (
        decades * np.log(10) if abs(power + 1) < 1e-6 else np.expm1((power + 1) * decades * np.log(10)) / (power + 1)
    )
    assert (w * x**power).sum() == pytest.approx(exact, rel=1e-5 if abs(power + 1) < 1e-6 else 1e-9)


def test_panels_resolve_a_kink() -> None:
    x, w = gauss_panels(np.array([[0.0, 0.3, 1.0], [0.0, 0.5, 2.0]]), 3)
    assert x.shape == (2, 6)
    assert (w[0] * np.abs(x[0] - 0.3)).sum() == pytest.approx((0.3**2 + 0.7**2) / 2)


@given(z=unit, n=st.integers(10, 40))
def test_chebyshev_routes_agree(z: float, n: int) -> None:
    at, values = np.array([z]), np.exp(2 * chebyshev.nodes(n))
    by_matrix = chebyshev.matrix(n, at) @ values
    np.testing.assert_allclose(chebyshev.clenshaw(chebyshev.coefficients(values), at), by_matrix, rtol=1e-12)
    np.testing.assert_allclose(chebyshev.interpolate(values, at)[0], by_matrix, rtol=1e-12)
    np.testing.assert_allclose(by_matrix, np.exp(2 * z), rtol=1e-8)


@given(at=st.floats(-3, 8), nodes=st.lists(st.floats(0.1, 2), min_size=2, max_size=8))
def test_cells_lie_on_the_line(at: float, nodes: list[float]) -> None:
    grid = np.cumsum(nodes)
    i, w = cells(grid, np.array([at]))
    assert 0 <= i[0] <= grid.size - 2
    assert grid[i[0]] * (1 - w[0]) + grid[i[0] + 1] * w[0] == pytest.approx(at, abs=1e-9)


@given(power=st.floats(-6, 6), at=st.floats(0.05, 50))
def test_log_linear_is_exact_for_powers(power: float, at: float) -> None:
    grid = np.array([0.1, 1.0, 3.0, 10.0])
    rows = np.stack([grid**power, 2 * grid])
    np.testing.assert_allclose(log_linear(grid, rows, np.array([at]))[:, 0], [at**power, 2 * at], rtol=1e-12)


def test_beyond_the_grid() -> None:
    grid, values, at = np.array([1.0, 10.0]), np.array([1.0, 100.0]), np.array([0.1, 100.0])
    np.testing.assert_allclose(log_linear(grid, values, at), [1e-2, 1e4])
    np.testing.assert_allclose(log_linear(grid, values, at, outside="hold"), [1.0, 100.0])
    assert np.isnan(log_linear(grid, values, at, outside="nan")).all()
    np.testing.assert_allclose(semilog(grid, values, at), [1.0, 100.0])


def test_next_to_a_zero_the_value_drops() -> None:
    low, high, weight = np.array([0.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.5, 0.0])
    found = log_between(low, high, weight)
    assert (found < 1e-140).all()
    assert found[2:].tolist() == [0.0, 0.0]


@given(edges=st.lists(st.floats(0.02, 0.3), min_size=1, max_size=6), starts=st.booleans())
def test_intervals_return_their_edges(edges: list[float], starts: bool) -> None:
    """A quantity with given zeros, alternating in sign: edges to the accuracy of a fine grid, flags at its ends."""
    zeros = np.cumsum(edges)
    u = np.linspace(0, zeros[-1] + 0.05, 4001)
    sign = 1.0 if starts else -1.0
    excess = sign * np.prod([z - u for z in zeros], axis=0)
    (found,) = positive(np.exp(u), excess[None])
    expected = [0.0] * starts + zeros.tolist()
    expected += [u[-1]] if len(expected) % 2 else []
    flat = np.log([x for i in found for x in (i.lower, i.upper)])
    np.testing.assert_allclose(flat, expected, atol=2e-3)
    assert [i.from_start for i in found] == [starts and k == 0 for k in range(len(found))]
    assert [i.to_end for i in found] == [
        (len(zeros) + starts) % 2 == 1 and k == len(found) - 1 for k in range(len(found))
    ]


def test_no_interval() -> None:
    assert positive(np.array([1.0, 2.0]), np.array([[-1.0, -1.0], [1.0, 1.0]])) == [[], [(1.0, 2.0, True, True)]]


@given(zero=st.floats(-50, 50), left=st.floats(0.01, 100), right=st.floats(0.01, 100), steep=st.floats(-20, 20))
def test_root_of_any_monotone_function(zero: float, left: float, right: float, steep: float) -> None:
    """Straight, nearly flat and nearly a step, rising and falling, from any bracket."""

    def function(x: Array, _: object) -> Array:
        return np.asarray(np.sign(steep or 1.0) * np.expm1(np.clip(np.exp(abs(steep) / 2 - 5) * (x - zero), -600, 600)))

    found = root(function, np.array([zero - left]), np.array([zero + right]), tolerance=1e-12, flat=0.0)
    assert found[0] == pytest.approx(zero, abs=3e-12 * max(abs(zero), 1.0))


def test_roots_are_independent_and_keep_to_their_brackets() -> None:
    goal, calls = np.array([0.0, 1.0, 2.0, 30.0, -1.0]), []

    def cube(x: Array, which: Index) -> Array:
        calls.append(which.size)
        return np.asarray(x**3 - goal[which])

    found = root(cube, np.zeros(5), np.full(5, 3.0))
    np.testing.assert_allclose(found[:3], np.cbrt(goal[:3]), atol=1e-12)
    assert found[0] == 0.0
    assert np.isnan(found[3:]).all()
    assert calls[2] == 2  # only the open ones are evaluated
    assert len(calls) < 20


def test_a_jump_is_found() -> None:
    found = root(lambda x, _: np.where(x < 0.3, 1.0, -1e-3), np.zeros(1), np.ones(1))
    assert found[0] == pytest.approx(0.3, abs=1e-12)


def test_joint_evaluation_keeps_found_points() -> None:
    seen = []

    def both(x: Array) -> Array:
        seen.append(x.copy())
        return np.asarray(x - np.array([0.5, 0.123]) - 0.01 * (x - 0.123) ** 3)

    found = root(jointly(both, np.ones(2)), np.zeros(2), np.ones(2))
    np.testing.assert_allclose(both(found), 0.0, atol=1e-12)
    assert all(x.shape == (2,) for x in seen)


@given(end=st.integers(0, 10_000), top=st.integers(1, 10_000))
def test_boundary_of_whole_numbers(end: int, top: int) -> None:
    inside, outside = boundary(lambda n: np.asarray(n <= end), 0, end + top, 1.0, whole=True)
    assert (float(inside), float(outside)) == (end, end + 1)


def test_boundary_of_many_from_either_side() -> None:
    edge = np.array([0.2, 0.7])
    up = boundary(lambda x: x < edge, np.zeros(2), np.ones(2), 1e-9)
    down = boundary(lambda x: x > edge, np.ones(2), np.zeros(2), 1e-9)
    np.testing.assert_allclose([*up, *down], [edge] * 4, atol=1e-9)


@given(a=st.floats(1.5, 5))
def test_secants_without_a_bracket(a: float) -> None:
    x, value = secants(
        lambda x: -a * x + np.cos(x) - 9, np.zeros(1), -1.0, (-8.0, -0.1), tolerance=1e-10, iterations=60
    )
    assert abs(value[0]) < 1e-10
    assert x[0] == pytest.approx((np.cos(x[0]) - 9) / a, abs=1e-9)


def test_what_is_no_number_stays_none() -> None:
    """A limit that is nan between two numbers must not become a coupling of 0."""
    grid = np.array([1.0, 10.0, 100.0])
    found = log_linear(grid, np.array([1.0, np.nan, 3.0]), np.array([1.0, 5.0, 50.0]))
    assert np.isnan(found[1:]).all()
