"""The four NA64 curves that S003 Figs. 3 and 4 show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Limit
from darktarget.numerics.interpolation import log_linear
from darktarget_papers.shared.form_factor import FORM

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
    return flow.limit(model, api.experiment(experiment), nuisances="none", form_factor=FORM, **choices)


#: Published 90 % CL limit of 2.84e11 EOT, (m_A' in GeV, eps), typed in: bremsstrahlung at 0.1, 0.2 and 0.3 GeV
#: (arXiv:1906.00176), with annihilation between (arXiv:2108.04195 Fig. 3, fermion, alpha_D = 0.1)
PUBLISHED_LIMIT: Final = (
    (0.1, 3.46e-4),
    (0.2, 8.48e-4),
    (0.225, 2.43e-4),
    (0.23, 2.25e-4),
    (0.24, 2.47e-4),
    (0.3, 1.52e-3),
)


def published(mass: Array) -> Array:
    """The published limit between its points (GeV), straight in the logarithms."""
    points, eps = np.array(PUBLISHED_LIMIT).T
    return log_linear(points, eps, mass, outside="hold")


def excluded_window(dm: str, alpha_D: float, chi: Array, bound: Array) -> tuple[float, float]:
    """Lowest and highest dark-matter mass (MeV) at which a limit on eps is below the thermal target; nan where none."""
    model = api.model("dark-photon", mass=3 * chi, dm=dm, alpha_D=alpha_D)
    excluded = 1e3 * chi[bound < api.relic_target(model).coupling]
    return (float(excluded.min()), float(excluded.max())) if excluded.size else (np.nan, np.nan)
