"""Limits: the result that explains itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from darktarget.core.curve import FittedNumber, relic_variable
from darktarget.numerics.arrays import Array
from darktarget.numerics.values import ByValue, FrozenDict, close, freeze
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout

_LAYOUT: Final = Layout(
    heading=lambda r: f"{r.model} at {r.experiment}",
    sentence=lambda r: (
        f"{'Projected e' if r.projection else 'E'}xclusion limit on the coupling of {r.model} at {r.experiment}, "
        f"{r.cl:.0%} CL, {r.statistic}."
    ),
    facts=lambda r: f"{r.cl:.0%} CL {r.statistic}",
    columns=(
        Column("mass", "GeV", text="mediator mass", coordinate=True),
        Column("dark_mass", "GeV", text="mass of the lightest dark particle"),
        Column("coupling_upper", text="upper limit on the coupling"),
        Column("y", name="y_upper", text="relic variable at the limit"),
        Column("intervals", axes=("point", "interval", "edge"), name="excluded", text="excluded couplings"),
        Column("relative_error", text="relative numerical error of the coupling"),
        Column("expected_counts", name="events_at_unit_coupling", text="expected signal events at unit coupling"),
        Column("peak_counts", name="largest_events", text="largest number of events at any coupling"),
        Column("count_limit_with_nuisances", name="excluded_events", text="excluded number of signal events"),
        Column("bands", name="coupling_expected", text="expected limit"),
        Column("ranking", name="effect_of", text="relative change of the coupling by an uncertainty"),
        Column("systematics", name="systematic", text="relative uncertainty of the coupling"),
        Column("parameters", name="", text="parameter of the model"),
        Column("reason", text="why there is no limit"),
    ),
    labels={"edge": ("from", "to")},
    horizontal="mass_GeV",
    best="coupling_upper",
)


@dataclass(frozen=True, eq=False, repr=False)
class Limit(Result, ByValue):
    """An exclusion limit on the coupling at each parameter point, which explains itself.

    Attributes:
        model, experiment: names. title, projection, analysis_references: those of the experiment.
        parameters: the model parameters as given.
        mass, dark_mass: mediator and lightest dark mass, [point].
        alpha_D: dark coupling, [point] (nan where the model has none).
        coupling_upper: upper edge of the couplings that are allowed from below, which is the lower edge of the
            first interval excluded for too much signal (nan where there is no limit), [point]. Where ``intervals``
            end, above them couplings are allowed again: a two-sided exclusion, of particles that live too short.
        intervals: excluded couplings, per point (lower, upper) pairs, ascending; upper is inf where everything
            above is excluded. Islands are kept apart.
        at_grid_end: for each interval whether its lower and its upper edge are only where the known couplings
            end: nothing is extrapolated beyond them.
        expected_counts: expected signal events at unit coupling, [point]; without any decay where lifetimes
            matter.
        peak_counts: largest number of expected events over all couplings, [point]; empty for powers.
        count_limit: excluded number of signal events without any nuisance (2.302585 at n = 0, 90 % CL); nan
            where several bins share the signal differently from point to point.
        count_limit_with_nuisances: the number behind ``coupling_upper``, with the nuisances that ``nuisances``
            names, [point]; inf where no signal arrives, unclamped below where the interval is empty.
        power: how the counts scale with the coupling.
        cl, statistic: confidence level and name of the statistical method.
        nuisances: marginalise, profile or none. uncertainties: names of those that entered.
        flags: ``empty`` if some point allows no signal at all (its ``reason`` has the negative number);
            ``grid end`` if some interval reaches the end of the known couplings; then those of the model, such as
            ``landau-pole`` and ``unitarity``.
        bands: expected limits on the coupling under minus2, minus1, median, plus1, plus2, each [point]; the
            lower edge of the first interval.
        ranking: relative change of the coupling (of the same edge) by each uncertainty, each [point].
        relative_error: numerical error on the coupling, [point].
        systematics: named relative uncertainties of the coupling, each [point].
        fitted: numbers of the experiment that were chosen to meet a published limit.
        assumed_efficiency: of the whole exposure, for a projection (nan for a measurement).
        method: the approximations used.
        reason: why there is no limit, or None, [point].
        references: arXiv numbers. version: of darktarget. labels: of mass and coupling, for plots.
    """

    layout: ClassVar[Layout] = _LAYOUT

    model: str
    experiment: str
    title: str
    projection: bool
    analysis_references: tuple[str, ...]
    parameters: Mapping[str, Any]
    mass: Array
    dark_mass: Array
    alpha_D: Array
    coupling_upper: Array
    intervals: tuple[tuple[tuple[float, float], ...], ...]
    expected_counts: Array
    count_limit: float
    power: float
    cl: float
    statistic: str
    relative_error: Array
    systematics: Mapping[str, Array]
    method: tuple[str, ...]
    reason: tuple[str | None, ...]
    references: tuple[str, ...]
    version: str
    count_limit_with_nuisances: Array = field(default_factory=lambda: np.zeros(0))
    nuisances: str = "none"
    uncertainties: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    bands: Mapping[str, Array] = field(default_factory=FrozenDict)
    ranking: Mapping[str, Array] = field(default_factory=FrozenDict)
    at_grid_end: tuple[tuple[tuple[bool, bool], ...], ...] = ()
    peak_counts: Array = field(default_factory=lambda: np.zeros(0))
    labels: tuple[str, str] = ("mass [GeV]", "coupling")
    fitted: tuple[FittedNumber, ...] = ()
    assumed_efficiency: float = float("nan")

    def __post_init__(self) -> None:
        freeze(self, "parameters", "systematics", "bands", "ranking")
        close(self)

    @property
    def y(self) -> Array:
        r"""The relic variable :math:`y = \epsilon^2\alpha_D (m_\chi/m_{A'})^4` at the limit, [point]."""
        return relic_variable(self.coupling_upper, self.alpha_D, self.dark_mass, self.mass)
