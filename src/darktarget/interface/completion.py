"""Shell completion: names of members, parameters of models and values of options.

The shipped names are those of ``literals``, so that nothing heavy is imported; other packages are searched for theirs
without being imported. A completion never fails: where something is wrong it has fewer names.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from glob import escape, glob

from darktarget.literals import PARAMETERS, SHIPPED, Kind

Complete = Callable[[str], list[str]]
SPECIAL_CURVES = ("relic", "gminus2")
SUFFIX = ".toml"


def members(kind: Kind, files: bool = False) -> Complete:
    """Completes the names of a kind.

    Args:
        kind: plural. files: whether paths of TOML files are completed as well.

    >>> members("models")("dark")
    ['dark-photon']
    """

    def complete(incomplete: str) -> list[str]:
        paths = _files(incomplete) if files else []
        return [*matching(known(kind), incomplete), *paths]

    return complete


def several(*kinds: Kind) -> Complete:
    """Completes the names of several kinds, and paths of TOML files."""

    def complete(incomplete: str) -> list[str]:
        found = dict.fromkeys(name for kind in kinds for name in known(kind))
        return [*matching(found, incomplete), *_files(incomplete)]

    return complete


def curves(incomplete: str) -> list[str]:
    """Completes the last word of a list of curves, separated by commas.

    >>> curves("relic,babar")
    ['relic,babar-2017']
    """
    before, comma, last = incomplete.rpartition(",")
    names = (*SPECIAL_CURVES, *known("constraints"))
    return [f"{before}{comma}{name}" for name in matching(names, last)]


def kinds(incomplete: str) -> list[str]:
    """Completes the plural of a kind."""
    return matching((*SHIPPED, "figures"), incomplete)


def parameters(incomplete: str) -> list[str]:
    """Completes NAME=VALUE with the parameters of the model on the command line, or of all models.

    Names that a parameter allows are completed after the equals sign.

    >>> parameters("charge"), parameters("lighter=")
    (['charge_assignments='], ['lighter=a', 'lighter=gamma_D'])
    """
    tables = [PARAMETERS[word] for word in _words() if word in PARAMETERS] or list(PARAMETERS.values())
    name, equals, value = incomplete.partition("=")
    if equals:
        choices = dict.fromkeys(choice for table in tables for choice in table.get(name, ()))
        return [f"{name}={choice}" for choice in matching(choices, value)]
    return [f"{word}=" for word in matching(dict.fromkeys(word for table in tables for word in table), name)]


def values(choices: Callable[[], Sequence[str]]) -> Complete:
    """Completes the values of an option."""

    def complete(incomplete: str) -> list[str]:
        found: Sequence[str] = ()
        with suppress(Exception):  # of other packages
            found = choices()
        return matching(found, incomplete)

    return complete


def matching(names: Iterable[str], incomplete: str) -> list[str]:
    """The names that begin with what was typed."""
    return [name for name in names if name.startswith(incomplete)]


def known(kind: Kind) -> list[str]:
    """The shipped names of a kind and those of other packages, sorted."""
    return sorted({*SHIPPED.get(kind, ()), *_plugins(kind)})


def _plugins(kind: Kind) -> tuple[str, ...]:
    from darktarget.listing import singular
    from darktarget.registry import Registry

    found: tuple[str, ...] = ()
    with warnings.catch_warnings(), suppress(Exception):  # whatever is wrong with another package
        warnings.simplefilter("ignore")
        for suffix in (".py", SUFFIX):
            found += Registry[object](singular(kind), None, suffix).listed()
    return found


def _words() -> list[str]:
    """The words of the command line that is completed, as the shell hands it over."""
    return " ".join(os.environ.get(name, "") for name in ("COMP_WORDS", "_TYPER_COMPLETE_ARGS")).split()


def _files(incomplete: str) -> list[str]:
    """Paths of TOML files, and folders, that begin with what was typed."""
    found: list[str] = []
    with suppress(OSError, ValueError):
        found = glob(f"{escape(incomplete)}*{SUFFIX}") + glob(f"{escape(incomplete)}*/")
    return found
