"""What the figures of S002 share: reach through one vector meson alone, positron beams, notes on backgrounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Beam, Experiment, Model
from darktarget.production.mesons.photoproduction import MESONS, invisible_ratio
from darktarget.production.vector_meson import VectorMeson
from darktarget.units import GeV

#: What an expected background would be where nobody published one for such a run.
UNKNOWN: Final = "b = 0; no background is published that could be scaled"


def muons(exposure: float) -> str:
    """What the 0 events of 1.98e10 muons (arXiv:2401.01708) allow at another exposure."""
    return f"b = 0; the 0 observed at 1.98e10 allow up to {float(f'{2.3 * exposure / 1.98e10:.2g}'):.0f}"


def through(meson: str, model: Model, experiment: str) -> Array:
    """Coupling that makes 2.3 dark pairs above 50 GeV from one kind of meson; inf where it is too light, [point]."""
    seen = api.experiment(experiment)
    made = VectorMeson().mesons(flow.tracks(seen.beam, seen.target, cut=42.5 * GeV), 50 * GeV)[meson]
    pairs = seen.effective_exposure * made * MESONS[meson].electrons * invisible_ratio(model, MESONS[meson])
    with np.errstate(divide="ignore"):
        return np.asarray(np.sqrt(-np.log(0.1) / pairs))


def with_positrons(name: str) -> Experiment:
    """An experiment with the same number of positrons instead of electrons, a projection."""
    seen = api.experiment(name)
    return replace(seen, beam=Beam("positron", seen.beam.energy), projection=True)
