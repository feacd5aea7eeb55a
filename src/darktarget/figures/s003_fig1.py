"""S003 Fig. 1: energy of the dark pairs from annihilation for several mediator masses."""

from __future__ import annotations

import numpy as np

from darktarget import api, flow
from darktarget.core import Array
from darktarget.figures._sheet import COLOURS, Check, Sheet, axes
from darktarget.production.annihilation import resonant_energy
from darktarget.units import GeV

MASSES_GEV = (0.15, 0.2, 0.25, 0.3, 0.35)
ENERGIES_GEV = np.linspace(10, 99.5, 896)


class S003Fig1:
    """Energy spectrum of e+ e- -> A' -> chi chi in NA64, alpha_D = 0.1, m_A'/m_chi = 3, Dirac."""

    name = "s003-fig1"
    caption = "Energy of the dark pair from annihilation, fermion, alpha_D = 0.1, m_A'/m_chi = 3"
    source = "arXiv:2108.04195 Fig. 1"

    def draw(self) -> Sheet:
        """One curve per mass, normalised to its area above 10 GeV."""
        ax = axes(xlabel=r"energy $E_{A'}$ [GeV]", ylabel="fraction per GeV", yscale="log", ylim=(1e-5, 1))
        spectra = self.spectra()
        for mass, row, colour in zip(MASSES_GEV, spectra, COLOURS, strict=False):
            ax.plot(ENERGIES_GEV, row, color=colour, label=f"{1000 * mass:.0f} MeV")
        ax.legend(title=r"$m_{A'}$", frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        checks = [
            Check("3.11/3.13", f"peak at E_R for {mass:g} GeV", float(resonant_energy(mass * GeV) / GeV),
                  float(ENERGIES_GEV[row.argmax()]), 1.5, absolute=True)
            for mass, row in zip(MASSES_GEV, spectra, strict=True)
            if resonant_energy(mass * GeV) < 95 * GeV
        ]  # fmt: skip
        columns = ("energy_GeV", *(f"m={m:g}_GeV" for m in MASSES_GEV))
        return Sheet(ax, columns, np.column_stack([ENERGIES_GEV, spectra.T]).tolist(), checks)

    def spectra(self) -> Array:
        """Normalised spectra, [mass, energy]."""
        from darktarget.production.annihilation import Annihilation

        seen = api.experiment("na64e-2018")
        model = api.model("dark-photon", mass=list(MASSES_GEV), alpha_D=0.1, mass_ratio=3)
        made = Annihilation().spectrum(model, flow.tracks(seen.beam, seen.target), ENERGIES_GEV * GeV)
        area = np.asarray(np.trapezoid(made, ENERGIES_GEV, axis=1))
        return made / area[:, None]
