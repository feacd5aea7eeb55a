"""What bound electrons and radiation cost in annihilation: `OMP_NUM_THREADS=1 python -m benchmarks annihilation`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

import darktarget as dt
from benchmarks.spine import cold
from darktarget.production.annihilation import Annihilation
from darktarget.production.options.annihilation import AnnihilationOptions


def ratio(one: Callable[[], object], other: Callable[[], object], repeat: int = 30) -> tuple[float, float]:
    """Shortest time of the other, in seconds, and over that of the one, both measured in turns."""
    times: list[list[float]] = [[], []]
    for _ in range(repeat):
        for found, function in zip(times, (one, other), strict=True):
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    first, second = map(min, times)
    return second, second / first


def main() -> None:
    """Print times with the default, and over those of electrons at rest."""
    seen = dt.experiment("na64e-2018")
    model = dt.model("dark-photon", mass=np.geomspace(1e-3, 1, 60))
    path, process = dt.tracks(seen.beam, seen.target, cut=42.5), Annihilation()
    rest, default = AnnihilationOptions(electrons="rest", radiation=False), AnnihilationOptions()
    alone = partial(dt.limit, model, seen, processes=["annihilation"])
    ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "pairs of 60 masses": (
            partial(process.produce, model, path, 42.5, rest),
            partial(process.produce, model, path, 42.5, default),
        ),
        "limit on annihilation alone": (partial(alone, electrons="rest", radiation=False), alone),
        "limit": (partial(dt.limit, model, seen, electrons="rest", radiation=False), partial(dt.limit, model, seen)),
    }
    for name, (one, other) in ways.items():
        took, over = ratio(one, other)
        print(f"{name:30} {1e3 * took:8.1f} ms {over:8.2f} of electrons at rest (<= 1.5)")
    command = ("-m", "darktarget.interface.cli", "limit", "na64e-2018", "dark-photon", "--json")
    plain = min(cold(*command, "--electrons", "rest", "--no-radiation")[0] for _ in range(3))
    took = min(cold(*command)[0] for _ in range(3))
    print(f"{'limit command, cold':30} {took:8.2f} s  {took / plain:8.2f} of electrons at rest (<= 1.5)")
