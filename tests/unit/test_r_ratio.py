"""R(s) against the PDG compilation of R, and the sum rules of its form factors."""

from __future__ import annotations

import numpy as np
import pytest

from darktarget.decays.quark_current import perturbative
from darktarget.decays.r_ratio import (
    BARYON,
    CHARGED_KAON,
    ELECTROMAGNETIC,
    NEUTRAL_KAON,
    exclusive,
    gounaris_sakurai,
    hadronic_ratio,
    kaon_form_factor,
    pion_form_factor,
)
from darktarget.units import ALPHA, PION_MASS, GeV

# sqrt(s) in GeV, R: pdg.lbl.gov/2020/hadronic-xsections, neighbouring points averaged where they scatter
COMPILATION = [
    (0.345, 0.0855), (0.445, 0.311), (0.545, 0.755), (0.601, 1.310), (0.651, 2.475), (0.701, 4.832), (0.745, 8.139),
    (0.765, 9.231), (0.777, 13.41), (0.782, 19.31), (0.787, 12.65), (0.801, 6.616), (0.825, 4.50), (0.849, 3.24),
    (0.901, 1.785), (0.951, 1.115), (0.985, 0.944), (1.125, 0.861), (1.175, 0.898), (1.225, 0.966), (1.325, 1.213),
    (1.425, 1.750), (1.525, 2.151), (1.625, 2.469), (1.725, 2.404), (1.825, 2.138), (1.925, 2.060), (2.0, 2.18),
    (2.1357, 2.275), (2.3395, 2.194), (2.5426, 2.222), (2.7446, 2.269), (2.9489, 2.234), (3.2225, 2.195),
    (3.4183, 2.185), (3.6182, 2.218), (5.0, 3.42), (6.0, 3.44), (7.0, 3.40), (8.0, 3.65), (9.0, 3.62), (10.2, 3.50),
    (14.03, 3.71),
]  # fmt: skip


@pytest.mark.parametrize(("root", "measured"), COMPILATION)
def test_agrees_with_the_compilation_within_ten_percent(root: float, measured: float) -> None:
    assert hadronic_ratio(np.array([(root * GeV) ** 2]))[0] == pytest.approx(measured, rel=0.10)


def test_stated_accuracy_by_region() -> None:
    root, measured = np.array(COMPILATION).T
    off = hadronic_ratio((root * GeV) ** 2) / measured - 1
    for low, high, stated in ((0.3, 1.0, 0.04), (1.05, 2.0, 0.03), (2.0, 3.7, 0.03), (5.0, 15.0, 0.04)):
        inside = (root > low) & (root < high)
        assert np.sqrt(np.mean(off[inside] ** 2)) < stated


def test_open_charm_region_within_twenty_percent() -> None:
    root = np.array([3.81, 3.9, 4.03, 4.1, 4.16, 4.2, 4.25, 4.3, 4.42, 4.56, 4.8])
    measured = np.array([2.4, 2.7, 4.55, 4.0, 4.12, 3.8, 2.9, 3.1, 3.95, 3.4, 3.66])
    np.testing.assert_allclose(hadronic_ratio((root * GeV) ** 2), measured, rtol=0.20)


def test_peaks_of_the_resonances() -> None:
    """R at a peak is 9 Br_ee Br_had/alpha^2: phi from its measured widths, J/psi and psi' too."""
    for mass, electrons, hadrons in ((3.0969, 5.53 / 92.6, 0.881), (3.6861, 2.33 / 293, 0.981)):
        peak = 9 / ALPHA**2 * electrons * hadrons
        at = hadronic_ratio(np.array([(mass * GeV) ** 2]))[0]
        assert at == pytest.approx(peak + 2.2, rel=1e-3)  # on the continuum
    phi = hadronic_ratio(np.array([(1.0195 * GeV) ** 2]))[0]
    assert phi == pytest.approx(50.2, rel=0.05)  # the compilation's maximum


def test_threshold_is_exact_and_continuous() -> None:
    edge = (2 * PION_MASS) ** 2
    closed, at, open_ = hadronic_ratio(np.array([0.9 * edge, edge, edge * (1 + 1e-6)]))
    assert closed == 0.0
    assert at == 0.0
    assert 0 < open_ < 1e-6
    assert hadronic_ratio(np.array([[0.5, 1.0]])).shape == (1, 2)


def test_continuous_across_the_blend() -> None:
    root = np.linspace(1.85, 2.15, 601)
    for current in (ELECTROMAGNETIC, BARYON):
        steps = np.abs(np.diff(hadronic_ratio((root * GeV) ** 2, current)))
        assert steps.max() < 0.01


def test_form_factors_are_charges_at_zero() -> None:
    small = np.array([(2.0001 * PION_MASS) ** 2])
    assert abs(pion_form_factor(small)[0]) == pytest.approx(1.19, abs=0.05)  # 1 + s <r^2>/6 + curvature
    assert abs(gounaris_sakurai(small, 0.775, 0.149)[0]) == pytest.approx(1.17, abs=0.05)
    charge = kaon_form_factor(np.array([1e-4 * GeV**2]), CHARGED_KAON, 1.0, 1.0, 1.0)[0]
    neutral = kaon_form_factor(np.array([1e-4 * GeV**2]), NEUTRAL_KAON, -1.0, 1.0, 1.0)[0]
    assert charge.real == pytest.approx(1.0, abs=0.03)
    assert neutral.real == pytest.approx(0.0, abs=0.03)


def test_baryon_number_has_no_rho() -> None:
    """Two pions carry no baryon number but for rho-omega mixing; 3 pi at the omega is four times that of the photon."""
    s = np.array([(0.70 * GeV) ** 2, (0.78266 * GeV) ** 2])
    photon, baryon = exclusive(s, ELECTROMAGNETIC), exclusive(s, BARYON)
    assert baryon["pi+ pi-"][0] < 0.01 * photon["pi+ pi-"][0]
    assert baryon["pi+ pi- pi0"][1] == pytest.approx(4 * photon["pi+ pi- pi0"][1], rel=0.02)


def test_perturbative_charges() -> None:
    s = np.array([(2.5 * GeV) ** 2, (40 * GeV) ** 2])
    photon, baryon = perturbative(s, ELECTROMAGNETIC), perturbative(s, BARYON)
    np.testing.assert_allclose(baryon / photon, [1 / 2, 5 / 11], rtol=2e-3)
    assert photon[1] == pytest.approx(11 / 3 * 1.046, rel=5e-3)  # alpha_s(40 GeV) = 0.135
