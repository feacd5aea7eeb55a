"""The schema of an experiment's file in two more forms: a JSON Schema for editors and a key reference for people."""

from __future__ import annotations

from typing import Any

from darktarget.experiments._options import groups
from darktarget.experiments._schema import signature_table
from darktarget.experiments._tables import ExperimentTable
from darktarget.matter.declared import MaterialTable
from darktarget.schemas import json_schema as js
from darktarget.schemas import reference as ref
from darktarget.schemas.keys import model_of_typed_dict
from darktarget.signatures import SIGNATURES

__all__ = ["ExperimentTable", "experiment_json_schema", "experiment_reference"]

INTRODUCTION = f"""# Keys of an experiment's file

{ref.GENERATED} [How to write a file](../extend/experiment.md).

Two keys are about files: `extends` names a shipped experiment, or the path of a TOML file relative to this one, whose
keys are inherited; with it no other key is required. `drop` lists inherited names that are removed, such as
`["runs.2016-I", "target.layers"]`.

{ref.editors("experiment")}"""


def experiment_json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7) of an experiment's file.

    Keys are required only where the file extends no other one.

    >>> experiment_json_schema()["properties"]["beam"]["properties"]["energy_GeV"]["exclusiveMinimum"]
    0
    """
    full = js.of_model(ExperimentTable)
    keys = full["properties"]
    material = js.of_model(model_of_typed_dict(MaterialTable, "Material"))
    keys["materials"]["additionalProperties"] = material
    keys["options"] |= js.table({name: js.of_options(group) for name, group in groups().items()})
    signatures = [js.of_model(signature_table(name)) for name in SIGNATURES.names()]
    one_bin = keys["bins"]["additionalProperties"]["properties"]
    one_bin["signature"] = {**one_bin["signature"], "anyOf": signatures}
    one_bin["signature"].pop("additionalProperties", None)
    files = {
        "$schema": {"type": "string", "description": "address of this schema, for editors"},
        "extends": {"type": "string", "description": "shipped experiment or TOML file whose keys are inherited"},
        "drop": {"type": "array", "items": {"type": "string"}, "description": "inherited names that are removed"},
    }
    return {
        "$schema": js.DRAFT,
        "title": "darktarget experiment",
        "description": "Beam, target, runs and counting bins of a published analysis or projection.",
        "type": "object",
        "properties": {**files, **js.without_required(keys)},
        "additionalProperties": False,
        "if": {"not": {"required": ["extends"]}},
        "then": js.only_required(full),
    }


def experiment_reference() -> str:
    """The key reference of an experiment's file, in Markdown."""
    material = model_of_typed_dict(MaterialTable, "Material")
    parts = [INTRODUCTION, *ref.tables(ExperimentTable)]
    about = "Exactly one of formula and elements is given. Names of a file take precedence over shipped ones."
    parts.append(ref.section("[materials.NAME]", about, ref.rows(material)))
    parts.append("## Signatures\n\nThe keys of `[bins.NAME.signature]`, by the name of the search strategy.")
    for name in SIGNATURES.names():
        about = (SIGNATURES[name].__doc__ or "").split("\n")[0]
        parts.append(ref.section(name, about, ref.rows(signature_table(name)), 3))
    parts.append(
        "## Options\n\nThe keys of `[options.NAME]`, by process or step. They are the defaults of this experiment: a "
        "keyword of `dt.limit` or an option of the command line takes precedence, and results name those that took "
        "effect."
    )
    for name, group in groups().items():
        parts.append(ref.section(f"[options.{name}]", "", ref.option_rows(group), 3))
    return "\n\n".join(parts) + "\n"
