"""Accepted events -> a counting measurement with its nuisances -> the excluded number of signal events.

The components of the signal are process x run. An uncertain efficiency acts on the components of its run, the
uncertain exposure on all, an uncertain signal on those of its process; every bin has its own background.
Efficiency, exposure and signal factors are log-normal of mean 1, backgrounds log-normal (a Gaussian cut at 0
where b = 0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

import numpy as np

from darktarget.core import Array, ByValue, Experiment, FrozenDict, Run, Signal, SignalRegion
from darktarget.core.signal import common_grid, never_falling, not_calculated
from darktarget.errors import InputError, UnknownName
from darktarget.limits.exclusion import CountsCurve, Exclusion, exclude
from darktarget.numerics.values import freeze
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout
from darktarget.statistics import (
    Bin,
    Measurement,
    Nuisance,
    Solution,
    distinct,
    edges,
    expected_bands,
    expected_limits,
)

BANDS = ("minus2", "minus1", "median", "plus1", "plus2")
_LAYOUT: Final = Layout(
    heading=lambda r: f"of {len(r.measurement.bins)} bin{'s' * (len(r.measurement.bins) > 1)}",
    sentence=lambda r: (
        f"Counting {'measurement' if r.expected is None else 'projection'} in {len(r.measurement.bins)} "
        f"bin{'s' * (len(r.measurement.bins) > 1)}: {', '.join(b.name for b in r.measurement.bins)}."
    ),
    facts=lambda r: f"events grow as coupling^{r.power:g}",
    columns=(
        Column("unit", name="events_at_unit_coupling", text="expected signal events at unit coupling"),
        Column("fractions", axes=("point", "bin", "component"), name="fraction", text="part of the signal"),
        Column("measurement.bins.observed", axes=("bin",), text="observed count"),
        Column("measurement.bins.background", axes=("bin",), text="expected background"),
        Column("measurement.bins.background_error", axes=("bin",), text="its uncertainty"),
        Column("systematics", name="systematic", text="relative uncertainty of the selection"),
        Column("reason", text="why there is no signal"),
    ),
    best="events_at_unit_coupling",
    extreme="largest",
)


@dataclass(frozen=True, eq=False, repr=False)
class Counting(Result, ByValue):
    """What an experiment counts from a model: a measurement and how its signal is made up at each point.

    Attributes:
        measurement: bins, components and nuisances; its own fraction is that of the first point with signal.
        fractions: parts of the signal, [point, bin, component]; they sum to 1, or to 0 without signal.
        unit: expected signal events at unit coupling, [point].
        power: the events grow as coupling**power.
        expected: None for a measurement; median, average or nearest for a projection.
        reason: why there is no signal, or None, [point].
        notes: the approximations of the selection.
        uncounted: events that the experiment could detect but that are not calculated, and why, in words.
        systematics: named relative uncertainties of the selection that are not nuisances, each [point].
        compact: the same with the processes that share every uncertainty merged, where there are some: what is
            solved, because merged signals are often the same at every point.
        curve: events along couplings, where lifetimes make them no power of the coupling; ``unit`` and
            ``fractions`` are then those without any decay.
    """

    layout: ClassVar[Layout] = _LAYOUT

    measurement: Measurement
    fractions: Array
    unit: Array
    power: float
    expected: str | None
    reason: tuple[str | None, ...]
    notes: tuple[str, ...]
    systematics: Mapping[str, Array] = field(default_factory=FrozenDict)
    compact: Counting | None = None
    curve: CountsCurve | None = None
    uncounted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "systematics")

    def at(self, point: int, coupling: float | None = None) -> Measurement:
        """The measurement with the signal's make-up at one point (and coupling, where it depends on that)."""
        if self.curve is None or coupling is None:
            return self.measurement.with_fraction(self.fractions[point])
        return self.measurement.with_fraction(self.curve.at(np.array([point]), np.array([coupling]))[1][0])

    def events(self, coupling: Array) -> Array:
        """Expected signal events at one coupling per point, [point]; nan outside the coupling grid."""
        if self.curve is None:
            return np.asarray(self.unit * coupling**self.power)
        low, high = self.curve.coupling[[0, -1]]
        inside = (coupling >= low) & (coupling <= high)
        found = self.curve.at(np.arange(coupling.size), np.where(inside, coupling, low))[0]
        return np.where(inside, found, np.nan)

    def coupling(self, events: Array) -> Array:
        """Coupling at which some number of signal events is expected, [point]; nan where there is none."""
        value = np.full(self.unit.shape, np.nan)
        has = (self.unit > 0) & np.isfinite(events) & (events > 0)
        value[has] = (events[has] / self.unit[has]) ** (1 / self.power)
        return value


