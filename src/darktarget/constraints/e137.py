"""E137 at SLAC: 20 GeV electrons on aluminium, 179 m of shield and 204 m of decay path, Phys. Rev. D 38 (1988) 3375."""

from __future__ import annotations

from darktarget.constraints.base.experiment import OfExperiment
from darktarget.core import PublishedNumber


class E137(OfExperiment):
    """Visible decays, decays of heavier dark states, and scattering of dark particles on electrons."""

    name = "e137"
    title = "E137"
    experiment = "e137"
    references = ("Phys. Rev. D 38 (1988) 3375", "1406.2698")
    published = (
        PublishedNumber("electrons on target", 1.87e20, "", "Phys. Rev. D 38 (1988) 3375", "text"),
        PublishedNumber("excluded events (0 seen)", 2.3, "", "Phys. Rev. D 38 (1988) 3375", "Poisson, 90 % CL"),
        PublishedNumber("detector", 8.0, "X0", "1406.2698", "text"),
    )
    uncertainty = 0.3
