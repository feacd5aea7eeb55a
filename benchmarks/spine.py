"""Bremsstrahlung and limits: `OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks spine`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

import darktarget as dt
from darktarget.core import VECTOR, Beam
from darktarget.matter.form_factors import form_factor
from darktarget.matter.materials import material
from darktarget.production.amplitudes.exact import Collision
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.production.spectra.calculation import calculation, sigma
from darktarget.production.spectra.table import Request, build, recipe_of
from darktarget.units import ELECTRON_MASS, GeV


def best(function: Callable[[], object], repeat: int = 5) -> float:
    """Shortest of some runs, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def cold(*command: str) -> tuple[float, float]:
    """CPU seconds and peak MB of a new process."""
    with open(os.devnull, "wb") as sink:
        child = subprocess.Popen([sys.executable, *command], stdout=sink, stderr=sink)
        _, status, usage = os.wait4(child.pid, 0)
    assert status == 0
    scale = 1024 if sys.platform != "darwin" else 1024**2
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale


def main() -> None:
    """Print the figures beside what is asked for."""
    lead = material("Pb").elements[0]
    hit = Collision(ELECTRON_MASS, 0.1 * GeV, 100 * GeV, lead)
    one = best(lambda: sigma(VECTOR, hit, form_factor("elastic"), calculation("exact")), 20)
    print(f"one sigma to 1e-3              {1e3 * one:8.1f} ms      (<= 10 ms)")
    grid = dt.model("dark-photon", mass=np.geomspace(1e-3, 1, 200))
    table = best(lambda: dt.cross_section(grid, energy=100, target="Pb"), 3)
    print(f"200 masses with errors         {table:8.2f} s       (<= 1 s)")
    for name in ("dark-photon", "spin-2"):
        structure = dt.model(name, mass=0.1).structure
        recipe = recipe_of(
            structure, ELECTRON_MASS, lead, BremsstrahlungOptions(form_factor="elastic"), Beam("electron", 100.0), 42.5
        )
        start = time.process_time()
        built = build(Request(recipe, structure, lead, calculation("exact")))
        took, error = time.process_time() - start, built["error"][0]
        print(f"{name + ' table of spectra':30} {took:8.2f} s CPU   (<= 5 s, one core)")
        print(f"{'its largest error':30} {error:8.1e}         (<= 1e-3)")
    model, na64 = dt.model("dark-photon", mass=np.geomspace(1e-3, 1, 60)), dt.experiment("na64e-2018")
    warm = best(lambda: dt.limit(model, na64), 20)
    print(f"limit on 60 masses, warm       {1e3 * warm:8.1f} ms      (<= 20 ms)")
    full = best(lambda: dt.limit(model, na64, bands=True, ranking=True), 5)
    print(f"the same, bands and ranking    {1e3 * full:8.1f} ms")
    stated = {"annihilation": 0.35, "bremsstrahlung": 0.10}
    wide = best(lambda: dt.limit(model, na64, signal_uncertainty=stated), 5)
    print(f"the same, signal uncertainties {1e3 * wide:8.1f} ms")
    cpu, memory = cold("-m", "darktarget.interface.cli", "limit", "na64e-2018", "dark-photon", "--json")
    print(f"limit command, cold            {cpu:8.2f} s CPU   (<= 1.0 s)")
    print(f"                               {memory:8.0f} MB      (<= 250 MB)")
    cpu, _ = cold("-c", "import darktarget")
    print(f"import darktarget              {cpu:8.3f} s CPU   (<= 0.25 s)")
    print(f"peak memory of this process    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")
