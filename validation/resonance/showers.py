"""What the rest of the shower deposits in the calorimeter when a positron annihilates, from simulated showers."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

import darktarget as dt
from darktarget.shower.simulate import simulate
from darktarget.shower.track_lengths import stack_of
from darktarget.units import GeV, MeV
from validation.resonance.folding import BEAM_GEV, EXPERIMENT, PRODUCTION_CUT_GEV
from validation.resonance.published import Floats
from validation.resonance.tables import Table, row

EDGES_GEV: Final = (42.5, 50.0, 56.0, 66.0, 76.0, 84.0, 100.0)
BLOCK: Final = 1000
CUT: Final = 2 * MeV
ENERGY, LENGTH, DEPOSITED, VISIBLE, PRESHOWER, CELLS = 3, 4, 5, 6, 7, 8  # columns of a pick
CALIBRATED_GEV: Final = 0.5  # arXiv:2108.04195
#: 0.5 GeV in the scintillator of the pre-shower, as if the cut were on the energy before calibration.
UNCALIBRATED_GEV: Final = 0.5 / 0.107


def showers(number: int, seed: int = 11) -> tuple[Floats, Floats]:
    """Ordinary showers of 100 GeV electrons, and the rest of those in which one point of a positron is picked.

    Returns:
        energies (GeV) of 300 ordinary showers, [shower, deposited ... cells as in a pick]; picks, [pick, 11].
    """
    stack = stack_of(dt.experiment(EXPERIMENT).target)
    ordinary = simulate(stack, "e-", BEAM_GEV * GeV, CUT, 300, seed, lateral=True).events[:, :4] / GeV
    found = []
    for first in range(300, 300 + number, BLOCK):
        run = simulate(
            stack,
            "e-",
            BEAM_GEV * GeV,
            CUT,
            min(BLOCK, 300 + number - first),
            seed,
            first_primary=first,
            lateral=True,
            pick=("e+",),
            pick_above=PRODUCTION_CUT_GEV * GeV,
        )
        found.append(run.picks[run.picks[:, LENGTH] > 0])
    picks = np.concatenate(found)
    picks[:, [ENERGY, DEPOSITED, VISIBLE, PRESHOWER, CELLS]] /= GeV
    return ordinary, picks


def deposits(ordinary: Floats, picks: Floats) -> Table:
    """Means over the track length of positrons in bins of their energy, the missing energy."""
    fraction = ordinary[:, 1].sum() / ordinary[:, 0].sum()
    columns, values = [""], []
    for low, high in itertools.pairwise(EDGES_GEV):
        chosen = picks[(picks[:, ENERGY] > low) & (picks[:, ENERGY] <= high)]
        front = chosen[:, PRESHOWER] / fraction
        quantities = (
            chosen[:, DEPOSITED],
            front,
            front > CALIBRATED_GEV,
            front > UNCALIBRATED_GEV,
            chosen[:, PRESHOWER] / chosen[:, VISIBLE],
            chosen[:, CELLS] / chosen[:, VISIBLE],
        )
        columns.append(f"{low:g}-{high:g} GeV")
        values.append([float(np.average(q, weights=chosen[:, LENGTH])) for q in quantities])
    share = ordinary[:, 2] / ordinary[:, 1]
    normal = [
        float(ordinary[:, 0].mean()),
        float(ordinary[:, 2].mean() / fraction),
        float((ordinary[:, 2] / fraction > CALIBRATED_GEV).mean()),
        float((ordinary[:, 2] / fraction > UNCALIBRATED_GEV).mean()),
        float(share.mean()),
        float((ordinary[:, 3] / ordinary[:, 1]).mean()),
    ]
    labels = (
        "energy in the calorimeter [GeV]",
        "calibrated pre-shower energy [GeV]",
        "pre-shower above 0.5 GeV, calibrated",
        "pre-shower above 0.5 GeV, not calibrated",
        "part of the energy in the pre-shower",
        "part of the energy in 3x3 cells",
    )
    rows = [row(label, [*(v[i] for v in values), normal[i]]) for i, label in enumerate(labels)]
    return Table("Deposits in the calorimeter, by missing energy", [*columns, "ordinary electrons"], rows)
