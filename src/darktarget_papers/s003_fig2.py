"""S003 Fig. 2: signal efficiency of annihilation against the ECAL threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Model
from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, relative
from darktarget.signatures.missing_energy import SCALE
from darktarget_papers.shared.as_published import AS_PUBLISHED, NOTE

MASSES_GEV = (0.2, 0.225, 0.25, 0.275, 0.3)
THRESHOLDS_GEV = np.linspace(20, 78, 59)
PRODUCTION_CUT_GEV = 20.0  # S003: lowered for this study
THRESHOLD = Axis("threshold_GeV", r"threshold $E^{\rm THR}_{\rm ECAL}$ [GeV]", log=False)
EFFICIENCY = Axis("efficiency", "efficiency", 0, 1.02, log=False)


class S003Fig2:
    """ECAL efficiency for annihilation above a production cut of 20 GeV."""

    name = "s003-fig2"
    caption = f"ECAL signal efficiency of annihilation against the threshold, production cut 20 GeV; {NOTE}"
    source = "arXiv:2108.04195 Fig. 2"
    rows = ("3.22", "3.23", "3.24")

    def draw(self) -> Sheet:
        """One curve per mass; the steepest at 50 GeV belongs to 225 MeV."""
        model = api.model("dark-photon", mass=list(MASSES_GEV), alpha_D=0.1, mass_ratio=3)
        table = efficiencies(model)
        drawn = [
            marks.line(rf"$m_{{A'}}$ = {1000 * m:.0f} MeV", THRESHOLDS_GEV, column)
            for m, column in zip(MASSES_GEV, table.T, strict=True)
        ]
        sheet = Panel(THRESHOLD, EFFICIENCY, [*drawn, marks.vertical(50)])
        return Sheet([sheet], checks(model, table))


def efficiencies(model: Model) -> Array:
    """Efficiency at each threshold, [threshold, mass]."""
    seen = api.experiment("na64e-2018")
    cuts = {"production_energy_above_GeV": PRODUCTION_CUT_GEV}
    low = replace(seen, bins=(replace(seen.bins[0], signature=replace(seen.bins[0].signature, **cuts)),))  # type: ignore[type-var]
    (made,) = flow.produce(model, low, processes=["annihilation"], **AS_PUBLISHED)
    curves = []
    for threshold in THRESHOLDS_GEV:
        how = replace(low.bins[0].signature, calorimeter_energy_below_GeV=float(threshold))  # type: ignore[type-var]
        curves.append((made.weight * how.efficiency(made.energy, seen.beam)).sum(axis=1) / made.total)
    return np.array(curves)


def checks(model: Model, table: Array) -> list[Check]:
    """Where the curves are steepest, and what a shift of the threshold does at 50 GeV."""
    seen = api.experiment("na64e-2018")
    slope = np.gradient(table, THRESHOLDS_GEV, axis=0)[np.abs(THRESHOLDS_GEV - 50).argmin()]
    (made,) = flow.produce(model, seen, processes=["annihilation"], **AS_PUBLISHED)
    spread = flow.select(model, (made,), seen.bins[0], seen.beam, seen.target).systematics[SCALE]
    other = replace(seen.bins[0].signature, combination="linear")  # type: ignore[type-var]
    linear = float(other.select(model, made, seen.beam, seen.target).systematics[SCALE][1])
    return [
        Check(
            "3.22", "mass of the steepest curve at 50 GeV [GeV]", 0.225, MASSES_GEV[int(slope.argmax())], relative(0.05)
        ),
        Check("3.23", "threshold uncertainty at 225 MeV, resolution added linearly", 0.35, linear, relative(0.2)),
        Check(
            "3.23", "threshold uncertainty at 225 MeV, resolution in quadrature", 0.35, float(spread[1]), relative(0.25)
        ),
        Check("3.24", "threshold uncertainty at 250 MeV", 0.015, float(spread[2]), factor(2)),
    ]
