"""Resonant annihilation: closed forms of the papers, and the integral over widths of any size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import Beam, Tracks
from darktarget.errors import PhysicsError, UnknownName
from darktarget.keywords import choose
from darktarget.matter.materials import material
from darktarget.production import annihilation as an
from darktarget.production.options.annihilation import AnnihilationOptions
from darktarget.production.spectra.resonance import resonant_energy
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM

MASS, RATIO, ALPHA_D = 0.225, 3.0, 0.1
AT_REST = AnnihilationOptions(electrons="rest", radiation=False)

# sigma N/(alpha eps^2 alpha_D) of e+ e- -> X -> pair, written out per mediator and dark matter: numerators over
# the propagator, from explicit traces
NUMERATORS: dict[tuple[str, str], Callable[[np.ndarray, float], np.ndarray]] = {
    ("dark-photon", "dirac"): lambda s, m: 4 * np.pi / 3 * s * beta(s, m) * (1 + 2 * m**2 / s),
    ("dark-photon", "scalar"): lambda s, m: np.pi / 3 * s * beta(s, m) ** 3,
    ("dark-photon", "majorana"): lambda s, m: 2 * np.pi / 3 * s * beta(s, m) ** 3,
    ("axial", "dirac"): lambda s, m: 4 * np.pi / 3 * s * beta(s, m) ** 3,
    ("axial", "majorana"): lambda s, m: 2 * np.pi / 3 * s * beta(s, m) ** 3,
    ("axial", "scalar"): lambda s, m: np.pi / 3 * s * beta(s, m) ** 3,
    ("scalar", "dirac"): lambda s, m: np.pi * s * beta(s, m) ** 3,
    ("scalar", "majorana"): lambda s, m: np.pi / 2 * s * beta(s, m) ** 3,
    ("scalar", "scalar"): lambda s, m: np.pi / 2 * beta(s, m),
    ("pseudoscalar", "dirac"): lambda s, m: np.pi * s * beta(s, m),
    ("pseudoscalar", "majorana"): lambda s, m: np.pi / 2 * s * beta(s, m),
    ("pseudoscalar", "scalar"): lambda s, m: np.pi / 2 * beta(s, m),
}


def beta(s: np.ndarray, m: float) -> np.ndarray:
    return np.asarray(np.sqrt(np.maximum(1 - 4 * m**2 / s, 0)))


@pytest.mark.acceptance("3.7")
@pytest.mark.parametrize(("name", "dm"), list(NUMERATORS))
@pytest.mark.parametrize("ratio", [3.0, 1.7])
def test_cross_sections_from_widths_equal_the_written_out_ones(name: str, dm: str, ratio: float) -> None:
    """On resonance, in both tails, and below the on-shell threshold of the mediator."""
    model = dt.model(name, mass=MASS, mass_ratio=ratio, alpha_D=ALPHA_D, dm=dm)
    chi = MASS / ratio
    s = np.array([3.9 * chi**2, 4.1 * chi**2, 0.9 * MASS**2, MASS**2, 1.3 * MASS**2])
    width = float(model.width(dark=True)[0])
    numerator = ALPHA * ALPHA_D * NUMERATORS[name, dm](s, chi)
    propagator = (s - MASS**2) ** 2 + (MASS * width) ** 2
    expected = np.divide(numerator, propagator, out=np.zeros_like(s), where=numerator > 0)
    if name == "axial" and dm != "scalar":  # the part of spin 0: axial currents of electrons and dark matter
        masses = 16 * ELECTRON_MASS**2 * chi**2 * {"dirac": 1.0, "majorana": 0.5}[dm]
        expected += np.pi * ALPHA * ALPHA_D * masses / (s * MASS**4) * beta(s, ELECTRON_MASS) * beta(s, chi)
    assert (expected > 0).sum() >= 1
    np.testing.assert_allclose(an.sigma(model, s[None], "fixed")[0], expected, rtol=1e-12)


@pytest.mark.acceptance("3.7", "3.8", "3.9", "3.10")
def test_s003_equations() -> None:
    """S003 Eqs. (3)-(6): the resonant cross section with q and K written out, and its peak."""
    s = np.linspace(0.03, 0.09, 7)[None]
    for dm, a, b in (("dirac", 1.0, -4 / 3), ("scalar", 0.0, 2 / 3)):
        model = dt.model("dark-photon", mass=MASS, dm=dm, alpha_D=ALPHA_D)
        q = np.sqrt(s / 4 - (MASS / 3) ** 2)
        width = model.width(dark=True)[0]
        top = 4 * np.pi * ALPHA * ALPHA_D / np.sqrt(s) * q * (a * s + b * q**2)
        expected = top / ((s - MASS**2) ** 2 + width**2 * MASS**2)
        np.testing.assert_allclose(an.sigma(model, s, "fixed"), expected, rtol=1e-6)
        running = top / ((s - MASS**2) ** 2 + width**2 * MASS**2 * (s / MASS**2) ** 2)
        np.testing.assert_allclose(an.sigma(model, s, "s003"), running, rtol=1e-6)
        peak = 4 * np.pi * ALPHA / (width * MASS)
        assert an.peak_cross_section(model)[0] == pytest.approx(peak, rel=1e-6)
    fermion = dt.model("dark-photon", mass=MASS, alpha_D=ALPHA_D)
    assert an.peak_cross_section(fermion)[0] * 1e-8 * HBARC_CM**2 == pytest.approx(2.3e-34, rel=0.02)


@pytest.mark.acceptance("2.4", "3.11")
def test_resonant_energies_and_masses() -> None:
    np.testing.assert_allclose(resonant_energy(np.array([0.2, 0.225, 0.25, 0.3])), [39.1, 49.5, 61.2, 88.1], rtol=2e-3)
    assert [an.peak_mass(e) for e in (50.0, 0.7 * 16, 0.7 * 8)] == pytest.approx([0.2261, 0.107, 0.0757], rel=1e-3)


def _flat(energy: float = 100.0) -> Tracks:
    """A made-up positron track length, falling as 1/E^2, that needs no shower."""
    edges = np.geomspace(5, energy, 400)
    length = (1 / edges[:-1] - 1 / edges[1:])[None, None, None, :]
    return Tracks(
        Beam("electron", energy), ("positron",), ("Pb",), np.array([0.0, 1.0]), edges, length, np.zeros((1, 1)),
        np.zeros_like(length), "made up",
    )  # fmt: skip


@pytest.mark.acceptance("3.12")
@pytest.mark.parametrize("alpha", [1e-27, 1e-9, 1e-3, 0.1, 0.5])
def test_any_width_is_integrated(alpha: float) -> None:
    """Narrow resonances against the analytic area pi M Gamma, wide ones against a brute-force sum."""
    model = dt.model("dark-photon", mass=0.25, alpha_D=alpha)
    made = an.Annihilation().produce(model, _flat(), 20.0, AT_REST)
    electrons = material("Pb").electrons_per_cm2_per_X0 * HBARC_CM**2
    if alpha < 1e-2:
        resonance = float(resonant_energy(0.25))
        area = np.pi * 0.25 * float(model.width(dark=True)[0]) / (2 * ELECTRON_MASS)
        expected = an.peak_cross_section(model)[0] * area / resonance**2
    else:
        e = np.linspace(20.0, 100.0, 400_001)
        expected = np.trapezoid(an.sigma(model, an.squared_energy(e)[None])[0] / e**2, e)
    assert made.total[0] == pytest.approx(expected * electrons, rel=5e-3)


@pytest.mark.parametrize("options", [AT_REST, AnnihilationOptions()])
@pytest.mark.parametrize(("dm", "alpha"), [("dirac", 0.1), ("scalar", 0.1), ("dirac", 0.5), ("scalar", 1e-6)])
def test_the_quoted_error_covers_ten_times_the_panels(
    dm: str, alpha: float, options: AnnihilationOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted pairs of NA64 with the real track lengths, from far below to the end of the resonant masses."""
    seen = dt.experiment("na64e-2018")
    model = dt.model("dark-photon", mass=np.geomspace(0.02, 0.46, 50), dm=dm, alpha_D=alpha)

    def accepted() -> np.ndarray:
        made = an.Annihilation().produce(model, dt.tracks(seen.beam, seen.target, cut=42.5), 42.5, options)
        return np.asarray((made.weight * seen.bins[0].signature.efficiency(made.energy, seen.beam)).sum(axis=1))

    usual = accepted()
    monkeypatch.setattr(an, "PANELS", 240)
    monkeypatch.setattr(an, "FEW_PANELS", 240)
    np.testing.assert_allclose(usual, accepted(), rtol=an.QUADRATURE_ERROR)


