"""``darktarget show``: what an experiment declares, and what follows from it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from darktarget.interface.common import Json


def show(
    experiment: Annotated[str, typer.Argument(help="Name of an experiment, or a TOML file of your own.")],
    as_json: Json = False,
) -> None:
    """What an experiment declares: beam, target, runs, bins and stated facts, with the units in the names."""
    from darktarget import api

    declared, follows = api.declaration(experiment), derived(experiment)
    if as_json:
        document = {"experiment": experiment, "declared": declared, "derived": follows}
        typer.echo(json.dumps(document, allow_nan=False))
        return
    for line in lines({**declared, "derived": follows}):
        typer.echo(line)


def derived(name: str) -> dict[str, Any]:
    """Sums over runs, spills where intensities are declared, and impurities where a purity is."""
    from darktarget import api

    seen = api.experiment(name)
    spills = {run.name: run.spills for run in seen.runs if run.spills is not None}
    found = {
        "exposure": seen.exposure,
        "effective_exposure": seen.effective_exposure,
        "spills": spills or None,
        "impurities_at_most": seen.impurities,
    }
    return {key: value for key, value in found.items() if value is not None}


def lines(table: Mapping[str, Any], name: str = "") -> Iterator[str]:
    """A table as TOML, without comments.

    >>> list(lines({"title": "mine", "beam": {"energy_GeV": 100.0}}))
    ['title = "mine"', '', '[beam]', 'energy_GeV = 100.0']
    """
    inner = {k: v for k, v in table.items() if isinstance(v, Mapping)}
    own = {k: v for k, v in table.items() if k not in inner}
    if name and own:
        yield from ("", f"[{name}]")
    yield from (f"{_key(key)} = {json.dumps(value)}" for key, value in own.items())
    for key, value in inner.items():
        yield from lines(value, f"{name}.{_key(key)}" if name else _key(key))


def _key(name: str) -> str:
    """As TOML writes it: bare where that is allowed."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)
