"""NuCal at the U70 dump: 70 GeV protons on iron, decays 64 m behind, arXiv:1104.2747 and arXiv:1311.3870."""

from __future__ import annotations

from collections.abc import Iterator

from darktarget.constraints._dump import DumpSearch, Volume
from darktarget.constraints._sample import Sample, proton_sample
from darktarget.core import Model, Published
from darktarget.units import GeV


class Nucal(DumpSearch):
    """Visible decays of a kinetically mixed vector and of the heavier dark state."""

    name = "nucal"
    title = "NuCal"
    references = ("1104.2747", "1311.3870")
    published = (
        Published("protons on target", 1.71e18, "", "1311.3870", "text"),
        Published("excluded events (5 seen, 3.5 expected)", 5.9, "", "1311.3870", "Poisson, 90 % CL, from its counts"),
        Published("efficiency", 0.8, "", "1104.2747", "text, between 0.7 and 0.9"),
    )
    uncertainty = 0.5
    photons = True
    volume = Volume(64e2, 23e2, 130.0, 130.0, 0.0, 3 * GeV, round=True)
    primaries, excluded, efficiency = 1.71e18, 5.9, 0.8
    production = "pi0, eta (0.078 per pi0, arXiv:1311.3870) and bremsstrahlung of 70 GeV protons"

    def samples(self, model: Model) -> Iterator[Sample]:
        """Mediators per proton at unit coupling, one sample per point."""
        return (self.mediators(float(m)) for m in model.mass)

    def mediators(self, mass: float) -> Sample:
        """Mediators of one mass per proton at unit coupling."""
        return proton_sample(70 * GeV, mass, 0.078)
