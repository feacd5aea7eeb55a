"""Track lengths of a beam in a target: simulated once, stored with their recipe, or the first radiation length.

Electrons and positrons shower; muons cross the whole target and lose energy on the way (``muon``), and the photons that
they radiate are followed on request (``muon_photons``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget import cache
from darktarget.core import Beam, Target, Tracks
from darktarget.errors import UnknownName
from darktarget.matter.layers import Stack, StackLayer
from darktarget.matter.materials import Medium, material, recorded
from darktarget.progress import track
from darktarget.shower import muon, muon_photons
from darktarget.shower.state import PHYSICS
from darktarget.units import GeV

SHOWERS: Final = 4_000_000  # per table: 0.2 % on the positrons above half the beam energy
CHUNKS: Final = 40
SEED: Final = 1
DEPTH_BINS: Final = 10
LOWEST: Final = 1 / 20  # tracking cut over beam energy, unless something lower is asked for
SPECIES: Final = ("electron", "positron", "photon")
PRIMARY: Final = MappingProxyType({"electron": "e-", "positron": "e+"})
REFERENCES: Final = ("nucl-th/0203032", "1104.0126")


def stack_of(target: Target, depth_bins: int = DEPTH_BINS) -> Stack:
    """The target as layers for the shower, a thick single layer cut into slabs; at most ``depth_bins`` depth bins."""
    layers = [StackLayer(material(x.material), x.thickness, x.visible) for x in target.layers]
    repeat = target.repeat
    if len(layers) == 1 and repeat == 1:
        repeat = depth_bins
        layers = [StackLayer(layers[0].material, layers[0].thickness / repeat, layers[0].visible)]
    bins = [n * min(depth_bins, repeat) // repeat for n in range(repeat) for _ in layers]
    numbered = {old: new for new, (old, _) in enumerate(groupby(bins))}
    return Stack(
        tuple(layers) * repeat,
        tuple(numbered[b] for b in bins),
        min(target.preshower_repeats, repeat) * len(layers),
        target.cell_cm,
        "+".join(str(x.material) for x in target.layers),
    )


def shower_of(beam: Beam, target: Target) -> str:
    """A shower in words, for the log: the beam and the materials."""
    name = "-".join(str(x.material) for x in target.layers)
    return f"a {beam.energy / GeV:g} GeV {beam.particle} in {name}"


def recipe_of(beam: Beam, target: Target, cut: float) -> dict[str, Any]:
    """Everything that a simulated track table depends on."""
    stack = [[recorded(x.material), x.thickness] for x in target.layers]
    name = "-".join(str(x.material) for x in target.layers)
    return {
        "kind": "tracks",
        "label": f"{beam.particle}-{beam.energy / GeV:g}GeV-{name}-{target.repeat}",
        "particle": beam.particle,
        "energy_GeV": beam.energy / GeV,
        "layers": stack,
        "repeat": target.repeat,
        "cut_GeV": round(cut / GeV, 9),
        "showers": SHOWERS,
        "seed": SEED,
        "depth_bins": DEPTH_BINS,
        "version": 2,
        "physics": PHYSICS,
    }


def build(beam: Beam, target: Target, cut: float, showers: int = SHOWERS, seed: int = SEED) -> cache.Arrays:
    """Simulate a track table: length and error [species, material, depth, bin] and the edges.

    Args:
        cut: tracking cut (energy unit). showers: number of primaries.
    """
    from darktarget.shower.simulate import simulate  # cold start: only where something has to be simulated

    stack = stack_of(target)
    size = -(-showers // CHUNKS)
    total = None
    for first in track(range(0, showers, size), f"simulating the track lengths of {shower_of(beam, target)}"):
        number = min(size, showers - first)
        part = simulate(
            stack,
            PRIMARY[beam.particle],
            beam.energy,
            cut,
            number,
            seed,
            first_primary=first,
            keep_events=False,
        )
        total = part if total is None else total + part
    assert total is not None
    return {
        "length": total.length,
        "error": total.length_error,
        "energy_GeV": total.energy_edges / GeV,
        "depth": np.array(stack.depth_edges),
    }


def shower(beam: Beam, target: Target, cut: float) -> Tracks:
    """Simulated track lengths, from the shipped or cached table or simulated now."""
    if beam.particle not in PRIMARY:
        return muon.through(beam, target)
    least = min(cut, LOWEST * beam.energy)
    stored = cache.recall(recipe_of(beam, target, least), lambda: build(beam, target, least, SHOWERS, SEED))
    materials = tuple(dict.fromkeys(x.material for x in target.layers))
    return Tracks(
        beam=beam,
        species=SPECIES,
        materials=materials,
        depth=stored["depth"],
        energy=stored["energy_GeV"] * GeV,
        length=stored["length"],
        line=np.zeros((len(SPECIES), len(materials))),
        error=stored["error"],
        method=f"electromagnetic shower simulated down to {least / GeV:g} GeV ({SHOWERS:g} showers)",
        references=REFERENCES,
    )


def with_photons(beam: Beam, target: Target, cut: float) -> Tracks:
    """Simulated track lengths, and for muons those of the photons that they radiate."""
    if beam.particle in PRIMARY:
        return shower(beam, target, cut)
    return muon_photons.through(beam, target, cut)


def first_radiation_length(beam: Beam, target: Target, cut: float) -> Tracks:
    """The primary at full energy over the first X0 of the first material, or over the target if that is thinner.

    The approximation of S000 Eq. (7): nothing showers.
    """
    first = target.radiator
    length = min(1.0, _thickness(target)[first])
    text = f"primary at full energy over the first {length:.3g} X0 of {first} (no shower)"
    return replace(_line(beam, {first: length}, text), showered=False)


def _thickness(target: Target) -> dict[Medium, float]:
    """X0 of each material."""
    total: dict[Medium, float] = {}
    for x in target.layers:
        step = x.thickness / material(x.material).radiation_length_cm * target.repeat
        total[x.material] = total.get(x.material, 0.0) + step
    return total


def _line(beam: Beam, lengths: Mapping[Medium, float], method: str) -> Tracks:
    materials = tuple(lengths)
    empty = np.zeros((1, len(materials), 1, 1))
    return Tracks(
        beam=beam,
        species=(beam.particle,),
        materials=materials,
        depth=np.array([0.0, 1.0]),
        energy=np.array([0.5, 1.0]) * beam.energy,
        length=empty,
        line=np.array([[lengths[m] for m in materials]]),
        error=empty,
        method=method,
    )


#: How to get track lengths, by name (read-only).
METHODS: Final[Mapping[str, Callable[[Beam, Target, float], Tracks]]] = MappingProxyType(
    {"shower": shower, "first-radiation-length": first_radiation_length, "with-photons": with_photons}
)


def tracks_by(name: str) -> Callable[[Beam, Target, float], Tracks]:
    """Return a method by name.

    Raises:
        UnknownName: the name is not in ``METHODS``.
    """
    if name not in METHODS:
        raise UnknownName("tracks", name, METHODS)
    return METHODS[name]
