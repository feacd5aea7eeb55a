"""Lagrangians: one file per model, found by its name."""

from darktarget.core import Model
from darktarget.registry import Registry

#: The models by name.
MODELS: Registry[type[Model]] = Registry("model", __name__)
