"""Thermal targets of a mediator at the threshold of the pair, against a direct integration until today."""

from __future__ import annotations

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Array
from darktarget.thermal import boltzmann as own
from darktarget.thermal.exchange import exchange
from tests import boltzmann


@pytest.mark.parametrize(
    ("ratio", "eps"), [(1.998, 9.47e-7), (2.0, 2.41e-7), (2.0002, 3.90e-7), (2.02, 1.220e-6), (2.1, 3.92e-6)]
)
def test_dirac_dark_photons(ratio: float, eps: float) -> None:
    """0.1 GeV, alpha_D = 0.1, within 2 % (found within 0.4 %); ``eps`` is that of the direct integration."""
    model = dt.model("dark-photon", mass=0.1, mass_ratio=ratio, alpha_D=0.1)
    found = dt.relic_target(model, kinetic="equilibrium").coupling[0]
    dirac = boltzmann.pseudo_dirac(0.1 / ratio, 0.0)
    direct = found * np.sqrt(boltzmann.omega(dirac, 0.1, 0.1, found, end=np.inf, nodes=400) / 0.12)
    assert found == pytest.approx(direct, rel=0.01)
    assert direct == pytest.approx(eps, rel=5e-3)


def test_annihilation_at_the_threshold_goes_on_long_after_freeze_out() -> None:
    """At R = 2 half of what is left at x = 1e5 annihilates later, until matter dominates the expansion."""
    model, eps = dt.model("dark-photon", mass=0.1, mass_ratio=2, alpha_D=0.1, coupling=2.414e-7), 2.414e-7
    dirac = boltzmann.pseudo_dirac(0.05, 0.0)
    early, late = (boltzmann.omega(dirac, 0.1, 0.1, eps, end=end, nodes=400) for end in (1e5, np.inf))
    assert early == pytest.approx(2 * late, rel=0.02)
    assert dt.omega(model)[0] == pytest.approx(late, rel=0.01)
    assert eps * np.sqrt(early / 0.12) == pytest.approx(3.40e-7, rel=0.01)  # if annihilation ended there


def test_ratios_around_the_threshold_change_the_target_smoothly() -> None:
    """Down to R = 2 and up again: a step of 1.6 % in R changes it by a factor of 21 at most, one of 0.02 % by 2.2."""
    for step, largest in ((0.016, 21.0), (0.0002, 2.2)):
        ratio = 2 * (1 + step * np.arange(-6, 7))
        eps = dt.relic_target(dt.model("dark-photon", mass=np.full(13, 0.1), mass_ratio=list(ratio))).coupling
        slopes = np.diff(np.log(eps))
        assert np.all(slopes[:6] < 0)
        assert np.all(slopes[6:] > 0)
        assert np.abs(slopes).max() < np.log(largest)


@pytest.mark.parametrize("alpha", [1e-10, 1e-6, 1e-3, 0.1, 1.0])
@pytest.mark.parametrize("ratio", [1.99, 2.0, 2.0002, 2.05])
def test_the_solver_converges_where_the_width_moves_with_the_coupling(alpha: float, ratio: float) -> None:
    """A narrow mediator decays visibly, with a width that grows as eps^2: the solution has the Omega asked for."""
    given = {"mass": 0.1, "mass_ratio": ratio, "alpha_D": alpha}
    eps = dt.relic_target(dt.model("dark-photon", **given), kinetic="equilibrium").coupling[0]
    found = dt.omega(dt.model("dark-photon", coupling=eps, **given), kinetic="equilibrium")[0]
    assert found == pytest.approx(0.12, rel=1e-3)


def test_freeze_out_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the power law is used beyond x = 1e5, the calculation until today agrees to 1e-4 of Omega."""
    for ratio, dm in ((1.9, "dirac"), (2.1, "dirac"), (2.5, "dirac"), (3.0, "dirac"), (3.0, "majorana")):
        model = dt.model("dark-photon", mass=[0.003, 0.1, 2.0], mass_ratio=ratio, dm=dm)
        through, coupling = exchange(model), dt.relic_target(model, kinetic="equilibrium").coupling
        usual = own.history(model, through, coupling).omega(np.ones(3))
        with monkeypatch.context() as patch:
            patch.setattr(own, "beyond", lambda rate, x, whole: (whole, np.full(3, True)))
            full = own.history(model, through, coupling).omega(np.ones(3))
        np.testing.assert_allclose(usual, full, rtol=1e-4)


def test_more_nodes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thermal average and late annihilation at and near the threshold, for wide and narrow mediators."""

    def targets() -> Array:
        cases = np.array([(r, a) for r in (1.998, 2.0, 2.00002, 2.0002) for a in (1e-5, 1e-3, 0.1, 0.5)])
        model = dt.model("dark-photon", mass=np.full(16, 0.1), mass_ratio=list(cases[:, 0]), alpha_D=list(cases[:, 1]))
        return np.asarray(dt.relic_target(model, kinetic="equilibrium").coupling)

    usual = targets()
    monkeypatch.setattr("darktarget.thermal.average.AROUND", 40)
    monkeypatch.setattr("darktarget.thermal.average.PER_DECADE", 6)
    monkeypatch.setattr(own, "LATE_PANELS", 40)
    np.testing.assert_allclose(usual, targets(), rtol=1e-3)
