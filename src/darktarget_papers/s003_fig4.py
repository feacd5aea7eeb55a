"""S003 Fig. 4: the same limits as y against the dark-matter mass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from darktarget import api
from darktarget.figures import Axis, Check, Panel, Sheet, absolute, marks, relative, styles
from darktarget_papers.shared.s003 import excluded_window, limit, published

MASSES_GEV = np.unique(np.concatenate([np.geomspace(3e-3, 1, 81), np.linspace(0.18, 0.34, 65)]))
MASS = Axis("m_chi_GeV", r"$m_\chi$ [GeV]", 1e-3, 0.33)
Y = Axis("y", r"$y=\varepsilon^2\alpha_D(m_\chi/m_{A'})^4$", 1e-14, 1e-8)
KINDS = ("fermion", "scalar")
TARGETS = {"scalar": "scalar", "majorana": "Majorana", "dirac": "pseudo-Dirac (small splitting)"}
WINDOWS_MEV = (("majorana", 0.1, (70, 95)), ("scalar", 0.1, (70, 95)), ("scalar", 0.5, (70, 90)))


class S003Fig4:
    """y against m_chi for alpha_D = 0.1 (left) and 0.5 (right)."""

    name = "s003-fig4"
    caption = (
        "NA64 2016-2018 limits on y, alpha_D = 0.1 and 0.5, m_A'/m_chi = 3, and thermal targets; elastic form factor"
    )
    source = "arXiv:2108.04195 Fig. 4"
    rows = ("1.28", "3.31", "3.32", "3.33")

    def draw(self) -> Sheet:
        """Fermion and scalar limits for both couplings; targets of scalar, Majorana and pseudo-Dirac dark matter."""
        panels = [
            Panel(
                MASS,
                Y,
                [*(self.curve(kind, alpha) for kind in KINDS), *(self.target(dm, alpha) for dm in TARGETS)],
                rf"$\alpha_D$ = {alpha:g}",
            )
            for alpha in (0.1, 0.5)
        ]
        weak, strong = (limit("scalar, alpha_D = 0.1", 0.05, alpha_D=a).y[0] for a in (0.1, 0.5))
        grows = Check(
            "1.28", "y at fixed eps grows as alpha_D (0.5 over 0.1)", 5.0, float(strong / weak), relative(0.01)
        )
        shown = Check.statement("3.31", "three thermal targets, known at every mass, in each panel", complete(panels))
        return Sheet(
            panels, [*windows(), grows, shown], legend="NA64, recomputed (arXiv:2108.04195), and thermal targets"
        )

    def curve(self, kind: str, alpha: float) -> marks.Mark:
        """The limit of one kind of dark matter; S003 lets the width of a strongly coupled fermion run."""
        known = f"fermion, alpha_D = {alpha:g}" if kind == "fermion" else "scalar, alpha_D = 0.1"
        return marks.of(limit(known, MASSES_GEV, alpha_D=alpha), f"NA64, {kind}", marks.Y)

    def target(self, dm: str, alpha: float) -> marks.Mark:
        """The thermal target of one kind of dark matter."""
        model = api.model("dark-photon", mass=MASSES_GEV, dm=dm, alpha_D=alpha)
        return marks.of(api.relic_target(model), f"thermal target, {TARGETS[dm]}", marks.Y)


def complete(panels: list[Panel]) -> bool:
    """Whether each panel has the three targets without gaps."""
    targets = [[m for m in panel.marks if m.style is styles.RELIC] for panel in panels]
    return all(len(found) == 3 and all(np.isfinite(m.y).all() for m in found) for found in targets)


def windows() -> Iterator[Check]:
    """Edges of the excluded parts of the targets with the published limit; ours beside it in the note."""
    chi = np.arange(0.06, 0.11, 0.001)
    for dm, alpha, edges in WINDOWS_MEV:
        label = "scalar, alpha_D = 0.1" if dm == "scalar" else "fermion, alpha_D = 0.1"
        own = excluded_window(dm, alpha, chi, limit(label, 3 * chi, alpha_D=alpha).coupling_upper)
        note = f"published limit; from first principles {own[0]:.0f}-{own[1]:.0f} MeV (scan from 60 MeV)"
        ours = excluded_window(dm, alpha, chi, published(3 * chi))
        for side, paper, value in zip(("lower", "upper"), edges, ours, strict=True):
            text = f"{side} edge of the excluded {TARGETS[dm]} target, alpha_D = {alpha:g} [MeV]"
            yield Check("3.32" if alpha == 0.1 else "3.33", text, paper, value, absolute(5), note)
    model = api.model("dark-photon", mass=3 * chi, dm="majorana", alpha_D=0.5)
    ratio = published(3 * chi) / api.relic_target(model).coupling
    touch = "mass where the published limit is closest to the Majorana target, alpha_D = 0.5 [MeV]"
    yield Check("3.33", touch, 80, 1e3 * float(chi[ratio.argmin()]), absolute(5))
