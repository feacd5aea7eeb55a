"""The [detector] tables of an experiment's TOML file: slabs along the beam, checked for what cannot be built."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt
from pydantic import Field

from darktarget.core import Layer, Medium, Slab, Target
from darktarget.core.detector import TARGET, Constant, Stochastic
from darktarget.core.experiment import ReadsSlabs, Signature
from darktarget.errors import DeclarationError, MissingKey, UnknownName
from darktarget.experiments._effect import check_slab
from darktarget.experiments._materials import OwnMaterials
from darktarget.matter.materials import material
from darktarget.schemas.keys import StrictTable
from darktarget.units import GeV

Positive = Annotated[float, Gt(0)]
NotNegative = Annotated[float, Ge(0)]


class LayerTable(StrictTable):
    """A layer; exactly one of the two thicknesses is given."""

    material: str = Field(description="shipped material, one of [materials], or the path of a TOML file with its keys")
    thickness_cm: Positive | None = Field(None, description="thickness along the beam; or the next")
    thickness_X0: Positive | None = Field(None, description="thickness in radiation lengths of the material")
    visible: bool = Field(False, description="whether its deposited energy is read out (scintillator)")


class SlabTable(StrictTable):
    """A volume along the beam, in order; the one of role target has layers and cells of [target].

    The terms of the energy resolution come on top of the simulated sampling of the layers; the resolution of the
    target is that of the signature. A key without effect in a slab of its role is refused.
    """

    role: Literal["target", "veto", "calorimeter", "dead"] = Field(description="what the slab does")
    start_cm: NotNegative | None = Field(None, description="its front, from the front of the target; or gap_cm")
    gap_cm: NotNegative | None = Field(None, description="distance behind the end of the slab before it; default 0")
    length_cm: Positive = Field(description="length along the beam")
    layers: dict[str, LayerTable] = Field({}, description="layers in the order of the beam; none in the target")
    repeat: Annotated[int, Ge(1)] = Field(1, description="how many times the layers are repeated")
    cell_cm: NotNegative = Field(0.0, description="width of a readout cell, 0 for none")
    cells: Annotated[int, Ge(1)] = Field(1, description="number of cells across")
    offset_cm: float = Field(0.0, description="distance of the middle cell from the beam")
    tilt_mrad: Annotated[float, Gt(-100), Lt(100)] = Field(0.0, description="angle of its axis against the beam")
    stochastic: Stochastic = Field(
        0.0, description="stochastic term a of the resolution sigma/E = a/sqrt(E/GeV) (+) b, in sqrt(GeV); calorimeters"
    )
    constant: Constant = Field(0.0, description="constant term b of the resolution; calorimeters")
    threshold_GeV: NotNegative = Field(0.0, description="energy above which a veto fires")


def layers_of(tables: Mapping[str, LayerTable], own: OwnMaterials, source: str) -> tuple[Layer, ...]:
    """Layers from their tables.

    Raises:
        UnknownName: a material that does not exist.
        DeclarationError: not exactly one thickness.
    """
    return tuple(_layer(table, own, f"{source}.{key}") for key, table in tables.items())


def _layer(t: LayerTable, own: OwnMaterials, field: str) -> Layer:
    medium = own.find(t.material, f"{field}.material")
    return Layer(medium, _thickness(t, medium, field), t.visible)


def _thickness(t: LayerTable, medium: Medium, field: str) -> float:
    """cm."""
    if t.thickness_cm is not None and t.thickness_X0 is None:
        return t.thickness_cm
    if t.thickness_X0 is not None and t.thickness_cm is None:
        return t.thickness_X0 * material(medium).radiation_length_cm
    allowed = "exactly one of thickness_cm, thickness_X0"
    if t.thickness_cm is None:
        raise MissingKey(f"{field}.thickness_cm", allowed)
    advice = 'A variant that changes one drops the other: drop = ["target.layers.NAME.thickness_cm"].'
    raise DeclarationError(f"{field}.thickness_X0", t.thickness_X0, f"{allowed}, and both are given", advice)


def slabs_of(tables: Mapping[str, SlabTable], target: Target, own: OwnMaterials, source: str) -> tuple[Slab, ...]:
    """Slabs from their tables, ascending.

    Raises:
        DeclarationError: they overlap, one has no place or no material, or there is not one target.
    """
    found: list[Slab] = []
    for name, table in tables.items():
        field = f"{source}: detector.{name}"
        layers = layers_of(table.layers, own, f"{field}.layers")
        found.append(_slab(name, table, target, layers, found[-1].end if found else 0.0, field))
    if found:
        _check_order(found, source)
    return tuple(found)


def _slab(name: str, t: SlabTable, target: Target, own: tuple[Layer, ...], after: float, field: str) -> Slab:
    if t.start_cm is not None and t.gap_cm is not None:
        raise DeclarationError(f"{field}.gap_cm", t.gap_cm, "either start_cm or gap_cm, not both")
    if t.role == TARGET and own:
        raise DeclarationError(f"{field}.layers", list(t.layers), "no layers: they are those of [target]")
    layers, repeat, cell = (
        (target.layers, target.repeat, target.cell_cm) if t.role == TARGET else (own, t.repeat, t.cell_cm)
    )
    if not layers:
        raise MissingKey(f"{field}.layers", "at least one layer")
    start = t.start_cm if t.start_cm is not None else after + (t.gap_cm or 0.0)
    check_slab(t, cell, any(x.visible for x in layers), field)
    solid = sum(x.thickness for x in layers) * repeat
    if solid > t.length_cm * (1 + 1e-9):
        raise DeclarationError(f"{field}.length_cm", t.length_cm, f"at least the {solid:g} cm of its layers")
    return Slab(
        name=name,
        role=t.role,
        start=start,
        length=t.length_cm,
        layers=layers,
        repeat=repeat,
        cell=cell,
        cells=t.cells,
        offset=t.offset_cm,
        tilt=t.tilt_mrad * 1e-3,
        stochastic=t.stochastic,
        constant=t.constant,
        threshold=t.threshold_GeV * GeV,
    )


def _check_order(slabs: list[Slab], source: str) -> None:
    for one, other in pairwise(slabs):
        if other.start < one.end - 1e-9:
            allowed = f"at or behind {one.end:g} cm, the end of {one.name}"
            raise DeclarationError(f"{source}: detector.{other.name}.start_cm", other.start, allowed)
    targets = [s.name for s in slabs if s.role == TARGET]
    if len(targets) != 1:
        raise DeclarationError(f"{source}: detector", targets, "exactly one slab of role target")


def check_roles(signature: Signature, slabs: tuple[Slab, ...], field: str) -> None:
    """Check that the slabs have the roles and names that a signature asks for.

    Raises:
        DeclarationError: one is missing.
    """
    if not isinstance(signature, ReadsSlabs):
        return
    for role in signature.needs:
        if role not in {s.role for s in slabs}:
            allowed = f"a detector with a slab of role {role}"
            raise DeclarationError(field, signature.name, allowed, "Declare it as [detector.NAME].")
    for name in signature.named_slabs:
        if name not in {s.name for s in slabs}:
            raise UnknownName(f"{field}: slab", name, [s.name for s in slabs])
