"""What gauge bosons of lepton and baryon numbers share: ``coupling`` is g', dark matter may be absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from numbers import Real
from types import MappingProxyType
from typing import Any, ClassVar, Final

import numpy as np

from darktarget.core import Array
from darktarget.core.channels import ANTILEPTONS
from darktarget.decays.two_body import vector_to_dirac
from darktarget.errors import InputError, UnknownName
from darktarget.models.base.axis_labels import mass_label
from darktarget.models.base.mediator import DM, LEPTONS
from darktarget.models.base.parameters import ALPHA_D, COUPLING, MASS, MASS_RATIO
from darktarget.models.base.vector import VectorModel
from darktarget.units import ELECTRON_CHARGE_SQUARED, LEPTON_MASS

GAUGE: Final = replace(COUPLING, text="gauge coupling g'")
OR_NONE: Final = replace(DM, default="none")
UNIT_ALPHA: Final = 1 / (4 * np.pi)  # g'^2/(4 pi) at unit coupling
E: Final = float(np.sqrt(ELECTRON_CHARGE_SQUARED))


#: Charges of leptons before a subclass states them (read-only).
NO_CHARGES: Final[Mapping[str, float]] = MappingProxyType({})
#: Charges of quarks that a boson of lepton numbers has (read-only).
NO_QUARKS: Final[Mapping[str, float]] = MappingProxyType(dict.fromkeys("udscb", 0.0))


class GaugedModel(VectorModel):
    r"""A Z' with charges: :math:`\mathcal L = g'Z'_\mu\sum_f q_f\bar f\gamma^\mu f` of leptons and ``quarks``.

    A subclass sets ``charges``, those of electron, muon and tau (0 where left out). Each left-handed neutrino has the
    charge of its lepton, as the doublet demands, and right-handed ones are heavy. ``quarks`` are the charges of the
    quarks, by default 0; loops that mix Z' and photon are not included unless a subclass adds them.

    >>> class LeMinusLmu(GaugedModel):
    ...     name, references = "l-e-l-mu", ("2104.03297",)
    ...     charges = {"electron": 1, "muon": -1}
    >>> model = LeMinusLmu(mass=0.1)
    >>> [c.label for c in model.channels()], round(float(model.invisible_fraction()[0]), 4)
    (['nu_e nu_ebar', 'nu_mu nu_mubar', 'e+ e-', 'mu+ mu-', 'tau+ tau-'], 0.5)
    """

    mediator = "Z'"
    labels = (mass_label(mediator), "gauge coupling $g'$")
    parameters = (MASS, GAUGE, ALPHA_D, MASS_RATIO, OR_NONE)
    charges: ClassVar[Mapping[str, float]] = NO_CHARGES
    quarks: Mapping[str, float] = NO_QUARKS

    def __init_subclass__(cls, **given: Any) -> None:
        """Check the charges of a subclass; without quarks it has no hadrons.

        Raises:
            UnknownName: a lepton that has none. InputError: a charge that is no number.
        """
        super().__init_subclass__(**given)
        for name, known in (("charges", LEPTONS.values()), ("quarks", NO_QUARKS)):
            for particle, charge in getattr(cls, name).items():
                if particle not in known:
                    raise UnknownName(f"particle in {name} of the model {cls.__name__}", particle, known)
                if isinstance(charge, bool) or not isinstance(charge, Real) or not np.isfinite(float(charge)):
                    raise InputError(f"{name} of the model {cls.__name__}, {particle}", charge, "a finite number")
        if not any(cls.quarks.values()):
            cls.hadronic, cls.on_request = False, ()

    def lepton_coupling(self, lepton: str) -> Array:
        """Charge over e, [point]."""
        return np.full(self.points, self.charges.get(ANTILEPTONS.get(lepton, lepton), 0.0) / E)

    def lepton_width(self, lepton: str, mass: Array) -> Array:
        r""":math:`\Gamma = q^2g'^2M/(12\pi)(1+2m^2/M^2)\beta` at unit coupling, the shape of ``mass``."""
        return vector_to_dirac(mass, LEPTON_MASS[lepton], UNIT_ALPHA * self.charges.get(lepton, 0.0) ** 2)

    def hadron_strength(self, mass: Array) -> Array:
        """g'^2/(4 pi) at unit coupling, the shape of ``mass``."""
        return np.full_like(mass, UNIT_ALPHA)

    def neutrino_widths(self) -> dict[str, Callable[[Array], Array]]:
        r""":math:`\Gamma = q^2g'^2M/(24\pi)` for each left-handed neutrino, at unit coupling."""
        squares = {f"nu_{short}": self.charges.get(lepton, 0.0) ** 2 for short, lepton in LEPTONS.items()}
        return {name: partial(neutrino_width, square=square) for name, square in squares.items() if square}


def neutrino_width(mass: Array, square: float = 1.0) -> Array:
    r""":math:`q^2M/(24\pi)`, the shape of ``mass``; square: of the charge."""
    return mass * (square * UNIT_ALPHA / 6)
