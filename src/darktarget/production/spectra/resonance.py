r"""Mediators on their mass shell from e+ e- -> X on atomic electrons, whatever they decay to.

The Breit-Wigner line of any width, integrated over s, has the area

.. math:: \int ds\,\sigma = 4\pi^2(2J+1)\,\frac{\Gamma_{ee}(M)}{M}

(:math:`4\pi^2\alpha\epsilon^2` for a vector, half of it for spin 0), so that positrons on electrons at rest produce

.. math:: N = n_eX_0\,\frac{T_+(E_R)}{2m_e}\,\int ds\,\sigma,\qquad E_R = \frac{M^2}{2m_e} - m_e

mediators of energy :math:`E_R + m_e`. Bound electrons and radiation move E_R, as in the annihilation to dark pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from darktarget.core import Array, Model, Tracks, Yield
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.matter.atomic_electrons import Smearing
from darktarget.matter.materials import Medium, material
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM


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


def mediators(
    pairs: Yield, model: Model, tracks: Tracks, minimum: float, smearing: Callable[[Medium], Smearing]
) -> Yield:
    """Mediators on their mass shell per primary at unit coupling, one node per material and case of the smearing.

    A beam of positrons that does not shower (``Tracks.line``) is left out: a narrow resonance is not at its energy.

    Args:
        pairs: the annihilation to dark pairs along the same tracks, of which everything else is taken.
        minimum: least energy of the mediators (energy unit). smearing: by electrons and radiation in a material.
    """
    media = tracks.materials if "positron" in tracks.species else ()
    parts = [(np.zeros((model.points, 0)),) * 3, *(_from(model, tracks, m, minimum, smearing(m)) for m in media)]
    energy, parent, weight = (np.concatenate(column, axis=1) for column in zip(*parts, strict=True))
    return replace(
        pairs,
        energy=energy,
        parent=parent,
        species=np.full(energy.shape[1], "positron"),
        weight=weight,
        decayed=False,
        pair_mass=None,
    )


def _from(model: Model, tracks: Tracks, medium: Medium, minimum: float, smear: Smearing) -> tuple[Array, Array, Array]:
    """Energies of mediators and positrons, and mediators at each, from one material, [point, case]."""
    density = material(medium).electrons_per_cm2_per_X0 * HBARC_CM**2
    square = model.mediator_mass[:, None] ** 2 / smear.fraction
    positron = np.maximum(square / (2 * ELECTRON_MASS) - ELECTRON_MASS, ELECTRON_MASS)
    per_energy = density * area(model)[:, None] / (2 * ELECTRON_MASS * smear.fraction) * smear.probability
    energy = np.clip(positron * smear.kept + ELECTRON_MASS, 0, tracks.beam.energy)
    weight = np.where(energy >= minimum, per_energy * tracks.density("positron", medium, positron), 0.0)
    return energy, positron, weight
