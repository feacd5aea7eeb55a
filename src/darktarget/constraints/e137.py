"""E137 at SLAC: 20 GeV electrons on aluminium, 179 m of shield and 204 m of decay path, Phys. Rev. D 38 (1988) 3375."""

from __future__ import annotations

from darktarget.constraints.base.experiment import OfExperiment


class E137(OfExperiment):
    """Visible decays, decays of heavier dark states, and for mediators of spin 0 and 1 scattering on electrons."""

    name = "e137"
    title = "E137"
    experiment = "e137"
    references = ("Phys. Rev. D 38 (1988) 3375", "1406.2698")
    uncertainty = 0.3
