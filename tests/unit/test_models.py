"""Numbers of the models: what the papers state, charge orders, loops, flags and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import darktarget as dt
from darktarget.errors import InputError, UnknownName
from darktarget.models.l_mu_l_tau import mixing
from darktarget.production.annihilation import resonance_nodes, sigma
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED, MUON_MASS, TAU_MASS


@pytest.mark.acceptance("3.8")
@pytest.mark.parametrize(("dm", "value"), [("dirac", 0.0304), ("scalar", 0.00345)])
def test_dark_photon_width_at_one_third(dm: str, value: float) -> None:
    model = dt.model("dark-photon", mass=0.1, alpha_D=0.1, dm=dm)
    assert model.width(dark=True)[0] / 0.1 == pytest.approx(value, rel=5e-3)


def test_hadronic_width_of_the_vector_portal() -> None:
    """eps^2 alpha M/3 R with R of the PDG compilation, within 10 %."""
    for mass, ratio in ((0.545, 0.755), (0.701, 4.832), (0.901, 1.785), (1.225, 0.966), (1.625, 2.469), (2.54, 2.22)):
        width = dt.model("dark-photon", mass=mass).partial_widths("A'", coupling=1e-3)["hadrons"][0]
        assert width == pytest.approx(1e-6 * ALPHA * mass / 3 * ratio, rel=0.10)


@pytest.mark.acceptance("1.5", "1.6")
def test_i2dm_counts_both_charge_orders() -> None:
    """Br(11) : Br(12 + 21) : Br(22) = s^4 : 2 s^2 c^2 : c^4 for equal masses: a factor 2 over S001 Eq. 5.3."""
    theta = 0.3
    s, c = np.sin(theta), np.cos(theta)
    widths = dt.model("i2dm", mass=0.3, theta=theta, splitting=1e-9, alpha_D=0.1).partial_widths("A'")
    dirac = dt.model("dark-photon", mass=0.3, alpha_D=0.1).width(dark=True)[0]
    assert widths["chi1 chi1bar"][0] == pytest.approx(s**4 * dirac, rel=1e-6)
    assert widths["chi2 chi2bar"][0] == pytest.approx(c**4 * dirac, rel=1e-6)
    both = widths["chi1 chi2bar"][0] + widths["chi2 chi1bar"][0]
    assert both == pytest.approx(2 * s**2 * c**2 * dirac, rel=1e-6)
    assert both**2 == pytest.approx(4 * widths["chi1 chi1bar"][0] * widths["chi2 chi2bar"][0], rel=1e-6)


@pytest.mark.acceptance("1.8")
def test_i2dm_decay_is_that_of_idm_times_sin2_cos2() -> None:
    theta = 0.08
    choice = {"mass": 0.3, "splitting": 0.4, "alpha_D": 0.1}
    i2dm = dt.model("i2dm", theta=theta, **choice).partial_widths("chi2")
    idm = dt.model("idm", **choice).partial_widths("chi2")
    factor = np.sin(theta) ** 2 * np.cos(theta) ** 2
    assert factor == pytest.approx(np.tan(theta) ** 2 * np.cos(theta) ** 4)
    # no dark pair is open below m2 - m1, so that the propagators are the same
    assert i2dm["chi1 e+ e-"][0] == pytest.approx(factor * idm["chi1 e+ e-"][0], rel=1e-12)


@pytest.mark.acceptance("1.7", "4.5")
@pytest.mark.parametrize(("mass", "k"), [(0.1, 0.6301), (0.3, 0.6422)])
def test_idm_lifetime_has_k(mass: float, k: float) -> None:
    model = dt.model("idm", mass=mass, splitting=0.4, alpha_D=0.1, mass_ratio=3)
    gap = 0.4 * mass / 3
    leading = 4 * ALPHA * 0.1 * gap**5 / (15 * np.pi * mass**4)
    assert model.partial_widths("chi2")["chi1 e+ e-"][0] / leading == pytest.approx(k, rel=1e-3)


@pytest.mark.acceptance("4.4")
def test_idm_is_one_operator() -> None:
    """For no splitting the pair of Majorana states is one Dirac fermion: the same width, not four times it."""
    model = dt.model("idm", mass=0.3, splitting=1e-9, alpha_D=0.1)
    dirac = dt.model("dark-photon", mass=0.3, alpha_D=0.1)
    assert model.width(dark=True)[0] == pytest.approx(dirac.width(dark=True)[0], rel=1e-8)
    scalars = dt.model("idm", mass=0.3, splitting=1e-9, alpha_D=0.1, dm="scalar")
    complex_ = dt.model("dark-photon", mass=0.3, alpha_D=0.1, dm="scalar")
    assert scalars.width(dark=True)[0] == pytest.approx(complex_.width(dark=True)[0], rel=1e-8)


@pytest.mark.acceptance("4.26")
def test_the_mediator_of_idm_goes_promptly_to_both_states() -> None:
    """S004: no invisible and no visible decays of A', no muons from chi2 below 1 GeV, A' without a flight."""
    mass = np.array([0.01, 0.1, 0.3, 0.5, 0.9, 1.0])
    model = dt.model("idm", mass=mass, splitting=0.4, alpha_D=0.1)
    widths = model.partial_widths("A'", coupling=2e-2)
    assert [c for c in widths if c.startswith("chi")] == ["chi1 chi2"]
    assert np.all(widths["chi1 chi2"] > 0.99 * sum(widths.values()))  # more at smaller couplings
    assert np.all(100 / mass * model.proper_length("A'", coupling=1e-5) < 1e-6)  # cm, at 100 GeV
    assert np.all(model.partial_widths("chi2")["chi1 mu+ mu-"] == 0)
    heavy = dt.model("idm", mass=1.7, splitting=0.4, alpha_D=0.1).partial_widths("chi2")["chi1 mu+ mu-"]
    assert heavy[0] > 0  # 2 m_mu = 0.211 GeV is 0.4 m_A'/3 at 1.58 GeV


@pytest.mark.acceptance("1.2")
def test_diagonal_current_of_idm() -> None:
    """cos^2(2 theta) of the axial Majorana widths, sin^2(2 theta) of the off-diagonal one, tan(2 theta) = 1/x."""
    x = 0.2
    model = dt.model("idm", mass=0.3, splitting=1e-9, alpha_D=0.1, diagonal=x)
    widths, plain = model.partial_widths("A'"), dt.model("idm", mass=0.3, splitting=1e-9, alpha_D=0.1)
    majorana = dt.model("dark-photon", mass=0.3, alpha_D=0.1, dm="majorana").width(dark=True)[0]
    assert widths["chi1 chi1"][0] == pytest.approx(x**2 / (1 + x**2) * majorana, rel=1e-8)
    assert widths["chi1 chi2"][0] == pytest.approx(plain.width(dark=True)[0] / (1 + x**2), rel=1e-8)


def test_thresholds_of_inelastic_models() -> None:
    """On shell closed for m1 + m2 >= m, off shell finite above the pair."""
    model = dt.model("idm", mass=0.3, mass_ratio=[2.4, 2.41], splitting=0.4)
    assert model.width(dark=True)[0] == 0.0
    assert model.width(dark=True)[1] > 0.0
    np.testing.assert_allclose(model.dark_threshold, 0.3 * 2.4 / np.array([2.4, 2.41]))
    assert model.width(dark=True, at=np.array([[0.31], [0.31]]))[0, 0] > 0.0
    bound = dt.limit(dt.model("idm", mass=0.1, mass_ratio=2.2), dt.experiment("na64e-2018"))
    assert bound.coupling_upper[0] > 0  # annihilation through the virtual A'


def test_a_light_mediator_is_emitted_on_shell() -> None:
    """m_A' < m2 - m1: chi2 -> chi1 A' at order coupling^0; A' then only decays visibly. Above, only off shell."""
    model = dt.model("idm", mass=0.1, mass_ratio=[0.3, 0.3], splitting=[0.29, 0.31])  # m1 = 1/3 GeV
    widths = model.partial_widths("chi2", coupling=1e-3)
    assert widths["chi1 A'"][0] == 0.0
    assert widths["chi1 A'"][1] > 1e3 * widths["chi1 e+ e-"][0] > 0.0
    assert widths["chi1 e+ e-"][1] == 0.0
    assert (model.width(dark=True) == 0.0).all()
    assert (model.invisible_fraction() == 0.0).all()


