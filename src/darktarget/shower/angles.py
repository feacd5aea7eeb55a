r"""Directions of electrons, positrons and photons in a shower: simulated once, stored with their recipe.

Points of the track length are picked at random in showers that follow directions (multiple scattering with single
scattering by large angles, angles of radiation and pair production). Of each species and energy the table holds
:math:`\ln[(\theta E)^2]` below which some fractions of the track length are, in GeV^2.

Second routes (tests): the scattering against its exact distribution (a Hankel transform), the mean squared angle
against an independent shower of electrons, positrons and photons at complete screening. Rossi's mean squared angle
:math:`(E_s^2/2)(1/E^2-1/E_0^2)` is met within 15 % at a tenth of the beam energy, but the distribution is no
Gaussian: half of the positrons are within 0.7 of the angle that a Gaussian of this width would have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darktarget import cache
from darktarget.core import LOGITS, Array, Beam, Target
from darktarget.matter.materials import recorded
from darktarget.progress import Task, task
from darktarget.shower.state import PHYSICS
from darktarget.shower.track_lengths import LOWEST, PRIMARY, SPECIES, shower_of, stack_of
from darktarget.units import GeV

SHOWERS: Final = 2_000_000  # per species
CHUNK: Final = 200_000
SEED: Final = 2
BINS: Final = 24  # of the energy, logarithmic
PICKED: Final = ("e-", "e+", "gamma")  # SPECIES as the simulation names them
LEAST: Final = 1e-12  # theta^2 of a particle that has not been deflected
ALONG: Final = -200.0  # ln(theta^2) of what flies along the beam
FEWEST: Final = 30  # picked points of a bin; one with fewer takes the values of the bin below


@dataclass(frozen=True, eq=False)
class ShowerAngles:
    """Distribution of the angle to the beam by species and energy, weighted with the track length.

    Attributes:
        energy: ascending, [bin]. logs: ln(theta^2 E^2) at the fractions ``core.LOGITS``, [species, bin, fraction], in
            the order of ``track_lengths.SPECIES``; empty where the beam does not shower.
    """

    energy: Array
    logs: Array

    def at(self, species: NDArray[np.str_], energy: Array) -> Array:
        """ln(theta^2) at the fractions ``core.LOGITS``, linear in ln E between bins, [point, node, fraction].

        Args:
            species: of each node, [node]; one that does not shower flies along the beam. energy: [point, node].
        """
        found = np.full((*energy.shape, len(LOGITS)), ALONG)
        for name, logs in zip(SPECIES, self.logs, strict=False):
            of = np.flatnonzero(species == name)
            log_energy, grid = np.log(energy[:, of]), np.log(self.energy)
            place = np.clip(np.searchsorted(grid, log_energy) - 1, 0, grid.size - 2)
            part = np.clip((log_energy - grid[place]) / (grid[place + 1] - grid[place]), 0.0, 1.0)[..., None]
            found[:, of] = logs[place] + part * (logs[place + 1] - logs[place]) - 2 * log_energy[..., None]
        return found


def recipe_of(beam: Beam, target: Target, cut: float) -> dict[str, Any]:
    """Everything that a table of angles depends on."""
    name = "-".join(str(x.material) for x in target.layers)
    return {
        "kind": "angles",
        "label": f"{beam.particle}-{beam.energy / GeV:g}GeV-{name}-{target.repeat}",
        "particle": beam.particle,
        "energy_GeV": beam.energy / GeV,
        "layers": [[recorded(x.material), x.thickness] for x in target.layers],
        "repeat": target.repeat,
        "cut_GeV": round(cut / GeV, 9),
        "showers": SHOWERS,
        "seed": SEED,
        "bins": BINS,
        "quantiles": list(LOGITS),
        "version": 2,
        "physics": PHYSICS,
    }


def build(beam: Beam, target: Target, cut: float, showers: int = SHOWERS, seed: int = SEED) -> cache.Arrays:
    """Simulate a table: ln(theta^2 E^2) in GeV^2, [species, bin, fraction], and the energies of the bins in GeV.

    Args:
        cut: tracking cut (energy unit). showers: number of primaries per species. seed: of the simulation.
    """
    edges = np.geomspace(cut, beam.energy, BINS + 1)
    with task(f"simulating the angles of {shower_of(beam, target)}", len(PICKED) * showers) as work:
        logs = np.array([_quantiles(picks(beam, target, name, cut, showers, seed, work), edges) for name in PICKED])
    return {"log_square": logs, "energy_GeV": np.sqrt(edges[1:] * edges[:-1]) / GeV}


def picks(
    beam: Beam, target: Target, species: str, cut: float, showers: int, seed: int, work: Task | None = None
) -> Array:
    """Energy (energy unit), theta^2 and track length (X0) of one point per shower, [n, 3].

    Args:
        species: "e-", "e+" or "gamma". cut: tracking cut (energy unit). work: advances by 1 for each shower.
    """
    from darktarget.shower.simulate import simulate  # cold start: only where something has to be simulated

    found = []
    for first in range(0, showers, CHUNK):
        number = min(CHUNK, showers - first)
        run = simulate(
            stack_of(target),
            PRIMARY[beam.particle],
            beam.energy,
            cut,
            number,
            seed,
            first_primary=first,
            keep_events=False,
            lateral=True,
            single_scattering=True,
            pick=(species,),
            pick_above=cut,
        )
        found.append(run.picks[run.picks[:, 4] > 0][:, [3, 11, 4]])
        if work is not None:
            work.advance(number)
    return np.concatenate(found)


def _quantiles(points: Array, edges: Array) -> Array:
    """ln(theta^2 E^2) in GeV^2 at the fractions ``LOGITS`` of the track length in each bin, [bin, fraction]."""
    wanted = 1 / (1 + np.exp(-np.array(LOGITS)))
    index = np.searchsorted(edges, points[:, 0]) - 1
    rows: list[Array] = []
    for k in range(edges.size - 1):
        energy, square, length = points[index == k].T
        if energy.size < FEWEST and rows:
            rows.append(rows[-1])
            continue
        value = np.log(np.maximum(square, LEAST)) + 2 * np.log(energy / GeV)
        order = np.argsort(value)
        below = np.cumsum(length[order]) - length[order] / 2
        rows.append(np.interp(wanted * length.sum(), below, value[order]))
    return np.array(rows)


def shower_angles(beam: Beam, target: Target, cut: float) -> ShowerAngles:
    """Angles of a beam's shower, from the shipped or cached table or simulated now; none where it does not shower.

    Args:
        cut: lowest energy of interest (energy unit).
    """
    if beam.particle not in PRIMARY:
        return ShowerAngles(np.ones(2), np.zeros((0, 2, len(LOGITS))))
    least = min(cut, LOWEST * beam.energy)
    stored = cache.recall(recipe_of(beam, target, least), lambda: build(beam, target, least))
    return ShowerAngles(stored["energy_GeV"] * GeV, stored["log_square"] + 2 * np.log(GeV))
