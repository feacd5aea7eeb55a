"""Missing momentum: LDMX and NA64mu against the numbers published for them; muons in matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Beam, Experiment, Layer, Target, Yield
from darktarget.matter.materials import material
from darktarget.shower import muon
from darktarget.signatures.missing_momentum import MissingMomentum
from darktarget.units import GeV


def with_efficiency(name: str, efficiency: float) -> Experiment:
    seen = dt.experiment(name)
    return replace(seen, runs=tuple(replace(r, efficiency=efficiency) for r in seen.runs))


def upper(seen: Experiment, mass: list[float]) -> np.ndarray:
    model = dt.model("dark-photon", mass=mass)
    return dt.limit(model, seen, processes=["bremsstrahlung"]).coupling_upper


def test_ldmx_at_4_gev() -> None:
    """Ideal 2.5e-6 and 3.7e-5 (x1.1); published 3.5e-6 and 5.1e-5 with the declared efficiency 0.5 (x1.15)."""
    ideal = upper(with_efficiency("ldmx-4gev", 1.0), [0.01, 0.1])
    assert np.all(np.abs(np.log(ideal / [2.5e-6, 3.7e-5])) < np.log(1.1))
    declared = upper(dt.experiment("ldmx-4gev"), [0.01, 0.1])
    assert dt.experiment("ldmx-4gev").runs[0].efficiency == 0.5
    assert np.all(np.abs(np.log(declared / [3.5e-6, 5.1e-5])) < np.log(1.15))


@pytest.mark.acceptance("6.2")
def test_na64mu_2022() -> None:
    """Below 40 MeV the published limit is 1.76e-3 (x1.25) with the declared efficiency of 7 %; ideal: 3.9e-4."""
    declared = upper(dt.experiment("na64mu-2022"), [0.001, 0.01, 0.04])
    assert np.all(np.abs(np.log(declared / 1.76e-3)) < np.log(1.25))
    ideal = upper(with_efficiency("na64mu-2022", 1.0), [0.001, 0.01, 0.04])
    np.testing.assert_allclose(declared / ideal, 0.07**-0.5, rtol=1e-6)
    assert ideal[0] == pytest.approx(3.9e-4, rel=0.02)


def test_mean_energy_loss_of_muons() -> None:
    """Minimum ionisation of the PDG's tables of materials, critical energies, the exit by a dense integration."""
    energy = np.geomspace(0.15, 5, 400) * GeV
    for name, least in (("Fe", 1.451), ("Pb", 1.122), ("W", 1.145), ("Al", 1.615)):
        loss = muon.ionisation(energy, material(name)).min() / GeV * 1e3
        assert loss == pytest.approx(least, rel=0.01)
    critical = np.array([5700 / (82 + 1.47) ** 0.838]) * GeV  # where radiation doubles the loss
    doubled = muon.stopping_power(critical, material("Pb")) / muon.ionisation(critical, material("Pb"))
    assert doubled[0] == pytest.approx(2)
    beam, target = Beam("muon", 15 * GeV), dt.experiment("m3").target
    _, energies = muon.energies(beam, target)
    dense = muon.advance(np.array([beam.energy]), np.zeros(1), np.ones(1), target, 5000)
    assert energies[-1] == pytest.approx(float(dense[0]), rel=1e-6)
    assert energies[-1] / GeV == pytest.approx(14.38, abs=0.05)
    path = muon.through(beam, target)
    assert path.length.sum() == pytest.approx(50, rel=1e-3)
    assert path.length.sum(axis=(0, 1, 2)) == pytest.approx(5, rel=1e-3)


def test_exit_energy_follows_the_depth() -> None:
    beam, target = Beam("muon", 160 * GeV), dt.experiment("na64mu-2022").target
    _, energy = muon.energies(beam, target)
    parents = np.array([[energy[0], energy[5], energy[-1]]])
    out = muon.exit_energy(np.full((1, 3), 60 * GeV), parents, beam, target)[0]
    assert out[2] == pytest.approx(60 * GeV)
    assert 59.2 * GeV < out[0] < out[1] < out[2]
    whole = muon.advance(np.array([60.0]) * GeV, np.zeros(1), np.ones(1), target)
    assert out[0] == pytest.approx(float(whole[0]))


def test_what_is_measured() -> None:
    """Visible energy counts what the electron radiated before; the lepton's momentum does not."""
    energy, parent = np.array([[2.9, 2.9]]), np.array([[4.0, 3.5]])
    made = Yield("x", energy, parent, np.full(2, "electron"), np.ones((1, 2)), 2.0, np.zeros(1))
    beam, foil = Beam("electron", 4.0), Target((Layer("W", 0.035),))
    tracker = MissingMomentum(1.0, 2.0, "lepton-momentum")
    calorimeter = replace(tracker, measured="visible-energy")
    assert tracker.left(made, beam, foil).tolist() == [[pytest.approx(1.1), pytest.approx(0.6)]]
    assert calorimeter.left(made, beam, foil).tolist() == [[pytest.approx(1.1), pytest.approx(1.1)]]
    model = dt.model("dark-photon", mass=0.01)
    assert tracker.select(model, made, beam, foil).unit[0] == pytest.approx(1.0)
    assert calorimeter.select(model, made, beam, foil).unit[0] == 0.0
    smeared = replace(tracker, constant=0.1)
    assert 1.0 < smeared.select(model, made, beam, foil).unit[0] < 1.3


def test_projections_say_so() -> None:
    for name in ("ldmx-4gev", "ldmx-8gev", "ldmx-8gev-2e16", "ldmx-8gev-2e16-ecal", "ldmx-16gev-al", "m3"):
        seen = dt.experiment(name)
        assert seen.projection
        assert any("efficiency" in a for a in seen.assumptions)
        assert any("background" in a for a in seen.assumptions)
    assert not dt.experiment("na64mu-2022").projection
    for name, exposure in (("na64mu-5e13", 5e13), ("na64mu-1e14", 1e14), ("ldmx-8gev-2e16", 2e16)):
        assert dt.experiment(name).exposure == exposure
