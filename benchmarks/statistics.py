"""Speed of the statistics: milliseconds per limit, seconds per 200-point curve with bands, on one core.

Run from the repository root:  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.statistics
Targets: a limit with nuisances at one point <= 5 ms for n <= 10; a curve of 200 points with bands <= 2 s.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from darktarget.statistics import Bin, Measurement, Nuisance, expected_bands, interval, upper_limits

POINTS = 200
SHARES = np.array([1.61, 0.925, 0.702, 2.7, 9.35]) / 15.287  # effective electrons on target of five runs
ERRORS = (0.10, 0.10, 0.15, 0.15, 0.15)


def five_runs(annihilation: float, observed: int) -> Measurement:
    """One bin, ten components, eight efficiency nuisances, an uncertain background."""
    names = tuple(f"{process} {run}" for process in ("annihilation", "strahlung") for run in range(5))
    nuisances = [
        Nuisance(f"run {run}", error, components=(f"annihilation {run}", f"strahlung {run}"))
        for run, error in enumerate(ERRORS)
    ]
    nuisances += [
        Nuisance("EOT", 0.05),
        Nuisance("annihilation", 0.35, components=names[:5]),
        Nuisance("strahlung", 0.10, components=names[5:]),
    ]
    fraction = np.concatenate([annihilation * SHARES, (1 - annihilation) * SHARES])[None]
    return Measurement((Bin("box", observed, 0.53, 0.17),), fraction, names, tuple(nuisances))


def two_bins(first: float, counts: tuple[int, int]) -> Measurement:
    """Two bins with one efficiency nuisance and uncertain backgrounds."""
    bins = (Bin("S1", counts[0], 0.19, 0.07), Bin("S2", counts[1], 0.53, 0.17))
    return Measurement(bins, np.array([[first], [1 - first]]), nuisances=(Nuisance("efficiency", 0.2),))


def milliseconds(run: Callable[[], object], repeat: int = 20) -> float:
    """Mean wall time of a call in ms, the first one left out."""
    run()
    start = time.perf_counter()
    for _ in range(repeat):
        run()
    return (time.perf_counter() - start) / repeat * 1e3


def main() -> None:
    """Print one line per measurement."""
    cases: list[tuple[str, Measurement, str, str]] = []
    for n in (0, 1, 3, 10):
        cases += [(f"five runs, n = {n}", five_runs(0.95, n), x, "marginalise") for x in ("cls", "classical", "bayes")]
    cases += [(f"two bins, n = {n}", two_bins(0.4, n), "cls", "marginalise") for n in ((0, 0), (1, 2), (5, 5))]
    uncertain = Measurement.counting(3, 1.0, 0.3, efficiency=0.5, efficiency_error=0.1)
    cases += [
        ("one bin, n = 3", uncertain, "cls", "profile"),
        ("one bin, n = 3", uncertain, "asymptotic", "profile"),
    ]
    cases += [("one bin, n = 3", uncertain, x, "none") for x in ("cls", "feldman-cousins")]
    for label, m, method, mode in cases:
        spent = milliseconds(partial(interval, m, 0.9, method, mode), 5)
        print(f"{label:22s} {method:16s} {mode:12s} {spent:8.2f} ms")
    parts = np.linspace(0, 1, POINTS)
    builders: tuple[tuple[str, Callable[[float], Measurement]], ...] = (
        ("five runs", lambda x: five_runs(x, 0)),
        ("two bins", lambda x: two_bins(x, (0, 1))),
    )
    for label, build in builders:
        start = time.perf_counter()
        fractions = np.array([build(float(x)).fraction for x in parts])
        upper_limits(build(0.5), fractions)
        expected_bands(build(0.5), fractions=fractions)
        print(f"{POINTS}-point curve with bands, {label}: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
