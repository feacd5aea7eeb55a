"""Runs the shower kernel over blocks of primaries: compilation, scratch memory, threads."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from darktarget.errors import UnknownName
from darktarget.matter.layers import Stack
from darktarget.shower import interactions as shower_interactions
from darktarget.shower import kernel as shower_kernel
from darktarget.shower import random as shower_random
from darktarget.shower import scoring as shower_scoring
from darktarget.shower import state as shower_state
from darktarget.shower.state import STACK, Floats, Geometry, ShowerState, Tables, Tally

ROUTES = ("numba", "python", "cuda")
BLOCK = 128  # most primaries per call of the kernel
_MODULES = (shower_state, shower_random, shower_scoring, shower_interactions, shower_kernel)
Decorator = Callable[[FunctionType], Any]
Kernel = Callable[..., None]


def specialise(hot: Decorator, cold: Decorator, entry: Decorator, **instead: Any) -> Kernel:
    """Compile a copy of the kernel's functions: one decorator for each group, ``entry`` for follow_block.

    ``instead`` names functions of the kernel that a device needs in another form, already compiled. The
    entry's name ends in a digest of all kernel sources, as numba's disk cache looks at one file only.
    """
    space: dict[str, Any] = {}
    digest = hashlib.sha256()
    for module in _MODULES:
        space.update(vars(module))
        digest.update(Path(str(module.__file__)).read_bytes())
    groups = [(shower_kernel.COLD, cold), (shower_kernel.HOT, hot), ((shower_kernel.follow_block,), entry)]
    for functions, decorate in groups:
        for original in functions:
            if original.__name__ in instead:
                space[original.__name__] = instead[original.__name__]
                continue
            copy = FunctionType(original.__code__, space, original.__name__)
            copy.__module__ = original.__module__
            copy.__qualname__ = f"{original.__name__}_{digest.hexdigest()[:16]}"
            space[original.__name__] = decorate(copy)
    compiled: Kernel = space[shower_kernel.follow_block.__name__]
    return compiled


@cache
def route_kernel(route: str) -> Kernel:
    """The kernel for a route, "numba" or "python".

    Raises:
        UnknownName: another route.
    """
    if route == "python":
        return follow_in_python
    if route != "numba":
        raise UnknownName("route", route, ROUTES)
    import numba  # here and not above: importing the package must not cost numba's start-up

    # _nrt=False: the kernel allocates nothing, and counting references to its arrays made it 4 times slower
    options: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy", "_nrt": False}
    hot, cold = numba.njit(forceinline=True, **options), numba.njit(**options)
    return specialise(hot, cold, numba.njit(cache=True, **options))


def follow_in_python(*args: Any) -> None:
    """The kernel without compilation."""
    with np.errstate(over="ignore"):  # random words wrap around modulo 2^64 on purpose
        shower_kernel.follow_block(*args)


def geometry(stack: Stack, lateral: bool) -> Geometry:
    """The stack as the kernel's arrays; cells are 3 x 3 around the beam."""
    materials = stack.materials
    visible = np.array([float(layer.visible) for layer in stack.layers])
    first = np.arange(len(stack.layers)) < stack.preshower_layers
    return Geometry(
        thickness=np.array([layer.thickness_X0 for layer in stack.layers]),
        material=np.array([materials.index(layer.material) for layer in stack.layers], dtype=np.int64),
        depth=np.array(stack.depth_bins, dtype=np.int64),
        visible=visible,
        preshower=visible * first,
        X0_cm=np.array([m.radiation_length_cm for m in materials]),
        half_width=1.5 * stack.cell_cm if stack.cell_cm > 0 else 1e30,
        lateral=lateral,
    )


@dataclass(frozen=True, eq=False)
class ShowerRun:
    """Everything that the primaries of a run share."""

    tables: Tables
    geometry: Geometry
    starts: Floats  # [n, 4]
    seed: int
    pick_species: int  # bit mask
    pick_above: float
    call: Kernel

    def state(self) -> ShowerState:
        """Scratch memory for one worker."""
        cells, above = self._sizes()
        pick = _apart(9)
        pick[6], pick[7] = self.pick_above, self.pick_species
        return ShowerState(
            p=_apart(7),
            q=_apart(2).view(np.int64),
            stack_p=_apart(7 * STACK).reshape(STACK, 7),
            stack_q=_apart(2 * STACK).view(np.int64).reshape(STACK, 2),
            rng=_apart(2).view(np.uint64),
            counts=_apart(3).view(np.int64),
            now=_apart(6),
            pick=pick,
            at_pick=_apart(6),
            under=_apart(6),
            length=_apart(cells),
            touched=_apart(cells + 1).view(np.int64),
            above=_apart(above),
            layer=_apart(self.geometry.thickness.size),
        )

    def tally(self) -> Tally:
        """Sums at zero; the fixed-point units let one primary's sum reach 2^30 units, its square 2^60."""
        cells, above = self._sizes()
        t = self.tables
        longest = np.ceil(np.log2(4 * t.edges[-1] / t.cut))
        return Tally(
            length=np.zeros((cells, 4), dtype=np.int64),
            above=np.zeros((above, 4), dtype=np.int64),
            layer=np.zeros((self.geometry.thickness.size, 4), dtype=np.int64),
            per_X0=float(2.0 ** (30 - longest)),
            per_energy=2.0**29 / float(t.edges[-1]),
        )

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
        size = max(1, min(BLOCK, number // (8 * threads)))
        blocks = iter(range(0, number, size))
        done = itertools.count(1)

        def work() -> Tally:
            state, sums = self.state(), self.tally()
            for at in _shared(blocks):
                n = min(size, number - at)
                rows = events[at : at + n] if events.size else np.empty((n, 7))
                self.call(
                    self.tables,
                    self.geometry,
                    state,
                    sums,
                    self.starts,
                    self.seed,
                    first + at,
                    rows,
                    picks[at : at + n],
                )
                finished = next(done)
                if progress is not None:
                    progress(min(finished * size, number))
            return sums

        # compile (or load) before the clock starts
        self.call(
            self.tables,
            self.geometry,
            self.state(),
            self.tally(),
            self.starts,
            self.seed,
            0,
            events[:0],
            picks[:0],
        )
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            results = [f.result() for f in [pool.submit(work) for _ in range(threads)]]
        total = results[0]
        for other in results[1:]:
            total = joined(total, other)
        return total, time.perf_counter() - began

    def _sizes(self) -> tuple[int, int]:
        above = 3 * self.geometry.X0_cm.size * (self.tables.edges.size - 1)
        return above * (int(self.geometry.depth[-1]) + 1), above


def joined(a: Tally, b: Tally) -> Tally:
    """Sum of two tallies; integers, so the order does not matter."""
    return a._replace(length=a.length + b.length, above=a.above + b.above, layer=a.layer + b.layer)


def _apart(n: int) -> Floats:
    """n zeros that share no cache line with another array: else the workers slow each other by half."""
    return np.zeros(n + 32)[16 : 16 + n]


def _shared(blocks: Iterator[int]) -> Iterator[int]:
    """Next free block, for several threads: next() on a range iterator is atomic under the GIL."""
    while (at := next(blocks, -1)) >= 0:
        yield at
