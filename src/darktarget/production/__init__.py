"""How mediators are made: one file per process, kernels keyed by Lorentz structure."""

from darktarget.core import Process
from darktarget.registry import Registry

#: The processes by name.
PROCESSES: Registry[type[Process]] = Registry("process", __name__)
