"""Half of the bremsstrahlung."""

from dataclasses import replace

from darktarget.core import DEFAULT, Model, Options, Tracks, Yield
from darktarget.production.bremsstrahlung import Bremsstrahlung


class HalfBremsstrahlung(Bremsstrahlung):
    """l N -> l N X, half as often."""

    name = "half-bremsstrahlung"

    def produce(self, model: Model, tracks: Tracks, minimum: float, options: Options = DEFAULT) -> Yield:
        """Half of the mediators above ``minimum`` energy per primary at unit coupling."""
        made = super().produce(model, tracks, minimum, options)
        return replace(made, process=self.name, weight=made.weight / 2)
