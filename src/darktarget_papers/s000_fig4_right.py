"""S000 Fig. 4 right: numbers of dipole pairs by where they come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from darktarget import api, flow
from darktarget.core import Array
from darktarget.figures import Axis, Check, Panel, Remedy, Sheet, factor, marks, relative, styles
from darktarget.production.mesons.photoproduction import MESONS, invisible_ratio
from darktarget.production.vector_meson import VectorMeson
from darktarget.units import GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED

EXPERIMENT, SPLITTING, INVERSE_LAMBDA = "na64e-5e12", 1e-3, 1e-3
MASSES_GEV = np.unique(np.concatenate([np.geomspace(0.01, 1.56, 50), np.linspace(0.36, 0.54, 19), [0.1, 1.54, 1.548]]))
MASS = Axis("m0_GeV", r"$m_{\chi_0}$ [GeV]", 0.01, 2)
PAIRS = Axis("pairs", r"pairs at $1/\Lambda_M$ = 10$^{-3}$ GeV$^{-1}$", 1e-5, 30)
#: J/psi above 50 GeV over those with an infinite coherence length
FINITE_LENGTH = 1.041
LABELS = {"J/psi": r"$J/\psi$", "rho": r"$\rho$", "omega": r"$\omega$", "phi": r"$\phi$"}


class S000Fig4Right:
    """Pairs in the signal box at 5e12 EOT; S000 does not say its Lambda, here 1 TeV."""

    name = "s000-fig4-right"
    caption = (
        "Dipole pairs between 50 and 100 GeV at 5e12 EOT, splitting 1e-3, Lambda = 1 TeV (S000 does not say its); "
        "elastic form factor"
    )
    source = "arXiv:2603.28278 Fig. 4 right"
    rows = ("0.19", "0.21", "0.22", "0.23")

    def draw(self) -> Sheet:
        """Virtual photons, four mesons, and the sum."""
        parts = pairs(MASSES_GEV)
        total = np.sum(list(parts.values()), axis=0)
        drawn = [marks.line(label, MASSES_GEV, np.where(n > 0, n, np.nan)) for label, n in parts.items()]
        whole = marks.line("sum", MASSES_GEV, total, replace(styles.LINE, width=3.5, order=2.5))
        return Sheet([Panel(MASS, PAIRS, [whole, *drawn])], checks(parts, total))


def pairs(mass: Array) -> dict[str, Array]:
    """Pairs by source at the exposure, efficiency and coupling of the figure, [mass]."""
    seen = api.experiment(EXPERIMENT)
    model = api.model("dipole-idm", mass=mass, splitting=SPLITTING)
    scale = seen.effective_exposure * INVERSE_LAMBDA**2
    (made,) = flow.produce(model, seen, processes=["virtual-photon"], **AS_PUBLISHED)
    counted = made.weight * seen.bins[0].signature.efficiency(made.energy, seen.beam)
    mesons = VectorMeson().mesons(flow.tracks(seen.beam, seen.target, cut=42.5 * GeV), 50 * GeV)
    found = {r"$\gamma^*$": counted.sum(axis=1) * scale}
    for name, label in LABELS.items():
        found[label] = scale * mesons[name] * MESONS[name].electrons * invisible_ratio(model, MESONS[name])
    return found


def checks(parts: dict[str, Array], total: Array) -> list[Check]:
    """Branching fractions, who leads, and the kink at half the J/psi."""
    one = api.model("dipole-idm", mass=0.01, splitting=SPLITTING, charge_assignments=1)
    branching = {n: m.electrons * float(invisible_ratio(one, m)[0]) * 1e-6 for n, m in MESONS.items()}
    psi, light = parts[LABELS["J/psi"]], MASSES_GEV < 1
    first, last = (psi[m == MASSES_GEV] / parts[r"$\gamma^*$"][m == MASSES_GEV] for m in (0.01, 0.1))
    note = f"virtual photons fall to {first[0] / last[0]:.2f} from 10 to 100 MeV, 4.2e-8 J/psi per electron stay"
    fewer = Remedy("meson_scale = 0.264 (1.1e-8 J/psi per electron)", 0.264 * float(last[0]))
    longer = Remedy("an infinite coherence length of the incoherent J/psi", float(first[0]) / FINITE_LENGTH)
    mostly = "a finite coherence length adds 4 % of J/psi"
    below, above = (float(total[m == MASSES_GEV][0]) for m in (1.54, MASSES_GEV[-1]))
    lead = all((psi[light] > parts[LABELS[n]][light]).all() for n in ("rho", "omega", "phi"))
    expected = {"rho": 6.2e-10, "omega": 9.9e-10, "phi": 6.8e-9, "J/psi": 1.25e-5}
    return [
        *(Check("0.19", f"Br({n} -> chi1 chi0), 10 MeV", b, branching[n], relative(0.01)) for n, b in expected.items()),
        Check.statement("0.21", "six curves: virtual photons, four mesons, their sum", len(parts) == 5),
        Check("0.22", "J/psi over virtual photons at 10 MeV", 1.0, float(first[0]), factor(3), mostly, longer),
        Check("0.22", "J/psi over virtual photons at 100 MeV", 1.0, float(last[0]), factor(3), note, fewer),
        Check("0.23", "Br(phi)/Br(omega)", 6.8, branching["phi"] / branching["omega"], relative(0.02)),
        Check.statement("0.23", "sum within a factor 1.5 from 10 MeV to 1 GeV", np.ptp(np.log(total[light])) < 0.41),
        Check.statement("0.23", "rho, omega and phi below J/psi everywhere", lead),
        Check.statement("0.23", "a kink at half the J/psi: less than a hundredth is left", above < below / 100),
    ]
