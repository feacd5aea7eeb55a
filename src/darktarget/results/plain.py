"""Results as plain data: what JSON can hold, one way, without numbers that are not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from darktarget.results.layout import Column, variables

Plain = dict[str, Any]


def to_dict(result: Any) -> Plain:
    """The fields of a result by name, and its other columns; those with a unit carry it in the name.

    Args:
        result: a dataclass with a ``layout``.
    """
    columns: dict[str, Column] = {c.source: c for c in result.layout.columns if c.unit}
    found: Plain = {"class": type(result).__name__}
    values = {v.about.source: v for v in variables(result, result.layout) if v.about.unit}
    for about in fields(result):
        if about.name in columns:
            known = values.get(about.name)
            found[columns[about.name].title()] = None if known is None else plain(known.values)
        else:
            found[about.name] = plain(getattr(result, about.name))
    extra = {v.name: plain(v.values) for v in variables(result, result.layout) if v.about.source not in _fields(result)}
    return found | extra


def _fields(result: Any) -> set[str]:
    """Names of the fields; a dotted source belongs to the field that it starts with."""
    names = {f.name for f in fields(result)}
    return names | {c.source for c in result.layout.columns if c.source.partition(".")[0] in names}


@singledispatch
def plain(value: Any) -> Any:
    """A value for JSON: dataclasses become dictionaries, arrays lists, and what is not finite None.

    >>> plain((1, float("nan"), np.array([1.5, np.inf])))
    [1, None, [1.5, None]]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    return None if value is None or callable(value) else str(value)


@plain.register(bool)
@plain.register(int)
@plain.register(str)
def _(value: Any) -> Any:
    return value


@plain.register(float)
def _(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


@plain.register(np.generic)
@plain.register(np.ndarray)
def _(value: Any) -> Any:
    return plain(value.tolist())


@plain.register(list)
@plain.register(tuple)
def _(value: Any) -> list[Any]:
    return [plain(v) for v in value]


@plain.register(Mapping)
def _(value: Mapping[Any, Any]) -> Plain:
    return {str(k): plain(v) for k, v in value.items()}
