"""``darktarget width``: partial widths and lifetimes of a model's unstable particles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from darktarget.errors import InputError
from darktarget.interface.common import Force, Json, ModelWord, Out, Param, note

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from darktarget.core import Model


def width(
    model: ModelWord,
    param: Param = None,
    mass: Annotated[
        list[str] | None, typer.Option("--mass", help="Mediator mass in GeV: a value, a comma list or lo:hi:n.")
    ] = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Partial widths in GeV and c tau in cm of the mediator and of every unstable dark state."""
    from darktarget import api
    from darktarget.interface.output import PICTURES, TABLES, ResultFiles
    from darktarget.interface.parsing import masses, parameters
    from darktarget.io.widths import width_columns, width_document

    given = parameters(param or [])
    if ("mass" in given) == bool(mass):
        raise InputError("mass", given.get("mass"), "given once, as --mass or as -p mass")
    if mass:
        given["mass"] = masses(mass)
    theory = api.model(model, **given)
    files = ResultFiles.planned(out, (theory.name, "width"), force, (*TABLES, *PICTURES))
    document = width_document(theory)
    _print(document, as_json)
    files.write(document, lambda: width_columns(theory), lambda: _drawn(theory))


def _drawn(theory: Model) -> Axes:
    from darktarget import plot

    return plot.widths(theory)


def _print(document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
        return
    for parent, length in document["ctau_cm"].items():
        for label, value in document[parent].items():
            typer.echo(f"{parent:>8} -> {label:<24} {_cells(value)} GeV")
        typer.echo(f"{parent:>8}    {'c tau':<24} {_cells(length)} cm")
    for flag in document["flags"]:
        note(f"flag: {flag}")


def _cells(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return "  ".join("stable" if v is None else f"{v:.6g}" for v in values)
