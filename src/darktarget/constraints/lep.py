"""LEP and other e+ e- data: kinetic mixing moves the Z, whatever the dark decays, arXiv:1006.0973.

The bound is given for most masses between 1 GeV and 1 TeV. Below 1 GeV it is kept: what mixes with the Z does not
depend on a mass that is small beside it.
"""

from __future__ import annotations

from darktarget.constraints.base.search import Bound, electron_vector
from darktarget.core import Array, Model, PublishedNumber
from darktarget.units import GeV


class Lep(Bound):
    """eps > 0.03 below 80 GeV, where nothing is resonant with the Z, the same for every dark decay."""

    name = "lep"
    title = r"LEP ($\varepsilon > 0.03$)"
    references = ("1006.0973", "Eur. Phys. J. C 83 (2023) 391")
    published = (PublishedNumber("eps", 0.03, "", "1006.0973", "abstract: for most masses from 1 GeV to 1 TeV"),)
    cl = 0.95
    uncertainty = 0.1
    top = 80 * GeV

    def strength(self, model: Model) -> Array:
        """Coupling to the electron."""
        return electron_vector(model, self.name)