def test_vector_dark_matter() -> None:
    """alpha_V M^3 beta^3 for a real vector through c_V phi V Vtilde."""
    for name in ("scalar", "pseudoscalar"):
        width = dt.model(name, mass=0.3, mass_ratio=2.5, alpha_D=0.5, dm="vector").width(dark=True)[0]
        assert width == pytest.approx(0.5 * 0.3**3 * (1 - (2 / 2.5) ** 2) ** 1.5, rel=1e-12)
    assert dt.model("scalar", mass=0.3, dm="vector").states()[0].degrees == 3
    with pytest.raises(InputError, match="dm"):
        dt.model("dark-photon", mass=0.3, dm="vector")


@pytest.mark.acceptance("2.18")
def test_scalar_idm_follows_the_yukawas() -> None:
    model = dt.model("scalar-idm", mass=3.0, mass_ratio=3, splitting=0.5)
    widths = model.partial_widths("chi2")
    only = dt.model("scalar-idm", mass=3.0, mass_ratio=3, splitting=0.5, yukawa="electrophilic").partial_widths("chi2")
    assert widths["chi1 mu+ mu-"][0] > 1e4 * widths["chi1 e+ e-"][0]
    assert only["chi1 mu+ mu-"][0] == 0.0
    assert only["chi1 e+ e-"][0] == widths["chi1 e+ e-"][0]


