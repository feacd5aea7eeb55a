"""Experimental signatures (search strategies): one file each, found by its name."""

from darktarget.core import Signature
from darktarget.registry import Registry, class_with

#: The signatures by name.
SIGNATURES: Registry[type[Signature]] = Registry(
    "signature", __name__, check=class_with("minimum_energy", "efficiency", "select")
)
