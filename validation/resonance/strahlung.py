"""The published bremsstrahlung curve of 2016-2018 (arXiv:1906.00176) against cross sections and cuts, by mass."""

from __future__ import annotations

from typing import Final

import numpy as np

import darktarget as dt
from darktarget.units import ALPHA, ELECTRON_MASS, PB, GeV
from validation.resonance import published
from validation.resonance.folding import AS_PUBLISHED, BEAM_GEV, EXPERIMENT
from validation.resonance.hypotheses import efficiency_of_missing_energy
from validation.resonance.published import Floats
from validation.resonance.tables import Cell, Table, row

MASSES_GEV: Final = np.array(list(published.BREMSSTRAHLUNG))
LEAD: Final = (82, 207.2)
GEV2_PB: Final = GeV**2 * PB  # 1 pb in GeV^-2


def calculated(experiment: str = EXPERIMENT, mass: Floats = MASSES_GEV, **choices: str | bool) -> Floats:
    """Accepted events of bremsstrahlung at eps = 1."""
    chosen = {**AS_PUBLISHED, **choices}
    model = dt.model("dark-photon", mass=mass)
    bound = dt.limit(model, dt.experiment(experiment), processes=["bremsstrahlung"], **chosen)  # type: ignore[arg-type]
    return np.asarray(published.EXCLUDED_EVENTS / bound.coupling_upper**2)


def published_over_calculated() -> Floats:
    """Accepted events at eps = 1 that the published limit implies, over the calculation."""
    values = np.array(list(published.BREMSSTRAHLUNG.values()))
    return np.asarray(published.EXCLUDED_EVENTS / values**2 / calculated())


def flux(mass: float, energy: float = BEAM_GEV, t_max: float | None = None) -> float:
    r"""Photon flux of a lead nucleus, :math:`\int dt\,(t-t_{\min})\,G_{2,\rm el}(t)/t^2`, masses in GeV.

    Args:
        mass: of the mediator; t_min = (M^2/2E)^2. t_max: GeV^2, M^2 by default.
    """
    charge, nucleons = LEAD
    a = 111 * charge ** (-1 / 3) / (ELECTRON_MASS / GeV)
    d = 0.164 * nucleons ** (-2 / 3)
    least = (mass**2 / (2 * energy)) ** 2
    t = np.geomspace(least, mass**2 if t_max is None else t_max, 8001)
    form_factor = charge**2 * (a**2 * t / (1 + a**2 * t)) ** 2 / (1 + t / d) ** 2
    return float(np.trapezoid(form_factor * (t - least) / t, np.log(t)))


def closed_form(mass: float, energy: float = BEAM_GEV) -> float:
    r"""Improved Weizsaecker-Williams in closed form at eps = 1, pb.

    .. math:: \sigma = \frac{4\alpha^3}{3M^2}\,\beta\,\chi\,\ln\frac1{\delta^2},\quad \delta = \max(m_e/M, M/E)
    """
    m_e = ELECTRON_MASS / GeV
    cutoff = max(m_e / mass, mass / energy)
    beta = np.sqrt(1 - (mass / energy) ** 2)
    sigma = 4 / 3 * ALPHA**3 * beta * flux(mass, energy) * np.log(1 / cutoff**2) / mass**2
    return float(sigma / GEV2_PB)


def exact(mass: Floats, energy: float = BEAM_GEV) -> Floats:
    """Exact tree-level cross section on lead at eps = 1, elastic, pb."""
    model = dt.model("dark-photon", mass=mass)
    found = dt.cross_section(model, energy=energy, target="Pb", process="bremsstrahlung", form_factor="elastic")
    return np.asarray(found.sigma / PB)


def correction() -> Floats:
    """Closed form over exact at 100 GeV: what is known as the K factor."""
    return np.array([closed_form(m) for m in MASSES_GEV.tolist()]) / exact(MASSES_GEV)


def above_half(mass: float, largest: float) -> float:
    """Part of the spectrum of improved Weizsaecker-Williams with more than half of the energy.

    Args:
        largest: the fraction of the energy at which the simulation stops.
    """
    m_e = ELECTRON_MASS / GeV
    rest = np.geomspace(1 - largest, 1 - mass / BEAM_GEV, 8001)
    x = 1 - rest
    spectrum = (1 - x + x**2 / 3) / (mass**2 * rest / x + m_e**2 * x) * rest
    above = np.where(x > 0.5, spectrum, 0.0)
    return float(np.trapezoid(above, np.log(rest)) / np.trapezoid(spectrum, np.log(rest)))


