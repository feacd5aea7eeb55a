"""``darktarget show``: a member as TOML that is accepted as input again; what follows from it is in comments."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from darktarget.errors import UnknownName
from darktarget.interface import completion
from darktarget.interface.common import Json, note


def show(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of an experiment, model, process, constraint or material, a TOML file, or PATH.py:Class.",
            autocompletion=completion.several("experiments", "models", "processes", "constraints", "materials"),
        ),
    ],
    kind: Annotated[
        str | None, typer.Option(help="Where one name has several: experiment, model, process, constraint, material.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What an experiment, model, process, constraint or material is, as TOML; what follows from it is in comments."""
    from darktarget.interface import members

    if kind is not None and kind not in members.KINDS:
        raise UnknownName("--kind", kind, members.KINDS)
    found = members.kinds_of(name)
    used = kind or found[0]
    shown = members.KINDS[used](name)
    if as_json:
        typer.echo(json.dumps({used: name, "declared": shown.declared, "derived": shown.derived}, allow_nan=False))
        return
    typer.echo(shown.text, nl=False)
    if others := [other for other in found if other != used and kind is None]:
        note(f"{name} is also the name of a {' and of a '.join(others)}: --kind {others[0]} shows it")
