"""Print the tables of ``docs/validation.md``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from validation.resonance import hypotheses, showers, strahlung
from validation.resonance.tables import Table

TABLES: tuple[Callable[[], Table], ...] = (
    hypotheses.statement,
    hypotheses.positron_beam,
    hypotheses.comparison,
    hypotheses.efficiency_of_missing_energy,
    hypotheses.depletion,
    hypotheses.common_depletion,
    hypotheses.fits,
    hypotheses.stronger_coupling,
    hypotheses.variations,
    hypotheses.bound_electrons,
    hypotheses.coarse_grid,
    hypotheses.track_lengths,
    strahlung.shape,
    strahlung.later_curve,
)


def main() -> None:
    """Print every table as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m validation.resonance", description=__doc__)
    parser.add_argument("--showers", type=int, default=0, help="also simulate this many showers (10 ms each)")
    asked = parser.parse_args()
    for table in TABLES:
        print(table().text(), end="\n\n", flush=True)
    if asked.showers:
        print(showers.deposits(*showers.showers(asked.showers)).text())


if __name__ == "__main__":
    main()
