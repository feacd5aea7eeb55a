"""S003 Table I: runs of NA64e 2016-2018."""

from __future__ import annotations

from darktarget import api
from darktarget.figures import Check, Sheet, Table, relative


class S003Table1:
    """Electrons on target, efficiency and its uncertainty of the five runs."""

    name = "s003-table1"
    caption = "NA64e runs: electrons on target, efficiency and relative uncertainty"
    source = "arXiv:2108.04195 Table I"
    rows = ("3.20",)

    def draw(self) -> Sheet:
        """The rows as declared, and the sums that the paper quotes."""
        seen = api.experiment("na64e-2018")
        rows = [(r.name, r.exposure, r.efficiency, r.efficiency_uncertainty) for r in seen.runs]
        mean = seen.effective_exposure / seen.exposure
        checks = [
            Check("3.20", "electrons on target", 2.84e11, seen.exposure, relative(1e-3)),
            Check("3.20", "effective electrons on target", 15.29e10, seen.effective_exposure, relative(1e-3)),
            Check("3.20", "mean efficiency", 0.538, mean, relative(2e-3)),
        ]
        columns = ("run", "electrons_on_target", "efficiency", "relative_uncertainty")
        return Sheet(table=Table(columns, rows), checks=checks)
