"""Where spectra come from: tables of the parts of a form factor, or the calculation itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from darktarget.core import Array
from darktarget.core.yields import RECOILS_GEV
from darktarget.matter.form_factors import BREAK_UP, part
from darktarget.numerics.quadrature import gauss
from darktarget.production.spectra.table import NODES_PER_ENERGY, Grid, Request, SpectrumTable


@dataclass(frozen=True)
class DirectSpectrum:
    """The same answers without a table, for calculations whose spectrum ends abruptly (photon flux)."""

    request: Request

    @property
    def grid(self) -> Grid:
        """The coordinates of the request."""
        return self.request.grid()

    @property
    def error(self) -> float:
        """Relative error of the integrated spectrum, measured against four times the nodes."""
        return 5e-3

    def evaluate(
        self, mass: Array, parent: Array, minimum: float, nodes: int = NODES_PER_ENERGY
    ) -> tuple[Array, Array]:
        """Mediator energies above ``minimum`` and d sigma at each, as ``SpectrumTable.evaluate``."""
        grid, (z, w) = self.grid, gauss(2 * nodes)
        energy = np.zeros((mass.size, parent.size, z.size))
        weight = np.zeros_like(energy)
        for p, i in np.ndindex(mass.size, parent.size):
            collision = grid.collision(float(mass[p]), float(parent[i]))
            chart = grid.method.chart(collision)
            energy[p, i] = parent[i]
            if not collision.is_open or minimum >= chart.high * parent[i]:
                continue
            start = float(chart.zeta(max(minimum / float(parent[i]), 1.001 * chart.low)))
            zeta = start + (chart.last - start) * z
            energy[p, i] = (1 - chart.y(zeta)) * parent[i]
            value = self.request.how.spectrum(self.request.structure, collision, grid.form, chart.y(zeta), 1)
            weight[p, i] = value * chart.jacobian(zeta) * (chart.last - start) * w
        return energy, weight

    def form_factor_shift(self, mass: Array) -> Array:
        """Not evaluated for approximations, whose own error is larger: nan."""
        return np.full(mass.size, np.nan)

    def shares_above(self, mass: Array) -> Array:
        """Not evaluated but for that of all: nan, [point, recoil]."""
        return np.where(np.array(RECOILS_GEV) > 0, np.full((mass.size, 1), np.nan), 1.0)


#: Spectra of one part of a form factor.
Source: TypeAlias = SpectrumTable | DirectSpectrum


def sources(request: Request) -> dict[str, Source]:
    """The spectra of the parts of a form factor by name, at the same energies, and that of the break-up in any case.

    Tables are shipped, cached or built now.
    """
    found = {}
    for name in dict.fromkeys((*request.grid().form.parts, BREAK_UP.name)):
        of_part = request.with_form(part(name))
        found[name] = SpectrumTable.recall(of_part) if request.how.tabulated else DirectSpectrum(of_part)
    return found
