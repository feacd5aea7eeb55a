"""Laws that every model, process and experiment found by the registries must obey."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Model
from darktarget.units import ELECTRON_MASS

PAIRS = list(itertools.product(dt.names("models"), dt.names("processes")))


BEAMS = [("electron", 100, "Pb"), ("positron", 8, "W"), ("muon", 160, "Fe")]


def _model(name: str, mass: object) -> Model:
    return dt.model(name, mass=mass)


def _has(model: str, process: str) -> bool:
    return process in _model(model, 0.1).processes


PAIRS = [(m, p) for m, p in PAIRS if _has(m, p)]


@pytest.mark.parametrize(
    ("model", "process", "beam", "energy", "target"),
    [(*pair, *beam) for pair in PAIRS for beam in BEAMS if pair[1] != "annihilation" or beam[0] == "positron"],
)
def test_cross_sections_are_finite_and_positive(
    model: str, process: str, beam: str, energy: float, target: str
) -> None:
    masses = np.geomspace(1e-3, 0.08, 7)
    result = dt.cross_section(_model(model, masses), beam=beam, energy=energy, target=target, process=process)
    assert np.all(np.isfinite(result.sigma))
    assert np.all(result.sigma > 0)
    assert np.all((result.relative_error > 0) & (result.relative_error < 0.01))
    assert result.references
    assert result.method


@pytest.mark.parametrize(("model", "process"), PAIRS)
def test_closed_is_zero_and_threshold_continuous(model: str, process: str) -> None:
    energy, beam = 2.0, "positron"
    end = energy
    if process == "annihilation":  # s = (threshold of the dark pair)^2, whatever the model says that is
        ratio = (_model(model, 0.1).dark_threshold / 0.1)[0]
        if ratio == 0:
            pytest.skip("massless dark particles: never closed")
        end = np.sqrt(2 * ELECTRON_MASS * energy + 2 * ELECTRON_MASS**2) / ratio
    masses = end * np.linspace(0.9, 0.9999, 12)
    result = dt.cross_section(
        _model(model, [*masses, 1.05 * end]), beam=beam, energy=energy, target="Pb", process=process
    )
    assert result.sigma[-1] == 0.0
    assert result.reason[-1]
    assert np.all(np.diff(result.sigma[:-1]) < 0)


@pytest.mark.parametrize(("model", "process"), PAIRS)
@pytest.mark.parametrize("experiment", dt.names("experiments"))
def test_yields_are_weights_on_energies_below_the_beam(model: str, process: str, experiment: str) -> None:
    seen = dt.experiment(experiment)
    (made,) = dt.produce(_model(model, [0.01, 0.25]), seen, processes=[process])
    assert made.power > 0
    assert np.all(made.weight >= 0)
    assert np.all(made.total > 0)
    assert np.all(made.energy <= seen.beam.energy)
    assert made.references
    assert made.method


@pytest.mark.parametrize("model", dt.names("models"))
@pytest.mark.parametrize("experiment", dt.names("experiments"))
def test_limits_scale_with_the_exposure(model: str, experiment: str) -> None:
    """The expected counts of a limit are those of the yields, and the limit is where they reach the count limit."""
    bound = dt.limit(_model(model, [0.01, 0.3]), dt.experiment(experiment))
    reached = bound.expected_counts * bound.coupling_upper**bound.power
    np.testing.assert_allclose(reached, bound.count_limit_with_nuisances, rtol=1e-12)
    assert np.all(bound.coupling_upper > 0)
    assert bound.references


@pytest.mark.acceptance("2.2")
@pytest.mark.parametrize("model", dt.names("models"))
@pytest.mark.parametrize("experiment", ["na64e-2018", "na64e-positron"])
def test_limits_of_bremsstrahlung_are_smooth_in_mass(model: str, experiment: str) -> None:
    """A table that is wrong anywhere shows as a kink: the logarithmic slope changes by little from point to point.

    Branching fractions and loops have kinks of their own at thresholds, which are divided out.
    """
    if not _has(model, "bremsstrahlung"):
        pytest.skip("not made by bremsstrahlung")
    theory = _model(model, np.geomspace(1e-3, 2, 220))
    bound = dt.limit(theory, dt.experiment(experiment), processes=["bremsstrahlung"])
    strength = theory.charge("electron") * np.sqrt(theory.invisible_fraction())
    slope = np.diff(np.log(bound.coupling_upper * strength)) / np.diff(np.log(theory.mass))
    assert np.abs(np.diff(slope)).max() < 0.12
    assert np.all(slope > -0.1)