def counting(
    experiment: Experiment,
    processes: Sequence[str],
    signals: Sequence[Sequence[Signal]],
    signal_uncertainty: Mapping[str, float] | None = None,
) -> Counting:
    """The counting measurement of an experiment.

    Args:
        experiment: runs, bins and their uncertainties.
        processes: names of the processes.
        signals: accepted events per primary at unit coupling, [bin][process].
        signal_uncertainty: relative uncertainty by process; added to, or in place of, those of the experiment.

    Raises:
        InputError: an uncertainty outside [0, 1].
        UnknownName: an uncertainty of a process that is not there.
    """
    _check(processes, signal_uncertainty or {})
    uncertain = {**experiment.signal_uncertainty, **(signal_uncertainty or {})}
    groups = [(name,) for name in processes]
    full = _assemble(experiment, groups, processes, signals, uncertain)
    alike = tuple(name for name in processes if not uncertain.get(name))
    if len(alike) < 2:
        return full
    merged = [alike, *((name,) for name in processes if name not in alike)]
    return replace(full, compact=_assemble(experiment, merged, processes, signals, uncertain))


def _assemble(
    experiment: Experiment,
    groups: Sequence[tuple[str, ...]],
    processes: Sequence[str],
    signals: Sequence[Sequence[Signal]],
    uncertain: Mapping[str, float],
) -> Counting:
    """The measurement with one component per group of processes and run."""
    index = [[processes.index(name) for name in group] for group in groups]
    accepted = np.array([[sum(row[i].unit for i in members) for members in index] for row in signals])
    total = accepted.sum(axis=(0, 1))  # accepted: [bin, group, point]
    has = total > 0
    share = np.divide(accepted, total, out=np.zeros_like(accepted), where=has)
    runs = np.array([r.exposure * r.efficiency for r in experiment.runs])
    parts = runs / runs.sum() if runs.sum() > 0 else np.zeros_like(runs)
    fractions = np.moveaxis(share[:, :, None] * parts[:, None], -1, 0)  # [point, bin, group, run]
    fractions = fractions.reshape(len(total), len(signals), -1)
    names = ["+".join(group) for group in groups]
    measurement = Measurement(
        bins=tuple(_bin(b) for b in experiment.bins),
        fraction=fractions[int(np.argmax(has))],
        components=tuple(f"{name} {r.name}" for name in names for r in experiment.runs),
        nuisances=_nuisances(experiment, names, uncertain),
    )
    every = [s for row in signals for s in row]
    grid, curve = common_grid(every), None
    if grid is not None:
        members = [[sum(row[i].events(grid) for i in group) for group in index] for row in signals]
        curve = CountsCurve(grid, np.moveaxis(np.array(members), 2, 0) * runs.sum(), parts, never_falling(every))
    unit = total * runs.sum()
    reason = tuple(None if u > 0 else every[0].reason[i] or _IDLE for i, u in enumerate(unit))
    notes = tuple(dict.fromkeys([*(n for s in every for n in s.notes), *experiment.caveats]))
    expected = experiment.bins[0].expected_from_background
    power, uncounted = every[0].power, not_calculated(every)
    return Counting(measurement, fractions, unit, power, expected, reason, notes, curve=curve, uncounted=uncounted)


_IDLE = "no sensitivity: the efficiency is 0"


def _bin(b: SignalRegion) -> Bin:
    kind = "truncated-gaussian" if b.background == 0 else "log-normal"
    return Bin(b.name, b.observed or 0, b.background, b.background_error, kind)


def _check(processes: Sequence[str], given: Mapping[str, float]) -> None:
    if not isinstance(given, Mapping):
        raise InputError("signal_uncertainty", given, "a mapping of process to relative uncertainty")
    for name, value in given.items():
        if name not in processes:
            raise UnknownName("process in signal_uncertainty", name, processes)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InputError(f"signal_uncertainty of {name}", value, "a number in [0, 1]", "0.35 means 35 %.")


def _nuisances(experiment: Experiment, names: Sequence[str], uncertain: Mapping[str, float]) -> tuple[Nuisance, ...]:
    found = [_of_run(r, names) for r in experiment.runs]
    found.append(Nuisance("exposure", experiment.exposure_uncertainty))
    for name in names:
        acts = tuple(f"{name} {r.name}" for r in experiment.runs)
        found.append(Nuisance(f"{name} signal", float(uncertain.get(name, 0.0)), components=acts))
    return tuple(n for n in found if n.relative > 0)


def _of_run(run: Run, processes: Sequence[str]) -> Nuisance:
    acts = tuple(f"{p} {run.name}" for p in processes)
    return Nuisance(f"efficiency of {run.name}", run.efficiency_uncertainty, components=acts)


