"""Curves of a user: formats, units, and the mistakes that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import darktarget as dt
from darktarget.errors import InputError, UnknownName
from darktarget.io.imports import read_curve
from darktarget.units import GeV, MeV

HEPDATA = """
independent_variables:
- header: {name: M(A'), units: MeV}
  values: [{value: 10}, {low: 20, high: 40}, {value: 100}]
dependent_variables:
- header: {name: eps limit}
  qualifiers: []
  values: [{value: 1.0e-4}, {value: 2.0e-4}, {value: 5.0e-4}]
"""
HEPDATA_CSV = """#: name: Figure 3
#: location: made up for a test
M(A') [MEV],"EPS"
""".replace("[MEV]", "[MeV]")


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_darkcast(tmp_path: Path) -> None:
    curve = read_curve(_write(tmp_path, "a.lmt", "#  mass lower upper\n 1e-2 1e-6 1e-4\n 2e-2 2e-6 5e-5\n"))
    np.testing.assert_allclose(curve.mass / GeV, [0.01, 0.02])
    assert curve.intervals == (((1e-6, 1e-4),), ((2e-6, 5e-5),))
    assert curve.not_recomputed
    assert "sha256" in curve.method[0]
    assert "DarkCast" in curve.method[0]


def test_columns_with_declared_units(tmp_path: Path) -> None:
    declared = read_curve(_write(tmp_path, "a.txt", "# mass [MeV] coupling\n10 1e-4\n20 2e-4\n"))
    given = read_curve(_write(tmp_path, "b.txt", "10 1e-8\n20 4e-8\n"), mass_unit="MeV", quantity="coupling^2")
    np.testing.assert_allclose(declared.mass / GeV, [0.01, 0.02])
    np.testing.assert_allclose(given.coupling, declared.coupling)
    with pytest.raises(InputError, match="mass_unit"):
        read_curve(_write(tmp_path, "c.txt", "10 1e-4\n20 2e-4\n"))
    with pytest.raises(InputError, match="quantity"):
        read_curve(_write(tmp_path, "d.txt", "10 1e-4\n20 2e-4\n"), mass_unit="MeV")
    with pytest.raises(InputError, match="as the file declares"):
        read_curve(tmp_path / "a.txt", mass_unit="GeV")


def test_y_needs_the_model(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.csv", "mass,y\n0.03,1.2345679e-11\n0.06,2e-11\n")
    with pytest.raises(InputError, match="mass_ratio"):
        read_curve(path)
    curve = read_curve(path, model=dt.model("dark-photon", mass=0.1, mass_ratio=3, alpha_D=0.1))
    assert curve.coupling[0] == pytest.approx(1e-4, rel=1e-6)
    np.testing.assert_allclose(curve.y, [1.2345679e-11, 2e-11])


def test_csv_header(tmp_path: Path) -> None:
    curve = read_curve(_write(tmp_path, "a.csv", "mass,coupling\n0.01,1e-4\n0.02,2e-4\n"), reference="0000.00000")
    assert curve.references == ("0000.00000",)
    other = read_curve(_write(tmp_path, "b.csv", "mass_MeV,coupling\n10,1e-4\n20,2e-4\n"))
    np.testing.assert_allclose(curve.mass, other.mass)
    for header in ("mass [MeV],eps", "mass (MeV),coupling", "# typed in\nmass_MeV,coupling"):
        again = read_curve(_write(tmp_path, "c.csv", f"{header}\n10,1e-4\n20,2e-4\n"))
        assert again.mass.tolist() == [10 * MeV, 20 * MeV]
        assert again.coupling.tolist() == [1e-4, 2e-4]
    for header in ("coupling,mass", "m,eps", "mass_GeV", "mass_GeV,log10 eps"):
        with pytest.raises(InputError, match="header"):
            read_curve(_write(tmp_path, "c.csv", f"{header}\n1,2\n3,4\n"))
    with pytest.raises(UnknownName, match="MeV"):
        read_curve(_write(tmp_path, "d.csv", "mass_parsec,coupling\n10,1e-4\n20,2e-4\n"))


def test_hepdata(tmp_path: Path) -> None:
    curve = read_curve(_write(tmp_path, "a.yaml", HEPDATA), quantity="coupling")
    np.testing.assert_allclose(curve.mass / GeV, [0.01, 0.03, 0.1])
    rows = "10,1e-4\n30,2e-4\n100,5e-4\n"
    same = read_curve(_write(tmp_path, "a.csv", HEPDATA_CSV + rows), quantity="coupling")
    np.testing.assert_allclose(same.mass, curve.mass)
    np.testing.assert_allclose(same.coupling, curve.coupling)
    assert any("Figure 3" in line for line in same.method)
    with pytest.raises(InputError, match="HEPData table in YAML"):
        read_curve(_write(tmp_path, "b.yaml", "a: [1, 2"), quantity="coupling")
    with pytest.raises(InputError, match="HEPData table in YAML"):
        read_curve(_write(tmp_path, "c.yaml", "a: 1"), quantity="coupling")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1e-4 0.01\n3e-4 0.02\n2e-4 0.5\n", "swapped"),
        ("1e-5 0.5\n2e-5 0.7\n", "swapped"),
        ("1e-4 0.01\n2e-4 0.02\n3e-4 0.5\n", "swapped"),
        ("10 1e-4\n200 2e-4\n500 3e-4\n", "MeV"),
        ("2000 1e-4\n3000 2e-4\n", "MeV"),
        ("0.01 -1e-4\n0.02 2e-4\n", "> 0"),
        ("0.01 nan\n0.02 2e-4\n", "> 0"),
        ("0.01 inf\n0.02 2e-4\n", "> 0"),
        ("0.01 1e-4\n0 2e-4\n", "> 0"),
        ("0.01 1e-4\n0.02 50\n", "between"),
        ("0.01 1e-4\n", "two rows"),
        ("0.01 1e-4\n0.02\n", "two or three"),
        ("0.01 1e-4\n0.02 x\n", "numbers only"),
        ("", "two or three"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        read_curve(_write(tmp_path, "a.lmt", text))


def test_gev_given_as_mev(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="GeV"):
        read_curve(_write(tmp_path, "a.txt", "1e-4 1e-4\n2e-4 2e-4\n"), mass_unit="MeV", quantity="coupling")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can be read"):
        read_curve(tmp_path / "absent.lmt")
    (tmp_path / "b.lmt").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="can be read"):
        read_curve(tmp_path / "b.lmt")
    with pytest.raises(UnknownName, match="exclusion"):
        read_curve(_write(tmp_path, "c.lmt", "0.01 1e-4\n0.02 2e-4\n"), kind="line")


@pytest.mark.parametrize(
    ("heading", "quantity"),
    [
        ("eps limit", "coupling"),
        ("Epsilon", "coupling"), (r"$\\varepsilon$", "coupling"), ("EPSILON**2", "coupling^2"),
        (r"$\\epsilon^{2}$", "coupling^2"), ("coupling", "coupling"), ("y", "y"), ("LOG10(EPS)", None), ("SIG", None),
    ],
)  # fmt: skip
def test_headings_declare_the_quantity(tmp_path: Path, heading: str, quantity: str | None) -> None:
    text = HEPDATA.replace("name: eps limit", f'name: "{heading}"')
    path = _write(tmp_path, "a.yaml", text)
    model = dt.model("dark-photon", mass=0.03, mass_ratio=3, alpha_D=0.1)
    if quantity is None:
        with pytest.raises(InputError, match="quantity"):
            read_curve(path, model=model)
    else:
        expected = read_curve(_write(tmp_path, "b.yaml", text.replace(heading, "SIG")), quantity=quantity, model=model)
        np.testing.assert_allclose(read_curve(path, model=model).coupling, expected.coupling)


def test_masses_in_mev_beside_a_model(tmp_path: Path) -> None:
    """5 to 50 GeV may be meant, unless a model of 10 MeV to 1 GeV stands beside it."""
    path = _write(tmp_path, "a.lmt", "5 1e-4\n10 2e-4\n50 3e-4\n")
    read_curve(path)
    read_curve(path, model=dt.model("dark-photon", mass=[1.0, 20.0]))
    with pytest.raises(InputError, match=r"0\.01 and 1 GeV: are they in MeV"):
        read_curve(path, model=dt.model("dark-photon", mass=[0.01, 1.0]))


def test_declarations_on_the_command_line(tmp_path: Path) -> None:
    path = _write(tmp_path, "a.txt", "10 1e-8\n20 4e-8\n")
    model = dt.model("dark-photon", mass=[0.01, 1.0])
    (curve,) = dt.curves([f"{path}:MeV:coupling^2"], model)
    np.testing.assert_allclose(curve.coupling, [1e-4, 2e-4])
    np.testing.assert_allclose(curve.mass / GeV, [0.01, 0.02])
    for wrong, word in (
        (f"{path}:MeV", "quantity"),
        (f"{path}:MeV:eps:9", "FILE:mass_unit:quantity"),
        (str(path), "mass_unit"),
    ):
        with pytest.raises(InputError, match=word):
            dt.curves([wrong], model)
