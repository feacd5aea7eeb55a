"""Resonant annihilation behind a dump: mediators on their mass shell, directions, dark pairs, E137's limits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import cast

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array, Beam, Experiment, Model, Tracks, Yield
from darktarget.dump.disc import Disc, VisiblePair, hitting
from darktarget.dump.pairs import merged
from darktarget.matter.materials import material
from darktarget.production import annihilation as an
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.resonance import area
from darktarget.shower.angles import picks
from darktarget.signatures.visible_decay import VisibleDecay
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, GeV
from tests.unit.test_disc import FRONT, RADIUS, THRESHOLD, VOLUME, _by_force

E137 = dt.experiment("e137")
SEEN = cast(VisibleDecay, E137.bins[0].signature)
AT_REST = {"electrons": "rest", "radiation": False}
REST = AnnihilationOptions(electrons="rest", radiation=False)
STRUCTURES = ("dark-photon", "axial", "scalar", "pseudoscalar")
SHARES = (1.0, 1.0, 0.5, 0.5)


def wide() -> Experiment:
    """E137 with a detector that covers all angles."""
    return replace(E137, bins=(replace(E137.bins[0], signature=replace(SEEN, detector_radius_cm=0.0)),))


def on_shell(model: Model, **options: object) -> Yield:
    """Mediators of annihilation in E137's dump."""
    (made,) = dt.produce(model, E137, processes=["annihilation"], **(AT_REST | options))  # type: ignore[arg-type]
    assert made.on_shell is not None
    return made.on_shell()


@pytest.mark.parametrize(("name", "share"), list(zip(STRUCTURES, SHARES, strict=True)))
def test_yield_against_an_integral_over_the_breit_wigner_line(name: str, share: float) -> None:
    """4 pi (2J+1) Gamma_ee Gamma/[(s - M^2)^2 + M^2 Gamma^2] over all positrons of the dump.

    Its area is 4 pi^2 alpha for V and A. It is narrow, as of visible decays: at 0.13 GeV the tail of a wide one reaches
    the many slow positrons.
    """
    mass = np.array([0.05, 0.1, 0.13])
    model = dt.model(name, mass=mass, dm="none")
    tracks = dt.tracks(E137.beam, E137.target, cut=2.0)
    spin = 2 * model.structure.spin + 1
    electrons = material("Al").electrons_per_cm2_per_X0 * HBARC_CM**2
    for m, found in zip(mass, on_shell(model).total, strict=True):
        width, resonance = 2e-5 * m, m**2 / (2 * ELECTRON_MASS) - ELECTRON_MASS
        half = m * width / (2 * ELECTRON_MASS)
        steps = np.linspace(np.arcsinh((1.0 - resonance) / half), np.arcsinh((20.0 - resonance) / half), 40_001)
        energy = resonance + half * np.sinh(steps)
        s = 2 * ELECTRON_MASS * (energy + ELECTRON_MASS)
        partial = ALPHA * m / 3 if share == 1.0 else ALPHA * m / 2
        line = 4 * np.pi * spin * partial * width / ((s - m**2) ** 2 + (m * width) ** 2)
        direct = np.trapezoid(electrons * tracks.density("positron", "Al", energy) * line, energy)
        assert found == pytest.approx(direct, rel=5e-3)
    np.testing.assert_allclose(area(model), 4 * np.pi**2 * ALPHA * share, rtol=1e-9)


def test_mediators_over_those_of_bremsstrahlung() -> None:
    """397 at 50 MeV and 64 at 100 MeV, from Geant4's track length of positrons; half of the number for spin 0."""
    mass = [0.05, 0.1]
    vector = dt.model("dark-photon", mass=mass, dm="none")
    (radiated,) = dt.produce(vector, E137, processes=["bremsstrahlung"])
    np.testing.assert_allclose(on_shell(vector).total / radiated.total, [397, 64], rtol=0.15)
    for name, share in zip(STRUCTURES, SHARES, strict=True):
        other = on_shell(dt.model(name, mass=mass, dm="none"))
        np.testing.assert_allclose(other.total, share * on_shell(vector).total, rtol=1e-9)


def test_from_the_threshold_to_the_beam_energy() -> None:
    """Nothing where E_R is below 2 GeV or above 20 GeV; X has the energy of the positron and the electron."""
    mass = np.array([0.0449, 0.0454, 0.06, 0.1, 0.1425, 0.1431])
    made = on_shell(dt.model("dark-photon", mass=mass, dm="none"))
    assert (made.total > 0).tolist() == [False, True, True, True, True, False]
    np.testing.assert_allclose(made.energy[1:5, 0], mass[1:5] ** 2 / (2 * ELECTRON_MASS), rtol=1e-9)
    np.testing.assert_allclose(made.energy[1:5] - made.parent[1:5], ELECTRON_MASS, rtol=1e-6)


