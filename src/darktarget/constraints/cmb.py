r"""Energy injected by annihilation at recombination, Planck, arXiv:1807.06209 Sec. 7.

.. math:: p_{\rm ann} = f_{\rm eff}\frac{\langle\sigma v\rangle}{m_\chi} < 3.2\cdot10^{-28}\,{\rm cm^3 s^{-1} GeV^{-1}}

The dark matter is cold and only its stable state is left, so that only s waves of the lightest state's pairs count.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.constraints.base.search import Search, exceeding
from darktarget.core import Array, Curve, Model, PublishedNumber
from darktarget.core.propagator import ENERGY_DEPENDENT
from darktarget.errors import PhysicsError
from darktarget.limits.exclusion import COUPLINGS
from darktarget.thermal.exchange import exchange
from darktarget.units import HBARC_CM, SPEED_OF_LIGHT, GeV

#: Share of the energy that ionises, arXiv:1506.03811: 0.3-0.9 for pairs of charged particles of 1 MeV-1 GeV.
EFFICIENCY: Final = 0.5
SPEED: Final = 1e-6  # relative velocity at recombination, an upper bound: kinetic decoupling precedes it


class Cmb(Search):
    """Annihilation of the lightest dark state at recombination, if it is all of the dark matter."""

    name = "cmb"
    title = "CMB (Planck 2018)"
    references = ("1807.06209", "1506.03811")
    published = (
        PublishedNumber("p_ann", 3.2e-28, "cm^3/s/GeV", "1807.06209", "text, TT,TE,EE+lowE+lensing+BAO"),
        PublishedNumber("f_eff", EFFICIENCY, "", "1506.03811", "middle of 0.3-0.9 in Fig. 4"),
    )
    cl = 0.95
    uncertainty = 0.35

    def apply(self, model: Model) -> Curve:
        """Excluded couplings; none where the stable state does not annihilate with itself in an s wave."""
        rate = annihilation_at_rest(model)
        if not (rate > 0).any():
            raise PhysicsError(
                f"the CMB does not constrain {model.name}: the stable state does not annihilate with itself once the "
                "heavier one is gone"
            )
        mass = model.states()[0].mass[:, None]
        limit = self.published[0].value / (HBARC_CM**2 * SPEED_OF_LIGHT) / GeV  # <sigma v>/m in internal units
        intervals = exceeding(EFFICIENCY * rate / mass / limit)
        method = (
            f"cold annihilation of the lightest state, relative velocity {SPEED:g}, f_eff = {EFFICIENCY:g} for every "
            "final state; the lightest state is all of the dark matter",
        )
        return self.curve(model, intervals, method)


def annihilation_at_rest(model: Model) -> Array:
    r"""Effective :math:`\langle\sigma v\rangle` (energy^-2) of cold pairs of the lightest state, [point, COUPLINGS].

    It counts 2 annihilations per n^2 of all particles: sigma v for a Majorana fermion, half of it for a Dirac one.
    """
    through, lightest = exchange(model), model.states()[0]
    own = [p for p in through.pairs if {n.removesuffix("bar") for n in p.names} == {lightest.name}]
    mass = lightest.mass[:, None]
    s = (2 * mass) ** 2 * (1 + SPEED**2 / 4)
    root = np.sqrt(s)
    total = np.zeros((model.points, COUPLINGS.size))
    visible = through.to_standard_model(root)
    for pair in own:
        # gamma/n^2 for both particles at rest: (2J+1) 4 pi s Gamma Gamma/(g^2 p^2 BW) v, p = m v/2 and v = SPEED
        momentum = mass * SPEED / 2
        flux = 4 * np.pi * (2 * through.spin + 1) * s / (lightest.degrees**2 * momentum**2) * SPEED
        grown = COUPLINGS ** (pair.power + through.visible_power)
        propagator = through.propagator(root, COUPLINGS[None, :], ENERGY_DEPENDENT, visible)
        total = total + 2 * flux * pair.width(root) * visible * grown / propagator
    return total
