"""A part of the bremsstrahlung, by default half."""

from dataclasses import replace

from dark_example.options import HalfBremsstrahlungOptions
from darktarget.core import Model, Tracks, Yield
from darktarget.production.bremsstrahlung import Bremsstrahlung
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions

DEFAULT = HalfBremsstrahlungOptions()


class HalfBremsstrahlung(Bremsstrahlung):
    """l N -> l N X, half as often."""

    name = "half-bremsstrahlung"

    def produce(self, model: Model, tracks: Tracks, minimum: float, options: BremsstrahlungOptions = DEFAULT) -> Yield:
        """A part of the mediators above ``minimum`` energy per primary at unit coupling."""
        made = super().produce(model, tracks, minimum, options)
        part = options.part if isinstance(options, HalfBremsstrahlungOptions) else DEFAULT.part
        return replace(made, process=self.name, weight=made.weight * part)
