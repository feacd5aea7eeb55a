r"""How wide a shower is: the energy in a readout cell as a function of where the shower hits it.

The visible energy in squares around the axis of simulated showers is fitted by a sum of Gaussians in the plane,

.. math:: F(h) = \sum_i a_i(E)\,{\rm erf}^2\Big(\frac{h}{\sqrt2\sigma_i}\Big),\qquad a_i\ge0,\ \sum_ia_i = 1,

whose integral over any rectangle is a product of error functions. The fraction fluctuates from shower to shower as if
N(E) independent deposits of equal energy fell into the square or beside it,

.. math:: {\rm var}\,F = \frac{F(1-F)}{N+1},

with N from the variance in the same squares (8 to 9 per GeV in plates of 25 mm of iron).

References: the shower of ``shower/simulate.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from darktarget import cache
from darktarget.core import Array
from darktarget.detector.shower_library import CUT, Slice
from darktarget.matter.materials import material, recorded
from darktarget.numerics.interpolation import semilog
from darktarget.numerics.special import erf, normal_quantile
from darktarget.progress import Task, task
from darktarget.shower.state import PHYSICS
from darktarget.units import GeV, MeV

SHOWERS: Final = 150
SEED: Final = 4
ENERGIES_GEV: Final = (1.0, 5.0, 25.0)
HALF_WIDTHS_CM: Final = (0.3, 0.6, 1.0, 1.5, 2.2, 3.2, 4.5, 6.5, 9.5, 14.0)
SIGMAS_CM: Final = (0.15, 0.4, 0.8, 1.5, 2.5, 4.0, 7.0, 12.0, 25.0)
STEP_CM: Final = 0.1  # fractions change by less than 2 % over half of it
SHARED: Final = 0.03  # least part of the energy inside or outside a square whose fluctuation is used
REACH: Final = 3.0  # half-widths that are tabulated; outside, the last value holds
DEPTH: Final = 30.0  # X0 that are simulated: more leaves less than 1 % of 25 GeV behind


@dataclass(frozen=True, eq=False)
class Profile:
    """Shares of Gaussians, share[energy, sigma], and the number of independent deposits, number[energy]."""

    energy: Array
    sigma: Array
    share: Array
    number: Array

    def inside(self, energy: Array, x: Array, y: Array, half_width: float) -> Array:
        """Fraction of a shower's visible energy in the square |x|, |y| < half_width.

        Args:
            energy: of the shower, [n]. x, y: of its axis, cm from the middle of the square, [n].
        """
        shares = np.array([semilog(self.energy, s, np.maximum(energy, 1e-9)) for s in self.share.T])
        bands = [_band(x, half_width, s) * _band(y, half_width, s) for s in self.sigma]
        return np.asarray((shares * np.array(bands)).sum(axis=0))


@dataclass(frozen=True, eq=False)
class Square:
    """The fraction in one square, tabulated [energy, x, y] in steps of ``STEP_CM``: faster than 36 error functions.

    Attributes:
        energy: nodes. table: fractions; from the middle of the square outwards. number: of independent deposits.
    """

    energy: Array
    table: Array
    number: Array

    @classmethod
    def of(cls, shape: Profile, half_width: float) -> Square:
        """The table of a square."""
        grid = STEP_CM * (0.5 + np.arange(int(np.ceil(REACH * half_width / STEP_CM))))
        x, y = (a.ravel() for a in np.meshgrid(grid, grid, indexing="ij"))
        rows = [shape.inside(np.full(x.size, e), x, y, half_width) for e in shape.energy]
        return cls(shape.energy, np.array(rows).reshape(-1, grid.size, grid.size), shape.number)

    def inside(self, energy: Array, x: Array, y: Array) -> Array:
        """As ``Profile.inside``; linear in log(energy), the nearest place in the table."""
        last = self.table.shape[1] - 1
        i, j = (np.minimum((np.abs(a) / STEP_CM).astype(np.intp), last) for a in (x, y))
        place = semilog(self.energy, np.arange(float(self.energy.size)), np.maximum(energy, 1e-9))
        low = np.minimum(place.astype(np.intp), self.energy.size - 2)
        t = place - low
        return np.asarray(self.table[low, i, j] * (1 - t) + self.table[low + 1, i, j] * t)

    def fluctuated(self, energy: Array, mean: Array, uniform: Array) -> Array:
        """Fractions of single showers around their mean: the smaller part of two follows a gamma distribution.

        Args:
            energy: of the shower, [n]. mean: of the fraction, [n]. uniform: random numbers, [n].
        """
        number = energy * semilog(self.energy, self.number / self.energy, np.maximum(energy, 1e-9))
        part = np.minimum(mean, 1 - mean)
        shape = np.maximum(part * number / np.maximum(1 - part, 0.5), 1e-3)
        cube = 1 - 1 / (9 * shape) + normal_quantile(uniform) / (3 * np.sqrt(shape))  # Wilson and Hilferty (1931)
        single = (part * np.maximum(cube, 0) ** 3).clip(0, 1)
        return np.asarray(np.where(mean <= 0.5, single, 1 - single))


@lru_cache(maxsize=16)
def square(part: Slice, half_width: float) -> Square:
    """The fraction of a shower of a sampling structure in a square."""
    return Square.of(profile(part), half_width)


def _band(x: Array, half_width: float, sigma: float) -> Array:
    scale = 1 / (np.sqrt(2) * sigma)
    return (erf((half_width - x) * scale) + erf((half_width + x) * scale)) / 2


@lru_cache(maxsize=16)
def profile(part: Slice) -> Profile:
    """The profile of a sampling structure: shipped, cached or simulated now."""
    stored = cache.recall(recipe(part), lambda: build(part))
    return Profile(stored["energy_GeV"] * GeV, stored["sigma_cm"], stored["share"], stored["number"])


def recipe(part: Slice) -> dict[str, Any]:
    """Everything that the profile depends on."""
    return {
        "kind": "lateral",
        "label": "-".join(str(x.material) for x in part.layers),
        "layers": [[recorded(x.material), x.thickness, x.visible] for x in part.layers],
        "repeat": _repeats(part),
        "energies_GeV": list(ENERGIES_GEV),
        "half_widths_cm": list(HALF_WIDTHS_CM),
        "sigmas_cm": list(SIGMAS_CM),
        "showers": SHOWERS,
        "cut_MeV": round(CUT / MeV, 9),
        "seed": SEED,
        "version": 2,
        "physics": PHYSICS,
    }


def _repeats(part: Slice) -> int:
    one = sum(x.thickness / material(x.material).radiation_length_cm for x in part.layers)
    return int(min(part.repeat, np.ceil(DEPTH / one)))


def build(part: Slice) -> cache.Arrays:
    """Simulate the energy in squares and fit the shares."""
    text = f"simulating lateral profiles in {'-'.join(str(x.material) for x in part.layers)}"
    with task(text, sum(ENERGIES_GEV) * len(HALF_WIDTHS_CM)) as work:
        # the hardest showers first: the time is proportional to the energy where it is long, which gives the estimate
        found = [measured(part, e * GeV, work=work) for e in reversed(ENERGIES_GEV)][::-1]
    return {
        "energy_GeV": np.array(ENERGIES_GEV),
        "sigma_cm": np.array(SIGMAS_CM),
        "share": np.array([fit(mean) for mean, _ in found]),
        "number": np.array([deposits(mean, variance) for mean, variance in found]),
    }


def measured(part: Slice, energy: float, showers: int = SHOWERS, work: Task | None = None) -> tuple[Array, Array]:
    """Mean fraction of the visible energy in each square and its variance, [half width]; the same showers for all.

    Args:
        work: advances by the energy in GeV after each square.
    """
    from darktarget.matter.layers import Stack  # cold start
    from darktarget.matter.layers import StackLayer as Solid  # cold start
    from darktarget.shower.simulate import simulate  # cold start

    own = tuple(Solid(material(x.material), x.thickness, x.visible) for x in part.layers) * _repeats(part)
    mean, variance = [], []
    for half in HALF_WIDTHS_CM:
        stack = Stack(own, (0,) * len(own), cell_cm=half / 1.5)
        run = simulate(stack, "e-", energy, CUT, showers, SEED, lateral=True)
        inside, total = run.event("cells"), run.event("visible")
        mean.append(inside.sum() / total.sum())
        variance.append(np.var(inside[total > 0] / total[total > 0]))
        if work is not None:
            work.advance(energy / GeV)
    return np.array(mean), np.array(variance)


def deposits(mean: Array, variance: Array) -> float:
    """Number of independent deposits that explains the variance of fractions: the median of squares that share."""
    some = (mean > SHARED) & (mean < 1 - SHARED)
    return float(np.median(mean[some] * (1 - mean[some]) / variance[some] - 1))


def fit(fraction: Array) -> Array:
    """Shares of the Gaussians that describe fractions in squares, [sigma]; least squares, none negative, sum 1."""
    from scipy.optimize import nnls  # only where a table is built

    half, sigma = np.array(HALF_WIDTHS_CM)[:, None], np.array(SIGMAS_CM)
    matrix = erf(half / (np.sqrt(2) * sigma)) ** 2
    firm = 100.0  # weight of the sum
    share, _ = nnls(np.vstack([matrix, firm * np.ones(sigma.size)]), np.append(fraction, firm))
    return np.asarray(share / share.sum())
