"""From the validated tables of a TOML file to an Experiment."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from darktarget.core import Beam, Experiment, FittedNumber, PublishedLimit, Purity, Run, SignalRegion, Signature, Target
from darktarget.errors import DeclarationError, MissingKey, UnknownName
from darktarget.experiments._effect import check_signature, check_target
from darktarget.experiments._files import gather
from darktarget.experiments._materials import OwnMaterials, notes, own_materials
from darktarget.experiments._options import own_options
from darktarget.experiments._tables import INHERIT, BinTable, ExperimentTable, NormalisationTable, PurityTable, RunTable
from darktarget.experiments.slab_tables import check_roles, layers_of, slabs_of
from darktarget.production import PROCESSES
from darktarget.schemas.keys import model_of_class
from darktarget.schemas.messages import validate
from darktarget.signatures import SIGNATURES
from darktarget.units import GeV


def build(name: str, source: str, table: Mapping[str, Any]) -> Experiment:
    """Validate a merged declaration and turn it into an Experiment.

    Raises:
        DeclarationError: naming the key, its value and what is allowed.
    """
    t = validate(ExperimentTable, table, f"{source}: ", INHERIT)
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
        options=own_options(t.options, source),
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
            raise _count(field, b)
        if b.expected_from_background and not t.projection:
            allowed = "an observed count, unless projection = true"
            raise DeclarationError(f"{field}.expected_from_background", b.expected_from_background, allowed)
    ways = {b.expected_from_background for b in t.bins.values()}
    if len(ways) > 1 or (len(t.bins) > 1 and not ways <= {None, "median"}):
        found = sorted(str(w) for w in ways)
        raise DeclarationError(f"{source}: bins", found, "observed in all bins, or median in all bins")


def _count(field: str, b: BinTable) -> DeclarationError:
    """The error about a bin with both or none of the two ways to count."""
    if b.observed is None:
        advice = 'A projection has expected_from_background = "median", "average" or "nearest" instead.'
        return MissingKey(f"{field}.observed", "a whole number of at least 0", "observed events", advice)
    allowed = f"left out, as observed = {b.observed} is given, too"
    advice = "An inherited key is removed with drop."
    return DeclarationError(f"{field}.expected_from_background", b.expected_from_background, allowed, advice)


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
    if "name" not in keys:
        raise MissingKey(f"{source}.name", "one of " + ", ".join(SIGNATURES.names()), "the search strategy")
    if not isinstance(keys["name"], str) or keys["name"] not in SIGNATURES:  # without loading those of other packages
        raise UnknownName(f"{source}.name", keys["name"], SIGNATURES.names())
    cls = SIGNATURES[keys["name"]]
    values = validate(signature_table(keys["name"]), keys, f"{source}.").model_dump()
    checked = cls(**{field.name: values[field.name] for field in dataclasses.fields(cls)})  # type: ignore[arg-type]
    for name, value in values.items():
        if name.endswith("_GeV") and value * GeV >= beam.energy:
            raise DeclarationError(f"{source}.{name}", value, f"a cut below the beam energy, {beam.energy / GeV:g} GeV")
    return checked


@cache
def signature_table(name: str) -> type[BaseModel]:
    """The schema of a signature's table."""
    first = (Literal[name], Field(description="name of the search strategy"))
    return model_of_class(SIGNATURES[name], name, {"name": first})


def load(name: str, path: Path, find: Any) -> Experiment:
    """Load a declaration; ``find(name)`` returns the path of a registered one that it extends."""
    return build(name, str(path.name), gather(path, find))
