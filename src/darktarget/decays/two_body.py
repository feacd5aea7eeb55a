r"""Two-body decays of mediators at any (also virtual) mass; closed channels are exactly 0.

The widths take the mediator mass M (any shape), the daughter mass m and alpha = coupling^2/(4 pi), broadcast against
each other, and return the width in the same energy unit. ``currents`` has them for unequal masses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array, ByValue
from darktarget.decays.currents import (
    AXIAL_FERMIONS,
    PSEUDOSCALAR_FERMIONS,
    SCALAR_FERMIONS,
    VECTOR_FERMIONS,
    VECTOR_SCALARS,
    Current,
    pair_width,
)
from darktarget.decays.kinematics import directions, momentum
from darktarget.decays.spin2 import TENSOR_FERMIONS
from darktarget.structures import Ability

Width = Callable[[Array, Array | float, Array | float], Array]


def velocity(mass: Array, daughter: Array | float) -> Array:
    r""":math:`\beta = \sqrt{1 - 4m^2/M^2}` of two equal daughters, 0 where closed (2m >= M)."""
    return np.asarray(np.sqrt(np.maximum(1 - (2 * daughter / mass) ** 2, 0)))


def vector_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Vector to a Dirac pair, :math:`\frac{\alpha M}{3}(1+2m^2/M^2)\beta`; arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_dirac(np.array([1.0]), 1 / 3, 0.1)[0]:.4f}")
    0.0304
    """
    return pair_width(VECTOR_FERMIONS, mass, daughter, daughter, alpha)


def axial_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Axial vector to a Dirac pair, :math:`\frac{\alpha M}{3}\beta^3`."""
    return pair_width(AXIAL_FERMIONS, mass, daughter, daughter, alpha)


def vector_to_majorana(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""(Axial) vector to a Majorana pair, :math:`\frac{\alpha M}{6}\beta^3`; (g/2) chibar gamma gamma5 chi."""
    return pair_width(AXIAL_FERMIONS, mass, daughter, daughter, alpha) / 2


def vector_to_scalar(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Vector to a complex scalar pair, :math:`\frac{\alpha M}{12}\beta^3`; arXiv:2108.04195 Eq. (4).

    >>> print(f"{vector_to_scalar(np.array([1.0]), 1 / 3, 0.1)[0]:.5f}")
    0.00345
    """
    return pair_width(VECTOR_SCALARS, mass, daughter, daughter, alpha)


def scalar_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Scalar to a Dirac pair, :math:`\frac{\alpha M}{2}\beta^3`."""
    return pair_width(SCALAR_FERMIONS, mass, daughter, daughter, alpha)


def pseudoscalar_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Pseudoscalar to a Dirac pair, :math:`\frac{\alpha M}{2}\beta`."""
    return pair_width(PSEUDOSCALAR_FERMIONS, mass, daughter, daughter, alpha)


def tensor_to_dirac(mass: Array, daughter: Array | float, alpha: Array | float) -> Array:
    r"""Spin 2 to a Dirac pair, :math:`\frac{\alpha M^3}{40}(1+\frac83m^2/M^2)\beta^3`, alpha in energy^-2."""
    return pair_width(TENSOR_FERMIONS, mass, daughter, daughter, alpha)


#: Width of a mediator into a lepton pair, with alpha = g^2/(4 pi), of each Lorentz structure.
TO_LEPTONS: Final[Ability[Width]] = Ability("lepton_width")

#: Whether the lepton current of a Lorentz structure is conserved: widths at virtual mass give annihilation.
CONSERVED: Final[Ability[bool]] = Ability("conserved_current")

#: Current of the lepton pair of each Lorentz structure.
LEPTON_CURRENT: Final[Ability[Current]] = Ability("lepton_current")

#: Current of each kind of dark matter, of each Lorentz structure.
TO_DARK: Final[Ability[Mapping[str, Current]]] = Ability("dark_currents")


@dataclass(frozen=True, eq=False)
class TwoBody(ByValue):
    """Isotropic decay to two particles.

    Attributes:
        mass: of the parent, [point]. first, second: masses of the daughters, [point].
    """

    mass: Array
    first: Array
    second: Array
    dimensions = 2

    def sample(self, uniform: Array, point: int = 0, mass: Array | None = None) -> Array:
        """Momenta of the daughters in the rest frame of the parent.

        Args:
            uniform: [n, 2]. point: which parameter point. mass: of each (virtual) parent, [n]; on shell by default.

        Returns:
            [n, 2, 4]; nan where the decay is closed.
        """
        parent = np.broadcast_to(self.mass[point] if mass is None else mass, uniform.shape[:1])
        a, b = self.first[point], self.second[point]
        p = np.where(parent > a + b, momentum(parent, a, b), np.nan)
        cosine, sine, cos_phi, sin_phi = directions(uniform)
        out = np.empty((len(uniform), 2, 4))
        for column, part in ((1, sine * cos_phi), (2, sine * sin_phi), (3, cosine)):
            out[:, 0, column] = p * part
            out[:, 1, column] = -out[:, 0, column]
        out[:, 0, 0], out[:, 1, 0] = np.sqrt(a**2 + p**2), np.sqrt(b**2 + p**2)
        return out
