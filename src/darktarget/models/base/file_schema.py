"""The schema of a model's file in two more forms: a JSON Schema for editors and a key reference for people."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

from darktarget.models.base.couplings import forms_of
from darktarget.models.base.dark_sector import STATE_NAME
from darktarget.models.base.forms import ALL_FORMS, CHARGED, CHIRAL, FORMS, NEUTRINOS, QUARKS, UNITS
from darktarget.models.base.tables import MASS_KEYS, ExtensionTable, FormsTable, ModelTable
from darktarget.schemas import json_schema as js
from darktarget.schemas import reference as ref

INTRODUCTION: Final = f"""# Keys of a model's file

{ref.GENERATED} [How to write a file](../extend/model-file.md).

A file with `extends` has only the keys of the last section.

{ref.editors("model")}"""
#: Schema of a key that a file may not have.
_LEFT_OUT: Final = False
Json = js.Json


def model_json_schema() -> Json:
    """The JSON Schema (draft 7) of a model's file.

    A file with ``extends`` has other keys than one that declares a mediator; the spin decides which couplings exist.

    >>> model_json_schema()["properties"]["mediator"]["properties"]["spin"]["enum"]
    [0, 1, 2]
    """
    full, extension = js.of_model(ModelTable), js.of_model(ExtensionTable)
    states = full["properties"]["dark"]["properties"]["states"]
    states["propertyNames"] = {"pattern": f"^{STATE_NAME.pattern}$", "not": {"pattern": "bar$"}}
    states["additionalProperties"]["not"] = _any_two(MASS_KEYS)
    return {
        "$schema": js.DRAFT,
        "title": "darktarget model",
        "description": "Mediator, couplings and dark particles; or another model with other defaults.",
        "type": "object",
        "properties": {**extension["properties"], **full["properties"]},
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"propertyNames": {"enum": list(extension["properties"])}},
        "else": {
            "required": full["required"],
            "propertyNames": {"enum": list(full["properties"])},
            **_any_of(("leptons", "quarks", "photons", "coupling")),
            "allOf": [{"if": _has_spin(spin), "then": {"properties": _for_spin(spin)}} for spin in FORMS],
        },
    }


def _any_two(names: tuple[str, ...]) -> Json:
    return {"anyOf": [{"required": list(pair)} for pair in combinations(names, 2)]}


def _any_of(names: Any) -> Json:
    return {"anyOf": [{"required": [name]} for name in names]}


def _has_spin(spin: int) -> Json:
    return {"properties": {"mediator": {"properties": {"spin": {"const": spin}}, "required": ["spin"]}}}


def _for_spin(spin: int) -> Json:
    """What the tables of a file may have for a mediator of some spin."""
    coupling: Json = {"propertyNames": {"enum": list(forms_of(spin))}}
    if spin == 1:
        coupling["not"] = {"type": "object", "allOf": [_any_of(CHIRAL), _any_of(FORMS[spin])]}
    only_vector: Any = True if spin == 1 else _LEFT_OUT
    leptons = dict.fromkeys(CHARGED, coupling) | dict.fromkeys(NEUTRINOS, only_vector)
    quarks = dict.fromkeys(QUARKS, _LEFT_OUT if spin == 2 else coupling)
    absent = {form: {"const": 0} for form in ALL_FORMS if form not in FORMS[spin]}
    return {
        "coupling": {
            "properties": {"unit": {"enum": list(UNITS[spin])}, "kinetic_mixing": {} if spin == 1 else {"const": 0}}
        },
        "leptons": {"properties": leptons},
        "quarks": {"properties": quarks},
        "photons": _LEFT_OUT if spin == 1 else True,
        "loop_mixing": only_vector,
        "dark": {"properties": {"currents": {"items": {"properties": absent}}}},
    }


def model_reference() -> str:
    """The key reference of a model's file, in Markdown."""
    about = f"{' '.join((FormsTable.__doc__ or '').split())} Left and right exclude {' and '.join(FORMS[1])}."
    parts = [INTRODUCTION, *ref.tables(ModelTable), ref.section("Forms of a coupling", about, ref.rows(FormsTable))]
    other = " ".join((ExtensionTable.__doc__ or "").split())
    parts.append(ref.section("A model with other defaults", other, ref.rows(ExtensionTable)))
    return "\n\n".join(parts) + "\n"
