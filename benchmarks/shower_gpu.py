"""Showers per second on a CUDA device, and its spectra beside the CPU's: `python -m benchmarks shower_gpu`.

Needs the gpu extra and a CUDA device; without them it says so and measures nothing. The first call compiles.
"""

from __future__ import annotations

import numpy as np

from darktarget.target import shower_run, shower_tables
from darktarget.target.shower_state import Tally
from darktarget.target.stack import homogeneous

ENERGY, NUMBER = 100.0, 200_000
CUTS = (1.0, 0.02)


def missing() -> str:
    """Why there is nothing to measure; empty if there is a device."""
    try:
        from numba import cuda
    except ImportError as error:
        return f"numba's CUDA target cannot be imported ({error}): install the gpu extra"
    return "" if cuda.is_available() else "no CUDA device (or no driver) was found"  # type: ignore[no-untyped-call]


def spectrum(sums: Tally, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Track length per primary above each edge [species * energy], X0, and its error."""
    mean = sums.above[:, 0] / sums.per_X0 / number
    square = (sums.above[:, 1] + sums.above[:, 2] * 2.0**31) / sums.per_X0**2 / number
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0) / number)


def main() -> None:
    """Print showers/s on the device and on one CPU thread, and the largest difference of their spectra."""
    why = missing()
    if why:
        print(f"skipped: {why}")
        return
    from darktarget.target.shower_gpu import DeviceRun

    stack = homogeneous("Pb", 40)
    for cut in CUTS:
        tables = shower_tables.build(stack.materials, cut, cut / 10, ENERGY)
        starts = np.array([[0.0, ENERGY, 0.0, 0.0]])
        host = shower_run.route_kernel("numba")
        run = shower_run.Run(tables, shower_run.geometry(stack, False), starts, 1, 0, cut, host)
        number = max(1000, int(NUMBER * min(1.0, cut)))
        none = np.zeros((0, 11))
        device = DeviceRun(run)
        device.follow(0, 256, np.zeros((256, 7)), none)
        sums, seconds = device.follow(0, number, np.zeros((number, 7)), none)
        run.follow(0, 256, 1, np.zeros((256, 7)), none, None)
        reference, cpu = run.follow(0, number, 1, np.zeros((number, 7)), none, None)
        (a, _), (b, error) = spectrum(sums, number), spectrum(reference, number)
        pull = np.max(np.abs(a - b) / np.maximum(error, 1e-12))
        print(
            f"cut {cut:g} GeV: {number / seconds:.0f} showers/s on the device, {number / cpu:.0f}/s on one CPU thread; "
            f"same primaries: spectra differ by at most {pull:.2g} standard deviations"
        )


if __name__ == "__main__":
    main()
