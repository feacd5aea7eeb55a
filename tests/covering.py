"""What repeats a calculation with another number, found from models and experiments: left to ``make validate``.

Models whose processes, dark states and forms of the couplings are equal share every formula, and experiments with the
same beam on the same target share every yield. Slow laws are checked for one of each here, and for all there.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import darktarget as dt

#: the first of those that are alike, and checked with everything
USUAL_MODEL = "dark-photon"
#: electrons and muons: every model is checked here
USUAL_EXPERIMENTS = ("na64e-2018", "na64mu-2022")


def formulas(name: str) -> tuple[Any, ...]:
    """Processes, parameters, dark states and forms of the couplings of a model: equal ones share their formulas."""
    model = dt.model(name, mass=0.1)
    forms = tuple(tuple(form.name for form, _ in model.coupled_parts(lepton)) for lepton in ("electron", "muon"))
    states = tuple(state.name for state in model.states())
    return (model.processes, model.on_request, tuple(model.values), states, forms)


def shower_of(name: str) -> tuple[Any, ...]:
    """Beam and target of an experiment: equal ones share their yields."""
    seen = dt.experiment(name)
    return (seen.beam, seen.target)


def first_of_each(names: tuple[str, ...], key: Any) -> frozenset[str]:
    """The first of those with the same key.

    >>> sorted(first_of_each(("a", "bb", "cc"), len))
    ['a', 'bb']
    """
    found: dict[Any, str] = {}
    for name in names:
        found.setdefault(key(name), name)
    return frozenset(found.values())


@cache
def own_models() -> frozenset[str]:
    """Models with formulas of their own."""
    return first_of_each((USUAL_MODEL, *dt.names("models")), formulas)


@cache
def own_experiments() -> frozenset[str]:
    """Experiments with a beam and a target of their own."""
    return first_of_each((*USUAL_EXPERIMENTS, *dt.names("experiments")), shower_of)


def repeats(model: str, experiment: str) -> bool:
    """Whether others show what a slow law would show of this pair."""
    if model == USUAL_MODEL or experiment in USUAL_EXPERIMENTS:
        return False
    return model not in own_models() or experiment not in own_experiments()


def slow_if(slow: bool, *values: Any) -> Any:
    """A case of a parametrised test, left to ``make validate`` where it is slow."""
    return pytest.param(*values, marks=pytest.mark.validate) if slow else pytest.param(*values)
