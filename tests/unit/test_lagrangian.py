"""Declared models: the examples against the models in Python, loops, chiral couplings, several dark particles."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, TENSOR_LEPTONS, VECTOR, Array, Model
from darktarget.decays.loop_mixing import lepton_loop, loop_mixing
from darktarget.decays.r_ratio import BARYON, ELECTROMAGNETIC, hadronic_ratio
from darktarget.errors import InputError
from darktarget.models import MODELS
from darktarget.numerics.quadrature import gauss_on
from darktarget.units import ALPHA, ELECTRON_CHARGE_SQUARED, ELECTRON_MASS, MUON_MASS

E = np.sqrt(ELECTRON_CHARGE_SQUARED)
EXAMPLES = MODELS.folder / "examples"
MASSES = [1e-3, 0.03, 0.1, 0.3, 0.78, 1.7, 5.0]
#: Example, parameters of the model in Python, those of the file.
SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    *(("dark-photon", {"dm": kind}, {"dm": kind}) for kind in ("dirac", "majorana", "scalar", "none")),
    *(("b-l", {"dm": kind}, {"dm": kind}) for kind in ("none", "dirac", "majorana", "scalar")),
    *(("l-mu-l-tau", {"dm": kind}, {"dm": kind}) for kind in ("none", "dirac", "majorana", "scalar")),
    ("idm", {"dm": "majorana"}, {"dm": "majorana"}),
    ("idm", {"dm": "scalar"}, {"dm": "real-scalar"}),
]
QUICK = [case for case in SAME if case[1]["dm"] == "majorana"]
every = pytest.mark.parametrize(("name", "python", "toml"), SAME, ids=str)
quick = pytest.mark.parametrize(("name", "python", "toml"), QUICK, ids=str)


def both(name: str, python: dict[str, Any], toml: dict[str, Any], mass: Any) -> tuple[Model, Model]:
    return dt.model(name, mass=mass, **python), dt.model(EXAMPLES / f"{name}.toml", mass=mass, **toml)


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def close(one: Any, two: Any) -> None:
    np.testing.assert_allclose(np.asarray(two, float), np.asarray(one, float), rtol=1e-12)


@every
def test_examples_have_the_widths_of_the_models_in_python(
    name: str, python: dict[str, Any], toml: dict[str, Any]
) -> None:
    one, two = both(name, python, toml, MASSES)
    assert [(c.parent, c.label, c.power, c.dark) for c in one.channels()] == [
        (c.parent, c.label, c.power, c.dark) for c in two.channels()
    ]
    for first, second in zip(one.channels(), two.channels(), strict=True):
        mass = one.mediator_mass if first.parent == one.mediator else one.state(first.parent).mass
        virtual = mass[:, None] * np.array([0.5, 1.0, 1.3])
        close(first.at(virtual), second.at(virtual))
    for parent in dict.fromkeys(c.parent for c in one.channels()):
        close(one.proper_length(parent, coupling=1e-3), two.proper_length(parent, coupling=1e-3))
    close(one.invisible_fraction(), two.invisible_fraction())
    for lepton in ("electron", "positron", "muon"):
        close(abs(one.lepton_coupling(lepton)), abs(two.lepton_coupling(lepton)))
    for meson in ("rho", "omega", "phi", "J/psi"):
        close(abs(one.quark_charge(meson)), abs(two.quark_charge(meson)))
    assert (one.processes, one.on_request, one.flags) == (two.processes, two.on_request, two.flags)
    assert one.states() == two.states()


@quick
def test_examples_have_the_limits_of_the_models_in_python(
    name: str, python: dict[str, Any], toml: dict[str, Any]
) -> None:
    one, two = both(name, python, toml, [3e-3, 0.03, 0.3])
    for experiment in ("na64e-2018", "e137", "na64mu-2022"):
        close(*(dt.limit(model, dt.experiment(experiment)).coupling_upper for model in (one, two)))


@quick
def test_examples_have_the_curves_of_the_models_in_python(
    name: str, python: dict[str, Any], toml: dict[str, Any]
) -> None:
    """Relic target, g-2 and every constraint, or the same refusal."""
    one, two = both(name, python, toml, [3e-3, 0.03, 0.3])
    for wanted in ("relic", "gminus2", *dt.names("constraints")):
        found: list[Any] = []
        for model in (one, two):
            try:
                found.append(dt.curves([wanted], model)[0].coupling)
            except dt.errors.PhysicsError as refused:
                found.append(str(refused))
        if isinstance(found[0], str):
            assert found[0] == found[1]
        else:
            close(*found)


@pytest.mark.parametrize(("photons", "value"), [("universal", 1.0), ("leptons-only", 0.0)])
def test_spin_two_is_the_model_in_python(tmp_path: Path, photons: str, value: float) -> None:
    text = f"""
