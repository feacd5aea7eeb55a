"""How the papers treat annihilation: on electrons at rest, without radiation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

#: Options of every figure with annihilation; the defaults are bound electrons with radiation.
AT_REST: Final[Mapping[str, Any]] = MappingProxyType({"electrons": "rest", "radiation": False})
#: What the captions say of it.
NOTE: Final = "annihilation on electrons at rest, without radiation"
