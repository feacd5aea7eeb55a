"""The schema of an experiment's TOML file, strict: unknown keys, text for numbers, inf and nan are refused."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import numpy as np
from annotated_types import Ge, Le, MinLen
from pydantic import BaseModel, ValidationError, create_model

from darktarget.core import Beam, Experiment, FittedNumber, PublishedLimit, Purity, Run, SignalRegion, Signature, Target
from darktarget.core.detector import Advice
from darktarget.errors import DeclarationError, InputError, UnknownName
from darktarget.experiments._effect import check_signature, check_target
from darktarget.experiments._materials import OwnMaterials, located, notes, own_materials
from darktarget.experiments.slab_tables import (
    STRICT,
    LayerTable,
    Positive,
    SlabTable,
    StrictTable,
    check_roles,
    layers_of,
    slabs_of,
)
from darktarget.matter.materials import SUFFIX
from darktarget.production import PROCESSES
from darktarget.signatures import SIGNATURES
from darktarget.units import GeV

Fraction = Annotated[float, Ge(0), Le(1)]


class _Strict(StrictTable, BaseModel):
    """A strict table of this file."""


class BeamTable(_Strict):
    """[beam]"""

    particle: Literal["electron", "positron", "muon"]
    energy_GeV: Positive


class TargetTable(_Strict):
    """[target]: layers in order, the whole stack repeated.

    ``preshower_repeats`` repetitions from the front are the pre-shower; ``cell_cm`` is the width of a readout cell,
    used by the slab of role target in a detector and informational without one.
    """

    layers: Annotated[dict[str, LayerTable], MinLen(1)]
    repeat: Annotated[int, Ge(1)] = 1
    preshower_repeats: Annotated[int, Ge(0)] = 0
    cell_cm: Annotated[float, Ge(0)] = 0.0


class RunTable(_Strict):
    """[runs.NAME]; ``particles_per_spill`` is informational: ``darktarget show`` derives the number of spills.

    ``fitted``: for each number that was chosen to meet a published limit, which limit; every result says so.
    """

    exposure: Positive
    efficiency: Fraction
    efficiency_uncertainty: Annotated[float, Ge(0), Le(1)] = 0.0
    particles_per_spill: Positive | None = None
    fitted: dict[str, str] = {}


class PurityTable(_Strict):
    """[purity]: other particles in the beam, and their share that passes as beam particles.

    Informational: not used in the calculation (already included in the quoted efficiencies and backgrounds).
    """

    impurity: Fraction
    suppressed_to: Fraction
    momentum_window_GeV: Positive


class BinTable(_Strict):
    """[bins.NAME]; [bins.NAME.signature] holds the signature's name and its own keys.

    Either ``observed``, or for a projection ``expected_from_background``. ``fitted`` as in [runs.NAME].
    """

    observed: Annotated[int, Ge(0)] | None = None
    expected_from_background: Literal["median", "average", "nearest"] | None = None
    background: Annotated[float, Ge(0)]
    background_error: Annotated[float, Ge(0)] = 0.0
    fitted: dict[str, str] = {}
    signature: dict[str, Any]


class BackgroundScaling(_Strict):
    """[background_scaling]: background of the same analysis at another exposure.

    Informational: a projection quotes the scaled background next to the one it assumes.
    """

    background: Annotated[float, Ge(0)]
    exposure: Positive


class NormalisationTable(_Strict):
    """[normalisation]: the published invisible limit of the same set-up."""

    mass_GeV: Annotated[list[Positive], MinLen(2)]
    coupling: Annotated[list[Positive], MinLen(2)]
    effective_exposure: Positive
    text: str
    processes: Annotated[list[str], MinLen(1)]


class ExperimentTable(_Strict):
    """A whole configuration.

    Informational keys, which no number of a limit depends on: title, published, references, assumptions, purity,
    apparatus, background_scaling, particles_per_spill. The slabs of [detector] are used by signatures with simulated
    decays (semi-visible, displaced-hcal).
    """

    title: str
    published: str
    references: list[str]
    projection: bool = False
    assumptions: list[str] = []
    exposure_uncertainty: Annotated[float, Ge(0), Le(1)] = 0.0
    beam: BeamTable
    materials: dict[str, dict[str, Any]] = {}
    target: TargetTable
    detector: dict[str, SlabTable] = {}
    runs: Annotated[dict[str, RunTable], MinLen(1)]
    bins: Annotated[dict[str, BinTable], MinLen(1)]
    background_scaling: BackgroundScaling | None = None
    signal_uncertainty: dict[str, Fraction] = {}
    normalisation: NormalisationTable | None = None
    purity: PurityTable | None = None
    apparatus: dict[str, float | str] = {}


def parse(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        DeclarationError: it is missing or broken; the message carries the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(str(path), str(error), "valid TOML (UTF-8)") from error
    except OSError as error:
        raise DeclarationError("experiment", str(path), "a readable TOML file", str(error)) from error


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Base declaration with the tables and keys of a variant laid over it; a number that changes is no longer fitted.

    >>> merge({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    >>> merge({"x": 1, "y": 2, "fitted": {"x": "a limit", "y": "a limit"}}, {"y": 3})
    {'x': 1, 'y': 3, 'fitted': {'x': 'a limit'}}
    """
    merged = dict(base)
    for key, value in change.items():
        old = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(old, value) if both else value  # type: ignore[arg-type]
    if isinstance(marks := base.get("fitted"), Mapping):
        moved = {key for key in marks if merged.get(key) != base.get(key)}
        own = change.get("fitted", {})
        merged["fitted"] = {k: v for k, v in merged["fitted"].items() if k not in moved or k in own}
    return merged


