r"""Form factors :math:`G_2(t)` of a nucleus: how its charge is screened by electrons and cut off by its size.

Three choices by name: ``full`` (elastic + inelastic, Tsai; the default), ``elastic`` (its first part) and ``helm``
(elastic, with Helm's nuclear charge). A form factor is a sum of parts, and each part has a physically different
alternative: Helm's charge for Tsai's fit of the elastic part, scattering on the single protons and neutrons of a Fermi
gas for Tsai's fit of the inelastic part (at each t the magnitude of the difference, so that nothing cancels). The
quoted systematic is the sum over the parts of the difference from the alternative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
_NEUTRON_MOMENT: Final = -1.913  # nuclear magnetons
_FERMI_MOMENTUM: Final = 0.25 * GeV  # 0.221 (C) to 0.265 GeV (Pb); Moniz et al., Phys. Rev. Lett. 26 (1971) 445


@dataclass(frozen=True)
class FormFactor:
    """A form factor by name.

    Attributes:
        name: registry name.
        g2: (t [energy^2, > 0], nucleus) -> G2, including Z^2 (elastic) and Z (inelastic).
        scale: nucleus -> the t beyond which G2 falls as a power [energy^2].
        screening, size: nucleus -> scales of :math:`[t/(t+t_s)]^2/(1+t/d)^2`, which G2 resembles [energy^2].
        parts: names of the form factors that it is the sum of; its own name if it is one part.
        alternative: name of a physically different form factor of the same part; empty for a sum.
    """

    name: str
    g2: Callable[[Array, Element], Array]
    scale: Callable[[Element], float]
    screening: Callable[[Element], float]
    size: Callable[[Element], float]
    parts: tuple[str, ...]
    alternative: str = ""


def screening_scale(nucleus: Element) -> float:
    r"""The t of atomic screening, :math:`1/a^2` with :math:`a = 111 Z^{-1/3}/m_e` (energy^2)."""
    return float((ELECTRON_MASS * nucleus.Z ** (1 / 3) / 111) ** 2)


def nuclear_scale(nucleus: Element) -> float:
    r"""The t of the nuclear size, :math:`d = 0.164\,A^{-2/3}` GeV^2 (energy^2)."""
    return float(0.164 * nucleus.A ** (-2 / 3) * GeV**2)


def _electron_scale(nucleus: Element) -> float:
    r"""The t of scattering on single atomic electrons, :math:`1/a'^2` with :math:`a' = 773 Z^{-2/3}/m_e` (energy^2)."""
    return float((ELECTRON_MASS * nucleus.Z ** (2 / 3) / 773) ** 2)


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
    magnetic = 1 + t * (_PROTON_MOMENT**2 - 1) / (4 * PROTON_MASS**2)
    return nucleus.Z * _screened(t, _electron_scale(nucleus)) * magnetic / (1 + t / _PROTON_SCALE) ** 4


def nucleons(t: Array, nucleus: Element) -> Array:
    r"""Quasi-elastic scattering on the protons and neutrons of a Fermi gas; 0 for hydrogen, which cannot break up.

    .. math:: S(q)\,\frac{Z(G_{Ep}^2+\tau G_{Mp}^2) + N(G_{En}^2+\tau G_{Mn}^2)}{1+\tau},\qquad
              \tau = \frac{t}{4m_p^2},\quad
              S = \frac{3q}{4k_F} - \frac{q^3}{16k_F^3}\ (q = \sqrt t < 2k_F)

    with dipoles, Galster's charge of the neutron and Pauli's suppression S, which is 1 above 2 k_F. Unlike Tsai's fit
    it has neutrons and no atomic electrons, and fewer protons at small t.

    References:
        T. de Forest and J. D. Walecka, Adv. Phys. 15 (1966) 1; S. Galster et al., Nucl. Phys. B 32 (1971) 221.

    >>> from darktarget.matter.materials import material
    >>> t, tungsten = np.array([1e-6, 1.0]) * GeV**2, material("W").elements[0]
    >>> (nucleons(t, tungsten) / inelastic(t, tungsten)).round(2).tolist()
    [0.0, 1.28]
    """
    ratio = np.minimum(np.sqrt(t) / _FERMI_MOMENTUM, 2.0)
    free = 0.75 * ratio - ratio**3 / 16
    tau = t / (4 * PROTON_MASS**2)
    proton = 1 + tau * _PROTON_MOMENT**2
    neutron = (_NEUTRON_MOMENT * tau / (1 + 5.6 * tau)) ** 2 + tau * _NEUTRON_MOMENT**2
    neutrons = round(nucleus.A) - nucleus.Z
    both = nucleus.Z * proton + neutrons * neutron if neutrons else np.zeros_like(t)
    return np.asarray(free * both / (1 + tau) / (1 + t / _PROTON_SCALE) ** 4)


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


def envelope(t: Array, nucleus: Element) -> Array:
    """Inelastic form factor raised by its distance from ``nucleons``: what is quoted as its uncertainty."""
    fit = inelastic(t, nucleus)
    return np.asarray(fit + np.abs(nucleons(t, nucleus) - fit))


def _proton_scale(_: Element) -> float:
    return _PROTON_SCALE


def _dipole_size(_: Element) -> float:
    return _PROTON_SCALE / 2  # (1 + t/0.71 GeV^2)^-4 falls as (1 + t/0.355 GeV^2)^-2


_NUCLEUS: Final = (nuclear_scale, screening_scale, nuclear_scale)
_PROTON: Final = (_proton_scale, _electron_scale, _dipole_size)

#: The form factors by name (read-only).
FORM_FACTORS: Final[Mapping[str, FormFactor]] = MappingProxyType(
    {
        "full": FormFactor("full", full, *_PROTON, ("elastic", "inelastic")),
        "elastic": FormFactor("elastic", elastic, *_NUCLEUS, ("elastic",), "helm"),
        "helm": FormFactor("helm", helm, *_NUCLEUS, ("helm",), "elastic"),
    }
)

#: The part in which the nucleus breaks up.
BREAK_UP: Final = FormFactor("inelastic", inelastic, *_PROTON, ("inelastic",), "envelope")
_ENVELOPE: Final = FormFactor("envelope", envelope, *_PROTON, ("envelope",), "inelastic")
_PARTS: Final = MappingProxyType({**FORM_FACTORS, **{form.name: form for form in (BREAK_UP, _ENVELOPE)}})


def part(name: str) -> FormFactor:
    """Return a form factor or a part of one by name.

    >>> [part(name).alternative for name in form_factor("full").parts]
    ['helm', 'envelope']
    """
    return _PARTS[name]


def hard(form: FormFactor, recoil: float) -> FormFactor:
    """A form factor where a struck nucleon takes more than some energy, t > 2 m_p T, and 0 below (energy unit)."""

    def g2(t: Array, nucleus: Element) -> Array:
        return np.where(t > 2 * PROTON_MASS * recoil, form.g2(t, nucleus), 0.0)

    return replace(form, name=f"{form.name} above {recoil / GeV:g} GeV", g2=g2)


def form_factor(name: str) -> FormFactor:
    """Return a form factor by name.

    Raises:
        UnknownName: the name is not in ``FORM_FACTORS``.
    """
    return chosen("form factor", name, FORM_FACTORS)
