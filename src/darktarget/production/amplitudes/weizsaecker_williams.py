r"""Weizsaecker-Williams bremsstrahlung: the nucleus as a beam of photons, :math:`\gamma l \to l X` times a flux.

.. math:: \frac{d\sigma}{dx} = \frac{\alpha}{\pi}\,\beta\,(1-x)\,\frac{e^4}{16\pi}
          \int d|\tilde u|\,\frac{\chi\,A}{\tilde u^2},\qquad
          \chi = \int_{t_\min}^{t_\max} dt\,\frac{t-t_\min}{t^2}\,G_2(t),\quad t_\max = M^2+m^2.

``ww`` takes :math:`t_\min = (\tilde u/2E(1-x))^2` at each point, ``iww`` the fixed :math:`t_\min = (M^2/2E)^2`.

References: arXiv:0906.0580 Eqs. (A1)-(A19); arXiv:1609.06781 Sec. III.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.matter.form_factors import FormFactor, screening_scale
from darktarget.matter.materials import Element
from darktarget.numerics.quadrature import gauss_log
from darktarget.production.amplitudes.exact import Collision, Nodes, falling_nodes
from darktarget.structures import Ability
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED

Square = Callable[[Array, Array, float, float], Array]


@dataclass(frozen=True, eq=False)
class FluxKernel:
    """A of one Lorentz structure, and (least and largest |u~|, x, lepton mass, number) -> nodes in |u~|."""

    square: Square
    angles: Callable[[Array, Array, Array, float, int], Nodes]

    def __call__(self, x: Array, w: Array, m2: float, M2: float) -> Array:
        """A(x, |u~|, m^2, M^2)."""
        return self.square(x, w, m2, M2)


#: A(x, |u~|, m^2, M^2) of gamma l -> l X, spin-averaged |M|^2 = e^2 g^2 A, of each Lorentz structure.
FLUX: Final[Ability[FluxKernel]] = Ability("weizsaecker_williams")


def shape(x: Array, w: Array, m2: float, M2: float) -> Array:
    r"""The bracket B = [-|u~| x + M^2(1-x) + m^2x^2]/u~^2 that all structures share."""
    return (-w * x + M2 * (1 - x) + m2 * x**2) / w**2


def vector(x: Array, w: Array, m2: float, M2: float) -> Array:
    """Vector coupling g gamma^mu: 2(2-2x+x^2)/(1-x) + 4(M^2+2m^2)B."""
    return 2 * (2 - 2 * x + x**2) / (1 - x) + 4 * (M2 + 2 * m2) * shape(x, w, m2, M2)


def scalar(x: Array, w: Array, m2: float, M2: float) -> Array:
    """Scalar coupling g: x^2/(1-x) + 2(M^2-4m^2)B."""
    return x**2 / (1 - x) + 2 * (M2 - 4 * m2) * shape(x, w, m2, M2)


def pseudoscalar(x: Array, w: Array, m2: float, M2: float) -> Array:
    """Pseudoscalar coupling i g gamma5: x^2/(1-x) + 2 M^2 B."""
    return x**2 / (1 - x) + 2 * M2 * shape(x, w, m2, M2)


def axial(x: Array, w: Array, m2: float, M2: float) -> Array:
    """Axial coupling g gamma^mu gamma5: 4m^2x^2/(M^2(1-x)) + 2(2-2x+x^2)/(1-x) + 4(M^2-4m^2)B."""
    bracket = 4 * (M2 - 4 * m2) * shape(x, w, m2, M2)
    return 4 * m2 * x**2 / (M2 * (1 - x)) + 2 * (2 - 2 * x + x**2) / (1 - x) + bracket


def flux(t_min: Array, t_max: float, nucleus: Element, form: FormFactor, nodes: int = 32) -> Array:
    r""":math:`\chi(t_\min, t_\max)`, 0 where t_min >= t_max; shape of ``t_min``."""
    low = np.maximum(t_min, 1e-4 * screening_scale(nucleus))
    t, w = gauss_log(low, np.maximum(t_max, low), nodes)
    return np.asarray((np.maximum(t - np.asarray(t_min)[..., None], 0) / t**2 * form.g2(t, nucleus) * w).sum(axis=-1))


def spectrum(
    kernel: FluxKernel, collision: Collision, form: FormFactor, y: Array, *, improved: bool, nodes: int = 32
) -> Array:
    """d sigma/dx at unit coupling in the (improved) Weizsaecker-Williams approximation.

    Args:
        y: 1 - x, shape [n].
        improved: take the fixed t_min of IWW.
        nodes: Gauss-Legendre points in angle and in t.

    Returns:
        (energy unit)^-2, shape [n].
    """
    y = np.asarray(y, float)[:, None]
    low = _u_forward(collision, y)
    w, weight = kernel.angles(low, low + 4 * (1 - y) * collision.energy**2, 1 - y, collision.lepton_mass, nodes)
    value = weight * _integrand(kernel, collision, form, y, w, improved, nodes)
    return np.asarray(value.sum(axis=1))


def energy_angle(
    kernel: FluxKernel, collision: Collision, form: FormFactor, y: Array, tau: Array, *, improved: bool, nodes: int = 48
) -> Array:
    """d sigma/(dx d tau), tau = 1 - cos(theta), in the (improved) Weizsaecker-Williams approximation."""
    y, tau = np.broadcast_arrays(np.asarray(y, float), np.asarray(tau, float))
    slope = 2 * (1 - y) * collision.energy**2
    w = _u_forward(collision, y) + slope * tau
    return np.asarray(slope * _integrand(kernel, collision, form, y, w, improved, nodes))


def _u_forward(collision: Collision, y: Array) -> Array:
    x = 1 - y
    return np.asarray(collision.mediator_mass**2 * y / x + collision.lepton_mass**2 * x)


def _integrand(
    kernel: FluxKernel, collision: Collision, form: FormFactor, y: Array, w: Array, improved: bool, nodes: int
) -> Array:
    E, m, M = collision.energy, collision.lepton_mass, collision.mediator_mass
    t_min = np.array((M**2 / (2 * E)) ** 2) if improved else (w / (2 * E * y)) ** 2
    chi = flux(t_min, M**2 + m**2, collision.nucleus, form, nodes)
    beta = np.sqrt(max(1 - (M / E) ** 2, 0.0))
    front = ALPHA / np.pi * beta * y * ELECTRON_CHARGE_SQUARED**2 / (16 * np.pi)
    return np.asarray(front * chi * kernel(1 - y, w, m**2, M**2) / w**2)


VECTOR_FLUX: Final = FluxKernel(vector, falling_nodes)
SCALAR_FLUX: Final = FluxKernel(scalar, falling_nodes)
PSEUDOSCALAR_FLUX: Final = FluxKernel(pseudoscalar, falling_nodes)
AXIAL_FLUX: Final = FluxKernel(axial, falling_nodes)
