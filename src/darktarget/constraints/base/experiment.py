"""Constraints that are the limit of a shipped experiment."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from darktarget.constraints.base.search import Search
from darktarget.core import Curve, Experiment, Model, PublishedNumber
from darktarget.experiments import experiment
from darktarget.flow import limit
from darktarget.units import GeV


class OfExperiment(Search):
    """The limit of an experiment at the confidence level of the constraint; the experiment holds all numbers.

    Attributes:
        experiment: its name.
        processes: of production; none stands for all that the model offers.
    """

    experiment: ClassVar[str]
    processes: ClassVar[tuple[str, ...]] = ()
    published = ()

    def apply(self, model: Model) -> Curve:
        """Intervals and reasons of the limit; nothing where every mass is above the beam energy.

        Raises:
            PhysicsError: no process of the model starts from a particle of the beam.
        """
        chosen = experiment(self.experiment)
        if (model.mass >= chosen.beam.energy).all():
            reason = f"closed: the mediator is too heavy for a beam of {chosen.beam.energy / GeV:g} GeV"
            found = self.curve(model, ((),) * model.points, (), (reason,) * model.points)
        else:
            bound = limit(model, chosen, cl=self.cl, processes=self.processes or None)
            found = self.curve(model, bound.intervals, bound.method, bound.reason)
        published = (*numbers(chosen), *self.published)
        return replace(found, published=published, fitted=(*chosen.fitted, *self.fitted))


def numbers(chosen: Experiment) -> tuple[PublishedNumber, ...]:
    """Exposure, observed events and background as the configuration of an experiment has them.

    >>> print(numbers(experiment("e137"))[0])
    electrons on target = 1.87e+20 (typed in: experiment e137, its configuration)
    """
    found = {f"{chosen.beam.particle}s on target": chosen.exposure}
    for region in chosen.bins:
        found[f"observed events, {region.name}"] = float(region.observed or 0)
        found[f"expected background, {region.name}"] = region.background
    source = f"experiment {chosen.name}"
    return tuple(PublishedNumber(name, value, "", source, "its configuration") for name, value in found.items())
