"""Closed-form upper limits of a single counting bin (interim: replaced by the full statistics package)."""

from __future__ import annotations

import math

from darktarget.errors import UnknownName


def upper_limit(n: int, b: float, *, cl: float, method: str) -> float:
    """Signal count excluded at confidence level cl by CLs, without nuisances.

    >>> f"{upper_limit(0, 0.53, cl=0.9, method='cls'):.6f}"
    '2.302585'
    """
    if method != "cls":
        raise UnknownName("method", method, ("cls",))

    def cdf(mean: float) -> float:
        return math.fsum(
            math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) if mean else k == 0 for k in range(n + 1)
        )

    if n == 0:
        return -math.log1p(-cl)
    low, high = 0.0, 10.0 + 5 * n
    while high - low > 1e-12 * high:
        mid = (low + high) / 2
        low, high = (mid, high) if cdf(mid + b) / cdf(b) > 1 - cl else (low, mid)
    return high
