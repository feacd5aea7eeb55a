"""Methods that a user's own model overrides: errors name file, class, method and line, and results are checked.

Code of this package is left as it is, so that shipped models pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from inspect import signature, unwrap
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any, Final

import numpy as np

from darktarget.errors import DarktargetError, InputError, ModelError, last_line
from darktarget.numerics.arrays import Array
from darktarget.numerics.values import ByValue

#: The folder of this package, whose own code is not guarded.
HERE: Final = str(Path(__file__).parents[1])
#: How a note about a place begins.
NOTE: Final = "raised in "


@dataclass(frozen=True)
class Returns:
    """What a method has to return.

    Attributes:
        text: in words; {points} and {shape} are replaced by the number of points and the shape of the array argument.
        read: (value, number of points, arguments, own) -> the value that is used; ``own`` guards a function.
        arguments: changes the arguments that the method receives.

    Raises:
        ValueError, TypeError: by ``read``, where the value is of another form.
    """

    text: str
    read: Callable[[Any, int, tuple[Any, ...], Own], Any]
    arguments: Callable[[tuple[Any, ...]], tuple[Any, ...]] = tuple


@dataclass(frozen=True)
class Own:
    """A place in a user's code: class, method and file.

    Attributes:
        owner, method: names of the class and of what it defines. code: of the method; None where it has none.
    """

    owner: str
    method: str
    code: CodeType | None

    @property
    def file(self) -> str:
        """Path of the source, as Python knows it."""
        return self.code.co_filename if self.code else "unknown file"

    def call(self, arguments: tuple[Any, ...]) -> str:
        """The call in words, such as ``MyBoson.lepton_width('tau', ...)``."""
        inner = ", ".join(repr(a) if isinstance(a, str) else "..." for a in arguments)
        return f"{self.owner}.{self.method}({inner})"

    def raised(self, error: Exception, arguments: tuple[Any, ...]) -> ModelError:
        """The error with its place."""
        line = last_line(error, self.file)
        at = f", line {line}" if line else ""
        return ModelError(f"{self.file}{at}, in {self.call(arguments)}: {type(error).__name__}: {error}")

    def refused(self, value: Any, expected: str, arguments: tuple[Any, ...]) -> ModelError:
        """The error about a result of another form."""
        line = f", line {self.code.co_firstlineno}" if self.code else ""
        text = f"{self.call(arguments)} returned {_described(value)}: it has to return {expected}."
        return ModelError(f"{text} ({self.file}{line})")

    def noted(self, error: DarktargetError, arguments: tuple[Any, ...]) -> None:
        """Add the place to an error that has a type already, unless a method inside has done so."""
        if not any(note.startswith(NOTE) for note in getattr(error, "__notes__", ())):
            line = last_line(error, self.file)
            error.add_note(f"{NOTE}{self.call(arguments)}, {self.file}{f', line {line}' if line else ''}")

    def function(self, function: Callable[..., Any], text: str) -> Callable[..., Any]:
        """A function of mass that the method hands out, guarded where it is the user's own."""
        code = code_of(function)
        own = isinstance(function, OwnFunction) or is_guarded(function) or not outside(code)
        return function if own else OwnFunction(function, replaced(self, code), text)


def replaced(place: Own, code: CodeType | None) -> Own:
    """The place of a function that a method hands out: its own file, and its name after that of the method."""
    return Own(place.owner, f"{place.method}: {code.co_qualname if code else 'function'}", code) if code else place


@dataclass(frozen=True, eq=False)
class OwnFunction(ByValue):
    """A user's function of one array, such as a partial width of virtual masses, with its errors and results guarded.

    Attributes:
        function: the user's. place: where it comes from. text: what it is the width of.
    """

    function: Callable[..., Any]
    place: Own
    text: str

    def __getstate__(self) -> Any:
        return self.function, self.place.owner, self.place.method, self.text  # code cannot be sent to a process

    def __setstate__(self, state: Any) -> None:
        function, owner, method, text = state
        vars(self).update(function=function, place=Own(owner, method, code_of(function)), text=text)

    def __call__(self, mass: Array) -> Array:
        """The result, checked: numbers >= 0 of the shape of ``mass``.

        Raises:
            ModelError: it raises an error, or returns something else.
        """
        try:
            value = self.function(mass)
        except DarktargetError as error:
            self.place.noted(error, (self.text,))
            raise
        except Exception as error:
            raise self.place.raised(error, (self.text,)) from error
        return np.asarray(checked(LIKE_MASS, self.place, value, np.size(mass), (self.text, mass)))


def checked(expected: Returns, place: Own, value: Any, points: int, arguments: tuple[Any, ...]) -> Any:
    """The value that a method returned, read.

    Raises:
        ModelError: it is of another form; the message names the method and what is expected.
    """
    try:
        return expected.read(value, points, arguments, place)
    except (TypeError, ValueError) as error:
        text = expected.text.format(points=points, shape=_shape_of(arguments))
        raise place.refused(value, text, arguments) from error


def guarded(cls: type, name: str, method: Callable[..., Any], expected: Returns | None) -> Callable[..., Any]:
    """The method of a model with its errors placed and its result checked.

    Args:
        cls: which defines it. expected: what it has to return; None where anything is allowed.
    """
    place = Own(cls.__name__, name, code_of(method))
    change = expected.arguments if expected else tuple

    @wraps(method)
    def inner(self: Any, *given: Any, **named: Any) -> Any:
        arguments = (*given, *named.values())
        try:
            value = method(self, *change(given), **named)
        except DarktargetError as error:
            if name != "__init__" and not isinstance(error, ModelError):  # a wrong parameter is the caller's
                place.noted(error, arguments)
            raise
        except Exception as error:
            raise place.raised(error, arguments) from error
        return value if expected is None else checked(expected, place, value, self.points, arguments)

    inner.guarded = True  # type: ignore[attr-defined]
    return inner


