"""darktarget: what a fixed-target experiment says about a light-dark-matter model.

The public names are loaded on first use, so that ``import darktarget`` costs nothing. Type checkers and editors read
the imports under ``TYPE_CHECKING``; they do not see ``__getattr__``, so that a misspelt name is an error to them.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from darktarget._version import __version__ as __version__

# without a handler of the user's, nothing is printed
logging.getLogger(__name__).addHandler(logging.NullHandler())

if TYPE_CHECKING:
    from darktarget import errors as errors
    from darktarget import io as io
    from darktarget import models as models
    from darktarget import plot as plot
    from darktarget import statistics as statistics
    from darktarget import testing as testing
    from darktarget import units as units
    from darktarget.api import constraint as constraint
    from darktarget.api import cross_section as cross_section
    from darktarget.api import curves as curves
    from darktarget.api import declaration as declaration
    from darktarget.api import experiment as experiment
    from darktarget.api import gminus2 as gminus2
    from darktarget.api import model as model
    from darktarget.api import names as names
    from darktarget.api import omega as omega
    from darktarget.api import process as process
    from darktarget.api import relic_target as relic_target
    from darktarget.api import simulate_tracks as simulate_tracks
    from darktarget.flow import count as count
    from darktarget.flow import limit as limit
    from darktarget.flow import measurement as measurement
    from darktarget.flow import produce as produce
    from darktarget.flow import sampler as sampler
    from darktarget.flow import select as select
    from darktarget.flow import tracks as tracks
    from darktarget.io.saved import load as load
    from darktarget.progress_bars import show_progress as show_progress

_PUBLIC = {
    "model": "api",
    "declaration": "api",
    "experiment": "api",
    "process": "api",
    "cross_section": "api",
    "constraint": "api",
    "curves": "api",
    "gminus2": "api",
    "omega": "api",
    "relic_target": "api",
    "names": "api",
    "simulate_tracks": "api",
    "count": "flow",
    "limit": "flow",
    "measurement": "flow",
    "select": "flow",
    "produce": "flow",
    "sampler": "flow",
    "tracks": "flow",
    "load": "io.saved",
    "show_progress": "progress_bars",
}
_MODULES = ("io", "models", "plot", "statistics", "testing", "units", "errors")
__all__ = [*_PUBLIC, *_MODULES]


def _load(name: str) -> object:
    """A public name, on first use.

    Raises:
        AttributeError: no such name.
    """
    if name in _PUBLIC:
        return getattr(import_module(f"darktarget.{_PUBLIC[name]}"), name)
    if name in _MODULES:
        return import_module(f"darktarget.{name}")
    raise AttributeError(f"module 'darktarget' has no attribute {name!r}")


if not TYPE_CHECKING:  # a type checker knows the names above and reports all others
    __getattr__ = _load


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
