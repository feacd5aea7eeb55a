"""Showers per second on a CUDA device, and its results beside the CPU's: `python -m benchmarks shower_gpu`.

Needs the gpu extra and a CUDA device; without them it says so and measures nothing. The first call compiles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from darktarget.errors import InputError
from darktarget.matter.layers import homogeneous
from darktarget.shower.simulate import Shower, simulate
from darktarget.units import GeV, MeV

CASES: dict[str, dict[str, Any]] = {
    "40 X0 of lead, cut 1 GeV": {"stack": homogeneous("Pb", 40), "cut": 1 * GeV, "number": 1_000_000},
    "40 X0 of lead, cut 20 MeV": {"stack": homogeneous("Pb", 40), "cut": 20 * MeV, "number": 20_000},
}


def run(route: str, **case: Any) -> Shower:
    """A case on one route, compiled before the clock starts."""
    plan = {"primary": "e-", "energy": 100 * GeV, "keep_events": False, "threads": 1, "route": route, **case}
    simulate(**{**plan, "number": 8})
    return simulate(**plan)


def main() -> None:
    """Print showers/s on the device and on one CPU thread, and the largest difference of their track lengths."""
    for name, case in CASES.items():
        try:
            device = run("cuda", **case)
        except InputError as why:
            print(f"skipped: {why}")
            return
        host = run("numba", **case)
        pull = np.max(np.abs(device.above - host.above) / np.maximum(host.above_error, 1e-12))
        speeds = (
            f"{device.number / device.seconds:.0f} showers/s on the device, {host.number / host.seconds:.1f}/s on one"
        )
        print(f"{name}: {speeds} CPU thread; same primaries: track lengths differ by at most {pull:.2g} sigma")


if __name__ == "__main__":
    main()