def test_loop_mixing_against_its_feynman_parameter_integral() -> None:
    x = (np.arange(2_000_000) + 0.5) / 2_000_000
    y = x * (1 - x)
    for mass in (1e-6, 1e-3, 0.01, 0.1, 0.2, 0.3, 1.0, 3.0, 5.0):
        tau, muon = (np.log(m**2 - y * mass**2 + 0j) for m in (TAU_MASS, MUON_MASS))
        integral = abs((y * (tau - muon)).mean())
        e = np.sqrt(ELECTRON_CHARGE_SQUARED)
        assert mixing(np.array([mass]))[0] == pytest.approx(e / (2 * np.pi**2) * integral, rel=1e-5)
    assert 1 / mixing(np.array([1e-9]))[0] == pytest.approx(69.3, abs=0.1)


@pytest.mark.acceptance("2.12")
def test_neutrinos_are_all_there_is_below_the_muons() -> None:
    model = dt.model("l-mu-l-tau", mass=[0.01, 0.2, 0.22, 1.0])
    widths = model.partial_widths("Z'")
    tree = widths["nu_mu nu_mubar"] + widths["nu_tau nu_taubar"] + widths["mu+ mu-"]
    np.testing.assert_allclose(widths["nu_mu nu_mubar"], model.mass / (24 * np.pi), rtol=1e-12)
    assert (widths["mu+ mu-"][:2] == 0).all()
    np.testing.assert_allclose((widths["nu_mu nu_mubar"] + widths["nu_tau nu_taubar"])[:2] / tree[:2], 1.0)
    np.testing.assert_allclose(model.invisible_fraction()[:2], 1.0, atol=1e-4)  # the loop gives electrons 1e-5
    heavy = model.invisible_fraction()[3]
    assert heavy == pytest.approx(0.5, abs=0.01)
    with_dark = dt.model("l-mu-l-tau", mass=0.01, dm="dirac")
    assert with_dark.invisible_fraction()[0] == 1.0
    assert [s.name for s in with_dark.states()] == ["chi"]
    assert model.states() == ()
    assert np.isnan(model.dark_mass).all()


def g_minus_2_coupling(mass: float, shift: float) -> float:
    """g' that gives Delta a_mu: g'^2/(8 pi^2) int_0^1 2 m^2 x (1-x)^2/(m^2 (1-x)^2 + M^2 x) dx."""
    x = (np.arange(200_000) + 0.5) / 200_000
    loop = np.mean(2 * MUON_MASS**2 * x * (1 - x) ** 2 / (MUON_MASS**2 * (1 - x) ** 2 + mass**2 * x))
    return float(np.sqrt(8 * np.pi**2 * shift / loop))


