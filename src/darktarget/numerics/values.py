"""Equality of nested values that hold arrays, dataclasses that are compared by it, and a mapping that cannot change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial, singledispatch
from numbers import Real
from types import MethodType
from typing import Any, TypeVar

import numpy as np

K = TypeVar("K")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, where ``==`` would give an array or tell a nan from itself.

    Arrays are equal if shape, dtype and every element are, nan equal to nan. Sequences, mappings, ``functools.partial``
    and bound methods are compared part by part, everything else with ``==``.

    >>> same((np.array([1.0, np.nan]), {"a": np.nan}), (np.array([1.0, np.nan]), {"a": float("nan")}))
    True
    >>> same(np.array([1.0]), np.array([1]))
    False
    """
    return one is other or _same(one, other)


@singledispatch
def _same(one: Any, other: Any) -> bool:
    answer = one == other
    return isinstance(answer, bool | np.bool_) and bool(answer)


@_same.register(float)
def _(one: float, other: Any) -> bool:
    return isinstance(other, Real) and bool(one == other or (one != one and other != other))


@_same.register(np.ndarray)
def _(one: np.ndarray[Any, Any], other: Any) -> bool:
    alike = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
    return alike and bool(np.array_equal(one, other, equal_nan=one.dtype.kind in "fc"))


@_same.register(tuple)
@_same.register(list)
def _(one: tuple[Any, ...] | list[Any], other: Any) -> bool:
    return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))


@_same.register(Mapping)
def _(one: Mapping[Any, Any], other: Any) -> bool:
    return isinstance(other, Mapping) and one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())


@_same.register(partial)
def _(one: partial[Any], other: Any) -> bool:
    parts = isinstance(other, partial) and (other.func, other.args, other.keywords)
    return same((one.func, one.args, one.keywords), parts)


@_same.register(MethodType)
def _(one: MethodType, other: Any) -> bool:
    return isinstance(other, MethodType) and one.__func__ is other.__func__ and same(one.__self__, other.__self__)


def _read_only(items: Mapping[Any, Any]) -> tuple[Any, ...]:
    """Keys of the arrays that cannot be written to: pickle and copy forget it."""
    return tuple(k for k, v in items.items() if isinstance(v, np.ndarray) and not v.flags.writeable)


def _close(items: Mapping[Any, Any], keys: tuple[Any, ...]) -> None:
    for key in keys:
        items[key].setflags(write=False)


class FrozenDict(Mapping[K, V_co]):
    """A read-only mapping that can be pickled and copied; its read-only arrays stay read-only in the copy.

    >>> values = FrozenDict(alpha_D=0.1, dm="dirac")
    >>> values, values == {"dm": "dirac", "alpha_D": 0.1}
    (FrozenDict({'alpha_D': 0.1, 'dm': 'dirac'}), True)
    >>> values | {"dm": "scalar"}
    FrozenDict({'alpha_D': 0.1, 'dm': 'scalar'})
    >>> values["dm"] = "scalar"
    Traceback (most recent call last):
    TypeError: 'FrozenDict' object does not support item assignment
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[Any, Any] = {}, /, **more: Any) -> None:
        self._items: dict[K, V_co] = dict(items, **more)

    def __getitem__(self, key: K) -> V_co:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def __or__(self, other: Mapping[Any, Any]) -> FrozenDict[Any, Any]:
        return FrozenDict({**self._items, **other})

    def __ror__(self, other: Mapping[Any, Any]) -> FrozenDict[Any, Any]:
        return FrozenDict({**other, **self._items})

    def __eq__(self, other: object) -> bool:
        return same(self._items, other)

    def __hash__(self) -> int:
        return hash(frozenset(self._items))  # of the keys: values may be arrays, which have none

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._items, _read_only(self._items))


def _restored(items: dict[K, V], closed: tuple[K, ...]) -> FrozenDict[K, V]:
    _close(items, closed)
    return FrozenDict(items)


class ByValue:
    """Base of dataclasses with arrays (``eq=False``): equal if the class and all fields are, in the sense of ``same``.

    They have no hash. Copies, and what comes back from another process, keep read-only arrays read-only.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self) if f.compare)  # type: ignore[arg-type]

    def __getstate__(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        return dict(vars(self)), _read_only(vars(self))

    def __setstate__(self, state: tuple[dict[str, Any], tuple[str, ...]]) -> None:
        vars(self).update(state[0])
        _close(vars(self), state[1])


def close(instance: Any) -> None:
    """Make the arrays of a frozen dataclass read-only, those in its mappings included, in its ``__post_init__``.

    The fields become read-only views: arrays that the caller holds can still be written.
    """
    for about in fields(instance):
        value = getattr(instance, about.name)
        if isinstance(value, np.ndarray):
            object.__setattr__(instance, about.name, _view(value))
        elif isinstance(value, FrozenDict):
            closed = {k: _view(v) if isinstance(v, np.ndarray) else v for k, v in value.items()}
            object.__setattr__(instance, about.name, FrozenDict(closed))


def _view(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    view = array.view()
    view.setflags(write=False)
    return view


def freeze(instance: object, *names: str) -> None:
    """Make mappings that a frozen dataclass was given read-only, in its ``__post_init__``."""
    for name in names:
        object.__setattr__(instance, name, FrozenDict(getattr(instance, name)))
