"""The first and the second limit with a target of one's own: `python -m benchmarks own_target`.

Each is a new process; the first one starts without stored tables. The kernel of the shower is compiled once per
installation, before the clock starts.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).parents[1] / "docs/examples/crystal.toml"
COMMAND: Final = (
    "-m",
    "darktarget.interface.cli",
    "limit",
    str(FILE),
    "dark-photon",
    "--mass",
    "0.05:0.35:24",
    "--json",
)
COMPILE: Final = "import darktarget as dt; dt.simulate_tracks('PbWO4', beam='positron', energy=1, cut=0.5, showers=1)"


def seconds(folder: str, *words: str) -> tuple[float, float]:
    """CPU and wall seconds of a new process whose stored tables are in a folder."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "DARKTARGET_CACHE": folder}
    subprocess.run([sys.executable, *words], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - start


def main() -> None:
    """Print the seconds beside what is asked for."""
    with tempfile.TemporaryDirectory() as folder:
        compiled = seconds(folder, "-c", COMPILE)
        first, second = seconds(folder, *COMMAND), seconds(folder, *COMMAND)
    print(f"$ darktarget {' '.join(COMMAND[2:])}")
    print(f"compiling the shower           {compiled[0]:8.1f} s CPU, {compiled[1]:.1f} s (once per installation)")
    print(f"first limit, no stored tables  {first[0]:8.1f} s CPU, {first[1]:.1f} s (<= 180 s CPU)")
    print(f"second limit                   {second[0]:8.1f} s CPU, {second[1]:.1f} s")


if __name__ == "__main__":
    main()