def guard(cls: type, returns: Mapping[str, Returns]) -> None:
    """Guard what a class overrides, in place; only its own code, and only where it lies outside this package.

    Args:
        returns: what the methods have to return, by name.

    Raises:
        InputError: a method was replaced by something that cannot be called.
    """
    for name, value in list(vars(cls).items()):
        base = next((vars(c)[name] for c in cls.__mro__[1:] if name in vars(c)), None)
        if base is None or (name.startswith("__") and name != "__init__"):
            continue
        if isinstance(value, property) and value.fget is not None and outside(code_of(value.fget)):
            setattr(cls, name, property(guarded(cls, name, value.fget, returns.get(name)), doc=value.__doc__))
        elif isinstance(base, FunctionType) and not isinstance(value, property | classmethod | staticmethod):
            if not callable(value):
                raise InputError(f"{name} of the model {cls.__name__}", value, f"a method, {name}{_inputs(base)}")
            if outside(code_of(value)):
                setattr(cls, name, guarded(cls, name, value, returns.get(name)))


def code_of(function: Any) -> CodeType | None:
    """The code behind a function, a method, a ``partial`` or an object that can be called; None for compiled ones."""
    while isinstance(function, partial | MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    plain = unwrap(function)
    if not isinstance(plain, FunctionType):
        plain = getattr(type(plain), "__call__", None)  # noqa: B004 - its code, not whether there is one
    return getattr(plain, "__code__", None)


def outside(code: CodeType | None) -> bool:
    """Whether code is of another place than this package; compiled functions are taken as they are."""
    return code is not None and not code.co_filename.startswith(HERE)


def is_guarded(function: Any) -> bool:
    """Whether a function, or the method behind it, is guarded already."""
    while isinstance(function, partial | MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    return bool(getattr(function, "guarded", False))


def _inputs(base: FunctionType) -> str:
    return f"({', '.join(signature(base).parameters)})"


def _described(value: Any) -> str:
    """A value in words: shape and what is wrong with arrays, short texts of others."""
    if isinstance(value, np.ndarray) and value.ndim:
        bad = "" if value.dtype.kind not in "fiu" or np.all(np.isfinite(value)) else " with nan or inf"
        low = " with negative numbers" if not bad and value.dtype.kind in "fi" and np.any(value < 0) else ""
        return f"an array of shape {value.shape}{bad}{low}"
    text = repr(value.item() if isinstance(value, np.ndarray) else value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _array_in(arguments: tuple[Any, ...]) -> Any:
    return next((a for a in arguments if not isinstance(a, str)), 0.0)


def _shape_of(arguments: tuple[Any, ...]) -> tuple[int, ...]:
    return np.shape(_array_in(arguments))


def numbers(value: Any, shape: tuple[int, ...], least: float = -np.inf, absent: bool = False) -> Array:
    """A number or an array as an array of some shape.

    Args:
        least: smallest value allowed. absent: whether nan is.

    Raises:
        ValueError: no number, another shape, not finite or too small.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.shape not in ((), shape):
        raise ValueError("shape")
    valid = np.isfinite(array) & (array >= least)
    if not np.all(valid | (np.isnan(array) & absent)):
        raise ValueError("value")
    return array if array.shape == shape else np.full(shape, float(array))


def _per_point(value: Any, points: int, given: tuple[Any, ...], own: Own) -> Array:
    return numbers(value, (points,))


def _mass(value: Any, points: int, given: tuple[Any, ...], own: Own) -> Array:
    return numbers(value, (points,), 0.0, absent=True)


def _like_mass(value: Any, points: int, given: tuple[Any, ...], own: Own) -> Array:
    return numbers(value, _shape_of(given), 0.0)


def _number_or_points(value: Any, points: int, given: tuple[Any, ...], own: Own) -> Any:
    numbers(value, (points,))
    return value


def _functions(value: Any, points: int, given: tuple[Any, ...], own: Own) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(k, str) and callable(v) for k, v in value.items()):
        raise TypeError("functions")
    return {name: own.function(function, name) for name, function in value.items()}


def sequence_of(kind: type | tuple[type, ...], text: str, read: Callable[[Any, Own], Any] | None = None) -> Returns:
    """A tuple of things of one kind.

    Args:
        text: what they are, in words. read: (item, place) -> the item that is used.
    """

    def of(value: Any, points: int, given: tuple[Any, ...], own: Own) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list) or not all(isinstance(item, kind) for item in value):
            raise TypeError(text)
        return tuple(value if read is None else (read(item, own) for item in value))

    return Returns(f"a tuple of {text}", of)


_POINTS: Final = "one number, or an array of numbers of shape ({points},), one per parameter point"
#: A finite number per parameter point.
PER_POINT: Final = Returns(_POINTS, _per_point)
#: A mass or a strength per parameter point, nan where there is none.
MASS_PER_POINT: Final = Returns(f"{_POINTS}, >= 0", _mass)
#: A width, of the shape of the masses at which it is wanted.
LIKE_MASS: Final = Returns("finite numbers >= 0 of the shape of the masses, {shape}", _like_mass)
#: One number, which is not expanded, or one per parameter point.
NUMBER_OR_POINTS: Final = Returns(_POINTS, _number_or_points)
#: Functions of virtual mass by name.
FUNCTIONS: Final = Returns("a dict from names to functions of the mass", _functions)
