"""Models, each given by its Lagrangian: one file per model, found by its name."""

from darktarget.core import Model
from darktarget.models import base as base
from darktarget.registry import Registry, subclass_of

#: The models by name.
MODELS: Registry[type[Model]] = Registry("model", __name__, check=subclass_of(Model))
