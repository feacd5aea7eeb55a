"""Laws of copies: every model, experiment, signature and yield found by the registries survives a worker process."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Beam, same
from darktarget.signatures import SIGNATURES
from tests.copies import COPIES, through_pickle
from tests.laws.test_models import build, every
from tests.laws.test_production import PAIRS

FEW = [0.01, 0.3]


@every
def test_copies_of_a_model_are_equal_and_calculate_the_same(name: str, variant: dict[str, Any]) -> None:
    """By every protocol of pickle; a law of ``darktarget.testing`` checks more of the usual ones."""
    model = build(name, variant, FEW)
    for copied in (make(model) for make in COPIES.values()):
        assert copied == model
        assert same(copied.width(coupling=1e-3), model.width(coupling=1e-3))


def test_models_of_the_same_values_differ_by_their_lagrangian() -> None:
    one, other = dt.model("b-l", mass=0.1), dt.model("l-mu-l-tau", mass=0.1)
    assert one.values == other.values
    assert one != other


@pytest.mark.parametrize("name", dt.names("models"))
def test_a_limit_from_copies_is_the_same_limit(name: str) -> None:
    model, experiment = dt.model(name, mass=FEW), dt.experiment("na64e-2018")
    bound = dt.limit(model, experiment, bands=True, ranking=True)
    again = dt.limit(through_pickle(model), through_pickle(experiment), bands=True, ranking=True)
    assert again == bound
    assert same(again.coupling_upper, bound.coupling_upper)
    for copied in (make(bound) for make in COPIES.values()):
        assert copied == bound
        assert same(copied.y, bound.y)


@pytest.mark.parametrize(("model", "process"), PAIRS)
def test_copies_of_a_yield_count_the_same(model: str, process: str) -> None:
    theory, seen = dt.model(model, mass=FEW), dt.experiment("na64e-2018")
    yields = dt.produce(theory, seen, processes=[process])
    expected = dt.count(theory, yields, seen)
    for make in COPIES.values():
        copied = tuple(make(made) for made in yields)
        assert copied == yields
        assert dt.count(theory, copied, seen) == expected


@pytest.mark.parametrize("name", dt.names("experiments"))
def test_copies_of_an_experiment_and_its_measurement_are_equal(name: str) -> None:
    seen = dt.experiment(name)
    counts = dt.measurement(dt.model("dark-photon", mass=FEW), seen)
    for make in COPIES.values():
        copied = make(seen)
        assert copied == seen
        assert copied.effective_exposure == seen.effective_exposure
        again = make(counts)
        assert again == counts
        assert again.at(0) == counts.at(0)
    assert seen != dt.experiment("na64e-2018" if name != "na64e-2018" else "e137")


@pytest.mark.parametrize("name", dt.names("signatures"))
def test_copies_of_a_signature_are_equal(name: str) -> None:
    seen = SIGNATURES[name].example()  # type: ignore[attr-defined]
    energy, beam = np.linspace(0, 100, 11), Beam("electron", 100.0)
    for make in COPIES.values():
        assert make(seen) == seen
        assert same(make(seen).efficiency(energy, beam), seen.efficiency(energy, beam))
