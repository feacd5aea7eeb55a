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
from darktarget.matter.materials import material
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.smeared_tracks import smeared_tracks
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM


def resonant_energy(mass: Array | float) -> Array:
    r"""Positron energy at the peak, :math:`E_R = M^2/(2m_e) - m_e`.

    >>> round(float(resonant_energy(0.225)), 1)
    49.5
    """
    return np.asarray(np.square(mass) / (2 * ELECTRON_MASS) - ELECTRON_MASS)


def area(model: Model) -> Array:
    r"""Cross section per electron integrated over s at unit coupling, dimensionless, [point]; 0 without a mediator.

    >>> import darktarget as dt
    >>> round(float(area(dt.model("dark-photon", mass=0.1))[0] / (4 * np.pi**2 * ALPHA)), 6)
    1.0
    """
    mass = np.where(model.mediator_mass > 0, model.mediator_mass, 1.0)
    purpose = f"annihilation to {model.mediator} of {model.name}"
    parts = (TO_LEPTONS.of(s, purpose)(mass, 0.0, ALPHA) * c**2 for s, c in model.lepton_parts("electron"))
    strength = np.asarray(sum(parts, np.zeros_like(mass)))
    spins = 4 * np.pi**2 * (2 * model.structure.spin + 1)
    return np.where(model.mediator_mass > 0, spins * strength / mass, 0.0)


def mediators(pairs: Yield, model: Model, tracks: Tracks, minimum: float, options: AnnihilationOptions) -> Yield:
    """Mediators on their mass shell per primary at unit coupling.

    A beam of positrons that does not shower (``Tracks.line``) makes none with electrons at rest: a narrow resonance is
    not at its energy.

    Args:
        pairs: the annihilation to dark pairs along the same tracks, of which everything else is taken.
        tracks: with positrons. minimum: least energy of the mediators (energy unit).
        options: for electrons and radiation.
    """
    energy, parent, weight, rest = (_at_rest if options.at_rest else _smeared)(model, tracks, minimum, options)
    return replace(
        pairs,
        energy=energy,
        parent=parent,
        weight=weight,
        species=np.full(energy.shape[1], "positron"),
        decayed=False,
        pair_mass=None,
        without=dict.fromkeys(pairs.without, rest),
    )


def _smeared(model: Model, tracks: Tracks, minimum: float, options: AnnihilationOptions) -> tuple[Array, ...]:
    """Energies of mediators and positrons, mediators at each, and those without motion and radiation."""
    path, square = smeared_tracks(tracks, minimum, options), model.mediator_mass[:, None] ** 2
    inside = (square >= path.s[0]) & (square <= path.s[-1])
    strength = np.where(inside, area(model)[:, None], 0.0)
    weight, _, rest = path.pairs(np.clip(square, path.s[0], path.s[-1]), strength)
    return np.broadcast_to(path.energy, weight.shape), path.parent[None], weight, rest


def _at_rest(model: Model, tracks: Tracks, minimum: float, options: AnnihilationOptions) -> tuple[Array, ...]:
    """The same from electrons at rest, one node per material."""
    positron = np.maximum(resonant_energy(model.mediator_mass), ELECTRON_MASS)[:, None]
    energy = np.broadcast_to(positron + ELECTRON_MASS, (model.points, len(tracks.materials)))
    per_energy = area(model)[:, None] / (2 * ELECTRON_MASS) * HBARC_CM**2
    columns = [material(m).electrons_per_cm2_per_X0 * tracks.density("positron", m, positron) for m in tracks.materials]
    weight = np.where(energy >= minimum, per_energy * np.concatenate(columns, axis=1), 0.0)
    return energy, np.broadcast_to(positron, energy.shape), weight, weight
