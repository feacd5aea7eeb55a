"""What the commands share: options, the model from its words, and how a result is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer

from darktarget.errors import InputError
from darktarget.interface import completion

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
DEFAULT_MASS = "1e-3:1:60"
Mass = Annotated[
    list[str] | None,
    typer.Option(
        "--mass", help=f"Mediator mass in GeV: a value, a comma list or lo:hi:n (default {DEFAULT_MASS}, logarithmic)."
    ),
]
Param = Annotated[
    list[str] | None,
    typer.Option(
        "-p", metavar="NAME=VALUE", help="A model parameter; repeatable.", autocompletion=completion.parameters
    ),
]
ModelWord = Annotated[
    str,
    typer.Argument(help="Name of a model: see `list models`.", autocompletion=completion.members("models", files=True)),
]
ExperimentWord = Annotated[
    str,
    typer.Argument(
        help="Name, or the path of your own TOML file.", autocompletion=completion.members("experiments", files=True)
    ),
]


Out = Annotated[Path | None, typer.Option("--out", help="Folder for the files of the result.")]
Force = Annotated[bool, typer.Option("--force", help="Replace existing files.")]

#: What the header of a table adds where a number was chosen to meet a published limit.
FITTED = " (fitted)"


def build(name: str, mass: list[str] | None, param: list[str] | None) -> Any:
    """Return the model that the words of ``--mass`` and ``-p`` describe.

    Raises:
        InputError, UnknownName: a word of another form, a mass given twice, a bad parameter.
    """
    from darktarget import api
    from darktarget.interface.parsing import masses, parameters

    given = parameters(param or [])
    if "mass" in given and mass:
        raise InputError("mass", given["mass"], "given once, as --mass or as -p mass")
    if "mass" not in given:
        given["mass"] = masses(mass or [DEFAULT_MASS])
    return api.model(name, **given)


def show(document: dict[str, Any], as_json: bool, header: tuple[str, ...], rows: Any) -> None:
    """Print a document as JSON, or its rows as a table whose last column is the reason."""
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
        return
    widths = [max(14, len(h)) for h in header]
    typer.echo("  ".join(f"{h:>{width}}" for h, width in zip(header, widths, strict=True)).rstrip())
    for row in rows:
        *numbers, reason = row
        cells = [f"{_cell(value):>{width}}" for value, width in zip(numbers, widths, strict=False)]
        typer.echo("  ".join([*cells, reason or ""]).rstrip())


_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block, notes are not written."""
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)


def note(text: str) -> None:
    """Write a line about a result to stderr, unless ``--quiet`` was given."""
    if not _QUIET.get():
        typer.echo(text, err=True)


def _cell(value: Any) -> str:
    return f"{value:>14.5g}" if isinstance(value, float) else f"{'-':>14}"
