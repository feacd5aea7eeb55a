"""Models whose class is built from data: it has no module to be imported from, so instances carry its origin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from darktarget.core import Model

#: A function of a module, and its argument, which together return the class again.
Origin = tuple[Callable[[Any], type[Model]], Any]


class FromFile(Model):
    """Base of classes that are built from data: instances can be pickled and copied, also to another process.

    Attributes:
        origin: how the class is built. title, description: of the file.
    """

    origin: ClassVar[Origin]
    title: ClassVar[str]
    description: ClassVar[str]

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self.origin, dict(vars(self)))


def restored(origin: Origin, state: dict[str, Any]) -> Model:
    """The instance of a class with some attributes."""
    build, argument = origin
    kind = build(argument)
    instance: Model = kind.__new__(kind)
    vars(instance).update(state)
    return instance


def itself(kind: type[Model]) -> type[Model]:
    """A class that can be imported."""
    return kind