def largest_fraction(mass: float) -> float:
    """Largest fraction of the energy, up to terms that do not matter here."""
    return 1 - ELECTRON_MASS / GeV / BEAM_GEV - mass**4 / (8 * BEAM_GEV**3 * LEAD[1])


def accepted() -> tuple[Floats, Floats]:
    """Missing energies (GeV) and accepted events per electron at eps = 1, without the pre-shower cut, [mass, node]."""
    known = dt.experiment(EXPERIMENT)
    model = dt.model("dark-photon", mass=MASSES_GEV)
    (made,) = dt.produce(model, known, processes=["bremsstrahlung"], form_factor="elastic")
    return made.energy / GeV, made.weight * known.bins[0].signature.efficiency(made.energy, known.beam)


def missing_energy() -> Floats:
    """Mean missing energy of the accepted events, GeV."""
    energy, weight = accepted()
    return np.asarray((weight * energy).sum(axis=1) / weight.sum(axis=1))


def with_efficiency_of_annihilation() -> Floats:
    """What the efficiency of the missing energy that the scalar annihilation curve needs does to bremsstrahlung."""
    table = efficiency_of_missing_energy()
    nodes = [*table.row("resonance at [GeV]"), BEAM_GEV]
    energy, weight = accepted()
    efficiency = np.interp(energy, nodes, [*table.row("efficiency from the scalar curve"), 0.0])
    return np.asarray((weight * efficiency).sum(axis=1) / weight.sum(axis=1))


def hypotheses() -> dict[str, Floats]:
    """Events over the calculation for each change of it, by mass."""
    base, masses = calculated(), MASSES_GEV.tolist()
    cut_off = [above_half(m, 1 - m / BEAM_GEV) / above_half(m, largest_fraction(m)) for m in masses]
    return {
        "improved Weizsaecker-Williams": calculated(cross_section="iww") / base,
        "Weizsaecker-Williams": calculated(cross_section="ww") / base,
        "closed form without K factor": correction(),
        "closed form with K factor": np.ones(MASSES_GEV.size),
        "K factor applied twice": 1 / correction(),
        "flux up to t = E^2": np.array([flux(m, t_max=BEAM_GEV**2) / flux(m) for m in masses]),
        "with inelastic form factor": calculated(form_factor="full") / base,
        "Helm form factor": calculated(form_factor="helm") / base,
        "spectrum stops at 1 - M/E": np.array(cut_off),
        "no pre-shower cut": without_preshower() / base,
        "efficiency from the scalar annihilation curve": with_efficiency_of_annihilation(),
    }


def without_preshower() -> Floats:
    """Accepted events at eps = 1 without the pre-shower cut."""
    return np.asarray(accepted()[1].sum(axis=1) * dt.experiment(EXPERIMENT).effective_exposure)


def unexplained(ratio: Floats) -> float:
    """Largest over least ratio from 10 MeV to 1 GeV: 1 where the shape is explained."""
    inside = ratio[MASSES_GEV > 0.005]
    return float(inside.max() / inside.min())


def shape() -> Table:
    """Each change of the calculation by mass, and the shape that it leaves unexplained."""
    wanted = published_over_calculated()
    rows: list[list[Cell]] = [[*row("published over calculated", wanted), unexplained(wanted)]]
    rows += [[*row(label, change), unexplained(wanted / change)] for label, change in hypotheses().items()]
    rows.append([*row("mean missing energy [GeV]", missing_energy()), ""])
    columns = ["", *(f"{1000 * m:g} MeV" for m in MASSES_GEV), "unexplained"]
    return Table("Bremsstrahlung 2016-2018, events over the calculation", columns, rows)


def later_curve() -> Table:
    """The curve of 2016-2022 (efficiency 0.5 assumed) where annihilation does not matter."""
    mass = 3 * np.array([0.002, 0.01])
    eps = np.array([published.eps_of_y(published.Y_2022[m]) for m in (0.002, 0.01)])
    events_published = published.EXCLUDED_EVENTS / eps**2
    old = published.EXCLUDED_EVENTS / published.bremsstrahlung(mass) ** 2
    exposure = dt.experiment("na64e-2022").exposure / dt.experiment(EXPERIMENT).exposure
    rows = [
        row("2022, published over calculated", events_published / calculated("na64e-2022", mass)),
        row("2022 over 2018, published, per electron", events_published / old / exposure),
        row("2018, published over calculated", old / calculated(mass=mass)),
    ]
    return Table("Bremsstrahlung, accepted events", ["", *(f"{1000 * m:g} MeV" for m in mass)], rows)