def test_motion_and_radiation_as_for_dark_pairs() -> None:
    """The narrow limit of the dark pairs is the number of mediators, case by case of the smearing."""
    model = dt.model("dark-photon", mass=[0.06, 0.1, 0.138], alpha_D=1e-7)
    for how in ({}, {"electrons": "bound"}, {"electrons": "bound", "radiation": True}):
        (pairs,) = dt.produce(model, E137, processes=["annihilation"], **(AT_REST | how))  # type: ignore[arg-type]
        assert pairs.on_shell is not None
        made = pairs.on_shell()
        np.testing.assert_allclose(made.total, pairs.total, rtol=5e-3)
        mean, of_pairs = ((y.weight * y.energy).sum(axis=1) / y.total for y in (made, pairs))
        np.testing.assert_allclose(mean, of_pairs, rtol=5e-3)


def test_invisible_searches_keep_their_dark_pairs() -> None:
    """The yield itself is unchanged: decayed, with the full propagator; nothing is calculated unless asked for."""
    (made,) = dt.produce(dt.model("dark-photon", mass=0.2), dt.experiment("na64e-2018"), processes=["annihilation"])
    assert made.decayed
    assert made.pair_mass is not None
    missing = dt.limit(dt.model("dark-photon", mass=0.2, dm="none"), dt.experiment("na64e-2018"))
    assert missing.intervals == ((),)


@cache
def _positrons() -> Array:
    """Energy, theta^2 and track length of positrons of fresh showers, [positron, 3]; the same for every slice."""
    return picks(E137.beam, E137.target, "e+", 1.0 * GeV, 150_000, 21)


def _forced(mass: float, slice_: tuple[float, float]) -> float:
    """Share of decays that hit, by vectors, with the angles of freshly simulated positrons."""
    energy = mass**2 / (2 * ELECTRON_MASS)
    found, square, length = _positrons().T
    near = np.abs(found / (energy * GeV) - 1) < 0.12
    random = np.random.default_rng(1)
    chosen = random.choice(np.flatnonzero(near), 60_000, p=length[near] / length[near].sum())
    tilt = np.sqrt(square[chosen]) * found[chosen] / (energy * GeV)
    return _by_force(np.zeros(tilt.size), tilt, energy, mass, 0.0, slice_, 2)


@pytest.mark.parametrize("mass", [0.05, pytest.param(0.1, marks=pytest.mark.validate)])
def test_what_hits_by_brute_force(mass: float) -> None:
    """Positrons of fresh showers, isotropic decays, disc and threshold by vectors, in thirds of the decay volume."""
    (rays,) = SEEN.rays(model := dt.model("dark-photon", mass=mass, dm="none"), on_shell(model), E137.beam, E137.target)
    edges = np.array([0.0, 1_000.0, 6_000.0, VOLUME])
    disc = Disc(RADIUS, FRONT + VOLUME, THRESHOLD)
    found = hitting(disc, edges, mass, rays.energy(mass), rays.logs, rays.parent, [VisiblePair(1.0, 0.0, 0.0)])[:, 0]
    forced = [_forced(mass, (float(a), float(b))) for a, b in pairwise(edges)]
    np.testing.assert_allclose(found, forced, rtol=0.04)


def lower(experiment: Experiment, *processes: str) -> Array:
    """Lower edges at 50 and 100 MeV."""
    model = dt.model("dark-photon", mass=[0.05, 0.1], dm="none")
    found = dt.limit(model, experiment, processes=processes or None, electrons="rest", radiation=False)
    return np.array([point[0][0] for point in found.intervals])


def test_lower_edges_of_e137_fall() -> None:
    r"""By 5.3 and 2.4 where every angle is accepted, which production and lifetimes alone give.

    The disc accepts fewer mediators of 2.5 GeV than of bremsstrahlung at 50 MeV (within 3.9 to 5.3), but 0.96 of those
    of 9.8 GeV and 0.3 of bremsstrahlung at 100 MeV: the edge falls by more than with all angles, not by 1.8 to 2.4.
    Both acceptances are those of the brute force of ``test_disc`` and above.
    """
    every = lower(wide(), "bremsstrahlung") / lower(wide())
    np.testing.assert_allclose(every, [5.3, 2.4], rtol=0.03)
    disc = lower(E137, "bremsstrahlung") / lower(E137)
    assert 3.9 < disc[0] < 5.3
    assert disc[1] == pytest.approx(3.2, rel=0.03)
    accepted = [(lower(wide(), p) / lower(E137, p))[1] ** 4 for p in ("bremsstrahlung", "annihilation")]
    assert accepted == pytest.approx([0.30, 0.96], abs=0.03)


