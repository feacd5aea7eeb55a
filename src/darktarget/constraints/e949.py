r"""E787 and E949: K+ -> pi+ X with X invisible, arXiv:hep-ex/0403036, 0903.0030; the rate is that of arXiv:0811.1030.

.. math:: \Gamma = \frac{\alpha\epsilon^2}{2^{10}\pi^4}\frac{M^2W^2}{m_K}\lambda^{3/2}(1,M^2/m_K^2,m_\pi^2/m_K^2),
          \qquad W^2 = 10^{-12}(3+6M^2/m_K^2)^2

The excluded branching ratio is constant within the two windows of missing mass, on either side of K+ -> pi+ pi0.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget import particles
from darktarget.constraints.base.search import Search, above, photon_like
from darktarget.core import Array, Curve, Model, PublishedNumber
from darktarget.decays.kinematics import kallen_root
from darktarget.units import ALPHA, HBARC_CM, PION_MASS, SPEED_OF_LIGHT, GeV, MeV

WINDOWS: Final = ((0.0, 0.100 * GeV), (0.160 * GeV, 0.250 * GeV))
KAON_MASS: Final = particles.CHARGED_KAON.mass_MeV * MeV
KAON_WIDTH: Final = HBARC_CM / (SPEED_OF_LIGHT * particles.CHARGED_KAON.lifetime_s)


class E949(Search):
    """Invisible decays of a kinetically mixed vector from K+ -> pi+ X."""

    name = "e949"
    title = r"E787/E949 $K^+\to\pi^+$ inv."
    references = ("hep-ex/0403036", "0903.0030", "0811.1030")
    published = (
        PublishedNumber(
            "Br(K+ -> pi+ X), massless X", 0.73e-10, "", "hep-ex/0403036", "list of axion searches, Particle Data Group"
        ),
    )
    uncertainty = 0.4

    def apply(self, model: Model) -> Curve:
        """Excluded couplings in the windows 0-100 and 160-250 MeV."""
        charge = photon_like(model, self.name)
        inside = np.any([(model.mass > a) & (model.mass < b) for a, b in WINDOWS], axis=0)
        rate = kaon_width(model.mass) / KAON_WIDTH * model.invisible_fraction() * charge**2
        limit = self.published[0].value
        edge = np.sqrt(np.divide(limit, rate, out=np.full(model.points, np.nan), where=inside & (rate > 0)))
        outside = [None if i else "outside the windows 0-100 and 160-250 MeV" for i in inside]
        method = ("chiral estimate of K+ -> pi+ X, constant excluded Br in both windows",)
        return self.curve(model, above(edge), method, outside)


def kaon_width(mass: Array) -> Array:
    """Gamma(K+ -> pi+ X) at unit coupling, [point] (energy unit); 0 where closed."""
    form = 1e-12 * (3 + 6 * (mass / KAON_MASS) ** 2) ** 2
    space = (kallen_root(KAON_MASS, mass, PION_MASS) / KAON_MASS**2) ** 3
    return np.asarray(ALPHA / (2**10 * np.pi**4) * mass**2 * form / KAON_MASS * space)
