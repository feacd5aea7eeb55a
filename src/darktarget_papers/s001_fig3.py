"""S001 Fig. 3: NA64's recast for semi-visible dark photons."""

from __future__ import annotations

import numpy as np

from darktarget import api
from darktarget.figures import Axis, Check, Panel, Sheet, factor, marks, relative, shown
from darktarget.numerics.interpolation import log_linear
from darktarget_papers.shared.as_published import NOTE, thermal_target
from darktarget_papers.shared.moment import moment
from darktarget_papers.shared.s001 import BOTH, EXCLUDED, EXPOSURES, S001, Scan, idm, inside, last, others, scan

MASSES_GEV = np.unique(
    np.concatenate([np.geomspace(1e-3, 0.3, 10), np.linspace(0.3, 1.02, 25), np.geomspace(1.06, 1.5, 8)])
)
WIDE_GEV = np.geomspace(1e-3, 1.5, 90)
NEAR_GEV = np.linspace(0.18, 0.36, 13)
MASS = Axis("mass_GeV", r"$m_{A'}$ [GeV]", 1e-3, 1.5)
EPS = Axis("epsilon", r"$\varepsilon$", 3e-6, 1e-1)


class S001Fig3:
    """eps against m_A' with decays in the target and behind the detector."""

    name = "s001-fig3"
    caption = f"NA64 semi-visible recast, 90 % CL, alpha_D = 0.1, m_A'/m_chi = 3, Delta/m_chi = 0.4; {NOTE}"
    source = "arXiv:2302.05414 Fig. 3"
    rows = ("1.16", "1.17", "1.19", "1.20", "1.21", "1.23", "1.41", "1.42")

    def draw(self) -> Sheet:
        """Limit and projections, also normalised to the published invisible limit, and what others say."""
        found, wide = scan(idm(MASSES_GEV)), idm(WIDE_GEV)
        near = scan(idm(NEAR_GEV), processes=BOTH, events=2000)
        drawn = [
            *(found.mark(label, name) for label, name in EXPOSURES),
            found.published(S001).edge("normalised to the published invisible limit", S001),
            near.edge("with annihilation", S001),
            marks.of(moment(wide)),
            *others(idm, WIDE_GEV, ("babar-2017", "e137", "nucal", "charm", "lep")),
            marks.of(thermal_target(wide), "relic density"),
        ]
        panels = [Panel(MASS, EPS, drawn)]
        curves = ("NA64", "1e12", "5e12", "BaBar", "E137", "NuCal", "CHARM", "LEP", "$(g-2)", "relic density")
        checks = [*reach(found), *feature(found), *projections(found), beside(near), shown("1.16", panels, *curves)]
        return Sheet(panels, checks, legend="arXiv:2302.05414, recomputed; EOT")


def reach(found: Scan) -> list[Check]:
    """Where the limit leaves the (g-2) band and the relic line; the gap at the feature is closed by BaBar."""
    mass = found.model.mass
    low = np.array([pairs[0][0] for pairs in moment(found.model).intervals])
    relic, below = thermal_target(found.model).coupling, mass < 0.95
    edges, scaled = found.excluded(S001), found.published(S001).excluded(S001)
    band = "lower 2 sigma edge of (g-2) excluded up to m_A' [GeV]"
    line = "relic line probed up to m_A' [GeV]"
    how = "normalised to the published limit"
    at = [last(mass[below], inside(e, relic)[below]) for e in (edges, scaled)]
    return [
        Check("1.17", f"{band}, {how}", 1.14, last(mass, inside(scaled, low)), relative(0.05)),
        Check("1.17", f"{band}, first principles", (1.1, 1.5), last(mass, inside(edges, low)), relative(0)),
        Check("1.19", f"{line}, first principles", 0.82, at[0], relative(0.1)),
        Check("1.19", f"{line}, {how}", 0.82, at[1], relative(0.1)),
    ]


def feature(found: Scan) -> list[Check]:
    """Where the lower edge is raised above the invisible limit, and the decay length there."""
    mass, curve = found.model.mass, found.counts(S001).curve
    assert curve is not None
    unseen = curve.coupling[0] * np.sqrt(EXCLUDED / curve.events[:, 0, 0, 0])  # as if every chi2 left the detector
    raised = found.lowest(S001) / unseen
    wide, peak = mass[raised > 1.2], int(np.nanargmax(raised))
    return [
        Check(
            "1.20", "feature from m_A' [GeV] (edge raised by a fifth)", (0.36, 0.41), float(wide.min()), relative(0.02)
        ),
        Check("1.20", "feature up to m_A' [GeV]", (0.75, 1.0), float(wide.max()), relative(0.02)),
        Check("1.20", "feature: largest factor", (1.8, 2.7), float(raised[peak]), relative(0.02)),
        Check("1.20", "feature: m_A' of the largest factor [GeV]", (0.42, 0.50), float(mass[peak]), relative(0.02)),
        Check(
            "1.21", "decay length of chi2 at 0.39 GeV, (g-2) centre, E2 = 100 GeV [m]", 2.5, length(0.39), factor(1.3)
        ),
    ]


def length(mass: float) -> float:
    """Decay length in m of a chi2 of 100 GeV on the central (g-2) line."""
    model = idm(np.array([mass]))
    eps = float(moment(model).coupling[0])
    proper = float(model.proper_length("chi2", coupling=eps)[0])
    return 1e-2 * proper * 100 / float(model.states()[1].mass[0])


def projections(found: Scan) -> list[Check]:
    """What is left of the relic line above 0.5 GeV, at its hadronic spikes; and the bound of LEP."""
    mass = np.geomspace(0.5, 1.1, 80)
    relic = thermal_target(idm(mass)).coupling

    def margin(one: Scan, experiment: str) -> float:
        edge = log_linear(one.model.mass, one.lowest(experiment), mass, outside="hold")
        return float(np.min(np.log(relic / edge)))

    now, soon, later = (margin(found.published(S001), name) for _, name in EXPOSURES)
    own = margin(found, EXPOSURES[1][1])
    text = (
        f"smallest ratio of relic line and limit {np.exp(soon):.2f} normalised, {np.exp(own):.2f} from first principles"
    )
    return [
        Check.statement("1.23", "a spike of the relic line sticks out at 1e12 EOT (normalised)", now < soon < 0, text),
        Check.statement("1.23", "the relic line is covered at 5e12 EOT", later > 0, f"ratio {np.exp(later):.2f}"),
        Check("1.16/1.42", "LEP: eps above", 0.03, float(api.constraint("lep", idm(0.1)).coupling[0]), relative(1e-6)),
    ]


def beside(near: Scan) -> Check:
    """What annihilation adds."""
    alone = scan(near.model, events=2000)
    gain = float(np.nanmax(alone.lowest(S001) / near.lowest(S001)))
    return Check(
        "1.41",
        "improvement in eps with annihilation, 200-300 MeV (its square in events)",
        (4.25, 10),
        gain,
        factor(1.15),
    )
