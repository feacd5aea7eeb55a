"""Curves that a user brings: DarkCast .lmt, two columns of text, HEPData YAML and CSV, CSV with a header.

Nothing is repaired: a unit that is not declared, swapped columns, MeV given as GeV, negative or missing numbers are
errors that name the file, the row and what was expected. What was read stays with the curve: file, checksum, columns.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget import __version__
from darktarget.core import Array, Curve, Model
from darktarget.errors import InputError, UnknownName
from darktarget.units import GeV, MeV, eV, keV

UNITS: Final[Mapping[str, float]] = MappingProxyType({"eV": eV, "keV": keV, "MeV": MeV, "GeV": GeV, "TeV": 1e3 * GeV})
MASSES: Final = (1e-6 * GeV, 1e3 * GeV)  # of mediators that fixed targets and colliders look for
COUPLINGS: Final = (1e-14, 10.0)
LIGHT, STRONG = 1e-3 * GeV, 1e-3  # no search ends below this mass with nothing but couplings above that
#: quantity -> power of the coupling (read-only); y needs mass_ratio and alpha_D besides.
QUANTITIES: Final[Mapping[str, float]] = MappingProxyType({"coupling": 1.0, "coupling^2": 2.0, "y": 2.0})
ADVICE = "Give mass_unit and quantity, or a header such as mass_GeV,coupling; on the command line FILE:MeV:coupling."
HEADER: Final = "mass,coupling (masses in GeV), or mass_MeV,coupling, mass [MeV],epsilon^2, mass_GeV,y and the like"
#: quantity -> how a heading names it, the first that fits (read-only)
HEADINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "coupling^2": r"(?:coupling|eps(?:ilon)?|ε)\}?\s*(?:\^|\*\*)\s*\{?\s*2|ε²",
        "coupling": r"(?<![a-z])(?:var)?(?:coupling|eps(?:ilon)?)(?![a-z])|ε",
        "y": r"(?<!\w)y(?!\w)",
    }
)


@dataclass(frozen=True)
class CurveTable:
    """Columns as read: masses with their unit (or None), lower and upper edges, and what was said about them."""

    mass: list[float]
    lower: list[float]
    upper: list[float] | None
    unit: str | None
    quantity: str | None
    format: str
    said: tuple[str, ...] = ()


def read_curve(
    path: Path | str,
    *,
    mass_unit: str | None = None,
    quantity: str | None = None,
    model: Model | None = None,
    kind: str = "exclusion",
    reference: str = "",
    mass_ratio: float | None = None,
    alpha_D: float | None = None,
) -> Curve:
    """Read a published curve.

    Args:
        path: .lmt (DarkCast), .yaml (HEPData), .csv (HEPData, or with a header), else columns of text.
        mass_unit: eV, keV, MeV, GeV or TeV, where the file does not declare it.
        quantity: coupling, coupling^2 or y, where the file does not declare it.
        model: gives mass_ratio, alpha_D and the name, if they are single numbers.
        kind: exclusion, target or band. reference: where the curve is from.
        mass_ratio, alpha_D: for y.

    Returns:
        Curve, marked as stated; ``coupling`` is the lower edge.

    Raises:
        InputError: no such file, a malformed row, an undeclared unit, values out of range, swapped columns.
        UnknownName: no such unit, quantity or kind.
    """
    file = Path(path)
    _known("kind", kind, ("exclusion", "target", "band"))
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file", str(file), "a text file that can be read", str(error)) from None
    table = FORMATS.get(file.suffix.lower(), _columns)(text, str(file))
    unit = _declared("mass_unit", mass_unit, table.unit, UNITS)
    what = _declared("quantity", quantity, table.quantity, QUANTITIES)
    mass = np.array(table.mass) * UNITS[unit]
    given = _parameters(model, mass_ratio, alpha_D)
    lower = _as_coupling(np.array(table.lower), what, given)
    upper = None if table.upper is None else _as_coupling(np.array(table.upper), what, given)
    _check(str(file), mass, lower, table, unit)
    _check_overlap(mass, unit, model)
    ratio, alpha = given
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Curve(
        name=file.stem,
        title=file.stem.replace("_", " "),
        kind=kind,
        model="" if model is None else model.name,
        parameters={k: v for k, v in (("mass_ratio", ratio), ("alpha_D", alpha)) if v is not None},
        mass=mass,
        dark_mass=mass / ratio if ratio else np.full(mass.shape, np.nan),
        alpha_D=np.full(mass.shape, np.nan if alpha is None else alpha),
        coupling=lower,
        intervals=_intervals(lower, upper, kind),
        uncertainty=0.0,
        method=(f"imported from {file.name} ({table.format}, sha256 {digest}), mass in {unit}, {what}", *table.said),
        reason=(None,) * mass.size,
        references=(reference,) if reference else (),
        version=__version__,
        not_recomputed=True,
        labels=Curve.labels if model is None else model.labels,
    )


def read_declared(word: str, model: Model | None = None) -> Curve:
    """Read ``FILE``, ``FILE:mass_unit`` or ``FILE:mass_unit:quantity``, as typed on a command line; see ``read_curve``.

    Raises:
        InputError: as ``read_curve``, or more than two declarations. UnknownName: no such unit or quantity.
    """
    file, *declared = word.split(":")
    if len(declared) > 2:
        raise InputError("file", word, "FILE, FILE:mass_unit or FILE:mass_unit:quantity")
    unit, quantity = (*declared, None, None)[:2]
    return read_curve(file, mass_unit=unit or None, quantity=quantity or None, model=model)


def _known(field: str, value: str, valid: Any) -> str:
    if value not in valid:
        raise UnknownName(field, value, valid)
    return value


def _declared(field: str, given: str | None, found: str | None, valid: Mapping[str, float]) -> str:
    if given is not None:
        _known(field, given, valid)
    if given is not None and found is not None and given != found:
        raise InputError(field, given, f"{found}, as the file declares")
    value = given or found
    if value is None:
        raise InputError(field, None, "one of " + ", ".join(valid), ADVICE)
    return _known(field, value, valid)


def _parameters(model: Model | None, ratio: float | None, alpha: float | None) -> tuple[float | None, float | None]:
    """mass_ratio and alpha_D as given, else of the model where they are the same at every point."""
    found: list[float | None] = []
    for name, value in (("mass_ratio", ratio), ("alpha_D", alpha)):
        own = None if model is None else model.values.get(name)
        single = np.unique(own) if own is not None else np.zeros(0)
        found.append(value if value is not None else float(single[0]) if single.size == 1 else None)
    return found[0], found[1]


def _as_coupling(values: Array, quantity: str, given: tuple[float | None, float | None]) -> Array:
    ratio, alpha = given
    if quantity != "y":
        return np.asarray(np.abs(values) ** (1 / QUANTITIES[quantity]) * np.sign(values))
    if ratio is None or alpha is None:
        raise InputError("quantity", "y", "y with mass_ratio and alpha_D", "They turn y into a coupling.")
    return np.asarray(np.sqrt(np.maximum(values, 0) / alpha) * ratio**2)


def _check(file: str, mass: Array, coupling: Array, table: CurveTable, unit: str) -> None:
    """Range checks; a swap or a wrong unit is suspected only where it would put everything in range."""
    if mass.size < 2:
        raise InputError("file", file, "at least two rows of numbers")
    for name, values, (low, high) in (("mass", mass, MASSES), ("coupling", coupling, COUPLINGS)):
        bad = ~(np.isfinite(values) & (values > 0))
        if bad.any():
            row = int(np.argmax(bad)) + 1
            raise InputError(name, float(values[bad][0]), "finite numbers > 0", f"Row {row} of {file}.")
        outside = (values < low) | (values > high)
        if outside.any():
            row, value = int(np.argmax(outside)) + 1, float(values[outside][0])
            raise InputError(
                name, value, f"between {low:g} and {high:g}", f"Row {row} of {file}. " + _guess(table, unit)
            )
    if _swapped(table) or (mass.max() < LIGHT and coupling.min() > STRONG):
        raise InputError("columns", file, "mass first, then coupling", "The columns look swapped.")
    if mass.max() > 100 * GeV and unit == "GeV":
        value = float(mass.max() / GeV)
        raise InputError("mass_unit", "GeV", "the unit of the file", f"Masses up to {value:g} GeV: are they in MeV?")


def _check_overlap(mass: Array, unit: str, model: Model | None) -> None:
    """A curve beside a model: masses that would only meet the model's if they were in MeV are taken for a mistake."""
    if model is None or unit != "GeV" or not model.mass.any():
        return
    low, high = float(model.mass.min()), float(model.mass.max())
    meets = [bool(np.any(mass * scale <= high) and np.any(mass * scale >= low)) for scale in (1.0, 1e-3)]
    if meets == [False, True]:
        text = f"None of its masses is between the model's, {low / GeV:g} and {high / GeV:g} GeV: are they in MeV?"
        raise InputError("mass_unit", "GeV", "the unit of the file", text)