def drop(table: dict[str, Any], names: list[str], source: str) -> None:
    """Remove dotted names (``drop = ["runs.2016-I"]``) from a declaration, in place."""
    for name in names:
        *parents, last = name.split(".")
        inner: Any = table
        for parent in parents:
            inner = inner.get(parent, {}) if isinstance(inner, dict) else {}
        if not isinstance(inner, dict) or last not in inner:
            raise DeclarationError(f"{source}: drop", name, "a name that the extended declaration has")
        del inner[last]


def build(name: str, source: str, table: Mapping[str, Any]) -> Experiment:
    """Validate a merged declaration and turn it into an Experiment.

    Raises:
        DeclarationError: naming the key, its value and what is allowed.
    """
    t = validate(ExperimentTable, table, source)
    beam = Beam(t.beam.particle, t.beam.energy_GeV * GeV)
    target = _target(t, own_materials(t.materials, source), source)
    _check_counts(t, source)
    for process in t.signal_uncertainty:
        if process not in PROCESSES:
            raise UnknownName(f"{source}: signal_uncertainty", process, PROCESSES.names())
    bins = tuple(
        SignalRegion(key, _signature(b.signature, f"{source}: bins.{key}.signature", beam), b.observed,
                  b.background, b.background_error, b.expected_from_background,
                  _fitted(b, "bin", key, source))
        for key, b in t.bins.items()
    )  # fmt: skip
    runs = tuple(Run(name=k, **{**r.model_dump(), "fitted": _fitted(r, "run", k, source)}) for k, r in t.runs.items())
    for seen in bins:
        check_roles(seen.signature, target.slabs, f"{source}: bins.{seen.name}.signature")
        check_signature(seen.signature, target, f"{source}: bins.{seen.name}.signature")
    return Experiment(
        name=name,
        title=t.title,
        beam=beam,
        target=target,
        runs=runs,
        bins=bins,
        exposure_uncertainty=t.exposure_uncertainty,
        projection=t.projection,
        assumptions=(*t.assumptions, *_scaled_background(t), *notes(target, source)),
        references=tuple(t.references),
        published=t.published,
        signal_uncertainty=t.signal_uncertainty,
        normalisation=_normalisation(t.normalisation, source),
        purity=_purity(t.purity, source, beam),
        apparatus=t.apparatus,
    )


