"""What public functions check before any work: the types of their arguments, and lists of processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from darktarget.core import Beam, Experiment, Model, SignalRegion, Target
from darktarget.errors import InputError, UnknownName

#: The types that public functions take, and where to get one (read-only).
SOURCES: Final[Mapping[type, str]] = MappingProxyType(
    {
        Model: 'a model, such as dt.model("dark-photon", mass=0.1)',
        Experiment: 'an experiment, such as dt.experiment("na64e-2018")',
        SignalRegion: "a signal region, one of experiment.bins",
        Beam: "a beam, such as experiment.beam",
        Target: "a target, such as experiment.target",
    }
)


def require(kind: type, value: object, name: str) -> None:
    """Check the type of an argument.

    Args:
        kind: one of ``SOURCES``. value: as given. name: of the argument.

    Raises:
        InputError: another type, with the argument, what was given and what is expected.

    >>> require(Beam, "muon", "beam")
    Traceback (most recent call last):
    darktarget.errors.InputError: beam = 'muon': allowed is a beam, such as experiment.beam. This is of type str.
    """
    if not isinstance(value, kind):
        raise InputError(name, value, SOURCES[kind], f"This is of type {type(value).__name__}.")


def require_both(model: object, experiment: object) -> None:
    """Check that a model and an experiment are given, in this order.

    Raises:
        InputError: as ``require``; where the two are swapped, the message says so.
    """
    if isinstance(model, Experiment) and isinstance(experiment, Model):
        advice = "This is of type Experiment: swap the two arguments."
        raise InputError("model", model, SOURCES[Model], advice)
    require(Model, model, "model")
    require(Experiment, experiment, "experiment")


def named_processes(model: Model, names: Any) -> tuple[str, ...]:
    """The processes that a user named, checked; none where all are meant.

    Args:
        model: whose processes they are. names: a sequence of names, or None.

    Raises:
        InputError: no list, or a process twice. UnknownName: a process that the model does not have.
    """
    if names is None:
        return ()
    if isinstance(names, str) or not isinstance(names, Sequence):
        given = type(names).__name__
        advice = f'Write processes=["{names}"].' if isinstance(names, str) else f"This is of type {given}."
        raise InputError("processes", names, "a list of names of processes", advice)
    known = (*model.processes, *model.on_request)
    for i, name in enumerate(names):
        if name not in known:
            raise UnknownName(f"process of {model.name}", name, known)
        if name in names[:i]:
            raise InputError("processes", list(names), f"a list with {name} once", "Its events would count twice.")
    return tuple(names)
