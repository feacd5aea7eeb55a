"""Where the relic density takes the dark temperature from the coupled equations, and what is quoted elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, Model
from darktarget.errors import PhysicsError
from darktarget.thermal import boltzmann, conversion, elastic, kinetic
from darktarget.thermal.average import lightest
from darktarget.thermal.exchange import ThermalExchange
from darktarget.thermal.options import RelicOptions

NEAR, FAR = 0.2, 0.25  # |M/(m_a + m_b) - 1| up to which the coupled equations are used, and from which they are not
SHAPE: Final = 0.12  # of Omega: Maxwell distribution against the full equation (a test holds it to that)
ASSUMED = "dark states in kinetic equilibrium with the plasma until freeze-out"
SOLVED = "density and temperature of the dark sector solved together (scattering on leptons, Maxwell distribution)"
ENDLESS = ", and in equilibrium where annihilation in a cooling sector would not end (mediator at the threshold)"
FORBIDDEN = "; its size is not estimated where pairs at rest cannot annihilate"
GOES_ON = "; at some points annihilation in a cooling sector does not end, and the density is that at x = 1e7"
WHERE = f" for |M/(m_a + m_b) - 1| < {NEAR:g}, blended to kinetic equilibrium at {FAR:g}"


@dataclass(frozen=True, eq=False)
class Decoupling:
    """What a relic target reports of kinetic decoupling.

    Attributes:
        text: for its method. uncertainty: relative, of the coupling. extra: columns, each [point].
        references: of the equations.
    """

    text: str
    uncertainty: float = 0.0
    extra: Mapping[str, Array] = field(default_factory=dict)
    references: tuple[str, ...] = ()


def weight(through: ThermalExchange) -> Array:
    """Share of the coupled equations in ln Omega: 1 near the resonance of a dark pair, 0 far from it, [point].

    >>> import darktarget as dt
    >>> from darktarget.thermal.exchange import exchange
    >>> ratios = [1.62, 2.05, 2.45, 3.0]
    >>> model = dt.model("dark-photon", mass=[0.01 * r for r in ratios], mass_ratio=ratios)
    >>> weight(exchange(model)).round(3).tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    away = np.min([np.abs(through.mass / pair.threshold - 1) for pair in through.pairs], axis=0)
    z = np.clip((FAR - away) / (FAR - NEAR), 0, 1)
    return np.where(allowed(through), z**2 * (3 - 2 * z), 0.0)


def allowed(through: ThermalExchange) -> NDArray[np.bool_]:
    """Whether pairs at rest annihilate, [point].

    Otherwise the rate of losses is exponential in the dark temperature, and the coupled equations are not stable.
    """
    return np.asarray(np.min([pair.threshold for pair in through.pairs], axis=0) >= lightest(through))


def share(model: Model, through: ThermalExchange, choice: str) -> Array:
    """Share of the coupled equations in ln Omega, [point].

    Args:
        choice: auto, coupled or equilibrium.

    Raises:
        PhysicsError: coupled, and the amplitude of scattering is not known.
    """
    known = elastic.scatters(model)
    if choice == "coupled" and not known:
        raise PhysicsError(
            f"kinetic = coupled needs the scattering of {model.name} on leptons, and the Lorentz structure "
            f"{model.structure.name} has no electron_scattering, or the model no exchanges: choose auto or equilibrium"
        )
    if choice == "coupled" and not allowed(through).all():
        raise PhysicsError(
            f"kinetic = coupled is not calculated where pairs of dark particles of {model.name} at rest are lighter "
            "than everything that they annihilate to: choose auto or equilibrium, or heavier dark matter"
        )
    if choice == "equilibrium" or not known or (choice == "auto" and conversion.separate(through, model)):
        return np.zeros(model.points)
    return np.ones(model.points) if choice == "coupled" else weight(through)


def ratio(model: Model, through: ThermalExchange, choice: str, coupling: Array, width: str) -> Callable[[Array], Array]:
    """Omega with the dark temperature solved for over Omega in kinetic equilibrium, both in chemical equilibrium.

    Args:
        choice: coupled, or auto: then 1 where annihilation in a cooling sector does not end.

    Returns:
        scale of the rates [point] -> ratio [point].
    """
    solved, assumed = _both(model, through, coupling, width)
    chosen = solved.ends | (choice == "coupled")
    return lambda scale: np.where(chosen, solved.omega(scale) / assumed.omega(scale), 1.0)


def _both(
    model: Model, through: ThermalExchange, coupling: Array, width: str
) -> tuple[kinetic.CoupledHistory, boltzmann.History]:
    solved = kinetic.history(model, through, coupling, width, scatters=elastic.scatters(model))
    return solved, boltzmann.history(model, through, coupling, width)


def about(model: Model, through: ThermalExchange, options: RelicOptions, coupling: Array, width: str) -> Decoupling:
    """What is reported with couplings [point] (nan where there is none).

    Without an amplitude of scattering, its absence bounds the effect near the resonance; nothing bounds it elsewhere.
    """
    if options.kinetic == "equilibrium":
        return Decoupling(ASSUMED)
    one, used, known = np.ones(model.points), share(model, through, options.kinetic), elastic.scatters(model)
    good = np.isfinite(coupling) & allowed(through) & (known | (weight(through) > 0))
    effect, endless = np.full(model.points, np.nan), False
    if good.any():
        solved, assumed = _both(model, through, np.where(good, coupling, 1.0), width)
        effect[good] = (solved.omega(one) / assumed.omega(one))[good]
        endless = options.kinetic == "coupled" and not solved.ends.all()
        used = used * (solved.ends | (options.kinetic == "coupled"))
    shift = np.abs(np.log(effect)) * (1 - used) / through.power
    left_out, shape = (float(v[good].max(initial=0.0)) for v in (shift, SHAPE * used / through.power))
    text = _text(used, left_out) if known else _unknown(model, good, left_out)
    text += ("" if allowed(through).all() else FORBIDDEN) + (GOES_ON if endless else "")
    return Decoupling(text, max(left_out, shape), {"kinetic_ratio": effect}, kinetic.REFERENCES)


def _text(used: Array, left_out: float) -> str:
    solved = SOLVED if (used == 1).all() else SOLVED + WHERE + ENDLESS if used.any() else ASSUMED
    quoted = f" (with its temperature solved for, the coupling would move by up to {100 * left_out:.1g} %)"
    return solved if (used == 1).all() else solved + quoted


def _unknown(model: Model, bounded: NDArray[np.bool_], left_out: float) -> str:
    why = f"scattering of dark matter on leptons is not known for {model.name}"
    size = f"without any, the coupling would move by up to {100 * left_out:.1g} %" if bounded.any() else "not estimated"
    return f"{ASSUMED} ({why}: {size})"
