"""Bound electrons and radiation in annihilation: momentum distributions, the table, and what they do to a limit.

The second routes sample three-dimensional momenta and both radiated photons event by event, and compare momentum
distributions with tabulated ones of Hartree-Fock atoms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array, Beam, Model, Tracks
from darktarget.matter.atomic_electrons import (
    ELECTRONS,
    compton_profile,
    momentum_density,
    radiated_below,
    radiator,
    shells,
)
from darktarget.matter.materials import material
from darktarget.production import annihilation as an
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.smeared_tracks import fractions, mass_spectrum, smeared_tracks
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM

NA64 = dt.experiment("na64e-2018")
SIGNATURE: Any = NA64.bins[0].signature
TRACKS = dt.tracks(NA64.beam, NA64.target, cut=42.5)
BOUND = AnnihilationOptions(radiation=False)
RADIATING = AnnihilationOptions(electrons="rest")
REST = AnnihilationOptions(electrons="rest", radiation=False)
LEG = radiator(ELECTRON_MASS * (100 + 2 * ELECTRON_MASS), ELECTRON_MASS)


@pytest.mark.parametrize(("n", "k"), [(1, 0), (2, 0), (2, 1), (3, 2), (4, 3), (5, 1)])
def test_momentum_wave_functions_are_normalised(n: int, k: int) -> None:
    angle = np.linspace(1e-7, np.pi / 2 - 1e-7, 100_001)
    x = np.tan(angle)
    weight = x**2 / np.cos(angle) ** 2
    assert np.trapezoid(momentum_density(n, k, x) * weight, angle) == pytest.approx(1, rel=1e-6)
    # virial theorem: <p^2> = 1 in units of the shell's momentum
    assert np.trapezoid(momentum_density(n, k, x) * weight * x**2, angle) == pytest.approx(1, rel=1e-3)


def test_compton_profile_of_the_ground_state() -> None:
    """J(p) = 8/(3 pi) scale^5/(p^2 + scale^2)^3 of 1s in closed form."""
    shell = shells(13)[0]
    p = np.linspace(-0.3, 0.3, 11)
    expected = 8 / (3 * np.pi) * shell.scale**5 / (p**2 + shell.scale**2) ** 3
    np.testing.assert_allclose(compton_profile(shell, p), expected, rtol=1e-4)


@pytest.mark.parametrize("name", ["Al", "W", "Pb", "polystyrene"])
def test_atoms_hold_all_their_electrons(name: str) -> None:
    stuff = material(name)
    for nucleus in stuff.elements:
        assert sum(s.electrons for s in shells(nucleus.Z)) == nucleus.Z
    edges = np.linspace(0.0, 4.0, 8001)
    below = ELECTRONS["bound"](stuff, edges)
    assert below[-1] - below[0] == pytest.approx(1, abs=1e-3)
    mean = (np.diff(below) * (edges[1:] + edges[:-1]) / 2).sum()
    assert 0.98 < mean < 1  # binding lowers s on average


@pytest.mark.parametrize("z", [6, 13, 82])
def test_distribution_of_the_fraction_against_the_profile(z: int) -> None:
    """P(below) falls by the Compton profile, and is half at the binding energy of a shell."""
    name = {6: "C", 13: "Al", 82: "Pb"}[z]
    edges = np.linspace(0.3, 1.7, 29)
    found = np.diff(ELECTRONS["bound"](material(name), edges))
    fine = np.linspace(0.3, 1.7, 28 * 100 + 1)
    profile = np.sum([s.electrons * compton_profile(s, 1 - s.binding - fine) for s in shells(z)], axis=0) / z
    expected = [np.trapezoid(profile[i : i + 101], fine[i : i + 101]) for i in range(0, 2800, 100)]
    np.testing.assert_allclose(found, expected, rtol=0.02, atol=1e-5)


#: J(p) of lead summed over shells at p in atomic units, from the Hartree-Fock profiles of F. Biggs, L. B. Mendelsohn
#: and J. B. Mann, At. Data Nucl. Data Tables 16 (1975) 201
LEAD = {0.5: 9.075, 1.0: 7.204, 3.0: 3.498, 5.0: 2.395, 10.0: 0.9064, 15.0: 0.4462, 20.0: 0.2511, 40.0: 0.0461}


def test_compton_profile_of_lead_against_hartree_fock() -> None:
    """Within 10 %: hydrogen-like shells with Slater's screening."""
    found = [sum(s.electrons * compton_profile(s, np.array([p * ALPHA]))[0] for s in shells(82)) * ALPHA for p in LEAD]
    np.testing.assert_allclose(found, list(LEAD.values()), rtol=0.10)


