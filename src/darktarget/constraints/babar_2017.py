r"""BaBar's single-photon search, arXiv:1702.03327: e+ e- -> gamma X, X invisible.

.. math:: \frac{d\sigma}{dc} = \frac{\pi\alpha^2\epsilon^2}{s}\Bigl(1-\frac{M^2}{s}\Bigr)
          \Bigl[\frac tu+\frac ut+\frac{2sM^2}{tu}\Bigr]

within |c| < 0.6, times the fraction of events without a visible decay inside the detector: a chi2 that decays within
1.5 m is taken as seen. One published number, the limit at 2 GeV, fixes the number of excluded events; efficiency and
background are taken as constant in mass. The published curve also has the fluctuations of its data (up to 40 %
between 3.5 and 5 GeV), which no rate can know, and goes on to 8 GeV with other data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from darktarget.constraints._declare import COUPLINGS, Search, electron_vector, exceeding, through_photon
from darktarget.constraints._flight import (
    Unstable,
    bare,
    between,
    daughter_energies,
    decay_length,
    mediator_channels,
    unstable,
    virtual_masses,
)
from darktarget.core import Array, Channel, Curve, Model, Published
from darktarget.units import ALPHA, GeV

ROOT_S: Final = 10.36 * GeV  # mostly Upsilon(3S) and (2S), arXiv:1702.03327
COSINE: Final = 0.6  # |cos theta*| of the photon, arXiv:1702.03327
TOP: Final = 5.5 * GeV  # up to 8 GeV the search uses other data with more background, which are not recomputed
RADIUS: Final = 150.0  # cm: drift chamber and calorimeter, Nucl. Instrum. Meth. A 479 (2002) 1
REFERENCE: Final = 2.0 * GeV
RESOLUTION: Final = 1.5 * GeV**2  # of M^2 for a light X, arXiv:1702.03327
PHOTON: Final = (
    "e+ e- -> gamma gamma*, gamma* -> dark pairs; only the pairs within one resolution of M^2 count against the limit "
    "on a narrow signal",
    "decays of dark states within 1.5 m veto the event",
)


class Babar2017(Search):
    """Mono-photon limit on vector mediators, with a veto on visible decays."""

    name = "babar-2017"
    title = "BaBar mono-photon"
    references = ("1702.03327", "Nucl. Instrum. Meth. A 479 (2002) 1")
    published = (Published("eps at 2 GeV", 8.2e-4, "", "1702.03327", "read off the figure with the limit on eps"),)
    cl = 0.9
    uncertainty = 0.15

    def apply(self, model: Model) -> Curve:
        """Excluded couplings; islands where decays inside the detector veto the signal."""
        if through_photon(model):
            return self.curve(model, exceeding(broad(model) / self._limit()), PHOTON)
        charge = electron_vector(model, self.name)
        rate = photon_rate(model.mass) * charge**2
        counts = (rate / self._limit())[:, None] * COUPLINGS**2 * unseen(model)
        method = (
            "e+ e- -> gamma X at tree level in |cos theta*| < 0.6, normalised to the published limit at 2 GeV, "
            "constant efficiency and background",
            "visible decays of dark states within 1.5 m veto the event",
        )
        above = "above 5.5 GeV the search uses other data, which are not recomputed"
        return self.curve(model, exceeding(counts), method, [None if m < TOP else above for m in model.mass])

    def _limit(self) -> float:
        """Excluded cross section in the acceptance of a narrow signal (energy^-2)."""
        return float(self.published[0].value ** 2 * photon_rate(np.array([REFERENCE]))[0])


def broad(model: Model) -> Array:
    """Largest cross section of gamma* -> dark pairs in any window of +- one resolution in M^2, [point, COUPLINGS]."""
    centre = np.linspace(0, TOP**2, 60)
    found = np.zeros((model.points, COUPLINGS.size))
    states = unstable(model)
    for k in range(model.points):
        inside = np.zeros((centre.size, COUPLINGS.size))
        for channel in mediator_channels(model):
            least = float(np.sum([m[k] for m in channel.masses]))
            root, weight = virtual_masses(least, TOP, 48)
            if root.size == 0:
                continue
            width = channel.at(np.broadcast_to(root, (model.points, root.size)))[k]
            made = photon_rate(root) * width / (np.pi * root**3) * weight
            energy = (ROOT_S**2 + root**2) / (2 * ROOT_S)
            alive = _survive(channel, states, energy, root, [np.full(root.size, m[k]) for m in channel.masses], k)
            near = np.abs(root**2 - centre[:, None]) < RESOLUTION
            inside += (near * made) @ alive * COUPLINGS**channel.power
        found[k] = inside.max(axis=0)
    return found


def photon_rate(mass: Array) -> Array:
    """sigma(e+ e- -> gamma X) in the acceptance at unit coupling, [point]; 0 above 5.5 GeV."""
    s, c = ROOT_S**2, COSINE
    r = mass**2 / s
    both, flat = 4 * np.arctanh(c) - 2 * c, 2 * np.arctanh(c)  # of (1+c^2)/(1-c^2) and 1/(1-c^2), both hemispheres
    open_ = mass < TOP
    safe = np.where(open_, r, 0.0)
    value = 2 * np.pi * ALPHA**2 / s * (1 - safe) * (both + 4 * safe / (1 - safe) ** 2 * flat)
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
            hidden = hidden + share * _survive(channel, states, energy, model.mass, channel.masses)
    return np.divide(hidden, everything, out=np.zeros_like(hidden), where=everything > 0)


def _survive(
    channel: Channel,
    states: Mapping[str, Unstable],
    energy: Array,
    mass: Array,
    masses: Sequence[Array],
    point: int | None = None,
) -> Array:
    """Probability that no daughter decays visibly inside, [n, COUPLINGS].

    Args:
        energy, mass: of the parents, [n]; masses: of the daughters, each [n].
        point: whose lifetimes are taken for all parents; the parents are the points by default.
    """
    ones = np.ones((mass.size, COUPLINGS.size))
    if not any(bare(d) in states for d in channel.daughters):
        return ones
    first, second, probability = daughter_energies(energy, mass, *masses)
    alive = np.ones((*ones.shape, probability.shape[-1]))
    chosen = slice(None) if point is None else slice(point, point + 1)
    for lab, name, own in zip((first, second), channel.daughters, masses, strict=True):
        if (state := states.get(bare(name))) is None:
            continue
        width, seen = state.width(COUPLINGS)[chosen], state.width(COUPLINGS, seen=True)[chosen]
        length = decay_length(lab[:, None, :], own[:, None, None], width[:, :, None])
        share = np.divide(seen, width, out=np.zeros_like(width), where=width > 0)
        alive = alive * (1 - share[:, :, None] * between(length, 0.0, RADIUS))
    return np.asarray((alive * probability[:, None, :]).sum(axis=-1))
