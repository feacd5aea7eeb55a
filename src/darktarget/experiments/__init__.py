"""Experiments, published analyses and projections: one dated TOML file each, found by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from darktarget.core import Experiment
from darktarget.registry import Registry, instance_of


def _load(name: str, path: Path) -> Experiment:
    from darktarget.experiments._schema import load  # cold start: pydantic

    return load(name, path, _find)


#: The experiments by name.
EXPERIMENTS: Registry[Experiment] = Registry("experiment", __name__, ".toml", _load, check=instance_of(Experiment))


def _find(name: str) -> Path:
    EXPERIMENTS.require(name)
    return EXPERIMENTS.path(name)


def experiment(name: str | Path) -> Experiment:
    """Return an experiment by name, or from a TOML file of your own (a path that ends in .toml).

    Raises:
        UnknownName: no such experiment; the message lists the valid names.
        DeclarationError: the file cannot be read or does not fit the schema.

    >>> f"{experiment('na64e-2018').exposure:.3g}"
    '2.84e+11'
    """
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        return _load(Path(name).stem, Path(name))
    return EXPERIMENTS[name]


def declaration(name: str | Path) -> dict[str, Any]:
    """What the files of an experiment declare, those that it extends included, with units in the names of the keys.

    Raises:
        UnknownName, DeclarationError: as ``experiment``.

    >>> declaration("na64e-1e12")["beam"]
    {'particle': 'electron', 'energy_GeV': 100.0}
    """
    from darktarget.experiments._files import gather  # cold start: pydantic

    experiment(name)  # so that it is valid
    own = isinstance(name, Path) or name.endswith(".toml")
    return gather(Path(name) if own else EXPERIMENTS.path(str(name)), _find)
