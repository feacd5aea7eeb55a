"""Options of the recast, of the statistic and of what a limit reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from darktarget.options import OptionGroup, option
from darktarget.registry import member_names

METHODS: Final = Path(__file__).parents[1] / "statistics" / "limit_methods"  # one file per statistic


@cache
def statistics() -> tuple[str, ...]:
    """Names of the statistics, without importing them."""
    return member_names(METHODS)


@dataclass(frozen=True)
class RecastOptions(OptionGroup):
    """What the yields are normalised to."""

    normalisation: Literal["first-principles", "published"] = option(
        "first-principles", "Yields from first principles, or rescaled to the published invisible limit"
    )


@dataclass(frozen=True)
class StatisticOptions(OptionGroup):
    """How an interval follows from counts."""

    method: str = option("cls", "Statistic", choices=statistics)
    nuisances: Literal["marginalise", "profile", "none"] = option("marginalise", "Treatment of the uncertainties")
    cl: float = option(0.9, "Confidence level", above=0, below=1)


@dataclass(frozen=True)
class ReportOptions(OptionGroup):
    """What is added to a limit."""

    bands: bool = option(False, "Add the median expected limit with its bands of 1 and 2 sigma")
    ranking: bool = option(False, "Add the effect of each uncertainty on the limit")