def test_radiation_is_the_integral_of_its_density() -> None:
    gap = np.linspace(0, 1, 200_001)[1:-1]
    density = LEG / 2 * gap ** (LEG / 2 - 1) * (1 + 3 * LEG / 8) - LEG / 4 * (2 - gap)
    inside = np.trapezoid(density[20_000:], gap[20_000:])
    assert radiated_below(gap[-1:], LEG)[0] - radiated_below(gap[20_000:20_001], LEG)[0] == pytest.approx(inside)


@pytest.mark.parametrize("options", [BOUND, RADIATING, AnnihilationOptions()])
def test_distributions_are_normalised(options: AnnihilationOptions) -> None:
    legs = LEG if options.radiation else 0.0
    _, share = fractions(material("Pb"), options.electrons, legs, 0.005)
    assert share.sum() == pytest.approx(1, abs=1e-3)  # the rest radiates all but a thousandth
    s, density = mass_spectrum(material("Pb"), 50.0, options)
    assert np.trapezoid(density * s, np.log(s)) == pytest.approx(1, abs=2e-3)


def test_the_table_of_electrons_at_rest_is_the_calculation_at_rest() -> None:
    """Tracks on the grid, with nothing smeared, against nodes whose energy follows s."""
    model = dt.model("dark-photon", mass=[0.15, 0.2, 0.21, 0.225, 0.24, 0.3])
    plain = accepted(model, REST)
    path = smeared_tracks(TRACKS, 42.5, REST)
    offset, ds = an.resonance_nodes(model, float(path.s[0]), float(path.s[-1]))
    s = model.mediator_mass[:, None] ** 2 + offset
    for pairs in path.pairs(s, an.sigma(model, s, offset=offset) * ds)[::2]:
        found = (pairs * SIGNATURE.efficiency(path.energy, NA64.beam)).sum(axis=1)
        np.testing.assert_allclose(found, plain, rtol=2e-3)


def accepted(model: Model, options: AnnihilationOptions) -> Array:
    """Accepted pairs, before the pre-shower."""
    made = an.Annihilation().produce(model, TRACKS, 42.5, options)
    return np.asarray((made.weight * SIGNATURE.efficiency(made.energy, NA64.beam)).sum(axis=1))


