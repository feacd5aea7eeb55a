"""HEPData submission of a limit curve, written and validated with hepdata_lib."""

from __future__ import annotations

import contextlib
import importlib
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from darktarget.errors import InputError, OutputError, OutputExists

BAND_LABELS = ("minus2", "minus1", "median", "plus1", "plus2")


def write_limit(
    directory: str | Path,
    mass_GeV: Sequence[float],
    upper: Sequence[float],
    *,
    quantity: str,
    unit: str = "",
    name: str = "Upper limit",
    description: str = "Upper limit on the coupling as a function of the mediator mass.",
    location: str = "",
    qualifiers: Mapping[str, str | float] | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    references: Sequence[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write `submission.yaml`, one data table and `submission.tar.gz` into a directory, then validate them.

    Args:
        directory: created if needed; must not hold a submission unless `overwrite`.
        mass_GeV: masses [P] in GeV.
        upper: limits [P] in `unit`, finite and positive.
        quantity: header of the limit, such as "90% CL upper limit on epsilon".
        unit: unit of the limit, empty if none.
        name, description, location: of the table (location: figure or section of the paper).
        qualifiers: such as {"CL": 0.9, "method": "cls"}.
        bands: expected limits [P] under any of minus2, minus1, median, plus1, plus2.
        references: arXiv numbers, written into the comment.
        overwrite: replace an existing submission.

    Returns:
        Path of `submission.yaml`.

    Raises:
        InputError: NaN, infinite or non-positive numbers, lengths that differ, hepdata_lib not installed.
        OutputExists: a submission is already there. OutputError: what was written does not validate.
    """
    masses = _finite("mass_GeV", mass_GeV, len(mass_GeV))
    columns = {quantity: _finite("upper", upper, len(masses))}
    for label, values in (bands or {}).items():
        if label not in BAND_LABELS:
            raise InputError("bands", label, "one of " + ", ".join(BAND_LABELS))
        columns[f"{quantity}, expected {label}"] = _finite(f"bands[{label}]", values, len(masses))
    target = Path(directory)
    if (target / "submission.yaml").exists() and not overwrite:
        raise OutputExists(target / "submission.yaml")
    library = _library("hepdata_lib")
    table = library.Table(name)
    table.description, table.location = description, location
    axis = library.Variable("Mass", is_independent=True, is_binned=False, units="GeV")
    axis.values = masses
    table.add_variable(axis)
    for header, values in columns.items():
        column = library.Variable(header, is_independent=False, is_binned=False, units=unit)
        column.values = values
        for key, value in (qualifiers or {}).items():
            column.add_qualifier(key, value)
        table.add_variable(column)
    submission = library.Submission()
    submission.comment = " ".join([description, *(f"Reference: {r}." for r in references)])
    submission.add_table(table)
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(target):  # hepdata_lib writes its archive into the working directory
        submission.create_files(".", validate=False, remove_old=False)
    validate(target / "submission.tar.gz")
    return target / "submission.yaml"


def validate(archive: str | Path) -> None:
    """Check the archive of a submission (`submission.tar.gz`) against the HEPData schemas.

    Raises:
        InputError: hepdata_lib is not installed. OutputError: the messages of the validator.
    """
    checker = _library("hepdata_validator.full_submission_validator").FullSubmissionValidator()
    with warnings.catch_warnings():
        ignore_validator_warnings()
        valid = checker.validate(archive=str(archive))
    if not valid:
        messages = {file: [m.message for m in found] for file, found in checker.get_messages().items()}
        raise OutputError("submission", messages, "a submission that the HEPData schemas accept")


def _finite(field: str, values: Sequence[float], size: int) -> list[float]:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or len(array) != size or not size:
        raise InputError(field, array.shape, f"({size},), one number per mass, at least one")
    bad = ~(np.isfinite(array) & (array > 0))
    if bad.any():
        advice = "Leave out the points without sensitivity; NaN and inf are not submitted."
        raise InputError(field, float(array[bad][0]), "finite and > 0", advice)
    return [float(x) for x in array]


def require() -> None:
    """Check that hepdata_lib is installed.

    Raises:
        InputError: it is not; the message says how to install it.
    """
    _library("hepdata_lib")


def _library(module: str) -> ModuleType:
    """Import a module of hepdata_lib without the deprecation warnings of its validator's imports."""
    try:
        with warnings.catch_warnings():
            ignore_validator_warnings()
            return importlib.import_module(module)
    except ImportError as error:
        advice = "Install it: pip install 'darktarget[io]'."
        raise InputError("hepdata_lib", "not installed", "an installed hepdata_lib", advice) from error


def ignore_validator_warnings() -> None:
    """The one named filter: hepdata_validator imports jsonschema.RefResolver, deprecated since jsonschema
    4.18, and leaves the files it reads to the garbage collector."""
    message = r"jsonschema\.(RefResolver|exceptions\.RefResolutionError) is deprecated"
    warnings.filterwarnings("ignore", message=message, category=DeprecationWarning)
    warnings.filterwarnings("ignore", message="unclosed file", category=ResourceWarning)
