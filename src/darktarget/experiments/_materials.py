"""The [materials] tables of an experiment's TOML file: materials of its own, and what a layer's material refers to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darktarget.core import Layer, Material, Medium, Target
from darktarget.errors import DeclarationError, UnknownName
from darktarget.matter.declared import declared
from darktarget.matter.materials import MATERIALS, SUFFIX, is_shipped, material


@dataclass(frozen=True)
class OwnMaterials:
    """The materials that an experiment declares; their names come before the registered ones."""

    by_name: Mapping[str, Material]

    def find(self, name: str, field: str) -> Medium:
        """What a layer that selects ``name`` consists of: a shipped material stays a name.

        Raises:
            UnknownName: naming the field and every material.
            DeclarationError: a file of a material cannot be read or does not fit.
        """
        if name in self.by_name:
            return self.by_name[name]
        if is_shipped(name):
            return name
        try:
            return material(name)
        except UnknownName as error:
            if error.field != MATERIALS.kind:  # an element, in a file
                raise
            raise UnknownName(field, name, (*self.by_name, *error.valid)) from None


def own_materials(tables: Mapping[str, Mapping[str, Any]], source: str) -> OwnMaterials:
    """Materials from their tables.

    Raises:
        DeclarationError, UnknownName: one does not fit, naming the key.
    """
    return OwnMaterials({name: declared(name, t, f"{source}: materials.{name}.") for name, t in tables.items()})


def notes(target: Target, source: str) -> tuple[str, ...]:
    """What a result says of the materials that are not shipped, those of all slabs included.

    Raises:
        DeclarationError: two different materials have one name.
    """
    used = dict.fromkeys(layer.material for layer in _layers(target))
    names = [str(medium) for medium in used]
    for name in names:
        if names.count(name) > 1:
            allowed = "one material of this name in an experiment"
            raise DeclarationError(f"{source}: material", name, allowed, "Give one of the two another name.")
    return tuple(_note(medium) for medium in used if isinstance(medium, Material))


def _layers(target: Target) -> Iterable[Layer]:
    yield from target.layers
    for slab in target.slabs:
        yield from slab.layers


def _note(own: Material) -> str:
    shadow = "; it replaces the shipped material of this name" if is_shipped(own.name) else ""
    return own.note + shadow


def located(table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A declaration in which files of materials are found from its own folder.

    >>> located({"lead": {"material": "my/lead.toml"}}, Path("declared"))
    {'lead': {'material': 'declared/my/lead.toml'}}
    """
    return {key: _located(key, value, folder) for key, value in table.items()}


def _located(key: str, value: Any, folder: Path) -> Any:
    if isinstance(value, Mapping):
        return located(value, folder)
    if key == "material" and isinstance(value, str) and value.endswith(SUFFIX):
        return str(folder / value)
    return value
