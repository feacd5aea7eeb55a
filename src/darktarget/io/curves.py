"""Curves as plain data: dictionaries for JSON; numbers that are not finite become null."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Curve, Model
from darktarget.io.tables import Columns, Json, finite, interval_cells, plain
from darktarget.units import GeV


def curve_document(curve: Curve) -> Json:
    """The JSON document of a constraint or of an imported curve; an open upper edge of an interval is null."""
    return {
        "name": curve.name,
        "title": curve.title,
        "kind": curve.kind,
        "model": curve.model,
        "parameters": {k: plain(k, v) for k, v in curve.parameters.items() if k != "mass"},
        "mass_GeV": finite(curve.mass / GeV),
        "dark_mass_GeV": finite(curve.dark_mass / GeV),
        "coupling": finite(curve.coupling),
        "y": finite(curve.y),
        "intervals": [[finite(pair) for pair in point] for point in curve.intervals],
        "uncertainty": curve.uncertainty,
        "cl": finite([curve.cl])[0],
        "stated": curve.not_recomputed,
        "published": [str(number) for number in curve.published],
        "fitted": [str(number) for number in curve.fitted],
        "reason": list(curve.reason),
        "method": "; ".join(curve.method),
        "references": list(curve.references),
        "version": curve.version,
    }


def curves_document(curves: Sequence[Curve]) -> dict[str, Json]:
    """The documents of curves by name; of several with one name the later ones are numbered.

    >>> import darktarget as dt
    >>> model = dt.model("dark-photon", mass=0.1)
    >>> list(curves_document(dt.curves(["gminus2", "gminus2:wp2020", "muon-g-2"], model)))
    ['muon-g-2', 'muon-g-2:wp2020', 'muon-g-2 (2)']
    """
    found: dict[str, Json] = {}
    for curve in curves:
        same = sum(name == curve.name or name.startswith(f"{curve.name} (") for name in found)
        found[f"{curve.name} ({same + 1})" if same else curve.name] = curve_document(curve)
    return found


def relic_document(curve: Curve, omega_h2: float) -> Json:
    """The JSON document of ``relic``: coupling and y per mass, and the density aimed at."""
    document = curve_document(curve)
    extra = {name: finite(value) for name, value in curve.extra.items() if name != "omega_h2"}
    reached = finite(curve.extra["omega_h2"])
    drop = ("intervals", "published", "fitted", "stated", "cl")
    return {k: v for k, v in document.items() if k not in drop} | {"omega_h2": omega_h2, "reached": reached, **extra}


def omega_document(model: Model, density: Array) -> Json:
    """The JSON document of ``omega``: the density that each coupling leaves."""
    return {
        "mass_GeV": finite(model.mass / GeV),
        "coupling": finite(np.asarray(model.values["coupling"], float)),
        "omega_h2": finite(density),
        "model": model.name,
        "parameters": {k: plain(k, v) for k, v in model.values.items() if k not in ("mass", "coupling")},
        "version": __version__,
    }


def gminus2_document(band: Curve) -> Json:
    """The JSON document of ``gminus2``: the centre and the edges of the 2 sigma band per mass (null where none)."""
    document = curve_document(band)
    centre = document.pop("coupling")
    edges = [finite(pairs[0]) if pairs else None for pairs in band.intervals]
    drop = ("intervals", "y", "fitted", "stated", "uncertainty", "cl")
    kept = {k: v for k, v in document.items() if k not in drop}
    return kept | {"coupling_central": centre, "coupling_2sigma": edges}


def curve_columns(curve: Curve) -> Columns:
    """The columns of a constraint or of an imported curve as CSV; ``intervals`` as in the CSV of a limit."""
    return {
        "mass_GeV": finite(curve.mass / GeV),
        "dark_mass_GeV": finite(curve.dark_mass / GeV),
        "coupling": finite(curve.coupling),
        "y": finite(curve.y),
        "reason": curve.reason,
        "intervals": interval_cells(curve.intervals),
        **{name: finite(values) for name, values in curve.extra.items()},
    }


def relic_columns(curve: Curve) -> Columns:
    """The columns of ``relic`` as CSV; ``omega_h2`` is the density that the coupling gives."""
    return {name: values for name, values in curve_columns(curve).items() if name != "intervals"}


def omega_columns(model: Model, density: Array) -> Columns:
    """The columns of ``omega`` as CSV."""
    document = omega_document(model, density)
    return {name: document[name] for name in ("mass_GeV", "coupling", "omega_h2")}


def gminus2_columns(band: Curve) -> Columns:
    """The columns of ``gminus2`` as CSV: the centre and the edges of the 2 sigma band."""
    document = gminus2_document(band)
    low, high = zip(*(pair or (None, None) for pair in document["coupling_2sigma"]), strict=True)
    return {
        "mass_GeV": document["mass_GeV"],
        "coupling_central": document["coupling_central"],
        "coupling_2sigma_from": low,
        "coupling_2sigma_to": high,
        "reason": document["reason"],
    }
