"""S000, inelastic dark matter with a magnetic dipole at NA64e: the OUT and Q rows of its reach."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Limit
from darktarget.decays.virtual_photon import photon_energy
from darktarget.production.mesons.photoproduction import MESONS, invisible_ratio
from darktarget.production.vector_meson import VectorMeson
from darktarget.units import GeV
from darktarget_papers.shared.as_published import AS_PUBLISHED

MASSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
PAPER = ("virtual-photon", "vector-meson")  # the processes of S000; annihilation is ours


@cache
def reach(experiment: str, charges: int = 2, splitting: float = 1e-3, processes: Any = PAPER, **more: Any) -> Limit:
    model = dt.model("dipole-idm", mass=MASSES, splitting=splitting, charge_assignments=charges, **more)
    return dt.limit(model, dt.experiment(experiment), processes=processes, nuisances="none", **AS_PUBLISHED)


@pytest.mark.parametrize("splitting", [1e-3, 0.05])
@pytest.mark.parametrize(("charges", "low", "high"), [(1, 1.0e-3, 1.4e-3), (2, 0.72e-3, 1.0e-3)])
@pytest.mark.parametrize("processes", [PAPER, None])
def test_reach_at_5e12(splitting: float, charges: int, low: float, high: float, processes: Any) -> None:
    """Acceptance 0.24: 1/Lambda within x 1.2 from 10 MeV to 1 GeV, with and without annihilation; S000: 1.0-1.5e-3."""
    found = reach("na64e-5e12", charges, splitting, processes).coupling_upper
    assert np.all((found > low / 1.2) & (found < high * 1.2))
    assert np.all((found > low) & (found < high))


@pytest.mark.acceptance("0.24")
def test_numbers_of_the_reach() -> None:
    """What the two readings give beside S000's (1.0-1.5)e-3: its range holds for one charge assignment (x 1.3)."""
    one, two = (reach("na64e-5e12", c).coupling_upper for c in (1, 2))
    np.testing.assert_allclose(one / two, np.sqrt(2), rtol=1e-9)
    assert np.all((one > 1.0e-3 / 1.3) & (one < 1.5e-3 * 1.3))
    np.testing.assert_allclose([one.min(), one.max()], [1.116e-3, 1.232e-3], rtol=0.01)
    with_annihilation = reach("na64e-5e12", 1, processes=None).coupling_upper
    assert with_annihilation[0] / one[0] == pytest.approx(0.92, abs=0.02)  # what S000 leaves out
    assert np.all(with_annihilation[4:] == one[4:])  # closed above 2 m0 = 0.32 GeV


@pytest.mark.acceptance("0.25", "0.26")
def test_present_limit_and_the_scaling_with_exposure() -> None:
    """Acceptance 0.25 (2e-3, x 1.3) and 0.26 (9e-4 at 1e13 on the line of 0.05, one charge, x 1.3).

    Both charge assignments are within x 1.3 of 2e-3; one alone is 1.27 to 1.40 times weaker. With S000's own reach at
    5e12, scaled, it is 2.2-3.4e-3: its two statements agree to x 1.7 only.
    """
    for charges, worst in ((1, 1.41), (2, 1.0)):
        now = reach("na64e-1e12", charges).coupling_upper
        assert np.all((now > 2e-3 / 1.3) & (now < 2e-3 * worst))
        np.testing.assert_allclose(now / reach("na64e-5e12", charges).coupling_upper, np.sqrt(5), rtol=1e-9)
    final = reach("na64e-1e13", 1, 0.05).coupling_upper[:4]
    assert np.all((final > 9e-4 / 1.3) & (final < 9e-4 * 1.3))


@pytest.mark.acceptance("0.27", "0.28")
def test_one_background_event_weakens_the_reach() -> None:
    """Acceptance 0.28: by sqrt(3.27/2.30) = 1.19 with the median CLs limit."""
    ratio = reach("na64e-1e13-b1").coupling_upper / reach("na64e-1e13").coupling_upper
    np.testing.assert_allclose(ratio, np.sqrt(3.2718 / 2.302585), rtol=1e-4)
    assert reach("na64e-1e13").count_limit == pytest.approx(2.302585, rel=1e-6)  # 0.27


