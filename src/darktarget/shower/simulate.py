r"""Monte Carlo electromagnetic shower: track lengths, energy deposits and where a new particle may be born.

``simulate`` follows numbered primaries; ``Shower`` holds exact integer sums, so that runs can be added
(``a + b``) and the sum does not depend on threads or on how the primaries were divided.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from darktarget.errors import InputError, UnknownName
from darktarget.matter.layers import Stack
from darktarget.numerics.values import ByValue
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout
from darktarget.shower import tables as shower_tables
from darktarget.shower.routes import engine
from darktarget.shower.run import geometry, joined
from darktarget.shower.state import Tally
from darktarget.units import GeV, MeV

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SPECIES = ("e-", "e+", "gamma")
EVENT_COLUMNS = ("deposited", "visible", "preshower", "cells", "back", "front", "residual")
PICK_COLUMNS = 12
LEAST_CUT = 0.1 * MeV  # below it atomic binding and coherent scattering matter
SOFT_FRACTION = 0.1  # soft-photon cut over tracking cut: 1 would lose 7-12 % of the charged track length
MEMORY_LIMIT = 100e6  # bytes of per-event results
MOST_PRIMARIES = 1_000_000_000


@dataclass(frozen=True, eq=False)
class Start:
    """Where and how primaries begin, instead of the beam at the front face.

    Attributes:
        species: [n] 0 e-, 1 e+, 2 gamma.
        energy: [n] kinetic energy.
        layer: [n] index of the layer.
        depth: [n] X0 within that layer.
    Primary i takes row i mod n.
    """

    species: Ints
    energy: Floats
    layer: Ints
    depth: Floats


_LAYOUT: Final = Layout(
    heading=lambda r: f"in {r.stack.name}",
    sentence=lambda r: (
        f"Track lengths of {r.number} simulated showers per primary, energies {r.energy_edges[0] / GeV:.4g} to "
        f"{r.energy_edges[-1] / GeV:.4g} GeV, seed {r.seed}."
    ),
    facts=lambda r: (
        f"{r.number} showers, {r.energy_edges[0] / GeV:.4g}..{r.energy_edges[-1] / GeV:.4g} GeV, seed {r.seed}"
    ),
    columns=(
        Column("energy_edges", "GeV", axes=("energy_edge",), name="energy", coordinate=True, text="edges of the bins"),
        Column("length", "X0", axes=("species", "material", "depth", "energy"), text="track length per primary"),
        Column("length_error", "X0", axes=("species", "material", "depth", "energy"), text="its statistical error"),
    ),
    rows=("species", "material", "depth", "energy"),
    labels={"species": ("e-", "e+", "gamma")},
)


@dataclass(frozen=True, eq=False, repr=False)
class Shower(Result, ByValue):
    """What the primaries of a run left, per primary and with the statistical error of the mean.

    Attributes:
        stack: what they met.
        energy_edges: [energy + 1], from the cut to the beam energy.
        number, first_primary, seed: which primaries.
        events: [number, 7] energies per primary in the order of EVENT_COLUMNS (empty if not kept).
        picks: [number, 12] one point of the track length per primary (empty if not asked for): species, layer,
            depth in it (X0), energy, track length that it stands for (X0), the first six EVENT_COLUMNS of the
            shower without the picked particle's own, and the squared sine of its angle to the beam.
        seconds: time in the kernel, compilation excluded.
    """

    layout: ClassVar[Layout] = _LAYOUT

    stack: Stack
    energy_edges: Floats
    number: int
    first_primary: int
    seed: int
    identity: tuple[Any, ...]
    sums: Tally
    events: Floats
    picks: Floats
    seconds: float = field(default=0.0, compare=False)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(species, material, depth, energy)."""
        return 3, len(self.stack.materials), self.stack.depth_bins[-1] + 1, self.energy_edges.size - 1

    @property
    def length(self) -> Floats:
        """Track length per primary [species, material, depth, energy], each material in its own X0."""
        return self._by_depth(self._mean(self.sums.length, self.sums.per_X0))

    @property
    def length_error(self) -> Floats:
        """Its statistical error, same shape."""
        return self._by_depth(self._error(self.sums.length, self.sums.per_X0))

    @property
    def above(self) -> Floats:
        """Track length above each lower bin edge [species, material, energy], over all depths."""
        s, m, _, e = self.shape
        return self._mean(self.sums.above, self.sums.per_X0).reshape(s, m, e)

    @property
    def above_error(self) -> Floats:
        """Its statistical error, same shape, with the correlation between bins."""
        s, m, _, e = self.shape
        return self._error(self.sums.above, self.sums.per_X0).reshape(s, m, e)

    @property
    def layer_energy(self) -> Floats:
        """Energy left in each layer per primary [layer]."""
        return self._mean(self.sums.layer, self.sums.per_energy)

    @property
    def layer_energy_error(self) -> Floats:
        """Its statistical error, [layer]."""
        return self._error(self.sums.layer, self.sums.per_energy)

    def event(self, column: str) -> Floats:
        """One energy of every primary, [number].

        Raises:
            UnknownName: not one of EVENT_COLUMNS.
        """
        if column not in EVENT_COLUMNS:
            raise UnknownName("column", column, EVENT_COLUMNS)
        return self.events[:, EVENT_COLUMNS.index(column)]

    def __add__(self, other: Shower) -> Shower:
        """Join two runs of consecutive primaries; exact, so any chunking gives the same bytes."""
        if self.identity != other.identity:
            raise InputError("identity", "another run's", "a run with the same set-up and seed")
        if other.first_primary != self.first_primary + self.number:
            raise InputError("first_primary", other.first_primary, f"{self.first_primary + self.number}")
        return replace(
            self,
            number=self.number + other.number,
            sums=joined(self.sums, other.sums),
            events=np.concatenate([self.events, other.events]),
            picks=np.concatenate([self.picks, other.picks]),
            seconds=self.seconds + other.seconds,
        )

    def _by_depth(self, flat: Floats) -> Floats:
        s, m, d, e = self.shape
        return np.moveaxis(flat.reshape(d, s, m, e), 0, 2)

    def _mean(self, sums: Ints, scale: float) -> Floats:
        return np.asarray(sums[:, 0] / scale / self.number)

    def _error(self, sums: Ints, scale: float) -> Floats:
        mean = sums[:, 0] / scale / self.number
        square = (sums[:, 1] + sums[:, 2] * 2.0**31) / scale**2 / self.number
        return np.sqrt(np.maximum(square - mean**2, 0.0) / max(self.number - 1, 1))


