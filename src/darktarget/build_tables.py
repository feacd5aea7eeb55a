"""Build the tables that are shipped: what every declared experiment needs for every model, and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from darktarget import cache, flow
from darktarget.core import Experiment, Model
from darktarget.experiments import EXPERIMENTS
from darktarget.matter.form_factors import FORM_FACTORS, form_factor
from darktarget.models import MODELS
from darktarget.production.options import FormFactorOptions

#: Form factors with shipped tables: the default, and those that are parts of it.
FORMS: Final = tuple(
    name
    for name, form in FORM_FACTORS.items()
    if set(form.parts) <= set(form_factor(FormFactorOptions().form_factor).parts)
)


def ship(*, rebuild: bool = False) -> Iterator[str]:
    """Build missing tables (or all of them) and drop those nobody needs; interrupted work is kept.

    Args:
        rebuild: build those that exist, too; they replace the old ones together at the end.

    Yields:
        A line of progress per experiment and one at the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) if rebuild else cache.SHIPPED
        needed: set[str] = set()
        with cache.only(place):
            for name in EXPERIMENTS.names(plugins=False):
                needed |= _need(name)
                yield f"{name}: {len(needed)} tables so far"
        for name in sorted(needed) if rebuild else ():
            cache.write(cache.SHIPPED / name, *cache.read(place / name))
        stale = [p for p in cache.SHIPPED.glob(f"*{cache.SUFFIX}") if p.name not in needed]
        for path in stale:
            path.unlink()
        yield f"{len(needed)} tables in {cache.SHIPPED.name}/, {len(stale)} dropped"


def _exercise(model: Model, experiment: Experiment) -> None:
    """Everything that a limit looks up."""
    for form in FORMS:
        yields = flow.produce(model, experiment, form_factor=form)
        for seen in experiment.bins:
            flow.select(model, yields, seen, experiment.beam, experiment.target)


def _need(experiment: str) -> set[str]:
    """Names of the tables that one experiment uses, built if they are not there."""
    used: set[str] = set()
    for name in MODELS.names(plugins=False):
        example: Any = MODELS[name]
        with cache.recorded(used):
            _exercise(example(mass=0.03), EXPERIMENTS[experiment])
    return used
