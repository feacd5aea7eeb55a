"""Constraints that are the limit of a shipped experiment."""

from __future__ import annotations

from typing import ClassVar

from darktarget.constraints.base.search import Search
from darktarget.core import Curve, Model
from darktarget.experiments import experiment
from darktarget.flow import limit
from darktarget.units import GeV


class OfExperiment(Search):
    """The limit of an experiment at the confidence level of the constraint; the experiment holds all numbers.

    Attributes:
        experiment: its name.
    """

    experiment: ClassVar[str]

    def apply(self, model: Model) -> Curve:
        """Intervals and reasons of the limit; nothing where every mass is above the beam energy.

        Raises:
            PhysicsError: no process of the model starts from a particle of the beam.
        """
        chosen = experiment(self.experiment)
        if (model.mass >= chosen.beam.energy).all():
            reason = f"closed: the mediator is too heavy for a beam of {chosen.beam.energy / GeV:g} GeV"
            return self.curve(model, ((),) * model.points, (), (reason,) * model.points)
        bound = limit(model, chosen, cl=self.cl)
        return self.curve(model, bound.intervals, bound.method, bound.reason)