def _fitted(table: RunTable | BinTable, kind: str, name: str, source: str) -> tuple[FittedNumber, ...]:
    """The fitted numbers of a run or bin, which have to be numbers of it."""
    numbers = {key: value for key, value in table.model_dump().items() if isinstance(value, int | float)}
    for key in table.fitted:
        if key not in numbers:
            raise UnknownName(f"{source}: {kind}s.{name}.fitted", key, numbers)
    return tuple(FittedNumber(key, f"{kind} {name}", numbers[key], to) for key, to in table.fitted.items())


def _target(t: ExperimentTable, own: OwnMaterials, source: str) -> Target:
    layers = layers_of(t.target.layers, own, f"{source}: target.layers")
    bare = Target(layers, t.target.repeat, t.target.preshower_repeats, t.target.cell_cm)
    check_target(bare, f"{source}: target")
    return dataclasses.replace(bare, slabs=slabs_of(t.detector, bare, own, source))


def _purity(t: PurityTable | None, source: str, beam: Beam) -> Purity | None:
    if t is None:
        return None
    if t.suppressed_to > t.impurity:
        raise DeclarationError(
            f"{source}: purity.suppressed_to", t.suppressed_to, f"at most the impurity, {t.impurity:g}"
        )
    if t.momentum_window_GeV * GeV >= beam.energy:
        allowed = f"a window below the beam energy, {beam.energy / GeV:g} GeV"
        raise DeclarationError(f"{source}: purity.momentum_window_GeV", t.momentum_window_GeV, allowed)
    return Purity(t.impurity, t.suppressed_to, t.momentum_window_GeV * GeV)


def _normalisation(t: NormalisationTable | None, source: str) -> PublishedLimit | None:
    if t is None:
        return None
    if len(t.mass_GeV) != len(t.coupling) or sorted(set(t.mass_GeV)) != t.mass_GeV:
        allowed = "ascending masses, as many as couplings"
        raise DeclarationError(f"{source}: normalisation.mass_GeV", t.mass_GeV, allowed)
    for process in t.processes:
        if process not in PROCESSES:
            raise UnknownName(f"{source}: normalisation.processes", process, PROCESSES.names())
    curve = np.array(t.mass_GeV) * GeV, np.array(t.coupling)
    return PublishedLimit(*curve, t.effective_exposure, t.text, tuple(t.processes))


def _check_counts(t: ExperimentTable, source: str) -> None:
    """Each bin has either a count or the way to expect one, the same way in all bins."""
    for key, b in t.bins.items():
        field = f"{source}: bins.{key}"
        if (b.observed is None) == (b.expected_from_background is None):
            advice = 'A projection gives expected_from_background = "median", "average" or "nearest".'
            given = (b.observed, b.expected_from_background)
            raise DeclarationError(f"{field}.observed", given, "exactly one of observed, expected_from_background",
                                   advice)  # fmt: skip
        if b.expected_from_background and not t.projection:
            allowed = "an observed count, unless projection = true"
            raise DeclarationError(f"{field}.expected_from_background", b.expected_from_background, allowed)
    ways = {b.expected_from_background for b in t.bins.values()}
    if len(ways) > 1 or (len(t.bins) > 1 and not ways <= {None, "median"}):
        found = sorted(str(w) for w in ways)
        raise DeclarationError(f"{source}: bins", found, "observed in all bins, or median in all bins")


def _scaled_background(t: ExperimentTable) -> tuple[str, ...]:
    if not t.projection or t.background_scaling is None:
        return ()
    exposure = sum(r.exposure for r in t.runs.values())
    scaled = t.background_scaling.background * exposure / t.background_scaling.exposure
    assumed = sum(b.background for b in t.bins.values())
    return (
        f"projection with background {assumed:g}: the observed {t.background_scaling.background:g} "
        f"at {t.background_scaling.exposure:g} on target, scaled with exposure, is {scaled:.2g}",
    )