def test_limits_include_annihilation_by_default() -> None:
    model = dt.model("dark-photon", mass=[0.06, 0.1], dm="none")
    both, one = dt.limit(model, E137), dt.limit(model, E137, processes=["bremsstrahlung"])
    alone = dt.limit(model, E137, processes=["annihilation"])
    assert np.all(both.coupling_upper < 0.5 * one.coupling_upper)
    assert np.all(both.coupling_upper < alone.coupling_upper)
    np.testing.assert_array_equal(dt.constraint("e137", model).coupling, both.coupling_upper)


@pytest.mark.parametrize(("name", "ratio"), [("dark-photon", 3.0), ("dark-photon", 1.9), ("scalar", 3.0)])
def test_dark_pairs_scatter_in_the_detector(name: str, ratio: float) -> None:
    """On shell the lower edge falls by the fourth root of the events; below the threshold only the tail scatters."""
    model = dt.model(name, mass=[0.06, 0.1], mass_ratio=ratio)
    both, one = (dt.limit(model, E137, processes=p) for p in (None, ["bremsstrahlung"]))
    if ratio > 2:
        assert np.all(both.coupling_upper < 0.8 * one.coupling_upper)
    alone = dt.limit(model, E137, processes=["annihilation"])
    assert alone.reason == (None, None)
    assert any(point[-1][1] == np.inf for point in alone.intervals)
    assert not any("not counted" in text for text in alone.method)


def test_narrow_dark_pairs_are_decays_of_mediators() -> None:
    """Two routes for scattering: pairs of the propagator, and decays of the mediators on their mass shell."""
    model = dt.model("dark-photon", mass=[0.08], alpha_D=1e-4)
    (pairs,) = dt.produce(model, E137, processes=["annihilation"], electrons="rest", radiation=False)
    real = on_shell(model)
    events = SEEN.events(model)
    ours = SEEN.select(model, pairs, E137.beam, E137.target)
    (rays,) = SEEN.rays(model, real, E137.beam, E137.target)
    at = np.array([1e-5, 1e-4])
    other = np.interp(np.log(at), np.log(events.coupling), events.dark(0, rays))
    np.testing.assert_allclose(ours.events(at)[0], other, rtol=0.05)


def test_merged_pairs_keep_their_means() -> None:
    model = dt.model("dark-photon", mass=[0.06, 0.1], mass_ratio=1.8)
    (pairs,) = dt.produce(model, E137, processes=["annihilation"], electrons="bound", radiation=True)
    few = merged(pairs, 2.0 * GeV)
    assert few.weight.shape[1] < 0.6 * pairs.weight.shape[1]
    above = pairs.weight * (pairs.energy >= 2.0 * GeV)
    np.testing.assert_allclose(few.total, above.sum(axis=1), rtol=1e-9)
    assert few.pair_mass is not None
    assert pairs.pair_mass is not None
    for one, other in ((few.pair_mass, pairs.pair_mass), (few.energy, pairs.energy)):
        np.testing.assert_allclose((few.weight * one).sum(axis=1), (above * other).sum(axis=1), rtol=1e-9)


BDX = """
title = "a short dump"
published = "2026-01-01"
references = ["1607.01390"]
assumptions = ["an example"]

[beam]
particle = "electron"
energy_GeV = 11.0

[target.layers.dump]
material = "Al"
thickness_cm = 200.0

[runs.all]
exposure = 1e22
efficiency = 1.0

[bins.scattering]
observed = 0
background = 0.0

[bins.scattering.signature]
name = "visible-decay"
shield_cm = 2000.0
decay_volume_cm = 260.0
visible_energy_above_GeV = 0.5
detector_radius_cm = 28.0
electrons_per_cm2 = 3.0e26
"""


@pytest.mark.validate
def test_a_detector_behind_a_short_dump(tmp_path: Path) -> None:
    """A user's own set-up: dark matter of annihilation scatters there, and its edge is below that of bremsstrahlung."""
    mine = tmp_path / "mine.toml"
    mine.write_text(BDX)
    model, seen = dt.model("dark-photon", mass=[0.04, 0.08]), dt.experiment(str(mine))
    both, one = (dt.limit(model, seen, processes=p) for p in (None, ["bremsstrahlung"]))
    assert np.all(both.coupling_upper < 0.9 * one.coupling_upper)


def test_positrons_that_do_not_shower_are_left_out() -> None:
    """A beam at one energy is never exactly on a narrow resonance."""
    empty = np.zeros((1, 1, 1, 1))
    line = Tracks(
        Beam("positron", 10 * GeV), ("positron",), ("Al",), np.array([0.0, 1.0]), np.array([5.0, 10.0]) * GeV, empty,
        np.ones((1, 1)), empty, "made up",
    )  # fmt: skip
    made = an.Annihilation().produce(dt.model("dark-photon", mass=0.1), line, 1.0 * GeV, REST)
    assert made.on_shell is not None
    assert made.on_shell().total[0] == 0.0
