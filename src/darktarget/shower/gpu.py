"""The shower kernel on a CUDA device, or in numba's CUDA simulator: the same functions, one primary per thread.

A thread takes the next free primary until none is left. Its small scratch arrays are local (which the device
interleaves between threads), the scored track length has a slice of the device's memory, and the sums are
shared: they are integers, so that the order in which threads add to them cannot change a bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba import cuda  # the simulator swaps this name, so it stands at module level

from darktarget.errors import InputError
from darktarget.shower.run import Kernel, ShowerRun, specialise
from darktarget.shower.state import STACK, Floats, Geometry, Ints, ShowerState, Tables, Tally

MEMORY = 4e9  # bytes of scratch memory on the device: more threads than an H200 runs at once
CHUNK = 4_000_000  # primaries per launch, whose energies fit beside it
_LOW = np.int64(2**31 - 1)


def add_square(sums: Ints, k: int, q: int) -> None:
    """The scoring's ``add_square`` for sums that all threads share."""
    square = q * q
    cuda.atomic.add(sums, (k, 0), q)  # type: ignore[attr-defined]
    cuda.atomic.add(sums, (k, 1), square & _LOW)  # type: ignore[attr-defined]
    cuda.atomic.add(sums, (k, 2), square >> 31)  # type: ignore[attr-defined]


@cache
def device_kernel() -> Any:
    """Compile the launcher: each thread follows one primary after the other with its own scratch memory."""
    device = cuda.jit(device=True)  # type: ignore[no-untyped-call]
    follow: Kernel = specialise(device, device, device, add_square=device(add_square))

    def launch(
        t: Tables,
        g: Geometry,
        like: ShowerState,
        length: Floats,
        touched: Ints,
        above: Floats,
        layer: Floats,
        y: Tally,
        starts: Floats,
        seed: int,
        first: int,
        following: Ints,
        events: Floats,
        picks: Floats,
    ) -> None:
        i = cuda.grid(1)  # type: ignore[attr-defined]
        if i >= length.shape[0]:
            return
        local = cuda.local.array  # type: ignore[attr-defined]
        s = ShowerState(
            local(7, np.float64), local(2, np.int64), local((STACK, 7), np.float64), local((STACK, 2), np.int64),
            local(2, np.uint64), local(3, np.int64), local(6, np.float64), local(9, np.float64),
            local(6, np.float64), local(6, np.float64), length[i], touched[i], above[i], layer[i],
        )  # fmt: skip
        for j in range(9):
            s.pick[j] = like.pick[j]
        for k in range(s.length.size):
            s.length[k] = 0.0
        for k in range(s.above.size):
            s.above[k] = 0.0
        for k in range(s.layer.size):
            s.layer[k] = 0.0
        while True:
            n = cuda.atomic.add(following, 0, 1)  # type: ignore[attr-defined]
            if n >= events.shape[0]:
                return
            follow(t, g, s, y, starts, seed, first + n, events[n : n + 1], picks[n : n + 1])

    return cuda.jit(launch)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class DeviceRun:
    """Runs the primaries of a ``ShowerRun`` on the device.

    Raises:
        InputError: there is no device.
    """

    run: ShowerRun
    threads_per_block: int = 64

    def __post_init__(self) -> None:
        if not cuda.is_available():  # type: ignore[no-untyped-call]
            raise InputError("route", "cuda", "a CUDA device and its driver", "Leave route out for the CPU.")

    def follow(
        self,
        first: int,
        number: int,
        threads: int,
        events: Floats,
        picks: Floats,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Tally, float]:
        """Follow primaries first, first + 1, ...; returns their sums and the seconds, copies included.

        As ``ShowerRun.follow``; the number of host threads does not matter here.
        """
        state, sums = self.run.state(), self.run.tally()
        large = (state.length, state.touched, state.above, state.layer)
        n = max(1, min(number, int(MEMORY // sum(x.nbytes for x in large))))
        kernel = device_kernel()[-(-n // self.threads_per_block), self.threads_per_block]
        began = time.perf_counter()
        scratch = [cuda.device_array((n, *x.shape), x.dtype) for x in large]
        fixed = [_to_device(x) for x in (self.run.tables, self.run.geometry, state)]
        shared, starts = _to_device(sums), cuda.to_device(self.run.starts)
        for at in range(0, number, CHUNK):
            size = min(CHUNK, number - at)
            rows = cuda.to_device(events[at : at + size] if events.size else np.zeros((size, 7)))
            points = cuda.to_device(picks[at : at + size])
            following = cuda.to_device(np.zeros(1, dtype=np.int64))
            kernel(*fixed, *scratch, shared, starts, self.run.seed, first + at, following, rows, points)
            if events.size:
                rows.copy_to_host(events[at : at + size])
            points.copy_to_host(picks[at : at + size])
            if progress is not None:
                progress(at + size)
        length, above, layer = (a.copy_to_host() for a in (shared.length, shared.above, shared.layer))
        return Tally(length, above, layer, sums.per_X0, sums.per_energy), time.perf_counter() - began


def _to_device(bundle: Any) -> Any:
    """The same named tuple with its arrays on the device."""
    return type(bundle)(*(cuda.to_device(x) if isinstance(x, np.ndarray) else x for x in bundle))
