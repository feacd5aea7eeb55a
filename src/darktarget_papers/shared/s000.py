"""What the figures of S000 share: the dipole, the processes of S000, and the reach on 1/Lambda with its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darktarget import api, flow
from darktarget.core import Array, Curve, Limit
from darktarget.figures import Axis, Check, Panel, marks, shown, styles
from darktarget.figures.refine import refined
from darktarget_papers.shared.as_published import AS_PUBLISHED, thermal_target

PROCESSES: Final = ("virtual-photon", "vector-meson")  # S000 leaves annihilation out
MASS: Final = Axis("m0_GeV", r"$m_{\chi_0}$ [GeV]", 0.01, 2)
SCALE: Final = Axis("inverse_Lambda_per_GeV", r"$1/\Lambda_M$ [GeV$^{-1}$]", 1e-4, 1e-2)
#: experiment -> name in the plot (read-only)
CURVES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "na64e-1e12": "NA64e, 1e12 EOT",
        "na64e-5e12": "NA64e, 5e12 EOT",
        "na64e-1e13": "NA64e, 1e13 EOT",
        "na64e-1e13-b1": "NA64e, 1e13 EOT, b = 1",
    }
)
#: splitting -> searches by others that are drawn (read-only); a constraint that learns dipoles is added here
SEARCHES: Final[Mapping[float, tuple[str, ...]]] = MappingProxyType(
    {1e-3: ("babar-2017", "lep-mono-photon", "charm-ii"), 0.05: ("babar-2017", "lep-mono-photon", "nucal", "charm")}
)
MASSES_GEV: Final = np.unique(
    np.concatenate([np.geomspace(0.01, 1.3, 25), np.linspace(0.36, 0.54, 10), np.linspace(1.4, 1.62, 12)])
)
DENSE_GEV: Final = np.geomspace(0.01, 2, 140)
SEARCHED_GEV: Final = np.geomspace(0.01, 1.5, 20)
SUB_GEV: Final = (0.01, 0.03, 0.1, 0.3, 0.7, 1.0)


def reach(experiment: str, mass: Any, splitting: float, charges: int = 2) -> Limit:
    """The limit on 1/Lambda by the processes of S000."""
    model = api.model("dipole-idm", mass=mass, splitting=splitting, charge_assignments=charges)
    return flow.limit(model, api.experiment(experiment), processes=PROCESSES, nuisances="none", **AS_PUBLISHED)


@cache
def sub_gev(experiment: str, splitting: float, charges: int = 2) -> tuple[float, float]:
    """Lowest and highest 1/Lambda of the reach between 10 MeV and 1 GeV."""
    found = reach(experiment, SUB_GEV, splitting, charges).coupling_upper
    return float(found.min()), float(found.max())


def panel(splitting: float, *others: marks.Mark) -> Panel:
    """Both charge assignments for every exposure, one of them alone at 5e12, the thermal target, and others."""
    drawn = [marks.of(reach(name, MASSES_GEV, splitting), label) for name, label in CURVES.items()]
    one = reach("na64e-5e12", MASSES_GEV, splitting, 1).coupling_upper
    alone = marks.line(r"5e12 EOT, $\chi_1\bar\chi_0$ alone", MASSES_GEV, one, styles.COMPARISON)
    target = marks.relic("thermal target", DENSE_GEV, relic(splitting))
    return Panel(MASS, SCALE, [*drawn, alone, *others, target])


def present(splitting: float, panels: Sequence[Panel]) -> Check:
    """The four exposures, the thermal target and the other searches are in sight."""
    own = api.model("dipole-idm", mass=0.1, splitting=splitting)
    titles = [api.constraint(name, own).title for name in SEARCHES[splitting]]
    return shown("0.31", panels, *CURVES.values(), "thermal target", *titles)


def searches(splitting: float) -> list[marks.Mark]:
    """Other searches, recast for the dipole."""

    def search(name: str) -> Callable[[Array], Curve]:
        return lambda mass: api.constraint(name, api.model("dipole-idm", mass=mass, splitting=splitting))

    return [marks.of(refined(search(name), SEARCHED_GEV)) for name in SEARCHES[splitting]]


@cache
def relic(splitting: float) -> Array:
    """1/Lambda of the thermal target, on the dense masses."""
    return thermal_target(api.model("dipole-idm", mass=DENSE_GEV, splitting=splitting)).coupling


def relic_range(splitting: float) -> tuple[float, float]:
    """Lowest and highest 1/Lambda of the thermal target between 10 MeV and 1 GeV."""
    line = relic(splitting)[DENSE_GEV <= 1]
    return float(line.min()), float(line.max())
