"""Options of the processes, one light file each, found by the name of the process; no kernels are imported.

``my_process.py`` holds ``MyProcessOptions`` for the process ``my-process``. A process of another package names its
options through an entry point of the same name, in a module that is quick to import::

    [project.entry-points."darktarget.processes"]
    my-process = "my_package.my_process:MyProcess"

    [project.entry-points."darktarget.options"]
    my-process = "my_package.options:MyProcessOptions"

What several processes read is declared once, here, and inherited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from darktarget.options import OptionGroup, option, options_of
from darktarget.registry import Registry, camel, subclass_of


def _class_of(process: str) -> str:
    return camel(process) + "Options"


def _check(group: Any) -> None:
    """Check that the options of a group can be read, and so can be shown in the help."""
    subclass_of(OptionGroup)(group)
    for item in options_of(group):
        item.check(item.default)


#: The options of the processes by the process's name.
OPTIONS: Final[Registry[type[OptionGroup]]] = Registry("option", __name__, attribute=_class_of, check=_check)


@dataclass(frozen=True)
class FormFactorOptions(OptionGroup):
    """The charge distribution of the nucleus."""

    form_factor: Literal["full", "elastic", "helm"] = option("full", "Form factor of the nucleus")


@dataclass(frozen=True)
class WidthOptions(OptionGroup):
    """The propagator of a resonance; the names are those of :mod:`darktarget.core.propagator`."""

    width: Literal["fixed", "s003", "energy-dependent"] = option(
        "energy-dependent", "Width in the propagator of the mediator", older_values={"running": "s003"}
    )