def _swapped(table: CurveTable) -> bool:
    """Whether the second column is sorted over more than a decade, as masses are, and the first one is not."""
    first, second = np.array(table.mass), np.array(table.lower)
    ordered = np.all(np.diff(second) > 0) or np.all(np.diff(second) < 0)
    wide = second.max() > 10 * second.min()
    mixed = not (np.all(np.diff(first) >= 0) or np.all(np.diff(first) <= 0))
    small = first.max() < 1e-2 * second.min()  # couplings are small numbers, masses in these units are not
    return bool((ordered and wide and mixed) or small)


def _guess(table: CurveTable, unit: str) -> str:
    largest = max(table.mass)
    if unit == "GeV" and 1 <= largest <= 1e6:
        return "Are the masses in MeV?"
    if unit == "MeV" and largest < 1e-2:
        return "Are the masses in GeV?"
    return "Are the columns swapped?"


def _intervals(lower: Array, upper: Array | None, kind: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    if kind == "target":
        return ((),) * lower.size
    top = np.full(lower.shape, np.inf) if upper is None else upper
    return tuple(((float(a), float(b)),) for a, b in zip(lower, top, strict=True))


def _numbers(line: str, file: str, row: int) -> list[float]:
    words = [w for w in re.split(r"[\s,;]+", line.strip()) if w]
    try:
        return [float(w) for w in words]
    except ValueError:
        raise InputError("file", file, "numbers only after the header", f"Line {row}: {line.strip()[:60]!r}.") from None


def _rows(text: str, file: str, skip: int = 0) -> list[list[float]]:
    rows: list[list[float]] = []
    for k, line in enumerate(text.splitlines()[skip:], skip + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            rows.append(_numbers(line, file, k))
    lengths = {len(r) for r in rows}
    if not rows or len(lengths) != 1 or not lengths & {2, 3}:
        raise InputError("file", file, "rows of two or three numbers: mass, lower edge, upper edge")
    return rows


def _table(rows: list[list[float]], form: str, unit: str | None, quantity: str | None) -> CurveTable:
    columns = [list(c) for c in zip(*rows, strict=True)]
    return CurveTable(columns[0], columns[1], columns[2] if len(columns) > 2 else None, unit, quantity, form)


def _darkcast(text: str, file: str) -> CurveTable:
    """DarkCast: '# mass lower [upper]', GeV and eps."""
    return _table(_rows(text, file), "DarkCast", "GeV", "coupling")


def _columns(text: str, file: str) -> CurveTable:
    """Columns of text; a first comment such as '# mass [MeV] coupling' declares them."""
    head = next((line for line in text.splitlines() if line.lstrip().startswith("#")), "")
    unit = next((u for u in UNITS if re.search(rf"[\[(_]\s*{u}\b", head)), None)
    return _table(_rows(text, file), "columns", unit, _quantity_of(head))


def _csv(text: str, file: str) -> CurveTable:
    """CSV with a header: mass (GeV), mass_MeV, ... and coupling, coupling^2 or y; or HEPData's export."""
    if text.lstrip().startswith("#:"):
        return _hepdata_csv(text, file)
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    header = [w.strip() for w in next(csv.reader(lines[:1]), [])]
    match = re.fullmatch(r"mass(?:_(\w+)|\s*[\[(]\s*(\w+)\s*[\])])?", header[0]) if header else None
    quantity = _quantity_of(header[1]) if len(header) > 1 else None
    if match is None or quantity is None:
        raise InputError("header", ",".join(header), HEADER)
    rows = _rows(text, file, skip=text.splitlines().index(lines[0]) + 1)
    if len(rows[0]) != len(header):
        raise InputError("file", file, f"{len(header)} columns, as in the header")
    return _table(rows, "CSV", match.group(1) or match.group(2) or "GeV", quantity)


def _unit_of(name: str) -> str | None:
    return next((u for u in UNITS if re.search(rf"[\[(]\s*{u}", name)), None)


def _quantity_of(heading: str) -> str | None:
    """The quantity that a heading names; a logarithm is none of them."""
    text = heading.lower()
    return None if "log" in text else next((q for q, named in HEADINGS.items() if re.search(named, text)), None)


def _hepdata_csv(text: str, file: str) -> CurveTable:
    """HEPData's CSV: '#: key: value' lines, one header row with units in brackets, one block of numbers."""
    lines = text.splitlines()
    said = tuple(line[2:].strip() for line in lines if line.startswith("#:"))
    body = [line for line in lines if line.strip() and not line.startswith("#")]
    header = next(csv.reader(body[:1]), [])
    if len(header) < 2:
        raise InputError("file", file, "a HEPData table with a header row")
    rows = [_numbers(line, file, k)[:2] for k, line in enumerate(body[1:], 1)]
    short = next((k for k, r in enumerate(rows, 1) if len(r) != 2), 0 if rows else 1)
    if short:
        raise InputError("file", file, "one block of rows: independent and dependent variable", f"Row {short}.")
    found = _table(rows, "HEPData CSV", _unit_of(header[0]), _quantity_of(header[1]))
    return CurveTable(
        found.mass, found.lower, None, found.unit, found.quantity, found.format, (*said, f"columns {header[:2]}")
    )


def _hepdata_yaml(text: str, file: str) -> CurveTable:
    """HEPData's YAML: the first independent and the first dependent variable."""
    import yaml

    try:
        document = yaml.safe_load(text)
        first, second = document["independent_variables"][0], document["dependent_variables"][0]
        rows = [[_value(a), _value(b)] for a, b in zip(first["values"], second["values"], strict=True)]
        names = [str(v["header"].get("name", "")) for v in (first, second)]
        units = first["header"].get("units")
    except (yaml.YAMLError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError("file", file, "a HEPData table in YAML", f"{type(error).__name__}: {error}") from None
    found = _table(rows, "HEPData YAML", units or _unit_of(names[0]), _quantity_of(names[1]))
    return CurveTable(found.mass, found.lower, None, found.unit, found.quantity, found.format, (f"columns {names}",))


def _value(cell: Mapping[str, Any]) -> float:
    """A HEPData cell: its value, or the middle of its bin."""
    return float(cell["value"]) if "value" in cell else (float(cell["low"]) + float(cell["high"])) / 2


#: Reader by file suffix (read-only); anything else is columns of text.
FORMATS: Final[Mapping[str, Callable[[str, str], CurveTable]]] = MappingProxyType(
    {".lmt": _darkcast, ".csv": _csv, ".yaml": _hepdata_yaml, ".yml": _hepdata_yaml}
)
