"""What ``darktarget cite`` can cite by name, and the references of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from darktarget import api
from darktarget.errors import UnknownName
from darktarget.io.saved import load
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
            of the TOML file of an experiment.

    Raises:
        UnknownName: neither. DataCorrupt, DeclarationError: the file cannot be read.

    >>> sources("na64mu-2022")
    ('2401.01708', 'the published limit of arXiv:2401.01708, with a target of 40 X0')
    """
    if Path(name).is_file():
        return references_of(api.experiment(Path(name)) if name.endswith(".toml") else load(name))
    found = [make(name) for kind, make in CITED.items() if name in api.REGISTRIES[kind]]
    if not found:
        known = [n for kind in CITED for n in api.names(kind)]
        raise UnknownName("what to cite", name, (*known, "the path of a file"))
    return tuple(dict.fromkeys(text for thing in found for text in references_of(thing)))
