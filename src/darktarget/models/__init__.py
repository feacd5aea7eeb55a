"""Lagrangians: one file per model, Python or TOML, found by its name."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from darktarget.core import Model
from darktarget.registry import Registry, subclass_of


def _load(name: str, path: Path) -> type[Model]:
    from darktarget.models.base.model_file import load  # cold start: the models in Python do without

    return load(path, MODELS.__getitem__)


#: The models by name.
MODELS: Registry[type[Model]] = Registry("model", __name__, check=subclass_of(Model), others={".toml": _load})


def model_class(name: str | Path) -> type[Model]:
    """The class of a model by name, or from a TOML file of your own (a path that ends in .toml).

    Raises:
        UnknownName: no such model; the message lists the valid names.
        DeclarationError: the file cannot be read or does not fit the schema.

    >>> model_class("l-e-l-mu").name
    'l-e-l-mu'
    """
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        return _load(Path(name).stem, Path(name))
    return MODELS[name]


def documentation(name: str) -> str:
    """What the file of a registered model says about it: its first line is a title.

    >>> documentation("dark-photon").split(":")[0]
    'Dark photon'
    """
    kind: Any = MODELS[name]
    own = f"{kind.title}.\n\n{kind.description}" if MODELS.suffix_of(name) == ".toml" else ""
    return own or inspect.getdoc(inspect.getmodule(kind)) or ""
