"""Showers per second on one core and the thread efficiency: `python -m benchmarks shower`.

Compilation is excluded (it happens once and is cached on disk). Wanted: 40,000/s at a 1 GeV cut, 1,000/s at
20 MeV, 10,000/s in the NA64 sandwich at 1 GeV; efficiency 0.9 on two threads; below 300 MB.
"""

from __future__ import annotations

import resource

from darktarget.matter.layers import Stack, homogeneous, na64_ecal
from darktarget.shower.simulate import simulate

CASES = (
    ("Pb, 40 X0, cut 1 GeV", homogeneous("Pb", 40), 1.0, 60_000, False),
    ("Pb, 40 X0, cut 20 MeV", homogeneous("Pb", 40), 0.02, 2_000, False),
    ("NA64 ECAL, cut 1 GeV", na64_ecal(), 1.0, 20_000, False),
    ("NA64 ECAL, cut 1 GeV, lateral", na64_ecal(), 1.0, 10_000, True),
    ("NA64 ECAL, cut 1 MeV, lateral", na64_ecal(), 0.001, 40, True),
)


def rate(stack: Stack, cut: float, number: int, lateral: bool, threads: int) -> float:
    """Best of three runs, showers/s."""
    runs = [simulate(stack, "e-", 100.0, cut, number, threads=threads, lateral=lateral) for _ in range(3)]
    return max(run.number / run.seconds for run in runs)


def main() -> None:
    """Print one line per case, and the peak memory."""
    for name, stack, cut, number, lateral in CASES:
        one, two = (rate(stack, cut, number * n, lateral, n) for n in (1, 2))
        print(f"{name:32s} {one:9.0f}/s on 1 thread, {two:9.0f}/s on 2, efficiency {two / one / 2:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
