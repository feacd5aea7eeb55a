"""Members as plain data: what ``darktarget show`` prints of each kind.

The TOML of an experiment, a material or a model is accepted as input again; that of a constraint or a process lists its
title, options and published numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from darktarget import api
from darktarget.constraints import CONSTRAINTS
from darktarget.core import Material
from darktarget.errors import UnknownName
from darktarget.experiments import EXPERIMENTS
from darktarget.io import toml
from darktarget.keywords import group_of
from darktarget.matter.declared import KEYS as MATERIAL_KEYS
from darktarget.matter.materials import MATERIALS, SUFFIX, material
from darktarget.models import MODELS
from darktarget.models.base.parameters import Parameter
from darktarget.models.sources import factory
from darktarget.models.sources.python_file import is_python
from darktarget.nouns import model_of
from darktarget.options import OptionGroup, options_of
from darktarget.production import PROCESSES
from darktarget.registry import Registry


@dataclass(frozen=True)
class Shown:
    """A member as plain data.

    Attributes:
        declared: what it states. derived: what follows. source: TOML text, by default that of ``declared``.
    """

    declared: Mapping[str, Any]
    derived: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def text(self) -> str:
        """TOML, with what follows in comments."""
        below = toml.comments(toml.document({"derived": self.derived})) + "\n" if self.derived else ""
        return "\n".join(filter(None, (self.source or toml.document(self.declared), below)))


def of_experiment(name: str) -> Shown:
    """What an experiment declares, those that it extends included, and the sums over its runs.

    A file that extends no other is shown as it is, with its comments.
    """
    seen = api.experiment(name)
    spills = {run.name: run.spills for run in seen.runs if run.spills is not None}
    follows = {
        "exposure": seen.exposure,
        "effective_exposure": seen.effective_exposure,
        "spills": spills or None,
        "impurities_at_most": seen.impurities,
    }
    derived = {key: value for key, value in follows.items() if value is not None}
    declared, path = _resolved(api.declaration(name)), _file(name, EXPERIMENTS)
    source = path.read_text(encoding="utf-8") if path is not None else ""
    return Shown(declared, derived, source if source and toml.parsed(source) == declared else "")


def _resolved(table: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration in which files of materials are named by absolute paths: it may be moved to another folder."""
    return {key: _absolute(key, value) for key, value in table.items()}


