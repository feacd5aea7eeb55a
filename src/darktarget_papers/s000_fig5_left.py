"""S000 Fig. 5 left: reach of NA64e on a magnetic dipole, splitting 1e-3."""

from __future__ import annotations

from darktarget.figures import Check, Sheet, factor, relative
from darktarget_papers.shared.s000 import panel, present, reach, relic_range, searches, sub_gev

SPLITTING = 1e-3


class S000Fig5Left:
    """1/Lambda against m_0 for 1e12 to 1e13 electrons, and the thermal target."""

    name = "s000-fig5-left"
    caption = "NA64e on a magnetic dipole, splitting 1e-3, 90 % CL; elastic form factor"
    source = "arXiv:2603.28278 Fig. 5 left"
    rows = ("0.24", "0.25", "0.27", "0.28", "0.30", "0.31")

    def draw(self) -> Sheet:
        """Four exposures and the thermal target."""
        panels = [panel(SPLITTING, *searches(SPLITTING))]
        return Sheet(
            panels,
            [*self.checks(), present(SPLITTING, panels)],
            legend="splitting 0.001, pairs of both charge assignments",
        )

    def checks(self) -> list[Check]:
        """Numbers of the text; ranges are those from 10 MeV to 1 GeV."""
        now, later = sub_gev("na64e-1e12", SPLITTING), sub_gev("na64e-5e12", SPLITTING)
        one = sub_gev("na64e-5e12", SPLITTING, 1)
        line = relic_range(SPLITTING)
        light = reach("na64e-1e13", 0.1, SPLITTING)
        weaker = float(reach("na64e-1e13-b1", 0.1, SPLITTING).coupling_upper[0] / light.coupling_upper[0])
        alone = f"both charge assignments; one alone {one[0]:.3g}-{one[1]:.3g}"
        return [
            *(
                Check("0.24", f"reach at 5e12 EOT, {side} [1/GeV]", (1.0e-3, 1.5e-3), value, factor(1.3), alone)
                for side, value in zip(("strongest", "weakest"), later, strict=True)
            ),
            *(
                Check("0.25/0.31", f"limit at 1e12 EOT, {side} [1/GeV]", 2e-3, value, factor(1.3))
                for side, value in zip(("strongest", "weakest"), now, strict=True)
            ),
            Check("0.27", "excluded events at b = 0", 2.303, float(light.count_limit), relative(1e-3)),
            Check("0.28", "1e13 EOT: reach with b = 1 over b = 0", 1.19, weaker, relative(0.02)),
            *(
                Check("0.30", f"thermal target, {side} [1/GeV]", paper, value, factor(1.3))
                for side, paper, value in zip(("lowest", "highest"), (2e-4, 6e-4), line, strict=True)
            ),
        ]
