"""The nouns by name, as users ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from darktarget import experiments as _experiments
from darktarget.constraints import CONSTRAINTS
from darktarget.core import Beam, CrossSection, Experiment, Model, Options, Process
from darktarget.errors import InputError, UnknownName
from darktarget.models import MODELS
from darktarget.models._parameters import Parameter
from darktarget.production import PROCESSES
from darktarget.registry import Registry, plural
from darktarget.signatures import SIGNATURES
from darktarget.units import LEPTON_MASS, GeV

#: What ``names`` can list (read-only).
REGISTRIES: Final[Mapping[str, Registry[Any]]] = MappingProxyType(
    {plural(r.kind): r for r in (MODELS, PROCESSES, _experiments.EXPERIMENTS, SIGNATURES, CONSTRAINTS)}
)
BEAMS: Final = ("electron", "positron", "muon")


def names(kind: str) -> tuple[str, ...]:
    """Names of all models, processes, experiments or signatures.

    >>> names("processes")
    ('bremsstrahlung',)
    """
    if kind not in REGISTRIES:
        raise UnknownName("list", kind, REGISTRIES)
    return REGISTRIES[kind].names()


def model(name: str, **parameters: Any) -> Model:
    """Return a model at one or many parameter points (masses in GeV; arrays of one length, or scalars).

    Raises:
        UnknownName: no such model or parameter.
        InputError: a value out of range.

    >>> model("dark-photon", mass=[0.01, 0.1]).points
    2
    """
    return MODELS[name](**parameters)


def experiment(name: str | Path) -> Experiment:
    """Return an experiment by name, or from a TOML file of your own."""
    return _experiments.experiment(name)


def process(name: str) -> Process:
    """Return a production process by name."""
    return PROCESSES[name]()


def cross_section(
    which: Model,
    *,
    beam: str = "electron",
    energy: float,
    target: str,
    method: str = "etl",
    form_factor: str = "elastic",
    process: str = "bremsstrahlung",
) -> CrossSection:
    """Production cross section per nucleus at unit coupling.

    Args:
        which: the model, at any number of masses.
        beam: electron, positron or muon.
        energy: beam energy in GeV.
        target: material name.
        method: etl, ww or iww. form_factor: elastic, full or helm.

    Returns:
        CrossSection; ``.sigma / units.PB`` is in pb.

    Raises:
        InputError, UnknownName: bad input; every mass above the beam energy is one.

    >>> from darktarget import units
    >>> result = cross_section(model("dark-photon", mass=0.1), energy=100, target="Pb")
    >>> print(f"{result.sigma[0] / units.PB:.3e} pb")
    1.037e+10 pb
    """
    if beam not in BEAMS:
        raise UnknownName("beam", beam, BEAMS)
    top = Parameter("energy", "beam energy", "GeV", above=LEPTON_MASS[beam] / GeV).check(energy)
    assert not isinstance(top, str)
    if top.size != 1:
        raise InputError("energy", energy, "one number")
    primary = Beam(beam, float(top[0]))
    if (which.mass >= primary.energy).all():
        allowed = f"below the beam energy, {primary.energy / GeV:g} GeV, for at least one mass"
        raise InputError("mass", float(which.mass.min() / GeV), allowed)
    return PROCESSES[process]().cross_section(
        which, primary, target, Options(cross_section=method, form_factor=form_factor)
    )
