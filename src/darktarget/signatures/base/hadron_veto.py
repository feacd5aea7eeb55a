"""What a veto on hadronic energy would do to events with a struck nucleon: quoted with a result, not applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from darktarget.core import Array, Yield
from darktarget.units import GeV

LOST: Final = "hadron veto on struck nucleons"


def lost(made: Yield, below_GeV: float) -> Mapping[str, Array]:
    """Share of a yield in which a struck nucleon takes more than the energy that the veto allows, by name.

    Args:
        made: the yield. below_GeV: energy of hadrons below which the veto does not fire (GeV), 0 for no veto.

    Returns:
        relative, [point]: an upper bound, since the nucleon may stop before it reaches the detector that vetoes. Empty
        without a veto, and where the nucleus stays whole.
    """
    return {LOST: made.struck_above(below_GeV * GeV)} if made.struck is not None and below_GeV > 0 else {}


def notes(made: Yield, below_GeV: float) -> tuple[str, ...]:
    """The approximation in words, where there is one; arguments as ``lost``."""
    text = f"hadron veto at {below_GeV:g} GeV not applied to struck nucleons: at most the quoted share is lost"
    return (text,) if made.struck is not None and below_GeV > 0 else ()
