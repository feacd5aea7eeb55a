"""Materials and form factors."""

from __future__ import annotations

import numpy as np
import pytest

from darktarget.errors import UnknownName
from darktarget.matter.form_factors import FORM_FACTORS, elastic, form_factor, full, helm, inelastic
from darktarget.matter.materials import MATERIALS, material

T = np.geomspace(1e-14, 1, 60)


@pytest.mark.parametrize("name", ["H", "C", "Al", "Si", "Fe", "Cu", "W", "Pb", "polystyrene"])
def test_materials_are_complete(name: str) -> None:
    stuff = material(name)
    assert sum(stuff.mass_fractions) == pytest.approx(1, abs=1e-6)
    assert stuff.radiation_length_cm == pytest.approx(stuff.radiation_length / stuff.density)


@pytest.mark.acceptance("0.15")
def test_radiation_lengths_in_cm() -> None:
    known = {"Pb": 0.5612, "W": 0.3504, "Al": 8.897, "Fe": 1.757, "Cu": 1.436, "Si": 9.370, "C": 19.32}  # PDG
    for name, length in known.items():
        assert material(name).radiation_length_cm == pytest.approx(length, rel=2e-3)


@pytest.mark.acceptance("0.14")
def test_nuclei_per_radiation_length_of_s000() -> None:
    """S000 Eq. (7) with 11.35 g/cm^3, 207.2 g/mol and 0.56 cm."""
    lead = material("Pb")
    assert lead.nuclei_per_cm2_per_X0[0] * 0.56 / lead.radiation_length_cm == pytest.approx(1.847e22, rel=1e-3)


def test_electrons_of_a_compound() -> None:
    stuff = material("polystyrene")  # C8H8: 56 electrons, 104.15 g/mol
    assert stuff.electrons_per_cm2_per_X0 == pytest.approx(6.02214e23 * 56 / 104.15 * 43.79, rel=1e-3)


@pytest.mark.parametrize("name", MATERIALS.names())
def test_form_factors_have_the_right_ends(name: str) -> None:
    for nucleus in material(name).elements:
        for form in FORM_FACTORS.values():
            values = form.g2(T, nucleus)
            assert np.all(values >= 0)
            assert values[0] < 1e-3 * nucleus.Z**2  # screened
            assert values.max() < nucleus.Z * (nucleus.Z + 1)
        unscreened = elastic(np.array([1e-7]), nucleus)[0] / nucleus.Z**2
        assert 0.8 < unscreened < 1
        np.testing.assert_allclose(full(T, nucleus), elastic(T, nucleus) + inelastic(T, nucleus))


def test_helm_by_fourier_transform_of_its_charge() -> None:
    """Helm's form factor is that of a uniform sphere folded with a Gaussian: checked by quadrature in r."""
    lead = material("Pb").elements[0]
    fermi = 1 / 0.1973269804
    c, a, s = 1.23 * lead.A ** (1 / 3) - 0.60, 0.52, 0.9
    radius = np.sqrt(c**2 + 7 / 3 * np.pi**2 * a**2 - 5 * s**2) * fermi
    for t in (1e-5, 1e-3, 8e-3):
        q = np.sqrt(t)
        z, w = np.polynomial.legendre.leggauss(200)
        r, dr = radius * (z + 1) / 2, radius * w / 2
        sphere = (3 / radius**3 * r**2 * np.sinc(q * r / np.pi) * dr).sum()
        expected = (sphere * np.exp(-t * (s * fermi) ** 2 / 2)) ** 2
        screening = elastic(np.array([t]), lead)[0] * (1 + t / (0.164 * lead.A ** (-2 / 3))) ** 2
        assert helm(np.array([t]), lead)[0] == pytest.approx(screening * expected, rel=1e-6)


def test_unknown_names_list_the_valid_ones() -> None:
    with pytest.raises(UnknownName, match="polystyrene"):
        material("Unobtainium")
    with pytest.raises(UnknownName, match="helm"):
        form_factor("none")
    with pytest.raises(UnknownName):
        material(None)  # type: ignore[arg-type]
