"""S000 Fig. 5 right: reach of NA64e on a magnetic dipole, splitting 0.05."""

from __future__ import annotations

from darktarget.figures import Check, Remedy, Sheet, factor, marks, styles
from darktarget_papers.shared.s000 import panel, present, reach, relic_range, searches, sub_gev

SPLITTING = 0.05
WIDER = 0.15
MORE = f"a splitting of {WIDER:g} to have that of S000"
CONTRADICTION = "issue of step 7; the 1e-3..3e-3 of S000 contradict its own 9e-4"
SEEN_GEV = (0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.2, 0.3, 0.7, 1.3)


class S000Fig5Right:
    """1/Lambda against m_0 for 1e12 to 1e13 electrons, and the thermal target."""

    name = "s000-fig5-right"
    caption = (
        "NA64e on a magnetic dipole, splitting 0.05, 90 % CL, decay photon unseen as in S000 but for one curve; "
        "elastic form factor"
    )
    source = "arXiv:2603.28278 Fig. 5 right"
    rows = ("0.26", "0.30", "0.31")

    def draw(self) -> Sheet:
        """Four exposures and the thermal target."""
        seen = reach("na64e-1e13-photon", SEEN_GEV, SPLITTING).coupling_upper
        photon = marks.line("1e13 EOT, decay photon counted as visible", SEEN_GEV, seen, styles.COMPARISON)
        panels = [panel(SPLITTING, photon, *searches(SPLITTING))]
        return Sheet(
            panels,
            [*self.checks(), present(SPLITTING, panels)],
            legend="splitting 0.05, pairs of both charge assignments",
        )

    def checks(self) -> list[Check]:
        """Numbers of the text."""
        final, one = sub_gev("na64e-1e13", SPLITTING), sub_gev("na64e-1e13", SPLITTING, 1)
        line, wider = relic_range(SPLITTING), relic_range(WIDER)
        note = f"both charge assignments {final[0]:.3g}-{final[1]:.3g}, one alone {one[0]:.3g}-{one[1]:.3g}"
        return [
            Check(
                "0.26/0.31", "reach at 1e13 EOT, b = 0, strongest [1/GeV]", 9e-4, final[0], factor(1.3), note,
                Remedy("charge_assignments = 1", one[0]),
            ),
            *(
                Check("0.30", f"thermal target, {side} [1/GeV], {CONTRADICTION}", other, value, factor(1.3))
                for side, other, value in zip(("lowest", "highest"), (4.1e-4, 1.2e-3), line, strict=True)
            ),
            *(
                Check("0.30", f"thermal target, {side} [1/GeV], {MORE}", s000, value, factor(1.3))
                for side, s000, value in zip(("lowest", "highest"), (1e-3, 3e-3), wider, strict=True)
            ),
        ]  # fmt: skip