title = "graviton"
mediator = {{ symbol = "G", spin = 2 }}
leptons = {{ electron = 1.0, muon = 1.0, tau = 1.0 }}
photons = {{ coupling = {value} }}
[dark.states.chi]
kind = ["dirac", "majorana", "scalar", "vector"]
[[dark.currents]]
states = ["chi", "chi"]
tensor = 1.0
"""
    for kind in ("dirac", "majorana", "scalar", "vector"):
        one = dt.model("spin-2", mass=MASSES, dm=kind, photons=photons)
        two = dt.model(own(tmp_path, text), mass=MASSES, dm=kind)
        assert [c.label for c in one.channels()] == [c.label for c in two.channels()]
        for first, second in zip(one.channels(), two.channels(), strict=True):
            close(first.at(one.mass[:, None]), second.at(one.mass[:, None]))
        assert (one.structure, one.processes) == (two.structure, two.processes)
        close(one.lepton_coupling("electron"), two.lepton_coupling("electron"))
    assert (two.structure == TENSOR_LEPTONS) == (value == 0)


@pytest.mark.parametrize("form", ["scalar", "pseudoscalar"])
def test_spin_zero_is_the_model_in_python(tmp_path: Path, form: str) -> None:
    text = f"""
title = "spin 0"
mediator = {{ symbol = "phi", spin = 0 }}
leptons = {{ electron = {{ {form} = 1.0 }} }}
photons = {{ coupling = 0.01 }}
[dark.states.chi]
kind = ["dirac", "majorana"]
[[dark.currents]]
states = ["chi", "chi"]
{form} = 1.0
"""
    for kind in ("dirac", "majorana"):
        one = dt.model(form, mass=MASSES, dm=kind, photon_coupling=0.01)
        two = dt.model(own(tmp_path, text), mass=MASSES, dm=kind)
        for first, second in zip(one.channels(), two.channels(), strict=True):
            close(first.at(one.mass[:, None]), second.at(one.mass[:, None]))
        assert (one.structure, one.processes) == (two.structure, two.processes)
        assert dt.model(own(tmp_path, text), mass=0.1, photon_coupling=0.0).processes == one.processes[:-1]


def test_the_electrophilic_scalar_is_the_scalar_at_its_defaults() -> None:
    for kind in ("dirac", "majorana", "scalar"):
        one, two = (dt.model(name, mass=MASSES, dm=kind) for name in ("scalar", "electrophilic-scalar"))
        for first, second in zip(one.channels(), two.channels(), strict=True):
            close(first.at(one.mass[:, None]), second.at(one.mass[:, None]))


# --- loops


def _integral(r: float) -> complex:
    """The loop by quadrature between the points where its logarithm is singular, substituted at both ends."""
    speed = np.sqrt(max(1 - 4 / r, 0.0))
    edges = [0.0, (1 - speed) / 2, (1 + speed) / 2, 1.0] if speed else [0.0, 0.5, 1.0]
    u, w = gauss_on(0.0, 1.0, 400)
    total = 0j
    for low, high in pairwise(edges):
        x = low + (high - low) * np.sin(np.pi / 2 * u) ** 2
        weight = w * (high - low) * np.pi / 2 * np.sin(np.pi * u)
        inside = 1 - x * (1 - x) * r
        total += np.sum(weight * x * (1 - x) * (np.log(np.abs(inside)) - 1j * np.pi * (inside < 0)))
    return total


@pytest.mark.parametrize("r", [1e-4, 1.1e-3, 0.5, 3.9, 4.1, 30.0, 1e4, 1e8])
def test_the_loop_is_its_integral(r: float) -> None:
    assert lepton_loop(np.array([r]), 1.0)[0] == pytest.approx(_integral(r), rel=1e-5, abs=1e-9)


def test_the_loop_is_continuous_and_keeps_its_digits_far_above_threshold() -> None:
    near = lepton_loop(np.array([1e-3 * (1 - 1e-9), 1e-3 * (1 + 1e-9)]), 1.0)
    assert near[0] == pytest.approx(near[1], rel=1e-7)
    r = 1e12  # ln r - 5/3 - i pi, all over 6, up to 1/r
    assert lepton_loop(np.array([r]), 1.0)[0] == pytest.approx((np.log(r) - 5 / 3 - 1j * np.pi) / 6, rel=1e-11)


def test_mixing_does_not_depend_on_the_scale_where_it_is_finite() -> None:
    mass = np.geomspace(1e-4, 10, 30)
    one, two = (loop_mixing(mass, {"electron": 1.0, "muon": -1.0}, scale) for scale in (None, 91.0))
    np.testing.assert_allclose(one, two, rtol=1e-12)
    alone = loop_mixing(np.array([1e-6]), {"muon": 2.0}, 91.0)[0]
    assert alone == pytest.approx(2 * E / (12 * np.pi**2) * np.log(91.0**2 / MUON_MASS**2), rel=1e-6)


def test_l_e_l_mu_at_100_mev_by_hand() -> None:
    """Neutrinos: nu_e and nu_mu, g'^2 M/(24 pi) each. Charged leptons: electrons alone, for 2 m_mu > 100 MeV.

    Their width is g'^2 M/(12 pi) (1 + 2 m^2/M^2) sqrt(1 - 4 m^2/M^2) times |1 - e eps/g'|^2, with eps of the electron
    and the muon loop at q^2 = M^2. Without the loop the fraction of neutrinos is 1/2 up to (m_e/M)^4.
    """
    mass = 0.1
    neutrinos = 2 * mass / (24 * np.pi)
    r = (ELECTRON_MASS / mass) ** 2
    electrons = mass / (12 * np.pi) * (1 + 2 * r) * np.sqrt(1 - 4 * r)
    assert neutrinos / (neutrinos + electrons) == pytest.approx(0.5, abs=1e-8)

    at_zero = np.log(MUON_MASS / ELECTRON_MASS) / 3
    eps = E / (2 * np.pi**2) * (at_zero + _integral((mass / MUON_MASS) ** 2) - _integral(1 / r))
    electrons *= abs(1 - E * eps) ** 2

    model = dt.model("l-e-l-mu", mass=mass)
    assert model.invisible_fraction()[0] == pytest.approx(neutrinos / (neutrinos + electrons), rel=1e-6)
    assert model.invisible_fraction()[0] == pytest.approx(0.50061, abs=1e-5)
    labels = {c.label for c in model.channels() if c.at(model.mass[:, None]).any()}
    assert labels == {"nu_e nu_ebar", "nu_mu nu_mubar", "e+ e-"}
    assert model.partial_widths("Z'")["nu_e nu_ebar"][0] == pytest.approx(neutrinos / 2, rel=1e-12)


def test_loops_change_the_coupling_of_electrons_by_up_to_one_percent() -> None:
    """L_e - L_mu: 0.83 % below the electron pair (e^2/(6 pi^2) ln(m_mu/m_e)), 1 % at 1 MeV, 0.12 % at 100 MeV."""
    mass = np.array([1e-4, 1e-3, 0.1])
    at_zero = np.log(MUON_MASS / ELECTRON_MASS) / 3
    loops = [_integral((m / MUON_MASS) ** 2) - _integral((m / ELECTRON_MASS) ** 2) for m in mass]
    expected = abs(1 - ELECTRON_CHARGE_SQUARED / (2 * np.pi**2) * (at_zero + np.array(loops)))
    coupling = -E * dt.model("l-e-l-mu", mass=mass).lepton_coupling("electron")  # over g', relative to the photon's
    np.testing.assert_allclose(coupling, expected, rtol=1e-6)
    np.testing.assert_allclose(1 - coupling, [0.0083, 0.0097, 0.0012], atol=1e-4)
    assert 1 - coupling[0] == pytest.approx(ELECTRON_CHARGE_SQUARED / (2 * np.pi**2) * at_zero, rel=1e-2)


def test_neutrinos_count_in_the_relic_density_of_l_e_l_mu() -> None:
    """Below the muon nu_e and nu_mu (g'^2 M/(24 pi) each) are as many as electrons: sigma v is twice that of a dark
    photon with e eps = g', and the target lower by sqrt(2), up to the loop (0.3 %), and muons in the tail."""
    for kind in ("dirac", "majorana", "scalar"):
        gauge = dt.relic_target(dt.model("l-e-l-mu", mass=0.03, dm=kind)).coupling[0]
        photon = dt.relic_target(dt.model("dark-photon", mass=0.03, dm=kind)).coupling[0]
        assert gauge * np.sqrt(2) == pytest.approx(E * photon, rel=5e-3)


def test_uncoupled_alone_leaves_muons_at_tree_level(tmp_path: Path) -> None:
    text = (EXAMPLES / "l-mu-l-tau.toml").read_text()
    coherent = dt.model(own(tmp_path, text.replace('adds_to = "uncoupled"', "")), mass=[0.03, 0.1])
    python = dt.model("l-mu-l-tau", mass=[0.03, 0.1])
    close(abs(coherent.lepton_coupling("electron")), python.lepton_coupling("electron"))
    close(1 / E - abs(coherent.lepton_coupling("muon")), python.lepton_coupling("electron"))  # 0.45 % of 1/e


def test_quarks_with_a_coupling_get_the_mixing_coherently(tmp_path: Path) -> None:
    """The amplitude is that of each: proportional currents add before they are squared."""
    text = """
title = "both"
mediator = { symbol = "X", spin = 1 }
coupling = { unit = "1" }
leptons = { muon = 1.0, tau = -1.0 }
quarks = { up = 0.2, down = -0.1, strange = -0.1, charm = 0.2, bottom = -0.1 }
loop_mixing = { leptons = true }
"""
    mass = np.array([0.15, 0.5, 0.77, 1.02, 1.7, 3.0])
    model = dt.model(own(tmp_path, text), mass=mass)
    eps = loop_mixing(mass, {"muon": 1.0, "tau": -1.0})
    expected = ALPHA * np.abs(0.3 / E + eps) ** 2 * mass / 3 * hadronic_ratio(mass**2, ELECTROMAGNETIC)
    np.testing.assert_allclose(model.partial_widths("X")["hadrons"][1:], expected[1:], rtol=3e-3)
    below = np.isreal(eps) | (np.imag(eps) == 0)
    np.testing.assert_allclose(model.partial_widths("X")["hadrons"][below], expected[below], rtol=1e-12)


# --- signs and chirality


def test_couplings_are_relative_to_those_of_the_photon() -> None:
    """With the physical charges of a file: bounds on kinetic mixing apply to a dark photon alone."""
    photon = dt.model(EXAMPLES / "dark-photon.toml", mass=0.1)
    assert photon.lepton_coupling("electron")[0] == photon.quark_charge("rho")[0] == 1.0
    protophobic = dt.model("protophobic", mass=0.1)
    assert protophobic.lepton_coupling("electron")[0] == -1.0
    close(protophobic.quark_charge("omega"), [1.0])  # 2 of baryon number, less that of the photon
    close(protophobic.quark_charge("rho"), [-1.0])
    with pytest.raises(dt.errors.PhysicsError, match="production from hadrons"):
        dt.constraint("nucal", protophobic)
    b_l = dt.model("b-3l-e", mass=0.1)
    close(b_l.lepton_coupling("electron") * E, [3.0])
    assert b_l.lepton_coupling("muon")[0] == 0.0


def test_baryon_number_decays_to_hadrons_through_its_current() -> None:
    model = dt.model("b-3l-e", mass=[0.6, 0.9, 1.3])
    expected = model.mass / (12 * np.pi) * hadronic_ratio(model.mass**2, BARYON)
    close(expected, model.partial_widths("Z'")["hadrons"])


def test_chiral_couplings_are_vector_and_axial_and_both_count(tmp_path: Path) -> None:
    text = """
title = "chiral"
mediator = { symbol = "X", spin = 1 }
coupling = { unit = "1" }
leptons = { muon = { left = 0.3, right = -0.8 }, electron = { axial = 1.0 } }
"""
    model = dt.model(own(tmp_path, text), mass=[0.3, 3.0])
    vector, axial = (0.3 - 0.8) / 2, (-0.8 - 0.3) / 2
    (first, v), (second, a) = model.lepton_parts("muon")
    assert (first, second) == (VECTOR, AXIAL)
    close(np.abs([v[0], a[0]]) * E, np.abs([vector, axial]))
    assert v[0] * a[0] * vector * axial > 0  # the relative sign is kept
    m2 = (MUON_MASS / model.mass) ** 2
    beta = np.sqrt(1 - 4 * m2)
    by_hand = model.mass / (12 * np.pi) * (vector**2 * (1 + 2 * m2) * beta + axial**2 * beta**3)
    close(by_hand, model.partial_widths("X")["mu+ mu-"])
    ((structure, one),) = model.lepton_parts("positron")
    assert structure == AXIAL
    close(abs(one) * E, [1.0, 1.0])
    assert model.structure == VECTOR
    assert not model.lepton_coupling("electron").any()


def test_the_part_of_spin_zero_of_axial_couplings() -> None:
    """A pseudoscalar with the coupling 2 m g_A/sqrt(s): g_A^2 (4 m^2/s) sqrt(s)/(8 pi) beta; none of vectors."""
    model = dt.model("chiral-z", mass=[0.3, 3.0], dm="majorana")
    channels = {c.label: c for c in model.channels()}
    root = np.array([[0.25, 0.5], [1.0, 4.0]])
    for label, own_mass, axial in (("mu+ mu-", MUON_MASS, 0.5), ("chi chi", model.dark_mass[:, None], None)):
        divergence = channels[label].divergence
        assert divergence is not None
        alpha = model.values["alpha_D"][:, None] / 2 if axial is None else axial**2 / (4 * np.pi)
        beta = np.sqrt(np.maximum(1 - 4 * own_mass**2 / root**2, 0))
        close(alpha / 2 * root * (4 * own_mass**2 / root**2) * beta, divergence(root))
    assert channels["nu_e nu_ebar"].divergence is None if "nu_e nu_ebar" in channels else True
    assert all(c.divergence is None for c in dt.model("l-e-l-mu", mass=0.1, dm="dirac").channels())
    assert dt.model(EXAMPLES / "idm.toml", mass=0.1).channels()[0].divergence is not None  # unequal masses


def test_an_axial_mediator_is_the_model_in_python(tmp_path: Path) -> None:
    text = """
title = "axial"
mediator = { symbol = "X", spin = 1 }
leptons = { electron = { axial = 1 }, muon = { axial = 1 }, tau = { axial = 1 } }
dark.states.chi.kind = "dirac"
dark.currents = [{ states = ["chi", "chi"], axial = 1 }]
"""
    one, two = dt.model("axial", mass=[0.03, 0.3]), dt.model(own(tmp_path, text), mass=[0.03, 0.3])
    assert (one.structure, one.processes, one.on_request) == (two.structure, two.processes, two.on_request)
    for first, second in zip(one.channels(), two.channels(), strict=True):
        close(first.at(one.mass[:, None]), second.at(one.mass[:, None]))
    close(*(dt.limit(model, dt.experiment("na64e-2018")).coupling_upper for model in (one, two)))


def test_scalar_and_pseudoscalar_parts(tmp_path: Path) -> None:
    text = """
title = "CP violating"
mediator = { symbol = "phi", spin = 0 }
coupling = { unit = "1" }
leptons = { muon = { scalar = 0.6, pseudoscalar = 0.8 }, tau = { pseudoscalar = 1 } }
quarks = { up = 1.0 }
"""
    model = dt.model(own(tmp_path, text), mass=[0.3, 3.0])
    assert [part[0] for part in model.lepton_parts("muon")] == [SCALAR, PSEUDOSCALAR]
    beta = np.sqrt(1 - 4 * (MUON_MASS / model.mass) ** 2)
    close(model.mass / (8 * np.pi) * (0.36 * beta**3 + 0.64 * beta), model.partial_widths("phi")["mu+ mu-"])
    assert model.processes == ("bremsstrahlung",)  # electrons do not couple: nothing annihilates
    assert "hadrons are produced through vector currents alone" in model.notes[0]
    assert all("hadrons" not in c.daughters for c in model.channels())


# --- dark particles

THREE = """
title = "three states"
mediator = { symbol = "X", spin = 1 }
leptons = { electron = -1.0 }
[dark.states]
chi1 = { kind = "dirac", mass_ratio = 4.0 }
chi2 = { kind = "dirac", splitting = 0.3 }
chi3 = { kind = "dirac", splitting = 0.9 }
[[dark.currents]]
states = ["chi2", "chi2"]
vector = 0.5
axial = 0.2
[[dark.currents]]
states = ["chi1", "chi2"]
vector = 0.4
[[dark.currents]]
states = ["chi3", "chi2"]
vector = 0.3
axial = 0.1
"""


def test_three_dark_states(tmp_path: Path) -> None:
    model = dt.model(own(tmp_path, THREE), mass=[0.05, 0.2])
    assert {"splitting_chi2", "splitting_chi3", "mass_ratio", "alpha_D", "dm"} < set(model.values)
    assert [(s.name, s.degrees) for s in model.states()] == [("chi1", 4), ("chi2", 4), ("chi3", 4)]
    close(model.state("chi3").mass / model.mass, np.full(2, 1.9 / 4))
    dark = [c for c in model.channels() if c.parent == "X" and c.dark]
    assert [c.label for c in dark] == [
        "chi2 chi2bar", "chi1 chi2bar", "chi2 chi1bar", "chi3 chi2bar", "chi2 chi3bar",
    ]  # fmt: skip
    # 22: r = m/M = 1.3/4: alpha M/3 [g_V^2 (1 + 2 r^2) beta + g_A^2 beta^3]
    r2 = (1.3 / 4) ** 2
    beta = np.sqrt(1 - 4 * r2)
    close(0.1 * model.mass / 3 * (0.25 * (1 + 2 * r2) * beta + 0.04 * beta**3), dark[0].at(model.mass[:, None])[:, 0])
    assert {(c.parent, c.daughters[0]) for c in model.channels() if c.parent.startswith("chi")} == {
        ("chi2", "chi1"), ("chi3", "chi2"),
    }  # fmt: skip
    assert model.unstable == ("chi2", "chi3")
    assert {(e.incoming, e.outgoing) for e in model.exchanges()} == {
        ("chi2", "chi2"), ("chi1", "chi2"), ("chi2", "chi1"), ("chi2", "chi3"), ("chi3", "chi2"),
    }  # fmt: skip
    assert np.isfinite(dt.limit(model, dt.experiment("na64e-2018")).coupling_upper).all()


def test_the_same_order_of_masses_at_all_points(tmp_path: Path) -> None:
    path = own(tmp_path, THREE)
    assert [s.name for s in dt.model(path, mass=0.1, splitting_chi3=0.1).states()] == ["chi1", "chi3", "chi2"]
    with pytest.raises(InputError, match="masses of chi2 and chi3"):
        dt.model(path, mass=0.1, splitting_chi3=[0.1, 0.9])


def test_two_mixing_dirac_fermions_are_the_model_in_python(tmp_path: Path) -> None:
    theta = 0.3
    sine, cosine = float(np.sin(theta)), float(np.cos(theta))
    text = f"""
title = "i2dm"
mediator = {{ symbol = "A'", spin = 1 }}
coupling = {{ kinetic_mixing = 1.0 }}
[dark.states]
chi1 = {{ kind = "dirac" }}
chi2 = {{ kind = "dirac", splitting = 0.4 }}
[[dark.currents]]
states = ["chi1", "chi1"]
vector = {sine**2}
[[dark.currents]]
states = ["chi1", "chi2"]
vector = {sine * cosine}
[[dark.currents]]
states = ["chi2", "chi2"]
vector = {cosine**2}
"""
    one, two = dt.model("i2dm", mass=[0.1, 0.9], theta=theta), dt.model(own(tmp_path, text), mass=[0.1, 0.9])

    def widths(model: Model) -> dict[tuple[str, str], Array]:
        return {
            (parent, label): width
            for parent in ("A'", "chi2")
            for label, width in model.partial_widths(parent, coupling=1e-3).items()
        }

    assert widths(one).keys() == widths(two).keys()
    for key, width in widths(one).items():
        close(width, widths(two)[key])


def test_masses_in_gev_do_not_follow_the_mediator(tmp_path: Path) -> None:
    text = THREE.replace("mass_ratio = 4.0", "mass_GeV = 0.01")
    model = dt.model(own(tmp_path, text), mass=[0.05, 0.2])
    close(model.dark_mass, [0.01, 0.01])
    close(dt.model(own(tmp_path, text), mass=0.05, dark_mass=0.02).state("chi2").mass, [0.026])


def test_real_scalars_and_identical_particles(tmp_path: Path) -> None:
    """phi S^2/2 of a real scalar: half of the width of a complex one; c_S in GeV."""
    text = """
title = "real"
mediator = { symbol = "phi", spin = 0 }
leptons = { electron = 1.0 }
dark.states.S.kind = ["real-scalar", "scalar"]
dark.currents = [{ states = ["S", "S"], scalar = 1.0 }]
"""
    real, complex_ = (dt.model(own(tmp_path, text), mass=0.1, dm=kind) for kind in ("real-scalar", "scalar"))
    close(real.width(dark=True) * 2, complex_.width(dark=True))
    close(complex_.width(dark=True), dt.model("scalar", mass=0.1, dm="scalar").width(dark=True))
    assert [(s.name, s.degrees) for s in real.states()] == [("S", 1)]


def test_shipped_files_cite_papers_and_say_what_is_left_out() -> None:
    for name in MODELS.names(plugins=False):
        model = dt.model(name, mass=0.1)
        assert model.references, name
    assert "axial couplings of quarks are not used" in dt.model("chiral-z", mass=0.1).notes[0]
    model = dt.model("chiral-z", mass=0.1)
    bound = dt.limit(model, dt.experiment("na64e-2018"))
    for method in (bound.method, dt.gminus2(model).method, dt.constraint("electron-g-2", model).method):
        assert any("axial couplings of quarks" in line for line in method)


# --- charges of the shipped models

#: Left-handed Weyl fermions of one generation: (table of the file, particle, chirality, colours, hypercharge).
WEYL = [
    ("quarks", "up", "left", 3, 1 / 6), ("quarks", "down", "left", 3, 1 / 6),
    ("quarks", "up", "right", 3, 2 / 3), ("quarks", "down", "right", 3, -1 / 3),
    ("leptons", "electron", "left", 1, -1 / 2), ("leptons", "electron", "right", 1, -1.0),
    ("leptons", "nu_e", "left", 1, -1 / 2),
]  # fmt: skip
DOWN, CHARGED = ("down", "strange", "bottom"), ("electron", "muon", "tau")
LIKE = {"up": ("up", "charm"), "down": DOWN, "electron": CHARGED, "nu_e": ("nu_e", "nu_mu", "nu_tau")}


def _charge(model: Any, particle: str, chirality: str) -> float:
    if particle.startswith("nu"):
        return float(model.charges[particle, "left"])
    sign = {"left": -1, "right": 1}[chirality]
    return float(model.charges[particle, "vector"] + sign * model.charges[particle, "axial"])


@pytest.mark.parametrize("name", ["l-e-l-mu", "l-e-l-tau", "b-3l-e", "chiral-z"])
def test_gauge_charges_have_no_anomalies(name: str) -> None:
    """With heavy right-handed neutrinos of -(sum of the others) per generation, and the top as charm:

    SU(3)^2 X, SU(2)^2 X, Y^2 X, Y X^2 vanish; gravity^2 X and X^3 give the charges of three sterile neutrinos, those of
    the left-handed ones (-1, as P_R of the others, for U(1)_R).
    """
    model: Any = MODELS[name]
    sums = np.zeros(4)
    gravity = cubic = 0.0
    for _, kind, chirality, colours, hypercharge in WEYL:
        sign = 1 if chirality == "left" else -1
        own = (*LIKE[kind], "charm") if kind == "up" else LIKE[kind]
        for particle in own:
            x = sign * _charge(model, particle, chirality)
            y = sign * hypercharge
            weak = x * colours / 2 if chirality == "left" else 0.0
            sums += [x / 2 if colours == 3 else 0.0, weak / 2, colours * y**2 * x, colours * y * x**2]
            gravity, cubic = gravity + colours * x, cubic + colours * x**3
    np.testing.assert_allclose(sums, 0, atol=1e-12)
    sterile = [-1.0] * 3 if name == "chiral-z" else [model.charges[nu, "left"] for nu in LIKE["nu_e"]]
    assert gravity == pytest.approx(sum(sterile), abs=1e-12)
    assert cubic == pytest.approx(sum(x**3 for x in sterile), abs=1e-12)


def test_one_higgs_doublet_would_make_the_couplings_of_chiral_z_vectors() -> None:
    """What its description says: Z' + a Z with a = 2 g' q_H/g_Z leaves the mass to the singlet, and Yukawas ask for
    q_H = -1: the couplings to charged fermions become vectors, and neutrinos couple with -1."""
    model: Any = MODELS["chiral-z"]
    angle = 0.23
    for particle, isospin, charge in (("up", 0.5, 2 / 3), ("down", -0.5, -1 / 3), ("electron", -0.5, -1.0)):
        left = _charge(model, particle, "left") - 2 * (isospin - charge * angle)
        right = _charge(model, particle, "right") + 2 * charge * angle
        assert left == pytest.approx(right, abs=1e-12)
    assert _charge(model, "nu_e", "left") - 2 * 0.5 == -1.0
    assert "-1 to left-handed neutrinos" in " ".join(model.description.split())
