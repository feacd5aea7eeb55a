"""From counts to limits: exact low-count statistics with systematics; knows no physics.

from darktarget.statistics import Measurement, interval
interval(Measurement.counting(0, 0.53, 0.17), cl=0.9, method="cls").upper    # 2.302585
"""

from darktarget.statistics.discovery import reach, significance
from darktarget.statistics.limits import (
    check_choices,
    distinct,
    edges,
    expected_bands,
    expected_limit,
    expected_limits,
    interval,
    methods,
    p_values,
    ranking,
    treatment,
    upper_limits,
)
from darktarget.statistics.measurement import Bin, Measurement, Nuisance
from darktarget.statistics.results import Bands, Effect, Interval, Projection, PValues, Significance, Solution

__all__ = [
    "Bands",
    "Bin",
    "Effect",
    "Interval",
    "Measurement",
    "Nuisance",
    "PValues",
    "Projection",
    "Significance",
    "Solution",
    "check_choices",
    "distinct",
    "edges",
    "expected_bands",
    "expected_limit",
    "expected_limits",
    "interval",
    "methods",
    "p_values",
    "ranking",
    "reach",
    "significance",
    "treatment",
    "upper_limits",
]
