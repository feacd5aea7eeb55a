"""S003 Fig. 2: signal efficiency of annihilation against the ECAL threshold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from darktarget import api, flow
from darktarget.figures._sheet import COLOURS, Check, Sheet, axes
from darktarget.signatures.missing_energy import SCALE

MASSES_GEV = (0.2, 0.225, 0.25, 0.275, 0.3)
THRESHOLDS_GEV = np.linspace(20, 78, 59)
PRODUCTION_CUT_GEV = 20.0  # S003: lowered for this study


class S003Fig2:
    """ECAL efficiency for annihilation above a production cut of 20 GeV."""

    name = "s003-fig2"
    caption = "ECAL signal efficiency of annihilation against the threshold, production cut 20 GeV"
    source = "arXiv:2108.04195 Fig. 2"

    def draw(self) -> Sheet:
        """One curve per mass; the steepest at 50 GeV belongs to 225 MeV."""
        seen = api.experiment("na64e-2018")
        model = api.model("dark-photon", mass=list(MASSES_GEV), alpha_D=0.1, mass_ratio=3)
        cuts = {"production_energy_above_GeV": PRODUCTION_CUT_GEV}
        low = replace(seen, bins=(replace(seen.bins[0], signature=replace(seen.bins[0].signature, **cuts)),))  # type: ignore[type-var]
        (made,) = flow.produce(model, low, processes=["annihilation"])
        curves = []
        for threshold in THRESHOLDS_GEV:
            how = replace(low.bins[0].signature, calorimeter_energy_below_GeV=float(threshold))  # type: ignore[type-var]
            curves.append((made.weight * how.efficiency(made.energy, seen.beam)).sum(axis=1) / made.total)
        table = np.array(curves)
        ax = axes(xlabel=r"threshold $E^{\rm THR}_{\rm ECAL}$ [GeV]", ylabel="efficiency", ylim=(0, 1.02))
        for column, mass, colour in zip(table.T, MASSES_GEV, COLOURS, strict=False):
            ax.plot(THRESHOLDS_GEV, column, color=colour, label=f"{1000 * mass:.0f} MeV")
        ax.axvline(50, color="0.6", linestyle=":")
        ax.legend(title=r"$m_{A'}$", frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        slope = np.gradient(table, THRESHOLDS_GEV, axis=0)[np.abs(THRESHOLDS_GEV - 50).argmin()]
        signal = flow.select(model, (made,), seen.bins[0], seen.beam, seen.target)
        checks = [
            Check("3.22", "mass of the steepest curve at 50 GeV [GeV]", 0.225, MASSES_GEV[int(slope.argmax())], 0.05),
            Check("3.23", "threshold uncertainty at 225 MeV", 0.35, float(signal.systematics[SCALE][1]), 0.25),
            Check("3.24", "threshold uncertainty at 250 MeV", 0.015, float(signal.systematics[SCALE][2]), 1.0),
        ]
        columns = ("threshold_GeV", *(f"m={m:g}_GeV" for m in MASSES_GEV))
        return Sheet(ax, columns, np.column_stack([THRESHOLDS_GEV, table]).tolist(), checks)
