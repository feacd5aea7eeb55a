"""What signatures with simulated events share: the signal as a yield times an acceptance along couplings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget.core import Beam, Model, Signal, Target, Yield
from darktarget.detector import resolution
from darktarget.detector.acceptance import Acceptance, acceptance
from darktarget.errors import PhysicsError
from darktarget.signatures.base.effects import effects
from darktarget.signatures.missing_energy import MissingEnergy

#: Couplings at which the acceptance is known: 40 per decade.
COUPLINGS: Final = np.geomspace(1e-6, 1.0, 241)
EVENTS: Final = 10_000  # per point, process and bin
STATISTICS: Final = "simulated events"
#: Fields without effect in every signature with simulated events, and why (read-only).
UNSHIFTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "threshold_uncertainty_GeV": "A shift of the energy scale is not supported with simulated decays.",
        "hadron_energy_below_GeV": "Struck nucleons are not compared with a veto where decays are simulated.",
    }
)


def simulated(signature: Any, model: Model, made: Yield, beam: Beam, target: Target, notes: tuple[str, ...]) -> Signal:
    """Signal of a signature with ``cuts``: the yield at unit coupling and the accepted fraction along couplings."""
    if not target.slabs:
        raise PhysicsError(f"signature {signature.name} needs a detector: slabs along the beam, [detector.NAME]")
    found = acceptance(model, made, beam, target, signature, COUPLINGS, EVENTS)
    unit = made.total
    most = (found.value * COUPLINGS**made.power).argmax(axis=1)[:, None]
    there, error = (np.take_along_axis(a, most, 1)[:, 0] for a in (found.value, found.error))
    relative = np.divide(error, there, out=np.zeros_like(there), where=there > 0)
    unit = np.where(there > 0, unit, 0.0)
    reason = tuple(_reason(model, i, float(made.total[i]), float(a), found) for i, a in enumerate(there))
    text = f"{found.events} events per point and process, lifetimes as weights"
    notes += effects(made, 1.0, "events before the cuts")
    method = (*notes, *resolution.texts(target.slabs), text)
    return Signal(unit, made.power, reason, method, {STATISTICS: relative}, COUPLINGS, found.value)


@dataclass(frozen=True)
class SimulatedDecays(MissingEnergy):
    """Missing energy in the target, with simulated decays in the detector behind it.

    A subclass adds ``cuts`` on detector records and ``texts``, the approximations.
    """

    def texts(self) -> tuple[str, ...]:
        """The approximations, in words."""
        return ()

    def invisible(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """What the same cuts accept if nothing is visible."""
        return MissingEnergy.select(self, model, made, beam, target)

    def select(self, model: Model, made: Yield, beam: Beam, target: Target) -> Signal:
        """Accepted events per primary: unit coupling, and the accepted fraction along couplings."""
        return simulated(self, model, made, beam, target, self.texts())


def _reason(model: Model, point: int, made: float, accepted: float, found: Acceptance) -> str | None:
    if accepted > 0:
        return None
    if made <= 0:
        return "no sensitivity: nothing above the energy cut can be made"
    if model.invisible_fraction()[point] <= 0:
        return f"on-shell decay closed: the lightest dark pair is not below the mass of {model.mediator}"
    return (
        f"no simulated event survives at any coupling: acceptance below {found.upper():.1e} "
        f"(90 % CL, {found.events} events)"
    )
