"""S002: scalar mediators at NA64e and LDMX, four kinds of dark matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Sheet, absolute, marks, shown, styles
from darktarget.units import GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED, NOTE, thermal_target
from darktarget_papers.shared.moment import ELECTRON
from darktarget_papers.shared.s002 import UNKNOWN, with_positrons
from darktarget_papers.shared.searches import published

MASSES_GEV = np.unique(
    np.concatenate([np.geomspace(0.01, 1, 41), np.geomspace(0.06, 0.4, 49), np.linspace(0.1, 0.14, 21)])
)
MASS = Axis("mass_GeV", r"$m_\phi$ [GeV]", 0.01, 1)
Y = Axis("y", r"$\alpha_{\rm DM}\varepsilon_e^2(m_{\rm DM}/m_\phi)^4$", 1e-15, 1e-7)
PLANE = marks.Plane(lambda r: r.mass / GeV, marks.Y.y)
#: title -> dark matter and mediator mass over its mass; S002: alpha = 0.5 (GeV^2 for scalars, GeV^-2 for vectors)
PANELS: dict[str, dict[str, Any]] = {
    r"Majorana, $m_\chi/m_\phi$ = 1/3, $\alpha_\chi$ = 0.5": {"dm": "majorana", "mass_ratio": 3},
    r"Dirac, $m_\psi/m_\phi$ = 1/3, $\alpha_\psi$ = 0.5": {"dm": "dirac", "mass_ratio": 3},
    r"scalar, $m_S/m_\phi$ = 1/3, $\alpha_S$ = 0.5 GeV$^2$": {"dm": "scalar", "mass_ratio": 3},
    r"vector, $m_V/m_\phi$ = 2/5, $\alpha_V$ = 0.5 GeV$^{-2}$": {"dm": "vector", "mass_ratio": 2.5},
}
#: experiment -> name, exposure, colours of electrons (bremsstrahlung, annihilation)
RUNS = {
    "na64e-2022": ("NA64e", "9.37e11", ("#0072B2", "#56B4E9")),
    "na64e-5e12": ("NA64e", "5e12", ("#D55E00", "#E69F00")),
    "ldmx-16gev-al": ("LDMX (16 GeV, Al)", "1e15", ("#009E73", "#CC79A7")),
}
POSITRONS = (0.0, (7.0, 1.5, 1.5, 1.5))
OTHERS = (ELECTRON, "babar-2017", "e137")
OTHERS_GEV = np.geomspace(0.01, 1, 22)


class S002Scalar:
    """alpha (y_e/e)^2 (m_DM/m_phi)^4 against m_phi, electrophilic scalar, 90 % CL."""

    name = "s002-scalar"
    caption = (
        "Electrophilic scalar at NA64e and LDMX, electrons (EOT) and positrons (POT) on target, 90 % CL; with "
        f"alpha_S = 0.5 GeV^2 its width exceeds its mass below 0.31 GeV; {NOTE}"
    )
    source = "arXiv:2312.15697; S002"
    rows = ("2.16", "2.17")

    def draw(self) -> Sheet:
        """Four panels of annihilation and bremsstrahlung, other searches and the relic target."""
        panels = [Panel(MASS, Y, list(curves(**kind)), title) for title, kind in PANELS.items()]
        return Sheet(panels, checks(panels), across=2)


def scalar(mass: Array, **kind: Any) -> Model:
    """The scalar with one kind of dark matter."""
    return api.model("scalar", mass=mass, alpha_D=0.5, **kind)


def curves(**kind: Any) -> Iterator[marks.Mark]:
    """What one panel shows; E137 is the scattering of dark particles in its detector."""
    model = scalar(MASSES_GEV, **kind)
    for name, (who, exposure, (first, second)) in RUNS.items():
        seen, positrons = api.experiment(name), with_positrons(name)
        note = UNKNOWN if who.startswith("LDMX") else None
        dashes = styles.PROJECTION.lines[0] if seen.projection else "-"
        for made, label, colour, line in (
            (seen, f"{who}, brem., {exposure} EOT", first, dashes),
            (seen, f"{who}, ann., {exposure} EOT", second, dashes),
            (positrons, f"{who}, ann., {exposure} POT", second, POSITRONS),
        ):
            process = "bremsstrahlung" if "brem." in label else "annihilation"
            bound = flow.limit(model, made, processes=[process], nuisances="none", **AS_PUBLISHED)
            style = replace(styles.PROJECTION if made.projection else styles.LIMIT, colours=(colour,), lines=(line,))
            yield marks.of(bound, label, PLANE, style, note if process == "bremsstrahlung" else "")
    few = scalar(OTHERS_GEV, **kind)
    for name in OTHERS:
        yield marks.of(published(name, few), plane=PLANE)
    yield marks.of(thermal_target(model), "thermal target of the panel", PLANE)


def checks(panels: list[Panel]) -> list[Check]:
    """Presence and range of the curves; S002 states no numbers."""
    low, high = Y.low or 0.0, Y.high or np.inf
    inside = [[bool(((m.y > low) & (m.y < high)).any()) for m in p.marks] for p in panels]
    runs = [f"{who}, {how}, {exposure}" for who, exposure, _ in RUNS.values() for how in ("brem.", "ann.")]
    return [
        Check.statement("2.16", "every curve of every panel runs between 1e-15 and 1e-7", all(map(all, inside))),
        Check("2.17", "curves of a panel", 13, len({m.label for m in panels[0].marks}), absolute(0)),
        shown("2.17", panels, *(f"{run} EOT" for run in runs), *(f"{run} POT" for run in runs[1::2])),
        shown("2.17", panels, "$(g-2)_e", "E137", "BaBar", "thermal target"),
    ]
