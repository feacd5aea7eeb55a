r"""Relic density of a model, and the coupling that gives the observed one.

.. math:: \Omega h^2(c) = 0.120

All dark states share chemical equilibrium here; ``conversion`` treats models whose heavier state loses it. Near a
resonance the dark sector loses kinetic equilibrium with the plasma before annihilation ends: ``kinetic``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Curve, Model, relic_variable
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.errors import InputError
from darktarget.numerics.roots import secants
from darktarget.options import checked
from darktarget.thermal import conversion, decoupling
from darktarget.thermal.boltzmann import history
from darktarget.thermal.exchange import ThermalExchange, exchange
from darktarget.thermal.options import RelicOptions
from darktarget.units import ELECTRON_CHARGE_SQUARED

OBSERVED: Final = 0.120  # Omega h^2, Planck, arXiv:1807.06209
FIRST: Final = 1e-4  # coupling at which the search starts
LARGEST: Final = 10.0  # coupling at which it gives up, the largest that models accept
SMALLEST: Final = 1e-12
TOLERANCE: Final = 1e-5  # of the coupling
NUMERICAL: Final = 2e-3  # relative error of the coupling from the numerics (a test holds it to that)
REFERENCES: Final = ("1807.06209", "1803.01038", "2008.01074")
OPEN_MEDIATORS = "pairs of mediators (forbidden annihilation) are left out: for mass_ratio < 2 they may add to it"
NOT_UNITARY = (
    "the dark coupling is not perturbative at all points: m > sqrt(pi/2) M/g of an axial current violates unitarity "
    "(arXiv:1510.02110), and the longitudinal part of annihilation is not reliable"
)
CHEMICAL = " and in chemical equilibrium with each other"
COUPLED = (
    "; coupled equations for two states with decays, co-scattering on e and mu, and conversions of dark pairs "
    "(t channel, Maxwell statistics)"
)


def omega(model: Model, *, width: str = ENERGY_DEPENDENT, equilibrium: str = "solved", kinetic: str = "auto") -> Array:
    r"""Relic density :math:`\Omega h^2` of all dark states at the model's coupling, [point].

    Args:
        model: with a coupling. width: in the propagator, one of ``core.propagator.WIDTHS``.
        equilibrium: between two dark states, solved or imposed.
        kinetic: temperature of the dark sector, as in ``relic_target``.

    Raises:
        InputError: the model has no coupling. UnknownName: no such width, equilibrium or kinetic.
        PhysicsError: as ``relic_target``.

    >>> import darktarget as dt
    >>> model = dt.model("dark-photon", mass=0.03, dm="majorana", coupling=7.35e-5)
    >>> print(f"{omega(model)[0]:.2f}")
    0.12
    """
    if "coupling" not in model.values:
        raise InputError("coupling", None, "a number", "A relic density is that of a coupling: give it.")
    coupling = np.asarray(model.values["coupling"], float)
    through, options = exchange(model), _options(width, equilibrium, kinetic)
    standard = _rates(model, through, options)
    return _corrected(model, through, options, standard)(coupling)(np.ones(model.points))


def _options(width: str, equilibrium: str, kinetic: str) -> RelicOptions:
    return checked(RelicOptions, width=width, equilibrium=equilibrium, kinetic=kinetic)


#: Couplings [point] -> (scale of the rates [point] -> Omega h^2 [point]).
Rates = Callable[[Array], Callable[[Array], Array]]


def _rates(model: Model, through: ThermalExchange, options: RelicOptions) -> Rates:
    """Densities in kinetic equilibrium with the plasma."""
    if options.equilibrium == "solved" and conversion.separate(through, model):
        return lambda c: conversion.history(model, through, c, options.width).omega
    return lambda c: history(model, through, c, options.width).omega


def _corrected(model: Model, through: ThermalExchange, options: RelicOptions, standard: Rates) -> Rates:
    """Densities with the dark temperature solved for where the option wants it."""
    share = decoupling.share(model, through, options.kinetic)
    if not share.any():
        return standard

    def at(coupling: Array) -> Callable[[Array], Array]:
        plain = standard(coupling)
        ratio = decoupling.ratio(model, through, options.kinetic, coupling, options.width)
        return lambda scale: plain(scale) * ratio(scale) ** share

    return at


def relic_target(
    model: Model,
    omega_h2: float = OBSERVED,
    *,
    width: str = ENERGY_DEPENDENT,
    equilibrium: str = "solved",
    kinetic: str = "auto",
) -> Curve:
    """Coupling that leaves a relic density by freeze-out, at each point.

    Args:
        model: without a coupling. omega_h2: the density aimed at.
        width: in the propagator, one of ``core.propagator.WIDTHS``; fixed gives 4 % higher eps at alpha_D = 0.5.
        equilibrium: between two dark states that also annihilate alone: solved (coupled equations), or imposed.
        kinetic: temperature of the dark sector: solved for together with the density (coupled), that of the plasma
            (equilibrium), or solved for near resonances, |M/(m_a + m_b) - 1| < 0.2, and blended out to 0.25 (auto).

    Returns:
        Curve of kind ``target``; ``y`` is its y, ``extra`` has the density that was reached (``omega_h2``), unless
        kinetic is equilibrium that with the dark temperature solved for over that in equilibrium at the same coupling
        (``kinetic_ratio``; its effect on the coupling where it is not used is part of ``uncertainty``), and for spin 0
        y with the Yukawa coupling in place of eps. Points without a solution are nan, with the closest density as the
        reason.

    Raises:
        InputError: a coupling was given, or the density is not a positive number.
        PhysicsError: as ``exchange``; kinetic is coupled, and the amplitude of scattering on leptons is not known.

    >>> import darktarget as dt
    >>> print(f"{relic_target(dt.model('dark-photon', mass=0.03, dm='majorana')).coupling[0]:.2e}")
    7.37e-05
    """
    if "coupling" in model.values:
        value = float(model.values["coupling"][0])
        raise InputError("coupling", value, "nothing here", "The relic target is a coupling: leave it out.")
    if isinstance(omega_h2, bool) or not isinstance(omega_h2, int | float) or not 0 < omega_h2 < np.inf:
        raise InputError("omega_h2", omega_h2, "a finite number > 0")
    through, options = exchange(model), _options(width, equilibrium, kinetic)
    standard = _rates(model, through, options)
    coupling, reached, found = solve(standard, through, model.points, omega_h2)
    rates = _corrected(model, through, options, standard)
    if rates is not standard:
        coupling, reached, found = solve(rates, through, model.points, omega_h2, coupling)
    about = decoupling.about(model, through, options, np.where(found, coupling, np.nan), options.width)
    text = f"freeze-out to Omega h^2 = {omega_h2:g}: {_how(model, through, options, about)}"
    return _curve(model, coupling, reached, found, omega_h2, text, about)


def omega_method(
    model: Model, *, width: str = ENERGY_DEPENDENT, equilibrium: str = "solved", kinetic: str = "auto"
) -> str:
    """How ``omega`` calculates the density of a model with a coupling; arguments as there."""
    through, options = exchange(model), _options(width, equilibrium, kinetic)
    about = decoupling.about(model, through, options, np.asarray(model.values["coupling"], float), options.width)
    return f"freeze-out at the given coupling: {_how(model, through, options, about)}"


def _how(model: Model, through: ThermalExchange, options: RelicOptions, about: decoupling.Decoupling) -> str:
    """The average, the width and the equilibria in words."""
    coupled = options.equilibrium == "solved" and conversion.separate(through, model)
    return f"exact thermal average, {options.width} width, {about.text}{COUPLED if coupled else CHEMICAL}"


def solve(
    at: Rates, through: ThermalExchange, points: int, aim: float, start: Array | None = None
) -> tuple[Array, Array, Array]:
    """Couplings at which Omega h^2 = aim: rates are scaled within a calculation, and recomputed where widths moved.

    Args:
        at: couplings [point] -> (scale of the rates [point] -> Omega h^2 [point]).
        start: couplings at which the search starts, [point]; FIRST by default.

    Returns:
        (coupling, Omega h^2, whether it solves), each [point].
    """
    power = through.power
    coupling = np.full(points, FIRST) if start is None else start
    for _ in range(40):
        density = at(coupling)
        scale, reached = _scale(density, points, aim)
        proposed = np.clip(coupling * scale ** (1 / power), SMALLEST, LARGEST)
        width, new = through.width(coupling), through.width(proposed)
        steady = (np.abs(new - width) <= TOLERANCE * width) | (np.abs(proposed / coupling - 1) < TOLERANCE)
        limited = (proposed == coupling) & ((coupling == LARGEST) | (coupling == SMALLEST))
        coupling = proposed
        if (steady | limited).all():
            break
    at_edge = (coupling == LARGEST) | (coupling == SMALLEST)
    if at_edge.any():
        reached = np.where(at_edge, at(coupling)(np.ones(points)), reached)
    return coupling, reached, steady & ~at_edge & (np.abs(np.log(reached / aim)) < 1e-3)


def _scale(density: Callable[[Array], Array], points: int, aim: float) -> tuple[Array, Array]:
    """Scale of the rates at which the density is the wanted one (secants in the logarithms), and the density there."""
    x, y = secants(
        lambda x: np.log(density(np.exp(x)) / aim), np.zeros(points), -0.95, (-8.0, -0.1), tolerance=TOLERANCE
    )
    return np.exp(x), aim * np.exp(y)


def _curve(
    model: Model,
    coupling: Array,
    reached: Array,
    found: Array,
    aim: float,
    text: str,
    about: decoupling.Decoupling,
) -> Curve:
    value = np.where(found, coupling, np.nan)
    reason = tuple(
        None if good else f"no coupling up to {LARGEST:g} gives Omega h^2 = {aim:g}: the closest is {close:.3g}"
        for good, close in zip(found, reached, strict=True)
    )
    alpha = np.asarray(model.values.get("alpha_D", np.full(model.points, np.nan)))
    extra = {"omega_h2": reached, **about.extra}
    if model.structure.spin == 0:  # arXiv:2412.10150 and S002 plot y with the Yukawa coupling c_e
        extra["y_yukawa"] = ELECTRON_CHARGE_SQUARED * relic_variable(value, alpha, model.dark_mass, model.mass)
    method = [text, *model.notes]
    if model.mediator_mass.any() and (model.mediator_mass < 2 * model.dark_mass).any():
        method.append(OPEN_MEDIATORS)
    if "unitarity" in model.flags:
        method.append(NOT_UNITARY)
    return Curve(
        name="relic",
        title=rf"$\Omega h^2 = {aim:g}$",
        kind="target",
        model=model.name,
        parameters=model.values,
        mass=model.mass,
        dark_mass=model.dark_mass,
        alpha_D=alpha,
        coupling=value,
        intervals=((),) * model.points,
        uncertainty=float(np.hypot(NUMERICAL, about.uncertainty)),
        method=tuple(method),
        reason=reason,
        references=tuple(dict.fromkeys([*model.references, *REFERENCES, *about.references])),
        version=__version__,
        extra=extra,
        labels=model.labels,
    )
