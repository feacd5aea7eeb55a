r"""Mediators on their mass shell from e+ e- -> X on atomic electrons, whatever they decay to.

The Breit-Wigner line of any width, integrated over s, has the area

.. math:: \int ds\,\sigma = 4\pi^2(2J+1)\,\frac{\Gamma_{ee}(M)}{M}

(:math:`4\pi^2\alpha\epsilon^2` for a vector, half of it for spin 0), so that positrons on electrons at rest produce

.. math:: N = n_eX_0\,\frac{T_+(E_R)}{2m_e}\,\int ds\,\sigma,\qquad E_R = \frac{M^2}{2m_e} - m_e

mediators of energy :math:`E_R + m_e`. Bound electrons and radiation move E_R, as in the annihilation to dark pairs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from darktarget.core import Array, Model, Tracks, Yield
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.smeared_tracks import smeared_tracks
from darktarget.units import ALPHA


def area(model: Model) -> Array:
    r"""Cross section per electron integrated over s at unit coupling, dimensionless, [point]; 0 without a mediator.

    >>> import darktarget as dt
    >>> round(float(area(dt.model("dark-photon", mass=0.1))[0] / (4 * np.pi**2 * ALPHA)), 6)
    1.0
    """
    mass = np.where(model.mediator_mass > 0, model.mediator_mass, 1.0)
    width = TO_LEPTONS.of(model.structure, f"annihilation to {model.mediator} of {model.name}")(mass, 0.0, ALPHA)
    strength = width * model.lepton_coupling("electron") ** 2
    spins = 4 * np.pi**2 * (2 * model.structure.spin + 1)
    return np.where(model.mediator_mass > 0, spins * strength / mass, 0.0)


def mediators(pairs: Yield, model: Model, tracks: Tracks, minimum: float, options: AnnihilationOptions) -> Yield:
    """Mediators on their mass shell per primary at unit coupling.

    Args:
        pairs: the annihilation to dark pairs along the same tracks, of which everything else is taken.
        tracks: with positrons.
        minimum: least energy of the mediators (energy unit). options: for electrons and radiation.
    """
    path = smeared_tracks(tracks, minimum, options)
    square = model.mediator_mass[:, None] ** 2
    inside = (square >= path.s[0]) & (square <= path.s[-1])
    weight, _, rest = path.pairs(np.clip(square, path.s[0], path.s[-1]), np.where(inside, area(model)[:, None], 0.0))
    return replace(
        pairs,
        energy=np.broadcast_to(path.energy, weight.shape),
        parent=path.parent[None],
        species=np.full(path.energy.size, "positron"),
        weight=weight,
        decayed=False,
        pair_mass=None,
        without=dict.fromkeys(pairs.without, rest),
    )