def simulate(
    stack: Stack,
    primary: str,
    energy: float,
    cut: float,
    number: int,
    seed: int = 1,
    *,
    first_primary: int = 0,
    threads: int | None = None,
    soft_cut: float | None = None,
    lateral: bool = False,
    keep_events: bool = True,
    pick: tuple[str, ...] = (),
    pick_above: float = 0.0,
    start: Start | None = None,
    pair_rate: str = "tables",
    single_scattering: bool = False,
    route: str = "numba",
    progress: Callable[[int], None] | None = None,
) -> Shower:
    """Follow electromagnetic showers down to the cut.

    Args:
        stack: the target.
        primary: "e-", "e+" or "gamma".
        energy: of the primaries (kinetic), also the top of the energy grid.
        cut: tracking cut (kinetic); particles below it leave their energy where they are.
        number: of primaries.
        seed: of the run; a primary's random numbers depend on seed and its own number only.
        first_primary: number of the first primary, to continue a run.
        threads: worker threads (default: as many as cores); does not change a bit of the result.
        soft_cut: bremsstrahlung below it is a continuous loss (default and maximum: cut/10).
        lateral: follow directions too (multiple scattering, emission angles), for cells and visible energy.
        keep_events: keep the energies of every primary.
        pick: species of which one point of the track length is picked per shower.
        pick_above: least energy of that point.
        start: particles inside the stack instead of the beam.
        pair_rate: "tables" (fit to tabulated cross sections) or "tsai" (the high-energy formula everywhere).
        single_scattering: with ``lateral``, deflect by large angles one by one, with the nucleus' form factor, and by
            the many small ones together: right far above 1 GeV, where the nucleus is no point.
        route: "numba", "python" (the same source, uncompiled) or "cuda" (the same source on a graphics card; the
            same result up to the last digits of its exp and log, and no threads).
        progress: called with the number of finished primaries, from the worker threads.

    Returns:
        the frozen result.

    Raises:
        InputError, UnknownName: anything outside what is allowed, no CUDA device.

    Reference: formulas and references in cross_sections.py and lpm.py.

    >>> from darktarget.matter.layers import homogeneous
    >>> run = simulate(homogeneous("Pb", 8), "e-", 2.0, 0.5, 3, route="python")
    >>> run.length.shape
    (3, 1, 2, 25)
    """
    options = _Options(primary, energy, cut, soft_cut, number, seed, first_primary, pick, pick_above)
    _check(stack, options, threads, keep_events)
    if pair_rate not in ("tables", "tsai"):
        raise UnknownName("pair_rate", pair_rate, ("tables", "tsai"))
    soft = cut * SOFT_FRACTION if soft_cut is None else soft_cut
    starts = _starts(stack, primary, energy, start)
    tables = shower_tables.build(stack.materials, cut, soft, energy, pair_rate == "tables", single_scattering)
    run = engine(
        route,
        tables,
        geometry(stack, lateral),
        starts,
        seed,
        sum(1 << SPECIES.index(name) for name in pick),
        max(pick_above, cut),
    )
    events = np.zeros((number if keep_events else 0, len(EVENT_COLUMNS)))
    picks = np.zeros((number if pick else 0, PICK_COLUMNS))
    workers = threads if threads is not None else (os.cpu_count() or 1)
    sums, seconds = run.follow(first_primary, number, workers, events, picks, progress)
    identity = (
        stack,
        primary,
        energy,
        cut,
        soft,
        lateral,
        pair_rate,
        single_scattering,
        seed,
        pick,
        pick_above,
        starts.tobytes(),
    )
    return Shower(stack, tables.edges, number, first_primary, seed, identity, sums, events, picks, seconds)


