"""The questions asked of a measurement: interval, limits along a curve, expected bands, p-values, ranking."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError, UnknownName
from darktarget.numerics.distinct import distinct_rows
from darktarget.statistics import expected
from darktarget.statistics.counting import lower_tail
from darktarget.statistics.discovery import significance
from darktarget.statistics.measurement import Measurement, check_fractions, check_level
from darktarget.statistics.mixture import positive
from darktarget.statistics.results import Bands, Effect, Interval, Projection, PValues, Solution

Array = NDArray[np.float64]
NUISANCES = ("marginalise", "profile", "none")
PROFILE_NOTE = (
    "fluctuating auxiliary measurements break ties of the count: "
    "a profiled limit can fall below the one without nuisances"
)


class Method(Protocol):
    """What a file in `limit_methods/` offers."""

    def solve(self, measurement: Measurement, fractions: Array, cl: float, nuisances: str) -> Solution: ...


@runtime_checkable
class FixedTreatment(Protocol):
    """A method that treats nuisances in one way, whatever is asked for."""

    TREATMENT: str


@lru_cache(maxsize=1)
def methods() -> tuple[str, ...]:
    """Names of the statistics: the files in `limit_methods/`.

    >>> methods()
    ('asymptotic', 'bayes', 'classical', 'cls', 'feldman-cousins', 'feldman-cousins-published')
    """
    files = (Path(__file__).parent / "limit_methods").glob("[!_]*.py")
    return tuple(sorted(f.stem.replace("_", "-") for f in files))


def interval(
    measurement: Measurement, cl: float = 0.9, method: str = "cls", nuisances: str = "marginalise"
) -> Interval:
    """Allowed signal of a measurement: upper limit, lower edge, and how they were obtained.

    Args:
        measurement: counts, backgrounds, efficiencies.
        cl: confidence level in (0, 1).
        method: one of `methods()`.
        nuisances: `marginalise` (priors averaged), `profile` (best fit) or `none` (nominal values).

    Returns:
        Interval in events before `fraction`.

    Raises:
        InputError: cl outside (0, 1), unknown `nuisances`, or a combination that the method does not have.
        UnknownName: unknown method.

    >>> interval(Measurement.counting(0, 0.53, 0.17)).upper.__round__(6)
    2.302585
    >>> i = interval(Measurement.counting(0, 3.0), method="classical")
    >>> i.upper, round(i.unclamped, 6), i.flags
    (0.0, -0.697415, ('empty',))
    """
    found = _solve(measurement, measurement.fraction[None], cl, method, nuisances)
    used = measurement.uncertainties if nuisances != "none" else ()
    treated = treatment(measurement, method, nuisances)
    upper, unclamped = float(found.upper[0]), float(found.unclamped[0])
    flags: tuple[str, ...] = ()
    if np.isinf(upper):
        flags = ("no sensitivity",)
    elif unclamped < 0 or upper == 0:
        flags = ("empty",)
    return Interval(
        lower=float(found.lower[0]),
        upper=upper,
        unclamped=unclamped,
        statistic=method,
        cl=float(cl),
        nuisances=treated,
        uncertainties=used,
        flags=flags,
        method=found.text,
        references=found.references,
        notes=found.notes,
    )


def upper_limits(
    measurement: Measurement,
    fractions: Array,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
) -> Array:
    """Upper limits along a curve whose points share counts and backgrounds but not the make-up of the signal.

    Args:
        measurement, cl, method, nuisances: as in `interval`.
        fractions: [point, bin, component].

    Returns:
        Limits on s [point] in events before `fraction`; inf where a point has no signal.

    >>> m = Measurement.counting(0, 0.53)
    >>> upper_limits(m, np.array([[[1.0]], [[0.5]]])).round(4).tolist()
    [2.3026, 4.6052]
    """
    shape = (len(measurement.bins), len(measurement.components))
    checked = check_fractions(fractions, shape)
    return _solve(measurement, checked.reshape(-1, *shape), cl, method, nuisances).upper


def edges(
    measurement: Measurement,
    fractions: Array,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
) -> Solution:
    """Both edges of the allowed signal along a curve, as `upper_limits`, and how they were obtained.

    Identical rows of `fractions` are solved once.

    >>> m = Measurement.counting(0, 3.0)
    >>> edges(m, m.fraction[None], method="classical").unclamped.round(4).tolist()
    [-0.6974]
    """
    shape = (len(measurement.bins), len(measurement.components))
    checked = check_fractions(fractions, shape).reshape(-1, *shape)
    rows, where = distinct(checked)
    found = _solve(measurement, rows, cl, method, nuisances)
    return replace(found, lower=found.lower[where], upper=found.upper[where], unclamped=found.unclamped[where])


def distinct(fractions: Array) -> tuple[Array, NDArray[np.intp]]:
    """Rows that differ, [row, bin, component], and which of them each point has, [point].

    >>> distinct(np.array([[[0.5]], [[1.0]], [[0.5]]]))[1].tolist()
    [0, 1, 0]
    """
    flat = fractions.reshape(len(fractions), -1)
    rows, where = distinct_rows(flat)
    return rows.reshape(-1, *fractions.shape[1:]), where


def expected_bands(
    measurement: Measurement,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
    fractions: Array | None = None,
) -> Bands:
    """Upper limits expected without signal: median, 1 and 2 sigma, by enumeration of the background-only
    counts.

    The limit rises with the statistic, so the quantiles of the limit are the limits at the quantiles of the
    counts (smallest count whose cumulative probability, averaged over the background prior, reaches Phi(-2)
    .. Phi(2)).

    Args:
        measurement, cl, method, nuisances: as in `interval`; the observed counts do not enter.
        fractions: [point, bin, component]; the measurement's own if None.

    Returns:
        Bands [point].

    >>> b = expected_bands(Measurement.counting(0, 1.0))
    >>> [round(float(x[0]), 4) for x in (b.minus2, b.median, b.plus2)], b.counts
    ([2.3026, 3.2718, 5.7115], ((0,), (0,), (1,), (2,), (3,)))
    """
    points = measurement.fraction[None] if fractions is None else fractions
    bare = measurement.nominal() if nuisances == "none" else measurement
    counts, text = expected.quantile_counts(bare, points, check_level(cl))
    rows = np.empty((len(expected.QUANTILES), len(points)))
    for outcome in sorted({o for per_point in counts for o in per_point}):
        chosen = np.array([[o == outcome for o in per_point] for per_point in counts])
        some = chosen.any(axis=0)
        limits = np.full(len(points), np.nan)
        seen = measurement.with_observed(outcome)
        limits[some] = upper_limits(seen, points[some], cl, method, nuisances)
        rows[chosen] = np.broadcast_to(limits, rows.shape)[chosen]
    first = tuple(per_point[0] for per_point in counts)
    method_text = f"quantiles of the background-only counts, {text}"
    return Bands(rows[0], rows[1], rows[2], rows[3], rows[4], first, method_text)


def expected_limit(
    measurement: Measurement,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
    kind: str = "median",
) -> Projection:
    """Limit that a projection quotes for its background, with what it means in words.

    Args:
        measurement, cl, method, nuisances: as in `interval`; one bin for `average` and `nearest`.
        kind: `median` of the background-only counts, `average` of the limit over them, or `nearest` (n =
            round(b)).

    Returns:
        Projection: the limit, the count it belongs to (mean count for `average`) and the method.

    Raises:
        InputError: unknown kind, or several bins where one is needed.

    >>> [round(expected_limit(Measurement.counting(0, 1.0), kind=k).value, 2) for k in ("median", "average")]
    [3.27, 3.36]
    """
    return expected_limits(measurement, measurement.fraction[None], cl, method, nuisances, kind)[0]


def expected_limits(
    measurement: Measurement,
    fractions: Array,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
    kind: str = "median",
) -> tuple[Projection, ...]:
    """As `expected_limit`, along a curve: one Projection per row of `fractions` [point, bin, component].

    >>> m = Measurement.counting(0, 1.0)
    >>> [round(p.value, 4) for p in expected_limits(m, np.array([[[1.0]], [[0.5]]]))]
    [3.2718, 6.5436]
    """
    known = ("median", "average", "nearest")
    if kind not in known:
        raise InputError("kind", kind, "one of " + ", ".join(known))
    text = f"{kind} {method} limit without signal at b = {measurement.total_background:g}"
    if kind == "median":
        bands = expected_bands(measurement, cl, method, nuisances, fractions)
        return tuple(Projection(float(v), float(sum(bands.counts[2])), text) for v in bands.median)
    if len(measurement.bins) > 1:
        raise InputError("kind", kind, "median for several bins")
    b = measurement.bins[0]
    if kind == "nearest":
        n = round(b.background)
        found = upper_limits(measurement.with_observed([n]), fractions, cl, method, nuisances)
        return tuple(Projection(float(v), float(n), text) for v in found)
    bare = measurement.nominal() if nuisances == "none" else measurement
    chances = expected.count_distribution(bare, 0)
    keep = np.flatnonzero(chances > 1e-12)
    limits = [upper_limits(measurement.with_observed([int(n)]), fractions, cl, method, nuisances) for n in keep]
    mean = chances[keep] @ np.array(limits) / chances[keep].sum()
    return tuple(Projection(float(v), b.background, text) for v in mean)


def p_values(measurement: Measurement, signal: float, nuisances: str = "marginalise") -> PValues:
    """Probabilities at one signal s: CLs+b, CLb, CLs and the discovery p-value, priors averaged.

    Args:
        measurement: the counts.
        signal: s >= 0 in events.
        nuisances: `marginalise` or `none`.

    Raises:
        InputError: negative signal, or `profile` (use `profile.toys`).

    >>> p = p_values(Measurement.counting(1, 1.0), 3.2718)
    >>> round(p.cls, 4), round(p.clb, 4)
    (0.1, 0.7358)
    """
    if not signal >= 0 or not np.isfinite(signal):
        raise InputError("signal", signal, ">= 0 and finite, in events")
    if nuisances == "profile":
        raise InputError("nuisances", nuisances, "marginalise or none", "profile.toys gives CLs+b and CLb.")
    bare = _prepare(measurement, nuisances)
    ordered = lower_tail(bare, bare.fraction[None], 0.9)
    scale = float(np.exp(ordered.log_scale))
    with_signal = float(ordered.tail(np.array([float(signal)]))[0])
    without = positive(ordered.tail(np.zeros(1)))[0]
    found = significance(bare)
    ratio = with_signal / float(without)
    text = f"priors averaged, {ordered.text}"
    return PValues(scale * with_signal, scale * float(without), ratio, found.p0, found.sigma, text)


def ranking(
    measurement: Measurement, cl: float = 0.9, method: str = "cls", nuisances: str = "marginalise"
) -> tuple[Effect, ...]:
    """What each uncertainty does to the limit: the limit minus the one without it, largest effect first.

    Args:
        measurement, cl, method, nuisances: as in `interval`.

    Returns:
        One Effect per uncertainty; `relative` is change / limit without it.

    >>> m = Measurement.counting(0, 0.53, 0.17, efficiency=0.5, efficiency_error=0.05)
    >>> [(e.name, round(e.change, 4)) for e in ranking(m)]
    [('efficiency', 0.053), ('background of bin', 0.0)]
    """
    full = interval(measurement, cl, method, nuisances).upper
    effects = []
    for name in measurement.uncertainties:
        without = interval(measurement.without(name), cl, method, nuisances).upper
        change = full - without
        effects.append(Effect(name, without, change, change / without if without > 0 else float("nan")))
    return tuple(sorted(effects, key=lambda e: -abs(e.change)))


def treatment(measurement: Measurement, method: str, nuisances: str) -> str:
    """How a method really treats the nuisances: `none` where there are none, `profile` for asymptotic.

    >>> treatment(Measurement.counting(0, 0.5, 0.1), "asymptotic", "marginalise")
    'profile'
    """
    if nuisances == "none" or not measurement.uncertainties:
        return "none"
    chosen = _method(method)
    return chosen.TREATMENT if isinstance(chosen, FixedTreatment) else nuisances


def check_choices(method: str, nuisances: str) -> None:
    """Check the names of a statistic and of a treatment of nuisances before any work.

    Raises:
        UnknownName: no such method. InputError: no such treatment.
    """
    if not isinstance(method, str) or method not in methods():
        raise UnknownName("method", method, methods())
    if nuisances not in NUISANCES:
        raise InputError("nuisances", nuisances, "one of " + ", ".join(NUISANCES))


def _prepare(measurement: Measurement, nuisances: str) -> Measurement:
    if nuisances not in NUISANCES:
        raise InputError("nuisances", nuisances, "one of " + ", ".join(NUISANCES))
    if nuisances == "none":
        return measurement.nominal()
    for k in measurement.nuisances:
        if k.relative == 0:
            measurement = measurement.without(k.name)
    return measurement


def _method(name: str) -> Method:
    if name not in methods():
        raise UnknownName("method", name, methods())
    return cast(Method, import_module(f"darktarget.statistics.limit_methods.{name.replace('-', '_')}"))


def _solve(measurement: Measurement, fractions: Array, cl: float, method: str, nuisances: str) -> Solution:
    """Run a method on the points that have signal; several bins with events are taken point by point."""
    level, statistic = check_level(cl), _method(method)
    bare = _prepare(measurement, nuisances)
    mode = nuisances if bare.uncertainties else "none"
    alive = np.flatnonzero(fractions.sum(axis=(1, 2)) > 0)
    edges = np.full((3, len(fractions)), np.inf)
    edges[0] = 0.0
    if not len(alive):
        return Solution(edges[0], edges[1], edges[2], "no signal reaches the bins", ())
    joint = len(bare.bins) == 1 or sum(bare.observed) == 0
    groups = [alive] if joint else [alive[i : i + 1] for i in range(len(alive))]
    for group in groups:
        found = statistic.solve(bare, fractions[group], level, mode)
        edges[:, group] = found.lower, found.upper, found.unclamped
    notes = (*found.notes, PROFILE_NOTE) if mode == "profile" and method != "asymptotic" else found.notes
    return replace(found, lower=edges[0], upper=edges[1], unclamped=edges[2], notes=notes)
