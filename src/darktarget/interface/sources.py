"""What ``darktarget cite`` can cite by name, and the references of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from darktarget import api
from darktarget.errors import UnknownName
from darktarget.interface.members import kinds_of
from darktarget.io.saved import load
from darktarget.matter.materials import SUFFIX
from darktarget.models.sources import factory
from darktarget.models.sources.python_file import is_python
from darktarget.references.bibtex import references_of

#: What can be cited by name: the name of the kind -> name -> the thing.
CITED: Final[Mapping[str, Callable[[str], object]]] = MappingProxyType(
    {
        "models": api.REGISTRIES["models"].__getitem__,
        "experiments": api.experiment,
        "constraints": lambda name: api.REGISTRIES["constraints"][name](),
        "processes": api.process,
    }
)


def sources(name: str) -> tuple[str, ...]:
    """The references of one name or file.

    Args:
        name: of a model, experiment, constraint or process (of all that share it), or the path of a saved result or
            of the TOML file of an experiment or a model, or ``PATH.py:Class``.

    Raises:
        UnknownName: neither. DataCorrupt, DeclarationError: the file cannot be read.

    >>> sources("na64mu-2022")
    ('2401.01708', 'the published limit of arXiv:2401.01708, with a target of 40 X0')
    """
    if is_python(name):
        return references_of(factory(name))
    if Path(name).is_file():
        return references_of(_declared(name) if name.endswith(SUFFIX) else load(name))
    found = [make(name) for kind, make in CITED.items() if name in api.REGISTRIES[kind]]
    if not found:
        known = [n for kind in CITED for n in api.names(kind)]
        raise UnknownName("what to cite", name, (*known, "the path of a file"))
    return tuple(dict.fromkeys(text for thing in found for text in references_of(thing)))


def _declared(name: str) -> object:
    """The model or the experiment in a TOML file."""
    return factory(name) if kinds_of(name) == ("model",) else api.experiment(Path(name))
