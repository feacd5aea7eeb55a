"""Models with one mistake each, as a user may make it; ``MISTAKES`` has the law that catches it and what it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from darktarget.core import SCALAR
from darktarget.models.base import (
    VECTOR,
    Array,
    Channel,
    GaugedModel,
    MediatorModel,
    State,
    VectorModel,
)


class Sound(MediatorModel):
    """Nothing is wrong with it."""

    name = "sound"
    mediator = "X"
    structure = VECTOR
    references: tuple[str, ...] = ("2108.04195",)


class NegativeHadrons(Sound):
    """A width below 0."""

    hadronic = True

    def hadron_width(self, mass: Array) -> Array:
        """Minus the mass."""
        return -mass


class NanAtHighMass(Sound):
    """Not a number somewhere."""

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """Nan above 2 GeV."""
        return np.where(mass > 2, np.nan, super().lepton_width(lepton, mass))


class WrongShape(Sound):
    """A width that has lost an axis."""

    hadronic = True

    def hadron_width(self, mass: Array) -> Array:
        """One number per point, not per mass."""
        return np.zeros(self.points)


class OpenBelowThreshold(Sound):
    """A width without its threshold."""

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """As if leptons had no mass."""
        return np.asarray(mass / 411.1)


class Jump(Sound):
    """A width with a step at its threshold."""

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """A step."""
        width = super().lepton_width(lepton, mass)
        return np.where(width > 0, mass / 411.1, 0.0)


class MassOfFirst(Sound):
    """A coupling that is that of the first point everywhere."""

    def lepton_coupling(self, lepton: str) -> Array:
        """Falls with the first mass."""
        return np.full(self.points, 1 / (1 + self.mass[0]))


class OwnCoupling(Sound):
    """The parameter ``coupling`` enters twice."""

    def lepton_coupling(self, lepton: str) -> Array:
        """The parameter, where it is given."""
        return np.asarray(self.values.get("coupling", np.ones(self.points)))


class TwoCouplings(Sound):
    """Production and decay have different couplings."""

    def lepton_coupling(self, lepton: str) -> Array:
        """Three for muons."""
        return np.full(self.points, 3.0 if lepton == "muon" else 1.0)

    def lepton_ratio(self, lepton: str) -> float:
        """Forgets the muon."""
        return 1.0


class HalfWidth(Sound):
    """A width with a wrong factor."""

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        """Half of it."""
        return super().lepton_width(lepton, mass) / 2


class HalfScalar(HalfWidth):
    """The same for a mediator of spin 0."""

    structure = SCALAR


class SquaredHadrons(VectorModel):
    """Charges of quarks that enter the width once instead of squared."""

    name = "squared-hadrons"
    mediator = "X"
    references: tuple[str, ...] = ("2108.04195",)

    def quark_charge(self, meson: str) -> Array:
        """A tenth of that of the photon; ``hadron_strength`` should be its square."""
        return super().quark_charge(meson) / 10


class NoNeutrinos(Sound):
    """Gauge charges, but no neutrinos."""

    def lepton_coupling(self, lepton: str) -> Array:
        """L_e - L_mu in units of e."""
        return np.full(self.points, {"electron": 1.0, "muon": -1.0, "tau": 0.0}[lepton])


class HeavyFirst(Sound):
    """States in the wrong order."""

    def states(self) -> tuple[State, ...]:
        """The heavier one first."""
        return State("chi2", 2 * self.dark_mass, 2), *super().states()


class UnknownParent(Sound):
    """A decay of something that is no state."""

    def channels(self) -> tuple[Channel, ...]:
        """With a decay of chi3."""
        decay = Channel("chi3", ("chi", "gamma"), np.zeros_like, 2.0, False)
        return *super().channels(), decay


class Lambda(Sound):
    """A function that cannot be sent to a worker process."""

    def channels(self) -> tuple[Channel, ...]:
        """With a lambda."""
        return *super().channels(), Channel("X", ("nu", "nubar"), lambda mass: mass, 2.0, True)


class Forgetful(Sound):
    """A copy calculates something else."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._strength = 2.0

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), dict(self.values))

    def lepton_coupling(self, lepton: str) -> Array:
        """Depends on what a copy forgets."""
        return np.full(self.points, getattr(self, "_strength", 1.0))


def _rebuilt(kind: type[Forgetful], values: dict[str, Any]) -> Forgetful:
    model = kind(**values)
    del model._strength
    return model


