"""What the figures of S001 and S004 share: one event sample per mass, and every exposure, lifetime and plane from it.

Both papers simulate bremsstrahlung only; limits are those without nuisances, N > 2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Curve, Model, Signal, Yield
from darktarget.detector.acceptance import acceptance
from darktarget.figures import marks, styles
from darktarget.figures.refine import between, refined
from darktarget.figures.styles import Style
from darktarget.limits import counting as measure
from darktarget.limits.counting import Counting
from darktarget_papers.shared.as_published import AS_PUBLISHED, thermal_target
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.searches import published

EXCLUDED: Final = -np.log(0.1)  # events, 90 % CL where nothing is seen
COUPLINGS: Final = np.geomspace(1e-6, 1.0, 241)
STRAHLUNG: Final = ("bremsstrahlung",)
BOTH: Final = ("bremsstrahlung", "annihilation")
S001: Final = "na64e-2018-semi-visible"
#: label and experiment of S001's limit and projections
EXPOSURES: Final = (
    ("NA64, 2.84e11", S001),
    ("1e12", "na64e-1e12-semi-visible"),
    ("5e12", "na64e-5e12-semi-visible"),
)
DISPLACED: Final = "na64e-2018-displaced"
Intervals = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Scan:
    """Simulated signals of a model along its points, for any exposure of the same set-up.

    Attributes:
        model: without a coupling. signals: [bin][process]. processes: their names.
    """

    model: Model
    signals: Sequence[Sequence[Signal]]
    processes: Sequence[str]

    def counts(self, experiment: str) -> Counting:
        """What an experiment with these bins counts."""
        return measure.counting(api.experiment(experiment), self.processes, self.signals)

    def excluded(self, experiment: str) -> Intervals:
        """Excluded couplings of each point, 90 % CL; up to inf where they reach the end of the couplings, 1."""
        found = measure.exclusion(self.counts(experiment), 0.9, "cls", "none")
        return tuple(
            tuple((low, np.inf if end else high) for (low, high), (_, end) in zip(pairs, ends, strict=True))
            for pairs, ends in zip(found.intervals, found.at_grid_end, strict=True)
        )

    def mark(
        self, label: str, experiment: str, plane: marks.Plane = marks.COUPLING, style: Style | None = None
    ) -> marks.Mark:
        """The region to draw; a projection says what background the same analysis would have."""
        seen = api.experiment(experiment)
        made = self._smooth(experiment)
        chosen = style or (styles.PROJECTION if seen.projection else styles.LIMIT)
        return marks.of(made, label, plane, chosen, small_print(experiment) if style is None else "")

    def _smooth(self, experiment: str) -> _Result:
        """Excluded couplings, with points between those of the model: log N is straight between them."""
        m = self.model
        depth = np.stack([_log(self.counts(experiment).events(np.full(m.points, c))) for c in COUPLINGS], axis=1)
        alpha = np.broadcast_to(m.values["alpha_D"], m.mass.shape)
        mass, dark, alpha, depth = between(m.mass, np.log(m.dark_mass), alpha, depth)
        pairs = where(depth, COUPLINGS)
        open_ = tuple(tuple((low, np.inf if high == COUPLINGS[-1] else high) for low, high in p) for p in pairs)
        return _Result(mass, np.exp(dark), alpha, open_, m.name)

    def published(self, experiment: str) -> Scan:
        """The same with the yields rescaled to the published invisible limit of an experiment; the decays stay."""
        plain, scaled = (self._yields(experiment, how) for how in ("first-principles", "published"))
        ratio = [
            np.divide(b.total, a.total, out=np.zeros_like(a.total), where=a.total > 0)
            for a, b in zip(plain, scaled, strict=True)
        ]
        rows = [[replace(s, unit=s.unit * r) for s, r in zip(row, ratio, strict=True)] for row in self.signals]
        return replace(self, signals=rows)

    def _yields(self, experiment: str, normalisation: str) -> tuple[Yield, ...]:
        seen, processes = api.experiment(experiment), self.processes
        return flow.produce(self.model, seen, processes=processes, normalisation=normalisation, **AS_PUBLISHED)

    def lowest(self, experiment: str) -> Array:
        """The lowest excluded coupling of each point; nan where there is none."""
        return np.array([pairs[0][0] if pairs else np.nan for pairs in self.excluded(experiment)])

    def edge(self, label: str, experiment: str, plane: marks.Plane = marks.COUPLING) -> marks.Mark:
        """Its lower edge alone, to compare with."""
        m = self.model
        made = _Result(m.mass, m.dark_mass, np.asarray(m.values["alpha_D"]), (), m.name)
        return marks.line(label, plane.x(made), plane.y(made, self.lowest(experiment)), styles.COMPARISON)


@dataclass(frozen=True, eq=False)
class _Result:
    """Excluded couplings with the masses of a model, as ``marks.of`` wants them."""

    mass: Array
    dark_mass: Array
    alpha_D: Array
    intervals: Intervals
    title: str


def _log(number: Array) -> Array:
    """log(N/2.3), not below -3: that far from an edge the number does not matter."""
    return np.asarray(np.log(np.maximum(np.nan_to_num(number) / EXCLUDED, np.exp(-3))))


def scan(
    model: Model,
    experiment: str = S001,
    processes: Sequence[str] = STRAHLUNG,
    events: int = 4000,
    cuts: Mapping[str, Any] | None = None,
) -> Scan:
    """Simulate decays once per point, with lifetimes as weights; annihilation is on electrons at rest.

    Args:
        events: per point. cuts: other values of fields of the signatures.
    """
    seen = api.experiment(experiment)
    made = flow.produce(model, seen, processes=processes, **AS_PUBLISHED)
    found = []
    for b in seen.bins:
        signature: Any = b.signature
        how = replace(signature, **(cuts or {}))
        row = [acceptance(model, m, seen.beam, seen.target, how, COUPLINGS, events).value for m in made]
        found.append(
            [
                Signal(m.total, m.power, (None,) * model.points, coupling=COUPLINGS, acceptance=a)
                for m, a in zip(made, row, strict=True)
            ]
        )
    return Scan(model, found, tuple(processes))


def idm(mass: Any, splitting: Any = 0.4, alpha_D: Any = 0.1, mass_ratio: Any = 3) -> Model:
    """Inelastic dark matter, by default at the benchmark of both papers."""
    return api.model("idm", mass=mass, splitting=splitting, alpha_D=alpha_D, mass_ratio=mass_ratio)


def inside(intervals: Intervals, value: Array | float) -> Array:
    """By how much (in the logarithm) a value of each point is inside what is excluded; negative outside."""
    found = []
    for pairs, v in zip(intervals, np.broadcast_to(value, len(intervals)), strict=True):
        depth = [min(np.log(v / max(low, 1e-12)), np.log(min(high, 1e12) / v)) for low, high in pairs]
        found.append(max(depth, default=-1.0))
    return np.array(found)


def where(depth: Array, y: Array) -> Intervals:
    """Intervals of y with positive depth at each x; linear in log y between the nodes, nothing beyond them.

    Args:
        depth: [x, y].
    """
    u, out = np.log(y), []
    for row in depth:
        flips = np.flatnonzero((row[1:] > 0) != (row[:-1] > 0))
        cross = [float(np.exp(u[k] - row[k] * (u[k + 1] - u[k]) / (row[k + 1] - row[k]))) for k in flips]
        edges = [*([float(y[0])] if row[0] > 0 else []), *cross, *([float(y[-1])] if row[-1] > 0 else [])]
        out.append(tuple(zip(edges[::2], edges[1::2], strict=True)))
    return tuple(out)


def last(x: Array, depth: Array) -> float:
    """The highest x up to which something is inside (depth > 0); linear in log x between the nodes."""
    k = np.flatnonzero(depth > 0)
    if not k.size or k[-1] == x.size - 1:
        return float(x[-1]) if k.size else float("nan")
    i, u = int(k[-1]), np.log(x)
    return float(np.exp(u[i] + depth[i] * (u[i + 1] - u[i]) / (depth[i] - depth[i + 1])))


def others(
    make: Callable[[Array], Model], x: Array, names: Sequence[str], plane: marks.Plane = marks.COUPLING
) -> list[marks.Mark]:
    """Other searches recomputed for the models of x [n]."""
    return [marks.of(refined(partial(_applied, name, make), x), plane=plane) for name in names]


def _applied(name: str, make: Callable[[Array], Model], x: Array) -> Curve:
    return published(name, make(x))


def crossing(depth: Array, y: Array) -> Array:
    """The lowest y at which a depth [x, y] changes its sign, for each x; nan where it does not."""
    edges = [[v for pair in pairs for v in pair if y[0] < v < y[-1]] for pairs in where(depth, y)]
    return np.array([e[0] if e else np.nan for e in edges])


def plane(x: Array, y: Array, make: Callable[[Array, Array], Model], value: Callable[[Model], Array]) -> Array:
    """A value of a model on a grid, [x, y]."""
    return np.asarray(value(make(np.repeat(x, y.size), np.tile(y, x.size)))).reshape(x.size, y.size)


def events_on_moment(found: Scan, experiment: str) -> Array:
    """log(N/2.3) at the centre of (g-2) of each point, not below -3."""
    return _log(found.counts(experiment).events(moment(found.model).coupling))


def searches_on_moment(names: Sequence[str], x: Array, y: Array, make: Any, scale: float = 1) -> list[marks.Mark]:
    """What other searches exclude at the centre of (g-2), in a plane of mediator mass (over ``scale``) and y."""

    def depth(name: str) -> Array:
        return plane(x, y, make, lambda m: inside(published(name, m).intervals, moment(m).coupling))

    found = []
    for name in names:
        one = published(name, make(x[:1], y[:1]))
        style = styles.EXCLUDED if one.not_recomputed else styles.RECAST
        found.append(contour(one.title, x / scale, depth(name), y, style))
    return found


def contour(label: str, x: Array, depth: Array, y: Array, style: Style = styles.LIMIT, note: str = "") -> marks.Mark:
    """Where a depth [x, y] is positive."""
    fine, values = between(x, depth)
    return marks.region(label, fine, where(values, y), style, note)


def relic_on_moment(x: Array, y: Array, make: Any, scale: float = 1) -> marks.Mark:
    """Where freeze-out gives the relic density with eps at the centre of (g-2)."""
    depth = plane(x, y, make, lambda m: np.log(moment(m).coupling / thermal_target(m).coupling))
    return marks.relic("relic density", x / scale, crossing(depth, y))


def small_print(experiment: str) -> str:
    """What a projection says about its background."""
    return marks.background(api.experiment(experiment).assumptions)


def on_couplings(found: Scan, experiment: str, alphas: Array) -> Array:
    """log(N/2.3) at the centre of (g-2) for other alpha_D, which only change the lifetime, [point, alpha_D].

    The width of chi2 grows as eps^2 alpha_D, so the decays at alpha_D are those of the sample at another eps.
    """
    line, counts = moment(found.model).coupling, found.counts(experiment)
    own = np.asarray(found.model.values["alpha_D"])
    rows = [counts.events(line * np.sqrt(a / own)) * own / a for a in alphas]
    return _log(np.array(rows).T)
