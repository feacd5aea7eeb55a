"""Build the tables that are shipped: what every declared experiment needs for every model, and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from darktarget import cache, flow
from darktarget.core import Experiment, Model
from darktarget.experiments import EXPERIMENTS
from darktarget.models import MODELS


def ship(*, rebuild: bool = False) -> Iterator[str]:
    """Build missing tables (or all of them), put them in place atomically and drop those nobody needs.

    Args:
        rebuild: build those that exist, too.

    Yields:
        A line of progress per experiment and one at the end.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        if not rebuild and cache.SHIPPED.is_dir():
            shutil.copytree(cache.SHIPPED, fresh, dirs_exist_ok=True)
        kept = {p.name for p in fresh.glob(f"*{cache.SUFFIX}")}
        with cache.only(fresh):
            needed = set()
            for name in EXPERIMENTS.names(plugins=False):
                needed |= _need(name, fresh)
                yield f"{name}: {len(needed)} tables"
        for name in sorted(needed):
            cache.write(cache.SHIPPED / name, *cache.read(fresh / name))
        for stale in cache.SHIPPED.glob(f"*{cache.SUFFIX}"):
            if stale.name not in needed:
                stale.unlink()
        yield f"{len(needed - kept)} built, {len(needed & kept)} kept, in {cache.SHIPPED.name}/"


def _exercise(model: Model, experiment: Experiment) -> None:
    """Everything that a limit looks up."""
    yields = flow.produce(model, experiment)
    for seen in experiment.bins:
        flow.select(model, yields, seen, experiment.beam, experiment.target)


def _need(experiment: str, folder: Path) -> set[str]:
    """Names of the tables that one experiment uses, built if they are not there."""
    used: set[str] = set()
    for name in MODELS.names(plugins=False):
        example: Any = MODELS[name]
        with cache.recorded(used):
            _exercise(example(mass=0.03), EXPERIMENTS[experiment])
    return used