@pytest.mark.acceptance("0.23")
def test_nearly_flat_with_a_kink_at_half_the_jpsi() -> None:
    """Acceptance 0.23: flat over the sub-GeV range; nothing but bremsstrahlung above 1.55 GeV."""
    found = reach("na64e-5e12").coupling_upper
    assert found.max() / found.min() < 1.15
    heavy = dt.model("dipole-idm", mass=[1.5, 1.6])
    seen = dt.experiment("na64e-5e12")
    below, above = dt.limit(heavy, seen, processes=PAPER, form_factor="elastic").coupling_upper
    assert above > 30 * below


@pytest.mark.acceptance("0.22")
def test_jpsi_beside_bremsstrahlung() -> None:
    """Acceptance 0.22 says comparable below 100 MeV: J/psi leads by 3 at 10 MeV and 11 at 100 MeV here."""
    seen = dt.experiment("na64e-5e12")
    model = dt.model("dipole-idm", mass=[0.01, 0.1])
    path = dt.tracks(seen.beam, seen.target, cut=42.5)
    jpsi = (
        VectorMeson().mesons(path, 50.0)["J/psi"] * MESONS["J/psi"].electrons * invisible_ratio(model, MESONS["J/psi"])
    )
    (pairs,) = dt.produce(model, seen, processes=["virtual-photon"], form_factor="elastic")
    chance = seen.bins[0].signature.efficiency(pairs.energy, seen.beam)
    np.testing.assert_allclose(jpsi / (pairs.weight * chance).sum(axis=1), [3.0, 11], rtol=0.15)


@pytest.mark.acceptance("0.32")
def test_electric_dipoles_are_similar() -> None:
    """Acceptance 0.32."""
    ratio = reach("na64e-5e12", moment="electric").coupling_upper / reach("na64e-5e12").coupling_upper
    assert np.all((ratio[:6] > 0.98) & (ratio[:6] < 1.15))
    assert 1.2 < ratio[-1] < 2


@pytest.mark.acceptance("0.10")
def test_boost_of_mesons() -> None:
    """E_V/m_V = O(10), within a factor sqrt(10), for the J/psi that lead; rho and phi have up to 129 and 98."""
    boosts = {name: np.array([50, 100]) * GeV / MESONS[name].mass for name in ("rho", "phi", "J/psi")}
    assert np.all((boosts["J/psi"] > 10**0.5) & (boosts["J/psi"] < 1.03 * 10**1.5))
    np.testing.assert_allclose([b[1] for b in boosts.values()], [128.99, 98.09, 32.29], rtol=1e-3)


@pytest.mark.acceptance(
    "0.11",
    differs="at splitting 0.05 photons of a 50 GeV chi1 have 2.3 GeV on average and up to 4.6; at 1e-3 0.05 and 0.1",
)
def test_photons_of_chi1_are_soft_for_the_small_splitting_only() -> None:
    """S000: of order 1e-2 GeV, at most 100 MeV, for a chi1 with half of the beam energy: unseen below 1 GeV."""
    cosine, m0 = np.linspace(-1, 1, 201), 0.1
    small, large = (photon_energy(np.array(50.0), m0 * (1 + d), m0, cosine) for d in (1e-3, 0.05))
    assert 0.03 < small.mean() < 0.1
    assert small.max() < 0.101
    assert large.mean() == pytest.approx(2.32, abs=0.02)
    assert large.max() == pytest.approx(4.65, abs=0.02)
    (seen,) = dt.experiment("na64e-1e13-photon").bins
    assert small.max() < seen.signature.calorimeters_below_GeV < large.mean()  # type: ignore[attr-defined]


def test_weak_dependence_on_a_small_splitting() -> None:
    ratio = reach("na64e-5e12", splitting=0.05).coupling_upper / reach("na64e-5e12").coupling_upper
    np.testing.assert_allclose(ratio, 1, atol=0.01)


def test_results_say_what_they_assume() -> None:
    bound = reach("na64e-5e12", 1)
    text = "; ".join(bound.method)
    assert "chi1 chi0bar alone" in text
    assert "every chi1 counted as invisible" in text
    assert "Glauber" in text
    assert "scaled with exposure" in text  # the background that b = 0 forgets
    assert bound.references
