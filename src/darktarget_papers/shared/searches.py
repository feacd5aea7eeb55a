"""Other searches as the papers drew them: E137 with what bremsstrahlung produces, as in every published recast."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from darktarget import api
from darktarget.constraints.e137 import E137
from darktarget.core import Curve, Model


class E137Bremsstrahlung(E137):
    """E137 without the annihilation of the shower's positrons."""

    title = "E137, brem."
    processes = ("bremsstrahlung",)


#: Searches with fewer processes than the package includes, by name.
PUBLISHED: Final = MappingProxyType({"e137": E137Bremsstrahlung})


def published(name: str, model: Model) -> Curve:
    """What a search says about a model with the processes that its publications included.

    >>> import darktarget as dt
    >>> published("e137", dt.model("dark-photon", mass=0.1, dm="none")).title
    'E137, brem.'
    """
    chosen = PUBLISHED.get(name)
    return api.constraint(name, model) if chosen is None else chosen().apply(model)
