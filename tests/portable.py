"""Runs pytest as on a processor without AVX-512: ``python -m tests.portable [arguments of pytest]``.

The exponentials and logarithms of numpy and the sums of BLAS differ in their last bit between processors. If this
processor has AVX-512, numpy's kernels for it are disabled and OpenBLAS uses those for AVX2. Otherwise nothing is run:
the plain suite already covers such a processor.
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Mapping

DISABLE = "NPY_DISABLE_CPU_FEATURES"
BLAS = {"OPENBLAS_CORETYPE": "Haswell"}  # OpenBLAS's name of its AVX2 kernels
#: x86-64-v4 is the level of the instruction set that AVX-512 defines; numpy 2.4 names its kernels by level
WIDE = re.compile(r"AVX512.*|X86_V([4-9]|\d\d+)")


def wide_features() -> tuple[str, ...]:
    """Names of the AVX-512 kernels that numpy chooses from at run time and would use on this processor."""
    numpy = importlib.import_module("numpy")
    package = "numpy._core" if int(numpy.__version__.split(".")[0]) >= 2 else "numpy.core"
    kernels = importlib.import_module(f"{package}._multiarray_umath")
    present: Mapping[str, bool] = kernels.__cpu_features__
    return tuple(name for name in kernels.__cpu_dispatch__ if WIDE.fullmatch(name) and present.get(name, False))


def environment(features: tuple[str, ...]) -> dict[str, str]:
    """This process's environment with ``features`` disabled for a child process."""
    disabled = " ".join([*os.environ.get(DISABLE, "").replace(",", " ").split(), *features])
    return {**os.environ, **BLAS, DISABLE: disabled}


def main(arguments: list[str]) -> int:
    """Exit status of pytest without AVX-512, 0 where the processor has none."""
    features = wide_features()
    if not features:
        print("numpy uses no AVX-512 on this processor: the plain suite covers it, nothing to run")
        return 0
    print(f"without {', '.join(features)}", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment(features)).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
