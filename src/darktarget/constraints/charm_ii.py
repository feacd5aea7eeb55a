r"""CHARM II: dark particles of 450 GeV protons on beryllium that hit electrons of a glass calorimeter.

Electrons of 3-24 GeV along the beam were counted, 2677 +- 82 from muon neutrinos (Phys. Lett. B 335 (1994) 246), with
the flux of the neutrinos known to 4 %. The excess that is excluded is a share of these events, so that exposure, mass
and efficiency cancel:

.. math:: \frac{N_\chi}{N_\nu} =
          \frac{\sum_\chi\sigma(\chi e\to\chi e)}{\int dE\,\Phi(E)\,\sigma(\nu_\mu e\to\nu_\mu e)}
          > 1.28\,\Big[\Big(\frac{82}{2677}\Big)^2+0.04^2\Big]^{1/2}
"""

from __future__ import annotations

from typing import Final

import numpy as np

from darktarget.constraints.base.proton_dump import ProtonDump
from darktarget.core import Array, Model, PublishedNumber
from darktarget.dump.volume import Volume
from darktarget.errors import PhysicsError
from darktarget.numerics.interpolation import log_linear
from darktarget.units import ELECTRON_MASS, FERMI_CONSTANT, HBARC_CM, GeV

WEAK: Final = 0.2324  # sin^2 theta_W of the experiment, Phys. Lett. B 335 (1994) 246
#: (E [GeV], 1e8 muon neutrinos per GeV and 1e13 protons through 3.7 m x 3.7 m), read off the flux of arXiv:1812.08768
FLUX: Final = (
    (4.0, 6.1), (6.1, 11.2), (8.5, 22.8), (10.0, 36.1), (11.3, 45.0), (13.5, 50.0), (16.4, 47.9), (18.8, 41.8),
    (21.7, 30.0), (25.6, 19.9), (31.5, 11.4), (41.5, 4.86), (54.5, 2.48), (69.0, 1.73), (90.4, 0.746), (120, 0.312),
    (160, 0.0923), (200, 0.030),
)  # fmt: skip
LOWEST, HIGHEST = 3 * GeV, 24 * GeV  # of the electron


def neutrino_scattering(energy: Array, low: float, high: float) -> Array:
    r"""sigma(nu_mu e -> nu_mu e) with an electron of low to high, at tree level, m_e neglected (energy^-2).

    :math:`\frac{2G_F^2m_e}{\pi}\int dT\,[g_L^2+g_R^2(1-T/E)^2]`, :math:`g_L=s_W^2-\tfrac12,\;g_R=s_W^2`.

    Args:
        energy: of the neutrino, [n]. low, high: of the electron.
    """
    a, b = (1 - np.minimum(t, energy) / energy for t in (low, high))
    shape = (WEAK - 0.5) ** 2 * (a - b) + WEAK**2 * (a**3 - b**3) / 3
    return np.asarray(2 * FERMI_CONSTANT**2 * ELECTRON_MASS / np.pi * energy * shape)


def neutrino_events() -> float:
    """Neutrino scatterings per proton and electron/cm^2 of the detector."""
    energy, flux = np.array(FLUX).T
    fine = np.geomspace(energy[0], energy[-1], 600)
    spectrum = log_linear(energy, flux * 1e8 / 1e13, fine)
    return float(np.trapezoid(spectrum * neutrino_scattering(fine * GeV, LOWEST, HIGHEST), fine) * HBARC_CM**2)


class CharmIi(ProtonDump):
    """Scattering on electrons of dark pairs that couple to the photon, and of those of a kinetically mixed vector."""

    name = "charm-ii"
    title = "CHARM II"
    references = ("Phys. Lett. B 335 (1994) 246", "Nucl. Instrum. Meth. A 278 (1989) 670", "1812.08768", "1912.09346")
    published = (
        PublishedNumber(
            "excess of nu_mu e events excluded, share of them",
            1.2816 * float(np.hypot(82 / 2677, 0.04)),
            "",
            "Phys. Lett. B 335 (1994) 246",
            "90 % CL, from 2677 +- 82 events and 4 % of the flux (arXiv:1812.08768)",
        ),
        PublishedNumber(
            "nu_mu per 1e13 protons", 1.0e11, "", "1812.08768", "integral of the flux it used, read off a figure"
        ),
    )
    uncertainty = 0.3
    beam, eta_to_pion = 450 * GeV, 0.11
    volume = Volume(820e2, 0.0, 185.0, 185.0, 0.0, LOWEST, highest=HIGHEST)  # 3.7 m x 3.7 m, hall of BEBC
    column, primaries, efficiency = 1.0, 1.0, 1.0  # one electron per cm^2: they cancel
    excluded = published[0].value * neutrino_events()
    production = f"pi0, eta ({eta_to_pion:g} per pi0) and bremsstrahlung of {beam / GeV:g} GeV protons"

    def check(self, model: Model) -> Array:
        """As of any dump; only what hits electrons is counted."""
        charge = super().check(model)
        if not model.exchanges():
            raise PhysicsError(f"charm-ii counts dark particles that hit electrons; {model.name} as given has none")
        return charge

    def signal(self) -> str:
        """Electrons that were hit, in units of those that neutrinos hit."""
        return (
            "dark particles hit electrons (3-24 GeV), their decays left out; more than "
            f"{self.published[0].value:.2g} of the events of muon neutrinos excluded, efficiency and angles alike"
        )
