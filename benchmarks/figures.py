"""All figures of the papers: `python -m benchmarks figures [folder]`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

from darktarget.interface.gallery import COMMAND


def main(out: str | None = None) -> None:
    """Print what `darktarget figure --all` takes beside what is asked for, and the slowest figures."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*COMMAND, "--all", "--force", "--out", out or folder]
        start = time.perf_counter()
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    each = [line for line in told if line.endswith(" s") and " checks, " in line]
    slowest = sorted(each, key=lambda line: float(line.split()[-2]), reverse=True)
    print(f"figure --all, {min(2, os.cpu_count() or 1)} processes       {wall:8.0f} s       (<= 600 s)")
    print(f"                               {used.ru_utime + used.ru_stime:8.0f} s CPU")
    print(f"largest process                {used.ru_maxrss / 1024:8.0f} MB      (two of them <= 2000 MB)")
    for line in slowest[:3]:
        print(f"{line.split()[0]:30s} {line.split()[-2]:>8s} s       (<= 60 s)")


if __name__ == "__main__":
    main(*sys.argv[1:])
