"""NuCal at the U70 dump: 70 GeV protons on iron, decays 64 m behind, arXiv:1104.2747 and arXiv:1311.3870."""

from __future__ import annotations

from darktarget.constraints.base.proton_dump import ProtonDump
from darktarget.core import PublishedNumber
from darktarget.dump.volume import Volume
from darktarget.units import GeV


class Nucal(ProtonDump):
    """Visible decays of a kinetically mixed vector and of the heavier dark state."""

    name = "nucal"
    title = "NuCal"
    references = ("1104.2747", "1311.3870")
    published = (
        PublishedNumber("protons on target", 1.71e18, "", "1311.3870", "text"),
        PublishedNumber(
            "excluded events (5 detected, 3.5 expected)", 6.06, "", "1311.3870", "CLs, 90 % CL, from its counts"
        ),
        PublishedNumber(
            "efficiency", 0.7, "", "1311.3870", "electromagnetic showers, as used for 1908.07525 and 2201.05170"
        ),
    )
    uncertainty = 0.5
    beam, eta_to_pion = 70 * GeV, 0.078
    volume = Volume(64e2, 23e2, 130.0, 130.0, 0.0, 3 * GeV, round=True)
    primaries, excluded, efficiency = 1.71e18, 6.06, 0.7
    production = f"pi0, eta ({eta_to_pion:g} per pi0, arXiv:1311.3870) and bremsstrahlung of {beam / GeV:g} GeV protons"
