r"""Form factors :math:`G_2(t)` of a nucleus: how its charge is screened by electrons and cut off by its size.

Three choices by name: ``elastic`` (Tsai), ``full`` (elastic + inelastic, Tsai) and ``helm`` (Tsai's
screening with Helm's nuclear charge); the spread of the first and last is quoted as a systematic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array
from darktarget.errors import chosen
from darktarget.matter.materials import Element
from darktarget.units import ELECTRON_MASS, HBARC_CM, PROTON_MASS, GeV

FERMI: Final = 1e-13 / HBARC_CM  # 1 fm in inverse energy
_PROTON_SCALE: Final = 0.71 * GeV**2  # dipole form factor of the proton, Tsai 1974
_PROTON_MOMENT: Final = 2.79  # nuclear magnetons, Tsai 1974


@dataclass(frozen=True)
class FormFactor:
    """A form factor by name.

    Attributes:
        name: registry name.
        g2: (t [energy^2, > 0], nucleus) -> G2, including Z^2 (elastic) and Z (inelastic).
        scale: nucleus -> the t beyond which G2 falls as a power [energy^2].
    """

    name: str
    g2: Callable[[Array, Element], Array]
    scale: Callable[[Element], float]


def screening_scale(nucleus: Element) -> float:
    r"""The t of atomic screening, :math:`1/a^2` with :math:`a = 111 Z^{-1/3}/m_e` (energy^2)."""
    return float((ELECTRON_MASS * nucleus.Z ** (1 / 3) / 111) ** 2)


def nuclear_scale(nucleus: Element) -> float:
    r"""The t of the nuclear size, :math:`d = 0.164\,A^{-2/3}` GeV^2 (energy^2)."""
    return float(0.164 * nucleus.A ** (-2 / 3) * GeV**2)


def _screened(t: Array, scale: float) -> Array:
    return np.asarray((t / (scale + t)) ** 2)


def elastic(t: Array, nucleus: Element) -> Array:
    r"""Elastic form factor :math:`Z^2 [a^2t/(1+a^2t)]^2 [1/(1+t/d)]^2`.

    Args:
        t: momentum transfer squared, positive (energy^2), any shape.
        nucleus: the element.

    Returns:
        G2, same shape as ``t``.

    References:
        Y.-S. Tsai, Rev. Mod. Phys. 46 (1974) 815; arXiv:0906.0580 Eq. (A18).

    >>> from darktarget.matter.materials import material
    >>> lead = material("Pb").elements[0]
    >>> print(f"{elastic(np.array([1e-4]), lead)[0]:.1f}")
    6445.8
    """
    return nucleus.Z**2 * _screened(t, screening_scale(nucleus)) / (1 + t / nuclear_scale(nucleus)) ** 2


def inelastic(t: Array, nucleus: Element) -> Array:
    r"""Inelastic form factor
    :math:`Z [a'^2t/(1+a'^2t)]^2 [1+t(\mu_p^2-1)/(4m_p^2)]/(1+t/0.71\,\mathrm{GeV}^2)^4`, :math:`a'=773Z^{-2/3}/m_e`.

    The magnetic bracket enters once (Rosenbluth); the squared bracket in circulation differs by < 0.3 % on Pb.

    References:
        Y.-S. Tsai, Rev. Mod. Phys. 46 (1974) 815; arXiv:0906.0580 Eq. (A19).
    """
    scale = (ELECTRON_MASS * nucleus.Z ** (2 / 3) / 773) ** 2
    magnetic = 1 + t * (_PROTON_MOMENT**2 - 1) / (4 * PROTON_MASS**2)
    return nucleus.Z * _screened(t, scale) * magnetic / (1 + t / _PROTON_SCALE) ** 4


def full(t: Array, nucleus: Element) -> Array:
    """Elastic plus inelastic form factor."""
    return elastic(t, nucleus) + inelastic(t, nucleus)


def helm(t: Array, nucleus: Element) -> Array:
    r"""Elastic form factor with Helm's charge, :math:`F = 3 j_1(qR)/(qR)\, e^{-q^2s^2/2}`, and Tsai's screening.

    :math:`R^2 = c^2 + \frac73\pi^2a^2 - 5s^2`, c = (1.23 A^{1/3} - 0.60) fm, a = 0.52 fm, s = 0.9 fm;
    the proton (A = 1) takes its dipole instead.

    References:
        R. H. Helm, Phys. Rev. 104 (1956) 1466; J. D. Lewin and P. F. Smith, Astropart. Phys. 6 (1996) 87, Eq. (4.11).
    """
    screened = nucleus.Z**2 * _screened(t, screening_scale(nucleus))
    if nucleus.Z == 1:
        return screened / (1 + t / _PROTON_SCALE) ** 4
    skin = 0.9 * FERMI
    c = (1.23 * nucleus.A ** (1 / 3) - 0.60) * FERMI
    radius = np.sqrt(c**2 + 7 / 3 * np.pi**2 * (0.52 * FERMI) ** 2 - 5 * skin**2)
    z = np.maximum(np.sqrt(t) * radius, 1e-2)  # below, 1 - z^2/10 is 1 to 1e-5
    bessel = 3 * (np.sin(z) - z * np.cos(z)) / z**3
    return np.asarray(screened * bessel**2 * np.exp(-t * skin**2))


def _proton_scale(_: Element) -> float:
    return _PROTON_SCALE


#: The form factors by name (read-only).
FORM_FACTORS: Final[Mapping[str, FormFactor]] = MappingProxyType(
    {
        "elastic": FormFactor("elastic", elastic, nuclear_scale),
        "full": FormFactor("full", full, _proton_scale),
        "helm": FormFactor("helm", helm, nuclear_scale),
    }
)


def form_factor(name: str) -> FormFactor:
    """Return a form factor by name.

    Raises:
        UnknownName: the name is not in ``FORM_FACTORS``.
    """
    return chosen("form factor", name, FORM_FACTORS)
