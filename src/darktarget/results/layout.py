"""How a class of results declares its columns: once, for tables, summaries, pictures and files alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darktarget.units import PB, GeV

Values = NDArray[Any]

#: Size of each unit of a column in internal units (read-only).
UNITS: Final[Mapping[str, float]] = MappingProxyType(
    {"": 1.0, "GeV": GeV, "pb": PB, "X0": 1.0, "cm": 1.0, "per_GeV2": GeV**-2}
)


@dataclass(frozen=True)
class Column:
    """One quantity of a result, with its axes and its unit.

    Attributes:
        source: the field or property. Dots follow attributes, of each member where a field is a tuple of objects:
            ``runs.exposure``.
        unit: a key of ``UNITS``; it ends the name, as in ``mass_GeV``.
        axes: names of the axes of the array. A tuple of tuples of different lengths is filled up with nan.
        name: without the unit, by default the last part of ``source``. For a mapping it precedes each key.
        text: what it is, in words.
        coordinate: whether it labels an axis. On the axis ``energy_edge`` it has the edges of the bins along
            ``energy``.
    """

    source: str
    unit: str = ""
    axes: tuple[str, ...] = ("point",)
    name: str | None = None
    text: str = ""
    coordinate: bool = False

    def title(self, key: str | None = None) -> str:
        """Name with the unit, of one entry of a mapping where ``key`` is given.

        >>> Column("mass", "GeV").title(), Column("bands", name="coupling").title("plus 1")
        ('mass_GeV', 'coupling_plus_1')
        """
        stem = self.source.rpartition(".")[2] if self.name is None else self.name
        return joined(stem, "" if key is None else key, self.unit)


def joined(*words: str) -> str:
    """Words as the name of a column: letters, digits, and ``.``, ``+`` and ``-``; the rest becomes ``_``.

    >>> joined("systematic", "form factor (Tsai, Helm)", "")
    'systematic_form_factor_Tsai_Helm'
    """
    clean = (re.sub(r"[^0-9A-Za-z.+-]+", "_", word).strip("_") for word in words)
    return "_".join(word for word in clean if word)


@dataclass(frozen=True)
class Layout:
    """How a class of results is shown.

    Attributes:
        heading: result -> a few words: of what it is.
        sentence: result -> what was calculated, as one sentence.
        columns: its quantities. rows: the axes along which a table has its rows.
        labels: names along an axis, or the field that has them; otherwise numbers from 1.
        horizontal, best: titles of the columns that the sparkline shows; ``best`` is quoted where it is ``extreme``.
        extreme: ``smallest`` or ``largest``.
        facts: result -> further words, such as the confidence level.
    """

    heading: Callable[[Any], str]
    sentence: Callable[[Any], str]
    columns: tuple[Column, ...] = ()
    rows: tuple[str, ...] = ("point",)
    labels: Mapping[str, tuple[str, ...] | str] = field(default_factory=dict)
    horizontal: str = ""
    best: str = ""
    extreme: str = "smallest"
    facts: Callable[[Any], str] = lambda _: ""


@dataclass(frozen=True, eq=False)
class Variable:
    """A column of one result: an array with named axes, in the unit that its name ends with."""

    name: str
    axes: tuple[str, ...]
    values: Values
    about: Column


def follow(result: Any, path: str) -> Any:
    """The attribute behind a dotted path; of every member where a value is a tuple."""
    value = result
    for part in path.split("."):
        value = tuple(getattr(v, part) for v in value) if isinstance(value, tuple) else getattr(value, part)
    return value


def variables(result: Any, layout: Layout) -> Iterator[Variable]:
    """The columns of a result that it has; an absent quantity, None or an empty array, is left out."""
    used = {c.source for c in layout.columns}
    for column in layout.columns:
        value = follow(result, column.source)
        if isinstance(value, Mapping):
            kept = {k: v for k, v in value.items() if isinstance(v, np.ndarray) and k not in used}
            named = [(column.title(key), array) for key, array in kept.items()]
        else:
            named = [(column.title(), value)]
        for name, entry in named:
            array = None if entry is None else _array(entry, len(column.axes))
            if array is not None and array.ndim == len(column.axes) and array.size:
                yield Variable(name, column.axes, _in_unit(array, UNITS[column.unit]), column)


def sizes(found: list[Variable]) -> dict[str, int]:
    """Length of every axis."""
    return {axis: n for v in found for axis, n in zip(v.axes, v.values.shape, strict=True)}


def marks(result: Any, layout: Layout, axis: str, size: int) -> tuple[str, ...]:
    """The names along an axis."""
    declared = layout.labels.get(axis, ())
    names = tuple(str(name) for name in getattr(result, declared)) if isinstance(declared, str) else declared
    return names if len(names) == size else tuple(str(i + 1) for i in range(size))


def scalars(result: Any) -> dict[str, Any]:
    """The fields of a dataclass that are one number, word or truth value, or a tuple of words."""
    if not is_dataclass(result):
        return {}
    found = {f.name: getattr(result, f.name) for f in fields(result)}
    return {name: value for name, value in found.items() if _plain(value)}


def _plain(value: Any) -> bool:
    words = isinstance(value, tuple) and bool(value) and all(isinstance(v, str) for v in value)
    return words or isinstance(value, bool | int | float | str | np.generic)


def _in_unit(array: Values, unit: float) -> Values:
    return array if unit == 1.0 else np.asarray(array / unit)


def _array(value: Any, depth: int) -> Values:
    """An array of some number of axes; what is no number becomes an array of objects."""
    if isinstance(value, np.ndarray):
        return value
    if depth > 1:
        return _padded(value, depth)
    numbers = isinstance(value, tuple) and all(isinstance(v, int | float | np.number) for v in value)
    return np.array(value if numbers else _objects(value), dtype=None if numbers else object)


def _objects(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def _padded(nested: Any, depth: int) -> Values:
    """Nested tuples of different lengths as an array, filled up with nan."""
    shape = [0] * depth
    _measure(nested, shape, 0)
    array = np.full(shape, np.nan)
    _fill(array, nested)
    return array


def _measure(nested: Any, shape: list[int], level: int) -> None:
    if level < len(shape):
        shape[level] = max(shape[level], len(nested))
        for inner in nested:
            _measure(inner, shape, level + 1)


def _fill(array: Values, nested: Any) -> None:
    for i, inner in enumerate(nested):
        if array.ndim > 1:
            _fill(array[i], inner)
        else:
            array[i] = float(inner)
