"""The CUDA route in numba's simulator, which is switched on at import: hence its own process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from numba import cuda

from darktarget.errors import InputError
from darktarget.matter.layers import homogeneous
from darktarget.shower.simulate import simulate

SCRIPT = """
import numpy as np
from darktarget.shower import gpu as shower_gpu
from darktarget.shower import run as shower_run
from darktarget.shower import tables as shower_tables
from darktarget.shower.simulate import simulate
from darktarget.matter.layers import na64_ecal, repeated

stack = repeated(na64_ecal().layers[:2], 12, preshower=3, cell_cm=3.82)
tables = shower_tables.build(stack.materials, 0.05, 0.005, 2.0)
run = shower_run.ShowerRun(
    tables, shower_run.geometry(stack, True), np.array([[1.0, 2.0, 0.0, 0.0]]), 3, 3, 0.05,
    shower_run.route_kernel("python"),
)
events, picks = [np.zeros((5, 7)) for _ in range(2)], [np.zeros((5, 12)) for _ in range(2)]
host, _ = run.follow(10, 5, 1, events[0], picks[0], None)
device, _ = shower_gpu.DeviceRun(run, threads_per_block=4).follow(10, 5, 1, events[1], picks[1])
assert events[0].any() and picks[0].any()
assert np.array_equal(events[0], events[1]) and np.array_equal(picks[0], picks[1])
assert all(np.array_equal(a, b) for a, b in zip(host[:3], device[:3]))

shower_gpu.CHUNK = 2  # several launches add to the same sums
stack = repeated(na64_ecal().layers[:2], 4)
options = dict(number=5, seed=3, keep_events=False, pick=("e+",))
a, b = (simulate(stack, "e-", 1.0, 0.1, route=route, **options) for route in ("python", "cuda"))
assert np.array_equal(a.length, b.length) and np.array_equal(a.picks, b.picks) and a.length.any()
"""


def test_simulated_device_and_plain_python_are_the_same() -> None:
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_without_a_device_the_route_is_refused_with_the_way_out() -> None:
    if cuda.is_available():  # type: ignore[no-untyped-call]  # a machine with a device has nothing to refuse
        assert simulate(homogeneous("Pb", 2), "e-", 1.0, 0.5, 2, route="cuda").number == 2
        return
    with pytest.raises(InputError, match="CUDA device"):
        simulate(homogeneous("Pb", 2), "e-", 1.0, 0.5, 2, route="cuda")
