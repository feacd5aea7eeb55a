"""One definition of the width in propagators: each calculation against the formula written out and integrated."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

import darktarget as dt
from darktarget.constraints.cmb import SPEED, annihilation_at_rest
from darktarget.core import Array, Model
from darktarget.core.propagator import WIDTHS, imaginary
from darktarget.decays.kinematics import uniforms
from darktarget.errors import UnknownName
from darktarget.limits.exclusion import COUPLINGS
from darktarget.production import annihilation as an
from darktarget.thermal.options import RelicOptions
from darktarget.units import ALPHA, ELECTRON_MASS, HBARC_CM, MUON_MASS, SPEED_OF_LIGHT


def kallen(a: float, b: float, c: float) -> float:
    return a**2 + b**2 + c**2 - 2 * (a * b + b * c + c * a)


def vector_width(M: float, a: float, b: float, alpha: float) -> float:
    """Vector to two fermions of masses a and b, 0 where closed."""
    if a + b >= M:
        return 0.0
    mean = 2 * (M**2 - (a - b) ** 2) * ((a + b) ** 2 + 2 * M**2) / (3 * M**2)
    return float(4 * np.pi * alpha * mean / (2 * M) * np.sqrt(kallen(M**2, a**2, b**2)) / (8 * np.pi * M**2))


def emission(heavy: float, light: float, root: float, alpha: float) -> float:
    """chi2 -> chi1 and a vector of mass root."""
    square = 2 * ((heavy - light) ** 2 - root**2) * ((heavy + light) ** 2 + 2 * root**2) / root**2
    space = np.sqrt(kallen(heavy**2, light**2, root**2)) / (8 * np.pi * heavy**2)
    return float(4 * np.pi * alpha * square / (4 * heavy) * space)


def differential(
    s: float, masses: tuple[float, float, float], alpha: float, lepton: float, dark: float, constant: float = 0.0
) -> float:
    """d Gamma/ds of chi2 -> chi1 l l; the propagator has the widths ``dark`` at s and a constant one."""
    heavy, light, M = masses
    root = np.sqrt(s)
    visible = vector_width(root, lepton, lepton, ALPHA)
    below = (s - M**2) ** 2 + s * dark**2 + (M * constant) ** 2
    return float(emission(heavy, light, root, alpha) * root * visible / (np.pi * below))


def test_names() -> None:
    root, mass = np.array([[0.0, 0.1, 0.3]]), np.array([[0.2]])
    values = {name: imaginary(name, root, mass, np.array([[0.01]]), root / 20)[0].tolist() for name in WIDTHS}
    assert values["fixed"] == pytest.approx([0, 0.2 * 0.01, 0.2 * 0.01])
    assert values["s003"] == pytest.approx([0, 0.1**2 * 0.01 / 0.2, 0.3**2 * 0.01 / 0.2])
    assert values["energy-dependent"] == pytest.approx([0, 0.1 * 0.005, 0.3 * 0.015])
    for name in WIDTHS:
        assert not imaginary(name, root, 0 * mass, np.array([[0.01]]), root).any()
    with pytest.raises(UnknownName, match="fixed, s003, energy-dependent"):
        imaginary("running", root, mass, mass, root)


def test_the_older_name_keeps_its_meaning() -> None:
    """It was s Gamma(M)/M in annihilation, and sqrt(s) Gamma(sqrt s) in the relic density."""
    model = dt.model("dark-photon", mass=[0.05, 0.2], alpha_D=0.5)
    xsec = {
        w: dt.cross_section(model, beam="positron", energy=30, target="Pb", process="annihilation", width=w).sigma
        for w in ("running", *WIDTHS)
    }
    assert (xsec["running"] == xsec["s003"]).all()
    assert (np.abs(xsec["energy-dependent"] / xsec["s003"] - 1) > 1e-3).any()
    assert RelicOptions(width="running").width == "energy-dependent"  # type: ignore[arg-type]
    relic = {w: dt.relic_target(model, width=w).coupling for w in ("running", *WIDTHS)}
    assert (relic["running"] == relic["energy-dependent"]).all()
    assert (relic["running"] == dt.relic_target(model).coupling).all()
    assert (relic["s003"] != relic["running"]).all()


@pytest.mark.parametrize(("alpha", "before"), [(0.1, 0.999), (0.5, 0.983), (1.0, 0.937)])
def test_chi2_decays_with_no_width_below_threshold(alpha: float, before: float) -> None:
    """chi2 -> chi1 e e is the integral with Gamma(s) = 0: no dark pair is open at s < (m2 - m1)^2."""
    masses = heavy, light, M = 0.14, 0.1, 0.3
    model = dt.model("idm", mass=M, splitting=0.4, alpha_D=alpha, mass_ratio=3)

    def width(constant: float) -> float:
        def integrand(log: float) -> float:
            s = np.exp(log)
            return float(s * differential(float(s), masses, alpha, ELECTRON_MASS, 0.0, constant))

        low, high = 2 * np.log(2 * ELECTRON_MASS), 2 * np.log(heavy - light)
        return float(quad(integrand, low, high, epsrel=1e-10, limit=400)[0])

    expected = width(0.0)
    assert model.partial_widths("chi2")["chi1 e+ e-"][0] == pytest.approx(expected, rel=1e-4)
    on_shell = vector_width(M, light, heavy, alpha)
    assert width(on_shell) / expected == pytest.approx(before, abs=1.5e-3)  # the width of a mediator on shell


def open_pairs() -> tuple[Model, tuple[float, float, float], list[tuple[float, float, float]]]:
    """i2dm whose mediator decays to chi1 chi1bar within chi2 -> chi1 mu mu, with its dark pairs."""
    light, M, alpha, theta = 0.1, 0.45, 1.0, 0.9
    heavy = light * 4.5
    model = dt.model("i2dm", mass=M, mass_ratio=4.5, splitting=3.5, alpha_D=alpha, theta=theta)
    one, two, mixed = np.sin(theta) ** 4, np.cos(theta) ** 4, (np.sin(theta) * np.cos(theta)) ** 2
    pairs = [(light, light, one), (light, heavy, 2 * mixed), (heavy, heavy, two)]
    return model, (heavy, light, M), pairs


def test_chi2_decays_through_a_mediator_with_open_channels() -> None:
    """Above 2 m_1 the propagator has the width to chi1 chi1bar at s: the width, and the sampled pair masses."""
    model, (heavy, light, M), pairs = open_pairs()
    mixed = pairs[1][2] / 2

    def integrand(s: float) -> float:
        dark = sum(vector_width(np.sqrt(s), a, b, share) for a, b, share in pairs)
        return differential(s, (heavy, light, M), mixed, MUON_MASS, dark)

    def between(low: float, high: float) -> float:
        edges = np.unique(np.clip([low, 0.2**2, 0.2**2 * 1.01, 0.25**2, high], low, high))
        return sum(quad(integrand, a, b, epsrel=1e-8, limit=400)[0] for a, b in itertools.pairwise(edges))

    low, high = (2 * MUON_MASS) ** 2, (heavy - light) ** 2
    total = between(low, high)
    (channel,) = (c for c in model.channels() if c.label == "chi1 mu+ mu-")
    assert model.partial_widths("chi2")["chi1 mu+ mu-"][0] == pytest.approx(total, rel=1e-4)
    assert channel.decay is not None
    momenta = channel.decay.sample(uniforms(3, 0, 100_000, 5))
    pair = momenta[:, 1] + momenta[:, 2]
    s = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(axis=1)
    for cut in (0.25**2, 0.3**2, 0.33**2):
        share = between(low, cut) / total
        assert (s < cut).mean() == pytest.approx(share, abs=4.5 * np.sqrt(share / 1e5))


def test_annihilation_at_all_energies() -> None:
    """4 pi 3 Gamma_ee Gamma_dark over (s - M^2)^2 + s Gamma(sqrt s)^2, below, at and above the resonance."""
    model, M, alpha = dt.model("dark-photon", mass=0.2, alpha_D=0.5), 0.2, 0.5
    for root in (0.13, 0.14, 0.2, 0.23, 0.4):
        dark = vector_width(root, M / 3, M / 3, alpha)
        below = (root**2 - M**2) ** 2 + (root * dark) ** 2
        expected = 12 * np.pi * ALPHA * root / 3 * dark / below
        assert an.sigma(model, np.array([[root**2]]))[0, 0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("ratio", [1.998, 2.0, 2.0002, 2.002, 2.02])
@pytest.mark.parametrize("alpha", [1e-3, 0.1])
def test_annihilation_of_a_resonance_at_the_threshold(ratio: float, alpha: float) -> None:
    """The nodes in s against scipy's quadrature in the root of the distance to the threshold."""
    M = 0.25
    model, low = dt.model("dark-photon", mass=M, mass_ratio=ratio, alpha_D=alpha), (2 * M / ratio) ** 2
    offset, ds = an.resonance_nodes(model, 0.03, 0.1)
    found = (an.sigma(model, M**2 + offset, offset=offset) * ds).sum()

    def integrand(log: float) -> float:
        v = np.exp(log)
        s = low + v**2
        dark = alpha / 3 * np.sqrt(s) * (1 + low / (2 * s)) * v / np.sqrt(s)
        below = (low - M**2 + v**2) ** 2 + s * dark**2
        return float(12 * np.pi * ALPHA * np.sqrt(s) / 3 * dark / below * 2 * v**2)

    edges = np.sort([np.log(1e-9), *np.log(np.sqrt(np.geomspace(1e-12, 0.1 - low, 24)))])
    if low < M**2:
        edges = np.sort([*edges, 0.5 * np.log(M**2 - low)])
    parts = [quad(integrand, a, b, epsrel=1e-9, limit=200)[0] for a, b in itertools.pairwise(edges)]
    assert found == pytest.approx(sum(parts), rel=2e-3)


