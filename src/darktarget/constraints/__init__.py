"""Other experiments' constraints: one file each, recomputed for the user's model."""

from typing import Any

from darktarget.registry import Registry

#: The constraints by name.
CONSTRAINTS: Registry[Any] = Registry("constraint", __name__)
