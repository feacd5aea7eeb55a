"""What the beam meets: layers of material, some of which are seen (scintillator)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from darktarget.errors import InputError
from darktarget.matter.materials import MATERIALS, Material, Medium, material


@dataclass(frozen=True)
class StackLayer:
    """A slab across the beam.

    Attributes:
        material: what it is made of.
        thickness: cm.
        visible: whether its deposited energy is read out.
    """

    material: Material
    thickness: float
    visible: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.thickness) and self.thickness > 0):
            raise InputError("thickness", self.thickness, "a finite length above 0 cm")

    @property
    def thickness_X0(self) -> float:
        """Thickness in radiation lengths of its own material."""
        return self.thickness / self.material.radiation_length_cm


@dataclass(frozen=True)
class Stack:
    """Layers along the beam, endless across it.

    Attributes:
        layers: in the order the beam meets them.
        depth_bins: bin of the depth axis of each layer, 0, 0, ..., n-1; from the front, without gaps.
        preshower_layers: how many layers from the front belong to the pre-shower.
        cell_cm: width of a readout cell, for the energy in 3x3 cells around the beam (0: no cells).
        name: for messages.
    """

    layers: tuple[StackLayer, ...]
    depth_bins: tuple[int, ...]
    preshower_layers: int = 0
    cell_cm: float = 0.0
    name: str = "stack"

    def __post_init__(self) -> None:
        if not self.layers:
            raise InputError("layers", len(self.layers), "at least one layer")
        steps = [b - a for a, b in zip((0, *self.depth_bins), self.depth_bins, strict=False)]
        if len(self.depth_bins) != len(self.layers) or not set(steps) <= {0, 1} or self.depth_bins[0]:
            raise InputError("depth_bins", self.depth_bins, "0, 0, ..., 1, ..., n-1, one number per layer")
        if not 0 <= self.preshower_layers <= len(self.layers):
            raise InputError("preshower_layers", self.preshower_layers, f"0 to {len(self.layers)}")
        if not (math.isfinite(self.cell_cm) and self.cell_cm >= 0):
            raise InputError("cell_cm", self.cell_cm, "a finite width, 0 for no cells")

    @property
    def materials(self) -> tuple[Material, ...]:
        """Its different materials, in the order of their first layer."""
        return tuple(dict.fromkeys(layer.material for layer in self.layers))

    @property
    def thickness_X0(self) -> float:
        """Total thickness, each layer in its own X0.

        >>> round(na64_ecal().thickness_X0, 1)
        40.6
        """
        return math.fsum(layer.thickness_X0 for layer in self.layers)

    @property
    def depth_edges(self) -> tuple[float, ...]:
        """Edges of the depth bins in X0, [n_depth + 1]."""
        edges, depth = [0.0], 0.0
        for n, layer in enumerate(self.layers):
            depth += layer.thickness_X0
            if n + 1 == len(self.layers) or self.depth_bins[n + 1] != self.depth_bins[n]:
                edges.append(depth)
        return tuple(edges)


def homogeneous(medium: Medium, thickness_X0: float, depth_bins: int | None = None) -> Stack:
    """One material, cut into equal slabs that are the depth bins (default: one per started 4 X0).

    Args:
        medium: a material or its name.
        thickness_X0: total thickness in radiation lengths.
        depth_bins: number of slabs.

    Returns:
        the stack, with nothing read out.

    Raises:
        InputError: thickness not above 0, fewer than one bin.

    >>> homogeneous("Pb", 40).depth_edges[-1]
    40.0
    """
    chosen = material(medium)
    if not (math.isfinite(thickness_X0) and 0 < thickness_X0 <= 1e4):
        raise InputError("thickness_X0", thickness_X0, "above 0, at most 10000")
    n = math.ceil(thickness_X0 / 4) if depth_bins is None else depth_bins
    if n < 1 or n > 10_000:
        raise InputError("depth_bins", n, "1 to 10000")
    layer = StackLayer(chosen, thickness_X0 / n * chosen.radiation_length_cm)
    return Stack((layer,) * n, tuple(range(n)), name=f"{chosen.name}, {thickness_X0:g} X0")


def repeated(
    cell: tuple[StackLayer, ...], times: int, preshower: int = 0, cell_cm: float = 0.0, name: str = "stack"
) -> Stack:
    """A sampling calorimeter: the same layers again and again, one depth bin per repetition.

    Args:
        cell: the layers of one repetition.
        times: number of repetitions.
        preshower: how many repetitions from the front are the pre-shower.
        cell_cm: width of a readout cell.
        name: for messages.

    Raises:
        InputError: no layers.
    """
    if not 1 <= times <= 100_000:
        raise InputError("times", times, "1 to 100000 repetitions")
    bins = tuple(n for n in range(times) for _ in cell)
    return Stack(cell * times, bins, preshower * len(cell), cell_cm, name)


def na64_ecal() -> Stack:
    """NA64's electromagnetic calorimeter: 150 x (1.5 mm Pb + 1.5 mm scintillator), 16 of them the pre-shower.

    Reference: NA64, Phys. Rev. D 97 (2018) 072002, section III; cells of 38.2 mm.
    """
    lead = StackLayer(MATERIALS["Pb"], 0.15)
    scintillator = StackLayer(MATERIALS["polystyrene"], 0.15, visible=True)
    return repeated((lead, scintillator), 150, preshower=16, cell_cm=3.82, name="na64-ecal")
