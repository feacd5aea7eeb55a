"""S003 Fig. 1: energy of the dark pairs from annihilation for several mediator masses."""

from __future__ import annotations

import numpy as np

from darktarget import api, flow
from darktarget.core import Array
from darktarget.figures import Axis, Check, Panel, Sheet, absolute, marks
from darktarget.production.annihilation import Annihilation
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.resonance import resonant_energy
from darktarget.units import GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED

MASSES_GEV = (0.15, 0.2, 0.25, 0.3, 0.35)
ENERGIES_GEV = np.linspace(10, 99.5, 896)
ENERGY = Axis("energy_GeV", r"energy $E_{A'}$ [GeV]", log=False)
SHARE = Axis("fraction_per_GeV", "fraction per GeV", 1e-5, 1)


class S003Fig1:
    """Energy spectrum of e+ e- -> A' -> chi chi in NA64, alpha_D = 0.1, m_A'/m_chi = 3, Dirac."""

    name = "s003-fig1"
    caption = "Energy of the dark pair from annihilation, fermion, alpha_D = 0.1, m_A'/m_chi = 3; electrons at rest"
    source = "arXiv:2108.04195 Fig. 1"
    rows = ("3.11", "3.13")

    def draw(self) -> Sheet:
        """One curve per mass, normalised to its area above 10 GeV."""
        spectra = self.spectra()
        drawn = [
            marks.line(rf"$m_{{A'}}$ = {1000 * m:.0f} MeV", ENERGIES_GEV, row)
            for m, row in zip(MASSES_GEV, spectra, strict=True)
        ]
        peaks = [float(ENERGIES_GEV[row.argmax()]) for row in spectra]
        resonances = [float(resonant_energy(m * GeV) / GeV) for m in MASSES_GEV]
        checks = [
            Check("3.11/3.13", f"peak at E_R for {m:g} GeV [GeV]", resonance, peak, absolute(1.5))
            for m, peak, resonance in zip(MASSES_GEV, peaks, resonances, strict=True)
            if resonance < 95
        ]
        height = [float(row.max() / row[row > 0].mean()) for row, e in zip(spectra, resonances, strict=True) if e > 100]
        checks.append(
            Check.statement("3.13", "no peak where E_R > E_0 (maximum below twice the mean)", max(height) < 2)
        )
        return Sheet([Panel(ENERGY, SHARE, drawn)], checks)

    def spectra(self) -> Array:
        """Normalised spectra, [mass, energy]."""
        seen = api.experiment("na64e-2018")
        model = api.model("dark-photon", mass=list(MASSES_GEV), alpha_D=0.1, mass_ratio=3)
        options = AnnihilationOptions(width=AS_PUBLISHED["width"])
        made = Annihilation().spectrum(model, flow.tracks(seen.beam, seen.target), ENERGIES_GEV * GeV, options)
        area = np.asarray(np.trapezoid(made, ENERGIES_GEV, axis=1))
        return made / area[:, None]
