"""Laws of the relic density over every model the registry finds."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.models import MODELS
from darktarget.testing import rates
from darktarget.testing.law import Subject
from tests.covering import own_models, slow_if
from tests.laws.test_models import broken


def _kinds(name: str) -> list[dict[str, str]]:
    """Every kind of dark matter of a model."""
    declared: Any = MODELS[name]
    kinds = next((p.choices for p in declared.parameters if p.name == "dm"), ())
    return [{"dm": kind} for kind in kinds] or [{}]


#: models with the formulas of another only with their default, unless by `make validate`
CASES = [
    slow_if(name not in own_models() and place > 0, name, kind)
    for name in dt.names("models")
    for place, kind in enumerate(_kinds(name))
]


@pytest.mark.parametrize(("name", "kind"), CASES, ids=str)
def test_targets_reach_the_density_or_say_why_not(name: str, kind: dict[str, str]) -> None:
    assert broken(rates.relic, Subject(partial(dt.model, name), kind)) == []


@pytest.mark.parametrize("name", ["dark-photon", "idm", "scalar", "dipole-idm"])
def test_density_falls_with_the_coupling(name: str) -> None:
    target = dt.relic_target(dt.model(name, mass=0.1)).coupling[0]
    couplings = target * np.array([0.3, 0.7, 1.0, 1.5, 3.0])
    assert np.all(np.diff(dt.omega(dt.model(name, mass=0.1, coupling=couplings))) < 0)
