"""``darktarget width``: partial widths and lifetimes of a model's unstable particles."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from darktarget.errors import InputError
from darktarget.interface.common import Json, ModelWord, Param


def width(
    model: ModelWord,
    param: Param = None,
    mass: Annotated[
        list[str] | None, typer.Option("--mass", help="Mediator mass in GeV: a value, a comma list or lo:hi:n.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Partial widths in GeV and c tau in cm of the mediator and of every unstable dark state."""
    from darktarget import api
    from darktarget.interface.parsing import masses, parameters
    from darktarget.io.widths import width_document

    given = parameters(param or [])
    if ("mass" in given) == bool(mass):
        raise InputError("mass", given.get("mass"), "given once, as --mass or as -p mass")
    if mass:
        given["mass"] = masses(mass)
    theory = api.model(model, **given)
    document = width_document(theory)
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
        return
    for parent, length in document["ctau_cm"].items():
        for label, value in document[parent].items():
            typer.echo(f"{parent:>8} -> {label:<24} {_cells(value)} GeV")
        typer.echo(f"{parent:>8}    {'c tau':<24} {_cells(length)} cm")
    for flag in document["flags"]:
        typer.echo(f"flag: {flag}", err=True)


def _cells(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return "  ".join("stable" if v is None else f"{v:.6g}" for v in values)
