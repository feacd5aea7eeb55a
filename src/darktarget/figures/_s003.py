"""The four NA64 curves that S003 Figs. 3 and 4 show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from darktarget import api, flow
from darktarget.core import Limit

#: label -> (experiment, model parameters, choices of the calculation)
CURVES: Final[Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]]] = MappingProxyType(
    {
        "fermion, alpha_D = 0.1": ("na64e-2018", {"alpha_D": 0.1}, {}),
        "fermion, alpha_D = 0.5": ("na64e-2018", {"alpha_D": 0.5}, {"width": "running"}),  # S003: eta
        "scalar, alpha_D = 0.1": ("na64e-2018", {"alpha_D": 0.1, "dm": "scalar"}, {}),
        "fermion, alpha_D = 0.1, e+ beam": ("na64e-positron", {"alpha_D": 0.1}, {}),
        "bremsstrahlung only": ("na64e-2018", {"alpha_D": 0.1}, {"processes": ["bremsstrahlung"]}),
    }
)


def limit(label: str, mass: Any, **changes: Any) -> Limit:
    """The limit of one curve at some masses; S003 quotes limits without nuisances."""
    experiment, parameters, choices = CURVES[label]
    model = api.model("dark-photon", mass=mass, mass_ratio=3, **{**parameters, **changes})
    return flow.limit(model, api.experiment(experiment), nuisances="none", **choices)
