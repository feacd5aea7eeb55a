"""S000 Fig. 4 left: missing energy of dipole pairs from virtual photons."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.core import Array, Beam
from darktarget.figures import Axis, Check, Panel, Sheet, marks
from darktarget.production.options.virtual_photon import VirtualPhotonOptions
from darktarget.production.virtual_photon import VirtualPhoton
from darktarget.units import PB, GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED

BEAM_GEV = 100.0
MASSES_GEV = (0.01, 0.05, 0.1, 0.3, 0.5, 0.7)
FRACTIONS = 1 - np.geomspace(0.5, 1e-6, 50)
MISSING = Axis("missing_energy_GeV", r"missing energy $E_{\rm miss}$ [GeV]", 50, 100, log=False)
RATE = Axis("dsigma_dE_pb_per_GeV", r"$d\sigma/dE_{\rm miss}$ [pb/GeV] at $\Lambda_M$ = 1 GeV", 1e2, 1e8)


class S000Fig4Left:
    """d sigma/dE_miss of e N -> e N gamma*(-> chi1 chi0) on lead, Lambda = 1 GeV, splitting 1e-3."""

    name = "s000-fig4-left"
    caption = (
        "Missing energy of dipole pairs from virtual photons, 100 GeV on lead, Lambda = 1 GeV, splitting 1e-3; "
        "elastic form factor"
    )
    source = "arXiv:2603.28278 Fig. 4 left"
    rows = ("0.20", "0.33")

    def draw(self) -> Sheet:
        """One curve per mass."""
        spectra = spectrum(MASSES_GEV, 1e-3)
        drawn = [
            marks.line(rf"$m_{{\chi_0}}$ = {1000 * m:.0f} MeV", BEAM_GEV * FRACTIONS, np.where(row > 0, row, np.nan))
            for m, row in zip(MASSES_GEV, spectra, strict=True)
        ]
        return Sheet([Panel(MISSING, RATE, drawn)], checks(spectra))


def spectrum(masses: tuple[float, ...], splitting: float) -> Array:
    """d sigma/dE_miss in pb/GeV, [mass, energy]."""
    model, beam = api.model("dipole-idm", mass=list(masses), splitting=splitting), Beam("electron", BEAM_GEV * GeV)
    made = VirtualPhoton().spectrum(
        model, beam, "Pb", FRACTIONS, VirtualPhotonOptions(form_factor=AS_PUBLISHED["form_factor"])
    )
    return np.asarray(made.value / PB / BEAM_GEV)


def checks(spectra: Array) -> list[Check]:
    """Shape, dependence on the splitting, and the size that the reach of S000 allows."""
    total = float(np.trapezoid(spectra[0], BEAM_GEV * FRACTIONS))
    high = BEAM_GEV * FRACTIONS > 75
    forward = np.trapezoid(spectra[:, high], BEAM_GEV * FRACTIONS[high], axis=1)
    share = forward / np.trapezoid(spectra, BEAM_GEV * FRACTIONS, axis=1)
    early = FRACTIONS < 0.999
    changed = float(np.abs(spectrum((0.1,), 0.05)[0][early] / spectra[2][early] - 1).max())
    return [
        Check.statement("0.20", "rises up to E_miss = 99.9 GeV for every mass", bool(rises(spectra).all())),
        Check.statement("0.20", "splitting 0.05 instead of 1e-3 changes it by less than 5 %", changed < 0.05),
        Check.statement(
            "0.20", "50-100 GeV holds less than the 2.5e7 pb that the reach asks for", total < 2.5e7, f"{total:.3g} pb"
        ),
        Check.statement("0.33", "most pairs take more than three quarters of the energy", bool((share > 0.5).all())),
    ]


def rises(spectra: Array) -> Array:
    """Whether a spectrum grows all the way to 99.9 GeV, [mass]."""
    return np.asarray((np.diff(spectra[:, FRACTIONS < 0.999], axis=1) > 0).all(axis=1))
