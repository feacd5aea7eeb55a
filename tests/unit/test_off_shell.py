"""Pairs from a mediator below its threshold, against an integral over bremsstrahlung of heavier mediators."""

from __future__ import annotations

import numpy as np
import pytest

import darktarget as dt
from darktarget.errors import UnknownName
from darktarget.units import GeV

MASS, RATIO = 0.1, 1.5


@pytest.mark.parametrize("name", ["dark-photon", "idm", "scalar"])
def test_cross_section_against_a_trapezoid(name: str) -> None:
    """sigma(m_X = sqrt s) sqrt(s) Gamma/(pi [(s - M^2)^2 + s Gamma(sqrt s)^2]) summed over s by hand."""
    model = dt.model(name, mass=MASS, mass_ratio=RATIO)
    found = dt.cross_section(model, energy=100, target="Pb", process="off-shell")
    start = float(model.dark_threshold[0])
    root = start * np.exp(np.linspace(0, 1, 300) ** 2 * np.log(40))
    sigma = dt.cross_section(dt.model(name, mass=root / GeV), energy=100, target="Pb").sigma
    pair = model.width(dark=True, at=root[None])[0]
    density = sigma * root * pair / (np.pi * ((root**2 - (MASS * GeV) ** 2) ** 2 + (root * pair) ** 2))
    assert found.sigma[0] == pytest.approx(np.trapezoid(density, root**2), rel=0.015)


def test_only_where_the_decay_is_closed() -> None:
    mixed = dt.model("dark-photon", mass=0.1, mass_ratio=[1.5, 1.99, 2.01, 3.0])
    assert "off-shell" in mixed.on_request
    sigma = dt.cross_section(mixed, energy=100, target="Pb", process="off-shell").sigma
    assert np.all(sigma[:2] > 0)
    assert np.all(sigma[2:] == 0)
    with pytest.raises(UnknownName):
        dt.cross_section(dt.model("dark-photon", mass=0.1), energy=100, target="Pb", process="off-shell")


def test_it_gives_a_limit() -> None:
    closed = dt.model("dark-photon", mass=0.1, mass_ratio=RATIO)
    bound = dt.limit(closed, dt.experiment("na64e-2018"), processes=["off-shell"])
    on_shell = dt.limit(dt.model("dark-photon", mass=0.1), dt.experiment("na64e-2018"), processes=["bremsstrahlung"])
    assert 3 * on_shell.coupling_upper[0] < bound.coupling_upper[0] < 1
    assert any("below the threshold" in text for text in bound.method)
