"""What could make the published annihilation events fewer than the calculated ones, one function per hypothesis.

Numbers are events over those of the baseline: electrons at rest, fixed width, no loss of positrons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.optimize import brentq, minimize, nnls

import darktarget as dt
from validation.resonance import published
from validation.resonance.cascade import STEP_GEV, cascade
from validation.resonance.folding import (
    AS_PUBLISHED,
    BEAM_GEV,
    EXPERIMENT,
    PRODUCTION_CUT_GEV,
    Acceptance,
    Resonance,
    calculated,
    calorimeter,
    electrons_per_X0,
    events,
    track_length,
)
from validation.resonance.published import MASSES_GEV, Floats
from validation.resonance.tables import Table, row

KINDS = ("dirac", "scalar")
#: Annihilation in the simulation of 2021 happens in lead only, and its mean free path is 10 % too long.
LEAD_ONLY, MEAN_FREE_PATH = 0.887, 3.0 / 3.302
SHARE, SHIFT_GEV = 0.021, 1.1  # annihilations per simulated electron; shift of the threshold


def published_over_calculated(dark_matter: str, mass: Floats) -> tuple[Floats, Floats]:
    """Ratio of accepted annihilation events, and its reading error (absolute)."""
    events_published, error = published.annihilation(dark_matter, mass)
    ratio = events_published / calculated(dark_matter, mass)
    return ratio, ratio * error


def comparison() -> Table:
    """The ratios that are to be explained."""
    mass = np.array(MASSES_GEV)
    (dirac, de), (scalar, se) = (published_over_calculated(kind, mass) for kind in KINDS)
    rows = [
        row("resonance at [GeV]", [Resonance("dirac", m).peak for m in MASSES_GEV]),
        row("half width, Dirac [GeV]", [Resonance("dirac", m).half_width for m in MASSES_GEV]),
        row("half width, scalar [GeV]", [Resonance("scalar", m).half_width for m in MASSES_GEV]),
        row("Dirac", dirac),
        row("reading error, Dirac", de),
        row("scalar", scalar),
        row("reading error, scalar", se),
        row("scalar over Dirac", scalar / dirac),
    ]
    return Table("Annihilation events, published over calculated", _by_mass(), rows)


def _by_mass() -> list[str]:
    return ["", *(f"{1000 * m:g} MeV" for m in MASSES_GEV)]


def statement() -> Table:
    """Limits on eps at 300 MeV, and the annihilation events that they imply.

    The curve of 2022 has none without annihilation beside it; its bremsstrahlung is the calculated one.
    """
    of_2022 = published.eps_of_y(published.Y_2022[0.1])
    plain_2018 = float(published.bremsstrahlung(np.array([0.3]))[0])
    limits = [(EXPERIMENT, kind, published.WITH_ANNIHILATION[kind][0.3], plain_2018) for kind in KINDS]
    limits += [("na64e-2022", kind, of_2022, 0.0) for kind in ("dirac", "majorana", "scalar")]
    rows = []
    for name, kind, value, without in limits:
        own = _eps(name, kind)
        plain = without or _eps(name, kind, processes=["bremsstrahlung"])
        ratio = (value**-2 - plain**-2) * _eps(name, kind, processes=["annihilation"]) ** 2
        rows.append(row(f"{name}, {kind}", [own, value, own / value, ratio]))
    columns = [
        "",
        "calculated",
        "published",
        "calculated over published",
        "annihilation events, published over calculated",
    ]
    return Table("Limit on eps at 300 MeV", columns, rows)


def _eps(experiment: str, kind: str, mass: float = 0.3, processes: Sequence[str] | None = None) -> float:
    """The calculated limit on eps."""
    model = dt.model("dark-photon", mass=mass, dm=kind, alpha_D=0.1, mass_ratio=3)
    bound = dt.limit(model, dt.experiment(experiment), processes=processes, **AS_PUBLISHED)  # type: ignore[arg-type]
    return float(bound.coupling_upper[0])


def positron_beam() -> Table:
    """Efficiency of the positron run of 2022 (1.01e10 on target) with which the calculation meets its limit."""
    exposure = dt.experiment("na64e-positron").effective_exposure
    rows = []
    for kind in ("dirac", "majorana", "scalar"):
        limits = [
            (_eps("na64e-positron", kind, 3 * m), published.eps_of_y(y)) for m, y in published.Y_POSITRON_2022.items()
        ]
        rows.append(row(kind, [exposure * (own / known) ** 2 / published.POSITRONS_2022 for own, known in limits]))
    columns = ["", *(f"m_chi = {1000 * m:g} MeV" for m in published.Y_POSITRON_2022)]
    return Table("Positron run of 2022: efficiency that meets the published limit", columns, rows)


def efficiency_of_missing_energy(acceptance: Acceptance | None = None) -> Table:
    """An efficiency of the missing energy that reproduces every scalar point, and what it gives for Dirac.

    It is linear between the resonances of the scalar points, constant below and 0 at the beam energy.
    """
    base = acceptance or calorimeter()
    mass = published.masses("scalar")
    nodes = np.array([Resonance("scalar", m).peak for m in mass])
    places = np.append(nodes, BEAM_GEV)

    def part(k: int, energy: Floats) -> Floats:
        return np.asarray(base(energy) * np.interp(energy, places, np.eye(places.size)[k]))

    def matrix(kind: str, at: Floats) -> Floats:
        lines = [[events(Resonance(kind, m), partial(part, k)) for k in range(nodes.size)] for m in at]
        base_events = np.array([[events(Resonance(kind, m), calorimeter())] for m in at])
        return np.asarray(np.array(lines) / base_events)

    ratio, _ = published_over_calculated("scalar", mass)
    efficiency, _ = nnls(matrix("scalar", mass) / ratio[:, None], np.ones(mass.size))
    wide = published.masses("dirac")
    predicted = matrix("dirac", wide) @ efficiency
    of_dirac, _ = published_over_calculated("dirac", wide)
    rows = [
        row("resonance at [GeV]", nodes),
        row("efficiency from the scalar curve", efficiency),
        row("Dirac, predicted", predicted),
        row("Dirac, published", of_dirac),
        row("predicted over published", predicted / of_dirac),
    ]
    return Table(
        "An efficiency that depends on the missing energy alone", ["", *(f"{1000 * m:g} MeV" for m in mass)], rows
    )


def remaining(resonance: Resonance, share: float, acceptance: Acceptance | None = None) -> float:
    """Events where a simulation uses positrons up, over those where it does not.

    Args:
        share: annihilations above the production cut per simulated electron, if none were used up.
    """
    made, passing = cascade(), acceptance or calorimeter()
    inside = (np.arange(21) - 10) / 21 * STEP_GEV
    sigma = resonance.sigma(made.energy[:, None] + inside).mean(axis=1)
    rate = electrons_per_X0() * sigma * (made.energy >= PRODUCTION_CUT_GEV)
    accepted = passing(made.energy)
    enhanced = share / float(made.length @ rate) * rate
    return made.accepted(enhanced, accepted) / float(made.length @ (enhanced * accepted))


def share_from_dirac(mass: float, ratio: float) -> float:
    """Annihilations per simulated electron with which ``remaining`` is some ratio, Dirac dark matter."""
    wide = Resonance("dirac", mass)
    return float(np.exp(brentq(lambda u: remaining(wide, np.exp(u)) - ratio, np.log(1e-5), np.log(3.0), xtol=1e-4)))


def depletion(norm: float = 1.0) -> Table:
    """One enhancement of the cross section per mass: from Dirac to scalar.

    Args:
        norm: a known factor that is common to both.
    """
    mass = np.array(MASSES_GEV[1:])
    (dirac, _), (scalar, error) = (published_over_calculated(kind, mass) for kind in KINDS)
    share = [share_from_dirac(m, r / norm) for m, r in zip(mass, dirac, strict=True)]
    narrow = [norm * remaining(Resonance("scalar", m), p) for m, p in zip(mass, share, strict=True)]
    rows = [
        row("annihilations per simulated electron, from Dirac", share),
        row("scalar, predicted", narrow),
        row("scalar, published", scalar),
        row("reading error", error),
    ]
    title = f"Positrons used up by the enhanced cross section, one number per mass, common factor {norm:.2f}"
    return Table(title, [x for i, x in enumerate(_by_mass()) if i != 1], rows)


def with_depletion(kind: str, mass: Floats, share: float, shift: float, norm: float = 1.0) -> Floats:
    """Events over the baseline for one number of annihilations per electron and a shift of the threshold (GeV)."""
    cut = calorimeter(shift)
    each = [Resonance(kind, m) for m in mass]
    return np.array([norm * remaining(r, share, cut) * events(r, cut) / events(r, calorimeter()) for r in each])


def common_depletion(share: float = SHARE, shift: float = SHIFT_GEV, norm: float = 1.0) -> Table:
    """The same number for all masses and both kinds of dark matter."""
    rows = []
    for kind in KINDS:
        mass = published.masses(kind)
        ratio, _ = published_over_calculated(kind, mass)
        predicted = with_depletion(kind, mass, share, shift, norm)
        rows += [row(f"{kind}, predicted", predicted), row(f"{kind}, predicted over published", predicted / ratio)]
    title = f"{share:.3g} annihilations per electron at every mass, threshold {shift:+.2g} GeV, factor {norm:.2f}"
    return Table(title, ["", *(f"{1000 * m:g} MeV" for m in published.masses("dirac"))], rows)


def stronger_coupling(share: float = SHARE, shift: float = SHIFT_GEV) -> Table:
    """A test that can decide: limits on eps for alpha_D = 0.5 over those for 0.1, with positrons used up or not."""
    mass = np.array([0.23, 0.24, 0.25, 0.27])
    rows = []
    for kind in KINDS:
        for label, part in (("used up", share), ("not used up", 1e-6)):
            weak, strong = (
                [remaining(r, part, calorimeter(shift)) * events(r, calorimeter(shift)) for r in each]
                for each in ([Resonance(kind, m, alpha_D) for m in mass] for alpha_D in (0.1, 0.5))
            )
            plain = published.EXCLUDED_EVENTS / published.bremsstrahlung(mass) ** 2
            rows.append(row(f"{kind}, positrons {label}", np.sqrt((plain + weak) / (plain + strong))))
    columns = ["", *(f"{1000 * m:g} MeV" for m in mass)]
    return Table("Limit on eps, alpha_D = 0.5 over 0.1", columns, rows)


def fit_common(norm: float = 1.0, spin_factor: bool = False) -> tuple[float, float, float]:
    """Best share and shift for all points below 300 MeV, and the rms of the logarithms that is left.

    Args:
        norm: a common factor.
        spin_factor: fit a factor of all points of the scalar instead of the share.
    """
    known = {}
    for kind in KINDS:
        mass = published.masses(kind)
        known[kind] = (mass[mass < 0.29], published_over_calculated(kind, mass)[0][mass < 0.29])

    def misfit(x: Floats) -> float:
        total = []
        for kind, (mass, ratio) in known.items():
            narrow = np.exp(x[0]) if spin_factor and kind == "scalar" else 1.0
            share = 1e-6 if spin_factor else np.exp(x[0])
            total.append(np.log(narrow * with_depletion(kind, mass, share, x[1], norm) / ratio))
        return float(np.sqrt((np.concatenate(total) ** 2).mean()))

    found = minimize(misfit, [-0.5 if spin_factor else -4.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-3})
    return float(np.exp(found.x[0])), float(found.x[1]), float(found.fun)


def variations() -> Table:
    """Other changes of the calculation, events over the baseline at each mass."""
    changes: dict[str, Callable[[Resonance], float]] = {
        "width s Gamma(M)/M": lambda r: events(replace(r, propagator="s003"), calorimeter()),
        "width sqrt(s) Gamma(sqrt s)": lambda r: events(replace(r, propagator="energy-dependent"), calorimeter()),
        "resolution added linearly": lambda r: events(r, calorimeter(linear=True)),
        "resolution x 1.5": lambda r: events(r, calorimeter(scale=1.5)),
        "threshold +1.5 GeV": lambda r: events(r, calorimeter(1.5)),
        "threshold -1.5 GeV": lambda r: events(r, calorimeter(-1.5)),
        "beam spread 1 %": spread_beam,
        "semi-analytic cascade": lambda r: (
            events(r, calorimeter(), ("Pb",), lambda e, _: cascade().density(e)) / LEAD_ONLY
        ),
        "annihilation in lead only": lambda r: events(r, calorimeter(), ("Pb",)),
    }
    rows = []
    for label, change in changes.items():
        for kind in KINDS:
            each = [Resonance(kind, m) for m in MASSES_GEV]
            rows.append(row(f"{label}, {kind}", [change(r) / events(r, calorimeter()) for r in each]))
    wrong = [Resonance("scalar", m, own_width="dirac") for m in MASSES_GEV]
    right = [events(Resonance("scalar", m), calorimeter()) for m in MASSES_GEV]
    rows.append(
        row("scalar with the width of Dirac", [events(w, calorimeter()) / b for w, b in zip(wrong, right, strict=True)])
    )
    return Table("Other changes, events over the baseline", _by_mass(), rows)


def spread_beam(resonance: Resonance, spread: float = 0.01) -> float:
    """Events for a beam of some relative width; track lengths scale with the beam energy."""
    x, w = np.polynomial.hermite_e.hermegauss(7)
    parts = [_at_beam_energy(resonance, BEAM_GEV * (1 + spread * shift)) for shift in x]
    return float(np.average(parts, weights=w))


def _at_beam_energy(resonance: Resonance, energy: float) -> float:
    """Events for a beam of another energy, GeV."""
    scale, lost = BEAM_GEV / energy, BEAM_GEV - energy

    def length(positron: Floats, stuff: str) -> Floats:
        return scale * track_length(positron * scale, stuff)

    return events(resonance, lambda missing: calorimeter()(missing + lost), length=length)


def bound_electrons() -> Table:
    """Bound electrons and initial-state radiation, by the package."""
    mass, rows = np.array(MASSES_GEV), []
    options: dict[str, dict[str, str | bool]] = {
        "bound electrons": {"electrons": "bound"},
        "radiation": {"radiation": True},
        "bound electrons and radiation": {"electrons": "bound", "radiation": True},
    }
    for label, choice in options.items():
        for kind in KINDS:
            rows.append(row(f"{label}, {kind}", calculated(kind, mass, **choice) / calculated(kind, mass)))
    return Table("Bound electrons and radiation, events over the baseline", _by_mass(), rows)


def coarse_grid() -> Table:
    """A sum over a regular grid of positron energies instead of the integral: least and largest, at 250 MeV."""
    rows = []
    for kind in KINDS:
        peak = Resonance(kind, 0.25)
        for step in (0.1, 0.5, 1.0, 1.5, 2.0):
            sums = [_grid_sum(peak, step, offset) for offset in np.linspace(0, 1, 41)]
            rows.append(row(f"{kind}, steps of {step:g} GeV", [min(sums), float(np.mean(sums)), max(sums)]))
    return Table("Sum over a grid over the integral", ["", "least", "mean", "largest"], rows)


def _grid_sum(peak: Resonance, step: float, offset: float) -> float:
    energy = np.arange(PRODUCTION_CUT_GEV + offset * step, BEAM_GEV, step)
    rate = sum(electrons_per_X0(m) * track_length(energy, m) for m in ("Pb", "polystyrene"))
    number = float((rate * peak.sigma(energy) * calorimeter()(energy)).sum()) * step
    return number * dt.experiment(EXPERIMENT).effective_exposure / events(peak, calorimeter())


def track_lengths() -> Table:
    """Positron track length per energy (X0/GeV) by the shower simulation and by the semi-analytic cascade."""
    energy = np.array([Resonance("dirac", m).peak for m in MASSES_GEV])
    simulated, cascaded = track_length(energy), cascade().density(energy)
    above = np.array([cascade().births[cascade().energy > e].sum() for e in energy])
    rows = [
        row("energy [GeV]", energy),
        row("shower simulation", simulated),
        row("semi-analytic cascade", cascaded),
        row("ratio", cascaded / simulated),
        row("positrons born above it, per electron", above),
    ]
    return Table("Positron track length, X0/GeV", _by_mass(), rows)


def fits() -> Table:
    """What two numbers for all masses below 300 MeV and both kinds of dark matter leave unexplained."""
    known = LEAD_ONLY * MEAN_FREE_PATH
    rows = [
        row("annihilations per electron, shift [GeV]", fit_common()),
        row("the same with lead only and the longer mean free path", fit_common(known)),
        row("factor of the scalar, shift [GeV]", fit_common(spin_factor=True)),
    ]
    return Table("Two numbers for 14 points", ["", "first", "second", "rms of the logarithm"], rows)
