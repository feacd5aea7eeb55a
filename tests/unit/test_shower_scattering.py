"""Elastic scattering and bremsstrahlung of slow electrons: second routes and measured numbers."""

from __future__ import annotations

import numpy as np
import pytest

from darktarget.matter.layers import homogeneous
from darktarget.matter.materials import material
from darktarget.shower import cross_sections as xs
from darktarget.shower import elastic
from darktarget.shower import tables as shower_tables
from darktarget.shower.seltzer_berger import HIGHEST
from darktarget.shower.simulate import simulate
from darktarget.units import ALPHA, MeV


@pytest.mark.parametrize(("Z", "tolerance"), [(1, 0.001), (6, 0.006)])
def test_mott_agrees_with_the_second_born_approximation(Z: int, tolerance: float) -> None:
    """McKinley and Feshbach, Phys. Rev. 74 (1948) 1759."""
    s, beta = np.sin(np.radians([15, 30, 60, 90, 120, 150]) / 2), 0.9
    born = 1 - (beta * s) ** 2 + np.pi * ALPHA * Z * beta * s * (1 - s)
    np.testing.assert_allclose(elastic.mott_ratio(s, beta, Z), born, rtol=tolerance)
    assert elastic.mott_excess(beta, Z) == pytest.approx(np.pi * ALPHA * Z * beta - beta**2, abs=2 * tolerance)


def test_mott_in_lead_peaks_at_right_angles_and_vanishes_backwards() -> None:
    s = np.sin(np.radians([30, 60, 90, 120, 179.9]) / 2)
    ratio = elastic.mott_ratio(s, 0.9999, 82)
    assert 1.8 < ratio.max() < 2.1
    assert ratio[-1] < 0.01


def test_positrons_agree_with_the_second_born_approximation() -> None:
    """McKinley and Feshbach with the other sign of the charge."""
    s, beta = np.sin(np.radians([15, 30, 60, 90, 120, 150]) / 2), 0.9
    born = 1 - (beta * s) ** 2 - np.pi * 6 * ALPHA * beta * s * (1 - s)
    np.testing.assert_allclose(elastic.mott_ratio(s, beta, -6), born, rtol=0.006)


# Z, T in MeV, and the transport cross sections of e- and e+ in cm^2
WAVES = [
    (29, 1, 5.713e-22, 4.961e-22), (29, 10, 1.324e-23, 1.191e-23), (74, 1, 3.944e-21, 2.659e-21),
    (74, 10, 9.115e-23, 6.794e-23), (82, 1, 4.895e-21, 3.137e-21), (82, 10, 1.131e-22, 8.128e-23),
]  # fmt: skip


@pytest.mark.parametrize(("Z", "T", "electron", "positron"), WAVES)
def test_transport_against_partial_waves(Z: int, T: float, electron: float, positron: float) -> None:
    """Partial-wave values of D. Liljequist et al., J. Appl. Phys. 62 (1987) 342 and 68 (1990) 3061, 5 %.

    From Geant4's parametrisation (G4UrbanMscModel). They are of the nucleus alone; here atomic electrons scatter, too.
    """
    atomic = (Z + 1) / Z
    assert float(elastic.transport(np.array(T * MeV), Z)) == pytest.approx(electron * atomic, rel=0.05)
    assert float(elastic.transport(np.array(T * MeV), Z, True)) == pytest.approx(positron * atomic, rel=0.05)


def test_series_has_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = elastic.mott_excess(0.94, 82)
    monkeypatch.setattr(elastic, "_WAVES", 800)
    assert elastic.mott_excess(0.94, 82) == pytest.approx(usual, abs=1e-3)


@pytest.mark.parametrize("slabs", [1, 200])
def test_backscattering_from_lead(slabs: int) -> None:
    """1 MeV electrons: 0.46 of Tabata, Ito and Okabe, Nucl. Instrum. Meth. 94 (1971) 509, whatever the slabs."""
    stack = homogeneous("Pb", 2.0, slabs)
    back = simulate(stack, "e-", 1 * MeV, 0.1 * MeV, 2000, lateral=True).event("front")
    tau = 1 / 0.511
    a1, a2, a3 = 1.15 * np.exp(-8.35 * 82**-0.525), 0.0185 + 15.7 * 82**-1.59, 1.56 - 4.42 / 82
    assert (back > 0.1 * MeV).mean() == pytest.approx(a1 / (1 + a2 * tau**a3), rel=0.12)


@pytest.mark.parametrize("name", ["C", "Cu", "W", "Pb"])
def test_bremsstrahlung_is_continuous_where_tables_and_formula_meet(name: str) -> None:
    """Radiative loss per X0, 1.5 %."""
    medium = material(name)
    T = HIGHEST * np.array([1 - 1e-9, 1 + 1e-9])
    k = np.linspace(0.001, 0.999, 2001)[None] * T[:, None]
    spectrum = sum(n * xs.bremsstrahlung(k, T[:, None] + 0 * k, e.Z, medium) for e, n in shower_tables.atoms(medium))
    below, above = (k * spectrum).sum(axis=1)
    assert below == pytest.approx(above, rel=0.015)
