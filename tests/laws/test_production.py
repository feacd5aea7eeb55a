"""Laws that every model, process and experiment found by the registries must obey."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import darktarget as dt
from darktarget.core import LOGITS, Beam, Model
from darktarget.errors import PhysicsError
from darktarget.production import PROCESSES
from darktarget.production.mesons.photoproduction import MESONS
from darktarget.production.virtual_photon import kinematic_end
from darktarget.units import ELECTRON_MASS

PAIRS = list(itertools.product(dt.names("models"), dt.names("processes")))


BEAMS = [("electron", 100, "Pb"), ("positron", 8, "W"), ("muon", 160, "Fe"), ("photon", 70, "Pb")]


def _model(name: str, mass: Any) -> Model:
    return dt.model(name, mass=mass)


def _has(model: str, process: str) -> bool:
    theory = _model(model, 0.1)
    return process in (*theory.processes, *theory.on_request)


def _couples(model: str, beam: str) -> bool:
    """Whether the mediator couples to the particles of a beam."""
    return any(size.any() for _, size in _model(model, 0.1).lepton_parts(beam))


def _threshold(model: str) -> float:
    """Threshold of the dark pair over the mass parameter."""
    return float(_model(model, 0.1).dark_threshold[0] / 0.1)


#: Invariant mass at which each process closes, for a positron (or photon) of 2 GeV on lead.
ENDS = {
    "annihilation": np.sqrt(2 * ELECTRON_MASS * 2.0 + 2 * ELECTRON_MASS**2),
    "virtual-photon": kinematic_end(Beam("positron", 2.0), 207.2),
    "vector-meson": MESONS["phi"].mass,
}


PAIRS = [(m, p) for m, p in PAIRS if _has(m, p)]


@pytest.mark.parametrize(
    ("model", "process", "beam", "energy", "target"),
    [(*pair, *beam) for pair in PAIRS for beam in BEAMS if beam[0] in PROCESSES[pair[1]].beams],
)
def test_cross_sections_are_finite_and_positive(
    model: str, process: str, beam: str, energy: float, target: str
) -> None:
    masses = np.geomspace(1e-3, 0.08, 7) * min(1.0, 2 / 3 / max(_threshold(model), 2 / 3))
    which = _model(model, masses)
    result = dt.cross_section(which, beam=beam, energy=energy, target=target, process=process)
    assert np.all(np.isfinite(result.sigma))
    if beam != "photon" and not which.lepton_coupling(beam).any():
        assert np.all(result.sigma == 0)
        return
    assert np.all(result.sigma > 0)
    assert np.all((result.relative_error > 0) & (result.relative_error < 0.01))
    assert result.references
    assert result.method


@pytest.mark.parametrize(("model", "process"), PAIRS)
def test_closed_is_zero_and_threshold_continuous(model: str, process: str) -> None:
    energy, beam = 2.0, next(b for b in ("positron", "photon") if b in PROCESSES[process].beams)
    end = energy
    if process in ENDS:  # sqrt(s) = threshold of the dark pair, whatever the model says that is
        ratio = _threshold(model)
        if ratio == 0:
            pytest.skip("massless dark particles: never closed")
        end = ENDS[process] / ratio
    masses = end * np.linspace(0.9, 0.9999, 12)
    sharp: Any = {"electrons": "rest", "radiation": False}  # bound electrons have no threshold
    result = dt.cross_section(
        _model(model, [*masses, 1.05 * end]), beam=beam, energy=energy, target="Pb", process=process, **sharp
    )
    assert result.sigma[-1] == 0.0
    assert result.reason[-1]
    assert np.all(np.diff(result.sigma[:-1]) < 0)


@pytest.mark.parametrize(("model", "process"), PAIRS)
@pytest.mark.parametrize("experiment", dt.names("experiments"))
def test_yields_are_weights_on_energies_below_the_beam(model: str, process: str, experiment: str) -> None:
    seen = dt.experiment(experiment)
    tracks = "with-photons" if seen.beam.particle == "muon" and "photon" in PROCESSES[process].beams else "shower"
    able = seen.beam.particle != "muon" or {"muon", "photon"} & set(PROCESSES[process].beams)
    if not able:
        with pytest.raises(PhysicsError, match="starts from"):
            dt.produce(_model(model, [0.01, 0.25]), seen, processes=[process])
        return
    (made,) = dt.produce(_model(model, [0.01, 0.25]), seen, processes=[process], tracks=tracks)
    assert made.power > 0
    assert np.all(made.weight >= 0)
    if not _couples(model, seen.beam.particle) and tracks == "shower":
        assert np.all(made.total == 0)
        return
    assert made.total[0] > 0
    assert np.all(made.total >= 0)
    assert np.all(made.energy <= seen.beam.energy)
    looks = any(b.signature.name == "visible-decay" for b in seen.bins)  # elsewhere angles are tabulated on demand
    if made.angle is not None and looks:
        angle = made.angle()
        assert angle.shape == (*made.weight.shape, len(LOGITS))
        assert np.all(np.diff(angle[made.weight > 0], axis=-1) > 0)
    assert made.references
    assert made.method


def once_per_search() -> list[Any]:
    """Experiments; those with simulated decays of the same signatures as one before are left to `make validate`."""
    found, known = [], set()
    for name in dt.names("experiments"):
        seen = dt.experiment(name)
        kind = tuple(sorted(b.signature.name for b in seen.bins))
        again = bool(seen.target.slabs) and kind in known
        found.append(pytest.param(name, marks=pytest.mark.validate) if again else name)
        known.add(kind)
    return found


@pytest.mark.parametrize("model", dt.names("models"))
@pytest.mark.parametrize("experiment", once_per_search())
def test_limits_scale_with_the_exposure(model: str, experiment: str) -> None:
    """The expected counts of a limit are those of the yields, and the limit is where they reach the count limit."""
    seen = dt.experiment(experiment)
    visible = any(b.signature.name == "visible-decay" for b in seen.bins)
    theory = _model(model, [0.01, 0.3])
    if visible and not theory.mediator_mass.any():
        pytest.skip("dark pairs of a photon do not decay visibly as one")
    if "mass_ratio" in theory.values:
        theory = dt.model(model, mass=[0.01, 0.3], mass_ratio=1.5 if visible else 3.0)
    bound, counts = dt.limit(theory, seen), dt.measurement(theory, seen)
    known = np.isfinite(bound.coupling_upper)
    reached, needed = counts.events(bound.coupling_upper), bound.count_limit_with_nuisances
    # where the make-up of the signal varies along couplings, the statistics are solved again at every step, to 1e-6
    np.testing.assert_allclose(reached[known], needed[known], rtol=1e-6)
    assert np.all(bound.coupling_upper[known] > 0)
    assert [bool(point) for point in bound.intervals] == known.tolist()
    if not _couples(model, seen.beam.particle):
        assert not known.any()
        assert all(bound.reason)
        return
    if visible or seen.target.slabs:  # too short-lived, or too rarely visible, at every coupling
        assert np.all(bound.peak_counts[~known] < needed[~known])
        assert all("at most" in str(r) for r, k in zip(bound.reason, known, strict=True) if not k)
    else:
        assert known.all()
    assert bound.references


@pytest.mark.acceptance("2.2")
@pytest.mark.parametrize("model", dt.names("models"))
@pytest.mark.parametrize("experiment", ["na64e-2018", "na64e-positron"])
def test_limits_of_bremsstrahlung_are_smooth_in_mass(model: str, experiment: str) -> None:
    """A table that is wrong anywhere shows as a kink: the logarithmic slope changes by little from point to point.

    Branching fractions and loops have kinks of their own at thresholds, which are divided out.
    """
    if not _has(model, "bremsstrahlung"):
        pytest.skip("not made by bremsstrahlung")
    theory = _model(model, np.geomspace(1e-3, 2, 220))
    bound = dt.limit(theory, dt.experiment(experiment), processes=["bremsstrahlung"])
    strength = np.abs(theory.lepton_coupling("electron")) * np.sqrt(theory.invisible_fraction())
    slope = np.diff(np.log(bound.coupling_upper * strength)) / np.diff(np.log(theory.mass))
    assert np.abs(np.diff(slope)).max() < 0.12
    assert np.all(slope > -0.1)
