"""The shower kernel on a CUDA device, or in numba's CUDA simulator: the same functions, one thread per share.

Each thread has its own scratch memory and its own integer sums, added on the host, so that the result does
not depend on the number of threads. It equals the CPU's up to the last digits of the device's exp and log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba import cuda  # the simulator swaps this name, so it stands at module level

from darktarget.target.shower_run import Kernel, Run, specialise
from darktarget.target.shower_state import Floats, Geometry, State, Tables, Tally

MEMORY = 2e9  # bytes of scratch memory and sums on the device


@cache
def device_kernel() -> Any:
    """Compile the launcher: thread i follows its share of the primaries with its own slice of memory."""
    device = cuda.jit(device=True)  # type: ignore[no-untyped-call]
    follow: Kernel = specialise(device, device, device)

    def launch(
        t: Tables,
        g: Geometry,
        s: State,
        y: Tally,
        starts: Floats,
        seed: int,
        first: int,
        events: Floats,
        picks: Floats,
    ) -> None:
        i = cuda.grid(1)  # type: ignore[attr-defined]
        if i >= s.p.shape[0]:
            return
        share = (events.shape[0] + s.p.shape[0] - 1) // s.p.shape[0]
        low, high = min(i * share, events.shape[0]), min((i + 1) * share, events.shape[0])
        mine = State(
            s.p[i], s.q[i], s.stack_p[i], s.stack_q[i], s.rng[i], s.counts[i], s.now[i], s.pick[i],
            s.at_pick[i], s.under[i], s.length[i], s.touched[i], s.above[i], s.layer[i],
        )  # fmt: skip
        sums = Tally(y.length[i], y.above[i], y.layer[i], y.per_X0, y.per_energy)
        follow(t, g, mine, sums, starts, seed, first + low, events[low:high], picks[low:high])

    return cuda.jit(launch)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class DeviceRun:
    """Runs the primaries of a ``Run`` on the device."""

    run: Run
    threads_per_block: int = 64

    def follow(self, first: int, number: int, events: Floats, picks: Floats) -> tuple[Tally, float]:
        """Follow primaries first, first + 1, ...; returns their sums and the seconds, copies included."""
        state, sums = self.run.state(), self.run.tally()
        one = sum(x.nbytes for x in (*state, *sums) if isinstance(x, np.ndarray))
        n = max(1, min(number, int(MEMORY // one)))
        began = time.perf_counter()
        many_states, many_sums = _copies(state, n), _copies(sums, n)
        bundles = (self.run.tables, self.run.geometry, many_states, many_sums)
        on_device = [_to_device(bundle) for bundle in bundles]
        rows, points = cuda.to_device(events), cuda.to_device(picks)
        blocks = (n + self.threads_per_block - 1) // self.threads_per_block
        starts = cuda.to_device(self.run.starts)
        kernel = device_kernel()[blocks, self.threads_per_block]
        kernel(*on_device, starts, self.run.seed, first, rows, points)
        rows.copy_to_host(events)
        points.copy_to_host(picks)
        total = on_device[3]
        length, above, layer = (a.copy_to_host().sum(axis=0) for a in (total.length, total.above, total.layer))
        seconds = time.perf_counter() - began
        return Tally(length, above, layer, sums.per_X0, sums.per_energy), seconds


def _copies(bundle: Any, n: int) -> Any:
    """The same named tuple with its arrays repeated along a new first axis, one for each thread."""
    return type(bundle)(*(np.repeat(x[None], n, axis=0) if isinstance(x, np.ndarray) else x for x in bundle))


def _to_device(bundle: Any) -> Any:
    """The same named tuple with its arrays on the device."""
    return type(bundle)(*(cuda.to_device(x) if isinstance(x, np.ndarray) else x for x in bundle))
