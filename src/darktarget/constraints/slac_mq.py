"""SLAC mQ: millicharged particles, hep-ex/9804008 (corrected for attenuation in arXiv:2204.03984)."""

from __future__ import annotations

import numpy as np

from darktarget.constraints.base.search import Search, above
from darktarget.core import Curve, Model, PublishedNumber
from darktarget.errors import PhysicsError
from darktarget.numerics.interpolation import log_linear
from darktarget.units import GeV


class SlacMq(Search):
    """Two published points, joined by a straight line in the logarithms; nothing is recomputed."""

    name = "slac-mq"
    title = "SLAC mQ (published points)"
    references = ("hep-ex/9804008", "2204.03984")
    published = (
        PublishedNumber("charge/e at 1 MeV", 4.1e-5, "", "hep-ex/9804008", "abstract"),
        PublishedNumber("charge/e at 100 MeV", 5.8e-4, "", "hep-ex/9804008", "abstract"),
    )
    cl = 0.95
    uncertainty = 0.2
    not_recomputed = True

    def apply(self, model: Model) -> Curve:
        """Excluded above the line between 1 and 100 MeV."""
        if model.name != "millicharge":
            raise PhysicsError(f"slac-mq is a search for millicharged particles, {model.name} has none")
        points, charges = np.array([1e-3, 0.1]) * GeV, np.array([p.value for p in self.published])
        line = log_linear(points, charges, model.mass, outside="nan")
        return self.curve(model, above(line), ("stated points at 1 and 100 MeV, interpolated in the logarithms",))
