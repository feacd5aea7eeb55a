r"""BaBar's single-photon search, arXiv:1702.03327: e+ e- -> gamma X, X invisible.

The rate within |cos theta*| < 0.6 (``base.mono_photon``), times the fraction of events without a visible decay inside
the detector: a chi2 that decays within 1.5 m is taken as seen if more than 20 MeV can be visible. One published number,
the limit at 2 GeV, fixes the number of excluded events; efficiency and background are taken as constant in mass. The
published curve also has the fluctuations of its data (up to 40 % between 3.5 and 5 GeV), which no rate can know; below
1.2 GeV the peak of e+ e- -> gamma gamma with a lost photon lies under the signal, which weakens it by 10 %; above
5.5 GeV it uses other data.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.constraints.base.mono_photon import ANGLES, Collider
from darktarget.constraints.base.search import Search, electron_coupling, exceeding, through_photon
from darktarget.core import Array, Curve, FittedNumber, Model, PublishedNumber
from darktarget.dump.flight import mediator_channels, survive, unstable
from darktarget.limits.exclusion import COUPLINGS
from darktarget.units import GeV, MeV

#: sqrt(s) mostly Upsilon(3S) and (2S), and the acceptance, arXiv:1702.03327; up to 8 GeV the search uses other data
#: with more background, which are not recomputed. Drift chamber and calorimeter, which sees photons from 20 MeV:
#: Nucl. Instrum. Meth. A 479 (2002) 1.
BABAR: Final = Collider(10.36 * GeV, top=5.5 * GeV, cosine=0.6, radius=150.0, threshold=20 * MeV)
REFERENCE: Final = 2.0 * GeV
RESOLUTION: Final = 1.5 * GeV**2  # of M^2 for a light X, arXiv:1702.03327
PHOTON: Final = (
    "e+ e- -> gamma gamma*, gamma* -> dark pairs; only the pairs within one resolution of M^2 count against the limit "
    "on a narrow signal",
    "decays of dark states within 1.5 m veto the event if more than 20 MeV can be visible",
)


class Babar2017(Search):
    """Mono-photon limit on mediators of spin 0 and 1 that couple to electrons, with a veto on visible decays."""

    name = "babar-2017"
    title = "BaBar mono-photon"
    references = ("1702.03327", "Nucl. Instrum. Meth. A 479 (2002) 1")
    published = (
        PublishedNumber("eps at 2 GeV", 8.2e-4, "", "1702.03327", "read off the figure with the limit on eps"),
    )
    fitted = (
        FittedNumber("normalisation", "eps at 2 GeV", published[0].value, "the published limit of arXiv:1702.03327"),
    )
    cl = 0.9
    uncertainty = 0.15

    def apply(self, model: Model) -> Curve:
        """Excluded couplings; islands where decays inside the detector veto the signal."""
        if through_photon(model):
            return self.curve(model, exceeding(broad(model) / self._limit()), PHOTON)
        parts = electron_coupling(model, self.name, ANGLES)
        rate = np.sum([BABAR.rate(model.mass, structure) * form**2 for structure, form in parts], axis=0)
        counts = (rate / self._limit())[:, None] * COUPLINGS**2 * unseen(model)
        method = (
            "e+ e- -> gamma X at tree level in |cos theta*| < 0.6, normalised to the published limit at 2 GeV, "
            "constant efficiency and background",
            "decays of dark states within 1.5 m veto the event if more than 20 MeV can be visible",
        )
        above = "above 5.5 GeV the search uses other data, which are not recomputed"
        return self.curve(model, exceeding(counts), method, [None if m < BABAR.top else above for m in model.mass])

    def _limit(self) -> float:
        """Excluded cross section in the acceptance of a narrow signal (energy^-2)."""
        return float(self.published[0].value ** 2 * BABAR.rate(np.array([REFERENCE]))[0])


def broad(model: Model) -> Array:
    """Largest cross section of gamma* -> dark pairs in any window of +- one resolution in M^2, [point, COUPLINGS]."""
    centre = np.arange(0, BABAR.top**2 + RESOLUTION, RESOLUTION / 4)  # the edges of all windows lie on this grid
    inside = np.zeros((model.points, centre.size, COUPLINGS.size))
    breaks = np.sqrt([*(centre[1] * 0.25 ** np.arange(12, 0, -1)), *centre[1:]])
    for k, root, made in BABAR.pairs(model, 2, breaks.tolist()):
        inside[k] += (np.abs(root**2 - centre[:, None]) < RESOLUTION).astype(float) @ made
    return np.asarray(inside.max(axis=1))


def unseen(model: Model) -> Array:
    """Fraction of produced mediators that leave nothing in the detector, [point, COUPLINGS]."""
    states = unstable(model)
    energy = BABAR.recoil_energy(model.mass)
    everything = np.zeros((model.points, COUPLINGS.size))
    hidden = np.zeros_like(everything)
    for channel in mediator_channels(model):
        share = channel.at(model.mass[:, None]) * COUPLINGS**channel.power
        everything = everything + share
        if channel.dark:
            flight = energy, model.mass, channel.masses
            hidden = hidden + share * survive(channel, states, *flight, BABAR.radius, BABAR.threshold)
    return np.divide(hidden, everything, out=np.zeros_like(hidden), where=everything > 0)
