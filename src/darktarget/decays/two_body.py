r"""Two-body decay widths of a vector mediator; a closed channel has width exactly 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.units import ALPHA


def velocity(mass: Array, daughter: Array | float) -> Array:
    r""":math:`\beta = \sqrt{1 - 4m^2/M^2}` of two equal daughters, 0 where closed (2m >= M)."""
    return np.asarray(np.sqrt(np.maximum(1 - (2 * daughter / mass) ** 2, 0)))


def vector_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Width of a vector into a Dirac pair, :math:`\frac{\alpha M}{3}(1+2m^2/M^2)\beta`.

    Args:
        mass: M of the vector, [point]. daughter: m, [point]. alpha: coupling squared over 4 pi.

    Returns:
        energy unit, [point].

    References:
        arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_dirac(np.array([1.0]), 1 / 3, 0.1)[0]:.4f}")
    0.0304
    """
    return np.asarray(alpha * mass / 3 * (1 + 2 * (daughter / mass) ** 2) * velocity(mass, daughter))


def vector_to_majorana(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Width of a vector into a Majorana pair, :math:`\frac{\alpha M}{6}\beta^3`; (g/2) chibar gamma gamma5 chi."""
    return np.asarray(alpha * mass / 6 * velocity(mass, daughter) ** 3)


def vector_to_scalar(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Width of a vector into a complex scalar pair, :math:`\frac{\alpha M}{12}\beta^3`.

    References:
        arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_scalar(np.array([1.0]), 1 / 3, 0.1)[0]:.5f}")
    0.00345
    """
    return np.asarray(alpha * mass / 12 * velocity(mass, daughter) ** 3)


def vector_to_leptons(mass: Array, lepton: float) -> Array:
    r"""Width of a vector into l+ l- at unit coupling, :math:`\frac{\alpha M}{3}(1+2m_l^2/M^2)\beta`."""
    return vector_to_dirac(mass, lepton, ALPHA)


#: Width of a vector into a pair of each kind of dark matter: (mass, daughter, alpha_D) -> width.
VECTOR_TO_DARK: Final[Mapping[str, Callable[[Array, Array | float, Array | float], Array]]] = MappingProxyType(
    {"dirac": vector_to_dirac, "majorana": vector_to_majorana, "scalar": vector_to_scalar}
)
