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
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darktarget._version import __version__
from darktarget.core import (
    Array,
    Beam,
    Experiment,
    Limit,
    Model,
    Signal,
    SignalRegion,
    Target,
    Tracks,
    Yield,
)
from darktarget.core.signal import combined, mean_systematics
from darktarget.detector.simulation import Simulation
from darktarget.errors import InputError, PhysicsError, UnknownName
from darktarget.keywords import choose
from darktarget.limits import counting as measure
from darktarget.limits.counting import Counting
from darktarget.limits.exclusion import Exclusion
from darktarget.limits.options import RecastOptions, StatisticOptions
from darktarget.limits.recast import normalisation
from darktarget.options import OptionValue, checked
from darktarget.production import PROCESSES
from darktarget.production.events.sampler import HasEvents, Sampler
from darktarget.shower.options import TracksOptions
from darktarget.shower.track_lengths import tracks_by
from darktarget.statistics import Solution, treatment
from darktarget.units import GeV

EventSource = Sampler | Simulation  # of a bare target, and of a target in a detector


def tracks(beam: Beam, target: Target, *, cut: float | None = None, method: str = "shower") -> Tracks:
    """Track lengths of a beam in a target, before any new physics.

    Args:
        cut: lowest energy of interest (energy unit); a twentieth of the beam energy by default.
        method: shower (simulated, stored), first-radiation-length, or with-photons (that a muon beam radiates).

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
    **options: OptionValue,
) -> tuple[Yield, ...]:
    """Mediators per primary at unit coupling, one Yield per process.

    Args:
        processes: names; by default all of the model's that the tracks allow, without those it offers on request.
        options: of the processes (see ``production.options``), ``tracks`` and ``normalisation``; those of a process
            that does not take part have no effect.

    Raises:
        UnknownName: a process that the model does not have, an unknown option or value.
        PhysicsError: the tracks hold no particle that a process named starts from, or that any of the model's does.
    """
    for name in processes or ():
        if name not in (*model.processes, *model.on_request):
            raise UnknownName(f"process of {model.name}", name, (*model.processes, *model.on_request))
    chosen = choose(options, processes or (*model.processes, *model.on_request))
    minimum = min(b.signature.minimum_energy for b in experiment.bins)
    path = tracks(experiment.beam, experiment.target, cut=minimum, method=chosen.of(TracksOptions).tracks)
    able = _able(model, path, processes)
    made = [PROCESSES[name]().produce(model, path, minimum, chosen.process(name)) for name in able]
    return normalisation(chosen.of(RecastOptions).normalisation)(model, experiment, made)


def _able(model: Model, path: Tracks, processes: Sequence[str] | None) -> tuple[str, ...]:
    """The processes named, or those of the model that start from a particle that is there."""
    able = tuple(n for n in processes or model.processes if set(PROCESSES[n].beams) & set(path.species))
    missing = [n for n in processes or () if n not in able]
    if missing or not able:
        name = missing[0] if missing else model.processes[0]
        needed, there = " or ".join(PROCESSES[name].beams), ", ".join(path.species)
        raise PhysicsError(
            f"{name} starts from a {needed}, but the tracks are of {there} alone ({path.method}). Choose tracks = "
            "shower for a beam of electrons or positrons; a muon does not shower, and tracks = with-photons adds "
            "the few photons that it radiates."
        )
    return able


def sampler(
    model: Model, experiment: Experiment, *, process: str = "bremsstrahlung", **options: OptionValue
) -> EventSource:
    """What draws production events of one model point in an experiment's target; ``.events(number, seed)`` does.

    Args:
        process: one that has events: bremsstrahlung.
        options: as in ``produce``.

    Raises:
        UnknownName: a process that the model does not have, or that has no events.
        InputError: several parameter points. PhysicsError: nothing can be made, or not as events.

    >>> import darktarget as dt
    >>> source = sampler(dt.model("dark-photon", mass=0.1), dt.experiment("ldmx-4gev"))
    >>> drawn = source.events(1000, seed=1)
    >>> len(drawn), drawn.role[2]
    (1000, 'mediator')
    """
    simulated = bool(experiment.target.slabs)  # decays in a detector are simulated for every process
    able = tuple(n for n in model.processes if simulated or issubclass(PROCESSES[n], HasEvents))
    if not able:
        raise PhysicsError(f"{model.name} has no process with events in {experiment.name}: only limits")
    if process not in able:
        raise UnknownName(f"process of {model.name} with events", process, able)
    chosen = choose(options, [process])
    minimum = min(b.signature.minimum_energy for b in experiment.bins)
    path = tracks(experiment.beam, experiment.target, cut=minimum, method=chosen.of(TracksOptions).tracks)
    target = experiment.target
    if target.slabs:
        return Simulation(model, produce(model, experiment, processes=[process], **options)[0], experiment)
    thickness = sum(layer.thickness for layer in target.layers) * target.repeat
    made = PROCESSES[process]()
    assert isinstance(made, HasEvents)
    return made.sampler(model, path, minimum, chosen.process(process), experiment.name, thickness)


def select(model: Model, yields: Sequence[Yield], seen: SignalRegion, beam: Beam, target: Target) -> Signal:
    """Accepted events per primary at unit coupling in one bin, summed over processes."""
    return combined([seen.signature.select(model, made, beam, target) for made in yields])


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
    return replace(counts, systematics=mean_systematics([part for row in signals for part in row]))


def measurement(
    model: Model,
    experiment: Experiment,
    *,
    signal_uncertainty: Mapping[str, float] | None = None,
    processes: Sequence[str] | None = None,
    **options: OptionValue,
) -> Counting:
    """The counting measurement behind a limit, for exports and for ``statistics``; arguments as in ``limit``.

    >>> import darktarget as dt
    >>> seen = measurement(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"))
    >>> round(dt.statistics.interval(seen.at(0)).upper, 3)
    2.334
    """
    return count(model, produce(model, experiment, processes=processes, **options), experiment, signal_uncertainty)


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
    **options: OptionValue,
) -> Limit:
    r"""Exclusion limit on the coupling, :math:`\epsilon_{\rm UP} = (s_{\rm UP}/N_1)^{1/{\rm power}}`.

    N_1 is the number of accepted events at unit coupling and s_UP the excluded number of signal events, with
    the uncertainties of efficiencies, exposure, signal and backgrounds. Where lifetimes make the events no power of
    the coupling, the excluded couplings are the intervals with N(coupling) > s_UP: two-sided, islands kept.

    Args:
        model: without a coupling, which is what the limit is on.
        experiment: beam, target, runs and bins.
        cl: confidence level, between 0 and 1.
        method: statistical method, one of ``statistics.methods()``.
        nuisances: marginalise (hybrid), profile, or none: the numbers of papers that quote no systematics.
        bands: add the median expected limit and its 1 and 2 sigma bands.
        ranking: add what each uncertainty does to the limit.
        signal_uncertainty: relative uncertainty of the signal by process, such as {"annihilation": 0.35}.
        processes, options: as in ``produce``.

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
    checked(StatisticOptions, method=method, nuisances=nuisances, cl=cl)  # before any work
    _check(model, experiment)
    yields = produce(model, experiment, processes=processes, **options)
    counts = count(model, yields, experiment, signal_uncertainty)
    found = measure.exclusion(counts, cl, method, nuisances)
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
        count_limit=measure.without_nuisances(counts, cl, method),
        count_limit_with_nuisances=found.unclamped,
        power=counts.power,
        cl=cl,
        statistic=method,
        nuisances=treated,
        uncertainties=counts.measurement.uncertainties if treated != "none" else (),
        flags=(*_flags(found), *model.flags),
        bands=measure.bands(counts, cl, method, nuisances) if bands else {},
        ranking=measure.ranking(counts, cl, method, nuisances) if ranking else {},
        relative_error=_largest([y.error for y in yields]) / np.abs(found.slope),
        systematics=_combine(yields, counts, np.abs(found.slope)),
        method=_unique(
            [m for y in yields for m in y.method],
            counts.notes,
            experiment.assumptions,
            _statistics(found.solution, treated),
        ),
        reason=_reasons(counts, found, cl),
        references=_unique(
            model.references, experiment.references, *(y.references for y in yields), found.solution.references
        ),
        version=__version__,
        labels=model.labels,
    )