def _signature(table: dict[str, Any], source: str, beam: Beam) -> Signature:
    keys: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}  # we are frozen
    cls = SIGNATURES[keys.pop("name", None)]
    hints = get_type_hints(cls, include_extras=True)
    wanted: dict[str, Any] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        default = ... if field.default is dataclasses.MISSING else field.default
        wanted[field.name] = (hints[field.name], default)
    schema = create_model("SignatureTable", __config__=STRICT, **wanted)
    checked = cls(**validate(schema, keys, source).model_dump())
    for name, (_, __) in wanted.items():
        value = getattr(checked, name)
        if name.endswith("_GeV") and value * GeV >= beam.energy:
            raise DeclarationError(f"{source}.{name}", value, f"a cut below the beam energy, {beam.energy / GeV:g} GeV")
    return checked


def validate(schema: type[Any], table: Mapping[str, Any], source: str) -> Any:
    """Check a table against a schema; the first violation becomes a DeclarationError."""
    try:
        return schema.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = f"{source}: " + ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise DeclarationError(
                field, first["input"], "no such key", f"Valid: {_valid(schema, first['loc'])}."
            ) from None
        if first["type"] == "missing":
            raise DeclarationError(field, None, "a value", "This key is required.") from None
        advice = _advice(schema, first["loc"])
        raise DeclarationError(field, first["input"], _allowed(first["msg"]), advice) from None


def _allowed(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("a ")


def _valid(schema: Any, location: tuple[int | str, ...]) -> str:
    """Valid keys at a location of a schema, as far as it can be followed."""
    return ", ".join(map(str, _fields(schema, location)))


def _advice(schema: Any, location: tuple[int | str, ...]) -> str:
    """What the schema advises on the number at a location."""
    field = _fields(schema, location).get(location[-1])
    return " ".join(m.text for m in getattr(field, "metadata", ()) if isinstance(m, Advice))


def _fields(schema: Any, location: tuple[int | str, ...]) -> Mapping[int | str, Any]:
    """The keys of the table that has a location, as far as it can be followed."""
    for part in location[:-1]:
        field = getattr(schema, "model_fields", {}).get(part)
        inner = getattr(field, "annotation", None)
        if inner is None:
            continue  # a user-named entry such as runs.NAME: the schema stays that of the entry
        arguments = [
            a for a in getattr(inner, "__args__", (inner,)) if isinstance(a, type) and issubclass(a, BaseModel)
        ]
        schema = arguments[-1] if arguments else schema
    found: Mapping[int | str, Any] = getattr(schema, "model_fields", {})
    return found


def load(name: str, path: Path, find: Any) -> Experiment:
    """Load a declaration; ``find(name)`` returns the path of a registered one that it extends."""
    return build(name, str(path.name), gather(path, find))


def gather(path: Path, find: Any) -> dict[str, Any]:
    """A declaration with what it extends, as in its files."""
    return _gather(path, find, (path,))


def _gather(path: Path, find: Any, seen: tuple[Path, ...]) -> dict[str, Any]:
    table = located(parse(path), path.parent)
    base = table.pop("extends", None)
    removed = table.pop("drop", [])
    if not isinstance(removed, list) or not all(isinstance(r, str) for r in removed):
        raise DeclarationError(f"{path.name}: drop", removed, "a list of names")
    if base is None:
        if removed:
            raise InputError(f"{path.name}: drop", removed, "used together with extends")
        return table
    own = isinstance(base, str) and base.endswith(SUFFIX)
    parent = path.parent / base if own else find(base)
    if parent.resolve() in {p.resolve() for p in seen}:
        raise DeclarationError(f"{path.name}: extends", base, "a declaration that does not extend this one")
    below = _gather(parent, find, (*seen, parent))
    drop(below, removed, path.name)
    return merge(below, table)
