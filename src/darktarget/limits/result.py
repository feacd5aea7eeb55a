"""The limit as a result that explains itself: why a point has none, flags, uncertainties, approximations, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from darktarget import __version__
from darktarget.core import Array, Experiment, Limit, Model, Yield
from darktarget.limits.counting import Counting, without_nuisances
from darktarget.limits.exclusion import Exclusion
from darktarget.statistics import Solution, treatment


def explained(
    model: Model,
    experiment: Experiment,
    yields: Sequence[Yield],
    counts: Counting,
    found: Exclusion,
    *,
    cl: float,
    method: str,
    nuisances: str,
    bands: Mapping[str, Array],
    ranking: Mapping[str, Array],
) -> Limit:
    """The excluded couplings with all that belongs to them.

    Args:
        model, experiment: of the limit. yields: of every process. counts: what the experiment counts.
        found: the excluded couplings. cl, method, nuisances: as given.
        bands, ranking: expected limits and effects of uncertainties, empty where not asked for.
    """
    treated = treatment(counts.measurement, method, nuisances)
    return Limit(
        model=model.name,
        experiment=experiment.name,
        title=experiment.title,
        projection=experiment.projection,
        analysis_references=experiment.references,
        parameters=model.values,
        mass=model.mass,
        dark_mass=model.dark_mass,
        alpha_D=np.asarray(model.values.get("alpha_D", np.full(model.points, np.nan))),
        coupling_upper=found.first,
        intervals=found.intervals,
        at_grid_end=found.at_grid_end,
        peak_counts=found.peak,
        expected_counts=counts.unit,
        count_limit=without_nuisances(counts, cl, method),
        count_limit_with_nuisances=found.unclamped,
        power=counts.power,
        cl=cl,
        statistic=method,
        nuisances=treated,
        uncertainties=counts.measurement.uncertainties if treated != "none" else (),
        flags=(*_flags(found), *model.flags),
        bands=bands,
        ranking=ranking,
        relative_error=_largest([y.error for y in yields]) / np.abs(found.slope),
        systematics=_combine(yields, counts, np.abs(found.slope)),
        method=_unique(
            [m for y in yields for m in y.method],
            model.notes,
            counts.notes,
            counts.uncounted,
            experiment.assumptions,
            _statistics(found.solution, treated),
        ),
        reason=_reasons(counts, found, cl),
        references=_unique(
            model.references, experiment.references, *(y.references for y in yields), found.solution.references
        ),
        version=__version__,
        labels=model.labels,
        fitted=experiment.fitted,
        assumed_efficiency=experiment.assumed_efficiency,
    )


def _empty(found: Exclusion) -> NDArray[np.bool_]:
    return np.asarray((found.unclamped < 0) | (found.upper == 0))


def _flags(found: Exclusion) -> tuple[str, ...]:
    at_end = any(any(edges) for point in found.at_grid_end for edges in point)
    return ("empty",) * bool(_empty(found).any()) + ("grid end",) * at_end


def _reasons(counts: Counting, found: Exclusion, cl: float) -> tuple[str | None, ...]:
    """Why a point has no limit: no signal, an empty interval, or too few events whatever the coupling.

    A reason without signal also names the events that are not calculated.
    """
    text = "empty: the {:.0%} interval allows no signal, its upper edge is {:.4g} events before it is held at 0"
    few = "no sensitivity: at most {:.3g} events at any coupling, {:.3g} would be excluded"
    none = "no sensitivity: no event at any coupling"
    reasons = list(counts.reason)
    for i, empty in enumerate(_empty(found)):
        if reasons[i] is None and empty:
            reasons[i] = text.format(cl, found.unclamped[i])
        elif reasons[i] is None and found.peak.size and not found.intervals[i]:
            reasons[i] = few.format(found.peak[i], found.upper[i]) if np.isfinite(found.upper[i]) else none
    return tuple("; ".join((r, *counts.uncounted)) if r else None for r in reasons)


def _statistics(solved: Solution, nuisances: str) -> tuple[str, ...]:
    words = {"none": "no nuisances", "marginalise": "nuisances marginalised", "profile": "nuisances profiled"}
    return (f"{solved.text}, {words[nuisances]}", *solved.notes)


def _largest(errors: Sequence[Array]) -> Array:
    return np.asarray(np.max(errors, axis=0))


def _combine(yields: Sequence[Yield], signal: Counting, slope: Array) -> Mapping[str, Array]:
    """Relative systematics of the coupling: those of production (largest) and of selection."""
    names = dict.fromkeys(n for y in yields for n in y.systematics)
    zero = np.zeros_like(yields[0].error)
    made = {n: _largest([y.systematics.get(n, zero) for y in yields]) for n in names}
    return {n: v / slope for n, v in {**made, **signal.systematics}.items()}


def _unique(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