def solve(counts: Counting, cl: float, method: str, nuisances: str) -> Solution:
    """Edges of the allowed number of signal events at each point; for a projection, its expected limit."""
    counts = counts.compact or counts
    return _edges(counts, counts.fractions, cl, method, nuisances)


def _edges(counts: Counting, fractions: Array, cl: float, method: str, nuisances: str) -> Solution:
    """Edges for signals of any make-up, [row, bin, component]."""
    if counts.expected is None:
        return edges(counts.measurement, fractions, cl, method, nuisances)
    rows, where = distinct(fractions)
    alive = rows.sum(axis=(1, 2)) > 0
    upper = np.full(len(rows), np.inf)
    text = "projection: no signal reaches the bins"
    if alive.any():
        found = expected_limits(counts.measurement, rows[alive], cl, method, nuisances, counts.expected)
        upper[alive], text = [p.value for p in found], f"projection: {found[0].method}"
    upper = upper[where]
    return Solution(np.zeros_like(upper), upper, upper, text, ())


def exclusion(counts: Counting, cl: float, method: str, nuisances: str) -> Exclusion:
    """Excluded couplings at each point, and the number of events behind them."""
    counts = counts.compact or counts
    if counts.curve is not None:
        return exclude(counts.curve, lambda rows: _edges(counts, rows, cl, method, nuisances))
    solved = solve(counts, cl, method, nuisances)
    first = counts.coupling(solved.upper)
    intervals = _half_lines(counts.coupling(solved.lower), first)
    return Exclusion(
        intervals=intervals,
        at_grid_end=tuple(((False, False),) * len(point) for point in intervals),
        first=first,
        upper=solved.upper,
        unclamped=solved.unclamped,
        peak=np.zeros(0),
        slope=np.full(first.shape, counts.power),
        solution=solved,
    )


def _half_lines(lower: Array, upper: Array) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Excluded couplings per point: above the upper edge, and below the lower one where it is not 0 (nan)."""
    below = [((0.0, float(x)),) if np.isfinite(x) else () for x in lower]
    above = [((float(x), np.inf),) if np.isfinite(x) else () for x in upper]
    return tuple((*b, *a) for b, a in zip(below, above, strict=True))


def without_nuisances(counts: Counting, cl: float, method: str) -> float:
    """Excluded number of signal events when everything is known exactly: one number for all points.

    nan if several bins make it depend on the point.
    """
    counts = counts.compact or counts
    bare = counts.measurement.nominal()
    rows = distinct(counts.fractions)[0]
    if len(bare.bins) == 1:
        rows = np.zeros((1, 1, len(bare.components)))
        rows[0, 0, 0] = 1.0
    upper = solve(replace(counts, measurement=bare, fractions=rows), cl, method, "none").upper
    upper = upper[rows.sum(axis=(1, 2)) > 0]
    same = upper.size and np.ptp(upper) <= 1e-9 * upper[0]
    return float(upper[0]) if same else float("nan")


def bands(counts: Counting, cl: float, method: str, nuisances: str) -> Mapping[str, Array]:
    """Couplings expected to be excluded without signal: median, 1 and 2 sigma, each [point]; the lowest ones."""
    counts = counts.compact or counts
    if counts.curve is not None:
        return FrozenDict({n: _expected(counts, n, cl, method, nuisances) for n in BANDS})
    rows, where = distinct(counts.fractions)
    found = expected_bands(counts.measurement, cl, method, nuisances, rows)
    return FrozenDict({name: counts.coupling(getattr(found, name)[where]) for name in BANDS})


def _expected(counts: Counting, name: str, cl: float, method: str, nuisances: str) -> Array:
    """The lowest coupling that one quantile of the background-only counts would exclude."""
    assert counts.curve is not None

    def solve(rows: Array) -> Solution:
        alike, where = distinct(rows)
        alive = alike.sum(axis=(1, 2)) > 0
        upper = np.full(len(alike), np.inf)
        if alive.any():
            found = expected_bands(counts.measurement, cl, method, nuisances, alike[alive])
            upper[alive] = getattr(found, name)
        return Solution(np.zeros(len(rows)), upper[where], upper[where], "", ())

    return exclude(counts.curve, solve).first


def ranking(counts: Counting, cl: float, method: str, nuisances: str) -> Mapping[str, Array]:
    """Relative change of the excluded coupling by each uncertainty (limit / limit without it - 1), [point]."""
    counts = counts.compact or counts
    full = exclusion(counts, cl, method, nuisances).first
    effects = {}
    for name in counts.measurement.uncertainties if nuisances != "none" else ():
        less = replace(counts, measurement=counts.measurement.without(name))
        effects[name] = full / exclusion(less, cl, method, nuisances).first - 1
    order = sorted(effects, key=lambda name: -float(np.nanmax(np.abs(effects[name]), initial=0.0)))
    return FrozenDict({name: effects[name] for name in order})
