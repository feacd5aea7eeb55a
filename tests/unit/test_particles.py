"""The table of particles: unique numbers, positive masses, a source for every number, and no copy elsewhere."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest

import darktarget
from darktarget import particles, units
from darktarget.decays.quark_current import RESONANCES
from darktarget.decays.r_ratio import CHARGED_KAON, OMEGA, PHI
from darktarget.particles import DARK_ID, MEDIATOR_NUMBER, PARTICLES, PDG_ID, Sourced, nucleus_id
from darktarget.production.mesons.photoproduction import MESONS

ROOT = Path(darktarget.__file__).parent
PAPERS = ROOT.parent / "darktarget_papers"


def test_names_symbols_and_numbers_are_unique() -> None:
    every = list(PARTICLES.values())
    for column in ("name", "symbol", "number"):
        assert len({getattr(p, column) for p in every}) == len(every)
    own = {*DARK_ID.values(), *MEDIATOR_NUMBER.values()}
    assert not own & {abs(p.number) for p in every}
    assert sorted(own) == [39, 51, 52, 53, 54, 55]
    assert nucleus_id(82, 207.2) == 1000822070


@pytest.mark.parametrize("particle", PARTICLES.values(), ids=lambda p: p.name)
def test_numbers_are_positive_and_sourced(particle: particles.Particle) -> None:
    numbers = [n for n in vars(particle).values() if isinstance(n, Sourced)]
    assert numbers
    assert all(n.source for n in numbers)
    assert particle.mass.value > 0 or particle.name == "photon"
    assert all(n.value > 0 for n in numbers[1:])
    assert particle.width is None or particle.lifetime is None
    assert 0 <= particle.electron_fraction < 1
    assert particle.width_MeV >= 0
    assert particle.lifetime_s > 0


def test_antiparticles_have_the_negative_number() -> None:
    assert PDG_ID["positron"] == -PDG_ID["electron"] == -11
    assert PDG_ID["antimuon"] == -PDG_ID["muon"] == -13


def test_every_part_uses_the_table() -> None:
    assert units.LEPTON_MASS["muon"] == PARTICLES["muon"].mass_MeV * units.MeV
    assert MESONS["phi"].mass == PHI.mass == PARTICLES["phi"].mass_MeV * units.MeV
    assert MESONS["omega"].width == OMEGA.width
    assert MESONS["J/psi"].mass == RESONANCES[0].mass
    assert CHARGED_KAON.mass == PARTICLES["charged kaon"].mass_MeV * units.MeV


def _literals(path: Path) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return {t.string for t in tokens if t.type == tokenize.NUMBER}


def _digits(number: str) -> str:
    """Significant digits of a literal: 0.77526 and 775.26 have the same."""
    return number.lower().replace("_", "").split("e")[0].replace(".", "").strip("0")


def test_no_mass_is_repeated() -> None:
    """No literal in the code outside the table has the digits of a mass (those with at least five of them)."""
    masses = {_digits(repr(p.mass_MeV)) for p in PARTICLES.values()} | {_digits(repr(particles.ATOMIC_MASS_UNIT.value))}
    masses = {m for m in masses if len(m) >= 5}
    sources = [p for folder in (ROOT, PAPERS) for p in folder.rglob("*.py") if p != ROOT / "particles.py"]
    found = {(p.name, n) for p in sources for n in _literals(p) if _digits(n) in masses}
    assert found == set()