@pytest.mark.acceptance("3.14")
def test_the_narrow_yield_does_not_depend_on_the_dark_coupling() -> None:
    totals = [
        an.Annihilation().produce(dt.model("dark-photon", mass=0.25, dm="scalar", alpha_D=a), _flat(), 20.0).total[0]
        for a in (0.01, 0.05, 0.1)
    ]
    np.testing.assert_allclose(totals, totals[0], rtol=0.03)


def test_below_the_on_shell_threshold_the_tail_remains() -> None:
    model = dt.model("dark-photon", mass=[0.1, 0.1], mass_ratio=[1.9, 0.5])
    made = an.Annihilation().produce(model, _flat(), 20.0, AT_REST)
    assert made.decayed
    assert model.width(dark=True).tolist() == [0.0, 0.0]
    assert made.total[0] > 0
    assert made.total[1] == 0.0  # 2 m_chi = 0.4 GeV is above the largest sqrt(s), 0.32 GeV


def test_bad_choices() -> None:
    model = dt.model("dark-photon", mass=0.2)
    with pytest.raises(PhysicsError, match="positron"):
        dt.cross_section(model, beam="electron", energy=50, target="Pb", process="annihilation")
    with pytest.raises(UnknownName, match="fixed, s003, energy-dependent"):
        dt.cross_section(model, beam="positron", energy=50, target="Pb", process="annihilation", width="wide")
    with pytest.raises(UnknownName, match="bound, rest"):
        an.Annihilation().produce(model, _flat(), 20.0, choose({"electrons": "free"}).of(AnnihilationOptions))
