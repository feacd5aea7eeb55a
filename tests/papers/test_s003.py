"""S003 (arXiv:2108.04195) row by row, from the shipped tables; published numbers are quoted, nothing is adjusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Model
from darktarget.signatures.missing_energy import SCALE, MissingEnergy
from darktarget_papers.shared.as_published import AS_PUBLISHED

NA64 = dt.experiment("na64e-2018")
BEAM, TARGET = NA64.beam, NA64.target


def photon(mass: Any, **parameters: Any) -> Model:
    return dt.model("dark-photon", mass=mass, **parameters)


def eps(mass: Any, processes: list[str] | None = None, experiment: str = "na64e-2018", **how: Any) -> np.ndarray:
    choices: dict[str, Any] = {**AS_PUBLISHED}
    choices |= {k: how.pop(k) for k in ("electrons", "radiation", "width", "tracks") if k in how}
    bound = dt.limit(photon(mass, **how), dt.experiment(experiment), processes=processes, nuisances="none", **choices)
    return np.asarray(bound.coupling_upper)


STRAHLUNG = ["bremsstrahlung"]


def test_bremsstrahlung_limit_of_2018() -> None:
    """Within 12 % in the middle; weaker at 10 MeV and stronger at 0.5-1 GeV than published, which is reported."""
    middle = eps([0.03, 0.1, 0.2], STRAHLUNG) / [9.19e-5, 3.46e-4, 8.48e-4]
    assert np.all(np.abs(middle - 1) < 0.12)
    assert 1.10 < eps(0.01, STRAHLUNG)[0] / 3.30e-5 < 1.25
    heavy = eps([0.5, 1.0], STRAHLUNG) / [3.36e-3, 1.09e-2]
    assert np.all((heavy > 0.75) & (heavy < 0.85))


def test_limit_of_2022_is_flat() -> None:
    """arXiv:2307.02404 with efficiency 0.5: y at m_chi = 3, 10, 30 MeV within 10 % in eps."""
    bound = dt.limit(photon([0.009, 0.03, 0.09]), dt.experiment("na64e-2022"), nuisances="none", **AS_PUBLISHED)
    ratio = np.sqrt(bound.y / [5.14e-13, 4.22e-12, 4.20e-11])
    assert np.all(np.abs(ratio - 1) < 0.10)


@pytest.mark.parametrize(("mass", "expected"), [(0.001, 0.98), (0.01, 0.91), (0.1, 0.85), (0.3, 0.84), (1.0, 0.825)])
def test_preshower_efficiency_of_bremsstrahlung(mass: float, expected: float) -> None:
    assert preshower_efficiency(photon(mass), "bremsstrahlung")[0] == pytest.approx(expected, abs=0.03)


@pytest.mark.acceptance("3.25")
def test_preshower_efficiency_of_annihilation() -> None:
    """S003: about 100 %."""
    assert np.all(preshower_efficiency(photon([0.2, 0.225, 0.25, 0.3]), "annihilation") > 0.98)


def preshower_efficiency(model: Model, process: str) -> np.ndarray:
    seen = NA64.bins[0].signature
    assert isinstance(seen, MissingEnergy)
    (made,) = dt.produce(model, NA64, processes=[process], **AS_PUBLISHED)
    inside = made.weight * seen.efficiency(made.energy, BEAM)
    return np.asarray((inside * seen.preshower(made, BEAM, TARGET)).sum(axis=1) / inside.sum(axis=1))


@pytest.mark.acceptance("3.27")
@pytest.mark.parametrize(("dm", "low", "high"), [("dirac", 0.209, 0.313), ("scalar", 0.214, 0.290)])
def test_where_annihilation_dominates(dm: str, low: float, high: float) -> None:
    """Fermion: 209-313 MeV +-5 %. Scalar: the published curves give 214-290; ours reach further, which is reported."""
    masses = np.geomspace(0.19, 0.34, 121)
    model = photon(masses, dm=dm)
    strahlung, annihilation = (
        dt.select(model, (y,), NA64.bins[0], BEAM, TARGET).unit for y in dt.produce(model, NA64, **AS_PUBLISHED)
    )
    dominates = masses[annihilation > strahlung]
    assert dominates[0] == pytest.approx(low, rel=0.05)
    assert dominates[-1] == pytest.approx(high, rel=0.05 if dm == "dirac" else 0.08)


@pytest.mark.acceptance("1.41", "2.5", "3.26")
def test_improvement_at_230_mev() -> None:
    """Fermion 4.25, scalar 4.7, +-12 %; S003 says up to one order of magnitude (4.6 from its curves)."""
    plain = eps(0.23, STRAHLUNG)[0]
    assert plain / eps(0.23)[0] == pytest.approx(4.25, rel=0.12)
    assert plain / eps(0.23, dm="scalar")[0] == pytest.approx(4.7, rel=0.12)


@pytest.mark.acceptance("3.28")
def test_limit_on_the_resonance() -> None:
    np.testing.assert_allclose(eps([0.225, 0.23, 0.24]), [2.43e-4, 2.25e-4, 2.47e-4], rtol=0.15)


def test_above_250_mev_first_principles_are_stronger() -> None:
    """Reported, not closed: the published limit at 300 MeV is 1.52e-3 from bremsstrahlung alone."""
    assert eps(0.3, STRAHLUNG)[0] < 1.52e-3


@pytest.mark.acceptance("3.22", "3.23", "3.24")
def test_threshold_uncertainty() -> None:
    """35 % at 225 MeV, as the mean of both readings of the resolution formula; 1.5 % at 250 MeV (x2)."""
    seen = NA64.bins[0].signature
    assert isinstance(seen, MissingEnergy)

    def spread(mass: float, combination: str) -> float:
        how = replace(seen, combination=combination)  # type: ignore[arg-type]
        (made,) = dt.produce(photon(mass), NA64, processes=["annihilation"], **AS_PUBLISHED)
        return float(how.select(photon(mass), made, BEAM, TARGET).systematics[SCALE][0])

    for combination in ("quadrature", "linear"):
        assert spread(0.225, combination) == pytest.approx(0.35, rel=0.25)
        assert 0.0075 < spread(0.25, combination) < 0.03


@pytest.mark.acceptance("3.14", "3.30")
def test_narrow_width_yield_is_independent_of_the_dark_coupling() -> None:
    """S003: the scalar limit is almost the same for alpha_D = 0.1 and 0.5."""
    masses = [0.225, 0.24, 0.25]
    np.testing.assert_allclose(eps(masses, dm="scalar", alpha_D=0.5), eps(masses, dm="scalar"), rtol=0.05)


@pytest.mark.acceptance("2.19", "3.34")
def test_a_positron_beam_is_better_at_large_mass() -> None:
    masses = [0.25, 0.28, 0.3]
    ratio = eps(masses, experiment="na64e-positron") / eps(masses)
    assert np.all(ratio < 0.7)
    assert np.all(np.diff(ratio) < 0)


def test_bound_electrons_shift_the_limit_by_a_stated_amount() -> None:
    """-12 % at 200 MeV (the resonance reaches over the cut), +4 % at 230-240 MeV, below 2 % elsewhere."""
    masses = [0.1, 0.2, 0.23, 0.24, 0.3, 0.5]
    change = eps(masses, electrons="bound") / eps(masses) - 1
    np.testing.assert_allclose(change, [0.0, -0.12, 0.043, 0.038, 0.0, 0.0], atol=0.03)


@pytest.mark.acceptance("3.28")
def test_limit_on_the_resonance_with_bound_electrons_and_radiation() -> None:
    """The default, which S003 leaves out: 1.04, 1.02, 0.93 of its curve at 225, 230, 240 MeV."""
    found = eps([0.225, 0.23, 0.24], electrons="bound", radiation=True)
    np.testing.assert_allclose(found, [2.43e-4, 2.25e-4, 2.47e-4], rtol=0.15)


@pytest.mark.acceptance("3.9")
def test_running_width_matters_for_strong_coupling_only() -> None:
    weak, strong = (eps(0.28, alpha_D=a, width="s003")[0] / eps(0.28, alpha_D=a)[0] for a in (0.1, 0.5))
    assert abs(weak - 1) < 0.03
    assert abs(strong - 1) > abs(weak - 1)


@pytest.mark.acceptance("3.18")
def test_scaled_limit_of_equation_seven() -> None:
    """eps_UP^2 = N_up eps_0^2/N_tot with N_tot = N_str + N_ann."""
    model = photon(0.23)
    made = dt.produce(model, NA64, **AS_PUBLISHED)
    total = sum(dt.select(model, (y,), NA64.bins[0], BEAM, TARGET).unit[0] for y in made)
    expected = np.sqrt(2.302585 * 1e-8 / (total * 1e-8 * NA64.effective_exposure))
    assert eps(0.23)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.acceptance("3.3")
def test_windows_of_masses() -> None:
    """NA64 crosses BaBar (7.5e-4..9.5e-4) above 250 MeV once annihilation is in (S003: 0.216 -> 0.296 GeV)."""
    masses = np.geomspace(0.2, 0.35, 61)
    crossing = masses[eps(masses) < 9.5e-4][-1]
    assert 0.27 < crossing < 0.35
