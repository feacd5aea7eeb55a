"""``darktarget schema``: JSON Schemas of the TOML files that a user writes, for editors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer


def _experiment() -> dict[str, Any]:
    from darktarget.experiments.schema import experiment_json_schema

    return experiment_json_schema()


def _model() -> dict[str, Any]:
    from darktarget.models.base.file_schema import model_json_schema

    return model_json_schema()


#: Returns the JSON Schema of each kind of file, by name (read-only).
SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {"experiment": _experiment, "model": _model}
)


def schema(
    kind: Annotated[str, typer.Argument(help=f"Kind of the file: {', '.join(SCHEMAS)}.")],
) -> None:
    """JSON Schema of a TOML file, for completion and checks in an editor (first line: #:schema ./FILE)."""
    from darktarget.errors import chosen

    typer.echo(json.dumps(chosen("schema", kind, SCHEMAS)(), indent=2))
