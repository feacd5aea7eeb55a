"""Widths and lifetimes of a model as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Model
from darktarget.errors import InputError
from darktarget.io.tables import finite
from darktarget.units import GeV

STABLE = "stable: no open channel"


def width_document(model: Model) -> dict[str, Any]:
    """The JSON document of ``width``: partial widths in GeV by parent and daughters, c tau in cm.

    Numbers are scalars for a model of one point, else one per point. A stable particle has no c tau: null, with the
    reason per point.

    Raises:
        InputError: the model has no coupling.

    >>> import darktarget as dt
    >>> document = width_document(dt.model("idm", mass=0.3, coupling=1e-3))
    >>> round(document["ctau_cm"]["chi2"], 2)
    39.24
    """
    if "coupling" not in model.values:
        raise InputError("coupling", None, "a number > 0", "Widths depend on it: give -p coupling=1e-3.")
    coupling = model.values["coupling"]
    virtual = {model.mediator} if not (model.mediator_mass > 0).any() else set()  # a photon does not decay
    parents = tuple(dict.fromkeys(c.parent for c in model.channels() if c.parent not in virtual))
    widths: dict[str, Any] = {}
    lengths: dict[str, Any] = {}
    reasons: dict[str, Any] = {}
    for parent in parents:
        parts = model.partial_widths(parent, coupling=coupling)
        widths[parent] = {label: _plain(width / GeV, model) for label, width in parts.items()}
        length = model.proper_length(parent, coupling=coupling)
        lengths[parent] = _plain(length, model)
        reasons[parent] = [None if np.isfinite(x) else STABLE for x in length]
    return {
        **widths,
        "ctau_cm": lengths,
        "reason": {name: r[0] if model.points == 1 else r for name, r in reasons.items() if any(r)},
        "model": model.name,
        "mass_GeV": _plain(model.mass / GeV, model),
        "flags": list(model.flags),
        "references": list(model.references),
        "version": __version__,
    }


def _plain(values: Array, model: Model) -> Any:
    numbers = finite(values)
    return numbers[0] if model.points == 1 else numbers
