r"""Acceptance as a function of a lifetime, from one sample of events in which the decays are anywhere.

The flight of a particle is cut into pieces; if it decays in piece k (from :math:`t_k` to :math:`t_{k+1}`, path over
:math:`\beta\gamma`) the event is accepted with probability :math:`p_k`. Then

.. math:: A(c\tau) = \sum_k p_k\,(e^{-t_k/c\tau} - e^{-t_{k+1}/c\tau}) = \sum_k (p_k - p_{k-1})\,e^{-t_k/c\tau},

and for two particles of one lifetime the same with differences in both and :math:`t_k + t_l`. A histogram of the
signed weights in log t therefore holds A for every lifetime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from darktarget.core import Array

LOWEST, HIGHEST, PER_DECADE = 1e-7, 1e9, 250  # of t, cm
EDGES: Final = np.append(0.0, np.geomspace(LOWEST, HIGHEST, 16 * PER_DECADE + 1))


@dataclass(eq=False)
class LifetimeHistogram:
    """Signed weights at values of t, and of their squares for the error."""

    weight: Array = field(default_factory=lambda: np.zeros(EDGES.size))

    def add(self, t: Array, weight: Array) -> None:
        """Add weights at t (cm), shared between the two nearest values so that the mean of t is kept."""
        t, weight = t.ravel(), weight.ravel()
        some = (weight != 0) & (t < HIGHEST)
        t, weight = t[some], weight[some]
        place = (np.log(np.maximum(t, LOWEST)) - np.log(LOWEST)) * (PER_DECADE / np.log(10.0))
        i = np.where(t < LOWEST, 0, 1 + place.astype(np.intp)).clip(0, EDGES.size - 2)
        i -= t < EDGES[i]  # rounding of the logarithm
        share = ((t - EDGES[i]) / (EDGES[i + 1] - EDGES[i])).clip(0, 1)
        self.weight += np.bincount(i, weight * (1 - share), EDGES.size)
        self.weight += np.bincount(i + 1, weight * share, EDGES.size)

    def flights(self, cuts: Array, passed: Array, weight: Array) -> None:
        """Add events with one flight.

        Args:
            cuts: t at the beginning of each piece, [n, piece]; the last piece never ends.
            passed: p of each piece, [n, piece]. weight: [n].
        """
        steps = np.diff(passed, axis=1, prepend=0.0)
        self.add(cuts, steps * weight[:, None])

    def pairs(self, first: Array, second: Array, passed: Array, weight: Array) -> None:
        """Add events with two flights: cuts [n, piece] and [n, other], passed [n, piece, other]."""
        steps = np.diff(np.diff(passed, axis=1, prepend=0.0), axis=2, prepend=0.0)
        self.add(first[:, :, None] + second[:, None, :], steps * weight[:, None, None])

    def at(self, ctau: Array) -> Array:
        """Sum of accepted weights for some lifetimes (cm; inf is stable), [n]."""
        return np.asarray(evaluated([self], ctau)[0])


def evaluated(ladders: Sequence[LifetimeHistogram], ctau: Array) -> Array:
    """Sums of several ladders for the same lifetimes, [ladder, n]."""
    weights = np.stack([ladder.weight for ladder in ladders])
    some = np.flatnonzero(weights.any(axis=0))
    with np.errstate(over="ignore"):
        return np.asarray(weights[:, some] @ np.exp(-EDGES[some, None] / ctau))
