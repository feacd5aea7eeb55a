"""Models, each given by its Lagrangian: one file per model, Python or TOML, found by its name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from darktarget.core import Model
from darktarget.models import base as base
from darktarget.registry import Registry, subclass_of

SUFFIX: Final = ".toml"


def _load(name: str, path: Path) -> type[Model]:
    from darktarget.models.base.model_file import load  # cold start: the models in Python do without

    return load(path, MODELS.__getitem__)


#: Suffixes of model files that are not Python, and what loads them (read-only).
LOADERS: Final[Mapping[str, Callable[[str, Path], type[Model]]]] = MappingProxyType({SUFFIX: _load})
#: The models by name.
MODELS: Registry[type[Model]] = Registry("model", __name__, check=subclass_of(Model), others=LOADERS)


def from_toml(path: str | Path) -> type[Model]:
    """The class of the model in a TOML file.

    Raises:
        DeclarationError: the file cannot be read or does not fit the schema.

    >>> from_toml(MODELS.path("l-e-l-mu")).name
    'l-e-l-mu'
    """
    return _load(Path(path).stem, Path(path))


def documentation(name: str) -> str:
    """What the file of a registered model says about it: its first line is a title.

    >>> documentation("dark-photon").split(":")[0]
    'Dark photon'
    """
    kind: Any = MODELS[name]
    path = MODELS.file(name)
    own = f"{kind.title}.\n\n{kind.description}" if path and path.suffix in LOADERS else ""
    return own or inspect.getdoc(inspect.getmodule(kind)) or ""
