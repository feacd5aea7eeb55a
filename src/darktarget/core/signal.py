"""Accepted events: a power of the coupling, times an acceptance where lifetimes make it depend on the coupling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np

from darktarget.errors import PhysicsError
from darktarget.numerics.arrays import Array
from darktarget.numerics.distinct import distinct
from darktarget.numerics.interpolation import log_linear
from darktarget.numerics.values import ByValue, FrozenDict, freeze
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout

_LAYOUT: Final = Layout(
    heading=lambda r: f"growing as coupling^{r.power:g}",
    sentence=lambda r: f"Accepted signal events per primary, growing as the power {r.power:g} of the coupling.",
    columns=(
        Column("coupling", axes=("grid",), coordinate=True, text="coupling"),
        Column("unit", name="events_at_unit_coupling", text="accepted events per primary at unit coupling"),
        Column("acceptance", axes=("point", "grid"), text="share of them at a coupling"),
        Column("systematics", name="systematic", text="relative uncertainty of the signal"),
        Column("reason", text="why there is no signal"),
    ),
    rows=("point", "grid"),
    best="events_at_unit_coupling",
    extreme="largest",
)


@dataclass(frozen=True, eq=False, repr=False)
class Signal(Result, ByValue):
    r"""Expected accepted events per primary, :math:`N(g) = N_1\,g^{\rm power} A(g)`.

    Attributes:
        unit: N_1, at unit coupling and A = 1, [point].
        power: of the coupling.
        reason: why there is no signal, or None, [point].
        notes: the approximations.
        systematics: relative uncertainties, each [point].
        coupling: ascending couplings, [grid]; None where A = 1 at every coupling. Nothing is known outside.
        acceptance: A, in [0, 1], [point, grid].
        open_above: whether events do not fall above the grid, so that an exclusion that reaches its end has none.
        uncounted: events that the experiment could detect but that are not calculated, and why, in words.

    >>> grid, acceptance = np.array([1e-3, 1e-2]), np.array([[1, 1e-4]])
    >>> decays = Signal(np.array([1e6]), 2.0, (None,), coupling=grid, acceptance=acceptance)
    >>> decays.events(np.array([1e-3, 10**-2.5, 1e-2])).round(3).tolist()
    [[1.0, 0.1, 0.01]]
    """

    layout: ClassVar[Layout] = _LAYOUT

    unit: Array
    power: float
    reason: tuple[str | None, ...]
    notes: tuple[str, ...] = ()
    systematics: Mapping[str, Array] = field(default_factory=FrozenDict)
    coupling: Array | None = None
    acceptance: Array | None = None
    open_above: bool = False
    uncounted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "systematics")
        if (self.coupling is None) != (self.acceptance is None):
            raise PhysicsError("a signal needs both a coupling grid and an acceptance on it, or neither")
        if self.coupling is not None and self.acceptance is not None:
            shape = (self.unit.size, self.coupling.size)
            if self.acceptance.shape != shape or shape[1] < 2 or not np.all(np.diff(self.coupling) > 0):
                raise PhysicsError(f"acceptance {self.acceptance.shape} on ascending couplings: expected {shape}")
            if not np.all(np.isfinite(self.acceptance) & (self.acceptance >= 0)) or self.coupling[0] <= 0:
                raise PhysicsError("an acceptance that is negative or not finite, or a coupling that is not positive")

    def events(self, coupling: Array) -> Array:
        """Accepted events per primary at some couplings of the grid's range, [n] -> [point, n].

        log A is linear in the logarithm of the coupling between the nodes of the grid.
        """
        power = self.unit[:, None] * coupling**self.power
        if self.coupling is None or self.acceptance is None:
            return np.asarray(power)
        return np.asarray(power * log_linear(self.coupling, self.acceptance, coupling))


def common_grid(signals: Sequence[Signal]) -> Array | None:
    """The couplings of all grids within the range that they share; None where no signal has one.

    Raises:
        PhysicsError: grids that do not overlap, or signals of different powers of the coupling without a grid.
    """
    grids = [s.coupling for s in signals if s.coupling is not None]
    if not grids:
        if len({s.power for s in signals if np.any(s.unit > 0)}) > 1:
            raise PhysicsError("signals of different powers of the coupling need a coupling grid")
        return None
    if all(np.array_equal(g, grids[0]) for g in grids[1:]):
        return grids[0]  # the first np.unique loads numpy.ma, a tenth of a cold limit
    low, high = max(g[0] for g in grids), min(g[-1] for g in grids)
    every = distinct(np.concatenate(grids))
    every = every[(every >= low) & (every <= high)]
    if every.size < 2:
        raise PhysicsError("the coupling grids of the signals do not overlap")
    return np.asarray(every)


def combined(signals: Sequence[Signal]) -> Signal:
    """Sum of signals, on their common grid where one depends on the coupling beyond a power.

    >>> none = (None,)
    >>> float(combined([Signal(np.ones(1), 2.0, none), Signal(np.ones(1), 2.0, none)]).unit[0])
    2.0
    """
    unit = np.sum([s.unit for s in signals], axis=0)
    reason = tuple(None if u > 0 else signals[0].reason[i] for i, u in enumerate(unit))
    notes = tuple(dict.fromkeys(n for s in signals for n in s.notes))
    grid, power = common_grid(signals), signals[0].power
    acceptance = None
    if grid is not None:
        power = min(s.power for s in signals)
        total = np.sum([s.events(grid) for s in signals], axis=0)
        most = np.asarray(unit[:, None] * grid**power)
        acceptance = np.divide(total, most, out=np.zeros_like(total), where=most > 0)
    shifts, uncounted = mean_systematics(signals), not_calculated(signals)
    return Signal(unit, power, reason, notes, shifts, grid, acceptance, never_falling(signals), uncounted)


def never_falling(signals: Sequence[Signal]) -> bool:
    """Whether no part of a sum falls above its grid."""
    return all(s.open_above for s in signals if np.any(s.unit > 0))


def not_calculated(signals: Sequence[Signal]) -> tuple[str, ...]:
    """What a sum of signals leaves out, each text once."""
    return tuple(dict.fromkeys(text for s in signals for text in s.uncounted))


def mean_systematics(signals: Sequence[Signal]) -> Mapping[str, Array]:
    """Relative systematics of a sum of signals that move together, weighted with the signals."""
    unit = np.sum([s.unit for s in signals], axis=0)
    names = dict.fromkeys(n for s in signals for n in s.systematics)
    shifts = {
        n: sum((s.systematics[n] * s.unit for s in signals if n in s.systematics), np.zeros_like(unit)) for n in names
    }
    return {n: np.divide(v, unit, out=np.zeros_like(unit), where=unit > 0) for n, v in shifts.items()}
