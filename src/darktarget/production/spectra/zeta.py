r"""The variable :math:`\zeta = \ln[(x-x_\min)/(x_\max-x)]` that resolves both ends of a bremsstrahlung spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from darktarget.core import Array


@dataclass(frozen=True)
class ZetaMap:
    """Map between x in (low, high) and zeta; works with y = 1 - x, which keeps all digits at x -> 1.

    Attributes:
        low, high: smallest and largest x; numbers, or arrays that broadcast.
    """

    low: Any
    high: Any

    @property
    def end(self) -> Any:
        """What the lepton keeps at least, 1 - high; 1e-7 where the calculation runs to x = 1."""
        return np.maximum(1 - self.high, 1e-7)

    @property
    def last(self) -> Any:
        """The zeta beyond which less than 1e-4 of any cross section lies."""
        return np.log((self.high - self.low) / (1e-2 * self.end))

    def zeta(self, x: Any) -> Array:
        """Zeta of x, clipped into the open interval."""
        x = np.clip(x, self.low * (1 + 1e-12) + 1e-15, self.high - 1e-15)
        return np.asarray(np.log((x - self.low) / (self.high - x)))

    def y(self, zeta: Array) -> Array:
        """1 - x at zeta."""
        return np.asarray(1 - self.high + (self.high - self.low) / (1 + np.exp(zeta)))

    def jacobian(self, zeta: Array) -> Array:
        """dx/dzeta."""
        fraction = 1 / (1 + np.exp(zeta))
        return np.asarray((self.high - self.low) * fraction * (1 - fraction))
