"""What the class of a model has to state: checked when a model is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from darktarget.core import LorentzStructure, Model
from darktarget.errors import InputError


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(map(_is_text, value))


def _is_structure(value: Any) -> bool:
    return isinstance(value, LorentzStructure)


#: Attribute of the class -> whether a value is allowed, and the allowed values in words (read-only).
DECLARED: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = MappingProxyType(
    {
        "name": (_is_text, 'a text, such as "my-boson"'),
        "mediator": (_is_text, 'a text, the symbol of the mediator, such as "X"'),
        "structure": (_is_structure, "a LorentzStructure, such as darktarget.core.VECTOR"),
        "references": (_are_texts, 'a tuple of arXiv numbers, such as ("1705.01633",)'),
        "processes": (_are_texts, 'a tuple of names of processes, such as ("bremsstrahlung",)'),
    }
)


def require_declared(model: Model) -> None:
    """Check the attributes that every class of models states.

    Raises:
        InputError: one is absent or of another type; the message names the class.
    """
    for name, (valid, allowed) in DECLARED.items():
        value = getattr(model, name, None)
        if not valid(value):
            advice = f"{type(model).__name__} does not define it." if value is None else ""
            raise InputError(f"{name} of the model {type(model).__name__}", value, allowed, advice)
