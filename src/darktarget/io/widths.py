"""Widths and lifetimes of a model as plain data."""

from __future__ import annotations

from collections.abc import Sequence
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
    widths: dict[str, Any] = {}
    lengths: dict[str, Any] = {}
    reasons: dict[str, Any] = {}
    found = partial_widths(model)
    coupling = model.values["coupling"]
    for parent, parts in found.items():
        widths[parent] = {label: _plain(width, model) for label, width in parts.items()}
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


def partial_widths(model: Model) -> dict[str, dict[str, Array]]:
    """Partial widths in GeV at the model's coupling by parent and daughters, each [point].

    Raises:
        InputError: the model has no coupling.
    """
    if "coupling" not in model.values:
        raise InputError("coupling", None, "a number > 0", "Widths depend on it: give -p coupling=1e-3.")
    virtual = {model.mediator} if not (model.mediator_mass > 0).any() else set()  # a photon does not decay
    parents = dict.fromkeys(c.parent for c in model.channels() if c.parent not in virtual)
    coupling = model.values["coupling"]
    return {
        parent: {
            label: np.broadcast_to(width / GeV, (model.points,))
            for label, width in model.partial_widths(parent, coupling=coupling).items()
        }
        for parent in parents
    }


def width_columns(model: Model) -> dict[str, Sequence[Any]]:
    """The columns of ``width`` as CSV: mass, each partial width, c tau of each parent, and why one is empty."""
    columns: dict[str, Sequence[Any]] = {"mass_GeV": finite(model.mass / GeV)}
    for parent, parts in partial_widths(model).items():
        columns |= {f"width_{parent} -> {label}_GeV": finite(width) for label, width in parts.items()}
        length = model.proper_length(parent, coupling=model.values["coupling"])
        columns[f"ctau_{parent}_cm"] = finite(length)
        columns[f"reason_{parent}"] = [None if np.isfinite(x) else STABLE for x in length]
    return columns


def _plain(values: Array, model: Model) -> Any:
    numbers = finite(values)
    return numbers[0] if model.points == 1 else numbers