@pytest.mark.acceptance("6.3")
def test_na64e_excludes_the_muon_g_minus_2_band_up_to_2_mev() -> None:
    """arXiv:2404.06982 with 9.37e11 electrons, "1 keV < m < 2 MeV": where the central value is reached, within 1.5."""
    masses = np.geomspace(1e-6, 0.01, 61)
    upper = dt.limit(dt.model("l-mu-l-tau", mass=masses), dt.experiment("na64e-2022")).coupling_upper
    excluded = {n: masses[upper < [g_minus_2_coupling(m, (251 + n * 59) * 1e-11) for m in masses]] for n in (-2, 0, 2)}
    assert excluded[0].min() == pytest.approx(1e-6)
    assert 2e-3 / 1.5 < excluded[0].max() < 2e-3 * 1.5
    assert 5e-4 < excluded[-2].max() < excluded[0].max() < excluded[2].max() < 3e-3  # the edges of the 2 sigma band


def test_narrow_resonance_to_neutrinos() -> None:
    """e+ e- -> Z' -> nu nu of a width 1e-14 eV: the integral over s is 12 pi^2 Gamma_ee Br/M."""
    model = dt.model("l-mu-l-tau", mass=[0.03, 0.2, 0.3])
    offset, ds = resonance_nodes(model, 1e-6, 0.2)
    total = (sigma(model, model.mass[:, None] ** 2 + offset, "fixed", offset) * ds).sum(axis=1)
    electrons = ALPHA * mixing(model.mass) ** 2 * model.mass / 3
    np.testing.assert_allclose(total, 12 * np.pi**2 * electrons * model.invisible_fraction() / model.mass, rtol=2e-3)


def test_b_minus_l() -> None:
    widths = dt.model("b-l", mass=[0.1, 1.65, 2.5]).partial_widths("Z'", coupling=1e-3)
    tree = 1e-6 * np.array([0.1, 1.65, 2.5]) / (12 * np.pi)
    np.testing.assert_allclose(widths["e+ e-"], tree, rtol=1e-4)
    np.testing.assert_allclose(widths["nu_e nu_ebar"], tree / 2, rtol=1e-12)
    assert widths["hadrons"][0] == 0.0
    assert widths["hadrons"][2] / tree[2] == pytest.approx(1.0 * 1.10, rel=0.05)  # 3 sum (1/3)^2, QCD
    rho = dt.model("b-l", mass=0.70).partial_widths("Z'")["hadrons"][0]
    photon = dt.model("dark-photon", mass=0.70).partial_widths("A'")["hadrons"][0] / ELECTRON_CHARGE_SQUARED
    assert rho < 0.02 * photon  # no rho in the baryon current


@pytest.mark.acceptance("4.6")
def test_strong_dark_couplings_are_flagged_not_used() -> None:
    weak, strong = (dt.model("idm", mass=0.1, alpha_D=a) for a in (0.1, 0.5))
    assert weak.flags == ()
    assert strong.flags == ("landau-pole",)
    bound = dt.limit(strong, dt.experiment("na64e-2018"))
    assert bound.flags == ("landau-pole",)
    assert dt.model("scalar", mass=0.1, alpha_D=0.5).flags == ()
    assert dt.model("b-l", mass=0.1, alpha_D=0.5).flags == ()


def test_missing_energy_says_what_it_does_with_unstable_states() -> None:
    seen = dt.experiment("na64e-2018")
    text = "; ".join(dt.limit(dt.model("idm", mass=0.1), seen).method)
    assert "every chi2 counted as invisible" in text
    assert "counted as invisible" not in "; ".join(dt.limit(dt.model("dark-photon", mass=0.1), seen).method)
    # too light to decay to electrons: stable here
    assert dt.model("idm", mass=1e-3).unstable == ()


def test_bad_input() -> None:
    for parameters, field in (
        ({"splitting": 0.0}, "splitting"),
        ({"splitting": -1.0}, "splitting"),
        ({"diagonal": -0.1}, "diagonal"),
        ({"diagonal": 0.1, "dm": "scalar"}, "diagonal"),
        ({"dm": "dirac"}, "dm"),
    ):
        with pytest.raises(InputError, match=field):
            dt.model("idm", mass=0.1, **parameters)
    with pytest.raises(InputError, match="theta"):
        dt.model("i2dm", mass=0.1, theta=2.0)
    with pytest.raises(InputError, match="yukawa"):
        dt.model("scalar-idm", mass=0.1, yukawa="none")
    with pytest.raises(UnknownName, match="chi2"):
        dt.model("idm", mass=0.1).state("psi")
    assert dt.model("i2dm", mass=0.1).state("chi2bar").name == "chi2"
