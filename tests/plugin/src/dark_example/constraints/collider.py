"""A bound of a collider, quoted as published."""

from darktarget.constraints.base.search import Bound, electron_vector
from darktarget.core import Array, Model, PublishedNumber
from darktarget.units import GeV


class ExampleCollider(Bound):
    """eps > 0.01 below 10 GeV."""

    name = "example-collider"
    title = "Example collider"
    references = ("1006.0973",)
    published = (PublishedNumber("eps", 0.01, "", "1006.0973", "made up for a test"),)
    uncertainty = 0.1
    top = 10 * GeV

    def strength(self, model: Model) -> Array:
        """Coupling to the electron."""
        return electron_vector(model, self.name)
