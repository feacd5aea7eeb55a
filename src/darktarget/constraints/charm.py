"""CHARM: 400 GeV protons on copper, decays 480 m behind and 5 m off the axis, Phys. Lett. B 157 (1985) 458."""

from __future__ import annotations

from darktarget.constraints.base.proton_dump import ProtonDump
from darktarget.core import PublishedNumber
from darktarget.dump.volume import Volume
from darktarget.units import GeV


class Charm(ProtonDump):
    """Visible decays of a kinetically mixed vector and of the heavier dark state."""

    name = "charm"
    title = "CHARM"
    references = ("Phys. Lett. B 157 (1985) 458", "1209.0015")
    published = (
        PublishedNumber("protons on target", 2.4e18, "", "Phys. Lett. B 157 (1985) 458", "text"),
        PublishedNumber("efficiency", 0.51, "", "Phys. Lett. B 157 (1985) 458", "text, e+ e-"),
        PublishedNumber("excluded events (0 seen)", 2.3, "", "Phys. Lett. B 157 (1985) 458", "Poisson, 90 % CL"),
    )
    uncertainty = 0.5
    beam, eta_to_pion = 400 * GeV, 0.11
    volume = Volume(480e2, 35e2, 150.0, 150.0, 500.0, 3 * GeV)
    primaries, excluded, efficiency = 2.4e18, 2.3, 0.51
    production = f"pi0, eta ({eta_to_pion:g} per pi0) and bremsstrahlung of {beam / GeV:g} GeV protons"
