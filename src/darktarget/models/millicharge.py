r"""Millicharged Dirac fermion:
:math:`\mathcal L = \bar\chi(i\gamma^\mu\partial_\mu-m)\chi + \epsilon e\,A_\mu\bar\chi\gamma^\mu\chi`.

Stable. ``mass`` is m_chi, ``coupling`` its charge eps in units of e; a pair is chi chibar, counted once.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from darktarget.core import Array, Channel, Exchange, State
from darktarget.decays.currents import VECTOR_FERMIONS
from darktarget.decays.exchange import crossed
from darktarget.decays.two_body import TwoBody, vector_to_dirac
from darktarget.models.base.parameters import COUPLING
from darktarget.models.base.photon import LIGHTEST, PhotonModel
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED


class Millicharge(PhotonModel):
    """Millicharged particles.

    >>> model = Millicharge(mass=[0.01, 0.1])
    >>> print(f"{model.width(at=np.array([[1.0], [1.0]]))[0, 0] * 3 / ALPHA:.4f}")
    1.0000
    """

    name = "millicharge"
    parameters = (LIGHTEST, COUPLING)
    references = ("2204.03984", "2505.04295")
    labels = (r"mass $m_\chi$ [GeV]", r"charge $\varepsilon$")

    @property
    def notes(self) -> tuple[str, ...]:
        """What the particles lose in matter."""
        return ("millicharges lose no visible energy in matter (eps^2 of a muon's loss is neglected)",)

    def channels(self) -> tuple[Channel, ...]:
        """gamma* to chi chibar with alpha eps^2."""
        pair = partial(_pair_width, self.mass[:, None])
        momenta = TwoBody(self.mediator_mass, self.mass, self.mass)
        return (Channel(self.mediator, ("chi", "chibar"), pair, 2.0, True, (self.mass, self.mass), momenta),)

    def states(self) -> tuple[State, ...]:
        """The Dirac fermion and its antiparticle."""
        return (State("chi", self.mass, 4),)

    def exchanges(self) -> tuple[Exchange, ...]:
        """By the current of a charge e."""
        return (Exchange("chi", "chi", (self.mass, self.mass), partial(_current, self.mass[:, None])),)


def _pair_width(mass: Array, root: Array) -> Array:
    """Width of a virtual photon to a pair of charge e, [point, any]; mass: [point, 1]."""
    is_open = root > 2 * mass
    return np.asarray(np.where(is_open, vector_to_dirac(np.where(is_open, root, 1.0), mass, ALPHA), 0.0))


def _current(mass: Array, square: Array) -> tuple[Array, Array]:
    """(W_1, W_2) of a charge e, [point, any]; mass: [point, 1]."""
    one, two = crossed(VECTOR_FERMIONS, square, mass, mass)
    return ELECTRON_CHARGE_SQUARED * one, ELECTRON_CHARGE_SQUARED * two
