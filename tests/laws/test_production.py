"""Laws that every model, process and experiment found by the registries must obey.

What repeats a calculation with another coupling or exposure (``tests/covering.py``) is left to ``make validate``.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Model
from darktarget.errors import PhysicsError
from darktarget.production import PROCESSES
from darktarget.testing import rates
from darktarget.testing.law import Subject
from tests.covering import own_models, repeats, slow_if
from tests.laws.test_models import broken

PAIRS = list(itertools.product(dt.names("models"), dt.names("processes")))


BEAMS = [("electron", 100, "Pb"), ("positron", 8, "W"), ("muon", 160, "Fe"), ("photon", 70, "Pb")]


def _model(name: str, mass: Any) -> Model:
    return dt.model(name, mass=mass)


def _has(model: str, process: str) -> bool:
    theory = _model(model, 0.1)
    return process in (*theory.processes, *theory.on_request)


def _subject(model: str, **about: Any) -> Subject:
    return Subject(partial(dt.model, model), **about)


PAIRS = [(m, p) for m, p in PAIRS if _has(m, p)]


def again(model: str, process: str, beam: str) -> bool:
    """Whether a cross section repeats another: the formulas of another model, or a slow sum for a second beam."""
    pairs = process == "virtual-photon" and (model, beam) != ("millicharge", "electron")
    return (
        model not in own_models() or pairs or (process == "bremsstrahlung" and _model(model, 0.1).structure.spin == 2)
    )


@pytest.mark.parametrize(
    ("model", "process", "beam", "energy", "target"),
    [slow_if(again(*pair, beam[0]), *pair, *beam) for pair in PAIRS for beam in BEAMS
     if beam[0] in PROCESSES[pair[1]].beams],
)  # fmt: skip
def test_cross_sections_are_finite_and_positive(
    model: str, process: str, beam: str, energy: float, target: str
) -> None:
    subject = _subject(model, beams=((beam, energy, target),), processes=(process,))
    assert broken(rates.cross_sections, subject) == []


@pytest.mark.parametrize(("model", "process"), [slow_if(again(*pair, "positron"), *pair) for pair in PAIRS])
def test_closed_is_zero_and_threshold_continuous(model: str, process: str) -> None:
    assert broken(rates.closing, _subject(model, processes=(process,))) == []


@pytest.mark.parametrize(
    ("experiment", "model", "process"),
    [slow_if(repeats(model, experiment), experiment, model, process)
     for experiment in dt.names("experiments") for model, process in PAIRS],
)  # fmt: skip
def test_yields_are_weights_on_energies_below_the_beam(model: str, process: str, experiment: str) -> None:
    assert broken(rates.yields, _subject(model, processes=(process,), experiment=experiment)) == []


def test_a_beam_that_starts_no_process_is_refused() -> None:
    with pytest.raises(PhysicsError, match="starts from"):
        dt.produce(_model("dark-photon", 0.01), dt.experiment("na64mu-2022"), processes=["annihilation"])


def limits_to_check() -> list[Any]:
    """Models and experiments; simulated decays of the same signatures as before are left to ``make validate``."""
    found, known = [], set()
    for name in dt.names("experiments"):
        seen = dt.experiment(name)
        kind = tuple(sorted(b.signature.name for b in seen.bins))
        again = bool(seen.target.slabs) and kind in known
        found += [slow_if(again or repeats(model, name), name, model) for model in dt.names("models")]
        known.add(kind)
    return found


@pytest.mark.parametrize(("experiment", "model"), limits_to_check())
def test_limits_scale_with_the_exposure(model: str, experiment: str) -> None:
    assert broken(rates.limits, _subject(model, experiment=experiment)) == []


@pytest.mark.parametrize("model", dt.names("models"))
def test_limits_fall_with_the_exposure(model: str) -> None:
    assert broken(rates.exposure, _subject(model)) == []


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
    strength = np.abs(theory.lepton_coupling("electron")) * np.sqrt(theory.invisible_fraction())
    slope = np.diff(np.log(bound.coupling_upper * strength)) / np.diff(np.log(theory.mass))
    assert np.abs(np.diff(slope)).max() < 0.12
    assert np.all(slope > -0.1)
