"""Laws of Lorentz structures: one call defines all, a copy gives the same numbers, and what is missing is named."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from importlib.metadata import EntryPoint
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import AXIAL, PSEUDOSCALAR, SCALAR, TENSOR, TENSOR_LEPTONS, VECTOR, LorentzStructure
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.errors import InputError, PhysicsError, UnknownName
from darktarget.models import MODELS
from darktarget.models.base.mediator import MediatorModel
from darktarget.models.dark_photon import DarkPhoton
from darktarget.models.i2dm import I2dm
from darktarget.models.scalar import Scalar
from darktarget.production import PROCESSES
from darktarget.production.amplitudes.exact import EXACT, two_diagrams, vector
from darktarget.production.spectra import angles, table
from darktarget.registry import Registry, constant
from darktarget.structures import STRUCTURES, Ability

LDMX = dt.experiment("ldmx-4gev")
ABILITIES = tuple(f.name for f in fields(LorentzStructure) if f.name not in ("name", "spin", "absent"))


@pytest.fixture(autouse=True, scope="module")
def _coarse_tables() -> Iterator[None]:
    """Tables of few nodes: copies of a structure have the same numbers on any grid."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("MASSES", 6), ("PLACES", 10), ("SHIFT_MASSES", 4), ("CHECKPOINTS", ((0.6, 0.9),))):
            patch.setattr(table, name, value)
        patch.setattr(angles, "SHAPE", (4, 2, 4))
        yield


def _with(model: type[MediatorModel], structure: LorentzStructure) -> type[MediatorModel]:
    """A model whose coupling has another structure."""
    return type("Copy", (model,), {"structure": structure})


def photon(structure: LorentzStructure, **given: Any) -> MediatorModel:
    """A dark photon with a structure."""
    return _with(DarkPhoton, structure)(**{"mass": [0.02, 0.1], **given})


def doublet(structure: LorentzStructure) -> MediatorModel:
    """Two dark states that annihilate and convert."""
    return _with(I2dm, structure)(mass=0.1, coupling=1e-4)


def radiating(structure: LorentzStructure) -> MediatorModel:
    """A spin-0 mediator with two photons."""
    return _with(Scalar, structure)(mass=0.05, photon_coupling=1.0)


def _events(structure: LorentzStructure) -> Any:
    drawn = dt.sampler(photon(structure, mass=0.1), LDMX).events(50, seed=1)
    return np.concatenate([drawn.weight, drawn.momentum.ravel(), drawn.particle.ravel()])


def _bremsstrahlung(structure: LorentzStructure, method: str) -> Any:
    return dt.cross_section(photon(structure), energy=4, target="W", method=method).sigma


def _primakoff(structure: LorentzStructure) -> Any:
    return dt.cross_section(radiating(structure), beam="photon", energy=50, target="Pb", process="primakoff").sigma


def _annihilation(structure: LorentzStructure) -> Any:
    return dt.cross_section(photon(structure), beam="positron", energy=9, target="Pb", process="annihilation").sigma


def _constraint(name: str) -> Callable[[LorentzStructure], Any]:
    return lambda structure: dt.constraint(name, photon(structure)).coupling


#: A calculation that needs each ability. The vector has all but the scalar's and what only an axial current needs.
NEEDS: dict[str, Callable[[LorentzStructure], Any]] = {
    "particle_id": _events,
    "lepton_width": lambda s: photon(s).width(coupling=1e-3),
    "lepton_current": _annihilation,
    "dark_currents": lambda s: photon(s).width(dark=True),
    "exact_amplitude": lambda s: dt.limit(photon(s), LDMX, processes=["bremsstrahlung"]).coupling_upper,
    "weizsaecker_williams": lambda s: _bremsstrahlung(s, "ww"),
    "primakoff": _primakoff,
    "magnetic_moment": lambda s: dt.gminus2(photon(s)).coupling,
    "electron_scattering": _constraint("charm-ii"),
    "mono_photon": _constraint("babar-2017"),
    "conversion": lambda s: dt.omega(doublet(s)),
    "conserved_current": lambda s: dt.relic_target(photon(s)).coupling,
    "photon_like": _constraint("lep"),
}
MORE: dict[str, Callable[[LorentzStructure], Any]] = {
    "limit with annihilation": lambda s: dt.limit(photon(s), LDMX).coupling_upper,
    "exact cross section": lambda s: _bremsstrahlung(s, "etl"),
    "annihilation": _annihilation,
    "omega": lambda s: dt.omega(photon(s, coupling=1e-4)),
}


