"""A table of the example run."""

from darktarget import api
from darktarget.figures import Check, Sheet, Table, relative


class X000Fig1:
    """Electrons on target of the example run."""

    name = "x000-fig1"
    caption = "Electrons on target of the example run"
    source = "none"
    rows = ("0.1",)

    def draw(self) -> Sheet:
        """One row."""
        seen = api.experiment("example-run")
        rows = [(r.name, r.exposure) for r in seen.runs]
        checks = [Check("0.1", "electrons on target", 37.4e10, seen.exposure, relative(1e-3))]
        return Sheet(table=Table(("run", "electrons_on_target"), rows), checks=checks)