def spread(number: int, axes: int) -> Array:
    """Quasi-random places in the unit cube, [number, axes]."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (axes + 1))
    return np.asarray((0.5 + np.outer(np.arange(1, number + 1), root ** -np.arange(1.0, axes + 1))) % 1)


def momenta(shell: Any, place: Array) -> Array:
    """Absolute momenta of electrons of a shell, from its radial distribution."""
    angle = np.linspace(0, np.pi / 2, 4001)[:-1]
    x = np.tan(angle)
    density = momentum_density(shell.n, shell.l, x) * x**2 / np.cos(angle) ** 2
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return np.asarray(np.tan(np.interp(place, below / below[-1], angle)) * shell.scale)


def kept(place: Array) -> Array:
    """Energy fractions after radiation, from the inverse of the leading-logarithmic distribution."""
    gap = np.geomspace(1e-60, 1, 200_001)
    return np.asarray(1 - np.interp(place, radiated_below(gap, LEG), gap))


def event_by_event(model: Model, options: AnnihilationOptions, number: int) -> Array:
    """Accepted pairs from sampled positrons, three-dimensional electron momenta and both photons."""
    total = np.zeros(model.points)
    for medium in TRACKS.materials:
        stuff, u = material(medium), spread(number, 6)
        positron = 42.5 + (100 - 42.5) * u[:, 0]
        rows = [(n * s.electrons, s) for e, n in zip(stuff.elements, stuff.nuclei_per_cm2_per_X0, strict=True)
                for s in shells(e.Z)]  # fmt: skip
        share = np.cumsum([n for n, _ in rows]) / sum(n for n, _ in rows)
        pick, fraction = np.searchsorted(share, u[:, 1]), np.ones(number)
        for k, (_, shell) in enumerate(rows if options.electrons == "bound" else []):
            mine = pick == k
            along = momenta(shell, u[mine, 2]) * (2 * u[mine, 3] - 1)
            fraction[mine] = 1 - along - shell.binding
        first, second = (kept(u[:, k]) if options.radiation else np.ones(number) for k in (4, 5))
        s = np.maximum(an.squared_energy(positron) * fraction * first * second, 1e-9)
        weight = TRACKS.density("positron", medium, positron) * SIGNATURE.efficiency(positron * first, NA64.beam)
        cross = an.sigma(model, np.broadcast_to(s, (model.points, number)))
        total += (cross * weight).mean(axis=1) * 57.5 * stuff.electrons_per_cm2_per_X0 * HBARC_CM**2
    return total


@pytest.mark.parametrize("options", [BOUND, AnnihilationOptions()])
def test_accepted_pairs_against_sampled_momenta_and_photons(options: AnnihilationOptions) -> None:
    """0.3 % in eps with few events; with many (below) 0.2 %."""
    model = dt.model("dark-photon", mass=[0.2, 0.21, 0.22, 0.23, 0.24])
    np.testing.assert_allclose(event_by_event(model, options, 400_000), accepted(model, options), rtol=6e-3)


@pytest.mark.validate
@pytest.mark.parametrize("options", [BOUND, RADIATING, AnnihilationOptions()])
def test_accepted_pairs_against_many_events(options: AnnihilationOptions) -> None:
    model = dt.model("dark-photon", mass=[0.18, 0.2, 0.21, 0.22, 0.23, 0.24, 0.3])
    np.testing.assert_allclose(event_by_event(model, options, 3_000_000), accepted(model, options), rtol=4e-3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [(BOUND, [-13, -17, -8, 4, 4]), (AnnihilationOptions(), [-19, -20, -8, 7, 7])],
)
def test_the_limit_of_na64_moves_by_the_stated_amounts(options: AnnihilationOptions, expected: list[float]) -> None:
    """In eps with bremsstrahlung beside it, percent, within 1.5 points; Dirac, alpha_D = 0.1, fixed width."""
    model = dt.model("dark-photon", mass=[0.2, 0.21, 0.22, 0.23, 0.24], alpha_D=0.1)

    def eps(chosen: AnnihilationOptions) -> Array:
        how: dict[str, Any] = {"electrons": chosen.electrons, "radiation": chosen.radiation}
        return dt.limit(model, NA64, form_factor="elastic", width="fixed", nuisances="none", **how).coupling_upper

    np.testing.assert_allclose(100 * (eps(options) / eps(REST) - 1), expected, atol=1.5)


def test_a_narrow_resonance_needs_one_node() -> None:
    """Mediators on their mass shell: the area of the resonance at s = M^2 against the narrow limit of the width."""
    model = dt.model("dark-photon", mass=[0.21, 0.225, 0.25], alpha_D=1e-9)
    path = smeared_tracks(TRACKS, 42.5, AnnihilationOptions())
    area = an.peak_cross_section(model) * np.pi * model.mass * model.width(dark=True)
    pairs, mean, _ = path.pairs(model.mass[:, None] ** 2, area[:, None])
    np.testing.assert_allclose(mean, np.broadcast_to(model.mass[:, None] ** 2, mean.shape), rtol=1e-3)
    made = an.Annihilation().produce(model, TRACKS, 42.5)
    np.testing.assert_allclose(pairs.sum(axis=1), made.total, rtol=3e-3)


@pytest.mark.parametrize("options", [BOUND, AnnihilationOptions()])
def test_a_beam_of_positrons_that_does_not_shower_gives_the_mean_cross_section(options: AnnihilationOptions) -> None:
    """Pairs of all energies per length and electron are the cross section averaged over s, on a grid of 1 %."""
    model = dt.model("dark-photon", mass=[0.15, 0.2, 0.25, 0.3, 0.33])
    beam = Beam("positron", 100.0)
    path = dt.tracks(beam, NA64.target, tracks="first-radiation-length")
    made = an.Annihilation().produce(model, path, 0.2, options)
    assert made.energy.max() == pytest.approx(100.0, rel=1e-4)
    per_nucleus = an.Annihilation().cross_section(model, beam, "Pb", options).sigma
    nuclei = sum(material("Pb").nuclei_per_cm2_per_X0) * HBARC_CM**2 * path.line[0, 0]
    np.testing.assert_allclose(made.total, per_nucleus * nuclei, rtol=0.01)


def test_mean_cross_section_against_a_fine_sum() -> None:
    model = dt.model("dark-photon", mass=[0.05, 0.21, 0.225, 0.23, 0.3], alpha_D=0.01)
    s, density = mass_spectrum(material("W"), 50.0, AnnihilationOptions())
    fine = np.geomspace(s[0], s[-1], 1_000_001)
    share = np.interp(np.log(fine), np.log(s), density) * fine
    step = np.log(fine[1] / fine[0])
    expected = [
        np.trapezoid(an.sigma(dt.model("dark-photon", mass=m, alpha_D=0.01), fine[None])[0] * share, dx=step)
        for m in model.mass
    ]
    found = an.Annihilation().cross_section(model, Beam("positron", 50.0), "W").sigma / 74
    np.testing.assert_allclose(found, expected, rtol=2e-3)


def test_options_at_rest_restore_the_cross_section_of_one_energy() -> None:
    how: dict[str, Any] = {"beam": "positron", "energy": 50, "target": "Pb", "process": "annihilation"}
    model = dt.model("dark-photon", mass=[0.1, 0.226])
    found = dt.cross_section(model, electrons="rest", radiation=False, **how)
    s = np.broadcast_to(an.squared_energy(50.0), (2, 1))
    np.testing.assert_allclose(found.sigma, 82 * an.sigma(model, s)[:, 0], rtol=1e-12)
    assert "electrons at rest, no radiation" in found.method[0]
    assert "electrons bound" in dt.cross_section(model, **how).method[0]


def test_energy_and_mass_of_the_pairs() -> None:
    """No pair has more energy than its positron, nor more mass than energy; most are at the resonance."""
    model = dt.model("dark-photon", mass=0.225, alpha_D=1e-6)
    made = an.Annihilation().produce(model, TRACKS, 42.5)
    assert made.pair_mass is not None
    some = made.weight > 0
    assert np.all(np.broadcast_to(made.parent, made.energy.shape)[some] >= made.energy[some] * (1 - 1e-9))
    assert np.all(np.abs(made.pair_mass[some] / 0.225 - 1) < 5e-3)
    resonant = np.average(np.abs(made.energy[0] - 49.5) < 5, weights=made.weight[0])
    assert 0.6 < resonant < 0.95


def test_the_result_states_the_effect() -> None:
    model = dt.model("dark-photon", mass=0.21)
    words = "annihilation: accepted events "
    (text,) = (m for m in dt.limit(model, NA64).method if "times those without" in m)
    ratio = accepted(model, AnnihilationOptions())[0] / accepted(model, REST)[0]
    assert text.startswith(words)
    assert float(text.removeprefix(words).split()[0]) == pytest.approx(ratio, rel=0.01)
    several = dt.limit(dt.model("dark-photon", mass=[0.21, 0.24]), NA64, radiation=False).method
    (text,) = (m for m in several if "times those without" in m)
    assert text.startswith("annihilation: accepted events 0.9")
    assert " to 1." in text
    assert not [
        m for m in dt.limit(model, NA64, electrons="rest", radiation=False).method if "times those without" in m
    ]


def test_the_default_has_no_more_nodes_than_electrons_at_rest() -> None:
    """What the selection costs grows with the nodes; ``python -m benchmarks annihilation`` measures times."""
    model = dt.model("dark-photon", mass=[0.1, 0.2])
    plain, default = (an.Annihilation().produce(model, TRACKS, 42.5, o) for o in (REST, AnnihilationOptions()))
    assert default.energy.shape[1] < plain.energy.shape[1]


def test_tracks_of_one_material_add_up() -> None:
    whole, *parts = (
        smeared_tracks(TRACKS, 42.5, AnnihilationOptions(), media)
        for media in (None, *((m,) for m in TRACKS.materials))
    )
    np.testing.assert_allclose(sum(p.kernel for p in parts), whole.kernel, rtol=1e-12)


def test_nothing_above_the_beam_energy() -> None:
    made = an.Annihilation().produce(dt.model("dark-photon", mass=0.2), TRACKS, 120.0)
    assert made.weight.sum() == 0


def test_a_published_normalisation_scales_what_is_compared() -> None:
    """The stated effect does not depend on a factor on the yield."""
    seen: Tracks = replace(TRACKS, length=2 * TRACKS.length)
    made = [an.Annihilation().produce(dt.model("dark-photon", mass=0.21), t, 42.5) for t in (TRACKS, seen)]
    (name,) = made[0].without
    np.testing.assert_allclose(made[1].without[name], 2 * made[0].without[name])


def test_a_mediator_without_dark_matter_makes_no_pairs() -> None:
    model = dt.model("dark-photon", mass=[0.01, 0.225], dm="none")
    made = [an.Annihilation().produce(model, TRACKS, 42.5, o).weight.sum() for o in (REST, AnnihilationOptions())]
    assert made == [0.0, 0.0]
