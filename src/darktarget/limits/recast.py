r"""What yields are normalised to: first principles, or the published limit of the invisible search, where chosen.

A recast multiplies the published efficiency by what changes. With the published invisible limit the yields become

.. math:: Y \to Y\,\left(\frac{\epsilon_{\rm here}(m)}{\epsilon_{\rm published}(m)}\right)^2,\qquad
          N_{\rm EOT}\,Y_{\rm acc}\,\epsilon_{\rm here}^2 = -\ln(1 - 0.9),

so that the invisible limit of the same cuts with the processes of the published one is that one; other processes are
multiplied by the same factor. It is a comparison, not a result of its own: the
factor is in ``method`` of every result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from darktarget.core import Array, Experiment, Model, Yield, applicable
from darktarget.core.experiment import HasInvisible
from darktarget.errors import InputError, chosen

EVENTS: Final = -np.log(0.1)  # excluded at 90 % CL where nothing is seen

Normalise = Callable[[Model, Experiment, Sequence[Yield]], tuple[Yield, ...]]


def first_principles(model: Model, experiment: Experiment, yields: Sequence[Yield]) -> tuple[Yield, ...]:
    """The yields as they are."""
    return tuple(yields)


def published(model: Model, experiment: Experiment, yields: Sequence[Yield]) -> tuple[Yield, ...]:
    """The yields rescaled to the published invisible limit of the experiment.

    Raises:
        InputError: the experiment declares none, its bins have no invisible counterpart, or its processes are left out.
    """
    curve = experiment.normalisation
    signature = applicable(experiment.bins[0].signature, yields[0])
    if curve is None or not isinstance(signature, HasInvisible):
        allowed = "first-principles"
        raise InputError("normalisation", "published", allowed, f"{experiment.name} declares no published limit.")
    known = [made for made in yields if made.process in curve.processes]
    if {made.process for made in known} != set(curve.processes):
        given, allowed = [made.process for made in yields], f"with {', '.join(curve.processes)}"
        raise InputError("process", given, allowed, "The published limit is made of these.")
    accepted = sum(signature.invisible(model, made, experiment.beam, experiment.target).unit for made in known)
    expected = np.asarray(accepted) * curve.effective_exposure * curve.at(model.mass) ** 2
    factor = np.divide(EVENTS, expected, out=np.zeros_like(expected), where=expected > 0)
    text = f"yields rescaled to the published invisible limit: {_range(factor)} times first principles ({curve.text})"
    return tuple(_times(y, factor[:, None], text) for y in yields)


def _times(made: Yield, factor: Array, text: str) -> Yield:
    """A yield times a factor, which a text explains."""
    without = {name: weight * factor for name, weight in made.without.items()}
    return replace(made, weight=made.weight * factor, without=without, method=(*made.method, text))


def _range(factor: Array) -> str:
    some = factor[factor > 0]
    if some.size == 0:
        return "0"
    return f"{some.min():.3g}" if np.ptp(some) < 1e-3 * some.max() else f"{some.min():.3g} to {some.max():.3g}"


#: The normalisations by name (read-only).
NORMALISATIONS: Final[Mapping[str, Normalise]] = MappingProxyType(
    {"first-principles": first_principles, "published": published}
)


def normalisation(name: str) -> Normalise:
    """Return a normalisation by name.

    Raises:
        UnknownName: the name is not in ``NORMALISATIONS``.
    """
    return chosen("normalisation", name, NORMALISATIONS)
