"""What was counted: bins, components of the signal, and how well each is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from darktarget.errors import InputError
from darktarget.numerics.values import ByValue
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout
from darktarget.statistics.priors import KINDS

Array = NDArray[np.float64]
_LAYOUT: Final = Layout(
    heading=lambda r: f"of {len(r.bins)} bin{'s' * (len(r.bins) > 1)}",
    sentence=lambda r: (
        f"Counting measurement of {len(r.bins)} bin{'s' * (len(r.bins) > 1)} with {len(r.nuisances)} nuisances."
    ),
    facts=lambda r: (
        f"observed {', '.join(str(n) for n in r.observed[:8])}; background "
        f"{', '.join(f'{b.background:.3g}' for b in r.bins[:8])}; {len(r.nuisances)} nuisances"
    ),
    columns=(
        Column("bins.name", axes=("bin",), name="bin", text="label"),
        Column("bins.observed", axes=("bin",), text="observed count"),
        Column("bins.background", axes=("bin",), text="expected background"),
        Column("bins.background_error", axes=("bin",), text="its uncertainty"),
        Column("fraction", axes=("bin", "component"), text="part of the signal"),
    ),
    rows=("bin",),
    labels={"component": "components"},
)


@dataclass(frozen=True)
class Nuisance:
    """A relative uncertainty on the expected signal of some components.

    The signal of a component is multiplied by a factor kappa of mean 1 and standard deviation `relative`
    (`log-normal`, `gamma`), of median 1 and log-width ln(1 + relative) (`log-normal-median`, the convention
    of HistFactory and of arXiv:1007.1727's users) or a Gaussian around 1 cut at 0 (`truncated-gaussian`).

    Args:
        name: how the ranking and the exports call it.
        relative: relative uncertainty, in [0, 1].
        kind: one of `priors.KINDS`.
        components: names of the components it acts on; empty means all of them.

    Raises:
        InputError: unknown kind, or a relative uncertainty outside [0, 1].

    >>> Nuisance("EOT", 0.05).kind
    'log-normal'
    """

    name: str
    relative: float
    kind: str = "log-normal"
    components: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _number(f"nuisance {self.name}", self.relative, 0.0, 1.0)
        _kind(f"kind of nuisance {self.name}", self.kind)


@dataclass(frozen=True)
class Bin:
    """One counting bin: what was seen and what background was expected.

    Args:
        name: label of the bin.
        observed: observed count, an integer >= 0.
        background: expected background b >= 0, the mean of its prior (location for `truncated-gaussian`).
        background_error: absolute uncertainty of b, >= 0.
        background_kind: one of `priors.KINDS`.

    Raises:
        InputError: negative or non-integer count, negative background, a kind that cannot describe b = 0 +-
            error.

    >>> Bin("signal box", 0, 0.53, 0.17).background
    0.53
    """

    name: str
    observed: int
    background: float
    background_error: float = 0.0
    background_kind: str = "log-normal"

    def __post_init__(self) -> None:
        if isinstance(self.observed, bool | np.bool_) or not isinstance(self.observed, Integral):
            raise InputError(f"observed in {self.name}", self.observed, "an integer >= 0", "Counts are whole events.")
        if self.observed < 0:
            raise InputError(f"observed in {self.name}", self.observed, "an integer >= 0")
        _number(f"background in {self.name}", self.background, 0.0, math.inf)
        _number(f"background_error in {self.name}", self.background_error, 0.0, math.inf)
        _kind(f"background_kind in {self.name}", self.background_kind)
        if self.background == 0 and self.background_error > 0 and self.background_kind != "truncated-gaussian":
            raise InputError(
                f"background_kind in {self.name}",
                self.background_kind,
                "truncated-gaussian where background = 0 and background_error > 0",
                "A log-normal or gamma of mean 0 has no width.",
            )


def _all_signal() -> Array:
    return np.ones((1, 1))


@dataclass(frozen=True, eq=False, repr=False)
class Measurement(Result, ByValue):
    """Bins and signal components combined into one counting measurement.

    Expected count in bin b:  lambda_b = s sum_c fraction[b, c] prod_{k on c} kappa_k + B_b .

    Args:
        bins: the counting bins.
        fraction: array [bin, component], the part of the signal s that component c puts into bin b; each in
            [0, 1],
            sum in [0, 1]. A sum below 1 is an efficiency: the limit is then on the signal before it.
        components: names of the components (a run, a process, a run and a process).
        nuisances: relative uncertainties of the components.
        correlation: array [nuisance, nuisance] between the normal scores of the nuisances; None means
            independent.

    Raises:
        InputError: shapes that do not match, fractions outside [0, 1], unknown component names, a
            correlation matrix
            that is not symmetric, of unit diagonal and positive definite (never repaired).

    >>> Measurement((Bin("box", 0, 0.53, 0.17),)).observed
    (0,)
    """

    layout: ClassVar[Layout] = _LAYOUT

    bins: tuple[Bin, ...]
    fraction: Array = field(default_factory=_all_signal)
    components: tuple[str, ...] = ("signal",)
    nuisances: tuple[Nuisance, ...] = ()
    correlation: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "bins", tuple(self.bins))
        object.__setattr__(self, "nuisances", tuple(self.nuisances))
        if not self.bins:
            raise InputError("bins", self.bins, "at least one bin")
        _unique("bins", [b.name for b in self.bins])
        _unique("components", self.components)
        _unique("nuisances", [k.name for k in self.nuisances])
        shape = (len(self.bins), len(self.components))
        object.__setattr__(self, "fraction", check_fractions(self.fraction, shape))
        for k in self.nuisances:
            for name in k.components:
                if name not in self.components:
                    raise InputError(f"components of nuisance {k.name}", name, "one of " + ", ".join(self.components))
        if self.correlation is not None:
            object.__setattr__(self, "correlation", _correlation(self.correlation, len(self.nuisances)))

    @classmethod
    def counting(
        cls,
        observed: int,
        background: float,
        background_error: float = 0.0,
        *,
        background_kind: str = "log-normal",
        efficiency: float = 1.0,
        efficiency_error: float = 0.0,
        efficiency_kind: str = "log-normal",
    ) -> Measurement:
        """One bin, one component: n observed, b +- error expected, signal efficiency with its absolute error.

        Raises:
            InputError: any value outside its range; an efficiency outside [0, 1].

        >>> Measurement.counting(0, 0.53, 0.17).total_background
        0.53
        """
        _number("efficiency", efficiency, 0.0, 1.0)
        _number("efficiency_error", efficiency_error, 0.0, 1.0)
        nuisances: tuple[Nuisance, ...] = ()
        if efficiency_error > 0 and efficiency > 0:
            nuisances = (Nuisance("efficiency", efficiency_error / efficiency, efficiency_kind),)
        bins = (Bin("bin", observed, background, background_error, background_kind),)
        return cls(bins, np.array([[float(efficiency)]]), nuisances=nuisances)

    @property
    def observed(self) -> tuple[int, ...]:
        """Observed count of each bin."""
        return tuple(int(b.observed) for b in self.bins)

    @property
    def total_background(self) -> float:
        """Expected background summed over the bins."""
        return float(sum(b.background for b in self.bins))

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which nuisance acts on which component, array [nuisance, component]."""
        rows = [[not k.components or c in k.components for c in self.components] for k in self.nuisances]
        return np.array(rows, dtype=bool).reshape(len(self.nuisances), len(self.components))

    @property
    def uncertainties(self) -> tuple[str, ...]:
        """Names of everything `without` can switch off: the nuisances and `background of <bin>`."""
        backgrounds = [f"background of {b.name}" for b in self.bins if b.background_error > 0]
        return (*(k.name for k in self.nuisances), *backgrounds)

    def with_observed(self, counts: Sequence[int]) -> Measurement:
        """The same measurement with other observed counts, one per bin."""
        if len(counts) != len(self.bins):
            raise InputError("observed", counts, f"{len(self.bins)} counts, one per bin")
        bins = tuple(replace(b, observed=int(n)) for b, n in zip(self.bins, counts, strict=True))
        return replace(self, bins=bins)

    def with_fraction(self, fraction: Array) -> Measurement:
        """The same measurement with other signal fractions [bin, component]."""
        return replace(self, fraction=fraction)

    def without(self, name: str) -> Measurement:
        """The same measurement with one uncertainty switched off.

        Raises:
            InputError: a name that is not among `uncertainties`.

        >>> Measurement.counting(0, 0.5, 0.1).without("background of bin").bins[0].background_error
        0.0
        """
        if name not in self.uncertainties:
            raise InputError("nuisance", name, "one of " + ", ".join(self.uncertainties))
        keep = [i for i, k in enumerate(self.nuisances) if k.name != name]
        correlation = None if self.correlation is None else self.correlation[np.ix_(keep, keep)]
        bins = tuple(replace(b, background_error=0.0) if name == f"background of {b.name}" else b for b in self.bins)
        return replace(self, bins=bins, nuisances=tuple(self.nuisances[i] for i in keep), correlation=correlation)

    def nominal(self) -> Measurement:
        """The same measurement with every uncertainty switched off."""
        bins = tuple(replace(b, background_error=0.0) for b in self.bins)
        return replace(self, bins=bins, nuisances=(), correlation=None)


def check_fractions(fraction: Any, shape: tuple[int, ...]) -> Array:
    """Signal fractions as a read-only array whose last two axes are [bin, component].

    Raises:
        InputError: wrong shape, entries outside [0, 1] or a sum above 1.

    >>> float(check_fractions([[0.4, 0.6]], (1, 2)).sum())
    1.0
    """
    array = np.array(fraction, dtype=float)
    if array.shape[-2:] != shape or array.ndim not in (2, 3):
        raise InputError("fraction", array.shape, f"shape {shape} = [bin, component], or [point, bin, component]")
    bad = ~(np.isfinite(array) & (array >= 0) & (array <= 1))
    if bad.any():
        raise InputError("efficiency", float(array[bad][0]), "[0, 1]", "Signal fractions and efficiencies are parts.")
    total = array.sum(axis=(-2, -1))
    if np.any(total > 1 + 1e-9):
        raise InputError("efficiency", float(np.max(total)), "a sum over bins and components in [0, 1]")
    array.setflags(write=False)
    return array


def check_level(cl: float) -> float:
    """Confidence level as a float strictly between 0 and 1.

    Raises:
        InputError: anything else.

    >>> check_level(0.9)
    0.9
    """
    if isinstance(cl, bool) or not isinstance(cl, Real) or not 0 < float(cl) < 1:
        raise InputError("cl", cl, "a number in (0, 1)", "0.9 means 90 %.")
    return float(cl)


def _number(name: str, value: Any, low: float, high: float) -> None:
    good = isinstance(value, Real) and not isinstance(value, bool | np.bool_) and math.isfinite(float(value))
    if not good or not low <= float(value) <= high:
        allowed = f"[{low:g}, {high:g}]" if math.isfinite(high) else f">= {low:g} and finite"
        raise InputError(name, value, allowed)


def _kind(name: str, kind: str) -> None:
    if kind not in KINDS:
        raise InputError(name, kind, "one of " + ", ".join(KINDS))


def _unique(what: str, names: Sequence[str]) -> None:
    if len(set(names)) != len(names):
        raise InputError(what, tuple(names), "names that differ from each other")


def _correlation(matrix: Any, size: int) -> Array:
    array = np.array(matrix, dtype=float)
    if array.shape != (size, size):
        raise InputError("correlation", array.shape, f"shape ({size}, {size}), one row per nuisance")
    unit = np.isfinite(array).all() and np.allclose(np.diag(array), 1, atol=1e-12, rtol=0)
    if not unit or not np.allclose(array, array.T, atol=1e-12, rtol=0):
        raise InputError("correlation", array.tolist(), "a symmetric matrix with 1 on the diagonal")
    if size and float(np.linalg.eigvalsh(array).min()) <= 1e-10:
        raise InputError(
            "correlation",
            array.tolist(),
            "a positive definite matrix",
            "It is not repaired. Merge fully correlated nuisances into one acting on all their components.",
        )
    array.setflags(write=False)
    return array
