"""Laws of parameter points and copies."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy, deepcopy
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np

from darktarget.core import Model, same
from darktarget.testing.law import Subject, law, mass_of, source_of
from darktarget.testing.states import BEAM_LEPTONS


@law("points are independent of each other")
def points(subject: Subject) -> Iterator[str]:
    """Widths and couplings at one mass are those of a model at this mass alone."""
    model = subject.model()
    name = type(model).__name__
    for k, mass in enumerate(subject.masses):
        alone = subject.model(mass)
        for lepton in BEAM_LEPTONS:
            if not np.allclose(alone.lepton_coupling(lepton), model.lepton_coupling(lepton)[k], rtol=1e-9, atol=0):
                yield f"{name}.lepton_coupling({lepton!r}) at {mass:g} GeV depends on the other masses"
        for one, channel in zip(alone.channels(), model.channels(), strict=True):
            width = channel.at(mass_of(model, channel.parent)[:, None])[k]
            if not np.allclose(one.at(mass_of(alone, one.parent)[:, None])[0], width, rtol=1e-9, atol=0):
                yield f"{source_of(model, channel)} at {mass:g} GeV depends on the other masses"


def _results(model: Model) -> list[Any]:
    """What a model calculates: all widths, currents at some momenta transferred, and couplings."""
    square = np.broadcast_to([0.1, 1.0], (model.points, 2))
    return [
        *(c.at(mass_of(model, c.parent)[:, None] * np.array([1.0, 1.7])) for c in model.channels()),
        *(e.current(square) for e in model.exchanges()),
        *(model.lepton_coupling(lepton) for lepton in BEAM_LEPTONS),
        model.width(coupling=1e-3),
        model.invisible_fraction(),
    ]


def _setup(model: Model) -> tuple[Any, ...]:
    """What a copy keeps besides the values."""
    return model.processes, model.on_request, model.structure, model.values["mass"].flags.writeable


def through_process(value: Any) -> Any:
    """What a worker process receives."""
    return ForkingPickler.loads(ForkingPickler.dumps(value))


@law("copies are equal and calculate the same")
def copies(subject: Subject) -> Iterator[str]:
    """Of ``copy``, ``deepcopy``, and what a worker process receives; so do channels and exchanges."""
    model = subject.model()
    name, expected = type(model).__name__, _results(model)
    for make in (copy, deepcopy, through_process):
        try:
            again = make(model)
        except Exception as error:  # noqa: BLE001 - copies run code of the user's
            yield f"{name} cannot be sent to a worker process: {error}"
            continue
        if again != model or hash(again) != hash(model) or again.values != model.values:
            yield f"{name}: what {make.__name__} gives is not equal to the model; set all attributes from values"
        elif _setup(again) != _setup(model):
            yield f"{name}: what {make.__name__} gives has other processes, another structure or a mass to write to"
        elif not same(_results(again), expected):
            yield f"{name}: what {make.__name__} gives has other widths or couplings"
    yield from (f"{name}.{method}: {text}" for method in ("channels", "exchanges") for text in _sent(model, method))


def _sent(model: Model, method: str) -> Iterator[str]:
    """What is wrong with sending the channels or exchanges of a model to a worker process."""
    items = getattr(model, method)()
    try:
        if through_process(items) != items:
            yield "what a worker process receives is not equal"
    except Exception as error:  # noqa: BLE001 - copies run code of the user's
        yield f"cannot be sent to a worker process ({error}): use functions of the module, methods or functools.partial"


@law("models are equal if their values are")
def equality(subject: Subject) -> Iterator[str]:
    """And differ if a mass does."""
    model = subject.model()
    name = type(model).__name__
    if model != subject.model():
        yield f"{name}: two models of the same values are not equal"
    *others, last = subject.masses
    if model == subject.model([*others, last * 1.03]):
        yield f"{name}: models of different masses are equal"
