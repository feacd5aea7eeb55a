"""Results as plain data: dictionaries for JSON and rows for CSV; numbers that are not finite become null."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from darktarget.core import Array, CrossSection, Limit
from darktarget.units import PB, GeV

Json = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]


def finite(values: Array | Iterable[float]) -> list[float | None]:
    """Python floats, with None for anything not finite.

    >>> finite(np.array([1.0, np.nan]))
    [1.0, None]
    """
    return [float(v) if math.isfinite(v) else None for v in values]


def cross_section_document(result: CrossSection, **inputs: Any) -> Json:
    """The JSON document of ``xsec``: masses, sigma in pb per nucleus at unit coupling, relative errors."""
    return {
        "mass_GeV": finite(result.mass / GeV),
        "sigma_pb": finite(result.sigma / PB),
        "relative_error": finite(result.relative_error),
        "systematics": {name: finite(value) for name, value in result.systematics.items()},
        "reason": list(result.reason),
        "method": "; ".join(result.method),
        "references": list(result.references),
        **inputs,
    }


def tracks_document(shower: Any) -> Json:
    """The JSON document of ``tracks``: length and error per bin and primary; by material if there are several."""
    species = ("e-", "e+", "gamma")
    length = shower.length.sum(axis=2)
    error = np.sqrt((shower.length_error**2).sum(axis=2))
    names = [m.name for m in shower.stack.materials]

    def document(values: Array) -> Json:
        by_material = {n: {s: finite(values[i, j]) for i, s in enumerate(species)} for j, n in enumerate(names)}
        return by_material if len(names) > 1 else by_material[names[0]]

    return {
        "energy_GeV": finite(shower.energy_edges / GeV),
        "track_length_X0": document(length),
        "error": document(error),
        "showers": shower.number,
        "seed": shower.seed,
        "showers_per_s": shower.number / max(shower.seconds, 1e-9),
    }


def limit_document(bound: Limit) -> Json:
    """The JSON document of ``limit``."""
    return {
        "model": bound.model,
        "experiment": bound.experiment,
        "parameters": {k: plain(k, v) for k, v in bound.parameters.items() if k != "mass"},
        "mass_GeV": finite(bound.mass / GeV),
        "dark_mass_GeV": finite(bound.dark_mass / GeV),
        "coupling_upper": finite(bound.coupling_upper),
        "y_upper": finite(bound.y),
        "intervals": [[finite(pair) for pair in point] for point in bound.intervals],
        "interval_at_grid_end": [[list(edges) for edges in point] for point in bound.at_grid_end],
        "expected_counts_at_unit_coupling": finite(bound.expected_counts),
        "peak_counts": finite(bound.peak_counts),
        "count_limit": finite([bound.count_limit])[0],
        "count_limit_with_nuisances": finite(bound.count_limit_with_nuisances),
        "power": bound.power,
        "cl": bound.cl,
        "statistic": bound.statistic,
        "nuisances": bound.nuisances,
        "uncertainties": list(bound.uncertainties),
        "flags": list(bound.flags),
        "bands": {name: finite(value) for name, value in bound.bands.items()},
        "ranking": {name: finite(value) for name, value in bound.ranking.items()},
        "relative_error": finite(bound.relative_error),
        "systematics": {name: finite(value) for name, value in bound.systematics.items()},
        "reason": list(bound.reason),
        "fitted": [str(number) for number in bound.fitted],
        "assumed_efficiency": finite([bound.assumed_efficiency])[0],
        "method": "; ".join(bound.method),
        "references": list(bound.references),
        "version": bound.version,
    }


def plain(name: str, value: Any) -> Any:
    """A parameter for JSON: a name, a number, or a list where it differs from point to point."""
    if not isinstance(value, np.ndarray):
        return value
    values = finite(value)
    return values[0] if len(set(values)) == 1 else values


def write_json(document: Json, path: Path) -> None:
    """Write one JSON document."""
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_csv(columns: Columns, path: Path) -> None:
    """Write columns of one length as CSV with a header; None is an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_limit_csv(bound: Limit, path: Path) -> None:
    """Write a limit as CSV, one row per point; empty cells where there is no limit, the reason beside.

    ``intervals`` are excluded couplings, ``lower:upper`` separated by blanks; no upper edge means all above. A column
    ``fitted`` names the numbers of the experiment that were chosen to meet a published limit, if there are any.
    """
    document = limit_document(bound)
    names = ("mass_GeV", "dark_mass_GeV", "coupling_upper", "y_upper", "relative_error", "reason")
    columns: dict[str, Sequence[Any]] = {name: document[name] for name in names}
    columns["intervals"] = interval_cells(bound.intervals)
    columns |= {f"coupling_{name}": values for name, values in document["bands"].items()}
    if bound.fitted:
        columns["fitted"] = ["; ".join(document["fitted"])] * bound.mass.size
    write_csv(columns, path)


def cross_section_columns(result: CrossSection) -> Columns:
    """The columns of ``xsec`` as CSV."""
    document = cross_section_document(result)
    names = ("mass_GeV", "sigma_pb", "relative_error")
    spreads = {f"relative_{name}": values for name, values in document["systematics"].items()}
    return {**{name: document[name] for name in names}, **spreads, "reason": document["reason"]}


def tracks_columns(shower: Any) -> Columns:
    """The columns of ``tracks`` as CSV: energy bins, and length and error by species (and material) in X0."""
    document = tracks_document(shower)
    edges = document["energy_GeV"]
    columns: dict[str, Sequence[Any]] = {"energy_from_GeV": edges[:-1], "energy_to_GeV": edges[1:]}
    for name in ("track_length_X0", "error"):
        unit = "" if name.endswith("X0") else "_X0"
        for key, values in document[name].items():
            parts = values.items() if isinstance(values, dict) else [("", values)]
            columns |= {f"{name}{unit}_{key}{part and ' '}{part}": row for part, row in parts}
    return columns


def interval_cells(intervals: Iterable[Iterable[tuple[float, float]]]) -> list[str]:
    """The intervals of each point as one cell: ``4.1e-08:3.2e-05 ...``; no upper edge means all above."""
    return [_intervals(point) for point in intervals]


def _intervals(point: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{low!r}:{high!r}" if math.isfinite(high) else f"{low!r}:" for low, high in point)
