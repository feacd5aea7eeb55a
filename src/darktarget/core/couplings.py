"""What a model returns as its couplings to leptons, checked: one number, or an array with one per parameter point."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from darktarget.errors import PhysicsError
from darktarget.numerics.arrays import Array
from darktarget.structures import LorentzStructure

#: Forms of a coupling: Lorentz structures of one spin, each with its coupling, [point].
Parts = tuple[tuple[LorentzStructure, Array], ...]


def at_points(returned: Any, points: int, method: str) -> Array:
    """What a method of a model returned as an array of numbers, [point]; one number is that of every point.

    Args:
        points: number of parameter points. method: its name and arguments, for the error.

    Raises:
        PhysicsError: neither a number nor one per point.

    >>> at_points(2, 3, "Mine.lepton_coupling('electron')")
    array([2., 2., 2.])
    """
    value = np.asarray(returned)
    number = value.dtype.kind in "fiu"
    if number and value.shape == (points,):
        return value
    if number and value.ndim == 0:
        return np.full(points, float(value))
    given = f"an array of shape {value.shape}" if value.ndim else repr(value.item())
    raise PhysicsError(
        f"{method} returned {given}: it has to return one number, or an "
        f"array of numbers of shape ({points},), one per parameter point."
    )


def per_point(method: Callable[[Any, str], Array]) -> Callable[[Any, str], Array]:
    """The method ``lepton_coupling`` of a model with its result checked by ``at_points``."""

    @wraps(method)
    def checked(self: Any, lepton: str) -> Array:
        return at_points(method(self, lepton), self.points, f"{type(self).__name__}.lepton_coupling({lepton!r})")

    return checked


def forms(method: Callable[[Any, str], Parts]) -> Callable[[Any, str], Parts]:
    """The method ``lepton_parts`` of a model with its result checked: structures of one spin, couplings as above.

    Raises:
        PhysicsError: by the method, where it returns something else.
    """

    @wraps(method)
    def checked(self: Any, lepton: str) -> Parts:
        name, parts = f"{type(self).__name__}.lepton_parts({lepton!r})", method(self, lepton)
        pairs = isinstance(parts, tuple | list) and all(isinstance(p, tuple | list) and len(p) == 2 for p in parts)
        spin = self.structure.spin
        if not pairs or not all(isinstance(s, LorentzStructure) and s.spin == spin for s, _ in parts):
            allowed = f"pairs of a Lorentz structure of spin {spin} (that of {self.structure.name}) and a coupling"
            raise PhysicsError(f"{name} returned {parts!r}: it has to return {allowed}.")
        return tuple((s, at_points(c, self.points, f"{name} for the structure {s.name}")) for s, c in parts)

    return checked
