r"""One-loop magnetic moment of a lepton from a neutral mediator, arXiv:0811.1030 and Leveille, Nucl. Phys. B137, 63.

.. math:: \Delta a = \frac{g^2}{8\pi^2}\int_0^1 dx\,\frac{N(x)}{x^2 + r(1-x)},\qquad r = M^2/m_l^2

with N = 2x^2(1-x) (V), 2x(1-x)(x-4) - 4x^3/r (A), x^2(2-x) (S) and -x^3 (P). The last term of A is a pseudoscalar
Goldstone boson of coupling 2 m_l g/M: the longitudinal mode.
The trapezoidal rule in ln[x/(1-x)] converges exponentially, because the integrand is analytic in a strip and falls off
at both ends, for every mass ratio.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Final

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Curve, LorentzStructure, Model
from darktarget.decays.anomalies import LEPTONS, Anomaly, anomaly
from darktarget.errors import InputError, PhysicsError, UnknownName
from darktarget.structures import Ability
from darktarget.units import ELECTRON_CHARGE_SQUARED, LEPTON_MASS

STEP, END = 0.125, 40.0  # of the trapezoidal rule in ln[x/(1-x)]: errors e^(-2 pi^2/STEP/2) and e^(-END)

Numerator = Callable[[Array, Array, Array], Array]

#: (x, 1-x, r) -> N(x) of each Lorentz structure.
NUMERATORS: Final[Ability[Numerator]] = Ability("magnetic_moment")


def vector(x: Array, y: Array, r: Array) -> Array:
    """N of a vector coupling, 2 x^2 (1-x)."""
    return 2 * x**2 * y


def axial(x: Array, y: Array, r: Array) -> Array:
    """N of an axial coupling, 2 x (1-x)(x-4) - 4 x^3/r; the 1/r is the longitudinal mode of a light mediator."""
    return 2 * x * y * (x - 4) - 4 * x**3 / r


def scalar(x: Array, y: Array, r: Array) -> Array:
    """N of a scalar coupling, x^2 (2-x)."""
    return x**2 * (1 + y)


def pseudoscalar(x: Array, y: Array, r: Array) -> Array:
    """N of a pseudoscalar coupling, -x^3."""
    return -(x**3)


def kernel(structure: LorentzStructure, ratio: Array) -> Array:
    r"""Return :math:`\Delta a/g^2` for mediator masses M = ``ratio`` * m_lepton.

    Heavy limits with h = 1/ratio^2: V h/(12 pi^2), A -5h/(12 pi^2), S h/(8 pi^2)(ln(1/h) - 7/6), P -h/(8 pi^2)
    (ln(1/h) - 11/6).

    Args:
        structure: of the coupling. ratio: M/m_lepton, any shape.

    Returns:
        Per g^2, the shape of ``ratio``.

    Raises:
        PhysicsError: the structure has no ``magnetic_moment`` (spin 2 needs a cut-off).

    >>> from darktarget.core import VECTOR
    >>> round(float(8 * np.pi**2 * kernel(VECTOR, np.array([1e-6]))[0]), 5)
    1.0
    """
    numerator = NUMERATORS.of(structure, "g-2")
    t = np.arange(-END, END + STEP / 2, STEP)
    x, y = 1 / (1 + np.exp(-t)), 1 / (1 + np.exp(t))
    r = np.square(np.asarray(ratio, float))[..., None]
    integrand = numerator(x, y, r) / (x**2 + r * y) * x * y
    return np.asarray(STEP * integrand.sum(axis=-1) / (8 * np.pi**2))


def contribution(model: Model, lepton: str = "muon") -> Array:
    r"""Delta a of a lepton at unit coupling, [point]: :math:`e^2 q_l^2` times the kernel, summed over the forms of the
    coupling.

    Vector and axial (scalar and pseudoscalar) couplings do not interfere: their product violates parity, and gives an
    electric dipole moment if anything.

    Raises:
        UnknownName: neither electron nor muon. PhysicsError: as ``kernel``.
    """
    if lepton not in LEPTONS:
        raise UnknownName("lepton", lepton, LEPTONS)
    if not model.mediator_mass.any():
        raise PhysicsError(f"{model.name} has no mediator that couples to leptons")
    total = np.zeros(model.points)
    for structure, coupling in _forms(model, lepton):
        NUMERATORS.of(structure, f"g-2 of {model.name}")
        square = ELECTRON_CHARGE_SQUARED * coupling**2
        total = total + square * kernel(structure, model.mass / LEPTON_MASS[lepton])
    return total


def words(model: Model, lepton: str) -> str:
    """The calculation in words: the loop and the forms of the coupling.

    >>> import darktarget as dt
    >>> words(dt.model("axial", mass=0.1), "muon")
    'one loop, axial coupling'
    """
    return f"one loop, {' and '.join(s.name for s, _ in _forms(model, lepton))} coupling"


def _forms(model: Model, lepton: str) -> tuple[tuple[LorentzStructure, Array], ...]:
    """The forms of the coupling that are not 0 at every point; the first one where nothing couples."""
    return model.coupled_parts(lepton) or model.lepton_parts(lepton)[:1]


def band(
    model: Model,
    lepton: str = "muon",
    delta: float | None = None,
    sigma: float | None = None,
    choice: str | None = None,
) -> Curve:
    r"""Couplings that give a stated Delta a, :math:`\epsilon = [\Delta a/(\Delta a)_1]^{1/2}`, and the 2 sigma band.

    The lower edge of the band is 0 where it contains the Standard Model.

    Args:
        model: masses and structure; its coupling to the lepton.
        lepton: muon or electron.
        delta, sigma: measured minus predicted, and its error, instead of a named choice.
        choice: name of the anomaly, see ``anomalies``; that of the White Paper of 2025 (muon) by default.

    Returns:
        Curve of kind ``band``: ``coupling`` at the centre, ``intervals`` the 2 sigma band.

    Raises:
        InputError, UnknownName, PhysicsError: sigma not positive or delta not finite, both a choice and numbers,
            another lepton or choice, spin 2.

    >>> import darktarget as dt
    >>> print(f"{band(dt.model('dark-photon', mass=0.1), choice='wp2020').coupling[0]:.2e}")
    3.12e-03
    """
    unit = contribution(model, lepton)
    used = _difference(lepton, delta, sigma, choice)
    low, centre, high = (_coupling(unit, used.delta + shift * used.sigma) for shift in (-2, 0, 2))
    edges = [(np.nan_to_num(a), np.nan_to_num(b)) for a, b in zip(low, high, strict=True)]
    # with a contribution of the other sign only a range of Delta a that reaches 0 leaves couplings
    edges = [(min(e), max(e)) for e in edges]
    intervals = tuple(((float(a), float(b)),) if b > 0 else () for a, b in edges)
    sign = "the contribution has the sign opposite to Delta a"
    named = f" ({used.name})" if used.name else ""
    return Curve(
        name=f"{lepton}-g-2{_suffix(used)}",
        title=f"{used.symbol}: {used.value}",
        kind="band",
        model=model.name,
        parameters=model.values,
        mass=model.mass,
        dark_mass=model.dark_mass,
        alpha_D=np.asarray(model.values.get("alpha_D", np.full(model.points, np.nan))),
        coupling=centre,
        intervals=intervals,
        uncertainty=0.0,
        method=(
            f"{words(model, lepton)}; Delta a = {used.delta:g}, sigma {used.sigma:g}{named}; band 2 sigma",
            *model.notes,
        ),
        reason=tuple(None if np.isfinite(c) else sign for c in centre),
        references=tuple(dict.fromkeys([*used.references, "0811.1030", *model.references])),
        version=__version__,
        published=used.published if used.name else (),
        extra={"delta_a_at_unit_coupling": unit},
        labels=model.labels,
    )


def _suffix(used: Anomaly) -> str:
    """What the name of a curve adds for a choice that is not the default."""
    return f":{used.name}" if used.name and used != anomaly(used.lepton) else ""


def _difference(lepton: str, delta: float | None, sigma: float | None, choice: str | None) -> Anomaly:
    """The named choice, or the numbers that were given instead."""
    if (delta is None) != (sigma is None):
        raise InputError("sigma" if sigma is None else "delta", None, "a number, as delta and sigma go together")
    if delta is None or sigma is None:
        return anomaly(lepton, choice)
    if choice is not None:
        raise InputError("anomaly", choice, "left out where delta and sigma are given")
    for name, value in (("delta", delta), ("sigma", sigma)):
        if isinstance(value, bool) or not isinstance(value, Real):
            raise InputError(name, value, "a finite number")
    if not np.isfinite(delta):
        raise InputError("delta", delta, "a finite number")
    if not 0 < sigma < np.inf:
        raise InputError("sigma", sigma, "a finite number > 0")
    return Anomaly("", lepton, "", delta, sigma, (), "")


def _coupling(unit: Array, delta: float) -> Array:
    ratio = np.divide(delta, unit, out=np.full_like(unit, np.nan), where=unit != 0)
    return np.asarray(np.sqrt(np.where(ratio >= 0, ratio, np.nan)))
