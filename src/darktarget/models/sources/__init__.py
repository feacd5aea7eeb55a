"""The ways to name a model: its class, a Python file and a class in it, a TOML file, or a registered name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from darktarget.core import Model
from darktarget.errors import InputError
from darktarget.models import MODELS, SUFFIX, from_toml
from darktarget.models.sources.python_file import class_in, is_python

#: What builds a model from its parameters.
Factory = Callable[..., Model]


@dataclass(frozen=True)
class ModelSource:
    """One way to name a model.

    Attributes:
        form: in words. recognises: whether a value has this form. load: the value -> what builds the model.
    """

    form: str
    recognises: Callable[[Any], bool]
    load: Callable[[Any], Factory]


def _is_class(value: Any) -> bool:
    return isinstance(value, type)


def _is_toml(value: Any) -> bool:
    return isinstance(value, str | Path) and str(value).endswith(SUFFIX)


def _whatever(value: Any) -> bool:
    return True


def complete(kind: Any) -> Factory:
    """A class from which models can be built.

    Raises:
        InputError: it is no subclass of ``Model``, or some of its abstract methods are not defined.
    """
    if not issubclass(kind, Model):
        allowed = "a subclass of a base in darktarget.models.base, such as MediatorModel"
        raise InputError("model", kind.__name__, allowed)
    if missing := sorted(kind.__abstractmethods__):
        allowed = "a class that defines every abstract method"
        raise InputError("model", kind.__name__, allowed, f"{kind.__name__} does not define {', '.join(missing)}.")
    factory: Factory = kind
    return factory


def _from_file(word: str | Path) -> Factory:
    return complete(class_in(word))


#: The forms in the order in which they are tried; the last one takes everything.
SOURCES: Final = (
    ModelSource("a subclass of Model", _is_class, complete),
    ModelSource("PATH.py:Class, a file of your own", is_python, _from_file),
    ModelSource("PATH.toml, a file of your own", _is_toml, from_toml),
    ModelSource("the name of a model", _whatever, MODELS.__getitem__),
)


def factory(which: Any) -> Factory:
    """What builds the model that a user names; a file is loaded only because it is named here.

    Args:
        which: any of the forms in ``SOURCES``.

    Raises:
        InputError, UnknownName: no such model, file or class. ModelError: the file raises an error when it is loaded.

    >>> factory("dark-photon")(mass=0.1).points
    1
    """
    return next(source for source in SOURCES if source.recognises(which)).load(which)