def test_virtual_photons_through_a_mediator() -> None:
    """Gamma_dark s^2/[(s - M^2)^2 + s Gamma(sqrt s)^2], which off-shell production and vector mesons use."""
    model, M, alpha = dt.model("dark-photon", mass=0.2, mass_ratio=1.9, alpha_D=0.5), 0.2, 0.5
    root = np.array([[0.15, 0.205, 0.22, 0.4]])

    def expected(at: float) -> float:
        dark = vector_width(at, M / 1.9, M / 1.9, alpha)
        return dark * at**4 / ((at**2 - M**2) ** 2 + (at * dark) ** 2)

    np.testing.assert_allclose(model.photon_width(root)[0], [expected(float(r)) for r in root[0]], rtol=1e-9)


def cold(model: Model) -> Array:
    """Twice sigma v over 4^2 spins and particles of cold Dirac pairs to electrons, written out, [COUPLINGS]."""
    M, m, alpha = float(model.mass[0]), float(model.dark_mass[0]), float(model.values["alpha_D"][0])
    beta = SPEED / 2 / np.sqrt(1 + SPEED**2 / 4)
    root = 2 * m * np.sqrt(1 + SPEED**2 / 4)
    dark = alpha / 3 * root * (1 + 2 * m**2 / root**2) * beta
    light = ALPHA / 3 * root * (1 + 2 * ELECTRON_MASS**2 / root**2) * np.sqrt(1 - 4 * ELECTRON_MASS**2 / root**2)
    top = 12 * np.pi * root**2 * dark * light * COUPLINGS**2 / (4**2 * (m * SPEED / 2) ** 2) * SPEED * 2
    below = (root**2 - M**2) ** 2 + (root * (dark + light * COUPLINGS**2)) ** 2
    return np.asarray(top / below)


@pytest.mark.parametrize("ratio", [3.0, 2.02, 2.0002])
def test_cold_annihilation(ratio: float) -> None:
    """The CMB's rate written out: cold pairs are at threshold, where the width is not that of the mediator on shell."""
    model = dt.model("dark-photon", mass=0.03, mass_ratio=ratio)
    rate = annihilation_at_rest(model)[0]
    np.testing.assert_allclose(rate, cold(model), rtol=1e-3)  # s - 4 m^2 keeps three digits at this speed


def test_cmb_with_half_of_the_energy_deposited() -> None:
    """Dirac, 30 MeV, R = 3: eps = 2.737e-7 with the width on shell, 0.15 % less without it."""
    limit = 3.2e-28 / (HBARC_CM**2 * SPEED_OF_LIGHT)
    model = dt.model("dark-photon", mass=0.03)
    rate = 0.5 * annihilation_at_rest(model)[0] / model.dark_mass[0] / limit
    assert np.exp(np.interp(0, np.log(rate), np.log(COUPLINGS))) == pytest.approx(2.737e-7, rel=3e-3)
