"""The shower Monte Carlo: Geant4's numbers, its ledger, reproducibility, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darktarget.errors import InputError, UnknownName
from darktarget.matter.layers import Stack, StackLayer, homogeneous, na64_ecal, repeated
from darktarget.matter.materials import MATERIALS
from darktarget.shower.simulate import SPECIES, Shower, Start, simulate
from darktarget.units import ELECTRON_MASS

LEAD = homogeneous("Pb", 40)


def above(run: Shower, species: str, energy: float) -> tuple[float, float]:
    """Track length above an energy with its error, over all materials of one-material stacks."""
    s = SPECIES.index(species)
    log_edges = np.log(run.energy_edges[:-1])
    at = [np.interp(np.log(energy), log_edges, x[s, 0]) for x in (run.above, run.above_error)]
    return float(at[0]), float(at[1])


@pytest.fixture(scope="module")
def lead() -> Shower:
    return simulate(LEAD, "e-", 100.0, 1.0, 40_000, seed=7)


GEANT4 = [("e+", 20.0, 0.4147), ("e-", 20.0, 1.831), ("gamma", 20.0, 2.205), ("e-", 50.0, 0.8621)]


@pytest.mark.parametrize(("species", "energy", "geant4"), GEANT4)
def test_track_length_agrees_with_geant4(lead: Shower, species: str, energy: float, geant4: float) -> None:
    """100 GeV e- on 40 X0 of lead; 1.5 % plus 2.5 standard deviations of this short run."""
    value, error = above(lead, species, energy)
    assert abs(value - geant4) < 0.015 * geant4 + 2.5 * error


def test_differential_and_cumulative_track_lengths_agree(lead: Shower) -> None:
    """Both are fixed-point sums, rounded per primary."""
    summed = lead.length.sum(axis=2)[..., ::-1].cumsum(axis=-1)[..., ::-1]
    np.testing.assert_allclose(summed, lead.above, rtol=1e-5, atol=1e-6)
    assert lead.length.shape == (3, 1, 10, 80)
    assert (lead.length >= 0).all()
    assert (lead.length_error >= 0).all()


def test_energy_bins(lead: Shower) -> None:
    edges = lead.energy_edges
    assert edges[0] == 1.0
    assert edges[-1] == 100.0
    assert (edges.size - 1) / np.log10(edges[-1] / edges[0]) >= 40


def test_ledger_closes_for_every_shower(lead: Shower) -> None:
    assert np.abs(lead.event("residual")).max() < 1e-9 * 100
    assert lead.layer_energy.sum() == pytest.approx(lead.event("deposited").mean(), rel=1e-7)


@pytest.mark.parametrize("primary", SPECIES)
def test_ledger_closes_in_a_thin_sandwich_with_leakage(primary: str) -> None:
    cell = (StackLayer(MATERIALS["W"], 0.2), StackLayer(MATERIALS["polystyrene"], 0.4, visible=True))
    run = simulate(repeated(cell, 5, cell_cm=1.0), primary, 0.2, 0.0003, 40, lateral=True)
    assert np.abs(run.event("residual")).max() < 1e-9 * 0.2
    assert run.event("back").mean() > 0
    assert run.event("front").mean() > 0
    assert (run.event("cells") <= run.event("visible") * (1 + 1e-12)).all()


def test_approximation_a() -> None:
    """E T(>E)/E0 in approximation A (Rossi: no collision loss, 1 << E0/E); 6 % for the finite energies."""
    run = simulate(LEAD, "gamma", 1000.0, 10.0, 1_000, seed=3)
    scale = 10.0 / 1000.0
    electrons = scale * float(run.above[:2, 0, 0].sum())
    assert electrons == pytest.approx(0.441, rel=0.06)
    assert scale * float(run.above[1, 0, 0]) == pytest.approx(0.220, rel=0.06)
    assert scale * float(run.above[2, 0, 0]) == pytest.approx(0.578, rel=0.06)


def same(a: Shower, b: Shower) -> bool:
    pairs = [*zip(a.sums[:3], b.sums[:3], strict=True), (a.events, b.events), (a.picks, b.picks)]
    return all(np.array_equal(x, y) for x, y in pairs)


def test_threads_and_chunks_change_nothing() -> None:
    def run(number: int, first: int = 0, threads: int = 1) -> Shower:
        return simulate(LEAD, "e+", 30.0, 1.0, number, 5, first_primary=first, threads=threads, pick=("e+", "e-"))

    whole = run(1000)
    assert same(whole, run(1000, threads=3))
    chunks = run(333) + run(1, 333, 2) + run(666, 334, 2)
    assert same(whole, chunks)
    assert np.array_equal(whole.length_error, chunks.length_error)
    assert not same(whole, simulate(LEAD, "e+", 30.0, 1.0, 1000, 6, pick=("e+", "e-")))


def test_chunks_must_fit() -> None:
    a, b = (simulate(LEAD, "e-", 5.0, 1.0, 10, seed) for seed in (1, 2))
    with pytest.raises(InputError, match="identity"):
        a + b
    with pytest.raises(InputError, match="first_primary"):
        a + a


@pytest.mark.parametrize("lateral", [False, True])
def test_plain_python_and_numba_are_the_same(lateral: bool) -> None:
    stack = repeated(na64_ecal().layers[:2], 12, preshower=3, cell_cm=3.82)
    options: dict[str, Any] = {"lateral": lateral, "pick": ("e-", "e+"), "threads": 1}
    runs = [simulate(stack, "e+", 1.0, 0.004, 4, route=route, **options) for route in ("numba", "python")]
    np.testing.assert_allclose(runs[0].events, runs[1].events, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(runs[0].length, runs[1].length, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(runs[0].picks, runs[1].picks, rtol=1e-10, atol=1e-12)


def test_halving_the_soft_photon_cut_changes_nothing() -> None:
    """The default, cut/10, has converged: track lengths above the cut move by less than statistics or 1 %."""
    runs = [simulate(LEAD, "e-", 50.0, 1.0, 8_000, seed, soft_cut=soft) for seed, soft in ((1, 0.1), (2, 0.05))]
    for species in SPECIES:
        (a, da), (b, db) = (above(run, species, 1.0) for run in runs)
        assert abs(a - b) < 0.01 * a + 3 * np.hypot(da, db)


def test_na64_calorimeter_at_a_high_cut() -> None:
    """Energies per layer add up; the pre-shower is the first 16 of 150 double layers."""
    run = simulate(na64_ecal(), "e-", 100.0, 0.5, 200)
    seen = run.layer_energy.reshape(150, 2)[:, 1]
    assert seen.sum() == pytest.approx(run.event("visible").mean(), rel=1e-6)
    assert seen[:16].sum() == pytest.approx(run.event("preshower").mean(), rel=1e-6)
    assert run.length.shape[:3] == (3, 2, 150)


def test_a_shower_goes_on_where_it_was_started() -> None:
    """A start at the front face is the beam; the rest of a shower started deeper leaks out more."""
    zero = Start(*(np.array([x]) for x in (0, 10.0, 0, 0.0)))
    thin = homogeneous("Pb", 10, 10)
    assert same(simulate(thin, "e-", 10.0, 0.5, 50, start=zero), simulate(thin, "e-", 10.0, 0.5, 50))
    deep = Start(np.array([1]), np.array([8.0]), np.array([7]), np.array([0.5]))
    run = simulate(thin, "e-", 10.0, 0.5, 50, start=deep)
    assert run.layer_energy[:7].sum() == 0
    assert run.event("back").mean() > 1.0
    assert np.abs(run.event("residual")).max() < 1e-8


def test_picked_points_follow_the_track_length() -> None:
    """The picks, with the length they stand for, reproduce T(E); the rest of the shower is never negative."""
    run = simulate(LEAD, "e-", 100.0, 1.0, 20_000, pick=("e+",), pick_above=5.0)
    found = run.picks[:, 4] > 0
    assert set(run.picks[found, 0]) == {1.0}
    for energy in (5.0, 20.0):
        value, error = above(run, "e+", energy)
        weight = np.where(run.picks[:, 3] >= energy, run.picks[:, 4], 0.0)
        assert abs(weight.mean() - value) < 4 * np.hypot(weight.std() / np.sqrt(run.number), error) + 1e-3 * value
    rest = run.picks[:, 5]
    assert (rest > -1e-9).all()
    assert (rest[found] + run.picks[found, 3] < 100 + 1e-3).all()
    # nothing leaks from 40 X0: the rest is what the picked positron did not have (its 2m apart)
    np.testing.assert_allclose(rest[found] + run.picks[found, 3], 100 - 2 * ELECTRON_MASS, atol=1e-6)


BAD = [
    ({"cut": 200.0}, "cut"),
    ({"cut": 100.0}, "cut"),
    ({"cut": float("nan")}, "cut"),
    ({"energy": float("inf")}, "energy"),
    ({"energy": -1.0}, "energy"),
    ({"cut": 1e-6}, "cut"),
    ({"soft_cut": 0.5}, "soft_cut"),
    ({"number": 0}, "number"),
    ({"number": 2.5}, "number"),
    ({"number": 10**12}, "number"),
    ({"number": 10**8}, "number"),
    ({"threads": 0}, "threads"),
    ({"seed": -1}, "seed"),
    ({"pick_above": float("nan")}, "pick_above"),
]


@pytest.mark.parametrize(("change", "field"), BAD, ids=[str(b[0]) for b in BAD])
def test_bad_input_is_refused(change: dict[str, Any], field: str) -> None:
    good: dict[str, Any] = {"energy": 100.0, "cut": 1.0, "number": 10, "seed": 1}
    with pytest.raises(InputError, match=field):
        simulate(LEAD, "e-", **(good | change))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName):
        simulate(LEAD, "mu-", 100.0, 1.0, 1)
    with pytest.raises(UnknownName):
        simulate(LEAD, "e-", 100.0, 1.0, 1, route="fortran")
    with pytest.raises(UnknownName):
        simulate(LEAD, "e-", 100.0, 1.0, 1, pair_rate="mine")
    with pytest.raises(UnknownName):
        homogeneous("unobtainium", 1)


@pytest.mark.parametrize("thickness", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_thickness_is_refused(thickness: float) -> None:
    with pytest.raises(InputError, match="thickness"):
        homogeneous("Pb", thickness)
    with pytest.raises(InputError, match="thickness"):
        StackLayer(MATERIALS["Pb"], thickness)


def test_empty_stacks_are_refused() -> None:
    with pytest.raises(InputError, match="layers"):
        Stack((), ())
    with pytest.raises(InputError, match="times"):
        repeated((StackLayer(MATERIALS["Pb"], 1.0),), 0)
    with pytest.raises(InputError, match="depth_bins"):
        Stack((StackLayer(MATERIALS["Pb"], 1.0),), (1,))


def test_bad_starts_are_refused() -> None:
    for species, energy, layer, depth in (
        (3, 1.0, 0, 0.0),
        (0, 1e4, 0, 0.0),
        (0, 1.0, 99, 0.0),
        (0, 1.0, 0, 50.0),
    ):
        start = Start(*(np.array([x]) for x in (species, energy, layer, depth)))
        with pytest.raises(InputError, match="start"):
            simulate(LEAD, "e-", 100.0, 1.0, 1, start=start)
