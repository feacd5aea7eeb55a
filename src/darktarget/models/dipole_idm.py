r"""Inelastic dark matter with a dipole moment: two Dirac fermions and the photon.

.. math:: \mathcal L = \frac1\Lambda\bar\chi_1\sigma^{\mu\nu}\chi_0F_{\mu\nu} + {\rm h.c.},\quad
          \sigma^{\mu\nu} = \tfrac i2[\gamma^\mu,\gamma^\nu]

(electric: :math:`\sigma^{\mu\nu}i\gamma_5`). ``mass`` is m_0, ``coupling`` 1/Lambda in 1/GeV. The Lagrangian makes
chi1 chi0bar and chi0 chi1bar: ``charge_assignments`` = 2 counts both, 1 the first alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darktarget.core import Array, Channel, Exchange, State
from darktarget.decays.exchange import dipole_current
from darktarget.decays.two_body import TwoBody
from darktarget.decays.virtual_photon import dipole_to_photon, photon_to_dipole
from darktarget.errors import InputError
from darktarget.models.base.parameters import Parameter
from darktarget.models.base.photon import LIGHTEST, SPLITTING, PhotonModel
from darktarget.units import GeV

MOMENT = Parameter("coupling", "1/Lambda in 1/GeV", optional=True)
KIND = Parameter("moment", "dipole moment", default="magnetic", choices=("magnetic", "electric"))
CHARGES = Parameter("charge_assignments", "2: chi1 chi0bar and chi0 chi1bar, 1: the first alone", default=2.0)


class DipoleIdm(PhotonModel):
    """Magnetic or electric transition dipole.

    >>> from darktarget.units import HBARC_CM
    >>> model = DipoleIdm(mass=0.1, splitting=0.05)
    >>> (decay,) = [c for c in model.channels() if c.parent == "chi1"]
    >>> print(f"{HBARC_CM / (decay.at(np.array([[0.105]]))[0, 0] * 1e-3**decay.power):.4f} cm")
    0.1333 cm
    """

    name = "dipole-idm"
    parameters = (LIGHTEST, MOMENT, SPLITTING, KIND, CHARGES)
    references = ("2305.16781", "1508.03050")
    labels = (r"mass $m_0$ [GeV]", r"$1/\Lambda$ [GeV$^{-1}$]")

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        charges = self.values["charge_assignments"]
        if not np.isin(charges, (1.0, 2.0)).all():
            raise InputError("charge_assignments", float(charges[~np.isin(charges, (1.0, 2.0))][0]), "1 or 2")

    @property
    def notes(self) -> tuple[str, ...]:
        """How many pairs are counted."""
        counted = {1.0: "chi1 chi0bar alone", 2.0: "chi1 chi0bar and chi0 chi1bar"}
        used = [counted[c] for c in sorted(set(self.values["charge_assignments"].tolist()))]
        return (f"charge assignments counted: {'; '.join(used)}",)

    def channels(self) -> tuple[Channel, ...]:
        """gamma* to each pair, and chi1 to chi0 gamma."""
        light, heavy, signed = self.mass[:, None], self.heavy_mass[:, None], self._signed
        masses, none = (self.heavy_mass, self.mass), np.zeros(self.points)
        second = self.values["charge_assignments"][:, None] > 1

        pair = partial(photon_to_dipole, light=signed, heavy=heavy, moment=1 / GeV)
        conjugate = partial(_where, second, pair)
        decay = partial(dipole_to_photon, light=light, moment=1 / GeV)
        swapped, radiative = masses[::-1], (self.mass, none)
        return (
            Channel(self.mediator, ("chi1", "chi0bar"), pair, 2.0, True, masses, TwoBody(none, *masses)),
            Channel(self.mediator, ("chi0", "chi1bar"), conjugate, 2.0, True, swapped, TwoBody(none, *swapped)),
            Channel("chi1", ("chi0", "gamma"), decay, 2.0, False, radiative, TwoBody(self.heavy_mass, *radiative)),
        )

    def states(self) -> tuple[State, ...]:
        """Two Dirac fermions."""
        return State("chi0", self.mass, 4), State("chi1", self.heavy_mass, 4)

    def exchanges(self) -> tuple[Exchange, ...]:
        """By the transition moment, in either direction."""
        current = partial(dipole_current, light=self._signed, heavy=self.heavy_mass[:, None], moment=1 / GeV)
        light, heavy = self.mass, self.heavy_mass
        return Exchange("chi0", "chi1", (light, heavy), current), Exchange("chi1", "chi0", (heavy, light), current)

    @property
    def _signed(self) -> Array:
        """m_0, negative for an electric moment, [point, 1]."""
        return (self.mass if self.values["moment"] == "magnetic" else -self.mass)[:, None]


def _where(counted: NDArray[np.bool_], width: Callable[[Array], Array], root: Array) -> Array:
    """A width at the points where it is counted, 0 elsewhere."""
    return np.asarray(np.where(counted, width(root), 0.0))
