"""Visible decays: E137 against the published edges, and every factor of the probability by a second route."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

import darktarget as dt
from darktarget.core import LOGITS, Beam, Signal, Yield, angle_at
from darktarget.matter.form_factors import form_factor
from darktarget.matter.materials import material
from darktarget.production.amplitudes.exact import Collision
from darktarget.production.options.bremsstrahlung import BremsstrahlungOptions
from darktarget.production.spectra import angles as _angles
from darktarget.production.spectra.calculation import calculation
from darktarget.production.spectra.table import Request, recipe_of
from darktarget.signatures.visible_decay import VisibleDecay
from darktarget.units import ELECTRON_MASS, HBARC_CM, GeV

E137 = dt.experiment("e137")


@pytest.mark.parametrize(("mass", "upper"), [(0.01, 4.1e-5), (0.05, 6.7e-6)])
def test_e137_visible_dark_photon(mass: float, upper: float) -> None:
    """The published exclusion, of bremsstrahlung: upper edge within 1.15, lower edge 6-9e-8 within 1.7."""
    bound = dt.limit(dt.model("dark-photon", mass=mass, mass_ratio=1.5), E137, processes=["bremsstrahlung"])
    ((low, high),) = bound.intervals[0]
    assert upper / 1.15 < high < upper * 1.15
    assert 6e-8 / 1.7 < low < 9e-8 * 1.7
    assert bound.coupling_upper[0] == low
    assert bound.at_grid_end == (((False, False),),)
    assert bound.flags == ()


@pytest.mark.parametrize(("processes", "expected"), [
    (["bremsstrahlung"], [(2.78e-7, 1.88e-5), (1.86e-7, 3.80e-6), (1.54e-7, 1.23e-6), None]),
    (["bremsstrahlung", "primakoff"], [(8.8e-8, 2.27e-5), (5.85e-8, 4.96e-6), (4.65e-8, 1.80e-6), (3.9e-8, 4.78e-7)]),
])  # fmt: skip
def test_e137_spin_2_wedge(processes: list[str], expected: list[tuple[float, float] | None]) -> None:
    """0.1, 0.2, 0.3, 0.5 GeV; required: a wedge between 1e-7 and 2e-5/GeV within 2, which is of bremsstrahlung alone.

    With Primakoff production the wedge goes on to 3.9e-8/GeV.
    """
    bound = dt.limit(
        dt.model("spin-2", mass=[0.1, 0.2, 0.3, 0.5], mass_ratio=1.5), E137, processes=processes, form_factor="elastic"
    )
    for found, wanted in zip(bound.intervals, expected, strict=True):
        if wanted is None:
            assert found == ()
        else:
            np.testing.assert_allclose(found[0], wanted, rtol=0.02)
    edges = np.array([part[0] for part in bound.intervals if part])
    if processes == ["bremsstrahlung"]:
        assert 1e-7 / 2 < edges.min() < 1e-7 * 2
    assert 2e-5 / 2 < edges.max() < 2e-5 * 2


def test_without_angles_the_published_window() -> None:
    """Bremsstrahlung of the primary in one X0, a detector that covers everything: 8e-8/GeV at 0.3 GeV, to 0.5 GeV."""
    (bin_,) = E137.bins
    wide = replace(E137, bins=(replace(bin_, signature=replace(bin_.signature, detector_radius_cm=0.0)),))  # type: ignore[type-var]
    model = dt.model("spin-2", mass=[0.1, 0.3, 0.5], mass_ratio=1.5)
    choices = {"tracks": "first-radiation-length", "form_factor": "elastic"}
    found = dt.limit(model, wide, processes=["bremsstrahlung"], **choices).intervals  # type: ignore[arg-type]
    assert found[1][0][0] == pytest.approx(8.45e-8, rel=0.02)
    assert found[0][0][1] == pytest.approx(2.02e-5, rel=0.02)
    assert min(low for ((low, _),) in found) == pytest.approx(8e-8, rel=0.2)


def test_no_dark_matter_is_a_choice() -> None:
    """dm = none and a dark pair that is too heavy exclude the same, but for pairs of virtual mediators that scatter."""
    absent, heavy = (
        dt.limit(dt.model("dark-photon", mass=[0.01, 0.1], **how), E137, processes=["bremsstrahlung"])
        for how in ({"dm": "none"}, {"mass_ratio": 1.5})
    )
    np.testing.assert_allclose(absent.intervals, heavy.intervals, rtol=1e-9)
    assert np.all(np.isnan(absent.y))
    missing = dt.limit(dt.model("dark-photon", mass=0.1, dm="none"), dt.experiment("na64e-2018"))
    assert missing.intervals == ((),)


def test_nothing_is_excluded_where_the_decay_is_invisible() -> None:
    """Without electrons on which the dark matter scatters."""
    (bin_,) = E137.bins
    no_electrons = replace(bin_.signature, electrons_per_cm2=0.0)  # type: ignore[type-var]
    bound = dt.limit(dt.model("dark-photon", mass=0.05), replace(E137, bins=(replace(bin_, signature=no_electrons),)))
    assert bound.intervals == ((),)
    assert np.isnan(bound.coupling_upper[0])
    assert bound.reason[0] == "no sensitivity: no event at any coupling"


def test_decay_probability_by_quadrature() -> None:
    """exp(-L1/l) - exp(-(L1+L2)/l) summed over energies, without bins or grids, with l = p/m hbar c/Gamma."""
    model = dt.model("dark-photon", mass=0.02, mass_ratio=1.5)
    seen = VisibleDecay(17_900.0, 20_400.0, 2.0)
    energy = np.array([[2.5, 7.0, 13.0, 19.5]])
    weight = np.array([[4.0, 3.0, 2.0, 1.0]])
    made = Yield("x", energy, energy, np.full(4, "muon"), weight, 2.0, np.zeros(1))
    signal = seen.select(model, made, Beam("electron", 20.0), E137.target)
    for coupling in (1e-7, 1e-6, 1e-5, 2e-5):
        width = coupling**2 * model.width(dark=False)[0]
        flight = np.sqrt(energy**2 - 0.02**2) / 0.02 * HBARC_CM / width
        alive = [quad(lambda z, l=l: np.exp(-z / l) / l, 17_900, 38_300)[0] for l in flight[0]]  # noqa: E741
        expected = coupling**2 * (weight[0] * alive).sum()
        assert signal.events(np.array([coupling]))[0, 0] == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize(("name", "mass"), [
    ("dark-photon", 0.002), ("dark-photon", 0.05), ("dark-photon", 0.5), ("spin-2", 0.1), ("spin-2", 0.5)
])  # fmt: skip
@pytest.mark.parametrize("x", [0.3, 0.9, 0.999])
def test_angles_of_bremsstrahlung(name: str, mass: float, x: float) -> None:
    """Table of a few fractions against the exact cross section, at and between them."""
    model, beam = dt.model(name, mass=mass), Beam("electron", 20 * GeV)
    nucleus, how = material("Al").elements[0], calculation("exact")
    recipe = recipe_of(model.structure, ELECTRON_MASS, nucleus, BremsstrahlungOptions(), beam, 2 * GeV)
    request = Request(recipe, model.structure, nucleus, how)
    parent = np.array([15.0]) * GeV
    logs = _angles.logs_of_angles(request, model.mass, parent, x * parent[None, :, None])[0, 0]
    table = float(np.exp(logs[0, LOGITS.index(0.0)] / 2))
    hit = Collision(ELECTRON_MASS, mass * GeV, 15 * GeV, nucleus)
    theta = np.geomspace(1e-3 * table, min(300 * table, 1.0), 4000)
    y, tau = np.full(theta.size, 1 - x), 2 * np.sin(theta / 2) ** 2
    density = how.energy_angle(model.structure, hit, form_factor("full"), y, tau, 1) * np.sin(theta)
    cumulative = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(theta))])
    cumulative /= cumulative[-1]
    fraction = np.array([[0.02, 0.03, 0.12, 0.18, 0.3, 0.5, 0.62, 0.7, 0.82, 0.92, 0.98]])
    found = np.sqrt(angle_at(logs, fraction))[0]
    np.testing.assert_allclose(np.interp(found, theta, cumulative), fraction[0], atol=0.026)
    assert np.interp(0.5, cumulative, theta) == pytest.approx(table, rel=0.03 if name == "dark-photon" else 0.04)


def test_the_divergence_widens_the_angles() -> None:
    """Added to the squares as if both were Gaussian; nothing of it where the detector covers everything."""
    energy = np.array([[5.0, 5.0]])
    made = Yield("x", energy, energy, np.array(["muon", "electron"]), energy, 2.0, np.zeros(1))
    narrow, wide = (
        np.exp(VisibleDecay(1.0, 1.0, 2.0, 1.0, mrad).directions(made, Beam("electron", 20.0), E137.target)[0])
        for mrad in (0.0, 3.0)
    )
    median = LOGITS.index(0.0)
    assert wide[0, median] == pytest.approx(2 * 9e-6 * np.log(2), rel=1e-6)
    np.testing.assert_allclose(wide - narrow, np.tile(wide[0], (2, 1)), rtol=1e-6)


def test_virtual_pairs_and_thresholds() -> None:
    model, seen = dt.model("dark-photon", mass=0.02, mass_ratio=1.5), VisibleDecay.example()
    energy = np.array([[1.0, 1.9]])
    made = Yield("x", energy, energy, np.full(2, "electron"), energy, 2.0, np.zeros(1))
    low: Signal = seen.select(model, made, Beam("electron", 20.0), E137.target)
    assert low.unit[0] == 0
    assert "threshold" in str(low.reason[0])
    dark = Yield("x", 9 + energy, 9 + energy, np.full(2, "electron"), energy, 2.0, np.zeros(1), decayed=True)
    assert "only dark pairs" in str(seen.select(model, dark, Beam("electron", 20.0), E137.target).reason[0])