def _original(ability: str) -> LorentzStructure:
    either = replace(VECTOR, lepton_current=None)  # a known current that is conserved needs no statement
    return {"primakoff": SCALAR, "lepton_current": AXIAL, "conserved_current": either}.get(ability, VECTOR)


def test_every_ability_is_under_test() -> None:
    assert set(NEEDS) == set(ABILITIES)


@pytest.mark.parametrize("name", [*NEEDS, *MORE])
def test_a_copy_under_another_name_gives_the_same_numbers(name: str) -> None:
    calculate, original = (NEEDS | MORE)[name], _original(name)
    expected, found = calculate(original), calculate(replace(original, name="toy"))
    assert np.isfinite(expected).any()
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("ability", NEEDS)
def test_a_missing_ability_is_named(ability: str) -> None:
    """The error names the structure, the ability and the structures that have it, never a KeyError."""
    original = _original(ability)
    nothing: Any = {f.name: f.default for f in fields(LorentzStructure) if f.name == ability}
    without = replace(original, name="toy", **nothing)
    with pytest.raises(PhysicsError, match=rf"structure toy has no {ability} .*defined for .*{original.name}"):
        NEEDS[ability](without)


def test_a_structure_with_nothing_is_refused_everywhere() -> None:
    """Whatever the calculation needs first, the error names the structure."""
    for calculate in (NEEDS | MORE).values():
        with pytest.raises(PhysicsError, match="structure bare has no"):
            calculate(LorentzStructure("bare", 1))


def test_reasons_are_part_of_the_error() -> None:
    with pytest.raises(PhysicsError, match=r"g-2 of spin-2: .* needs a cut-off; defined for axial, pseudosc"):
        dt.gminus2(dt.model("spin-2", mass=0.1))
    with pytest.raises(PhysicsError, match=r"lep cannot be recomputed for scalar: .* photon_like"):
        dt.constraint("lep", dt.model("scalar", mass=0.1))


def test_a_kind_of_dark_matter_without_a_current_is_refused() -> None:
    no_scalar = replace(VECTOR, name="toy", dark_currents={"dirac": "darktarget.decays.currents:VECTOR_FERMIONS"})
    assert photon(no_scalar, dm="dirac").channels()
    with pytest.raises(PhysicsError, match=r"dm = scalar .* toy has no current of it in dark_currents, only of dirac"):
        photon(no_scalar, dm="scalar")
    assert not photon(replace(VECTOR, name="toy", dark_currents=None), dm="none").pairs()


def test_stored_tables_are_those_of_the_amplitude() -> None:
    """Half of the amplitude under the same name, as after an edit, and under a shipped name: no table is confused."""

    def half(*at: Any) -> Any:
        return tuple(tuple(0.5 * c for c in polynomial) for polynomial in vector(*at))

    def rate(structure: LorentzStructure) -> float:
        return float(dt.produce(photon(structure), LDMX, processes=["bremsstrahlung"])[0].total[1])

    full = rate(VECTOR)
    assert rate(replace(VECTOR, name="edited")) == full
    for name in ("edited", "vector"):
        assert rate(replace(VECTOR, name=name, exact_amplitude=two_diagrams(half))) == pytest.approx(full / 2, rel=1e-6)
    assert rate(VECTOR) == full


@pytest.mark.parametrize("name", dt.names("structures"))
def test_shipped_structures_load(name: str) -> None:
    structure = STRUCTURES[name]
    assert structure.name == name
    for ability in ABILITIES:
        if structure in Ability[Any](ability):
            assert Ability[Any](ability)[structure] is not None
    assert set(structure.absent or {}) <= set(ABILITIES) - {a for a in ABILITIES if structure in Ability[Any](a)}


