"""Laws of every signature, on the example it brings, before any experiment names it."""

from __future__ import annotations

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Beam, Experiment
from darktarget.signatures import SIGNATURES

BEAM = Beam("electron", 100.0)


@pytest.mark.parametrize("name", dt.names("signatures"))
def test_efficiency_is_a_probability(name: str) -> None:
    seen = SIGNATURES[name].example()  # type: ignore[attr-defined]
    energy = np.linspace(0, BEAM.energy, 401)
    efficiency = seen.efficiency(energy, BEAM)
    assert np.all((efficiency >= 0) & (efficiency <= 1))
    assert np.all(efficiency[energy < seen.minimum_energy] == 0)
    assert efficiency.max() > 0.5


def _owner(name: str) -> Experiment:
    """An experiment whose target a signature can have: one with slabs behind, or a dump whose shower is stored."""
    return dt.experiment("e137" if name == "visible-decay" else "na64e-2018-semi-visible")


@pytest.mark.parametrize("name", dt.names("signatures"))
def test_selection_is_a_part_of_what_is_made(name: str) -> None:
    seen = SIGNATURES[name].example()  # type: ignore[attr-defined]
    model = dt.model("dark-photon", mass=[0.01, 0.3])
    seen_by = _owner(name)
    (made,) = dt.produce(model, seen_by, processes=["bremsstrahlung"])
    signal = seen.select(model, made, seen_by.beam, seen_by.target)
    assert np.all((signal.unit > 0) & (signal.unit <= made.total))
    assert signal.reason == (None, None)
    assert signal.acceptance is None or np.all((signal.acceptance >= 0) & (signal.acceptance <= 1))


@pytest.mark.parametrize("name", dt.names("signatures"))
def test_nothing_is_seen_of_what_cannot_decay_so(name: str) -> None:
    """No invisible decay is open below twice the dark mass, no visible one below twice the electron's."""
    seen = SIGNATURES[name].example()  # type: ignore[attr-defined]
    seen_by = _owner(name)
    model = dt.model("dark-photon", mass=[0.01, 0.3], mass_ratio=1.5)
    if name == "visible-decay":
        model = dt.model("dark-photon", mass=[2e-4, 5e-4])
    (made,) = dt.produce(model, seen_by, processes=["bremsstrahlung"])
    closed = seen.select(model, made, seen_by.beam, seen_by.target)
    assert np.all(closed.unit == 0.0)
    assert all(closed.reason)
