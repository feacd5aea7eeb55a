"""Speed of decays: all widths and lifetimes of a model on 10,000 points, decays sampled per second, on one core.

Run from the repository root:  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks decays
Targets: widths <= 1 s per model; three-body decays >= 1e6 per second and core.
"""

from __future__ import annotations

import time

import numpy as np

import darktarget as dt
from darktarget.core import Model
from darktarget.decays.kinematics import boost, uniforms
from darktarget.decays.r_ratio import hadronic_ratio

POINTS = 10_000
DECAYS = 1_000_000


def seconds(model: Model) -> float:
    """Wall time of every partial width and lifetime of a model."""
    start = time.perf_counter()
    for parent in dict.fromkeys(c.parent for c in model.channels()):
        model.partial_widths(parent)
        model.proper_length(parent)
    return time.perf_counter() - start


def main() -> None:
    """Print one line per measurement."""
    mass = np.geomspace(1e-3, 3, POINTS)
    for name in dt.names("models"):
        seconds(dt.model(name, mass=mass[:10]))
        print(f"{name:>16}: {seconds(dt.model(name, mass=mass)):6.3f} s for all widths of {POINTS} points (<= 1 s)")
    start = time.perf_counter()
    hadronic_ratio(np.geomspace(0.08, 100, 100_000))
    print(f"{'R(s)':>16}: {(time.perf_counter() - start) * 10:6.2f} us per value")
    model = dt.model("idm", mass=0.3)
    for channel in model.channels():
        if channel.decay is None or channel.label not in ("chi1 chi2", "chi1 e+ e-"):
            continue
        channel.decay.sample(uniforms(0, 0, 10, channel.decay.dimensions))
        start = time.perf_counter()
        momenta = channel.decay.sample(uniforms(1, 0, DECAYS, channel.decay.dimensions))
        rate = DECAYS / (time.perf_counter() - start)
        frame = np.tile([50.0, 0, 0, np.sqrt(50.0**2 - momenta.sum(axis=1)[0, 0] ** 2)], (DECAYS, 1))
        start = time.perf_counter()
        boost(momenta, frame)
        boosts = DECAYS / (time.perf_counter() - start)
        print(f"{channel.label:>16}: {rate / 1e6:6.2f}e6 decays/s with random numbers, {boosts / 1e6:.2f}e6 boosts/s")


if __name__ == "__main__":
    main()