def _absolute(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _resolved(value)
    is_file = key == "material" and isinstance(value, str) and value.endswith(SUFFIX)
    return str(Path(value).resolve()) if is_file else value


def of_material(name: str) -> Shown:
    """The table of a material and the numbers that are calculated from it."""
    found = material(name)
    follows = {
        "radiation_length_g_cm2": found.radiation_length,
        "radiation_length_cm": found.radiation_length_cm,
        "Z_over_A": found.Z_over_A,
        "mean_excitation_energy_eV": found.mean_excitation,
        "density_effect": asdict(found.density_effect),
        "mass_fractions": {e.symbol: w for e, w in zip(found.elements, found.mass_fractions, strict=True)},
    }
    path = _file(name, MATERIALS)
    if path is None:
        return Shown(_numbers(found), follows)
    source = path.read_text(encoding="utf-8")
    return Shown(toml.parsed(source), follows, source)


def _numbers(found: Material) -> dict[str, Any]:
    """A material that no file declares, by its numbers."""
    return {
        "elements": {e.symbol: w for e, w in zip(found.elements, found.mass_fractions, strict=True)},
        "density_g_cm3": found.density,
        "radiation_length_g_cm2": found.radiation_length,
        "mean_excitation_energy_eV": found.mean_excitation,
        "density_effect": asdict(found.density_effect),
    }


def _file(name: str, registry: Registry[Any]) -> Path | None:
    """The TOML file of a member, where it has one."""
    if name.endswith(SUFFIX):
        return Path(name)
    path = None if is_python(name) else registry.file(name)
    return path if path is not None and path.suffix == SUFFIX else None


def of_model(name: str) -> Shown:
    """The file of a model; of a model in Python the defaults of its parameters, which a file may change."""
    if (path := _file(name, MODELS)) is not None:
        source = path.read_text(encoding="utf-8")
        return Shown(toml.parsed(source), source=source)
    kind: Any = factory(name)
    declared = getattr(kind, "declaration", None)
    if isinstance(declared, Mapping):
        return Shown(declared)
    parameters: tuple[Parameter, ...] = getattr(kind, "parameters", ())
    table = {_key(name): name, "defaults": {p.name: p.default for p in parameters if p.default is not None}}
    return Shown(table, _follows(name), "\n".join(_with_defaults(name, parameters)) + "\n")


def _key(name: str) -> str:
    """The key under which a model in Python is named; a file, which is data, extends no Python file."""
    return "class" if is_python(name) else "extends"


def _with_defaults(name: str, parameters: tuple[Parameter, ...]) -> Iterator[str]:
    """A model's defaults line by line, with what is allowed in comments."""
    about = f"{name}, which a TOML file cannot extend" if is_python(name) else MODELS.describe(name)
    yield from (f"# {about}", f"{_key(name)} = {toml.value_text(name)}", "", "[defaults]")
    for p in parameters:
        about = f"# {p.text}; {p.allowed}"
        if p.default is not None:
            yield f"{p.name} = {toml.value_text(p.default)} {about}"
        else:
            yield f"# {p.name} = ... {about}; {'optional' if p.optional else 'required'}"


def _follows(name: str) -> dict[str, Any]:
    """States and channels of a model at the defaults, for a mediator of 0.1 GeV."""
    model = model_of(name, {"mass": 0.1})
    channels: dict[str, list[str]] = {}
    for channel in model.channels():
        channels.setdefault(channel.parent, []).append(channel.label)
    return {
        "mediator": model.mediator,
        "references": list(model.references),
        "structure": model.structure.name,
        "processes": [*model.processes, *(f"{process} (on request)" for process in model.on_request)],
        "states": {state.name: {"degrees_of_freedom": state.degrees} for state in model.states()},
        "decays": channels,
    }


def of_constraint(name: str) -> Shown:
    """Title, references, options and published numbers of a constraint."""
    search = CONSTRAINTS[name]
    facts = {
        "name": name,
        "title": search.title,
        "description": CONSTRAINTS.describe(name),
        "references": list(search.references),
        "relative_uncertainty": search.uncertainty,
        "not_recomputed": search.not_recomputed,
    }
    numbers = [asdict(number) for number in search.published]
    fitted = [asdict(number) for number in search.fitted]
    return Shown({**facts, "options": _options(search.options), "published": numbers or None, "fitted": fitted or None})


def of_process(name: str) -> Shown:
    """Beams and options of a process."""
    kind = PROCESSES[name]
    facts = {"name": name, "description": PROCESSES.describe(name), "beams": list(kind.beams)}
    return Shown({**facts, "options": _options(group_of(name))})


def _options(group: type[OptionGroup]) -> dict[str, Any] | None:
    """Options by name, with their defaults and what is allowed."""
    found = {o.name: {"default": o.default, "allowed": o.allowed, "about": o.help} for o in options_of(group)}
    return found or None


#: The registries of the kinds that can be shown, the first that has a name comes first (read-only).
_REGISTRIES: Final[Mapping[str, Registry[Any]]] = MappingProxyType(
    {r.kind: r for r in (EXPERIMENTS, MODELS, PROCESSES, CONSTRAINTS, MATERIALS)}
)
#: What is shown of each kind (read-only).
KINDS: Final[Mapping[str, Callable[[str], Shown]]] = MappingProxyType(
    {
        "experiment": of_experiment,
        "model": of_model,
        "process": of_process,
        "constraint": of_constraint,
        "material": of_material,
    }
)


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds that have a member of some name; those of a TOML file follow from its keys.

    Raises:
        UnknownName: none has; the message lists all names.

    >>> kinds_of("e137"), kinds_of("PbWO4")
    (('experiment', 'constraint'), ('material',))
    """
    if name.endswith(SUFFIX):
        return (_kind_of_file(Path(name)),)
    if is_python(name):
        return ("model",)
    found = tuple(kind for kind, registry in _REGISTRIES.items() if name in registry)
    if not found:
        raise UnknownName("name", name, [n for registry in _REGISTRIES.values() for n in registry.names()])
    return found


def _kind_of_file(path: Path) -> str:
    """Material, model or experiment; an experiment where that cannot be told, for its messages."""
    try:
        table = toml.parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "experiment"
    if "density_g_cm3" in table and table.keys() <= set(MATERIAL_KEYS):
        return "material"
    base = table.get("extends")
    is_model = table.keys() & {"mediator", "defaults", "leptons"} or (isinstance(base, str) and base in MODELS)
    return "model" if is_model else "experiment"
