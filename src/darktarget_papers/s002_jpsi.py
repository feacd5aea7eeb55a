"""S002: J/psi mesons that decay to an axion and a dark photon, or to millicharged particles."""

from __future__ import annotations

import numpy as np

from darktarget import api, flow
from darktarget.core import Limit, Model
from darktarget.figures import Axis, Check, Panel, Sheet, marks, relative
from darktarget.production.mesons.photoproduction import MESONS, invisible_ratio
from darktarget.units import ALPHA, GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED
from darktarget_papers.shared.s002 import through

EXPERIMENT = "na64e-5e12"
MASSES_GEV = np.unique(np.concatenate([np.geomspace(0.01, 1.56, 45), np.linspace(0.36, 0.54, 13), [1.5, 1.53, 1.548]]))
AXION = Axis("mass_GeV", r"$m_a\approx m_{\gamma_D}$ [GeV]", 0.01, 2)
PORTAL = Axis("g_per_GeV", r"$g_{a\gamma\gamma_D}$ [GeV$^{-1}$]", 1e-3, 1)
MASS = Axis("m_chi_GeV", r"$m_\chi$ [GeV]", 0.01, 2)
EPS = Axis("epsilon", r"$\varepsilon$", 1e-4, 1)
ALL, ALONE = "all mesons and virtual photons", r"$J/\psi$ alone"


class S002Jpsi:
    """Reach of NA64e through J/psi -> a gamma_D (left) and J/psi -> chi chi (right)."""

    name = "s002-jpsi"
    caption = (
        "NA64e, 5e12 EOT: J/psi to an axion and a dark photon of equal mass, and to millicharged particles; "
        "elastic form factor"
    )
    source = "arXiv:2112.02104 for the mesons; S002 (its axes are not legible, its two Lagrangians are swapped)"
    rows = ("2.9",)

    def draw(self) -> Sheet:
        """J/psi alone, and with everything else that the experiment sees."""
        axion = api.model("alp-dark-photon", mass=MASSES_GEV, splitting=1e-3)
        charged = api.model("millicharge", mass=MASSES_GEV)
        panels = [
            Panel(AXION, PORTAL, curves(axion), r"$J/\psi\to a\gamma_D$"),
            Panel(MASS, EPS, curves(charged), r"$J/\psi\to\bar\chi\chi$"),
        ]
        return Sheet(panels, checks(), legend="NA64e, 5e12 EOT")


def curves(model: Model) -> list[marks.Mark]:
    """The reach through J/psi alone and through everything."""
    whole = through_all(model)
    return [marks.of(whole, ALL), marks.above(ALONE, MASSES_GEV, through("J/psi", model, EXPERIMENT), projection=True)]


def through_all(model: Model) -> Limit:
    """The limit through virtual photons and every meson."""
    processes = ["virtual-photon", "vector-meson"]
    return flow.limit(model, api.experiment(EXPERIMENT), processes=processes, nuisances="none", **AS_PUBLISHED)


def checks() -> list[Check]:
    """The width of the axion portal, its reach, and where the J/psi leads."""
    light = api.model("alp-dark-photon", mass=[1e-3, 1.5], splitting=1e-3)
    charged = api.model("millicharge", mass=[0.1, 1.0])
    meson = MESONS["J/psi"]
    g, eps = through("J/psi", light, EXPERIMENT), through("J/psi", charged, EXPERIMENT)
    whole = through_all(charged).coupling_upper
    note = f"g = {g[0]:.2g}/GeV for light particles; eps = {eps[0]:.2g} at 0.1 GeV, {eps[1]:.2g} at 1 GeV"
    expected = (meson.mass / GeV) ** 2 / (32 * np.pi * ALPHA)
    ratio = float(invisible_ratio(light, meson)[0])
    return [
        Check(
            "2.9", "Gamma(J/psi -> a gamma_D)/Gamma(ee), g = 1/GeV: m^2/(32 pi alpha)", expected, ratio, relative(1e-3)
        ),
        Check.statement("2.9", "the axion portal is reached up to half the J/psi", bool(np.isfinite(g[1])), note),
        Check.statement("2.9", "J/psi alone makes the reach on millicharges at 1 GeV", eps[1] < 1.01 * whole[1], note),
    ]
