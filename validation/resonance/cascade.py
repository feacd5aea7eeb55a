r"""A semi-analytic electromagnetic cascade in lead, with annihilation that uses positrons up.

Electrons, positrons and photons above 42 GeV on a grid of energies, in a target thick enough to absorb them. Radiation
and pair production per X0 at complete screening,

.. math:: \frac{dn}{dk} = \frac{(4/3 + 1/9L)(1-y)\,S + y^2}{k},\quad y = k/E,\qquad
          \frac{dn}{dE} = \frac{1 - \frac43 x(1-x)}{k},\quad x = E/k,

with L = 3.49 for lead and S the suppression of soft photons (Landau, Pomeranchuk, Migdal). The track length T_i in
a cell of the grid and the probability P_i that a positron born there annihilates before it leaves the grid obey

.. math:: T_i = \frac{S_i + \sum_{j>i} T_j r_{ji}}{\mu_i},\qquad
          P_i = \frac{\Sigma_i w_i + \sum_{j<i} r_{ij}P_j}{\Sigma_i + \mu_i}

with the rates r of losing energy, their sum mu, births S, annihilation Sigma and acceptance w. Where Sigma is small,
:math:`\sum_i S_iP_i = \sum_i T_i\Sigma_iw_i`; where it is not, positrons are used up and fewer are counted.
``by_histories`` follows single positrons without a grid and is the second route.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BEAM_GEV: Final = 100.0
LOWEST_GEV: Final = 42.0  # below the production cut of 42.5 GeV
LOGARITHM: Final = 3.49  # of screening, with the Coulomb correction, lead
LPM_GEV: Final = 4300.0  # 7.7 TeV/cm times X0 of lead
PAIRS_PER_X0: Final = 7 / 9
IONISATION_GEV: Final = 0.0125  # per X0 of lead at these energies
STEP_GEV: Final = 0.05
SUBDIVISIONS: Final = 7  # points at which a rate is averaged over a cell


def radiation(energy: Floats, photon: Floats) -> Floats:
    """Photons per X0 and GeV radiated by an electron or positron (GeV)."""
    y = photon / energy
    rest = np.maximum(energy - photon, 1e-9)
    suppressed = np.sqrt(np.minimum(1.0, photon * LPM_GEV / (energy * rest)))
    return np.asarray(((4 / 3 + 1 / (9 * LOGARITHM)) * (1 - y) * suppressed + y**2) / photon)


@dataclass(frozen=True, eq=False)
class Cascade:
    """The cascade of one 100 GeV electron.

    Attributes:
        energy: centres of the cells, GeV, descending, [cell].
        jump: rate from a cell to a lower one, per X0, [cell, cell].
        loss: rate of leaving a cell, per X0, [cell].
        births: positrons born in each cell, [cell].
        length: track length of positrons in each cell, X0, [cell].
    """

    energy: Floats
    jump: Floats
    loss: Floats
    births: Floats
    length: Floats

    def density(self, energy: Floats) -> Floats:
        """Track length of positrons per energy, X0/GeV."""
        return np.asarray(np.interp(energy, self.energy[::-1], self.length[::-1] / STEP_GEV))

    def accepted(self, annihilation: Floats, acceptance: Floats) -> float:
        """Accepted annihilations per primary where annihilation uses positrons up.

        Args:
            annihilation: per X0, [cell]. acceptance: probability, [cell].
        """
        chance = np.zeros_like(self.energy)
        for i in range(chance.size - 1, -1, -1):
            onward = self.jump[i, i + 1 :] @ chance[i + 1 :]
            chance[i] = (annihilation[i] * acceptance[i] + onward) / (annihilation[i] + self.loss[i])
        return float(self.births @ chance)


@cache
def cascade() -> Cascade:
    """The cascade of 100 GeV electrons in lead."""
    energy = np.arange(BEAM_GEV, LOWEST_GEV - 1e-9, -STEP_GEV)
    jump, loss = _rates(energy)
    photons, pairs = _photons(energy), _pairs(energy)
    primary = np.zeros_like(energy)
    primary[0] = 1.0
    births = np.zeros_like(energy)
    for _ in range(3):  # generations; a fourth adds less than 1e-4
        charged = _transport(primary + 2 * births, jump, loss)
        births = (charged @ photons) @ pairs
    return Cascade(energy, jump, loss, births, _transport(births, jump, loss))


def _rates(energy: Floats) -> tuple[Floats, Floats]:
    """Rates between cells and out of each; what is too soft to leave a cell becomes a mean loss to the next."""
    lost = energy[:, None] - energy[None, :]
    jump = np.zeros_like(lost)
    far = lost > 1.5 * STEP_GEV
    source = np.broadcast_to(energy[:, None], lost.shape)[far]
    for part in (np.arange(SUBDIVISIONS) + 0.5) / SUBDIVISIONS - 0.5:
        jump[far] += radiation(source, lost[far] + part * STEP_GEV) * STEP_GEV / SUBDIVISIONS
    soft = np.geomspace(1e-6, 1.5 * STEP_GEV, 300)
    mean = np.asarray(np.trapezoid(soft * radiation(energy[:, None], soft), soft, axis=1)) + IONISATION_GEV
    np.fill_diagonal(jump[:, 1:], mean[:-1] / STEP_GEV)
    first = np.maximum(energy - energy[-1] + STEP_GEV / 2, 1.5 * STEP_GEV)
    below = first[:, None] * (energy / first)[:, None] ** np.linspace(0, 1 - 1e-9, 400)
    away = np.trapezoid(radiation(energy[:, None], below), below, axis=1)
    return jump, jump.sum(axis=1) + away


def _transport(births: Floats, jump: Floats, loss: Floats) -> Floats:
    """Track length in each cell, X0."""
    length = np.zeros_like(births)
    for i in range(births.size):
        length[i] = (births[i] + length[:i] @ jump[:i, i]) / loss[i]
    return length


def _photons(energy: Floats) -> Floats:
    """Track length of photons in a cell (X0) per track length of electrons and positrons in another."""
    source, photon = energy[:, None], energy[None, :]
    rate = radiation(source, np.minimum(photon, source * (1 - 1e-9)))
    return np.where(photon <= source, rate, 0.0) * STEP_GEV / PAIRS_PER_X0


def _pairs(energy: Floats) -> Floats:
    """Positrons born in a cell per track length of photons in another."""
    photon, x = energy[:, None], energy[None, :] / energy[:, None]
    rate = np.where(x <= 1, (1 - 4 / 3 * x * (1 - x)) / photon, 0.0) * STEP_GEV
    return rate - 0.5 * np.diag(np.diag(rate))


def by_histories(
    annihilation: Callable[[Floats], Floats], acceptance: Callable[[Floats], Floats], number: int, seed: int
) -> tuple[float, float]:
    """Accepted annihilations per primary with and without the loss of positrons, from single histories.

    Args:
        annihilation: per X0 at an energy (GeV). acceptance: probability at an energy.
        number: of positrons. seed: of the random numbers.

    Returns:
        with the loss of the positrons that annihilate; without it.
    """
    made, draw = cascade(), np.random.default_rng(seed)
    share = made.births / made.births.sum()
    energy = draw.choice(made.energy, number, p=share) + STEP_GEV * (draw.random(number) - 0.5)
    weight = np.full(number, made.births.sum() / number)
    used, unused = 0.0, 0.0
    while energy.size:
        softest = 1e-3
        reach = np.log(energy / softest)
        step = draw.exponential(1 / (1.4 * reach))  # 1.4/k is above the spectrum
        depth = annihilation(energy) * step
        passing = acceptance(energy)
        used += float((weight * -np.expm1(-depth) * passing).sum())
        unused += float((depth * passing).sum()) * made.births.sum() / number
        photon = softest * np.exp(reach * draw.random(energy.size))
        real = draw.random(energy.size) * 1.4 < radiation(energy, photon) * photon
        weight = weight * np.exp(-depth)
        energy = np.where(real, energy - photon, energy) - (4 / 3 * softest + IONISATION_GEV) * step
        alive = energy > LOWEST_GEV
        energy, weight = energy[alive], weight[alive]
    return used, unused
