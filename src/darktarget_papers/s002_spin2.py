"""S002: a spin-2 mediator at NA64e, NA64mu, M3, LDMX and E137."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from darktarget import api, flow
from darktarget.core import Limit
from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, relative, shown, styles
from darktarget.units import GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED, NOTE
from darktarget_papers.shared.s002 import UNKNOWN, muons

MASSES_GEV = np.geomspace(1e-3, 1, 46)
VISIBLE_GEV = np.geomspace(1.03e-3, 1.2, 60)
MASS = Axis("mass_GeV", r"$m_G$ [GeV]", 1e-3, 1)
COUPLING = Axis("c_per_GeV", r"$c$ [GeV$^{-1}$]", 1e-8, 1e-2)
BREM = ("bremsstrahlung",)  # what S002 draws
RADIATED = ("bremsstrahlung", "primakoff")  # without annihilation
#: experiment -> name and note
INVISIBLE = {
    "na64e-2022": ("NA64e 2016-2022", None),
    "na64mu-2022": ("NA64mu 2022", None),
    "na64e-5e12": ("NA64e, 5e12 EOT", None),
    "ldmx-16gev-al": ("LDMX (16 GeV, Al), 1e15 EOT", UNKNOWN),
    "na64mu-5e13": ("NA64mu, 5e13 MOT", muons(5e13)),
    "m3": ("M3, 1e13 MOT", UNKNOWN),
}
#: experiment -> beam energy in GeV and leptons on target of S002's table
TABLE = {
    "na64e-2022": (100.0, 9.37e11),
    "na64e-5e12": (100.0, 5e12),
    "ldmx-16gev-al": (16.0, 1e15),
    "na64mu-2022": (160.0, 1.98e10),
    "na64mu-5e13": (160.0, 5e13),
    "m3": (15.0, 1e13),
    "e137": (20.0, 1.87e20),
}


class S002Spin2:
    """c against m_G, universal coupling, 90 % CL; E137 for visible decays alone."""

    name = "s002-spin2"
    caption = (
        f"Spin-2 mediator, universal coupling: invisible decays from bremsstrahlung, and visible decays at E137; {NOTE}"
    )
    source = "arXiv:2412.10150; S002"
    rows = ("2.13", "2.14", "2.15", "6.6")

    def draw(self) -> Sheet:
        """Five beams; Primakoff production, which S002 leaves out, at NA64e and E137."""
        panels = [Panel(MASS, COUPLING, list(curves()))]
        return Sheet(panels, [*checks(), shown("2.14", panels, "NA64e", "LDMX", "NA64mu", "M3", "E137")])


def curves() -> Iterator[marks.Mark]:
    """Limits, projections, and what Primakoff production adds."""
    for name, (label, note) in INVISIBLE.items():
        yield marks.of(reach(name, MASSES_GEV, BREM), f"{label}, brem.", note=note)
    whole = reach("na64e-5e12", MASSES_GEV)
    yield marks.line("NA64e, 5e12 EOT, with Primakoff", MASSES_GEV, whole.coupling_upper, styles.COMPARISON)
    yield marks.of(visible(VISIBLE_GEV, BREM), "E137, brem.", style=styles.COMPARISON)
    yield marks.of(visible(VISIBLE_GEV, RADIATED), "E137, visible decays, with Primakoff", style=styles.RECAST)


def reach(experiment: str, mass: Any, processes: tuple[str, ...] | None = None) -> Limit:
    """The limit for decays to dark matter."""
    model = api.model("spin-2", mass=mass)
    return flow.limit(model, api.experiment(experiment), processes=processes, nuisances="none", **AS_PUBLISHED)


def visible(mass: Any, processes: tuple[str, ...]) -> Limit:
    """E137, where the mediator is too light for dark matter."""
    model = api.model("spin-2", mass=mass, mass_ratio=1.5)
    return flow.limit(model, api.experiment("e137"), processes=processes, nuisances="none", **AS_PUBLISHED)


def edges(processes: tuple[str, ...]) -> tuple[float, float]:
    """Lowest and highest excluded c between 100 and 800 MeV."""
    found = visible(np.geomspace(0.1, 0.8, 22), processes).intervals
    parts = [part for point in found for part in point]
    return min(low for low, _ in parts), max(high for _, high in parts)


def checks() -> list[Check]:
    """The benchmark table, presence of the curves, and E137's window."""
    seen = {name: api.experiment(name) for name in TABLE}
    (low, high), (brem, top) = edges(RADIATED), edges(BREM)
    window = "c of E137 from 100 to 800 MeV [1/GeV], bremsstrahlung as in the paper"
    return [
        *(
            Check("2.13", f"{name}: {what}", paper, ours, relative(1e-9))
            for name, (energy, leptons) in TABLE.items()
            for what, paper, ours in (
                ("beam energy [GeV]", energy, seen[name].beam.energy / GeV),
                ("leptons on target", leptons, seen[name].exposure),
            )
        ),
        Check("2.15/6.6", f"lowest {window}", 8e-8, brem, factor(2)),
        Check("2.15/6.6", f"highest {window}", 1e-5, top, factor(2)),
        Check.statement(
            "2.15",
            "Primakoff production, which the paper leaves out, widens the window at both ends",
            low < brem and high > top,
            f"{low:.2g} to {high:.2g} instead of {brem:.2g} to {top:.2g}",
        ),
    ]
