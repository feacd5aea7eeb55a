r"""BaBar's single-photon search, arXiv:1702.03327: e+ e- -> gamma X, X invisible.

.. math:: \frac{d\sigma}{dc} = \frac{\pi\alpha^2\epsilon^2}{s}\Bigl(1-\frac{M^2}{s}\Bigr)
          \Bigl[\frac tu+\frac ut+\frac{2sM^2}{tu}\Bigr],\qquad
          \Bigl[\dots\Bigr] = \frac{s^2+M^4}{2tu}\ {\rm for\ spin\ 0}

within |c| < 0.6, times the fraction of events without a visible decay inside the detector: a chi2 that decays within
1.5 m is taken as seen. One published number, the limit at 2 GeV, fixes the number of excluded events; efficiency and
background are taken as constant in mass. The published curve also has the fluctuations of its data (up to 40 %
between 3.5 and 5 GeV) and a second data set above 5.5 GeV, which no rate can know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.constraints._declare import COUPLINGS, Search, electron_coupling, exceeding
from darktarget.constraints._flight import (
    Unstable,
    bare,
    between,
    daughter_energies,
    decay_length,
    into_states,
    mediator_channels,
    unstable,
)
from darktarget.core import (
    PSEUDOSCALAR,
    SCALAR,
    VECTOR,
    Array,
    Channel,
    Curve,
    LorentzStructure,
    Model,
    Published,
)
from darktarget.units import ALPHA, GeV

ROOT_S: Final = 10.36 * GeV  # mostly Upsilon(3S) and (2S), arXiv:1702.03327
COSINE: Final = 0.6  # |cos theta*| of the photon, arXiv:1702.03327
TOP: Final = 8.0 * GeV  # the search ends there
RADIUS: Final = 150.0  # cm: drift chamber and calorimeter, Nucl. Instrum. Meth. A 479 (2002) 1
REFERENCE: Final = 2.0 * GeV
FLAT: Final = float(2 * np.arctanh(COSINE))  # integral of 1/(1-c^2) over the acceptance
BOTH: Final = 2 * FLAT - 2 * COSINE  # of (1+c^2)/(1-c^2)
#: Half the bracket above integrated over the acceptance, as a function of M^2/s, by Lorentz structure (read-only).
ANGLES: Final[Mapping[LorentzStructure, Callable[[Array], Array]]] = MappingProxyType(
    {
        VECTOR: lambda r: BOTH + 4 * r / (1 - r) ** 2 * FLAT,
        SCALAR: lambda r: (1 + r**2) / (1 - r) ** 2 * FLAT,
        PSEUDOSCALAR: lambda r: (1 + r**2) / (1 - r) ** 2 * FLAT,
    }
)


class Babar2017(Search):
    """Mono-photon limit on vector and spin-0 mediators, with a veto on visible decays."""

    name = "babar-2017"
    title = "BaBar mono-photon"
    references = ("1702.03327", "Nucl. Instrum. Meth. A 479 (2002) 1")
    published = (Published("eps at 2 GeV", 8.2e-4, "", "1702.03327", "read off the figure with the limit on eps"),)
    cl = 0.9
    uncertainty = 0.15

    def apply(self, model: Model) -> Curve:
        """Excluded couplings; islands where decays inside the detector veto the signal."""
        charge = electron_coupling(model, self.name, ANGLES)
        rate = photon_rate(model.mass, model.structure) * charge**2
        per_event = self.published[0].value ** 2 * photon_rate(np.array([REFERENCE]))
        counts = (rate / per_event)[:, None] * COUPLINGS**2 * unseen(model)
        method = (
            "e+ e- -> gamma X at tree level in |cos theta*| < 0.6, normalised to the published limit at 2 GeV, "
            "constant efficiency and background",
            "visible decays of dark states within 1.5 m veto the event",
        )
        return self.curve(model, exceeding(counts), method)


def photon_rate(mass: Array, structure: LorentzStructure = VECTOR) -> Array:
    """sigma(e+ e- -> gamma X) in the acceptance at unit coupling, [point]; 0 above 8 GeV."""
    s = ROOT_S**2
    open_ = mass < TOP
    safe = np.where(open_, mass**2 / s, 0.0)
    value = 2 * np.pi * ALPHA**2 / s * (1 - safe) * ANGLES[structure](safe)
    return np.asarray(np.where(open_, value, 0.0))


def unseen(model: Model) -> Array:
    """Fraction of produced mediators that leave nothing in the detector, [point, COUPLINGS]."""
    states = unstable(model)
    energy = (ROOT_S**2 + model.mass**2) / (2 * ROOT_S)
    everything = np.zeros((model.points, COUPLINGS.size))
    hidden = np.zeros_like(everything)
    for channel in mediator_channels(model):
        share = channel.at(model.mass[:, None]) * COUPLINGS**channel.power
        everything = everything + share
        if channel.dark:
            hidden = hidden + share * _survive(model, channel, states, energy)
    return np.divide(hidden, everything, out=np.zeros_like(hidden), where=everything > 0)


def _survive(model: Model, channel: Channel, states: Mapping[str, Unstable], energy: Array) -> Array:
    """Probability that no daughter decays visibly inside, [point, COUPLINGS]."""
    ones = np.ones((model.points, COUPLINGS.size))
    if not into_states(model, channel) or not any(bare(d) in states for d in channel.daughters):
        return ones
    first, second, probability = daughter_energies(energy, model.mass, *channel.masses)
    alive = np.ones((*ones.shape, probability.shape[-1]))
    for lab, name in zip((first, second), channel.daughters, strict=True):
        if (state := states.get(bare(name))) is None:
            continue
        width = state.width(COUPLINGS)
        length = decay_length(lab[:, None, :], state.mass[:, None, None], width[:, :, None])
        share = np.divide(state.width(COUPLINGS, seen=True), width, out=np.zeros_like(width), where=width > 0)
        alive = alive * (1 - share[:, :, None] * between(length, 0.0, RADIUS))
    return np.asarray((alive * probability[:, None, :]).sum(axis=-1))
