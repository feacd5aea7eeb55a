"""Laws of couplings, states, copies and what a model states about itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np

from darktarget.core import Model, same
from darktarget.core.channels import ANTILEPTONS
from darktarget.models.base.mediator import LEPTONS
from darktarget.testing.law import Subject, law, source_of

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
