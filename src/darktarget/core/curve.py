"""Curves beside a limit: thermal targets, bands, other experiments' exclusions, and what a user imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np

from darktarget.numerics.arrays import Array
from darktarget.numerics.values import ByValue, FrozenDict, close, freeze
from darktarget.results.base import Result
from darktarget.results.layout import Column, Layout

_WORDS: Final = {"target": "Line", "band": "Band of preferred couplings", "exclusion": "Exclusion"}
_LAYOUT: Final = Layout(
    heading=lambda r: f"{r.name} for {r.model}" if r.model else r.name,
    sentence=lambda r: (
        f"{_WORDS.get(r.kind, r.kind)} in the plane of coupling against mass: {r.title}"
        + (f", for {r.model}." if r.model else ".")
    ),
    facts=lambda r: r.kind if r.cl != r.cl else f"{r.kind} at {r.cl:.0%} CL",
    columns=(
        Column("mass", "GeV", text="mediator mass", coordinate=True),
        Column("dark_mass", "GeV", text="mass of the lightest dark particle"),
        Column("coupling", text="coupling"),
        Column("y", text="relic variable on the curve"),
        Column(
            "intervals", axes=("point", "interval", "edge"), name="coupling_interval", text="in the band or excluded"
        ),
        Column("extra", name="", text="further column"),
        Column("parameters", name="", text="parameter of the model"),
        Column("reason", text="why there is no value"),
    ),
    labels={"edge": ("from", "to")},
    horizontal="mass_GeV",
    best="coupling",
)


@dataclass(frozen=True)
class PublishedNumber:
    """A number that was typed in, not calculated.

    Attributes:
        quantity: what it is. value: as published, with its unit in ``unit``.
        reference: arXiv number (or journal). obtained: how the number was read: text, table, or off a figure.
    """

    quantity: str
    value: float
    unit: str
    reference: str
    obtained: str

    def __str__(self) -> str:
        """One line for results and plots."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.quantity} = {self.value:g}{unit} (typed in: {self.reference}, {self.obtained})"


@dataclass(frozen=True)
class FittedNumber:
    """A number that was chosen so that a published limit is met: not derived, and no prediction of that limit.

    Attributes:
        quantity: what it is, such as efficiency. of: the run, bin or point it belongs to.
        value: as used. to: what it was fitted to.
    """

    quantity: str
    of: str
    value: float
    to: str

    @property
    def short(self) -> str:
        """For legends.

        >>> FittedNumber("efficiency", "run 2022", 0.07, "a limit").short
        'fitted efficiency'
        """
        return f"fitted {self.quantity}"

    def __str__(self) -> str:
        """One line for results."""
        return f"fitted, not derived: {self.quantity} of {self.of} = {self.value:g}, to {self.to}"


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Result, ByValue):
    """A line, a band or an exclusion in the plane of coupling against mass, which explains itself.

    Attributes:
        name: of the constraint, or ``relic``, or of a file. title: one line for plots.
        kind: ``target`` (a line), ``band`` (preferred couplings) or ``exclusion`` (excluded couplings).
        model: name of the model. parameters: as given.
        mass, dark_mass: mediator and lightest dark mass, [point]. alpha_D: [point] (nan where there is none).
        coupling: the line; the centre of a band; the lowest excluded coupling, [point] (nan where there is none).
        intervals: couplings in the band or excluded, per point a tuple of (lower, upper) pairs.
        published: the numbers that were typed in. fitted: those chosen to meet a published limit.
        not_recomputed: the whole curve is quoted as published.
        uncertainty: relative uncertainty of ``coupling`` as a recast or calculation.
        cl: confidence level, nan where none is defined.
        method: approximations. reason: why a point has nothing, or None, [point].
        references: arXiv numbers. version: of darktarget.
        extra: further columns, each [point]. labels: of mass and coupling in plots.
    """

    layout: ClassVar[Layout] = _LAYOUT

    name: str
    title: str
    kind: str
    model: str
    parameters: Mapping[str, Any]
    mass: Array
    dark_mass: Array
    alpha_D: Array
    coupling: Array
    intervals: tuple[tuple[tuple[float, float], ...], ...]
    uncertainty: float
    method: tuple[str, ...]
    reason: tuple[str | None, ...]
    references: tuple[str, ...]
    version: str
    cl: float = float("nan")
    published: tuple[PublishedNumber, ...] = ()
    fitted: tuple[FittedNumber, ...] = ()
    not_recomputed: bool = False
    extra: Mapping[str, Array] = field(default_factory=FrozenDict)
    labels: tuple[str, str] = (r"mediator mass $m_{A'}$ [GeV]", r"coupling $\varepsilon$")

    def __post_init__(self) -> None:
        freeze(self, "parameters", "extra")
        close(self)

    @property
    def y(self) -> Array:
        r"""The relic variable :math:`y = \epsilon^2\alpha_D (m_\chi/m_{A'})^4` on the curve, [point]."""
        return self.as_y(self.coupling)

    def as_y(self, coupling: Array) -> Array:
        """y at given couplings, [point]."""
        return relic_variable(coupling, self.alpha_D, self.dark_mass, self.mass)


def relic_variable(coupling: Array, alpha_D: Array, dark_mass: Array, mass: Array) -> Array:
    r"""The relic variable :math:`y = \epsilon^2\alpha_D (m_\chi/m_{A'})^4`, on which annihilation mostly depends.

    Args:
        coupling: epsilon. alpha_D: dark coupling. dark_mass, mass: of the dark particle and of the mediator.

    >>> print(f"{relic_variable(np.array(1e-4), np.array(0.5), np.array(1.0), np.array(3.0)):.2e}")
    6.17e-11
    """
    return np.asarray(coupling**2 * alpha_D * (dark_mass / mass) ** 4)
