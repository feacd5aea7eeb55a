"""Where a shower runs: compiled on the host, in plain Python, or on a CUDA device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from darktarget.errors import InputError
from darktarget.shower.run import ShowerRun, follow_in_python, route_kernel
from darktarget.shower.state import Floats, Geometry, Tables, Tally


class Engine(Protocol):
    """What follows the primaries of a run, on the host or on a device."""

    def follow(
        self,
        first: int,
        number: int,
        threads: int,
        events: Floats,
        picks: Floats,
        progress: Callable[[int], None] | None,
    ) -> tuple[Tally, float]:
        """Follow primaries first ... first + number - 1 and return their sums and the seconds it took."""


def engine(
    route: str, t: Tables, g: Geometry, starts: Floats, seed: int, pick_species: int, pick_above: float
) -> Engine:
    """A run on a route: "numba", "python" or "cuda".

    Raises:
        UnknownName: another route.
        InputError: no CUDA device, or numba's CUDA target is not installed.
    """
    if route != "cuda":
        return ShowerRun(t, g, starts, seed, pick_species, pick_above, route_kernel(route))
    try:
        from darktarget.shower.gpu import DeviceRun  # cold start: numba.cuda, an optional extra
    except ImportError as error:
        advice = f"Install darktarget[gpu] ({error})."
        raise InputError("route", route, "numba or python without numba's CUDA target", advice) from error
    return DeviceRun(ShowerRun(t, g, starts, seed, pick_species, pick_above, follow_in_python))
