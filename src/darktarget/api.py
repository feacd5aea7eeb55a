"""The nouns by name, as users ask for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce
from operator import add
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from darktarget import experiments as _experiments
from darktarget.arguments import model_alone, model_and_options, number, process_name, whole_number
from darktarget.constraints import CONSTRAINTS
from darktarget.core import Array, Beam, CrossSection, Curve, Experiment, Medium, Model, Process
from darktarget.errors import InputError, PhysicsError, UnknownName, chosen
from darktarget.keywords import choose, option_names
from darktarget.listing import Names, plural
from darktarget.literals import ConstraintName, ExperimentName, Kind, MaterialName, ModelName, ProcessName
from darktarget.matter.materials import MATERIALS, is_shipped, material
from darktarget.models import MODELS
from darktarget.nouns import AnyModel, AnyProcess, Keyword, model_of
from darktarget.options import OptionGroup, from_words, given_by, options_of
from darktarget.production import PROCESSES
from darktarget.progress import track
from darktarget.registry import Registry, class_with
from darktarget.signatures import SIGNATURES
from darktarget.structures import STRUCTURES
from darktarget.units import LEPTON_MASS, GeV

if TYPE_CHECKING:
    from darktarget.shower.simulate import Shower

#: The figures: all of them come from other packages, those of the papers from ``darktarget_papers``.
FIGURES: Final[Registry[Any]] = Registry(
    "figure", None, shown=("caption", "source"), check=class_with("draw", "caption", "source")
)

#: What ``names`` can list (read-only).
REGISTRIES: Final[Mapping[str, Registry[Any]]] = MappingProxyType(
    {
        plural(r.kind): r
        for r in (MODELS, STRUCTURES, PROCESSES, _experiments.EXPERIMENTS, SIGNATURES, MATERIALS, CONSTRAINTS, FIGURES)
    }
)
BEAMS: Final = ("electron", "positron", "muon", "photon")


def names(kind: Kind | str | None = None) -> Names:
    """Names of all members of one kind; without a kind, the kinds.

    The result is a tuple; ``print`` and notebooks show it as a table, and its ``descriptions`` have one line on each.

    Args:
        kind: any of models, structures, processes, experiments, signatures, materials, constraints, figures.

    Raises:
        UnknownName: no such kind.

    >>> names("processes")
    ('annihilation', 'bremsstrahlung', 'off-shell', 'primakoff', 'vector-meson', 'virtual-photon')
    >>> names("experiments").descriptions["na64e-2018"]
    'NA64e 2016-2018'
    """
    if kind is None:
        return Names(REGISTRIES, lambda name: REGISTRIES[name].about)
    registry = chosen("list", kind, REGISTRIES)
    return Names(registry.names(), registry.describe)


def model(name: type[Model] | Path | ModelName | str, **parameters: Keyword) -> Model:
    """Return a model at one or many parameter points (masses in GeV; arrays of one length, or scalars).

    Args:
        name: of a model, the path of a TOML file of your own (``my-model.toml``), ``PATH.py:Class`` for a class in a
            Python file of your own, or a class (see ``models.sources``).
        parameters: of the model.

    Raises:
        UnknownName: no such model, class in the file, or parameter.
        DeclarationError: the TOML file cannot be read or does not fit the schema.
        InputError: a value out of range; no such file; an incomplete class.
        ModelError: the Python file of a model raises an error.

    >>> model("dark-photon", mass=[0.01, 0.1]).points
    2
    """
    return model_of(name, parameters)


def experiment(name: Path | ExperimentName | str) -> Experiment:
    """Return an experiment by name, or from a TOML file of your own."""
    return _experiments.experiment(name)


def declaration(name: Path | ExperimentName | str) -> dict[str, object]:
    """What the files of an experiment declare, those that it extends included."""
    return _experiments.declaration(name)


def process(name: ProcessName | str) -> Process[OptionGroup]:
    """Return a production process by name."""
    return PROCESSES[name]()


def cross_section(
    which: AnyModel,
    *,
    beam: str = "electron",
    energy: float,
    target: Medium | Path | MaterialName,
    process: AnyProcess | None = None,
    method: str | None = None,
    **keywords: Keyword,
) -> CrossSection:
    """Production cross section per nucleus at unit coupling.

    Args:
        which: the model, at any number of masses: an object, or a name with parameters as keywords.
        beam: electron, positron, muon or (where a process takes it) photon.
        energy: beam energy in GeV.
        target: a material: its name, the path of a TOML file (see ``matter.declared``), or a ``Material``.
        process: the process or its name, by default the first of the model.
        method: older spelling of ``cross_section``.
        keywords: parameters of a model that is named, and options of the process as in ``produce``;
            ``cross_section`` of bremsstrahlung is exact, ww or iww.

    Returns:
        CrossSection; ``.sigma / units.PB`` is in pb.

    Raises:
        InputError, UnknownName: bad input; every mass above the beam energy is one.
        PhysicsError: the process does not start from this beam, or the model's Lorentz structure has no amplitude.

    >>> from darktarget import units
    >>> result = cross_section("dark-photon", mass=0.1, energy=100, target="Pb")
    >>> print(f"{result.sigma[0] / units.PB:.3e} pb")
    1.052e+10 pb
    """
    which, options = model_and_options(which, keywords, cross_section, "which", option_names)
    if beam not in BEAMS:
        raise UnknownName("beam", beam, BEAMS)
    primary = Beam(beam, number("energy", energy, above=LEPTON_MASS.get(beam, 0.0) / GeV))
    if (which.mass >= primary.energy).all():
        allowed = f"below the beam energy, {primary.energy / GeV:g} GeV, for at least one mass"
        raise InputError("mass", float(which.mass.min() / GeV), allowed)
    known = (*which.processes, *which.on_request)
    name = process_name(process) or which.processes[0]
    if name not in known:
        PROCESSES.require(name)
        raise UnknownName(f"process of {which.name}", name, known)
    if method is not None and options.setdefault("cross_section", method) != method:
        raise InputError("method", method, "left out where cross_section is given")
    producing = PROCESSES[name]()
    if beam not in producing.beams:
        beams = " or ".join(producing.beams)
        raise PhysicsError(f"{name} starts from a beam of {beams}, not {beam}; in a limit, showers provide all of them")
    stuff = material(target)
    found = producing.cross_section(which, primary, stuff, choose(options, [name], cross_section).process(name))
    return found if is_shipped(target) else replace(found, method=(*found.method, stuff.note or f"material {stuff}"))


def constraint(name: ConstraintName | str, which: AnyModel, **keywords: Keyword) -> Curve:
    """What another search says about a model, recomputed for its points.

    Args:
        name: one of ``names("constraints")``, also with its options, as in ``electron-g-2:cs``.
        which: the model, without a coupling: an object, or a name with parameters as keywords.
        keywords: parameters of a model that is named, and options of the constraint, such as ``anomaly`` of
            ``electron-g-2``.

    Raises:
        UnknownName: no such constraint, or it has no such option or value. InputError: a coupling was given.
        PhysicsError: the constraint does not apply to this model, with the reason.

    >>> print(f"{constraint('babar-2017', 'dark-photon', mass=0.3).coupling[0]:.2g}")
    0.00086
    >>> constraint("muon-g-2:wp2020", model("dark-photon", mass=0.1)).name
    'muon-g-2:wp2020'
    """
    plain, *words = name.split(":") if isinstance(name, str) else (name,)
    if plain in MODELS and which in CONSTRAINTS.names():
        raise InputError(
            "name", name, "the name of a constraint", "This is the name of a model: swap the two arguments."
        )
    search = CONSTRAINTS[plain]
    known = frozenset(key for item in options_of(search.options) for key in (item.name, *item.older))
    which, options = model_and_options(which, keywords, constraint, "which", lambda plugins: known)
    if "coupling" in which.values:
        value = float(which.values["coupling"][0])
        raise InputError("coupling", value, "nothing here", "A constraint is on the coupling: leave it out.")
    given = from_words(search.options, words, plain)
    for keyword in given.keys() & options.keys():
        raise InputError(keyword, options[keyword], f"left out where {name} is given")
    return search(**given, **options).apply(which)


def gminus2(
    which: AnyModel,
    lepton: str = "muon",
    delta: float | None = None,
    sigma: float | None = None,
    *,
    anomaly: str | None = None,
    **parameters: Keyword,
) -> Curve:
    """Couplings that explain a stated anomaly of a lepton's magnetic moment, and their 2 sigma band.

    Args:
        which: the model, or its name with parameters as keywords. lepton: muon or electron.
        delta, sigma: measured minus predicted moment and its error, instead of a named choice.
        anomaly: a choice of ``decays.anomalies``; by default (38 +- 63)e-11 of the muon (wp2025) and (34 +- 16)e-14 of
            the electron (rb).

    Raises:
        InputError, UnknownName, PhysicsError: as ``decays.magnetic_moment.band``.

    >>> print(f"{gminus2('dark-photon', mass=0.1).coupling[0]:.2e}")
    1.22e-03
    >>> print(f"{gminus2(model('dark-photon', mass=0.1), anomaly='wp2020').coupling[0]:.2e}")
    3.12e-03
    """
    from darktarget.decays.magnetic_moment import band  # cold start

    return band(model_alone(which, parameters, gminus2), lepton, delta, sigma, anomaly)


def curves(wanted: Sequence[str], which: AnyModel, **parameters: Keyword) -> tuple[Curve, ...]:
    """Curves to draw beside a limit on a model.

    Args:
        wanted: ``relic``, ``gminus2`` (``gminus2:wp2020`` for a named anomaly), names of constraints, which may be
            followed by options (``electron-g-2:cs``), or files: FILE, or FILE:mass_unit:quantity where the file does
            not declare them (see ``io.imports``).
        which: the model, or its name with parameters as keywords.

    Raises:
        UnknownName: neither a name nor a file, or no such option. PhysicsError: one does not apply to the model.
    """
    theory = model_alone(which, parameters, curves)
    if isinstance(wanted, str) or not isinstance(wanted, Sequence) or not all(isinstance(w, str) for w in wanted):
        raise InputError("wanted", wanted, 'a list of names or files, such as ["relic", "babar-2017"]')
    return tuple(_curve(word.strip(), theory) for word in wanted)


def _curve(word: str, which: Model) -> Curve:
    """The curve that one word means."""
    name, *words = word.split(":")
    if name in _SPECIAL:
        return _SPECIAL[name](which, words)
    if Path(name).is_file():
        from darktarget.io.imports import read_declared  # cold start

        return read_declared(word, which)
    if name in CONSTRAINTS:
        return constraint(word, which)
    raise UnknownName("curve", word, (*_SPECIAL, *CONSTRAINTS.names(), "the path of a file"))


def _relic_with(which: Model, words: Sequence[str]) -> Curve:
    from darktarget.thermal.options import RelicOptions  # cold start

    given: dict[str, Any] = from_words(RelicOptions, words, "relic")
    return relic_target(which, **given)


def _gminus2_with(which: Model, words: Sequence[str]) -> Curve:
    from darktarget.decays.anomalies import AnomalyOptions  # cold start

    used = given_by(AnomalyOptions, from_words(AnomalyOptions, words, "gminus2"), "gminus2")
    return gminus2(which, used.lepton, anomaly=used.anomaly)


#: Curves that are no constraints: the model and the words after the name -> curve.
_SPECIAL: Final[Mapping[str, Callable[[Model, Sequence[str]], Curve]]] = MappingProxyType(
    {"relic": _relic_with, "gminus2": _gminus2_with}
)


def relic_target(
    which: AnyModel,
    omega_h2: float = 0.12,
    *,
    width: str = "energy-dependent",
    equilibrium: str = "solved",
    kinetic: str = "auto",
    **parameters: Keyword,
) -> Curve:
    """Coupling that leaves a relic density by thermal freeze-out; see ``thermal.relic.relic_target``.

    ``which`` is a model, or its name with parameters as keywords; any other keyword is an ``UnknownName``.

    >>> print(f"{relic_target('dark-photon', mass=0.03, dm='majorana').coupling[0]:.2e}")
    7.37e-05
    """
    from darktarget.thermal import relic  # cold start

    which = model_alone(which, parameters, relic_target)
    return relic.relic_target(which, omega_h2, width=width, equilibrium=equilibrium, kinetic=kinetic)


def omega(
    which: AnyModel,
    *,
    width: str = "energy-dependent",
    equilibrium: str = "solved",
    kinetic: str = "auto",
    **parameters: Keyword,
) -> Array:
    """Relic density Omega h^2 at the model's coupling, [point]; see ``thermal.relic.omega``.

    ``which`` is a model, or its name with parameters as keywords; any other keyword is an ``UnknownName``.
    """
    from darktarget.thermal import relic  # cold start

    which = model_alone(which, parameters, omega)
    return relic.omega(which, width=width, equilibrium=equilibrium, kinetic=kinetic)


def simulate_tracks(
    target: Medium | Path | MaterialName | ExperimentName,
    *,
    beam: str = "electron",
    energy: float,
    thickness: float = 40.0,
    cut: float = 1.0,
    showers: int = 100_000,
    seed: int = 1,
    route: str = "numba",
) -> Shower:
    """Simulate an electromagnetic shower (nothing is looked up or stored).

    Args:
        target: ``thickness`` X0 of a material (its name, the path of a TOML file, or a ``Material``), or the name of an
            experiment, whose whole target it is.
        beam: electron, positron or photon.
        energy, cut: GeV.
        showers: number of primaries.
        seed: of the run.
        route: numba, cuda (extra ``gpu``) or python.

    Returns:
        ``target.shower.Shower``.

    Raises:
        InputError, UnknownName: anything outside what is allowed.
    """
    from darktarget.matter.layers import homogeneous  # cold start
    from darktarget.shower.simulate import simulate  # cold start
    from darktarget.shower.track_lengths import stack_of  # cold start

    primaries = {"electron": "e-", "positron": "e+", "photon": "gamma"}
    particle = chosen("beam", beam, primaries)
    known = TARGETS.get(str(target), str(target))
    layered = isinstance(target, str) and known in _experiments.EXPERIMENTS
    stack = (
        stack_of(experiment(known).target)
        if layered
        else homogeneous(material(target), number("thickness_X0", thickness, "X0", -math.inf))
    )
    showers = whole_number("showers", showers, 1)
    energies = number("energy", energy), number("cut", cut)
    run = partial(
        simulate, stack, particle, *energies, seed=whole_number("seed", seed, 0), route=route, keep_events=False
    )
    size = max(1, -(-showers // 20)) if showers <= 1_000_000_000 else showers  # absurd numbers are refused whole
    firsts = range(0, max(showers, 1), max(size, 1))
    parts = (
        run(number=min(size, showers - first), first_primary=first) for first in track(firsts, "simulating showers")
    )
    return reduce(add, parts)


#: Short names of targets (read-only).
TARGETS: Final[Mapping[str, str]] = MappingProxyType({"na64-ecal": "na64e-2018"})
