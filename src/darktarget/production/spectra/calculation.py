"""Ways to calculate bremsstrahlung, by name: exact tree level, Weizsaecker-Williams and its improved variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array, LorentzStructure
from darktarget.errors import chosen
from darktarget.matter.form_factors import FormFactor
from darktarget.numerics.quadrature import gauss_on
from darktarget.production.amplitudes import exact as _exact
from darktarget.production.amplitudes import weizsaecker_williams as _photon_flux
from darktarget.production.amplitudes.exact import Collision
from darktarget.production.spectra.zeta import ZetaMap

Spectrum = Callable[[LorentzStructure, Collision, FormFactor, Array, float], Array]
Angular = Callable[[LorentzStructure, Collision, FormFactor, Array, Array, float], Array]


@dataclass(frozen=True)
class Calculation:
    """One way to calculate bremsstrahlung.

    Attributes:
        text: its name in results.
        spectrum: (structure, collision, form factor, 1 - x, quality) -> d sigma/dx; a larger quality adds nodes.
        energy_angle: (..., 1 - x, 1 - cos theta) -> d sigma/(dx d(1 - cos theta)).
        to_kinematic_end: integrate to the kinematic end in x, else to x = 1.
        tabulated: smooth enough for Chebyshev tables.
        references: arXiv numbers.
        recipe: its name in the recipes and file names of stored tables.
    """

    text: str
    spectrum: Spectrum
    energy_angle: Angular
    to_kinematic_end: bool
    tabulated: bool
    references: tuple[str, ...]
    recipe: str

    def chart(self, collision: Collision) -> ZetaMap:
        """The range of x of the calculation and its integration variable."""
        low, high = collision.x_range
        return ZetaMap(low, high if self.to_kinematic_end else np.ones_like(high))


def _tree(s: LorentzStructure, c: Collision, f: FormFactor, y: Array, quality: float) -> Array:
    return _exact.spectrum(_exact.EXACT[s], c, f, y, _exact.EXACT[s].nodes(quality))


def _tree_angle(s: LorentzStructure, c: Collision, f: FormFactor, y: Array, tau: Array, quality: float) -> Array:
    return _exact.energy_angle(_exact.EXACT[s], c, f, y, tau, _exact.EXACT[s].nodes(quality)[1])


def _flux(improved: bool) -> tuple[Spectrum, Angular]:
    def spectrum(s: LorentzStructure, c: Collision, f: FormFactor, y: Array, quality: float) -> Array:
        nodes = int(16 + 16 * quality)
        return _photon_flux.spectrum(_photon_flux.FLUX[s], c, f, y, improved=improved, nodes=nodes)

    def angle(s: LorentzStructure, c: Collision, f: FormFactor, y: Array, tau: Array, quality: float) -> Array:
        nodes = int(16 + 16 * quality)
        return _photon_flux.energy_angle(_photon_flux.FLUX[s], c, f, y, tau, improved=improved, nodes=nodes)

    return spectrum, angle


#: The calculations by name (read-only).
CALCULATIONS: Final[Mapping[str, Calculation]] = MappingProxyType(
    {
        "exact": Calculation("exact tree level", _tree, _tree_angle, True, True, ("1609.06781", "1705.01633"), "etl"),
        "ww": Calculation("Weizsaecker-Williams", *_flux(False), False, False, ("0906.0580",), "ww"),
        "iww": Calculation("improved Weizsaecker-Williams", *_flux(True), False, False, ("0906.0580",), "iww"),
    }
)


def calculation(name: str) -> Calculation:
    """Return a calculation by name.

    Raises:
        UnknownName: the name is not in ``CALCULATIONS``.
    """
    return chosen("cross-section method", name, CALCULATIONS)


def sigma(
    structure: LorentzStructure,
    collision: Collision,
    form: FormFactor,
    method: Calculation,
    points: int = 48,
    quality: float = 1,
) -> float:
    r"""Total cross section per nucleus at unit coupling, :math:`\int dx\,d\sigma/dx`.

    The variable :math:`\zeta = \ln[(x-x_\min)/(x_\max-x)]` resolves soft emission and the electron's peak at x -> 1.

    Returns:
        (energy unit)^-2; 0 below threshold.

    >>> from darktarget.core import VECTOR
    >>> from darktarget.matter.form_factors import form_factor
    >>> from darktarget.matter.materials import material
    >>> from darktarget.units import LEPTON_MASS, PB, GeV
    >>> lead = material("Pb").elements[0]
    >>> hit = Collision(LEPTON_MASS["electron"], 0.1 * GeV, 100 * GeV, lead)
    >>> value = sigma(VECTOR, hit, form_factor("elastic"), calculation("exact"))
    >>> print(f"{value / PB:.3e} pb")
    1.037e+10 pb
    """
    if not collision.is_open:
        return 0.0
    chart = method.chart(collision)
    zeta, w = gauss_on(float(chart.zeta(1.001 * chart.low)), chart.last, points)  # below, the mediator is at rest
    value = method.spectrum(structure, collision, form, chart.y(zeta), quality) * chart.jacobian(zeta)
    return float((value * w).sum())
