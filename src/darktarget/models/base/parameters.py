"""Declared model parameters: unit, range, default; checked once, at the door, for scalars and arrays alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from darktarget.core import Array
from darktarget.errors import InputError, UnknownName
from darktarget.units import GeV


@dataclass(frozen=True)
class Parameter:
    """A model parameter.

    Attributes:
        name: its key on the command line and in Python.
        text: what it is, with its symbol.
        unit: "GeV" values are converted at the door; "" is dimensionless.
        default: None if the user must give it (or may leave it out, see ``optional``).
        above, below: open bounds (``closed``: ``above`` itself is allowed).
        choices: allowed names; then the value is a string.
        optional: may be absent.
    """

    name: str
    text: str
    unit: str = ""
    default: float | str | None = None
    above: float = 0.0
    below: float = np.inf
    choices: tuple[str, ...] = ()
    optional: bool = False
    closed: bool = False

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        unit = f" {self.unit}" if self.unit else ""
        upper = f" and < {self.below:g}{unit}" if np.isfinite(self.below) else ""
        return f"a finite number {'>=' if self.closed else '>'} {self.above:g}{unit}{upper}"

    def check(self, value: Any) -> str | Array:
        """Return a checked copy of a value: a choice, or a 1-d array in internal units.

        Raises:
            InputError: naming the parameter, the value and what is allowed.
        """
        if self.choices:
            if isinstance(value, str) and value in self.choices:
                return value
            raise InputError(self.name, value, self.allowed)
        array = as_numbers(self.name, value, self.allowed)
        low = array >= self.above if self.closed else array > self.above
        bad = ~(low & (array < self.below) & np.isfinite(array))
        if bad.any():
            raise InputError(self.name, float(array[bad][0]), self.allowed)
        return array * (GeV if self.unit == "GeV" else 1.0)


def as_numbers(name: str, value: Any, allowed: str) -> Array:
    """A number or a sequence of numbers as a 1-d float array; text, bools and nested lists are refused."""
    items: Any = value.ravel() if isinstance(value, np.ndarray) else value
    items = items if isinstance(items, Sequence | np.ndarray) and not isinstance(items, str) else [items]
    for item in items:
        if isinstance(item, bool | np.bool_) or not isinstance(item, Real):
            raise InputError(name, item, allowed)
    if len(items) == 0:
        raise InputError(name, value, allowed, "Give at least one value.")
    return np.array([float(i) for i in items])


MASS = Parameter("mass", "mediator mass m", "GeV")
COUPLING = Parameter("coupling", "kinetic mixing or coupling to leptons in units of e", optional=True, below=10.0)
ALPHA_D = Parameter("alpha_D", "dark coupling g_D^2/(4 pi)", default=0.1, below=4 * np.pi)
MASS_RATIO = Parameter("mass_ratio", "mediator mass over the mass of the lightest dark particle", default=3.0)


def resolve(declared: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values of all declared parameters, arrays broadcast to the same number of points.

    Raises:
        UnknownName: a parameter that the model does not have.
        InputError: a value out of range, a missing one, or arrays of different length.
    """
    known = {p.name: p for p in declared}
    for name in given:
        if name not in known:
            raise UnknownName("parameter", name, known)
    values: dict[str, Any] = {}
    for parameter in declared:
        value = given.get(parameter.name, parameter.default)
        if value is not None:
            values[parameter.name] = parameter.check(value)
        elif not parameter.optional:
            raise InputError(parameter.name, None, parameter.allowed, "It has no default: give it.")
    arrays = {k: v for k, v in values.items() if isinstance(v, np.ndarray)}
    points = max(v.size for v in arrays.values())
    for name, array in arrays.items():
        if array.size not in (1, points):
            raise InputError(name, f"{array.size} values", f"1 or {points} values, as the longest parameter has")
        values[name] = np.broadcast_to(array, (points,)).copy()
        values[name].flags.writeable = False
    return values
