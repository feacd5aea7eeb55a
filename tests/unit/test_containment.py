"""What slabs see of showers that start inside them, against the shower itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array
from darktarget.detector.lateral_profile import measured, profile, square
from darktarget.detector.response import Deposits, IncidentRays, Response
from darktarget.detector.shower_library import CUT, ESCAPED, LEFT, NOTICED, SEEN, Slice, library
from darktarget.matter.layers import Stack, na64_ecal
from darktarget.matter.layers import StackLayer as Solid
from darktarget.matter.materials import material
from darktarget.shower.simulate import Start, simulate

TARGET = dt.experiment("na64e-2018-semi-visible").target
RESPONSE = Response(TARGET)
PAIR = 5.0  # GeV of each of the electron and the positron of a 10 GeV pair
DEPTHS = np.array([3.0, 20.0, 30.0, 34.0, 36.5, 38.0, 40.0, 42.0, 44.0])  # cm, off the nodes of the library


def _deposits(kind: str, energy: float, z: Array, number: int, x: float | Array = 0.0) -> Deposits:
    """Deposits of particles that start at some z, [slab, z, number]."""
    n = z.size * number
    zero = np.zeros(n)
    uniform = np.random.default_rng(1).random((n, 3))
    rays = IncidentRays(np.full(n, energy), zero + x, zero, np.repeat(z, number), zero, zero, uniform)
    found = Deposits.none(len(TARGET.slabs), n)
    RESPONSE.add(kind, rays, found)
    return found


@pytest.mark.validate
def test_containment_of_a_10_GeV_pair_agrees_with_the_shower() -> None:
    """The shower of step 2, started at the same depths and followed to the end of the calorimeter."""
    stack, showers = na64_ecal(), 60
    layer = (DEPTHS / 0.15).astype(np.int64)
    inside = (DEPTHS - layer * 0.15) / np.array([stack.layers[i].material.radiation_length_cm for i in layer])
    means, errors = [], []
    for i, kind in ((0, 0), (1, 1)):
        kinds = np.full(DEPTHS.size, kind)
        start = Start(kinds, np.full(DEPTHS.size, PAIR), layer, inside)
        run = simulate(stack, "e-", PAIR, CUT, showers * DEPTHS.size, 11 + i, lateral=True, start=start)
        part = run.event("deposited").reshape(showers, -1) / PAIR
        means.append(part.mean(axis=0))
        errors.append(part.std(axis=0) / np.sqrt(showers))
    direct, error = np.mean(means, axis=0), np.hypot(*errors) / 2
    library_mean = _deposits("e", PAIR, DEPTHS, 4000).energy[0].reshape(DEPTHS.size, -1).mean(axis=1) / PAIR
    np.testing.assert_array_less(np.abs(library_mean - direct), 3 * error + 0.02)
    assert direct[0] > 0.99
    assert direct[-1] < 0.1
    assert np.all(np.diff(library_mean) < 1e-3)


def test_energy_is_conserved_from_slab_to_slab() -> None:
    for z in (3.0, 40.0, 50.0, 57.0, 100.0, 215.0, 300.0):
        found = _deposits("e", 10.0, np.array([z]), 3000)
        total = found.energy.sum(axis=0) + sum(found.veto.values())
        assert total.mean() == pytest.approx(10.0, rel=0.06)  # the ends of a module sample more than its middle


def test_beyond_everything_nothing_is_seen() -> None:
    for kind in ("e", "gamma", "muon", "hadrons"):
        found = _deposits(kind, 10.0, np.array([541.0, 2000.0]), 10)
        assert found.energy.sum() == found.front.sum() == 0.0
        assert not found.veto


def test_vetos_notice_what_crosses_them() -> None:
    crossing = _deposits("e", 5.0, np.array([50.0]), 2000).veto[1]
    assert 0.0075 < np.median(crossing) < 0.0103  # between the most probable loss and 1.94 MeV per g/cm^2
    assert (crossing > TARGET.slabs[1].threshold).mean() > 0.99
    assert (_deposits("e", 5.0, np.array([3.0]), 2000).veto[1] > TARGET.slabs[1].threshold).mean() < 0.01
    assert np.all(_deposits("hadrons", 5.0, np.array([3.0]), 5).veto[1] == np.inf)
    muon = _deposits("muon", 5.0, np.array([3.0]), 1)
    assert muon.veto[1][0] == pytest.approx(1.5e-3 * 5.0 * 1.06)
    assert muon.energy[2, 0] > 1.0


def test_the_pre_shower_sees_only_what_starts_in_it() -> None:
    inside, behind = (_deposits("e", 5.0, np.array([z]), 2000).front.mean() for z in (0.5, 6.0))
    assert behind == 0.0
    assert 0.1 < inside < 4.0


def test_columns_of_a_library_add_up() -> None:
    for index in range(len(TARGET.slabs)):
        found = library(RESPONSE.slice_of(index))
        total = found.rows[..., LEFT] + found.rows[..., NOTICED] + found.rows[..., ESCAPED]
        assert np.all(total < 1 + 1e-6 + 2 * 0.511e-3 / found.energy[0])
        assert total[0, -1].mean() == pytest.approx(1.0, abs=0.01)  # the rest is scattered back
        assert np.all(found.rows[..., SEEN] <= found.rows[..., LEFT] + 1e-9)


def test_the_lateral_profile_is_that_of_the_shower() -> None:
    part = RESPONSE.slice_of(2)
    shape = profile(part)
    half = np.array([1.0, 3.2, 9.5])
    fractions = measured(part, 5.0, showers=60)[0][[2, 5, 8]]
    fitted = [shape.inside(np.array([5.0]), np.zeros(1), np.zeros(1), float(h))[0] for h in half]
    np.testing.assert_allclose(fitted, fractions, atol=0.03)
    assert fitted[2] > 0.97


def test_single_showers_fluctuate_around_the_lateral_profile() -> None:
    """The part outside a square, shower by shower: its spread and how often it is below 6 %, against the simulation."""
    part, energy, half = RESPONSE.slice_of(2), 5.0, 4.0
    own = tuple(Solid(material(x.material), x.thickness, x.visible) for x in part.layers) * 21
    run = simulate(Stack(own, (0,) * len(own), cell_cm=half / 1.5), "e-", energy, CUT, 400, 5, lateral=True)
    direct = 1 - run.event("cells") / run.event("visible")
    uniform = np.random.default_rng(2).random(40_000)
    shape = square(Slice(part.layers, part.repeat), half)
    mean = np.full(uniform.size, 1 - direct.mean())
    drawn = 1 - shape.fluctuated(np.full(uniform.size, energy), mean, uniform)
    assert drawn.mean() == pytest.approx(direct.mean(), rel=0.03)
    assert drawn.std() == pytest.approx(direct.std(), rel=0.25)
    assert (drawn < 0.06).mean() == pytest.approx((direct < 0.06).mean(), abs=0.06)
    other = shape.fluctuated(np.full(uniform.size, energy), 1 - mean, uniform)
    np.testing.assert_allclose(other, drawn)
    assert np.all((drawn >= 0) & (drawn <= 1))


def test_the_middle_of_a_shower_is_where_its_profile_has_it() -> None:
    """ln(E/E_c) + 1.5 (e) or 2.5 (gamma) X0 with E_c = 21.7 MeV of iron, PDG 2024, Eqs. 34.36 and 34.37."""
    showers = library(RESPONSE.slice_of(2))
    energy = np.array([1.5, 6.0, 20.0])
    for kind, more in (("e", 1.5), ("gamma", 2.5)):
        depth = showers.depth(kind, energy, np.full(3, 33.0))
        np.testing.assert_allclose(depth, np.log(energy / 21.7e-3) + more, rtol=0.12)
        assert np.all(showers.depth(kind, energy, np.full(3, 2.0)) <= 1.0)


def test_modules_at_an_angle_see_the_beam_wander_off() -> None:
    """Half of a shower is in the middle cell where its axis, at the middle of the energy, crosses the edge."""
    module = TARGET.slabs[3]
    tilt = 0.03
    leaning = Response(replace(TARGET, slabs=(*TARGET.slabs[:3], replace(module, tilt=tilt), TARGET.slabs[4])))
    assert leaning.slabs[3].middle(np.array([100.0])) == pytest.approx(3.0)
    showers = library(leaning.slice_of(3))
    deep = showers.depth("e", np.array([10.0]), np.array([40.0]))[0] * module.length / showers.thickness
    n = 3000
    zero, z = np.zeros(n), np.full(n, module.cell / 2 / tilt - deep)
    found, x = Deposits.none(len(TARGET.slabs), n), np.linspace(-0.5, 0.5, n)
    leaning.add("e", IncidentRays(zero + 10.0, x, zero, z, zero, zero, np.random.default_rng(1).random((n, 3))), found)
    assert module.start < z[0] < module.end
    assert found.centre[3].sum() / found.energy[3].sum() == pytest.approx(0.5, abs=0.02)


def test_a_shower_at_the_edge_of_a_cell_is_shared() -> None:
    spread = np.linspace(-0.5, 0.5, 500)

    def part(x: float) -> float:
        found = _deposits("e", 10.0, np.array([231.0]), 500, x + spread)
        return float(found.centre[3].sum() / found.energy[3].sum())

    middle, edge, outside = part(0.0), part(9.7), part(19.4)
    assert middle > 0.98
    assert edge == pytest.approx(0.5, abs=0.03)
    assert outside < 0.02
    assert _deposits("e", 10.0, np.array([231.0]), 10, 31.0).energy[3].sum() == 0.0