def test_names_and_equality() -> None:
    known = (AXIAL, PSEUDOSCALAR, SCALAR, TENSOR, TENSOR_LEPTONS, VECTOR)
    assert tuple(STRUCTURES[n] for n in dt.names("structures")) == known
    assert [constant(s.name) for s in known][-2:] == ["TENSOR_LEPTONS", "VECTOR"]
    for structure in known:
        for other in (copy.deepcopy(structure), copy.copy(structure)):
            assert other == structure
            assert hash(other) == hash(structure)
            assert EXACT[other] is EXACT[structure]
    assert replace(VECTOR, name="other") != VECTOR
    with pytest.raises(UnknownName, match="tensor-leptons"):
        STRUCTURES["left-handed"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "../x"}, "name"),
        ({"name": ""}, "name"),
        ({"spin": 3}, "spin"),
        ({"spin": True}, "spin"),
        ({"particle_id": 0}, "particle_id of the structure mine"),
        ({"lepton_width": 3.0}, "lepton_width"),
        ({"lepton_width": "vector_to_dirac"}, "lepton_width"),
        ({"lepton_current": "axial"}, "lepton_current"),
        ({"dark_currents": "dirac"}, "dark_currents"),
        ({"photon_like": "yes"}, "photon_like"),
    ],
)
def test_bad_fields(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=f"{field}.*allowed is"):
        LorentzStructure(**{"name": "mine", "spin": 1, **given})


@pytest.mark.parametrize("reference", ["no_such_module:x", "darktarget.decays.two_body:no_such_width"])
def test_references_that_cannot_be_loaded(reference: str) -> None:
    with pytest.raises(InputError, match=re.escape(reference)):
        TO_LEPTONS[LorentzStructure("mine", 1, lepton_width=reference)]


def test_structures_of_other_packages_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "darktarget.structures.vector:VECTOR", "darktarget.structures")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == point.group else [])
    found: Registry[LorentzStructure] = Registry("structure", "darktarget.structures", attribute=constant)
    assert "mine" in found.names()
    assert found["mine"] is VECTOR
    assert found["tensor-leptons"] is TENSOR_LEPTONS


SCRIPT = """
import sys
from dataclasses import replace
import darktarget.structures
from darktarget.decays.two_body import TO_LEPTONS
from darktarget.core import TENSOR, VECTOR
TO_LEPTONS[TENSOR]
heavy = ("darktarget.production", "darktarget.constraints", "darktarget.thermal")
print([m for m in sys.modules if m.startswith(heavy)])
from darktarget.models.base.vector import VectorModel

class Mine(VectorModel):
    name, mediator, references = "mine", "X", ()
    structure = replace(VECTOR, name="mine", lepton_width=lambda M, m, alpha: 2 * VECTOR_WIDTH(M, m, alpha))

VECTOR_WIDTH = TO_LEPTONS[VECTOR]
import darktarget as dt
mine, photon = Mine(mass=0.1), dt.model("dark-photon", mass=0.1)
print(round(float((mine.lepton_width("electron", mine.mass) / photon.lepton_width("electron", mine.mass))[0]), 9))
print(bool(dt.constraint("babar-2017", mine).coupling[0] > 0), bool(dt.relic_target(mine).coupling[0] > 0))
"""


def test_one_script_defines_and_uses_a_structure_and_a_width_loads_no_amplitudes() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "2.0", "True True"]


@pytest.mark.parametrize("name", dt.names("processes"))
def test_beams_that_a_process_does_not_start_from(name: str) -> None:
    made = PROCESSES[name]
    models = [m for m in dt.names("models") if name in (*MODELS[m].processes, *MODELS[m].on_request)]
    given = {"photon_coupling": 1.0} if name == "primakoff" else {}
    model = dt.model((models or ["scalar" if given else "dark-photon"])[0], mass=0.01, **given)
    if name == "off-shell":
        model = dt.model("dark-photon", mass=0.01, mass_ratio=1.5)
    wrong = [b for b in ("electron", "positron", "muon", "photon") if b not in made.beams]
    assert wrong
    for beam in wrong:
        with pytest.raises(PhysicsError, match=f"{name} starts from a beam of {' or '.join(made.beams)}, not {beam}"):
            dt.cross_section(model, beam=beam, energy=10, target="Pb", process=name)