def _check(model: Model, experiment: Experiment) -> None:
    if "coupling" in model.values:
        value = float(model.values["coupling"][0])
        raise InputError("coupling", value, "nothing here", "A limit is on the coupling: leave it out.")
    beam = experiment.beam
    if (model.mass >= beam.energy).all():
        top = f"below the beam energy, {beam.energy / GeV:g} GeV, for at least one mass"
        raise InputError("mass", float(model.mass.min() / GeV), top)


def _empty(found: Exclusion) -> NDArray[np.bool_]:
    return np.asarray((found.unclamped < 0) | (found.upper == 0))


def _flags(found: Exclusion) -> tuple[str, ...]:
    at_end = any(any(edges) for point in found.at_grid_end for edges in point)
    return ("empty",) * bool(_empty(found).any()) + ("grid end",) * at_end


def _reasons(counts: Counting, found: Exclusion, cl: float) -> tuple[str | None, ...]:
    """Why a point has no limit: no signal, an empty interval, or too few events whatever the coupling."""
    text = "empty: the {:.0%} interval allows no signal, its upper edge is {:.4g} events before it is held at 0"
    few = "no sensitivity: at most {:.3g} events at any coupling, {:.3g} would be excluded"
    none = "no sensitivity: no event at any coupling"
    reasons = list(counts.reason)
    for i, empty in enumerate(_empty(found)):
        if reasons[i] is None and empty:
            reasons[i] = text.format(cl, found.unclamped[i])
        elif reasons[i] is None and found.peak.size and not found.intervals[i]:
            reasons[i] = few.format(found.peak[i], found.upper[i]) if np.isfinite(found.upper[i]) else none
    return tuple(reasons)


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


def _unique(*groups: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
