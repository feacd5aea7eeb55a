r"""Two-body decay widths of spin-1 and spin-0 mediators at any (also virtual) mass; closed channels are exactly 0.

All take the mediator mass M (any shape), the daughter mass m and alpha = coupling^2/(4 pi), broadcast against each
other, and return the width in the same energy unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, VECTOR, Array, LorentzStructure

Width = Callable[[Array, Array | float, Array | float], Array]


def velocity(mass: Array, daughter: Array | float) -> Array:
    r""":math:`\beta = \sqrt{1 - 4m^2/M^2}` of two equal daughters, 0 where closed (2m >= M)."""
    return np.asarray(np.sqrt(np.maximum(1 - (2 * daughter / mass) ** 2, 0)))


def vector_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Vector to a Dirac pair, :math:`\frac{\alpha M}{3}(1+2m^2/M^2)\beta`; arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_dirac(np.array([1.0]), 1 / 3, 0.1)[0]:.4f}")
    0.0304
    """
    return np.asarray(alpha * mass / 3 * (1 + 2 * (daughter / mass) ** 2) * velocity(mass, daughter))


def axial_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Axial vector to a Dirac pair, :math:`\frac{\alpha M}{3}\beta^3`."""
    return np.asarray(alpha * mass / 3 * velocity(mass, daughter) ** 3)


def vector_to_majorana(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""(Axial) vector to a Majorana pair, :math:`\frac{\alpha M}{6}\beta^3`; (g/2) chibar gamma gamma5 chi."""
    return np.asarray(alpha * mass / 6 * velocity(mass, daughter) ** 3)


def vector_to_scalar(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Vector to a complex scalar pair, :math:`\frac{\alpha M}{12}\beta^3`; arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_scalar(np.array([1.0]), 1 / 3, 0.1)[0]:.5f}")
    0.00345
    """
    return np.asarray(alpha * mass / 12 * velocity(mass, daughter) ** 3)


def scalar_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Scalar to a Dirac pair, :math:`\frac{\alpha M}{2}\beta^3`."""
    return np.asarray(alpha * mass / 2 * velocity(mass, daughter) ** 3)


def pseudoscalar_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Pseudoscalar to a Dirac pair, :math:`\frac{\alpha M}{2}\beta`."""
    return np.asarray(alpha * mass / 2 * velocity(mass, daughter))


def scalar_to_majorana(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Scalar to a Majorana pair, coupling (c/2) chibar chi, :math:`\frac{\alpha M}{4}\beta^3`."""
    return np.asarray(alpha * mass / 4 * velocity(mass, daughter) ** 3)


def pseudoscalar_to_majorana(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Pseudoscalar to a Majorana pair, coupling (c/2) chibar i gamma5 chi, :math:`\frac{\alpha M}{4}\beta`."""
    return np.asarray(alpha * mass / 4 * velocity(mass, daughter))


def scalar_to_scalar(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Spin-0 mediator to a complex scalar pair, c_S phi S* S with alpha_S = c_S^2/(4 pi) in energy^2:
    :math:`\frac{\alpha_S}{4M}\beta`."""
    return np.asarray(alpha / (4 * mass) * velocity(mass, daughter))


#: Width of a mediator into a lepton pair, with alpha = g^2/(4 pi), by Lorentz structure (read-only).
TO_LEPTONS: Final[Mapping[LorentzStructure, Width]] = MappingProxyType(
    {VECTOR: vector_to_dirac, AXIAL: axial_to_dirac, SCALAR: scalar_to_dirac, PSEUDOSCALAR: pseudoscalar_to_dirac}
)

#: Width of a mediator into each kind of dark matter: the coupling of the dark current has the mediator's structure,
#: except that a Majorana fermion has no vector current (read-only).
TO_DARK: Final[Mapping[LorentzStructure, Mapping[str, Width]]] = MappingProxyType(
    {
        VECTOR: {"dirac": vector_to_dirac, "majorana": vector_to_majorana, "scalar": vector_to_scalar},
        AXIAL: {"dirac": axial_to_dirac, "majorana": vector_to_majorana, "scalar": vector_to_scalar},
        SCALAR: {"dirac": scalar_to_dirac, "majorana": scalar_to_majorana, "scalar": scalar_to_scalar},
        PSEUDOSCALAR: {
            "dirac": pseudoscalar_to_dirac,
            "majorana": pseudoscalar_to_majorana,
            "scalar": scalar_to_scalar,
        },
    }
)
