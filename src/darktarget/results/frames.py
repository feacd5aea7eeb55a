"""Results as tables of pandas and as data sets of xarray, both optional (extra ``frames``)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darktarget.errors import MissingExtra
from darktarget.results.layout import Layout, Values, Variable, joined, marks, scalars, sizes, variables

if TYPE_CHECKING:
    import pandas
    import xarray

EXTRA: Final = "frames"


def to_frame(result: Any) -> pandas.DataFrame:
    """One row per point (or per cell of the axes in ``layout.rows``), units in the names of the columns.

    Raises:
        MissingExtra: pandas is not installed.
    """
    library = _library("pandas")
    frame: pandas.DataFrame = library.DataFrame(columns(result))
    frame.attrs.update(_attributes(result))
    return frame


def columns(result: Any) -> dict[str, Values]:
    """The columns of a table by name, each [row].

    A result without arrays is one row of its numbers and words. With several axes of rows, their indices come first.
    """
    layout: Layout = result.layout
    found = list(variables(result, layout))
    if not found:
        return {name: np.array([_cell(value)]) for name, value in scalars(result).items()}
    lengths = sizes(found)
    rows = tuple(axis for axis in layout.rows if axis in lengths)
    shape = tuple(lengths[axis] for axis in rows)
    table: dict[str, Values] = {}
    if len(rows) > 1:
        for axis, index in zip(rows, np.indices(shape), strict=True):
            names = marks(result, layout, axis, lengths[axis])
            table[axis] = np.array(names)[index.ravel()] if axis in layout.labels else index.ravel()
    for variable in (part for v in found for part in _sides(v, rows)):
        for name, values in _spread(result, variable, rows, lengths):
            table[name] = np.broadcast_to(values, shape).ravel()
    return table


def _sides(variable: Variable, rows: tuple[str, ...]) -> tuple[Variable, ...]:
    """Lower and upper edges as two columns, where an array has the edges of the bins along an axis of rows."""
    axis = variable.axes[0].removesuffix("_edge")
    if len(variable.axes) > 1 or axis == variable.axes[0] or axis not in rows:
        return (variable,)
    sides = (("from", variable.values[:-1]), ("to", variable.values[1:]))
    return tuple(replace(variable, name=_inserted(variable, [word]), axes=(axis,), values=v) for word, v in sides)


def _spread(
    result: Any, variable: Variable, rows: tuple[str, ...], lengths: dict[str, int]
) -> Iterator[tuple[str, Values]]:
    """One array over the rows for each combination of the other axes, with a name for each."""
    further = [axis for axis in variable.axes if axis not in rows]
    if further and not set(rows) & set(variable.axes):
        return  # an axis of its own, such as a grid, is no column of these rows
    order = [*further, *(axis for axis in rows if axis in variable.axes)]
    moved = np.transpose(variable.values, [variable.axes.index(axis) for axis in order])
    kept = [slice(None) if axis in variable.axes else None for axis in rows]
    names = [marks(result, result.layout, axis, lengths[axis]) for axis in further]
    for index in np.ndindex(*(lengths[axis] for axis in further)):
        words = [name[i] for name, i in zip(names, index, strict=True)]
        yield _inserted(variable, words), moved[index][tuple(kept)]


def _inserted(variable: Variable, words: list[str]) -> str:
    """The name of a column with further words before the unit."""
    unit = variable.about.unit
    stem = variable.name.removesuffix(f"_{unit}") if unit else variable.name
    return joined(stem, *words, unit)


def to_xarray(result: Any) -> xarray.Dataset:
    """Variables with named axes; coordinates, units and facts as the layout declares them.

    Raises:
        MissingExtra: xarray is not installed.
    """
    library = _library("xarray")
    data: dict[str, Any] = {}
    coordinates: dict[str, Any] = {}
    found = list(variables(result, result.layout))
    for variable in found:
        about = {"units": variable.about.unit or "1", "long_name": variable.about.text or variable.name}
        place = coordinates if variable.about.coordinate else data
        place[variable.name] = (variable.axes, _texts(variable.values), about)
    for axis, size in sizes(found).items():
        if axis in result.layout.labels:
            coordinates[axis] = list(marks(result, result.layout, axis, size))
    if not found:
        data = {name: ((), value) for name, value in scalars(result).items() if not isinstance(value, tuple)}
    dataset: xarray.Dataset = library.Dataset(data, coordinates, _attributes(result))
    return dataset


def _texts(values: Values) -> Values:
    """Arrays of words as text, empty where there is none."""
    if values.dtype.kind != "O":
        return values
    return np.array([str(v or "") for v in values.ravel()]).reshape(values.shape)


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value


def _attributes(result: Any) -> dict[str, Any]:
    """Facts that hold for the whole table, in types that files of either library can hold."""
    named = {"class": type(result).__name__, **(scalars(result) if result.layout.columns else {})}
    return {k: int(v) if isinstance(v, bool | np.bool_) else _cell(v) for k, v in named.items()}


def _library(name: str) -> Any:
    """An optional library.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(name, EXTRA) from error
