"""Keys that have no effect where they are given are refused, so that no number is accepted and ignored."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from darktarget.core import Slab, Target
from darktarget.core.detector import CALORIMETER, DEAD, VETO
from darktarget.core.experiment import IgnoresKeys, ReadsSlabs
from darktarget.errors import DeclarationError

#: Keys of a slab that only some roles use: (roles, advice for the others), read-only.
ROLES_OF_KEYS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = MappingProxyType(
    {
        "repeat": ((VETO, CALORIMETER, DEAD), "The target has the repetitions of [target]."),
        "cell_cm": ((VETO, CALORIMETER, DEAD), "The target has the cells of [target]."),
        "stochastic": ((CALORIMETER,), "Calorimeters have it; the resolution of the target is that of the signature."),
        "constant": ((CALORIMETER,), "Calorimeters have it; the resolution of the target is that of the signature."),
        "threshold_GeV": ((VETO,), "Vetos have it; cuts on the energy in other slabs are those of the signature."),
    }
)
#: Keys of a slab that only act on its width, and so need cells.
WIDTH_KEYS: Final = ("cells", "offset_cm", "tilt_mrad")
DROP: Final = "An inherited key is removed with drop."


def check_slab(table: Any, cell: float, visible: bool, field: str) -> None:
    """Check that every key of a [detector.NAME] table has an effect.

    Args:
        table: validated keys. cell: width of a cell, cm, 0 for none. visible: whether a layer is read out.
        field: of the table, for the message.

    Raises:
        DeclarationError: a key differs from its default where the role of the slab or the lack of cells ignores it.
    """
    defaults = {name: info.default for name, info in type(table).model_fields.items()}
    for key, (roles, advice) in ROLES_OF_KEYS.items():
        value = getattr(table, key)
        if value != defaults[key] and table.role not in roles:
            allowed = f"{defaults[key]:g}, the default, in a slab of role {table.role}"
            raise DeclarationError(f"{field}.{key}", value, allowed, f"{advice} {DROP}")
    for key in WIDTH_KEYS:
        value = getattr(table, key)
        if value != defaults[key] and cell == 0:
            allowed = f"{defaults[key]:g}, the default, in a slab without cells"
            raise DeclarationError(f"{field}.{key}", value, allowed, "A slab has a width with cell_cm above 0.")
    if table.role == CALORIMETER and cell > 0 and not visible:
        advice = "Cells share the visible energy: set visible = true in a layer."
        raise DeclarationError(f"{field}.cell_cm", cell, "0 in a slab without a visible layer", advice)


def check_target(target: Target, field: str) -> None:
    """Check that the pre-shower is a part of the target.

    Raises:
        DeclarationError: it is longer.
    """
    if target.preshower_repeats > target.repeat:
        allowed = f"at most the {target.repeat} repetitions of the target"
        raise DeclarationError(f"{field}.preshower_repeats", target.preshower_repeats, allowed)


def check_signature(signature: Any, target: Target, field: str) -> None:
    """Check that a signature's keys have an effect, and that its slabs can be read out as it needs.

    Raises:
        DeclarationError: a key differs from its default where other keys or the target make it irrelevant, or a
            named slab is no calorimeter or has no cells.
    """
    ignored = signature.ignored(target) if isinstance(signature, IgnoresKeys) else {}
    defaults = {f.name: f.default for f in dataclasses.fields(signature)}
    for key, why in ignored.items():
        if getattr(signature, key) != defaults[key]:
            raise DeclarationError(f"{field}.{key}", getattr(signature, key), f"{defaults[key]}, the default", why)
    slabs: dict[str, Slab] = {s.name: s for s in target.slabs}
    if not isinstance(signature, ReadsSlabs):
        return
    cells = signature.cell_slabs
    for name in signature.named_slabs:
        if slabs[name].role != CALORIMETER:
            raise DeclarationError(f"{field}: slab", name, f"a slab of role {CALORIMETER}")
        if name in cells and slabs[name].cell == 0:
            raise DeclarationError(f"{field}: slab", name, "a slab with cells (cell_cm above 0)")
