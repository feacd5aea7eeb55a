r"""Median angle of the mediator in bremsstrahlung, from the exact d sigma/(dx d cos theta), as a table.

At fixed x the amplitude falls as :math:`1/\tilde u^2` with :math:`|\tilde u| = u_0 + 2pk(1-\cos\theta)`, so that the
fraction of mediators within theta is close to

.. math:: F(\theta) = \frac{\theta^2}{\theta^2+\theta_{1/2}^2}

with the median :math:`\theta_{1/2}`, which is tabulated relative to :math:`\theta_0^2 = u_0/(pk)`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from darktarget import cache
from darktarget.core import Array
from darktarget.production._chebyshev import basis, clenshaw, coefficients, nodes
from darktarget.production._exact import Collision, minimal_u
from darktarget.production._spectrum_table import MASS_RANGE_GEV, Request
from darktarget.target.form_factors import form_factor
from darktarget.units import GeV

SHAPE: Final = (24, 4, 12)  # nodes in mass, energy and zeta, as the spectrum tables have them
ANGLES: Final = 96  # of the cumulative integral


def recipe_of(spectrum: dict[str, Any]) -> dict[str, Any]:
    """Recipe of the angles that belong to a table of spectra."""
    return {**spectrum, "kind": "angle-of-bremsstrahlung", "shape": list(SHAPE), "quality": ANGLES, "version": 1}


def forward_scale(collision: Collision, y: Array) -> Array:
    r""":math:`\theta_0^2 = u_0/(pk)`, with y = 1 - x; broadcasts."""
    k2 = ((1 - y) * collision.energy) ** 2 - collision.mediator_mass**2
    k = np.sqrt(np.maximum(k2, 1e-12 * collision.energy**2))
    return np.asarray(minimal_u(collision, y) / (collision.momentum * k))


def median(request: Request, collision: Collision, y: Array) -> Array:
    r""":math:`\ln(\theta_{1/2}^2/\theta_0^2)` by direct integration over the angle, [n]."""
    form = form_factor(request.recipe["form_factor"])
    u0 = minimal_u(collision, y)[:, None]
    pk = u0 / forward_scale(collision, y)[:, None]
    v = 1 - (np.arange(ANGLES) + 0.5) / ANGLES  # u0/|u|, forward first
    tau = np.minimum(u0 * (1 / v - 1) / (2 * pk), 2.0)
    density = request.how.energy_angle(request.structure, collision, form, y[:, None], tau, 1) / v**2
    density = np.where(tau < 2, density, 0.0)
    cumulative = np.cumsum(density, axis=1)
    half = [float(np.interp(row[-1] / 2, row, 1 - v + 0.5 / ANGLES)) for row in cumulative]
    s = np.clip(np.array(half), 1e-3, 1 - 1e-3)
    return np.asarray(np.log(s / (1 - s)))


def build(request: Request) -> cache.Arrays:
    """Chebyshev coefficients of ln(theta_half^2/theta_0^2) [mass, energy, zeta]."""
    grid = request.grid()
    cells = np.zeros(SHAPE)
    for i, a in enumerate(nodes(SHAPE[0])):
        for j, b in enumerate(nodes(SHAPE[1])):
            energy = grid.energy(float(b))
            mass = grid.mass(float(a), energy)
            chart, first = grid.chart(mass, energy)
            y = chart.y(first + (chart.last - first) * nodes(SHAPE[2]))
            cells[i, j] = median(request, grid.collision(mass, energy), y)
    return {"log_ratio": coefficients(coefficients(coefficients(cells, 0), 1), 2)}


def median_angle(request: Request, mass: Array, parent: Array, energy: Array) -> Array:
    """Median angle of mediators of some energies, rad.

    Args:
        mass: [point]. parent: lepton energies, [energy]. energy: of the mediators, [point, energy, node].

    Returns:
        [point, energy, node].
    """
    table = cache.recall(recipe_of(request.recipe), lambda: build(request))["log_ratio"]
    grid = request.grid()
    fraction = grid.mass_fraction(mass[:, None], parent)
    position = np.log(parent / grid.energy_min) / np.log(grid.energy_max / grid.energy_min)
    planes = np.einsum("abc,eb->eac", table, basis(SHAPE[1], position))
    rows = np.einsum("pea,eac->pec", basis(SHAPE[0], fraction), planes, optimize=True)
    safe = np.where(fraction <= 1, mass[:, None], MASS_RANGE_GEV[0] * GeV)[:, :, None]
    chart, first = grid.chart(safe, parent[None, :, None])
    zeta = chart.zeta(energy / parent[None, :, None])
    ratio = clenshaw(rows[:, :, None, :], (zeta - first) / (chart.last - first))
    scale = forward_scale(grid.collision(safe, parent[None, :, None]), 1 - energy / parent[None, :, None])
    return np.asarray(np.sqrt(np.exp(ratio) * scale))
