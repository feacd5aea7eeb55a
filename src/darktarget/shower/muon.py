r"""Muons in thick targets: they keep their direction and lose energy, on average
:math:`-dE/dX = a(E) + b\,E`, so a thick target is a band of energies, one per depth.

a is Bethe's mean ionisation loss with Sternheimer's density effect. Radiative losses (bremsstrahlung, pairs,
photonuclear) are :math:`bE` with :math:`b = a(E_c)/E_c` and the critical energy of solids
:math:`E_c = 5700\,{\rm GeV}/(Z+1.47)^{0.838}` (PDG review, passage of particles through matter, Eq. 34.41).
Fluctuations of the loss and the angle of the muon are neglected.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from darktarget.core import Array, Beam, Target, Tracks
from darktarget.matter.ionisation import density_effect
from darktarget.matter.materials import Material, Medium, material
from darktarget.units import AVOGADRO, CLASSICAL_ELECTRON_RADIUS, ELECTRON_MASS, MUON_MASS, GeV, eV

SLABS = 10  # depth bins of the track lengths
STEPS = 8  # of the integration per slab: 1e-6 in energy


def ionisation(energy: Array, medium: Material) -> Array:
    r"""Mean ionisation loss of a muon, energy unit per g/cm^2 (Bethe with the density effect).

    >>> loss = ionisation(np.array([100.0]) * GeV, material("Pb"))[0] / GeV * 1e3
    >>> print(f"{loss:.2f} MeV cm^2/g")
    1.82 MeV cm^2/g
    """
    gamma = np.maximum(energy / MUON_MASS, 1.0001)
    bg2 = gamma**2 - 1
    beta2 = bg2 / gamma**2
    ratio = ELECTRON_MASS / MUON_MASS
    largest = 2 * ELECTRON_MASS * bg2 / (1 + 2 * gamma * ratio + ratio**2)
    electrons = sum(e.Z * w / e.A for e, w in zip(medium.elements, medium.mass_fractions, strict=True)) * AVOGADRO
    scale = 4 * np.pi * electrons * CLASSICAL_ELECTRON_RADIUS**2 * ELECTRON_MASS
    excitation = medium.mean_excitation * eV
    delta = density_effect((gamma - 1) * ELECTRON_MASS, medium.density_effect)
    log = 0.5 * np.log(2 * ELECTRON_MASS * bg2 * largest / excitation**2)
    return np.asarray(scale / beta2 * (log - beta2 - delta / 2 + (largest / (gamma * MUON_MASS)) ** 2 / 8))


def stopping_power(energy: Array, medium: Material) -> Array:
    """Mean energy loss of a muon, energy unit per g/cm^2, shape of ``energy``."""
    charge = sum(e.Z * w for e, w in zip(medium.elements, medium.mass_fractions, strict=True))
    critical = 5700 * GeV / (charge + 1.47) ** 0.838
    radiative = float(ionisation(np.array([critical]), medium)[0]) / critical
    return np.asarray(ionisation(energy, medium) + radiative * energy)


def loss_rate(energy: Array, target: Target) -> Array:
    """Energy lost per unit of the target's depth, counted from 0 at its front to 1 at its end."""
    total = np.zeros_like(energy)
    for layer in target.layers:
        medium = material(layer.material)
        total = total + stopping_power(energy, medium) * medium.density * layer.thickness * target.repeat
    return total


def advance(energy: Array, start: Array, end: Array, target: Target, steps: int = STEPS) -> Array:
    """Energy at depth ``end`` of muons that have ``energy`` at ``start`` (depths in [0, 1]); at least their mass."""
    step = (end - start) / steps
    now = np.maximum(np.asarray(energy, float), MUON_MASS)
    for _ in range(steps):  # midpoint rule
        half = np.maximum(now - loss_rate(now, target) * step / 2, MUON_MASS)
        now = np.maximum(now - loss_rate(half, target) * step, MUON_MASS)
    return np.asarray(now)


def energies(beam: Beam, target: Target, slabs: int = SLABS) -> tuple[Array, Array]:
    """Depths in [0, 1] and the energy of the beam there, [slab + 1], from front to end."""
    depth = np.linspace(0, 1, slabs + 1)
    energy = [np.array([beam.energy])]
    for low, high in pairwise(depth):
        energy.append(advance(energy[-1], np.array([low]), np.array([high]), target))
    return depth, np.concatenate(energy)


def exit_energy(made: Array, parent: Array, beam: Beam, target: Target) -> Array:
    """Energy on leaving the target of a muon that comes out of a collision with energy ``made``.

    Args:
        made: after the collision. parent: before it, which tells how deep it happened; same shape.
    """
    depth, energy = energies(beam, target)
    where = np.interp(parent, energy[::-1], depth[::-1])
    return advance(made, where, np.ones_like(where), target)


def through(beam: Beam, target: Target) -> Tracks:
    """Track lengths of a muon beam through the whole target, at the mean energy of each depth."""
    depth, energy = energies(beam, target)
    each: dict[Medium, float] = {}
    for layer in target.layers:
        crossed = layer.thickness / material(layer.material).radiation_length_cm * target.repeat
        each[layer.material] = each.get(layer.material, 0.0) + crossed
    length = np.zeros((1, len(each), SLABS, SLABS))
    for j, total in enumerate(each.values()):
        length[0, j] = np.fliplr(np.eye(SLABS)) * total / SLABS  # the first slab has the highest energies
    return Tracks(
        beam=beam,
        species=(beam.particle,),
        materials=tuple(each),
        depth=depth * sum(each.values()),
        energy=energy[::-1].copy(),
        length=length,
        line=np.zeros((1, len(each))),
        error=np.zeros_like(length),
        method=f"{beam.particle} through the whole target, mean energy loss from {beam.energy / GeV:g} "
        f"to {energy[-1] / GeV:.4g} GeV",
    )