@dataclass(frozen=True)
class _Options:
    primary: str
    energy: float
    cut: float
    soft_cut: float | None
    number: int
    seed: int
    first_primary: int
    pick: tuple[str, ...]
    pick_above: float


def _check(stack: Stack, o: _Options, threads: int | None, keep_events: bool) -> None:
    """Refuse what the calculation is not defined for, or what would not fit or end."""
    for name in (o.primary, *o.pick):
        if name not in SPECIES:
            raise UnknownName("species", name, SPECIES)
    if not (math.isfinite(o.energy) and o.energy > LEAST_CUT):
        raise InputError("energy", o.energy, f"finite, above {LEAST_CUT / MeV} MeV")
    if not (math.isfinite(o.cut) and LEAST_CUT <= o.cut < o.energy):
        raise InputError("cut", o.cut, f"from {LEAST_CUT / MeV:g} MeV up to the beam energy, {o.energy / GeV:g} GeV")
    if o.soft_cut is not None and not 0 < o.soft_cut <= SOFT_FRACTION * o.cut * (1 + 1e-12):
        raise InputError("soft_cut", o.soft_cut, f"above 0, at most cut/10 = {SOFT_FRACTION * o.cut:g}")
    if not (math.isfinite(o.pick_above) and o.pick_above >= 0):
        raise InputError("pick_above", o.pick_above, "a finite energy, 0 for the cut")
    if threads is not None and not 1 <= threads <= 4096:
        raise InputError("threads", threads, "1 to 4096")
    if not 0 <= o.seed < 2**63 or not 0 <= o.first_primary < 2**62:
        raise InputError("seed, first_primary", (o.seed, o.first_primary), "0 to 2^62")
    _check_number(stack, o, keep_events)


def _check_number(stack: Stack, o: _Options, keep_events: bool) -> None:
    """Refuse 0 showers, and runs whose memory or time is absurd."""
    if not isinstance(o.number, int) or o.number < 1:
        raise InputError("number", o.number, "at least 1 shower")
    # about 0.25 us per shower and unit of energy/cut, measured
    days = o.number * 0.25e-6 * o.energy / o.cut / 86400
    if o.number > MOST_PRIMARIES:
        raise InputError("number", o.number, f"at most {MOST_PRIMARIES:.0e}", f"This would take {days:.0f} core-days.")
    size = 8 * o.number * ((len(EVENT_COLUMNS) if keep_events else 0) + (PICK_COLUMNS if o.pick else 0))
    if size > MEMORY_LIMIT:
        advice = "Use keep_events=False, or several runs with first_primary and add them."
        raise InputError(
            "number",
            o.number,
            f"{size / 1e6:.0f} MB per-event results, at most {MEMORY_LIMIT / 1e6:.0f}",
            advice,
        )


def _starts(stack: Stack, primary: str, energy: float, start: Start | None) -> Floats:
    """Rows (species, energy, layer, depth) for the kernel."""
    if start is None:
        return np.array([[SPECIES.index(primary), energy, 0.0, 0.0]])
    rows = np.stack([start.species, start.energy, start.layer, start.depth], axis=1).astype(np.float64)
    if rows.shape[0] == 0 or not np.isfinite(rows).all():
        raise InputError("start", rows.shape, "finite numbers, at least one row")
    if not (np.isin(rows[:, 0], (0, 1, 2)).all() and (rows[:, 1] >= 0).all() and (rows[:, 1] <= energy).all()):
        raise InputError("start", "species or energy", f"species 0, 1, 2 and energy 0 to {energy:g}")
    if not np.isin(rows[:, 2], np.arange(len(stack.layers))).all():
        raise InputError("start", "layer", f"0 to {len(stack.layers) - 1}")
    inside = np.array([layer.thickness_X0 for layer in stack.layers])[rows[:, 2].astype(np.int64)]
    if (rows[:, 3] < 0).any() or (rows[:, 3] > inside * (1 + 1e-9)).any():
        raise InputError("start", "depth", "within its layer")
    return rows
