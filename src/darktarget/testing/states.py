"""Laws of couplings, states, copies and what a model states about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy, deepcopy
from itertools import pairwise
from multiprocessing.reduction import ForkingPickler
from typing import Any, Final

import numpy as np

from darktarget.core import VECTOR, Model, same
from darktarget.core.model import ANTILEPTONS
from darktarget.decays.r_ratio import ELECTROMAGNETIC
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.models.base.mediator import LEPTONS
from darktarget.testing.law import Subject, law, mass_of, source_of
from darktarget.units import ALPHA, LEPTON_MASS

BEAM_LEPTONS: Final = (*LEPTONS.values(), *ANTILEPTONS)
ARXIV: Final = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}")


@law("the model states its name, references and parameters")
def documents(subject: Subject) -> Iterator[str]:
    """References are arXiv numbers; every parameter has a text."""
    model = subject.model()
    name = type(model).__name__
    yield from (
        f"{name}.references: {key!r} is no arXiv number" for key in model.references if not ARXIV.fullmatch(key)
    )
    if not model.references:
        yield f"{name}.references is empty: name the paper of the Lagrangian"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", model.name):
        yield f"{name}.name is {model.name!r}: it has to be letters, digits and hyphens, as it is part of file names"
    for parameter in getattr(subject.build, "parameters", ()):
        if not (parameter.text and parameter.allowed):
            yield f"{name}.parameters: {parameter.name} has no text"


@law("couplings to leptons are finite numbers, one per point, the same for an antiparticle")
def couplings(subject: Subject) -> Iterator[str]:
    """``lepton_parts`` lists Lorentz structures of the spin of the mediator."""
    model = subject.model()
    name = type(model).__name__
    for lepton in BEAM_LEPTONS:
        value = np.asarray(model.lepton_coupling(lepton))
        if value.shape != (model.points,) or not np.isfinite(value).all():
            yield f"{name}.lepton_coupling({lepton!r}) is {value}, not {model.points} finite numbers"
        for structure, part in model.lepton_parts(lepton):
            if structure.spin != model.structure.spin:
                yield f"{name}.lepton_parts({lepton!r}) has {structure.name}, of another spin than the mediator"
            if np.shape(part) != (model.points,) or not np.isfinite(part).all():
                yield f"{name}.lepton_parts({lepton!r}) is {part}, not {model.points} finite numbers"
    for anti, lepton in ANTILEPTONS.items():
        if not same(np.abs(model.lepton_coupling(anti)), np.abs(model.lepton_coupling(lepton))):
            yield f"{name}.lepton_coupling is another one for {anti} than for {lepton}"


@law("decays to leptons follow from the couplings to them")
def lepton_decays(subject: Subject) -> Iterator[str]:
    """For a mediator of spin 1 on shell: the sum over ``lepton_parts``, to 1e-6."""
    model = subject.model()
    name, mass = type(model).__name__, model.mediator_mass[:, None]
    if model.structure.spin != 1 or not mass.all():
        return
    found = {channel.label: channel for channel in model.decays_of(model.mediator)}
    for short, lepton in LEPTONS.items():
        expected = sum(
            TO_LEPTONS.of(structure, model.name)(mass, LEPTON_MASS[lepton], ALPHA * coupling[:, None] ** 2)
            for structure, coupling in model.lepton_parts(lepton)
        )
        channel = found.get(f"{short}+ {short}-")
        width = channel.at(mass) if channel is not None else np.zeros_like(mass)
        if not np.allclose(width, expected, rtol=1e-6, atol=0):
            where = source_of(model, channel) if channel is not None else f"{name}.channels (no {short}+ {short}-)"
            point = int(np.argmax(np.abs(width - expected)))
            yield (
                f"{where} is {width[point, 0]:.4g} GeV, while {name}.lepton_coupling({lepton!r}) gives "
                f"{np.asarray(expected)[point, 0]:.4g} GeV"
            )


@law("a gauge boson of lepton numbers decays to neutrinos", remark=True)
def neutrinos(subject: Subject) -> Iterator[str]:
    """Left-handed neutrinos have the charges of their leptons, unless the coupling comes from kinetic mixing."""
    model = subject.model()
    if model.structure != VECTOR or not model.mediator_mass.all():
        return
    if any(d.startswith("nu") for channel in model.decays_of(model.mediator) for d in channel.daughters):
        return
    values = [np.abs(model.lepton_coupling(lepton)) for lepton in LEPTONS.values()]
    universal = all(np.allclose(value, values[0]) for value in values)
    if not universal or getattr(model, "quarks", ELECTROMAGNETIC) != ELECTROMAGNETIC:
        yield (
            f"{type(model).__name__}.lepton_coupling is not that of kinetic mixing and no channel has neutrinos: if "
            "these are gauge charges, derive the class from GaugedModel with charges, or define neutrino_widths"
        )


@law("states are complete, the lightest first")
def states(subject: Subject) -> Iterator[str]:
    """Parents and dark daughters of channels are states, with the same masses."""
    model = subject.model()
    name, found = type(model).__name__, model.states()
    known = {state.name for state in found}
    for state in found:
        if state.degrees < 1:
            yield f"{name}.states: {state.name} has {state.degrees} degrees of freedom"
        if not (state.mass >= model.dark_mass).all():
            yield f"{name}.states: {state.name} is lighter than {name}.dark_mass"
    for light, heavy in pairwise(found):
        if (heavy.mass < light.mass).any():
            yield f"{name}.states: {heavy.name} comes after {light.name} but is lighter"
    for channel in model.channels():
        yield from (f"{source_of(model, channel)}: {text}" for text in _daughters(model, channel, known))


def _daughters(model: Model, channel: Any, known: set[str]) -> Iterator[str]:
    """What is wrong with the names and masses of a channel."""
    if channel.parent not in known | {model.mediator}:
        yield f"the parent {channel.parent} is no state and not the mediator"
    if not channel.daughters:
        yield "no daughters"
    for daughter, mass in zip(channel.daughters, channel.masses, strict=False):
        if daughter.removesuffix("bar") in known and not np.allclose(mass, model.state(daughter).mass):
            yield f"the mass of {daughter} is not that of the state"


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
