r"""What a spin-2 mediator couples to, :math:`\mathcal L = -c\,h_{\mu\nu}T^{\mu\nu}`, as currents for two-body decays.

T is the conserved, symmetric energy-momentum tensor of the pair (of a scalar: without the improvement term), h is
canonically normalised and summed over with :math:`\frac12(PP+PP)-\frac13PP`, P = -g + kk/M^2; alpha = c^2/(4 pi) in
energy^-2. Only pairs of equal mass exist: energy and momentum are diagonal.

References: hep-ph/9811350; arXiv:1306.4107 (widths).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.decays.currents import Current, Real


def _fermions(s: Real, a: Real, b: Real) -> Array:
    m2 = np.multiply(a, b)
    return np.asarray((s - 4 * m2) * (s + 8 * m2 / 3) / 2)


def _scalars(s: Real, a: Real, b: Real) -> Array:
    return np.asarray((s - 4 * np.multiply(a, b)) ** 2 / 6)


def _vectors(s: Real, a: Real, b: Real) -> Array:
    m2 = np.multiply(a, b)
    return np.asarray((13 * np.square(s) + 56 * s * m2 + 48 * m2**2) / 6)


def _photons(s: Real, a: Real, b: Real) -> Array:
    return np.asarray(2 * np.square(s) + 0 * np.multiply(a, b))


def _unused(s: Real, a: Real, b: Real) -> Array:
    return np.full(np.broadcast(s, a, b).shape, np.nan)


#: Dirac pair
TENSOR_FERMIONS: Final = Current("energy-momentum of fermions", 2, 2, _fermions, _unused)
#: pair of a complex scalar
TENSOR_SCALARS: Final = Current("energy-momentum of scalars", 2, 1, _scalars, _unused)
#: massive real vector (twice the width of the identical pair)
TENSOR_VECTORS: Final = Current("energy-momentum of vectors", 2, 3, _vectors, _unused)
#: photons (twice the width of the identical pair)
TENSOR_PHOTONS: Final = Current("energy-momentum of photons", 2, 2, _photons, _unused)
