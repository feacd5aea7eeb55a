"""Magnetic moments at one loop: closed form, heavy limits, numbers of the papers."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf
from mpmath import quad as integral
from typer.testing import CliRunner

import darktarget as dt
from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, VECTOR, LorentzStructure
from darktarget.decays.anomalies import ANOMALIES
from darktarget.decays.magnetic_moment import NUMERATORS, kernel
from darktarget.errors import InputError, PhysicsError, UnknownName
from darktarget.interface.cli import app
from darktarget.units import ELECTRON_CHARGE_SQUARED, MUON_MASS

RATIOS = np.array([1e-4, 1e-2, 0.3, 1.0, 1.9, 2.0, 2.1, 10.0, 1e3, 1e5])


def _closed_form(ratio: float) -> float:
    """1 - 2r - (2r - r^2) ln r + (4r^2 - 2r - r^3) J with J the integral of 1/(x^2 - r x + r), 60 digits."""
    with mp.workdps(60):
        r = mpf(ratio) ** 2
        w = mp.sqrt(abs(r - r * r / 4))
        if r == 4:
            J = 1 / (r / 2 - 1) - 2 / r
        elif r < 4:
            J = (mp.atan((1 - r / 2) / w) + mp.atan(r / 2 / w)) / w
        else:
            J = (mp.log((r / 2 - 1 + w) / (r / 2 - 1 - w)) - mp.log((r / 2 + w) / (r / 2 - w))) / (2 * w)
        return float(1 - 2 * r - (2 * r - r**2) * mp.log(r) + (4 * r**2 - 2 * r - r**3) * J)


def test_vector_kernel_equals_the_closed_form() -> None:
    for ratio in RATIOS:
        value = 8 * np.pi**2 * float(kernel(VECTOR, np.array([ratio]))[0])
        assert value == pytest.approx(_closed_form(float(ratio)), rel=1e-8), ratio


def _integrand(structure: LorentzStructure, ratio: float, x: Any) -> Any:
    r: Any = ratio**2
    return NUMERATORS[structure](x, 1 - x, r) / (x**2 + r * (1 - x))


@pytest.mark.parametrize("structure", NUMERATORS, ids=lambda s: s.name)
def test_every_kernel_agrees_with_adaptive_integration(structure: LorentzStructure) -> None:
    for ratio in (0.01, 1.0, 2.0, 30.0):
        expected = float(
            integral(partial(_integrand, structure, ratio), [0, min(ratio, 0.5), 1 - min(0.4, 1 / (1 + ratio**2)), 1])
        )
        assert 8 * np.pi**2 * float(kernel(structure, np.array([ratio]))[0]) == pytest.approx(expected, rel=1e-9)


def test_heavy_limits() -> None:
    """Section 12 of the formula collection: in units of g^2, h = m^2/M^2."""
    ratio = 1e4
    h = ratio**-2
    limits = {
        VECTOR: h / (12 * np.pi**2),
        AXIAL: -5 * h / (12 * np.pi**2),
        SCALAR: h / (8 * np.pi**2) * (np.log(1 / h) - 7 / 6),
        PSEUDOSCALAR: -h / (8 * np.pi**2) * (np.log(1 / h) - 11 / 6),
    }
    for structure, limit in limits.items():
        assert float(kernel(structure, np.array([ratio]))[0]) == pytest.approx(limit, rel=1e-3)


def test_massless_photon_gives_schwinger() -> None:
    assert float(kernel(VECTOR, np.array([1e-8]))[0]) == pytest.approx(1 / (8 * np.pi**2), rel=1e-6)


@pytest.mark.acceptance("2.11", "4.2")
def test_numbers_of_the_issue() -> None:
    band = dt.gminus2(dt.model("dark-photon", mass=[0.1, 0.39, 1.14]), anomaly="wp2020")
    np.testing.assert_allclose(band.coupling, [3.12e-3, 7.77e-3, 2.02e-2], rtol=5e-3)
    unit = band.extra["delta_a_at_unit_coupling"]
    low, high = np.array([pair for ((*pair,),) in band.intervals]).T
    np.testing.assert_allclose(unit * low**2, (251 - 118) * 1e-11)
    np.testing.assert_allclose(unit * high**2, (251 + 118) * 1e-11)
    assert "2.51e-09" in band.method[0]
    assert [p.value for p in band.published] == [251e-11, 59e-11]


def test_the_value_used_can_be_changed() -> None:
    model = dt.model("dark-photon", mass=0.1)
    older = dt.gminus2(model, delta=279e-11, sigma=76e-11)
    named = dt.gminus2(model, anomaly="bnl")
    assert older.coupling[0] == named.coupling[0]
    assert older.coupling[0] / dt.gminus2(model).coupling[0] == pytest.approx(np.sqrt(279 / 38))
    assert older.published == ()
    assert [p.value for p in named.published] == [279e-11, 76e-11]


def test_the_default_is_that_of_2025() -> None:
    """(38 +- 63)e-11: the band starts at 0, where it reaches the Standard Model; its upper edge is 164e-11."""
    band = dt.gminus2(dt.model("dark-photon", mass=0.1))
    ((low, high),) = band.intervals[0]
    unit = band.extra["delta_a_at_unit_coupling"][0]
    assert [p.value for p in band.published] == [38e-11, 63e-11]
    assert (band.name, low) == ("muon-g-2", 0.0)
    assert unit * high**2 == pytest.approx(164e-11)
    assert unit * band.coupling[0] ** 2 == pytest.approx(38e-11)
    assert "White Paper 2025" in band.title
    assert {"2505.21476", "2506.03069"} <= set(band.references)


#: (measured, error), (predicted, error) in units of the last column, as the sources print them
SOURCES = {
    "wp2025": ((116592071.5, 14.5), (116592033, 62), 1e-11),
    "wp2020": ((116592061, 41), (116591810, 43), 1e-11),
    "bnl": ((116592089, 63), (116591810, 43), 1e-11),
    "rb": ((1159652180.59, 0.13), (1159652180.252, 0.095), 1e-12),
    "cs": ((1159652180.59, 0.13), (1159652181.606, 0.230), 1e-12),
    "rb2020": ((1159652180.73, 0.28), (1159652180.252, 0.095), 1e-12),
    "cs2018": ((1159652180.73, 0.28), (1159652181.61, 0.23), 1e-12),
}


@pytest.mark.parametrize("name", ANOMALIES)
def test_every_choice_follows_from_its_sources(name: str) -> None:
    """The difference to half a unit of the last digit, its error to one and a half."""
    (measured, error), (predicted, of_theory), unit = SOURCES[name]
    chosen, digit = ANOMALIES[name], 0.01 if unit == 1e-12 else 1.0
    assert chosen.delta / unit == pytest.approx(measured - predicted, abs=0.51 * digit)
    assert chosen.sigma / unit == pytest.approx(np.hypot(error, of_theory), abs=1.5 * digit)
    assert chosen.references
    for number in (measured, predicted):
        assert f"{number:.14g}" in chosen.arithmetic


def test_exclusion_reading_of_a_moment() -> None:
    """|contribution| above max(0, Delta a of its sign) + z sigma, for contributions of both signs."""
    for name, lepton in [(n, a.lepton) for n, a in ANOMALIES.items()]:
        chosen = ANOMALIES[name]
        for kind, sign in (("dark-photon", 1), ("axial", -1)):
            model = dt.model(kind, mass=[0.01, 0.1])
            unit = np.abs(dt.gminus2(model, lepton).extra["delta_a_at_unit_coupling"])
            for z in (1.0, 2.0):
                found = dt.constraint(f"{lepton}-g-2", model, anomaly=name, z=z)
                room = max(0.0, sign * chosen.delta) + z * chosen.sigma
                np.testing.assert_allclose(unit * found.coupling**2, room, rtol=1e-12)
                assert all(pair[1] == np.inf for ((pair),) in found.intervals)
                assert found.cl == pytest.approx({1.0: 0.6827, 2.0: 0.9545}[z], abs=1e-4)
                assert chosen.title in found.title
                assert found.published == chosen.published
    none = dt.constraint("muon-g-2", dt.model("dark-photon", mass=0.1), anomaly="wp2020")
    assert none.name == "muon-g-2:wp2020"


def test_choices_by_name_beside_a_limit() -> None:
    """``NAME:VALUE`` is the first option of a curve, ``NAME:OPTION=VALUE`` any of them; what is unknown is listed."""
    model = dt.model("dark-photon", mass=0.1)
    words = ["gminus2:wp2020", "gminus2:cs", "electron-g-2:cs", "muon-g-2:wp2020:z=3", "relic:equilibrium=imposed"]
    band, electron, cs, three, relic = dt.curves(words, model)
    assert band.coupling[0] == dt.gminus2(model, anomaly="wp2020").coupling[0]
    assert (band.name, electron.name, cs.name) == ("muon-g-2:wp2020", "electron-g-2:cs", "electron-g-2:cs")
    assert cs.coupling[0] == dt.constraint("electron-g-2", model, anomaly="cs").coupling[0]
    assert three.name == "muon-g-2:wp2020:z=3"
    assert relic.name == "relic"
    with pytest.raises(UnknownName, match=r"wp2025, wp2020, bnl, rb, cs.*Did you mean wp2025"):
        dt.curves(["gminus2:wp2026"], model)
    with pytest.raises(UnknownName, match="one of rb, cs, rb2020, cs2018"):
        dt.curves(["electron-g-2:wp2020"], model)
    with pytest.raises(UnknownName, match="one of wp2025, wp2020, bnl"):
        dt.gminus2(model, anomaly="cs")
    with pytest.raises(UnknownName, match="anomaly, z"):
        dt.constraint("muon-g-2", model, sigma=3.0)
    with pytest.raises(InputError, match="lep has no options"):
        dt.curves(["lep:wp2020"], model)
    with pytest.raises(InputError, match="given once"):
        dt.curves(["muon-g-2:wp2020:anomaly=bnl"], model)
    with pytest.raises(InputError, match="left out where muon-g-2:wp2020 is given"):
        dt.constraint("muon-g-2:wp2020", model, anomaly="bnl")
    with pytest.raises(InputError, match="left out where delta"):
        dt.gminus2(model, delta=1e-9, sigma=1e-10, anomaly="bnl")


def test_signs() -> None:
    """Axial and pseudoscalar mediators lower the moment: no coupling explains a positive Delta a."""
    for name in ("axial", "pseudoscalar"):
        band = dt.gminus2(dt.model(name, mass=0.1))
        assert np.isnan(band.coupling[0])
        assert band.intervals[0][0][0] == 0.0  # 38 - 2 x 63 is negative: small contributions of either sign are allowed
        assert dt.gminus2(dt.model(name, mass=0.1), anomaly="wp2020").intervals == ((),)
        assert "opposite" in str(band.reason[0])
        assert np.isfinite(dt.gminus2(dt.model(name, mass=0.1), delta=-1e-9, sigma=1e-10).coupling[0])
    scalar = dt.gminus2(dt.model("scalar", mass=100 * MUON_MASS))
    assert scalar.coupling[0] == pytest.approx(
        np.sqrt(38e-11 / ELECTRON_CHARGE_SQUARED / float(kernel(SCALAR, np.array([100.0]))[0]))
    )


def test_electron_band_reaches_zero() -> None:
    """Delta a_e = (48 +- 30)e-14: 2 sigma includes no contribution at all; (34 +- 16)e-14 just does not."""
    model = dt.model("dark-photon", mass=0.1)
    ((interval,),) = dt.gminus2(model, "electron", anomaly="rb2020").intervals
    assert interval[0] == 0.0
    assert interval[1] == pytest.approx(7.31e-3, rel=1e-2)
    ((low, high),) = dt.gminus2(model, "electron").intervals[0]
    assert low**2 / high**2 == pytest.approx(2 / 66)


def test_bad_input() -> None:
    model = dt.model("dark-photon", mass=0.1)
    with pytest.raises(UnknownName, match="electron, muon"):
        dt.gminus2(model, "tau")
    with pytest.raises(InputError, match="sigma"):
        dt.gminus2(model, delta=1e-9)
    with pytest.raises(InputError, match="sigma"):
        dt.gminus2(model, delta=1e-9, sigma=0.0)
    with pytest.raises(InputError, match="delta"):
        dt.gminus2(model, delta=float("nan"), sigma=1e-9)
    with pytest.raises(PhysicsError, match="spin-2"):
        kernel(LorentzStructure("spin-2", 2), np.array([1.0]))


def test_command_line() -> None:
    words = ["gminus2", "dark-photon", "--mass", "0.1,0.39", "--json"]
    done = CliRunner().invoke(app, [*words, "--anomaly", "wp2020"])
    document = json.loads(done.stdout)
    assert document["coupling_central"] == pytest.approx([3.12e-3, 7.77e-3], rel=5e-3)
    assert len(document["coupling_2sigma"][0]) == 2
    assert json.loads(CliRunner().invoke(app, words).stdout)["coupling_2sigma"][0][0] == 0
    words = ["gminus2", "axial", "--mass", "0.1", "--anomaly", "wp2020", "--json"]
    none = json.loads(CliRunner().invoke(app, words).stdout)
    assert none["coupling_central"] == [None]
    assert none["coupling_2sigma"] == [None]
    table = CliRunner().invoke(app, ["gminus2", "dark-photon", "--mass", "0.1", "--anomaly", "wp2020"])
    assert "0.0031246" in table.stdout
    assert "(wp2020)" in table.stderr
    listed = CliRunner().invoke(app, ["gminus2", "dark-photon", "--mass", "0.1", "--anomaly", "wp2021"])
    assert isinstance(listed.exception, UnknownName)
    cs = CliRunner().invoke(app, ["constraint", "electron-g-2:cs", "dark-photon", "--mass", "0.1", "--json"])
    assert json.loads(cs.stdout)["name"] == "electron-g-2:cs"


def test_relic_command_line() -> None:
    done = CliRunner().invoke(app, ["relic", "dark-photon", "-p", "dm=majorana", "--mass", "0.03", "--json"])
    document = json.loads(done.stdout)
    assert document["coupling"] == pytest.approx([7.35e-5], rel=0.05)
    assert document["omega_h2"] == 0.12
    assert document["y"][0] == pytest.approx(document["coupling"][0] ** 2 * 0.1 / 81, rel=1e-12)
    table = CliRunner().invoke(app, ["relic", "dark-photon", "--mass", "0.03"])
    assert "coupling" in table.stdout
    refused = CliRunner().invoke(app, ["relic", "dark-photon", "--mass", "0.03", "-p", "mass_ratio=0.8"])
    assert isinstance(refused.exception, PhysicsError)
    given = CliRunner().invoke(app, ["relic", "dark-photon", "--mass", "0.03", "-p", "coupling=1e-3"])
    assert isinstance(given.exception, InputError)


def test_flight_of_chi2_where_the_relic_line_leaves_the_band() -> None:
    """0.73 GeV, 50 GeV: 24 cm on the relic line (eps 9.9e-3), 13 cm at the centre of (251 +- 59)e-11."""
    model = dt.model("idm", mass=0.73, splitting=0.4)
    mass = float(model.state("chi2").mass[0])
    relic, centre = dt.relic_target(model).coupling[0], dt.gminus2(model, anomaly="wp2020").coupling[0]
    assert relic == pytest.approx(9.9e-3, rel=0.01)
    lengths = [float(model.proper_length("chi2", coupling=float(c))[0]) * 50 / mass for c in (relic, centre)]
    assert lengths == [pytest.approx(24, abs=0.5), pytest.approx(13, abs=0.5)]
