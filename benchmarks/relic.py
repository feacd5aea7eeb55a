"""Speed of thermal targets, g-2 and constraints on one core, warm (CPU time).

Run from the repository root:  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks relic
Targets: <= 50 ms for one relic point of idm, <= 5 s for a curve of 100 masses, root finding included.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import darktarget as dt
from darktarget.errors import PhysicsError


def seconds(work: Callable[[], object]) -> float:
    """Best CPU time of three, after one call to warm up."""
    work()
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print one line per measurement."""
    one, curve = dt.model("idm", mass=0.3), dt.model("idm", mass=np.geomspace(3e-3, 3, 100))
    print(f"{'idm, one point':>24}: {1e3 * seconds(lambda: dt.relic_target(one)):7.1f} ms (<= 50 ms)")
    print(f"{'idm, 100 masses':>24}: {seconds(lambda: dt.relic_target(curve)):7.2f} s (<= 5 s)")
    coupled = dt.model("i2dm", mass=np.geomspace(3e-2, 0.6, 20), splitting=0.05, theta=1e-3)
    print(f"{'i2dm, 20 coupled points':>24}: {seconds(lambda: dt.relic_target(coupled)):7.2f} s")
    for name in dt.names("constraints"):
        try:
            taken = seconds(lambda name=name: dt.constraint(name, curve))  # type: ignore[misc]
        except PhysicsError:
            continue
        print(f"{name:>24}: {taken:7.2f} s for 100 masses of idm")


if __name__ == "__main__":
    main()
