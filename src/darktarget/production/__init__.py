"""How mediators are made: one file per process, kernels keyed by Lorentz structure.

The options of each process are in ``production.options``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from darktarget.registry import Registry

if TYPE_CHECKING:
    from darktarget.core import Process
    from darktarget.options import OptionGroup

#: The processes by name.
PROCESSES: Registry[type[Process[OptionGroup]]] = Registry("process", __name__)
