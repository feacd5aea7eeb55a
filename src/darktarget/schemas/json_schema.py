"""JSON Schemas of TOML files, for editors: made from the same tables that check the files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from darktarget.options import Option, OptionGroup, options_of

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
Json = dict[str, Any]


def of_model(schema: type[BaseModel]) -> Json:
    """The JSON Schema of a table, references resolved; what TOML does not have (null, titles) is left out."""
    raw = schema.model_json_schema()
    found: Json = _plain(raw, raw.get("$defs", {}))
    return found


def of_options(group: type[OptionGroup]) -> Json:
    """The JSON Schema of the options of a process or step."""
    return table({item.name: _option(item) for item in options_of(group)})


def table(properties: Mapping[str, Json], about: str = "") -> Json:
    """The JSON Schema of a table without other keys."""
    found: Json = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {"description": about, **found} if about else found


def without_required(schema: Any) -> Any:
    """The same where no key has to be given, as in a file that inherits the others.

    >>> without_required({"required": ["a"], "properties": {"a": {"type": "number"}}})
    {'properties': {'a': {'type': 'number'}}}
    """
    if isinstance(schema, list):
        return [without_required(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if k != "required" or not isinstance(v, list)}
    return {k: without_required(v) for k, v in kept.items()}


def only_required(schema: Json) -> Json:
    """What has to be given, and nothing else: the complement of ``without_required``.

    >>> only_required({"required": ["a"], "type": "object", "properties": {"a": {"type": "number"}}})
    {'required': ['a']}
    """
    found: Json = {"required": schema["required"]} if "required" in schema else {}
    inner = {k: part for k, v in schema.get("properties", {}).items() if (part := only_required(v))}
    found |= {"properties": inner} if inner else {}
    others = schema.get("additionalProperties")
    if isinstance(others, dict) and (part := only_required(others)):
        found["additionalProperties"] = part
    return found


def _option(item: Option) -> Json:
    if names := item.choices():
        allowed: Json = {"enum": [*names, *item.older_values]}
    else:
        allowed = {"type": {str: "string", bool: "boolean", int: "integer", float: "number"}[item.kind]}
    bounds = (("exclusiveMinimum", item.above), ("minimum", item.least), ("exclusiveMaximum", item.below),
              ("maximum", item.most))  # fmt: skip
    allowed |= {name: bound for name, bound in bounds if abs(bound) != float("inf")}
    return {**allowed, "default": item.default, "description": item.help}


def _plain(schema: Any, definitions: Json) -> Any:
    """A schema with its references replaced, and without null and titles."""
    if isinstance(schema, list):
        return [_plain(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        about = {k: v for k, v in schema.items() if k not in ("$ref", "default")}
        target = _plain(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
        return {**target, **about}
    found: Json = {}
    for key, value in schema.items():
        named = key in ("properties", "patternProperties")
        if key in ("$defs", "title") or (key == "default" and value is None):
            continue
        found[key] = {k: _plain(v, definitions) for k, v in value.items()} if named else _plain(value, definitions)
    options = [part for part in found.get("anyOf", []) if part != {"type": "null"}]
    if len(options) == 1:
        del found["anyOf"]
        return {**options[0], **found}
    return {**found, "anyOf": options} if options else found
