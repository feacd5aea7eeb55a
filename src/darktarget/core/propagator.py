r"""The width of a mediator in its propagator: one definition by name for every calculation.

.. math:: |D(s)|^2 = (s-M^2)^2 + I(s)^2

- ``fixed``: :math:`I = M\,\Gamma(M)`, the width on the mass shell;
- ``s003``: :math:`I = s\,\Gamma(M)/M`, which grows with s whatever is open, arXiv:2108.04195;
- ``energy-dependent``: :math:`I = \sqrt s\,\Gamma(\sqrt s)`, the imaginary part of the self-energy at one loop.

The last one contains the channels that are open at s and is the default everywhere. It holds for the part of spin J of
the exchange: that of spin 0 in a vector, which couples to masses where a current is not conserved (axial leptons), has
no pole. For s <= 0, as in the t channel, and for a massless mediator I(s) = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.errors import chosen
from darktarget.numerics.arrays import Array

Imaginary = Callable[[Array, Array, Array, Array], Array]
#: The default.
ENERGY_DEPENDENT: Final = "energy-dependent"
#: (sqrt(s), M, width on shell, width at sqrt(s)) -> I(s), by name (read-only).
WIDTHS: Final[Mapping[str, Imaginary]] = MappingProxyType(
    {
        "fixed": lambda root, mass, on_shell, virtual: mass * on_shell,
        "s003": lambda root, mass, on_shell, virtual: root**2 * on_shell / np.where(mass > 0, mass, 1.0),
        ENERGY_DEPENDENT: lambda root, mass, on_shell, virtual: root * virtual,
    }
)


def imaginary(width: str, root: Array, mass: Array, on_shell: Array, virtual: Array) -> Array:
    """I(s) in (energy unit)^2; 0 for s <= 0, and for a mediator without mass (the photon).

    Args:
        width: one of ``WIDTHS``. root: sqrt(s), 0 for s <= 0, [point, any]. mass: of the mediator, [point, 1].
        on_shell: its total width on the mass shell, [point, 1]. virtual: that at ``root``, the shape of ``root``.

    Returns:
        the shape of ``root``.

    Raises:
        UnknownName: no such width.

    >>> M, at = np.array([[2.0]]), np.array([[0.0, 1.0, 4.0]])
    >>> [imaginary(name, at, M, np.array([[0.5]]), at / 10).tolist() for name in WIDTHS]
    [[[0.0, 1.0, 1.0]], [[0.0, 0.25, 4.0]], [[0.0, 0.1, 1.6]]]
    """
    value = chosen("width", width, WIDTHS)(root, mass, on_shell, virtual)
    return np.asarray(np.where((root > 0) & (mass > 0), value, 0.0))


def inverse_square(
    width: str, root: Array, mass: Array, on_shell: Array, virtual: Array, offset: Array | None = None
) -> Array:
    """|D(s)|^2 in (energy unit)^4, the shape of ``root``.

    Args:
        width, root, mass, on_shell, virtual: as in ``imaginary``.
        offset: s - M^2 where it is known to more digits than (sqrt(s) - M)(sqrt(s) + M) has.

    >>> one, M = np.array([[1.0]]), np.array([[2.0]])
    >>> float(inverse_square("fixed", one, M, one / 2, one)[0, 0])
    10.0
    """
    distance = (root - mass) * (root + mass) if offset is None else offset
    return np.asarray(distance**2 + imaginary(width, root, mass, on_shell, virtual) ** 2)
