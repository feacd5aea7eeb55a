"""A limit as HistFactory workspaces, one per parameter point, or as a HEPData submission."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from darktarget import files
from darktarget.core import Experiment, Limit
from darktarget.errors import InputError, OutputExists
from darktarget.io import hepdata
from darktarget.io.pyhf_workspace import ASIMOV, workspace
from darktarget.io.tables import write_json
from darktarget.limits.counting import Counting
from darktarget.units import GeV

LOGGER: Final = logging.getLogger(__name__)
FORMATS = ("pyhf", "hepdata")


def stem(bound: Limit) -> str:
    """Beginning of the names of the files of a limit."""
    return f"{bound.experiment}_{bound.model}"


def workspaces(bound: Limit, counts: Counting) -> Mapping[str, Mapping[str, Any]]:
    """HistFactory workspaces by file name, one per point with a limit; mu = 1 is the limit on the coupling.

    Those of a projection hold Asimov data: the expected backgrounds in place of observed counts.

    Where lifetimes matter, the signal is that at ``coupling_upper``, and mu is not a power of the coupling.

    Args:
        bound: the limit. counts: what ``dt.measurement`` returned for the same model and experiment.

    Raises:
        InputError: no point has a limit.
    """
    asimov = counts.expected is not None
    if asimov:
        LOGGER.warning("pyhf workspaces of a projection: %s", ASIMOV)
    found = {}
    for i in _points(bound):
        name = f"{stem(bound)}_mass-{bound.mass[i] / GeV:.6g}-GeV_{i:04d}.json"
        made_up = counts.at(int(i), float(bound.coupling_upper[i]))
        found[name] = workspace(made_up, float(bound.count_limit_with_nuisances[i]), f"point {i}", asimov=asimov)
    return found


def write_pyhf(bound: Limit, counts: Counting, folder: Path | str, *, force: bool = False) -> tuple[Path, ...]:
    """Write one workspace per point into a folder of their own.

    Raises:
        OutputExists, OutputError, InputError: as ``files.write_all`` and ``workspaces``.
    """
    writers: dict[str, files.Writer] = {
        name: lambda path, document=document: write_json(dict(document), path)  # type: ignore[misc]
        for name, document in workspaces(bound, counts).items()
    }
    inside = Path(folder) / f"{stem(bound)}_pyhf"
    written = files.write_all(inside, writers, force=force)
    for old in inside.glob(f"{stem(bound)}_mass-*-GeV_*.json"):  # of an earlier export with other masses
        if force and old not in written:
            old.unlink()
    return written


def write_hepdata(bound: Limit, folder: Path | str, *, force: bool = False) -> tuple[Path, ...]:
    """Write and validate a HEPData submission into a folder of its own; points without a limit are left out.

    Raises:
        OutputExists: a submission is there and ``force`` is off.
        InputError: hepdata_lib is not installed, or no point has a limit.
    """
    points = _points(bound)
    folder = Path(folder)
    files.check(folder, ())
    bands = {name: value[points].tolist() for name, value in bound.bands.items()}
    path = hepdata.write_limit(
        folder / f"{stem(bound)}_hepdata",
        (bound.mass[points] / GeV).tolist(),
        bound.coupling_upper[points].tolist(),
        quantity=f"{bound.cl:.0%} CL {_edge(bound)}",
        description=f"{bound.title}: limit on the coupling of {bound.model}. " + "; ".join(bound.method),
        qualifiers={"CL": bound.cl, "statistic": bound.statistic, "nuisances": bound.nuisances},
        bands=bands,
        references=[f"arXiv:{r}" for r in bound.analysis_references],
        overwrite=force,
    )
    return (path,)


def check(kinds: tuple[str, ...], experiment: Experiment, model: str, out: Path | None, *, force: bool) -> None:
    """Check, before any long work, that the wanted exports can be written.

    Raises:
        InputError: an unknown format, no folder, or hepdata_lib not installed.
        OutputExists: a folder of an earlier export is not empty and ``force`` is off.
    """
    for kind in kinds:
        if kind not in FORMATS:
            raise InputError("export", kind, "one of " + ", ".join(FORMATS))
        if out is None:
            raise InputError("export", kind, "used together with --out", "It names the folder to write to.")
        folder = out / f"{experiment.name}_{model}_{kind}"
        if folder.is_dir() and any(folder.iterdir()) and not force:
            raise OutputExists(folder)
        if kind == "hepdata":
            hepdata.require()


def _edge(bound: Limit) -> str:
    """What ``coupling_upper`` is: a two-sided exclusion has an upper edge, too, which the CSV and JSON files hold."""
    two_sided = any(np.isfinite(high) for point in bound.intervals for _, high in point[-1:])
    return "lower edge of the excluded couplings" if two_sided else "upper limit on the coupling"


def _points(bound: Limit) -> np.ndarray[Any, np.dtype[np.intp]]:
    points = np.flatnonzero(np.isfinite(bound.coupling_upper))
    if not points.size:
        raise InputError("export", None, "a limit at one point at least", "No point has a limit.")
    return points
