r"""NA62: pi0 -> gamma X with X invisible, arXiv:1903.08767.

.. math:: {\rm Br} = 2\epsilon^2\Bigl(1-\frac{M^2}{m_{\pi^0}^2}\Bigr)^3{\rm Br}(\pi^0\to\gamma\gamma)

One published number, the limit at 70 MeV, fixes the branching ratio that is excluded; it is taken as constant in the
window 60-110 MeV, in which it was the best of its time and agrees with the published curve within 30 % in eps.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.constraints.base.search import Search, above, photon_like
from darktarget.core import Array, Curve, FittedNumber, Model, PublishedNumber
from darktarget.decays.r_ratio import NEUTRAL_PION
from darktarget.units import GeV

WINDOW: Final = (0.060 * GeV, 0.110 * GeV)  # abstract of arXiv:1903.08767
REFERENCE: Final = 0.070 * GeV


class Na62(Search):
    """Invisible decays of a kinetically mixed vector from pi0 -> gamma X."""

    name = "na62"
    title = r"NA62 $\pi^0\to\gamma$ inv."
    references = ("1903.08767",)
    published = (
        PublishedNumber("eps at 70 MeV", 4.9e-4, "", "1903.08767", "read off the figure with the limit on eps"),
    )
    fitted = (
        FittedNumber("normalisation", "eps at 70 MeV", published[0].value, "the published limit of arXiv:1903.08767"),
    )
    uncertainty = 0.3

    def apply(self, model: Model) -> Curve:
        """Excluded couplings for dark channels; unstable dark states are not treated as seen."""
        charge = photon_like(model, self.name)
        inside = (model.mass > WINDOW[0]) & (model.mass < WINDOW[1])
        rate = phase_space(model.mass) / phase_space(np.array([REFERENCE])) * model.invisible_fraction() * charge**2
        edge = np.divide(
            self.published[0].value, np.sqrt(rate), out=np.full(model.points, np.nan), where=inside & (rate > 0)
        )
        outside = [None if i else "outside the window 60-110 MeV" for i in inside]
        method = ("Br(pi0 -> gamma X) with the phase space of a vector, constant excluded Br in 60-110 MeV",)
        return self.curve(model, above(edge), method, outside)


def phase_space(mass: Array) -> Array:
    """(1 - M^2/m_pi0^2)^3, 0 where closed, [point]."""
    return np.asarray(np.maximum(1 - (mass / NEUTRAL_PION) ** 2, 0) ** 3)