class Power(Sound):
    """A width that is not proportional to the square of the coupling."""

    def channels(self) -> tuple[Channel, ...]:
        """All with power 1."""
        return tuple(replace(channel, power=1.0) for channel in super().channels())


class AlphaSquared(Sound):
    """A dark coupling that enters twice."""

    @property
    def dark_alpha(self) -> Array:
        """The square."""
        return np.asarray(super().dark_alpha ** 2)


class Momentum(Sound):
    """A sampler that loses momentum."""

    def channels(self) -> tuple[Channel, ...]:
        """With the decay of another channel."""
        first, *rest = super().channels()
        return replace(first, decay=Backwards()), *rest


class Backwards:
    """Two particles that fly in the same direction."""

    dimensions = 2

    def sample(self, uniform: Array, point: int = 0, mass: Array | None = None) -> Array:
        """Both along z."""
        return np.broadcast_to([1.0, 0.0, 0.0, 1.0], (len(uniform), 2, 4))


class References(Sound):
    """A reference that is none."""

    references = ("my thesis",)


class NoElectrons(Sound):
    """Nothing is produced by electrons."""

    def lepton_coupling(self, lepton: str) -> Array:
        """To taus only."""
        return np.full(self.points, float(lepton == "tau"))


class Raises(VectorModel):
    """Its quarks are not known."""

    name = "raises"
    mediator = "X"
    references = ("2108.04195",)

    def quark_charge(self, meson: str) -> Array:
        """Knows the omega only."""
        return np.full(self.points, {"omega": 1.0}[meson])


def invisible(mass: Array) -> Array:
    """A width of the user's that fails at large masses."""
    if (mass > 3).any():
        raise OverflowError("too heavy")
    return mass


class RaisesInFunction(Sound):
    """A function of the module raises, not a method."""

    def neutrino_widths(self) -> dict[str, Callable[[Array], Array]]:
        """With that function."""
        return {"nu": partial(invisible)}


class LeMinusLmu(GaugedModel):
    """Nothing is wrong with it: L_e - L_mu as the documentation writes it."""

    name = "l-e-l-mu"
    references = ("2104.03297",)
    charges = MappingProxyType({"electron": 1.0, "muon": -1.0})


#: Class -> (law that catches the mistake, what its detail names).
MISTAKES: dict[type[MediatorModel], tuple[str, str]] = {
    NegativeHadrons: ("widths are finite", "NegativeHadrons.hadron_width"),
    NanAtHighMass: ("widths are finite", "NanAtHighMass.lepton_width('electron', ...) returned"),
    WrongShape: ("the model can be built|widths are finite", "WrongShape.hadron_width"),
    OpenBelowThreshold: ("closed channels", "OpenBelowThreshold.lepton_width (X -> tau+ tau-)"),
    Jump: ("widths open continuously", "Jump.lepton_width (X -> e+ e-)"),
    MassOfFirst: ("points are independent", "MassOfFirst.lepton_coupling('electron')"),
    OwnCoupling: ("widths are proportional to coupling", "OwnCoupling.lepton_coupling (X -> e+ e-)"),
    TwoCouplings: ("decays to leptons follow", "TwoCouplings.lepton_coupling('muon')"),
    HalfWidth: ("decays to leptons follow", "HalfWidth.lepton_width (X -> e+ e-)"),
    HalfScalar: ("decays to leptons follow", "HalfScalar.lepton_width (X -> e+ e-)"),
    SquaredHadrons: ("decays to hadrons follow", "SquaredHadrons.hadron_width (X -> hadrons)"),
    HeavyFirst: ("states are complete", "HeavyFirst.states: chi comes after chi2"),
    UnknownParent: ("states are complete", "UnknownParent.channels (chi3 -> chi gamma)"),
    Lambda: ("copies are equal", "Lambda.channels: cannot be sent"),
    Forgetful: ("copies are equal", "Forgetful: what copy gives"),
    Power: ("widths are proportional to coupling", "has power = 1"),
    AlphaSquared: ("dark widths", "AlphaSquared.pairs (X -> chi chibar)"),
    Momentum: ("sampled decays", "Momentum.pairs (X -> chi chibar)"),
    References: ("the model states", "References.references: 'my thesis'"),
    NoElectrons: ("cross sections", "NoElectrons.lepton_coupling is 0 for every beam"),
    Raises: ("decays to hadrons", "in Raises.quark_charge('rho'): KeyError"),
    RaisesInFunction: (
        "widths are finite",
        "RaisesInFunction.neutrino_widths: invisible('nu'): OverflowError: too heavy",
    ),
}
