"""Model + Experiment -> tracks -> yields -> selected counts -> limit. Read this file first.

Each arrow is one function, each noun one frozen type of ``core``:

    model (Lagrangian at P points)      experiment (beam, target, runs, bins with a signature)
          \\                               /
           tracks    what the beam does in the target, no new physics
             |
           produce   mediators per primary at unit coupling, one Yield per process
             |
           select    what the signature accepts: a Signal, growing as coupling**power
             |
           count     bins, processes, runs and their uncertainties: a Counting
             |
           limit     the coupling at which the excluded number of events is reached
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darktarget import __version__, measure
from darktarget.core import (
    Array,
    Beam,
    Experiment,
    Limit,
    Model,
    Options,
    Signal,
    SignalBin,
    Target,
    Tracks,
    Yield,
)
from darktarget.errors import InputError, UnknownName
from darktarget.measure import Counting
from darktarget.production import PROCESSES
from darktarget.statistics import Solution, check_choices, treatment
from darktarget.target.track_tables import tracks_by
from darktarget.units import GeV


def tracks(beam: Beam, target: Target, *, cut: float | None = None, method: str = "shower") -> Tracks:
    """Track lengths of a beam in a target, before any new physics.

    Args:
        cut: lowest energy of interest (energy unit); a twentieth of the beam energy by default.
        method: shower (simulated, stored), or first-radiation-length.

    Returns:
        Tracks: lengths per species, material, depth and energy.

    >>> from darktarget.core import Layer
    >>> path = tracks(Beam("electron", 100 * GeV), Target((Layer("Pb", 0.1),)), method="first-radiation-length")
    >>> path.line.round(3).tolist()
    [[0.178]]
    """
    return tracks_by(method)(beam, target, beam.energy / 20 if cut is None else cut)


def produce(
    model: Model,
    experiment: Experiment,
    *,
    processes: Sequence[str] | None = None,
    **choices: Any,
) -> tuple[Yield, ...]:
    """Mediators per primary at unit coupling, one Yield per process.

    Args:
        processes: names, all of the model's by default.
        choices: fields of ``Options``: cross_section, form_factor, width, electrons, radiation, tracks.

    Raises:
        UnknownName: a process that the model does not have, or an unknown choice.
    """
    names = tuple(processes or model.processes)
    for name in names:
        if name not in model.processes:
            raise UnknownName(f"process of {model.name}", name, model.processes)
    options = choose(**choices)
    minimum = min(b.signature.minimum_energy for b in experiment.bins)
    path = tracks(experiment.beam, experiment.target, cut=minimum, method=options.tracks)
    return tuple(PROCESSES[name]().produce(model, path, minimum, options) for name in names)


def choose(**choices: Any) -> Options:
    """Options from keyword arguments.

    Raises:
        UnknownName: not a field of ``Options``.
    """
    known = [f.name for f in fields(Options)]
    for name in choices:
        if name not in known:
            raise UnknownName("choice", name, known)
    return Options(**choices)


def select(model: Model, yields: Sequence[Yield], seen: SignalBin, beam: Beam, target: Target) -> Signal:
    """Accepted events per primary at unit coupling in one bin, summed over processes."""
    parts = [seen.signature.select(model, made, beam, target) for made in yields]
    unit = np.sum([p.unit for p in parts], axis=0)
    reason = tuple(None if u > 0 else parts[0].reason[i] for i, u in enumerate(unit))
    notes = tuple(dict.fromkeys(n for p in parts for n in p.notes))
    return Signal(unit, parts[0].power, reason, notes, _mean_systematics(parts, unit))


def _mean_systematics(parts: Sequence[Signal], unit: Array) -> Mapping[str, Array]:
    """Relative systematics of a sum of signals that move together, weighted with the signals."""
    names = dict.fromkeys(n for p in parts for n in p.systematics)
    shifts = {
        n: sum((p.systematics[n] * p.unit for p in parts if n in p.systematics), np.zeros_like(unit)) for n in names
    }
    return {n: np.divide(v, unit, out=np.zeros_like(unit), where=unit > 0) for n, v in shifts.items()}


def count(
    model: Model,
    yields: Sequence[Yield],
    experiment: Experiment,
    signal_uncertainty: Mapping[str, float] | None = None,
) -> Counting:
    """What the experiment counts from some yields: every bin, process and run with its uncertainties.

    Args:
        signal_uncertainty: relative uncertainty of the signal by process, as in ``limit``.
    """
    beam, target = experiment.beam, experiment.target
    signals = [[select(model, (made,), seen, beam, target) for made in yields] for seen in experiment.bins]
    counts = measure.counting(experiment, [y.process for y in yields], signals, signal_uncertainty)
    every = [part for row in signals for part in row]
    total = np.sum([part.unit for part in every], axis=0)
    return replace(counts, systematics=_mean_systematics(every, total))


def measurement(
    model: Model,
    experiment: Experiment,
    *,
    signal_uncertainty: Mapping[str, float] | None = None,
    processes: Sequence[str] | None = None,
    **choices: Any,
) -> Counting:
    """The counting measurement behind a limit, for exports and for ``statistics``; arguments as in ``limit``.

    >>> import darktarget as dt
    >>> seen = measurement(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"))
    >>> round(dt.statistics.interval(seen.at(0)).upper, 3)
    2.334
    """
    return count(model, produce(model, experiment, processes=processes, **choices), experiment, signal_uncertainty)


def limit(
    model: Model,
    experiment: Experiment,
    *,
    cl: float = 0.9,
    method: str = "cls",
    nuisances: str = "marginalise",
    bands: bool = False,
    ranking: bool = False,
    signal_uncertainty: Mapping[str, float] | None = None,
    processes: Sequence[str] | None = None,
    **choices: Any,
) -> Limit:
    r"""Exclusion limit on the coupling, :math:`\epsilon_{\rm UP} = (s_{\rm UP}/N_1)^{1/{\rm power}}`.

    N_1 is the number of accepted events at unit coupling and s_UP the excluded number of signal events, with
    the uncertainties of efficiencies, exposure, signal and backgrounds.

    Args:
        model: without a coupling, which is what the limit is on.
        experiment: beam, target, runs and bins.
        cl: confidence level, between 0 and 1.
        method: statistical method, one of ``statistics.methods()``.
        nuisances: marginalise (hybrid), profile, or none: the numbers of papers that quote no systematics.
        bands: add the median expected limit and its 1 and 2 sigma bands.
        ranking: add what each uncertainty does to the limit.
        signal_uncertainty: relative uncertainty of the signal by process, such as {"annihilation": 0.35}.
        processes, choices: as in ``produce``.

    Returns:
        Limit; points without sensitivity, and empty classical intervals, carry nan and the reason.

    Raises:
        InputError: a coupling was given, cl is out of range, every mass is above the beam energy, or the method
            does not treat nuisances in this way.

    >>> import darktarget as dt
    >>> bound = limit(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"))
    >>> print(f"{bound.coupling_upper[0]:.1e}")
    3.5e-04
    """
    _check(model, experiment, cl)
    check_choices(method, nuisances)
    yields = produce(model, experiment, processes=processes, **choices)
    counts = count(model, yields, experiment, signal_uncertainty)
    solved = measure.solve(counts, cl, method, nuisances)
    upper = counts.coupling(solved.upper)
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
        coupling_upper=upper,
        intervals=_excluded(counts.coupling(solved.lower), upper),
        expected_counts=counts.unit,
        count_limit=measure.without_nuisances(counts, cl, method),
        count_limit_with_nuisances=solved.unclamped,
        power=counts.power,
        cl=cl,
        statistic=method,
        nuisances=treated,
        uncertainties=counts.measurement.uncertainties if treated != "none" else (),
        flags=(*(("empty",) if _empty(solved).any() else ()), *model.flags),
        bands=measure.bands(counts, cl, method, nuisances) if bands else {},
        ranking=measure.ranking(counts, cl, method, nuisances) if ranking else {},
        relative_error=_largest([y.error for y in yields]) / counts.power,
        systematics=_combine(yields, counts),
        method=_unique(
            [m for y in yields for m in y.method],
            counts.notes,
            experiment.assumptions,
            _statistics(solved, treated),
        ),
        reason=_reasons(counts, solved, cl),
        references=_unique(model.references, experiment.references, *(y.references for y in yields), solved.references),
        version=__version__,
    )


def _check(model: Model, experiment: Experiment, cl: float) -> None:
    if isinstance(cl, bool) or not isinstance(cl, int | float) or not 0 < cl < 1:
        raise InputError("cl", cl, "a number between 0 and 1")
    if "coupling" in model.values:
        value = float(model.values["coupling"][0])
        raise InputError("coupling", value, "nothing here", "A limit is on the coupling: leave it out.")
    beam = experiment.beam
    if (model.mass >= beam.energy).all():
        top = f"below the beam energy, {beam.energy / GeV:g} GeV, for at least one mass"
        raise InputError("mass", float(model.mass.min() / GeV), top)


def _excluded(lower: Array, upper: Array) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Excluded couplings per point: above the upper edge, and below the lower one where it is not 0 (nan)."""
    below = [((0.0, float(x)),) if np.isfinite(x) else () for x in lower]
    above = [((float(x), np.inf),) if np.isfinite(x) else () for x in upper]
    return tuple((*b, *a) for b, a in zip(below, above, strict=True))


def _empty(solved: Solution) -> NDArray[np.bool_]:
    return np.asarray((solved.unclamped < 0) | (solved.upper == 0))


def _reasons(counts: Counting, solved: Solution, cl: float) -> tuple[str | None, ...]:
    text = "empty: the {:.0%} interval allows no signal, its upper edge is {:.4g} events before it is held at 0"
    empty = [text.format(cl, u) if e else None for e, u in zip(_empty(solved), solved.unclamped, strict=True)]
    return tuple(r or e for r, e in zip(counts.reason, empty, strict=True))


def _statistics(solved: Solution, nuisances: str) -> tuple[str, ...]:
    words = {"none": "no nuisances", "marginalise": "nuisances marginalised", "profile": "nuisances profiled"}
    return (f"{solved.text}, {words[nuisances]}", *solved.notes)


def _largest(errors: Sequence[Array]) -> Array:
    return np.asarray(np.max(errors, axis=0))


def _combine(yields: Sequence[Yield], signal: Counting) -> Mapping[str, Array]:
    """Relative systematics of the coupling: those of production (largest) and of selection."""
    names = dict.fromkeys(n for y in yields for n in y.systematics)
    zero = np.zeros_like(yields[0].error)
    made = {n: _largest([y.systematics.get(n, zero) for y in yields]) for n in names}
    return {n: v / signal.power for n, v in {**made, **signal.systematics}.items()}


def _unique(*groups: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
